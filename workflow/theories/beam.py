"""Theory of beams of width 1: exact errors along k, their limit and law, and averages over inputs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk.beam import beam_error, beam_error_at
from bestofk.beam_grid import steps_of
from bestofk.beam_laws import last_step_law
from bestofk.equivalents import OrderParameters

COLUMNS = ["point", "k", "temperature", "quantity", "method", "value"]

#: Up to here every k is tried for the best one under wrong partial rewards.
SEARCHED = 16


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a beam, k, quantity and method; the temperature is 0."""
    settings = block["beam"]
    rows: list[tuple] = []
    for beam in points.to_dict("records"):
        if np.isfinite(beam["kappa"]):
            rows += averages(beam, settings["averaged_k"])
        elif beam["width"] == 1:
            rows += errors(beam, [*settings["k"], *settings["k_theory"]])
    return pd.DataFrame(rows, columns=COLUMNS)


def errors(beam: dict, k: list[int]) -> Iterator[tuple]:
    """Errors along k at one input, what they tend to and how, and the best k."""
    steps, point = steps_of(beam), beam["point"]
    # Under right partial rewards the error falls with k.
    tried = np.union1d(k, np.arange(1, SEARCHED + 1) if beam["reward_bias"] else [])
    exact = dict(zip(tried, beam_error_at(tried, **steps), strict=True))
    limit, coefficient = last_step_law(**steps)
    for number in np.unique(k):
        place = (point, float(number), 0.0, "error")
        yield *place, "exact", float(exact[number])
        yield *place, "beam_law", limit + coefficient / ((number + 1) * (number + 2))
    yield point, np.nan, 0.0, "limit", "exact", limit
    best = min(exact, key=exact.__getitem__)
    # A curve that falls up to the largest k, or never gets below its limit, has no best k.
    finite = best < tried[-1] and exact[best] < limit
    yield point, np.nan, 0.0, "optimal_k", "exact", float(best) if finite else np.inf
    yield point, np.nan, 0.0, "optimal_error", "exact", float(exact[best]) if finite else limit


def averages(beam: dict, k: list[int]) -> Iterator[tuple]:
    """Errors along k averaged over inputs with right partial rewards, and their law where there is one."""
    kappa, steps = beam["kappa"], beam["steps"]
    inputs = OrderParameters.overshoot(s2=1.0, q_tt=kappa, c=0.0)
    for number, value in zip(k, beam_error(k, inputs, steps=steps), strict=True):
        place = (beam["point"], float(number), 0.0, "averaged_error")
        yield *place, "exact", float(value)
        if 2 * kappa < steps:
            law = np.pi / (steps * np.sqrt(1 - 2 * kappa / steps))
            yield *place, "beam_law", float(law / ((number + 1) * (number + 2)))
