"""One replicate of selection: a training set, test inputs, and candidates at each."""

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
