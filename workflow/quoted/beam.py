"""Numbers about beam search."""

from __future__ import annotations

import numpy as np
import pandas as pd
from ledger.beam import best, last_excess, ratios_to_width_one
from tables import at, errors

from quoted.difficulty import two_to
from quoted.formats import count, figures, fixed, largest_deviation, listing, percent


def beam_search(frame: pd.DataFrame, block: dict) -> dict:
    """Gains of steps, what wrong partial rewards do, and what wider beams do."""
    settings, curves = block["beam"], errors(frame)
    narrow = curves[curves["width"] == 1]
    simulated = narrow[narrow["simulation"].notna()]
    return {
        "steps": listing(settings["steps"]),
        "teacher_gaps": listing(settings["teacher_gap"]),
        "simulated_k": count(simulated["k"].max()),
        "largest_k": two_to(narrow["k"].max()),
        "searches": count(block["simulation"]["replicates"] * block["simulation"]["searches"]),
        "points": count(len(simulated)),
        "largest_deviation": largest_deviation(simulated),
        "largest_z": figures(float(simulated["z"].abs().max()), 2),
        "margin": percent(block["general"]["claims"]["beam_margin"], 1),
        **gains(last_excess(frame)),
        **wrong_rewards(frame, settings),
        **widths(ratios_to_width_one(curves)),
        **averages(frame[frame["quantity"] == "averaged_error"]),
    }


def gains(last: pd.DataFrame) -> dict:
    """The error of best-of-k over that of most steps at the easiest and the hardest gap, and for small k."""
    right = last[last["partial_reward"] == "right"]
    most = right["steps"].max()

    def gain(gap: float) -> float:
        single, several = (at(right, "exact", steps=steps, teacher_gap=float(gap)) for steps in (1, most))
        return single / several

    hardest = right.loc[right["steps"] == most, "teacher_gap"].max()
    ahead = last[(last["partial_reward"] == "ahead") & (last["teacher_gap"] == hardest)]["exact"].iloc[0]
    return {
        "ahead_gain": figures(at(right, "exact", steps=1, teacher_gap=float(hardest)) / ahead, 3),
        "most_steps": count(most),
        "hardest_gap": listing([hardest]),
        "gain_easiest": figures(gain(0.0), 2),
        "gain_hardest": figures(gain(hardest), 3),
        # Charged by the partial answer, k L of them against as many whole ones: L^2 less at large k.
        "gain_easiest_counted": fixed(gain(0.0) / most**2, 3),
        "gain_hardest_counted": figures(gain(hardest) / most**2, 2),
    }


def wrong_rewards(frame: pd.DataFrame, settings: dict) -> dict:
    """Limit and best k for each kind of partial reward at the gap that is drawn."""
    gap = float(settings["biased_teacher_gap"][0])
    found = best(frame)
    rows = last_excess(frame)
    rows = rows[(rows["teacher_gap"] == gap) & (rows["reward_bias"] > 0)]
    least = frame[frame["quantity"] == "optimal_error"].set_index("point")["exact"]
    values = {
        "biased_steps": count(settings["biased_steps"]),
        "biased_gap": listing([gap]),
        "bias": listing([settings["bias"]]),
        "bias_limit": figures(settings["bias"] ** 2, 2),
    }
    for name, steps in (
        ("ramp", settings["biased_steps"]),
        ("constant", settings["biased_steps"]),
        ("single", 1),
    ):
        kind = "constant" if name == "single" else name
        point = rows.loc[(rows["partial_reward"] == kind) & (rows["steps"] == steps), "point"].iloc[0]
        values[f"{name}_k"] = count(found[point])
        values[f"{name}_error"] = fixed(float(least[point]), 3)
    corrected = rows[rows["partial_reward"] == "corrected"]
    right = last_excess(frame)
    right = right[(right["teacher_gap"] == gap) & (right["partial_reward"] == "right")]
    price = float(corrected["exact"].iloc[0] / right["exact"].iloc[0])
    return values | {"corrected_price": figures(price, 2)}


def widths(rows: pd.DataFrame) -> dict:
    """The largest loss by width with right partial rewards, the largest gain with wrong ones, and the end."""
    right, wrong = (rows[rows["partial_reward"] == name] for name in ("right", "corrected"))
    worst, helped = right.loc[right["ratio"].idxmax()], wrong.loc[wrong["ratio"].idxmin()]
    off = rows.loc[rows["k"] == rows["k"].max(), "ratio"] - 1
    return {
        "widths": listing(sorted(rows["width"].unique())),
        "width_worst": figures(float(worst["ratio"]), 2),
        "width_worst_width": count(worst["width"]),
        "width_worst_k": count(worst["k"]),
        "width_least_right": fixed(float(right["ratio"].min()), 3),
        "width_best": fixed(float(helped["ratio"]), 2),
        "width_best_width": count(helped["width"]),
        "width_best_k": count(helped["k"]),
        "width_off_at_end": percent(float(np.abs(off).max()), 2),
    }


def averages(rows: pd.DataFrame) -> dict:
    """Local exponents of the averages along the last two k."""
    wide = rows.pivot(index="k", columns="steps", values="exact").sort_index()
    first, last = wide.index[-2:]
    exponents = -np.log(wide.loc[last] / wide.loc[first]) / np.log(last / first)
    few, many = exponents.index.min(), exponents.index.max()
    return {
        "average_kappa": listing([rows["kappa"].iloc[0]]),
        "average_first_k": count(first),
        "average_last_k": count(last),
        "average_steps": count(many),
        "average_exponent_single": fixed(float(exponents[few]), 2),
        "average_exponent": fixed(float(exponents[many]), 2),
    }
