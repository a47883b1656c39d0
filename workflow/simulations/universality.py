"""One replicate of selection with inputs of any law, and a teacher drawn from the prior."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
from bestofk import equivalents, matched, posterior
from bestofk import grid as layout
from bestofk import simulation as engine
from bestofk.grid import Reward
from bestofk.inputs import stream
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
    """Selected errors of one replicate, and what follows from the predictive variances at its inputs."""
    k, n_inputs = block["selection"]["k"], block["simulation"]["inputs"]
    temperatures = layout.temperatures(block, model)
    s2 = equivalents.order_parameters(model).s2
    teacher = np.sqrt(model.prior_var) * rng.standard_normal(model.n_features)
    model = dataclasses.replace(model, teacher=teacher)
    draw = stream(problem["inputs"].iloc[0], model.spectrum, rng)
    features = draw(model.n_train)
    labels = model.draw_labels(features, rng)
    fitted = posterior.fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    inputs = draw(n_inputs)
    sums = engine.errors_of_fit(
        model, fitted, [inputs], k=k, temperatures=temperatures, rewards=rewards, rng=rng
    )
    _, variance = fitted.predictive(inputs)
    # Rounding may leave a variance a last digit below the noise at an input without features.
    variance = np.maximum(variance, model.noise_var)
    gap = inputs @ (fitted.mean - model.teacher)
    averaged = matched.best_of_k_error(variance, k=tuple(k), noise_var=model.noise_var).sum(axis=0)
    moments = {"s2": variance, "q_tt": gap**2, "variance_spread": (variance / s2 - 1) ** 2}
    rows = []
    for point, reward, of_reward in zip(problem["point"], rewards, sums, strict=True):
        rows += [
            (point, "error", float(k[column]), temperatures[row], replicate, n_inputs, value)
            for (row, column), value in np.ndenumerate(of_reward)
        ]
        rows += [
            (point, quantity, np.nan, np.nan, replicate, n_inputs, values.sum())
            for quantity, values in moments.items()
        ]
        if reward.c == 0:
            rows += [
                (point, "averaged_error", float(number), 0.0, replicate, n_inputs, value)
                for number, value in zip(k, averaged, strict=True)
            ]
    return rows
