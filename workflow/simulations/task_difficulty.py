"""One replicate of task difficulty: best-of-k with the teacher as judge, where rare inputs decide."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import posterior
from bestofk import simulation as engine
from bestofk.decay import rare_gap
from bestofk.grid import Reward
from bestofk.model import TeacherStudent
from bestofk.rare_inputs import nearest_errors, stretched_inputs

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]


def simulate(
    problem: pd.DataFrame,
    model: TeacherStudent,
    rewards: list[Reward],
    block: dict,
    replicate: int,
    rng: np.random.Generator,
) -> list[tuple]:
    """One fit: its difficulty, and its errors over stretched inputs and over inputs drawn plainly."""
    selection, sizes, point = block["selection"], block["simulation"], problem["point"].iloc[0]
    features, labels = model.draw_reduced_training_set(rng)
    fitted = posterior.fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    direction, kappa = fitted.mean - model.teacher, fitted.order_parameters(model).kappa
    k, k_direct = selection["k"], selection["k_direct"]
    # The stretched half is as wide as the inputs are far that carry the mean at the largest k.
    factor = max(1.0, float(rare_gap(k[-1])) / np.sqrt(kappa))
    inputs, weights = stretched_inputs(model, direction, factor, size=sizes["inputs"], rng=rng)
    std = np.sqrt(fitted.predictive(inputs)[1])
    errors = nearest_errors(inputs @ direction, k, predictive_std=std, rng=rng) @ weights
    plain = model.draw_inputs(rng, sizes["direct_inputs"])
    gap, std = plain @ direction, np.sqrt(fitted.predictive(plain)[1])
    direct = engine.selected_errors(
        gap, gap[None], k=k_direct, temperature=[0.0], predictive_std=std, rng=rng
    )
    sums = {
        "error": (k, sizes["inputs"], errors),
        "error_direct": (k_direct, sizes["direct_inputs"], direct[0, 0]),
    }
    rows = [(point, "kappa", np.nan, np.nan, replicate, 1, kappa)]
    for quantity, (numbers, n_inputs, values) in sums.items():
        rows += [
            (point, quantity, float(number), 0.0, replicate, n_inputs, float(value))
            for number, value in zip(numbers, values, strict=True)
        ]
    return rows
