"""Claims about the other ways to spend k candidates: means, votes, and the mean combined with best-of-k."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement
from bestofk.weighted_mean import winning_overshoots
from tables import at
from theories.aggregation import NARROW
from theories.aggregation_map import COMPARED

from ledger.entries import INTEGRALS, NEW, PROOF, SIMULATION, agreement_claim, claim, interval

#: Rules with an exact error at every k that rare inputs hardly touch, and those that look at no judge.
EXACT, BLIND = ("softmax", "mean", "median", "weighted_mean", "vote"), ("mean", "median", "vote")


def aggregation(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Agreement of every rule with its exact error, the laws of the rules, and what a combination gains."""
    yield agreement_claim(
        "aggregation_agrees",
        "Means, medians, weighted means, votes and softmax selection have their exact errors, on candidates "
        "of fitted posteriors and on one grid of answers for all inputs.",
        NEW,
        frame[frame["quantity"].isin(EXACT)],
        settings,
    )
    counted = frame[(frame["quantity"] == "weighted_vote") & frame["exact"].notna()]
    yield agreement_claim(
        "weighted_vote_agrees",
        "Weighted votes have the error that the lattice of weights gives, where it resolves the weights.",
        NEW,
        counted,
        settings,
    )
    combined = frame[frame["quantity"].isin(["combination", "weighted_combination"])]
    yield agreement_claim(
        "combination_agrees",
        "The mean combined with best-of-k, or with the weighted mean, by the share that theory gives has its "
        "exact error.",
        NEW,
        combined,
        {**settings, "margin": settings["rare_margin"]},
    )
    yield from law_claims(frame, settings)
    yield gain_claim(frame, settings)


