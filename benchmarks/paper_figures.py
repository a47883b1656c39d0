"""Time to a standard error on the two figures of Halder and Pehlevan: the obvious way against the engine.

The obvious way draws fresh candidates for every k, forms outputs m + s Z, and at T > 0 draws an index.
The time to reach a standard error is (time spent) x (error reached)^2 / (error wanted)^2, so the ratio of two
ways needs neither to run until it gets there. Both run in turn, in one process, on one core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bestofk import config, grid, simulation
from bestofk.model import TeacherStudent
from bestofk.posterior import fit
from tabulate import tabulate


def obvious(
    model: TeacherStudent, k: list[int], temperature: float, n_inputs: int, rng: np.random.Generator
) -> np.ndarray:
    """Mean selected error of one replicate at each k, from candidates drawn anew for each k."""
    features, labels = model.draw_reduced_training_set(rng)
    posterior = fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    means = np.empty(len(k))
    for place, number in enumerate(k):
        inputs = model.draw_inputs(rng, n_inputs)
        mean, variance = posterior.predictive(inputs)
        target = inputs @ model.teacher
        judged = target - model.reward.c * (mean - target)
        outputs = mean[:, None] + np.sqrt(variance)[:, None] * rng.standard_normal((n_inputs, number))
        score = -((outputs - judged[:, None]) ** 2)
        if temperature > 0:
            score = score / temperature + rng.gumbel(size=score.shape)
        chosen = outputs[np.arange(n_inputs), score.argmax(axis=1)]
        means[place] = np.mean((chosen - target) ** 2)
    return means


def engine(
    model: TeacherStudent, k: list[int], temperature: float, n_inputs: int, rng: np.random.Generator
) -> np.ndarray:
    """The same from one pass over shared candidates, with softmax as a weighted mean."""
    total = simulation.simulate_selection(
        model, k=k, temperatures=[temperature], rewards=[model.reward], n_inputs=n_inputs, rng=rng
    )
    return total[0, 0] / n_inputs


def measure(way: Callable, arguments: tuple, replicates: int) -> tuple[float, np.ndarray]:
    """Seconds for some replicates, and the variance of a replicate's mean at each k."""
    start = time.perf_counter()
    means = [way(*arguments, simulation.generator(0, "benchmark", 0, number)) for number in range(replicates)]
    return time.perf_counter() - start, np.var(means, axis=0, ddof=1)


def main() -> None:
    """Print, for each figure and each of its curves, the ratio of times to the same standard error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=100, help="replicates of each way")
    parser.add_argument("--inputs", type=int, default=1000, help="test inputs a replicate")
    parser.add_argument("--parameters", type=Path, default=Path("workflow/config/paper.yaml"))
    options = parser.parse_args()
    settings = config.load(options.parameters)
    rows = []
    for experiment in ("error_vs_k", "best_of_k"):
        block = settings["experiments"][experiment]
        points = grid.points(experiment, block)
        for row in points.to_dict("records"):
            model = grid.build_model(row, experiment, settings["seed"])
            arguments = (
                model,
                block["selection"]["k"],
                float(grid.temperatures(block, model)[0]),
                options.inputs,
            )
            slow, slow_variance = measure(obvious, arguments, options.replicates)
            fast, fast_variance = measure(engine, arguments, options.replicates)
            ratio = slow * slow_variance / (fast * fast_variance)
            curve = f"c = {row['reward_value']:g}, n = {row['n_train']}"
            rows.append([experiment, curve, slow / fast, np.median(ratio), ratio.min(), ratio.max()])
    headers = ["figure", "curve", "time", "time to the same error: median over k", "least", "most"]
    print("obvious way / engine, one core, one reward at a time")
    print(tabulate(rows, headers=headers, floatfmt=".1f", maxheadercolwidths=18))


if __name__ == "__main__":
    main()
