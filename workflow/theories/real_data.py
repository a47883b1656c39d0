"""Theory of data sets before they are seen: what is measured is what the order parameters predict."""

from __future__ import annotations

import pandas as pd

COLUMNS = ["point", "k", "temperature", "quantity", "method", "value"]

#: Measured less predicted: on the test set, the validation set, and there with one variance for all inputs.
MISSES = ("miss", "miss_validation", "miss_equal_spread")


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, temperature and miss, each of which theory says is 0.

    The predicted curves themselves follow from measured order parameters and stand with what is measured.
    """
    selection = block["selection"]
    rows = [
        (point, float(k), 2.0 * t, quantity, "exact", 0.0)
        for point in points["point"]
        for t in selection["reduced_temperature"]
        for k in selection["k"]
        for quantity in MISSES
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
