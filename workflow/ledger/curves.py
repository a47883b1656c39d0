"""Claims about the selection error along k and T."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement
from tables import at, errors

from ledger.entries import (
    HP,
    HP_AND_NEW,
    NEW,
    PROOF,
    SIMULATION,
    agreement_claim,
    claim,
    interval,
    simulated_temperature,
)


def error_vs_k(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Agreement of the curves over k, and where a finite number of candidates is best."""
    yield agreement_claim(
        "error_vs_k_agrees",
        "The exact finite-k theory agrees with simulation for every reward and every k.",
        NEW,
        errors(frame),
        settings,
    )
    for overshoot in sorted(frame["reward_value"].unique()):
        yield best_k_claim(frame[frame["reward_value"] == overshoot], f"{overshoot:g}", settings)
    cold = errors(frame[frame["reward_value"] == frame["reward_value"].min()])
    hot = cold[cold["temperature"] == cold["temperature"].max()]
    hot = hot[np.isfinite(hot["k"]) & (hot["k"] > 1)]
    # Relative to the largest remainder over k: the remainder itself changes sign, and no ratio survives that.
    remainder = hot["exact"] - hot["high_temperature_2"]
    missed = {
        form: float((hot[column] - hot["exact"]).abs().max() / remainder.abs().max())
        for form, column in (("exact", "high_temperature_3"), ("published", "high_temperature_published"))
    }
    limit = settings["third_order_margin"]
    yield claim(
        "third_order_exact",
        "The third-order coefficient that is exact in k describes the exact error at high temperature.",
        NEW,
        "largest miss over k, relative to the largest remainder of the second order",
        f"{missed['exact']:.3f}",
        f"below {limit:g}",
        missed["exact"] < limit,
        PROOF,
    )
    yield claim(
        "third_order_published",
        "The third-order term with (1−1/k)(1−2/k)(1−3/k), as in the public code, is not the finite-k one.",
        NEW,
        "largest miss over k, relative to the largest remainder of the second order",
        f"{missed['published']:.3f}",
        f"above {limit:g}",
        missed["published"] > limit,
        PROOF,
    )


def best_k_claim(frame: pd.DataFrame, overshoot: str, settings: dict) -> dict:
    """Whether a finite k is best for one reward: a criterion predicts, exact theory and simulation decide."""
    temperature = simulated_temperature(frame)
    s2, q_tr, q_rr = (at(frame, "two_point", quantity=name) for name in ("s2", "q_tr", "q_rr"))
    finite = 3 * q_rr / (1 + temperature / (2 * s2)) > s2 + 2 * q_tr
    curve = errors(frame)
    curve = curve[np.isclose(curve["temperature"], temperature, rtol=1e-9)].sort_values("k")
    exact = curve["exact"].to_numpy()
    agrees = bool(exact.min() < exact[-1]) if finite else bool((np.diff(exact) < 0).all())
    *before, last = curve.loc[curve["simulation"].notna(), "k"]
    # Nearer to the last k the differences are below what the replicates resolve.
    rows = curve[curve["k"].isin(before) & (curve["k"] <= settings["largest_k_compared"])]
    test = (rows["difference"] / s2, rows["difference_standard_error"] / s2, rows["replicates"])
    # "At some k" must allow for the choice of k; "at every k" need not.
    some_low, some_high = agreement.simultaneous_interval(*test, confidence=settings["confidence"])
    each_low, each_high = agreement.single_interval(*test, confidence=settings["confidence"])
    if finite:
        held, refuted, place = (some_high < 0).any(), (each_low > 0).all(), int(some_high.argmin())
        low, high = some_low[place], some_high[place]
        sentence = f"some k is better than {last:g}, and the exact curve has a finite best k"
        sign, expected = ">", "below 0 at some k"
    else:
        held, refuted, place = (each_low > 0).all(), (some_high < 0).any(), int(each_low.argmin())
        low, high = each_low[place], each_high[place]
        sentence = f"every k up to {rows['k'].max():g} is worse than {last:g}, and the exact curve falls"
        sign, expected = "≤", "above 0 at every k"
    return claim(
        f"best_k_c{overshoot}",
        f"With overshoot c = {overshoot}, where 3 q_RR/(1+t) {sign} s² + 2 q_TR, {sentence}.",
        HP_AND_NEW,
        f"[δ(k) − δ({last:g})]/s², paired, k up to {rows['k'].max():g}",
        f"at k = {rows['k'].iloc[place]:g} {interval(low, high, 5)}; "
        f"exact curve {'agrees' if agrees else 'disagrees'}",
        expected,
        False if refuted or not agrees else (True if held else None),
        SIMULATION,
    )


