"""Theory of an ensemble of networks before it is trained: what is measured is what is predicted from it."""

from __future__ import annotations

from itertools import product

import pandas as pd

COLUMNS = ["point", "k", "temperature", "quantity", "method", "value"]

#: Measured less predicted: on the test set, on the validation set, and there with Gaussian candidates, of the
#: variance of each input and of one variance for all.
MISSES = ("miss", "miss_validation", "miss_gaussian", "miss_equal_spread")


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, temperature and miss, each of which theory says is 0.

    The predicted curves themselves follow from measured order parameters and stand with what is measured.
    """
    selection = block["selection"]
    rows = [
        (point, float(k), 2.0 * t, quantity, "exact", 0.0)
        for point, t, k, quantity in product(
            points["point"], selection["reduced_temperature"], selection["k"], MISSES
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
