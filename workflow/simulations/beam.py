"""One replicate of a beam: independent searches at one input, for every k."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk.beam import simulate_beam
from bestofk.beam_grid import steps_of

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]


def simulate(
    problem: pd.DataFrame, model: None, rewards: list, block: dict, replicate: int, rng: np.random.Generator
) -> list[tuple]:
    """Squared errors of one beam, summed over searches that every k draws anew."""
    beam, searches = problem.iloc[0], block["simulation"]["searches"]
    if np.isfinite(beam["kappa"]):
        # Averages over inputs are theory alone.
        return []
    steps, width = steps_of(beam), int(beam["width"])
    return [
        (
            beam["point"],
            "error",
            float(k),
            0.0,
            replicate,
            searches,
            float(simulate_beam(k, width=width, searches=searches, rng=rng, **steps).sum()),
        )
        for k in block["beam"]["k"]
        # The kept partial answers share the candidates of a step evenly.
        if k % width == 0
    ]
