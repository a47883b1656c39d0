"""Claims about the selection error along k and T."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement
from tables import at, errors

from ledger.entries import HP, NEW, agreement_claim, claim, interval, simulated_temperature


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
    )
    yield claim(
        "third_order_published",
        "The third-order term with (1−1/k)(1−2/k)(1−3/k), as in the public code, is not the finite-k one.",
        NEW,
        "largest miss over k, relative to the largest remainder of the second order",
        f"{missed['published']:.3f}",
        f"above {limit:g}",
        missed["published"] > limit,
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
    # Every simulated k against the largest, together: no k is picked by what was seen.
    rows = curve[curve["simulation"].notna()].iloc[:-1]
    low, high = agreement.simultaneous_interval(
        rows["difference"] / s2,
        rows["difference_standard_error"] / s2,
        rows["replicates"],
        confidence=settings["confidence"],
    )
    if finite:
        held, refuted, place = (high < 0).any(), (low > 0).all(), int(high.argmin())
        sentence = "a finite number of candidates is best, as 3 q_RR/(1+t) > s² + 2 q_TR says"
    else:
        held, refuted, place = (low > 0).all(), (high < 0).any(), int(low.argmin())
        sentence = "more candidates always help, as 3 q_RR/(1+t) ≤ s² + 2 q_TR says"
    return claim(
        f"best_k_c{overshoot}",
        f"With overshoot c = {overshoot} {sentence}.",
        NEW,
        "[δ(k) − δ(largest simulated k)]/s², paired, all k together",
        f"at k = {rows['k'].iloc[place]:g} {interval(low[place], high[place], 5)}; "
        f"exact curve {'agrees' if agrees else 'disagrees'}",
        "below 0 at some k" if finite else "above 0 at every k",
        False if refuted or not agrees else (True if held else None),
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
    teacher, pairs = best[best["reward_value"] == 0], best[best["k"] == 2]
    yield claim(
        "no_best_temperature_for_the_teacher",
        "With the teacher as the reward no interior temperature is best, whatever k.",
        NEW,
        "k with an interior optimum",
        str(len(interior[interior["reward_value"] == 0])),
        "0",
        bool((teacher["exact"].dropna() == 0).all()),
    )
    yield claim(
        "no_best_temperature_for_two",
        "With k = 2 no interior temperature is best, whatever the reward.",
        NEW,
        "rewards with an interior optimum",
        str(len(interior[interior["k"] == 2])),
        "0",
        bool(pairs["exact"].isin([0.0, np.inf]).all()) if len(pairs) else None,
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
    )


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
    )
