"""One replicate of the spread: errors over growing numbers of test inputs, and how single inputs scatter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import grid as layout
from bestofk import posterior
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
    """One fit: q_TT, sums of errors over the first inputs, and the variance of the error between inputs.

    Inputs are drawn in groups. The variance is that between group means times the size of a group, so that it
    knows nothing of other replicates.
    """
    k, sizes = block["selection"]["k"], block["simulation"]
    temperatures = layout.temperatures(block, model)
    features, labels = model.draw_reduced_training_set(rng)
    fitted = posterior.fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    teacher_weights, group = fitted.mean - model.teacher, sizes["group"]
    overshoots = np.array([reward.c for reward in rewards])
    sums = np.empty((sizes["inputs"][-1] // group, overshoots.size, temperatures.size, len(k)))
    for place in range(len(sums)):
        inputs = model.draw_inputs(rng, group)
        gap, std = inputs @ teacher_weights, np.sqrt(fitted.predictive(inputs)[1])
        sums[place] = engine.selected_errors(
            gap,
            np.outer(1 + overshoots, gap),
            k=k,
            temperature=temperatures,
            predictive_std=std,
            rng=rng,
        )
    totals, between = sums.cumsum(axis=0), sums.var(axis=0, ddof=1) / group
    q_tt = fitted.order_parameters(model).q_tt
    rows = []
    for row, point in enumerate(problem["point"]):
        rows.append((point, "q_tt", np.nan, np.nan, replicate, 1, q_tt))
        for (column, last), value in np.ndenumerate(between[row]):
            at = (float(k[last]), float(temperatures[column]), replicate)
            rows.append((point, "input_variance", *at, 1, float(value)))
            for n_inputs in sizes["inputs"]:
                total = totals[n_inputs // group - 1, row, column, last]
                rows.append((point, "error", *at, n_inputs, float(total)))
    return rows
