"""Rule theory: everything that is known about an experiment without drawing a random number."""

from importlib import import_module

from bestofk import grid as layout
from bestofk import provenance


def main(grid: str, theory: str, experiment: str, kind: str, configuration: dict) -> None:
    """Compute the theory of an experiment, by the module of its kind in workflow/theories.

    Parameters
    ----------
    grid : str
        The experiment's points.
    theory : str
        Output: value by point, k, temperature, quantity and method; for a phase diagram one row a cell.
    experiment : str
        Name of the experiment.
    kind : str
        Names a module of workflow/theories.
    configuration : dict
        ``seed`` and the experiment's blocks by dotted key.
    """
    block = layout.block_of(configuration, experiment)
    compute = import_module(f"theories.{kind}").theory
    table = compute(provenance.read_table(grid), experiment, block, configuration["seed"])
    provenance.write_table(table, theory)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
