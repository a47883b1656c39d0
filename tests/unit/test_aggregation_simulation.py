"""Simulated rules against their exact errors, and the candidates against those of selection."""

import math

import numpy as np
import pytest
from bestofk.aggregation import mean_error_at, median_error_at
from bestofk.aggregation_simulation import RULES, error_products
from bestofk.selection import selection_error
from bestofk.simulation import BLOCK, selected_errors
from bestofk.votes import vote_error_at
from bestofk.weighted_mean import weighted_mean_error_at
from bestofk.weighted_votes import weighted_vote_error_at

GAP, REWARDS, T, K = 0.5, (1.5, -0.4), 2.0, np.array([1, 2, 9, 64])
GRID = {"width": 0.5, "phase": 0.3}
#: Nothing but a lattice stands behind the exact weighted vote.
LATTICE = 1e-3


def simulated(inputs: int, seed: int, k=K, std: float = 1.0) -> np.ndarray:
    return error_products(
        np.full(inputs, GAP * std),
        np.multiply.outer(REWARDS, np.full(inputs, std)),
        k=k,
        temperature=2 * T * std**2,
        width=GRID["width"] * std,
        phase=np.full(inputs, GRID["phase"]),
        predictive_std=np.full(inputs, std),
        rng=np.random.default_rng(seed),
    )


@pytest.fixture(scope="module")
def replicates() -> np.ndarray:
    return np.array([simulated(1000, seed) / 1000 for seed in range(24)])


@pytest.mark.parametrize("rule", RULES)
def test_simulated_rules_have_their_exact_errors(replicates, rule):
    hot = {"temperature": 2 * T}
    exact = {
        "best_of_k": lambda b: selection_error(K, GAP, b, temperature=0.0),
        "softmax": lambda b: selection_error(K, GAP, b, **hot),
        "mean": lambda b: mean_error_at(K, GAP),
        "median": lambda b: median_error_at(K, GAP),
        "weighted_mean": lambda b: weighted_mean_error_at(K, GAP, b, **hot),
        "vote": lambda b: vote_error_at(K, GAP, **GRID),
        "weighted_vote": lambda b: weighted_vote_error_at(K, GAP, b, **hot, **GRID),
    }[rule]
    place = RULES.index(rule)
    drawn = replicates[:, :, :, place, place]
    standard_error = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
    off = np.abs(drawn.mean(axis=0) - [exact(b) for b in REWARDS])
    assert np.all(off < 4.5 * standard_error + (LATTICE if rule == "weighted_vote" else 0.0))


def test_products_off_the_diagonal_are_those_of_the_answers():
    # One candidate: every rule but the votes answers with it.
    products = simulated(3000, 1, k=[1])[0, 0]
    same = [RULES.index(rule) for rule in ("best_of_k", "softmax", "mean", "median", "weighted_mean")]
    assert products[np.ix_(same, same)] == pytest.approx(np.full((5, 5), products[0, 0]), rel=1e-12)
    assert products == pytest.approx(products.T)
    # Cauchy and Schwarz.
    many = simulated(3000, 1, k=[9])[0, 0]
    bound = np.sqrt(np.outer(np.diag(many), np.diag(many)))
    assert np.all(np.abs(many) <= bound * (1 + 1e-12))


def test_of_many_candidates_the_cell_of_the_weighted_mean_wins():
    # The weighted mean is 0 from the teacher, the nearest centre 0.15 from it.
    place = RULES.index("weighted_vote")
    many = simulated(20, 0, k=[20_000])[0, 0, place, place] / 20
    assert many == pytest.approx(0.15**2, rel=1e-9)


def test_selection_sees_the_same_candidates():
    inputs = BLOCK + 5
    chosen = selected_errors(
        np.full(inputs, GAP),
        np.multiply.outer(REWARDS, np.ones(inputs)),
        k=[1, 3],
        temperature=[0.0, 2 * T],
        rng=np.random.default_rng(3),
    )
    products = simulated(inputs, 3, k=[1, 3])
    for row, rule, tolerance in ((0, "best_of_k", 1e-12), (1, "softmax", 1e-6)):
        place = RULES.index(rule)
        assert products[:, :, place, place] == pytest.approx(chosen[:, row], rel=tolerance)


def test_units_do_not_matter():
    assert simulated(500, 4, std=3.0) == pytest.approx(9.0 * simulated(500, 4), rel=1e-9)


def test_a_shared_lead_counts_with_its_mean_error():
    # Two candidates in two cells: their answers lead together.
    place = RULES.index("vote")
    shared = simulated(4000, 5, k=[2])[0, 0, place, place] / 4000
    assert shared == pytest.approx(vote_error_at(2, GAP, **GRID), rel=0.05)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 0.0}, "width is 0.0"),
        ({"width": 30.0}, "it must be from 0.05 to 20"),
        ({"temperature": 0.0}, "temperature is 0.0"),
        ({"phase": [0.0]}, "phase has shape"),
        ({"k": [0]}, "must start at 1"),
        ({"reward_gap": [[1.0]]}, "reward_gap has shape"),
    ],
)
def test_what_is_outside_the_domain_is_refused(changes, message):
    arguments = {
        "teacher_gap": [0.5, 0.5],
        "reward_gap": [[1.0, 1.0]],
        "k": [1],
        "temperature": 2.0,
        "width": 1.0,
        "phase": [0.0, 0.0],
        "rng": np.random.default_rng(0),
    } | changes
    with pytest.raises(ValueError, match=message):
        error_products(**arguments)
