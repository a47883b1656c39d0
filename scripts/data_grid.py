"""Rule data_grid: lay out the points of an experiment on data sets, one row a data set and judge."""

from bestofk import data_grid, provenance
from bestofk import grid as layout


def main(grid: str, experiment: str, configuration: dict) -> None:
    """Write the points of an experiment on data sets.

    Parameters
    ----------
    grid : str
        Output: one row a point, with its identifier, its parameters and the key of its random numbers.
    experiment : str
        Name of the experiment.
    configuration : dict
        The experiment's blocks by dotted key.
    """
    sets = layout.block_of(configuration, experiment)["data"]
    provenance.write_table(data_grid.points(sets), grid)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
