"""Rule grid: lay out the points of an experiment, one row a training problem and reward, or a beam."""

from bestofk import grid as layout
from bestofk import provenance


def main(grid: str, experiment: str, configuration: dict) -> None:
    """Write the points of an experiment.

    Parameters
    ----------
    grid : str
        Output: one row a point, with its identifier, its parameters and the key of its random numbers.
    experiment : str
        Name of the experiment.
    configuration : dict
        The experiment's blocks by dotted key.
    """
    provenance.write_table(layout.points(experiment, layout.block_of(configuration, experiment)), grid)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
