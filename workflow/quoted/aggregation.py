"""Numbers about the other ways to spend k candidates."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from bestofk.combination import best_combination
from bestofk.weighted_mean import winning_overshoots
from simulations.aggregation import COMBINED
from tables import at

from quoted.formats import count, figures, fixed, largest_deviation, listing, percent

#: Combinations with the mean that are computed exactly.
COMBINATIONS = ("combination", "weighted_combination")


def aggregation(frame: pd.DataFrame, block: dict) -> dict:
    """Errors of the rules, where they cross, and what combinations of two of them gain."""
    s2 = float(frame[frame["quantity"] == "s2"]["two_point"].iloc[0])
    judges = sorted(frame["reward_value"].unique())
    middle, far = judges[1], judges[-1]
    simulated = frame[frame["simulation"].notna() & frame["exact"].notna()]
    ordinary = simulated[~simulated["quantity"].isin([*COMBINATIONS, "best_of_k", "weighted_vote"])]
    largest = simulated["k"].max()

    def error(rule: str, c: float, k: float, column: str = "exact") -> float:
        return at(frame, column, quantity=rule, reward_value=c, k=k) / s2

    def crossing(pair: str, c: float) -> tuple[float, str]:
        return count(at(frame, "exact", quantity=pair, reward_value=c))

    far_mean = frame[(frame["quantity"] == "weighted_mean") & (frame["reward_value"] == far)]
    far_mean = far_mean.set_index("k")["exact"]
    asked = len(judges) * len(block["selection"]["k_weighted_vote"])
    few = float(sorted(simulated["k"].unique())[len(simulated["k"].unique()) // 3])
    votes = simulated[simulated["quantity"] == "weighted_vote"]
    return {
        "q_tt": listing([round(block["problem"]["teacher"]["kappa"][0], 9)]),
        "cell_width": listing([block["selection"]["cell_width"]]),
        "temperature": listing(block["selection"]["reduced_temperature"]),
        "overshoots": listing(judges),
        "middle_overshoot": listing([middle]),
        "far_overshoot": listing([far]),
        "replicates": count(block["simulation"]["replicates"]),
        "inputs": count(block["simulation"]["inputs"]),
        "largest_k": count(largest),
        "largest_deviation": largest_deviation(ordinary),
        "points": count(len(ordinary)),
        "weighted_votes": count(len(votes)),
        "weighted_vote_deviation": largest_deviation(votes),
        "weighted_votes_asked": count(asked),
        "combination_deviation": largest_deviation(simulated[simulated["quantity"].isin(COMBINATIONS)]),
        "best_overtakes": crossing("weighted_mean_to_best_of_k", judges[0]),
        "mean_overtakes": crossing("best_of_k_to_mean", far),
        "far_best_k": count(float(far_mean.idxmin())),
        "far_best": fixed(float(far_mean.min()) / s2, 3),
        "far_limit": fixed(float(far_mean[np.inf]) / s2, 3),
        "middle_best_of_k": fixed(error("best_of_k", middle, np.inf), 4),
        "middle_weighted_mean": fixed(error("weighted_mean", middle, np.inf), 4),
        "middle_softmax": fixed(error("softmax", middle, np.inf), 3),
        "vote_limit": fixed(error("vote", middle, np.inf), 4),
        "vote_largest": fixed(error("vote", middle, largest), 3),
        "weighted_vote_largest": fixed(error("weighted_vote", middle, largest, "simulation"), 3),
        "weighted_vote_far": fixed(error("weighted_vote", far, largest, "simulation"), 3),
        "middle_gain": figures(
            error("weighted_mean", middle, largest) / error("combination", middle, largest), 3
        ),
        "far_gain": figures(error("weighted_mean", far, largest) / error("combination", far, largest), 3),
        "teacher_gain": percent(
            1.0 - error("combination", judges[0], 4.0) / error("best_of_k", judges[0], 4.0), 2
        ),
        "pairs": count(len(list(combinations(COMBINED, 2)))),
        "far_weighted_gain": figures(
            error("weighted_mean", far, largest) / error("weighted_combination", far, largest), 3
        ),
        "pair_k": count(few),
        "pairs_few": pairs(frame, judges, few),
        "pairs_many": pairs(frame, judges, largest),
    }


def pairs(frame: pd.DataFrame, judges: list[float], k: float) -> tuple[list[float], str]:
    """The best pair of rules for each judge, with what it gains."""
    found = [best_pair(frame, judge, k) for judge in judges]
    texts = [
        f"{first} with {second} ({figures(gain, 3)[1]})".replace("_", " ") for first, second, gain in found
    ]
    return [gain for *_, gain in found], f"{', '.join(texts[:-1])} and {texts[-1]}"


def best_pair(frame: pd.DataFrame, overshoot: float, k: float) -> tuple[str, str, float]:
    """The two rules whose best convex combination is the best of all, and what it gains on the better one."""
    rows = frame[(frame["reward_value"] == overshoot) & (frame["k"] == k)].set_index("quantity")["simulation"]
    pairs = {
        pair: best_combination(rows[pair[0]], rows[pair[1]], rows["{}_and_{}".format(*pair)])[1]
        for pair in combinations(COMBINED, 2)
    }
    first, second = min(pairs, key=pairs.get)
    return first, second, float(min(rows[first], rows[second]) / pairs[first, second])


def aggregation_map(frame: pd.DataFrame, block: dict) -> dict:
    """The judges between which each rule wins, and from which k the mean does."""
    last = frame[frame["k"] == frame["k"].max()]
    overshoots = np.sort(frame["overshoot"].unique())
    judge = float(overshoots[np.abs(overshoots - 6.0).argmin()])
    along = frame[frame["overshoot"] == judge].sort_values("k")
    wins = along["k"][along["mean"] < along[["best_of_k", "weighted_mean"]].min(axis="columns")]
    edge, _ = winning_overshoots(float(frame["reduced_temperature"].iloc[0]))
    beyond = frame[frame["overshoot"] > edge]
    leads = beyond[beyond["best_of_k"] < beyond[["weighted_mean", "mean"]].min(axis="columns")]
    # The judge farthest from the edge that is on the map, if the map resolves any.
    reentrant = leads[leads["overshoot"] == leads["overshoot"].max()]
    gain = frame[["best_of_k", "mean", "weighted_mean"]].min(axis="columns") / frame["combination"]
    return {
        "largest_k": count(last["k"].iloc[0]),
        "judges": count(overshoots.size),
        "reentrant_overshoot": listing(reentrant["overshoot"].round(2).unique()),
        "reentrant_from": listing(sorted(reentrant["k"])[:1]),
        "reentrant_to": listing(sorted(reentrant["k"])[-1:]),
        "far_overshoot": figures(judge, 2),
        "far_mean_from": count(wins.min()),
        "least_overshoot": figures(overshoots[0], 2),
        "largest_overshoot": figures(overshoots[-1], 2),
        "softmax_over_mean": figures(float((frame["softmax"] / frame["weighted_mean"]).min()), 3),
        "combination_loses": percent(float((gain < 1.0).mean()), 2),
    }
