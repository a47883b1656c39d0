"""How the collected tables are read: rows of errors, and single values."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd


def errors(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that hold selection errors."""
    return frame[frame["quantity"] == "error"]


def at(frame: pd.DataFrame, column: str, **where: float | str) -> float:
    """The one value of a column where other columns have given values."""
    for name, value in where.items():
        same = frame[name] == value
        if isinstance(value, float) and math.isfinite(value):
            same = np.isclose(frame[name], value, rtol=1e-9, atol=0)
        frame = frame[same]
    if len(frame) != 1:
        raise ValueError(f"{column} at {where} has {len(frame)} rows in its table; it must have one.")
    return float(frame[column].iloc[0])
