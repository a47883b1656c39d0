"""Rule simulate: one batch of replicates of an experiment, each with its own training set and inputs."""

from importlib import import_module

import pandas as pd
from bestofk import grid as layout
from bestofk import provenance
from bestofk import simulation as engine


def main(grid: str, simulation: str, experiment: str, kind: str, batch: int, configuration: dict) -> None:
    """Simulate the replicates of a batch at every point, by the module of the kind in workflow/simulations.

    Parameters
    ----------
    grid : str
        The experiment's points.
    simulation : str
        Output: point, quantity, k, temperature, replicate, number of inputs and the sum over them.
    experiment : str
        Name of the experiment.
    kind : str
        Names a module of workflow/simulations.
    batch : int
        Number of the batch, from 0.
    configuration : dict
        ``seed`` and the experiment's blocks by dotted key.
    """
    block = layout.block_of(configuration, experiment)
    points = provenance.read_table(grid)
    of_kind = import_module(f"simulations.{kind}")
    rows: list[tuple] = []
    for _, problem in points.groupby("problem", sort=False):
        # Beams have no training problem: their gaps are stated.
        model, rewards, n_features = None, [], None
        if "n_train" in problem:
            model, rewards = layout.build_problem(problem, experiment, configuration["seed"])
            n_features = model.spectrum.size
        key = int(problem["seed_key"].iloc[0])
        for replicate in layout.batch_replicates(block, n_features, batch):
            rng = engine.generator(configuration["seed"], experiment, key, replicate)
            rows += of_kind.simulate(problem, model, rewards, block, replicate, rng)
    provenance.write_table(pd.DataFrame(rows, columns=of_kind.COLUMNS), simulation)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
