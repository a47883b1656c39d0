"""Rule pool_grid: lay out the points of an experiment on pools drawn from the model."""

from bestofk import grid as layout
from bestofk import pool_grid, provenance


def main(grid: str, experiment: str, configuration: dict) -> None:
    """Write the points of an experiment on pools.

    Parameters
    ----------
    grid : str
        Output: one row a point, with its identifier, its parameters and the key of its random numbers.
    experiment : str
        Name of the experiment.
    configuration : dict
        The experiment's blocks by dotted key.
    """
    pools = layout.block_of(configuration, experiment)["pools"]
    provenance.write_table(pool_grid.points(pools), grid)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
