"""One replicate of selection under many rewards: one pass over the candidates serves all of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import grid as layout
from bestofk import simulation as engine
from bestofk.grid import Reward
from bestofk.model import TeacherStudent

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]


def simulate(
    problem: pd.DataFrame,
    model: TeacherStudent,
    rewards: list[Reward],
    block: dict,
    replicate: int,
    rng: np.random.Generator,
) -> list[tuple]:
    """Selected errors of one replicate at the simulated overshoots, and their differences from the reference.

    The differences are taken within the replicate, whose candidates all rewards judge.
    """
    k = block["selection"]["k"]
    temperatures = layout.temperatures(block, model)
    n_inputs = block["simulation"]["inputs"]
    overshoot = np.array([reward.c for reward in rewards])
    used = np.flatnonzero(np.isin(overshoot, block["selection"]["overshoot"]))
    sums = engine.simulate_selection(
        model, k=k, temperatures=temperatures, rewards=[rewards[i] for i in used], n_inputs=n_inputs, rng=rng
    )
    reference = [
        int(np.flatnonzero(overshoot[used] == layout.reference_overshoot(block, model, temperature))[0])
        for temperature in temperatures
    ]
    beside = np.stack([sums[i, row] for row, i in enumerate(reference)])
    points = problem["point"].to_numpy()[used]
    return [
        (point, quantity, float(k[column]), temperatures[row], replicate, n_inputs, value)
        for point, of_reward in zip(points, sums, strict=True)
        for quantity, values in (("error", of_reward), ("error_difference", of_reward - beside))
        for (row, column), value in np.ndenumerate(values)
    ]
