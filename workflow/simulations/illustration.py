"""The one replicate that is drawn: a training set, its fit, and the candidates at one input."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import grid as layout
from bestofk import posterior
from bestofk.grid import Reward
from bestofk.model import TeacherStudent

COLUMNS = ["point", "quantity", "index", "input", "value"]


def simulate(
    problem: pd.DataFrame,
    model: TeacherStudent,
    rewards: list[Reward],
    block: dict,
    replicate: int,
    rng: np.random.Generator,
) -> list[tuple]:
    """One training set in one dimension, its fit, and the candidates at one input, with their selection."""
    features, labels = model.draw_training_set(rng)
    fitted = posterior.fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    k, place = block["selection"]["k"][-1], np.array([[block["selection"]["input"]]])
    mean, variance = fitted.predictive(place)
    candidates = mean + np.sqrt(variance) * rng.standard_normal(k)
    lines = np.linspace(-1.0, 1.0, 41) * 1.25 * max(np.abs(features).max(), np.abs(place).max())
    band_mean, band_variance = fitted.predictive(lines[:, None])
    point, reward = problem["point"].iloc[0], rewards[0]
    target = model.teacher @ place[0]
    reward_target = target - reward.c * (mean[0] - target)
    temperature = layout.temperatures(block, model)[0]
    weights = np.exp(-((candidates - reward_target) ** 2) / temperature)
    series = {
        "training_label": (features[:, 0], labels),
        "teacher": (lines, lines * model.teacher[0]),
        "predictive_mean": (lines, band_mean),
        "predictive_std": (lines, np.sqrt(band_variance)),
        "input_mean": (place[0], mean),
        "input_std": (place[0], np.sqrt(variance)),
        "candidate": (np.full(k, place[0, 0]), candidates),
        "selection_probability": (candidates, weights / weights.sum()),
        "reward_target": (place[0], [reward_target]),
        "teacher_target": (place[0], [target]),
        "temperature": (place[0], [temperature]),
    }
    return [
        (point, quantity, index, float(x), float(y))
        for quantity, (xs, ys) in series.items()
        for index, (x, y) in enumerate(zip(xs, ys, strict=True))
    ]
