"""The verdicts on the best reward: each is shown to hold, to fail and to stay undecided."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

SETTINGS = {"margin": 0.01, "confidence": 0.99, "limit_tolerance": 1e-3, "tail_margin": 0.01}
S2, T = 0.5, 2.0
NAN = math.nan


@pytest.fixture
def rewards(script):
    from ledger import rewards

    return rewards


def frame(*, simulation=1.0, error=1e-4, difference=None, best=None, law=1.0, least=1.0) -> pd.DataFrame:
    """One temperature, t = 2, overshoots 0, 1, 2 (the reference) and 3, and k = 2 and 8."""
    s2 = pd.DataFrame({"quantity": ["s2", "q_tt"], "two_point": [S2, 0.02]})
    rows = [s2]
    shared = {"temperature": 2 * S2 * T, "replicates": 100}
    for k in (2.0, 8.0):
        exact = np.array([0.9, 0.8, 0.7, 0.69])
        change = np.array(difference or [0.2, 0.1, 0.0, -0.01])
        columns = {"k": k, "reward_value": [0.0, 1.0, 2.0, 3.0], **shared}
        errors = pd.DataFrame({"exact": exact, "simulation": exact * simulation, **columns})
        rows.append(errors.assign(quantity="error", standard_error=error))
        pairs = pd.DataFrame({"simulation": change, "standard_error": [error, error, 0.0, error], **columns})
        rows.append(pairs.assign(quantity="error_difference"))
    exact = [20.0, 2.5, 2.002] if best is None else best
    tail = [NAN, NAN, T + 0.002 / law]
    optima = pd.DataFrame({"k": [2.0, 8.0, 1000.0], "exact": exact, "large_k_law": tail, **shared})
    rows.append(optima.assign(quantity="optimal_overshoot"))
    lowest = [0.3, 0.35, S2 * T / (1 + T) * least]
    rows.append(
        pd.DataFrame({"k": [2.0, 8.0, 1000.0], "exact": lowest, **shared}).assign(quantity="optimal_error")
    )
    return pd.concat(rows, ignore_index=True)


def test_claims_hold_where_simulation_is_sharp(rewards):
    entries = list(rewards.optimal_reward(frame(), SETTINGS))
    assert {entry["id"]: entry["verdict"] for entry in entries} == {
        "optimal_reward_agrees": "holds",
        "teacher_never_best": "holds",
        "best_overshoot_beyond_t_k2": "holds",
        "best_overshoot_beyond_t_k8": "holds",
        "best_overshoot_limit": "holds",
        "best_overshoot_law": "holds",
        "best_overshoot_of_two": "holds",
    }
    beyond = next(entry for entry in entries if entry["id"] == "best_overshoot_beyond_t_k8")
    # In units of s² = 0.5: -0.01/0.5, and c⋆/t = 2.5/2.
    assert beyond["measured"].startswith("[−0.02")
    assert beyond["measured"].endswith("at c = 3; exact c⋆/t = 1.25")


@pytest.mark.parametrize(
    ("changes", "name", "verdict"),
    [
        ({"simulation": 1.05}, "optimal_reward_agrees", "fails"),
        ({"error": 0.1}, "optimal_reward_agrees", "undecided"),
        ({"error": 0.1}, "teacher_never_best", "undecided"),
        ({"difference": [-0.2, 0.1, 0.0, -0.01]}, "teacher_never_best", "fails"),
        ({"error": 0.1}, "best_overshoot_beyond_t_k8", "undecided"),
        # Nothing beyond t tried is better: the best may be nearer.
        ({"difference": [0.2, 0.1, 0.0, 0.01]}, "best_overshoot_beyond_t_k8", "undecided"),
        ({"difference": [0.2, -0.1, 0.0, -0.01]}, "best_overshoot_beyond_t_k8", "fails"),
        ({"best": [20.0, 1.9, 2.002]}, "best_overshoot_beyond_t_k8", "fails"),
        ({"best": [20.0, 1.9, 2.002]}, "best_overshoot_beyond_t_k2", "holds"),
        ({"best": [20.0, 2.5, 2.02]}, "best_overshoot_limit", "fails"),
        ({"least": 1.01}, "best_overshoot_limit", "fails"),
        ({"law": 1.05}, "best_overshoot_law", "fails"),
        ({"best": [math.inf, 2.5, 2.002]}, "best_overshoot_of_two", "fails"),
    ],
)
def test_verdicts_follow_the_numbers(rewards, changes, name, verdict):
    entries = rewards.optimal_reward(frame(**changes), SETTINGS)
    assert {entry["id"]: entry["verdict"] for entry in entries}[name] == verdict


def test_teacher_is_judged_by_the_exact_curves_as_well(rewards):
    table = frame()
    first = (table["quantity"] == "error") & (table["reward_value"] == 0.0) & (table["k"] == 8.0)
    table.loc[first, "exact"] = 0.79
    entries = rewards.optimal_reward(table, SETTINGS)
    assert {entry["id"]: entry["verdict"] for entry in entries}["teacher_never_best"] == "fails"
