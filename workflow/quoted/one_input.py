"""Numbers about the error at one input."""

from __future__ import annotations

import numpy as np
import pandas as pd

from quoted.formats import count, figures, listing


def one_input(frame: pd.DataFrame, block: dict) -> dict:
    """What the search over the two gaps finds, and the curves that are drawn."""
    gaps = block["gaps"]
    cells = frame[frame["quantity"] == "optimal_k"]
    warm = cells[cells["reduced_temperature"] > 0]
    t = float(warm["reduced_temperature"].iloc[0])
    drawn = frame[(frame["quantity"] == "excess") & (frame["reduced_temperature"] == t)]
    best = {
        gap: curve.loc[curve["value"].idxmin(), "k"] if curve["value"].min() < 0 else np.inf
        for gap, curve in drawn.groupby("teacher_gap")
    }
    return {
        "t": figures(t, 1),
        "reward_gap": figures(gaps["curve_reward_gap"], 1),
        "teacher_gaps": listing(sorted(best)),
        "best_k": listing([best[gap] for gap in sorted(best)]),
        "threshold": figures(threshold(gaps["curve_reward_gap"], t), 3),
        "cells": count(len(cells)),
        "k_max": count(gaps["k_max"]),
        "kappa": listing(gaps["kappa"]),
        "rho": listing(gaps["rho"]),
    }


def threshold(reward_gap: float, t: float) -> float:
    """The teacher gap below which a finite k is best, in units of s."""
    return (reward_gap**2 * (1 / (1 + t) + 2 / (2 + t)) - 1) / (2 * reward_gap)
