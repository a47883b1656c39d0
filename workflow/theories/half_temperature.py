"""Theory of the half-temperature test: what it estimates, and what twice as many candidates do."""

from __future__ import annotations

import pandas as pd
from bestofk.equivalents import OrderParameters
from bestofk.selection import mean_selection_error

COLUMNS = ["point", "k", "temperature", "quantity", "method", "value"]


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """Two rows a point, in units of s^2: the gain that the test estimates, and the fall that it predicts."""
    n = int(block["pools"]["candidates"])
    rows: list[tuple] = []
    for point in points.to_dict("records"):
        kappa, rho, t = (point[name] for name in ("kappa", "rho", "reduced_temperature"))
        inputs = OrderParameters(s2=1.0, q_tt=rho**2 * kappa, q_tr=rho * kappa, q_rr=kappa)
        before, at, after = mean_selection_error([n - 1, n, 2 * n], inputs, temperature=2.0 * t)
        values = {"gain": n * (n - 1) * (before - at), "fall": at - after}
        rows += [
            (point["point"], float(n), 2.0 * t, quantity, "exact", float(value))
            for quantity, value in values.items()
        ]
    return pd.DataFrame(rows, columns=COLUMNS)
