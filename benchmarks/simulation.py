"""How fast the Monte Carlo engine is, against drawing the random numbers alone and against the obvious way.

Run with ``OMP_NUM_THREADS=1 python benchmarks/simulation.py``. Ratios are of best times, the contenders
taking turns, so that a busy machine slows all of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from bestofk.simulation import generator, selected_errors
from tabulate import tabulate


def best_times(contenders: list[Callable[[], object]], rounds: int) -> np.ndarray:
    """Return the shortest time of each contender, in seconds, after one round that does not count."""
    times = np.full((rounds + 1, len(contenders)), np.inf)
    for row in times:
        for i, run in enumerate(contenders):
            start = time.perf_counter()
            run()
            row[i] = time.perf_counter() - start
    return times[1:].min(axis=0)


def draw_only(count: int, rng: np.random.Generator) -> None:
    """Draw `count` float32 normals into a buffer that stays in cache."""
    buffer = np.empty(2**15, dtype=np.float32)
    for start in range(0, count, buffer.size):
        rng.standard_normal(dtype=np.float32, out=buffer[: count - start])


def obvious_way(teacher_gap, reward_gap, k, temperature, rng) -> np.ndarray:
    """Fresh candidates for every reward, temperature and k; the index drawn by the Gumbel maximum."""
    total = np.zeros((len(reward_gap), len(temperature), len(k)))
    for r, t, j in np.ndindex(total.shape):
        for start in range(0, teacher_gap.size, 2048):
            part = slice(start, start + 2048)
            z = rng.standard_normal((teacher_gap[part].size, k[j]))
            score = -((reward_gap[r, part, None] + z) ** 2)
            if temperature[t] > 0:
                score = score / temperature[t] + rng.gumbel(size=z.shape)
            chosen = np.take_along_axis(z, score.argmax(axis=1)[:, None], axis=1)[:, 0]
            total[r, t, j] += np.sum((teacher_gap[part] + chosen) ** 2)
    return total


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--inputs", type=int, default=4096, help="test inputs (default 4096)")
    parser.add_argument("--k", type=int, default=512, help="largest number of candidates (default 512)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of which the best counts (default 7)")
    parser.add_argument("--obvious", action="store_true", help="also time the obvious way (a minute or more)")
    arguments = parser.parse_args()

    rng = generator(0, "benchmark", 7, 0)
    teacher_gap = rng.normal(0, 0.2, arguments.inputs)
    overshoots = np.array([0.0, 5.0, 10.0, 15.0, 30.0])
    grid = [k for k in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384) if k < arguments.k]
    grid.append(arguments.k)
    small = list(range(1, 17))
    cases = [
        ("1 T", 1, [20.0], [arguments.k]),
        ("1 T, grid of k", 1, [20.0], grid),
        ("1 T, every k to 16", 1, [20.0], small),
        ("T = 0", 1, [0.0], [arguments.k]),
        ("T = 0, grid of k", 1, [0.0], grid),
        ("T = 0, every k to 16", 1, [0.0], small),
        ("5 rewards x 15 T, grid of k", 5, np.geomspace(0.1, 100, 15), grid),
    ]
    rows = []
    for name, n_rewards, temperature, k in cases:
        reward_gap = (1 + overshoots[:n_rewards, None]) * teacher_gap
        drawn = arguments.inputs * k[-1]
        contenders = [
            lambda drawn=drawn: draw_only(drawn, rng),
            lambda b=reward_gap, k=k, t=temperature: selected_errors(
                teacher_gap, b, k=k, temperature=t, rng=rng
            ),
        ]
        if arguments.obvious:
            contenders.append(lambda b=reward_gap, k=k, t=temperature: obvious_way(teacher_gap, b, k, t, rng))
        draw, engine, *obvious = best_times(contenders, arguments.rounds)
        curves = n_rewards * len(temperature)
        rows.append(
            [name, draw / drawn * 1e9, engine / drawn * 1e9, draw / engine, engine / drawn / curves * 1e9]
            + [f"{time / engine:.1f}" for time in obvious]
        )
    headers = ["case", "draw only, ns", "engine, ns", "rate / draw only", "ns per curve"]
    headers += ["obvious way / engine"] * arguments.obvious
    print(f"{arguments.inputs} inputs, k to {arguments.k} or 16; ns per candidate")
    print(tabulate(rows, headers, floatfmt=".2f"))


if __name__ == "__main__":
    main()