def error_vs_temperature(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Agreement of the curves over T, and where an interior temperature is best."""
    yield agreement_claim(
        "error_vs_temperature_agrees",
        "The exact finite-k theory agrees with simulation at every temperature.",
        NEW,
        errors(frame),
        settings,
    )
    best = frame[frame["quantity"] == "optimal_temperature"]
    interior = best[(best["exact"] > 0) & np.isfinite(best["exact"])]
    # At k = 1 every temperature is as good.
    teacher, pairs = best[(best["reward_value"] == 0) & (best["k"] > 1)], best[best["k"] == 2]
    yield claim(
        "no_best_temperature_for_the_teacher",
        "With the teacher as the reward T = 0 is best at every k > 1 looked at.",
        NEW,
        f"k of {names(teacher['k'])} with another best temperature",
        str(int((teacher["exact"] != 0).sum())),
        "0",
        bool((teacher["exact"] == 0).all()) if len(teacher) else None,
        PROOF,
    )
    yield claim(
        "no_best_temperature_for_two",
        "With k = 2 no interior temperature is best for any reward looked at.",
        NEW,
        f"overshoots of {names(pairs['reward_value'])} with an interior optimum",
        str(len(interior[interior["k"] == 2])),
        "0",
        bool(pairs["exact"].isin([0.0, np.inf]).all()) if len(pairs) else None,
        PROOF,
    )
    largest = frame[frame["reward_value"] == frame["reward_value"].max()]
    unit = 2 * at(largest, "two_point", quantity="s2")
    at_limit = {
        column: at(largest, column, quantity="optimal_temperature", k=math.inf) / unit
        for column in ("exact", "published")
    }
    yield claim(
        "published_temperature_is_three_above",
        "At k = ∞ the published formula for the best temperature is too high by exactly 3 in t.",
        NEW,
        "t⋆ published − t⋆ exact, largest overshoot",
        f"{at_limit['published'] - at_limit['exact']:.3f}",
        f"3 ± {settings['limit_tolerance'] * 3:g}",
        abs(at_limit["published"] - at_limit["exact"] - 3) < 3 * settings["limit_tolerance"],
        PROOF,
    )


def names(values: pd.Series) -> str:
    """Values in a row of words."""
    return ", ".join(f"{value:g}" for value in sorted(values)).replace("inf", "∞")


def best_of_k(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Agreement at T = 0, and the law of 1/k²."""
    yield agreement_claim(
        "best_of_k_agrees",
        "At T = 0 with the teacher as the reward the exact theory agrees with simulation for every n and k.",
        NEW,
        errors(frame),
        settings,
    )
    curves = errors(frame)
    finite = curves[np.isfinite(curves["k"])]
    last = finite[finite["k"] == finite["k"].max()]
    ratio = (last["exact"] / last["best_of_k_law"]).to_numpy()
    yield claim(
        "best_of_k_law",
        "δ k² tends to π s²/√(1 − 2q_TT/s²).",
        HP,
        f"exact/law at k = {last['k'].iloc[0]:g}, over n",
        f"{ratio.min():.5f} to {ratio.max():.5f}",
        f"1 ± {settings['limit_tolerance']:g}",
        bool((np.abs(ratio - 1) < settings["limit_tolerance"]).all()),
        PROOF,
    )
    measured = finite[finite["simulation"].notna()]
    at_last = measured[measured["k"] == measured["k"].max()]
    result = agreement.equivalence(
        at_last["simulation"] / at_last["exact"],
        at_last["standard_error"] / at_last["exact"],
        at_last["replicates"],
        expected=1.0,
        margin=settings["coefficient_margin"],
        confidence=settings["confidence"],
    )
    yield claim(
        "best_of_k_coefficient",
        f"The simulated coefficient of the law at k = {at_last['k'].iloc[0]:g} is the exact one at every n.",
        HP,
        "simulation/exact",
        f"farthest interval {interval(result.low, result.high)}",
        f"1 ± {settings['coefficient_margin']:g}",
        result.verdict,
        SIMULATION,
    )
