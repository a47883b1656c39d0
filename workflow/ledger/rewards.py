"""Claims about the best reward at a given number of candidates and temperature."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement
from tables import at, errors

from ledger.entries import HP_AND_NEW, INTEGRALS, NEW, PROOF, SIMULATION, agreement_claim, claim, interval


def optimal_reward(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Agreement of the curves over the overshoot, and where the best one lies."""
    s2, q_tt = (at(frame, "two_point", quantity=name) for name in ("s2", "q_tt"))
    curves = errors(frame)
    yield agreement_claim(
        "optimal_reward_agrees",
        "The exact finite-k theory agrees with simulation at every overshoot of the judge.",
        NEW,
        curves[curves["exact"].notna()],
        settings,
    )
    best = frame[frame["quantity"] == "optimal_overshoot"].assign(t=frame["temperature"] / (2 * s2))
    paired = frame[(frame["quantity"] == "error_difference") & frame["simulation"].notna()]
    yield teacher_claim(curves, paired, s2, settings)
    for k in sorted(paired["k"].unique()):
        yield beyond_claim(paired[paired["k"] == k], best[best["k"] == k], s2, settings)
    finite = best[np.isfinite(best["k"])]
    last = finite[finite["k"] == finite["k"].max()]
    least = frame[(frame["quantity"] == "optimal_error") & (frame["k"] == last["k"].iloc[0])]
    reduced = least["temperature"] / (2 * s2)
    ratios = np.array(
        [*(last["exact"] / last["t"]), *(least["exact"] * (1 + reduced) / (s2 * reduced))], dtype=float
    )
    tolerance = settings["limit_tolerance"]
    yield claim(
        "best_overshoot_limit",
        "For k → ∞ the best overshoot tends to c = t, and the error there to s² t/(1+t).",
        HP_AND_NEW,
        f"c⋆/t and δ (1+t)/(s² t) at k = {last['k'].iloc[0]:g}, over t",
        f"{ratios.min():.5f} to {ratios.max():.5f}",
        f"1 ± {tolerance:g}",
        bool((np.abs(ratios - 1) < tolerance).all()),
        INTEGRALS,
    )
    law = ((last["exact"] - last["t"]) / (last["large_k_law"] - last["t"])).to_numpy()
    margin = settings["tail_margin"]
    yield claim(
        "best_overshoot_law",
        "At large k the best overshoot exceeds t by its law of order 1/k.",
        NEW,
        f"exact/law of c⋆ − t at k = {last['k'].iloc[0]:g}, over t",
        f"{law.min():.5f} to {law.max():.5f}",
        f"1 ± {margin:g}",
        bool((np.abs(law - 1) < margin).all()),
        INTEGRALS,
    )
    yield two_candidates_claim(frame, s2, q_tt)


def teacher_claim(curves: pd.DataFrame, paired: pd.DataFrame, s2: float, settings: dict) -> dict:
    """Whether some overshoot beats the teacher at every simulated k and temperature."""
    teacher = paired[paired["reward_value"] == 0]
    test = (teacher["simulation"] / s2, teacher["standard_error"] / s2, teacher["replicates"])
    low, high = agreement.single_interval(*test, confidence=settings["confidence"])
    _, together = agreement.simultaneous_interval(*test, confidence=settings["confidence"])
    exact = curves.pivot(index=["k", "temperature"], columns="reward_value", values="exact")
    first, second = exact.columns.sort_values()[:2]
    falls = bool((exact[second] < exact[first])[exact[first].notna()].all())
    place = int(low.argmin())
    return claim(
        "teacher_never_best",
        "The teacher is not the best judge at any k and T > 0 looked at: c = t is better, and every exact "
        "curve falls from c = 0 on.",
        HP_AND_NEW,
        f"[δ(c = 0) − δ(c = t)]/s², paired, at {len(teacher)} pairs of k and T",
        f"least {interval(low[place], high[place], 5)}; exact curves {'agree' if falls else 'disagree'}",
        "above 0 at each",
        False if not falls or (together < 0).any() else (True if (low > 0).all() else None),
        SIMULATION,
    )


def beyond_claim(paired: pd.DataFrame, best: pd.DataFrame, s2: float, settings: dict) -> dict:
    """Whether at one k the best overshoot is larger than t at every temperature."""
    k = float(paired["k"].iloc[0])
    # The overshoot that the others are compared with is the one whose differences are all 0.
    at_reference = paired[paired["standard_error"] == 0].set_index("temperature")["reward_value"]
    side = np.sign(paired["reward_value"] - paired["temperature"].map(at_reference))
    below, above = paired[side < 0], paired[side > 0]

    def scaled(rows: pd.DataFrame) -> tuple:
        return rows["simulation"] / s2, rows["standard_error"] / s2, rows["replicates"]

    each_low, _ = agreement.single_interval(*scaled(below), confidence=settings["confidence"])
    _, some_below = agreement.simultaneous_interval(*scaled(below), confidence=settings["confidence"])
    low, high = agreement.simultaneous_interval(*scaled(above), confidence=settings["confidence"])
    groups = [np.flatnonzero(above["temperature"] == T) for T in sorted(above["temperature"].unique())]
    places = [group[high[group].argmin()] for group in groups]
    held = bool((each_low > 0).all()) and all(high[place] < 0 for place in places)
    # That no c > t tried is better refutes nothing: the best one may be nearer to t.
    refuted = bool((some_below < 0).any())
    agrees = bool((best["exact"] > best["t"]).all())
    worst = max(places, key=lambda place: high[place])
    ratios = ", ".join(f"{row.exact / row.t:.4g}" for row in best.sort_values("temperature").itertuples())
    return claim(
        f"best_overshoot_beyond_t_k{k:g}",
        f"With k = {k:g} the best overshoot is larger than t: some c > t beats c = t, which beats every "
        "smaller one.",
        NEW,
        "[δ(c) − δ(c = t)]/s² at the best c > t, paired, least clear of the temperatures",
        f"[{low[worst]:.2g}, {high[worst]:.2g}] at c = {above['reward_value'].iloc[worst]:g}; "
        f"exact c⋆/t = {ratios}".replace("-", "−"),
        "below 0, and above 0 at each c < t",
        False if refuted or not agrees else (True if held else None),
        SIMULATION,
    )


def two_candidates_claim(frame: pd.DataFrame, s2: float, q_tt: float) -> dict:
    """Whether two candidates have a finite best overshoot, against that of an infinite one."""
    rows = frame[(frame["quantity"] == "optimal_error") & (frame["k"] == 2)].sort_values("temperature")
    # For c → ∞ two candidates gain (2/π) √(2 q_TT/s²): the judge then picks the extreme one at any T.
    limit = s2 * (1 + q_tt / s2 - 2 / math.pi * math.sqrt(2 * q_tt / s2))
    depth = ((limit - rows["exact"]) / s2).to_numpy()
    best = frame[(frame["quantity"] == "optimal_overshoot") & (frame["k"] == 2)].sort_values("temperature")
    return claim(
        "best_overshoot_of_two",
        "Two candidates have a finite best overshoot at every T > 0 looked at, far out and shallow when hot.",
        NEW,
        "[δ(c → ∞) − δ(c⋆)]/s² over t, k = 2",
        f"{', '.join(f'{value:.5f}' for value in depth)} at c⋆ = "
        f"{', '.join(f'{value:.4g}' for value in best['exact'])}",
        "above 0",
        bool((depth > 0).all() and np.isfinite(best["exact"]).all()),
        PROOF,
    )
