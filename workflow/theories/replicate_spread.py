"""Theory of the spread of replicates: the exact mean errors, and how they follow q_TT of a training set."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import grid as layout
from bestofk.equivalents import OrderParameters
from bestofk.equivalents import order_parameters as equivalent
from bestofk.model import TeacherStudent
from bestofk.several_rewards import mean_selection_errors

from theories.order_parameters import COLUMNS, order_parameters, problems

#: Relative step of q_TT in the derivative.
STEP = 1e-3


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, temperature, quantity and method."""
    rows: list[tuple] = []
    for models in problems(points, experiment, seed):
        for point, model in models.items():
            rows += order_parameters(point, model)
            rows += spread(point, model, block)
    return pd.DataFrame(rows, columns=COLUMNS)


def spread(point: str, model: TeacherStudent, block: dict) -> Iterator[tuple]:
    """Exact errors and their derivatives with respect to q_TT at the overshoot of the point."""
    values, k = equivalent(model), layout.all_k(block)
    for temperature in layout.temperatures(block, model):
        family = [
            OrderParameters.overshoot(values.s2, values.q_tt * (1.0 + step), model.reward.c)
            for step in (-STEP, 0.0, STEP)
        ]
        below, at, above = mean_selection_errors(k, family, temperature=float(temperature))
        slope = (above - below) / (2.0 * STEP * values.q_tt)
        for name, curve in (("error", at), ("slope", slope)):
            for number, value in zip(k, np.atleast_1d(curve), strict=True):
                yield point, number, temperature, name, "exact", float(value)
