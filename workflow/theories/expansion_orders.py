"""Theory of the expansion's orders: truncated high-temperature series beside the exact error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import expansions, large_k, two_candidates
from bestofk import grid as layout
from bestofk import selection as exact
from bestofk.equivalents import OrderParameters

COLUMNS = ["k", "overshoot", "reduced_temperature", "order", "form", "value", "exact"]


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a k, overshoot, temperature and truncation, in units of s^2."""
    settings = block["expansion"]
    students = [
        OrderParameters.overshoot(s2=1.0, q_tt=settings["q_tt"], c=float(c)) for c in settings["overshoot"]
    ]
    rows: list[tuple] = []
    for t in layout.axis(settings["reduced_temperature"]):
        rows += any_k(settings, students, float(t))
    for t in settings["reduced_temperature_of_two"]:
        rows += two(settings, students[0], float(t))
    return pd.DataFrame(rows, columns=COLUMNS)


def any_k(settings: dict, students: list[OrderParameters], t: float) -> Iterator[tuple]:
    """Orders 1 to 3, exact in k, and the published third, at one temperature."""
    k = np.array(settings["k"], dtype=float)
    m2, m1 = exact.excess_coefficients(k, [values.kappa for values in students], reduced_temperature=t)
    for column, (c, values) in enumerate(zip(settings["overshoot"], students, strict=True)):
        limit = large_k.limit_error(values, temperature=2.0 * t)
        errors = limit + m2[:, column] + values.rho * m1[:, column]
        for order, form in ((1, "truncation"), (2, "truncation"), (3, "truncation"), (3, "published")):
            series = expansions.high_temperature_error(
                k,
                values,
                temperature=2.0 * t,
                order=order,
                third_order="published" if form == "published" else "exact",
            )
            for number, value, error in zip(k, series, errors, strict=True):
                yield number, float(c), t, order, form, float(value), float(error)


def two(settings: dict, values: OrderParameters, t: float) -> Iterator[tuple]:
    """Every order that is not zero for two candidates, whose error has a closed form."""
    error = float(two_candidates.two_candidate_error(values, temperature=2.0 * t))
    for order in range(1, settings["largest_order"] + 1, 2):
        value = float(two_candidates.two_candidate_series(order, values, temperature=2.0 * t))
        yield 2.0, float(settings["overshoot"][0]), t, order, "two_candidates", value, error
