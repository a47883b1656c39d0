"""One replicate of a fit: its order parameters, exact over its inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import posterior
from bestofk.grid import Reward
from bestofk.model import TeacherStudent

#: Replicates between two that measure the spread of the predictive variance.
SPREAD_EVERY = 10

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]


def simulate(
    problem: pd.DataFrame,
    model: TeacherStudent,
    rewards: list[Reward],
    block: dict,
    replicate: int,
    rng: np.random.Generator,
) -> list[tuple]:
    """Order parameters of one fit, exact over its inputs, for every reward."""
    features, labels = model.draw_reduced_training_set(rng)
    fitted = posterior.fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    rows = []
    # It hardly differs between fits, and takes longer than all the rest.
    spread = fitted.variance_spread(model) if replicate % SPREAD_EVERY == 0 else None
    for point, reward in zip(problem["point"], rewards, strict=True):
        measured = fitted.order_parameters(model.with_reward(reward))
        for quantity in ("s2", "q_tt", "q_tr", "q_rr"):
            rows.append((point, quantity, np.nan, np.nan, replicate, 1, getattr(measured, quantity)))
        if spread is not None:
            rows.append((point, "variance_spread", np.nan, np.nan, replicate, 1, spread))
    return rows
