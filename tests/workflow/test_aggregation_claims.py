"""Claims about the other ways to spend candidates: each is shown to hold and to fail."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ledger.aggregation import BLIND, EXACT, aggregation, aggregation_map
from quoted.aggregation import best_pair
from theories.aggregation import NARROW, crossing

SETTINGS = {
    "confidence": 0.99,
    "margin": 0.01,
    "rare_margin": 0.02,
    "bias_margin": 0.1,
    "limit_tolerance": 1e-3,
}
WIDTH, Q_TT, LAST = 0.5, 0.25, 1e4


def frame(
    *,
    simulated=1.0,
    error=1e-4,
    combined=0.01,
    median=np.pi / 2,
    vote=1.05,
    narrow_vote=1.02,
    best=0.2,
    below=0.0,
) -> pd.DataFrame:
    """Two judges, k = 8 simulated, everything as claimed unless asked."""
    rows = []
    for place, judge in enumerate((0.0, 3.0)):
        common = {"point": f"p{place}", "reward_value": judge, "replicates": 100}
        rows += [
            common | {"quantity": name, "two_point": value} for name, value in (("s2", 1.0), ("q_tt", Q_TT))
        ]
        law = 2 * np.sqrt(2 * np.pi) / WIDTH**3 / LAST
        excess = law * vote
        narrow = Q_TT + (NARROW * WIDTH) ** 2 / 12 + law / NARROW**3 * narrow_vote
        rows.append(common | {"quantity": "narrow_vote", "k": LAST, "exact": narrow})
        far = {
            "mean": Q_TT + 1 / LAST,
            "median": Q_TT + median / LAST - below,
            "vote": Q_TT + WIDTH**2 / 12 + excess,
            "softmax": 0.5,
            "weighted_mean": best,
        }
        limits = {
            "mean": Q_TT,
            "median": Q_TT,
            "vote": Q_TT + WIDTH**2 / 12,
            "softmax": 0.5,
            "weighted_mean": 0.25,
        }
        for name in EXACT:
            rows.append(common | {"quantity": name, "k": LAST, "exact": far[name]})
            rows.append(common | {"quantity": name, "k": np.inf, "exact": limits[name]})
        for name in (*EXACT, "weighted_vote", "best_of_k", "combination"):
            exact = combined if name == "combination" else 0.5
            exact = 0.4 if name == "mean" else exact
            drawn = {"simulation": simulated * exact, "standard_error": error * exact}
            rows.append(common | {"quantity": name, "k": 8.0, "exact": exact} | drawn)
    return pd.DataFrame(rows)


def judges(*, softmax=2.0, edge=0.0, vote=1.0) -> pd.DataFrame:
    """Errors of many candidates at t = 1, and of two."""
    overshoots = np.array([-0.5, 0.2, 0.4, 2.0, 2.9, 3.5, 10.0])
    rows = pd.DataFrame({"overshoot": np.tile(overshoots, 2), "k": np.repeat([2.0, 1000.0], overshoots.size)})
    c = rows["overshoot"] + edge
    rows = rows.assign(best_of_k=c**2, weighted_mean=(c - 1) ** 2 / 4 + 1e-9, mean=1.0, vote=vote)
    rows.loc[rows["k"] == 2, "weighted_mean"] = 1e-9
    return rows.assign(softmax=softmax * rows["weighted_mean"], reduced_temperature=1.0, combination=0.0)


def verdicts(entries) -> dict[str, str]:
    return {entry["id"]: entry["verdict"] for entry in entries}


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "aggregation_agrees", "holds"),
        ({"simulated": 1.05}, "aggregation_agrees", "fails"),
        ({"error": 0.05}, "aggregation_agrees", "undecided"),
        ({}, "weighted_vote_agrees", "holds"),
        ({"simulated": 1.05}, "weighted_vote_agrees", "fails"),
        ({}, "combination_agrees", "holds"),
        ({"simulated": 1.05}, "combination_agrees", "fails"),
        ({}, "means_have_no_floor_but_the_gap", "holds"),
        ({"median": 1.0}, "means_have_no_floor_but_the_gap", "fails"),
        ({}, "mean_is_the_best_blind_rule", "holds"),
        ({"below": 0.1}, "mean_is_the_best_blind_rule", "fails"),
        ({}, "vote_excess", "holds"),
        ({"narrow_vote": 1.06}, "vote_excess", "fails"),
        ({"vote": 1.4, "narrow_vote": 1.2}, "vote_excess", "fails"),
        ({}, "weighted_mean_has_a_best_k", "holds"),
        ({"best": 0.3}, "weighted_mean_has_a_best_k", "fails"),
        ({}, "combination_beats_single_rules", "holds"),
        ({"combined": 0.6}, "combination_beats_single_rules", "fails"),
        ({"combined": 0.4, "error": 0.05}, "combination_beats_single_rules", "undecided"),
    ],
)
def test_claims_of_the_rules(change, name, verdict):
    assert verdicts(aggregation(frame(**change), SETTINGS))[name] == verdict


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "weighted_mean_beats_softmax", "holds"),
        ({"softmax": 0.9}, "weighted_mean_beats_softmax", "fails"),
        ({}, "three_rules_win", "holds"),
        ({"vote": 0.0}, "three_rules_win", "fails"),
        ({}, "winners_of_many", "holds"),
        ({"edge": 1.5}, "winners_of_many", "fails"),
    ],
)
def test_claims_of_the_map(change, name, verdict):
    assert verdicts(aggregation_map(judges(**change), SETTINGS))[name] == verdict


def test_blind_rules_are_among_those_with_an_exact_error():
    assert set(BLIND) <= set(EXACT)


def test_crossing_is_the_first_integer_at_which_the_second_rule_leads():
    k = np.array([1.0, 2.0, 8.0, 64.0, 512.0])
    falls, stays = (lambda k: 40.0 / k), (lambda k: np.full_like(k, 1.0))
    # 40/k is above 1 up to k = 39, and as good at 40.
    assert crossing(stays, falls, k) == 40.0
    assert np.isnan(crossing(falls, stays, k[k > 40]))
    assert np.isnan(crossing(stays, lambda k: 2.0 + 0.0 * k, k))


def test_best_pair_of_rules_is_that_of_the_smallest_parabola():
    rules = ["best_of_k", "mean", "median", "weighted_mean", "vote", "weighted_vote"]
    products = {f"{a}_and_{b}": 0.9 for place, a in enumerate(rules) for b in rules[place + 1 :]}
    products["mean_and_vote"] = -0.5
    quantities = dict.fromkeys(rules, 1.0) | products
    rows = pd.DataFrame({"quantity": quantities.keys(), "simulation": quantities.values()})
    rows = rows.assign(reward_value=0.5, k=8.0)
    first, second, gain = best_pair(rows, 0.5, 8.0)
    assert (first, second) == ("mean", "vote")
    # Half of each: (1 + 1 - 2 * 0.5)/4.
    assert gain == pytest.approx(4.0)
