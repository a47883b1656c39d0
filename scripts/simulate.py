"""Rule simulate: one batch of replicates of an experiment, each with its own training set and inputs."""

from typing import Any

import numpy as np
import pandas as pd
from bestofk import grid as layout
from bestofk import posterior, provenance
from bestofk import simulation as engine

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]
ILLUSTRATION_COLUMNS = ["point", "quantity", "index", "input", "value"]


def main(grid: str, simulation: str, experiment: str, kind: str, batch: int, configuration: dict) -> None:
    """Simulate the replicates of a batch at every point of an experiment.

    Parameters
    ----------
    grid : str
        The experiment's points.
    simulation : str
        Output: point, quantity, k, temperature, replicate, number of inputs and the sum over them.
    experiment : str
        Name of the experiment.
    kind : str
        ``selection``, ``order_parameters`` or ``illustration``.
    batch : int
        Number of the batch, from 0.
    configuration : dict
        ``seed`` and the experiment's blocks by dotted key.
    """
    block = layout.block_of(configuration, experiment)
    points = provenance.read_table(grid)
    replicates = layout.batch_replicates(block["simulation"], batch)
    simulate = {"selection": selection, "order_parameters": order_parameters, "illustration": illustration}[
        kind
    ]
    rows: list[Any] = []
    for _, problem in points.groupby("problem", sort=False):
        model, rewards = layout.build_problem(problem, experiment, configuration["seed"])
        key = int(problem["seed_key"].iloc[0])
        for replicate in replicates:
            rng = engine.generator(configuration["seed"], experiment, key, replicate)
            rows += simulate(problem, model, rewards, block, replicate, rng)
    columns = ILLUSTRATION_COLUMNS if kind == "illustration" else COLUMNS
    provenance.write_table(pd.DataFrame(rows, columns=columns), simulation)


def selection(problem, model, rewards, block, replicate, rng) -> list[tuple]:
    """Selected errors of one replicate, summed over its test inputs, for every reward, temperature and k."""
    k = block["selection"]["k"]
    temperatures = layout.temperatures(block, model)
    n_inputs = block["simulation"]["inputs"]
    sums = engine.simulate_selection(
        model, k=k, temperatures=temperatures, rewards=rewards, n_inputs=n_inputs, rng=rng
    )
    return [
        (point, "error", float(k[column]), temperatures[row], replicate, n_inputs, value)
        for point, of_reward in zip(problem["point"], sums, strict=True)
        for (row, column), value in np.ndenumerate(of_reward)
    ]


def order_parameters(problem, model, rewards, block, replicate, rng) -> list[tuple]:
    """Order parameters of one fit, exact over its inputs, for every reward."""
    features, labels = model.draw_reduced_training_set(rng)
    fitted = posterior.fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    rows = []
    for point, reward in zip(problem["point"], rewards, strict=True):
        measured = fitted.order_parameters(model.with_reward(reward))
        for quantity in ("s2", "q_tt", "q_tr", "q_rr"):
            rows.append((point, quantity, np.nan, np.nan, replicate, 1, getattr(measured, quantity)))
    return rows


def illustration(problem, model, rewards, block, replicate, rng) -> list[tuple]:
    """One training set in one dimension, its fit, and the candidates at one input, with their selection."""
    features, labels = model.draw_training_set(rng)
    fitted = posterior.fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    k, place = block["selection"]["k"][-1], np.array([[block["selection"]["input"]]])
    mean, variance = fitted.predictive(place)
    candidates = mean + np.sqrt(variance) * rng.standard_normal(k)
    lines = np.linspace(-1.0, 1.0, 41) * 1.25 * max(np.abs(features).max(), np.abs(place).max())
    band_mean, band_variance = fitted.predictive(lines[:, None])
    point, reward = problem["point"].iloc[0], rewards[0]
    target = model.teacher @ place[0]
    reward_target = target - reward.c * (mean[0] - target)
    temperature = layout.temperatures(block, model)[0]
    weights = np.exp(-((candidates - reward_target) ** 2) / temperature)
    series = {
        "training_label": (features[:, 0], labels),
        "teacher": (lines, lines * model.teacher[0]),
        "predictive_mean": (lines, band_mean),
        "predictive_std": (lines, np.sqrt(band_variance)),
        "input_mean": (place[0], mean),
        "input_std": (place[0], np.sqrt(variance)),
        "candidate": (np.full(k, place[0, 0]), candidates),
        "selection_probability": (candidates, weights / weights.sum()),
        "reward_target": (place[0], [reward_target]),
        "teacher_target": (place[0], [target]),
        "temperature": (place[0], [temperature]),
    }
    return [
        (point, quantity, index, float(x), float(y))
        for quantity, (xs, ys) in series.items()
        for index, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
