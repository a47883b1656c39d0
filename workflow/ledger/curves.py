"""Claims about the selection error along k and T."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement

from ledger.entries import (
    HP,
    NEW,
    agreement_claim,
    claim,
    errors,
    interval,
    scalar,
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
    temperature = simulated_temperature(frame)
    for overshoot in sorted(frame["reward_value"].unique()):
        of_reward = frame[frame["reward_value"] == overshoot]
        best = scalar(of_reward, "optimal_k", "exact", temperature=temperature)
        curve = errors(of_reward)
        curve = curve[np.isclose(curve["temperature"], temperature, rtol=1e-9) & curve["simulation"].notna()]
        if np.isinf(best):
            steps = curve.sort_values("k")["simulation"].diff().dropna()
            exact_steps = curve.sort_values("k")["exact"].diff().dropna()
            yield claim(
                f"more_helps_c{overshoot:g}",
                f"With overshoot c = {overshoot:g} more candidates help, up to the largest k simulated.",
                HP,
                "steps of δ between neighbouring simulated k that are upward",
                f"{int((steps > 0).sum())} of {len(steps)} (exact theory: {int((exact_steps > 0).sum())})",
                "0",
                bool((exact_steps < 0).all()) and (True if (steps < 0).all() else None),
            )
            continue
        rows = curve.iloc[[(np.log(curve["k"]) - np.log(best)).abs().argmin()]]
        unit = scalar(of_reward, "s2", "two_point")
        gap, error = rows["difference"] / unit, rows["difference_standard_error"] / unit
        low, high = agreement.simultaneous_interval(
            gap, error, rows["replicates"], confidence=settings["confidence"]
        )
        k_last = curve["k"].max()
        yield claim(
            f"finite_k_c{overshoot:g}",
            f"With overshoot c = {overshoot:g} a finite number of candidates beats the largest simulated.",
            HP,
            f"[δ({rows['k'].iloc[0]:g}) − δ({k_last:g})]/s², paired",
            interval(low[0], high[0]),
            f"below 0; exact {(rows['exact'].iloc[0] - exact_at(curve, k_last)) / unit:.4f}".replace(
                "-", "−"
            ),
            True if high[0] < 0 else (False if low[0] > 0 else None),
        )
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


def exact_at(curve: pd.DataFrame, k: float) -> float:
    """The exact error of a curve at one k."""
    return float(curve.loc[curve["k"] == k, "exact"].iloc[0])


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
    unit = 2 * scalar(largest, "s2", "two_point")
    at_limit = {
        column: scalar(largest, "optimal_temperature", column, k=np.inf) / unit
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
