"""Theory of task difficulty: exact best-of-k with the teacher as judge, and its law with logarithms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import grid as layout
from bestofk import selection as exact
from bestofk.decay import decay_law
from bestofk.equivalents import OrderParameters
from bestofk.equivalents import order_parameters as equivalent

from theories.order_parameters import COLUMNS, order_parameters, problems

#: Relative step of kappa in the second derivative; its first derivative is exact.
STEP = 1e-3


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, quantity and method; the temperature is 0."""
    rows: list[tuple] = []
    for models in problems(points, experiment, seed):
        for point, model in models.items():
            rows += order_parameters(point, model)
            rows += difficulty(point, equivalent(model), block["selection"], layout.all_k(block))
    return pd.DataFrame(rows, columns=COLUMNS)


def difficulty(point: str, values: OrderParameters, selection: dict, k: np.ndarray) -> Iterator[tuple]:
    """The difficulty, the exact errors and laws along k, and how errors bend with the difficulty."""
    yield point, np.nan, np.nan, "kappa", "two_point", values.kappa
    # The difficulty as it was asked for: twelve digits of the norm that gives it are kept, and the law at 1/2
    # is another one than beside it.
    asked = round(values.kappa, 9)
    curves = {
        "exact": exact.mean_selection_error(k, values, temperature=0.0),
        "decay_law": values.s2 * decay_law(k, asked),
    }
    for method, curve in curves.items():
        for number, value in zip(k, curve, strict=True):
            yield point, number, 0.0, "error", method, float(value)
    for number in selection["k_direct"]:
        yield point, float(number), 0.0, "error_direct", "exact", float(curves["exact"][k == number][0])
    for number, value in zip(selection["k"], curvature(selection["k"], values), strict=True):
        yield point, float(number), 0.0, "curvature", "exact", float(value)


def curvature(k: list[int], values: OrderParameters) -> np.ndarray:
    """kappa^2 times the second derivative of the error with respect to kappa, in squared output units."""
    # kappa d(delta)/d(kappa) = s^2 m1/2 exactly, by Gaussian integration by parts.
    _, m1 = exact.excess_coefficients(
        k, values.kappa * np.array([1.0 - STEP, 1.0, 1.0 + STEP]), reduced_temperature=0.0
    )
    below, first, above = values.s2 * m1.T / 2.0
    return (above - below) / (2.0 * STEP) - first
