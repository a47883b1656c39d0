"""Numbers about the curves where d and n are of the same order."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import finite_size, grid
from bestofk.equivalents import OrderParameters
from bestofk.model import TeacherStudent
from bestofk.selection import mean_selection_error
from tables import at, errors

from quoted.formats import count, figures, largest_deviation, listing, percent


def proportional_regime(frame: pd.DataFrame, block: dict) -> dict:
    """How far the two forms are from the simulation, and what finite size is expected to do."""
    problem = block["problem"]
    ratios, overshoots = sorted(frame["aspect_ratio"].unique()), sorted(frame["reward_value"].unique())
    curves = errors(frame)
    measured = curves[curves["simulation"].notna()]
    largest_k = float(measured["k"].max())
    # The temperatures of a ratio are multiples of its own s².
    cold, warm = measured[measured["temperature"] == 0], measured[measured["temperature"] > 0]
    off = (measured["one_point"] / measured["exact"] - 1).abs()
    teacher = frame[frame["reward_value"] == overshoots[0]]
    kappa = [
        at(rows, "two_point", quantity="q_tt") / at(rows, "two_point", quantity="s2")
        for rows in (teacher[teacher["aspect_ratio"] == ratio] for ratio in ratios)
    ]
    single = {
        ratio: at(rows, "simulation") / at(rows, "one_point") - 1
        for ratio, rows in measured[
            (measured["k"] == 1)
            & (measured["temperature"] == 0)
            & (measured["reward_value"] == overshoots[0])
        ].groupby("aspect_ratio")
    }
    last = cold[(cold["k"] == largest_k) & (cold["reward_value"] == overshoots[-1])]
    first = last[last["aspect_ratio"] == ratios[0]]
    shifts = {ratio: finite_size_shift(frame, block, ratio, largest_k) for ratio in ratios}
    worst = max(shifts, key=lambda ratio: abs(shifts[ratio][1]))
    noisiest = cold.loc[(cold["standard_error"] / cold["exact"]).idxmax()]
    return {
        "aspect_ratios": listing(ratios),
        "kappas": (kappa, ", ".join(f"{value:.2f}" for value in kappa)),
        "n_features": count(problem["n_features"][0]),
        "noise_var": figures(problem["noise_var"], 2),
        "prior_var": figures(problem["prior_var"], 1),
        "overshoots": listing(overshoots),
        "largest_overshoot": listing(overshoots[-1:]),
        "replicates": count(block["simulation"]["replicates"]),
        "inputs": count(block["simulation"]["inputs"]),
        "largest_k": count(largest_k),
        "deviation_warm": largest_deviation(warm),
        "deviation_cold": largest_deviation(cold),
        "standard_error_cold": percent(noisiest["standard_error"] / noisiest["exact"], 2),
        "standard_error_cold_at": figures(noisiest["aspect_ratio"], 1),
        "one_point_single_smallest": percent(single[ratios[0]], 2),
        "one_point_single_largest": percent(max(single.values()), 2),
        "smallest_aspect_ratio": listing(ratios[:1]),
        "one_point_warm_smallest": percent(
            float(off[warm.index][warm["aspect_ratio"] == ratios[0]].max()), 2
        ),
        "one_point_cold_factor": figures(float((first["exact"] / first["one_point"]).iloc[0]), 2),
        "gap_spread": percent(max(spread for spread, _ in shifts.values()), 1),
        "gap_spread_smallest": percent(min(spread for spread, _ in shifts.values()), 1),
        "finite_size_shift": percent(shifts[worst][1], 1),
        "finite_size_shift_at": listing([worst]),
        "bias": percent(max(variance_bias(frame, block, ratio) for ratio in ratios), 1),
    }


def model_of(frame: pd.DataFrame, block: dict, ratio: float) -> TeacherStudent:
    """The training problem at one aspect ratio, judged by the teacher."""
    rows = frame[frame["aspect_ratio"] == ratio].sort_values("reward_value")
    return grid.build_model(rows.iloc[0].to_dict(), "proportional_regime", block["general"]["seed"])


def variance_bias(frame: pd.DataFrame, block: dict, ratio: float) -> float:
    """The relative bias of s² at one aspect ratio."""
    model = model_of(frame, block, ratio)
    return finite_size.variance_bias(model) / model.n_train


def finite_size_shift(frame: pd.DataFrame, block: dict, ratio: float, k: float) -> tuple[float, float]:
    """Relative spread of q_TT between training sets, and what it and the bias do to δ at T = 0, c = 0."""
    rows = frame[(frame["aspect_ratio"] == ratio) & (frame["reward_value"] == 0)]
    s2, q = (at(rows, "two_point", quantity=name) for name in ("s2", "q_tt"))
    spread = np.sqrt(at(rows, "two_point", quantity="gap_variance"))
    shift = s2 * variance_bias(frame, block, ratio)

    def error(variance: float, gap: float) -> float:
        return float(
            mean_selection_error([k], OrderParameters.overshoot(variance, gap, 0.0), temperature=0.0)[0]
        )

    # Two points at one standard deviation have the mean and the variance of q_TT.
    mean = (error(s2 + shift, q + shift - spread) + error(s2 + shift, q + shift + spread)) / 2
    return float(spread / q), mean / error(s2, q) - 1