def law_claims(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Exact errors against the laws at the largest k and at k = infinity."""
    s2, q_tt = (float(frame[frame["quantity"] == name]["two_point"].iloc[0]) for name in ("s2", "q_tt"))
    first = frame[frame["reward_value"] == frame["reward_value"].min()]
    exact = first.pivot_table(index="k", columns="quantity", values="exact")[list(BLIND)]
    last = exact[np.isfinite(exact.index)].iloc[-1]
    scaled = (last[["mean", "median"]] - q_tt) * last.name / s2
    off = np.abs(scaled / [1.0, np.pi / 2.0] - 1.0).max()
    yield claim(
        "means_have_no_floor_but_the_gap",
        "The error of the mean of k candidates is q_TT + s²/k, that of their median tends to "
        "q_TT + π s²/(2 k).",
        NEW,
        f"k (exact − q_TT)/s² of mean and median at k = {last.name:g}",
        f"{scaled['mean']:.5f} and {scaled['median']:.5f}",
        f"1 and π/2 ± {settings['limit_tolerance']:g}",
        bool(off < settings["limit_tolerance"]),
        PROOF,
    )
    below = (exact[["median", "vote"]].sub(exact["mean"], axis="index") / s2).min().min()
    yield claim(
        "mean_is_the_best_blind_rule",
        "On average over inputs and over where the grid lies no median and no vote has a smaller error than "
        "the mean.",
        NEW,
        f"smallest excess of median and vote over the mean, {len(exact)} k",
        f"{below:.1e} s²",
        "not below 0, up to rounding",
        bool(below > -1e-12),
        PROOF,
    )
    width = float(np.sqrt(12.0 * (at(first, "exact", quantity="vote", k=np.inf) - q_tt) / s2))
    narrow = float(frame[frame["quantity"] == "narrow_vote"]["exact"].iloc[0])
    ratios = [
        (error - q_tt - s2 * size**2 / 12.0) * last.name * size**3 / (2.0 * np.sqrt(2.0 * np.pi) * s2)
        for error, size in ((last["vote"], width), (narrow, NARROW * width))
    ]
    yield claim(
        "vote_excess",
        "Beyond its floor q_TT + ε²/12, cells being ε wide, the error of a vote tends to "
        "2 √(2π) s⁵/(k ε³) where cells are narrow and k (ε/s)⁵ is large.",
        NEW,
        f"exact/law of the excess at k = {last.name:g}, ε = {width:.2g} s and {NARROW * width:.2g} s",
        f"{ratios[0]:.3f} and {ratios[1]:.3f}",
        f"1 ± {settings['bias_margin']:g}, narrower cells nearer to 1",
        bool(abs(ratios[1] - 1.0) < min(settings["bias_margin"], abs(ratios[0] - 1.0))),
        INTEGRALS,
    )
    far = frame[frame["reward_value"] == frame["reward_value"].max()]
    curve = far[far["quantity"] == "weighted_mean"].set_index("k")["exact"].sort_index() / s2
    best = curve.idxmin()
    yield claim(
        "weighted_mean_has_a_best_k",
        f"With overshoot c = {far['reward_value'].iloc[0]:g} a finite number of candidates is best for the "
        "weighted mean as well.",
        NEW,
        "error at the best k of the grid over that at k = ∞",
        f"{curve[best] / curve[np.inf]:.3f} at k = {best:g}",
        "below 1",
        bool(np.isfinite(best) and curve[best] < curve[np.inf] * (1.0 - settings["limit_tolerance"])),
        INTEGRALS,
    )


def gain_claim(frame: pd.DataFrame, settings: dict) -> dict:
    """Whether the combination beats every simulated rule where the judge overshoots."""
    largest = frame.loc[frame["simulation"].notna(), "k"].max()
    judges = sorted(frame.loc[frame["reward_value"] > 0, "reward_value"].unique())
    rules = [*EXACT, "best_of_k", "weighted_vote"]
    rows = frame[(frame["k"] == largest) & frame["reward_value"].isin(judges)]
    rows = rows[rows["quantity"].isin([*rules, "combination"])]
    low, high = agreement.simultaneous_interval(
        rows["simulation"], rows["standard_error"], rows["replicates"], confidence=settings["confidence"]
    )
    rows = rows.assign(low=low, high=high)
    single = rows[rows["quantity"] != "combination"].groupby("reward_value")[["low", "high"]].min()
    both = rows[rows["quantity"] == "combination"].set_index("reward_value")[["low", "high"]]
    # The intervals hold together, whatever the dependence of rules that see the same candidates.
    least, most = (single["low"] / both["high"]).min(), (single["high"] / both["low"]).min()
    return claim(
        "combination_beats_single_rules",
        f"With overshoot c = {' and '.join(f'{judge:g}' for judge in judges)} the mean combined with "
        f"best-of-k beats every single rule at k = {largest:g}.",
        NEW,
        "error of the best single rule over that of the combination, least over c",
        interval(least, most, 1),
        "above 1",
        True if least > 1.0 else (False if most < 1.0 else None),
        SIMULATION,
    )


def aggregation_map(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Which rules win anywhere, and where they stop winning as k grows."""
    errors = frame[list(COMPARED)]
    best = errors.idxmin(axis="columns")
    names = {"best_of_k": "best of k", "weighted_mean": "weighted mean", "mean": "mean"}
    beaten = (frame["softmax"] / frame["weighted_mean"]).min()
    yield claim(
        "weighted_mean_beats_softmax",
        "Averaging with the weights of a softmax is better than choosing by them, for every judge and k > 1.",
        NEW,
        f"smallest error of softmax over weighted mean, {frame['overshoot'].nunique()} judges, "
        f"{frame['k'].nunique()} k",
        f"{beaten:.3f}",
        "above 1",
        bool(beaten > 1.0),
        PROOF,
    )
    yield claim(
        "three_rules_win",
        "Of best-of-k, softmax, mean, weighted mean and plain vote only three are the best at some judge and "
        "k: neither softmax nor vote is.",
        NEW,
        f"best rule at {len(frame)} pairs of judge and k",
        ", ".join(f"{names.get(rule, rule)} {count}" for rule, count in best.value_counts().items()),
        "best of k, weighted mean and mean alone",
        bool(set(best) <= set(names)),
        PROOF,
    )
    low, high = winning_overshoots(float(frame["reduced_temperature"].iloc[0]))
    last = frame[frame["k"] == frame["k"].max()]
    predicted = np.where(
        last["overshoot"] < low, "best_of_k", np.where(last["overshoot"] < high, "weighted_mean", "mean")
    )
    agree = (best[last.index] == predicted).sum()
    yield claim(
        "winners_of_many",
        "For many candidates best-of-k wins below c = t/(2 + t), the weighted mean from there to "
        "c = 1 + 2 t, and the mean beyond.",
        NEW,
        f"judges whose best rule at k = {last['k'].iloc[0]:g} is that of k = ∞",
        f"{agree} of {len(last)}",
        "all, but for the two next to an edge",
        bool(len(last) - agree <= 2),
        INTEGRALS,
    )
