"""Simulated rules against their exact errors, and the candidates against those of selection."""

import math

import numpy as np
import pytest
from bestofk.aggregation import mean_error_at, median_error_at
from bestofk.aggregation_simulation import BLIND, WEIGHTED, aggregated_errors
from bestofk.simulation import BLOCK, selected_errors
from bestofk.votes import vote_error_at
from bestofk.weighted_mean import weighted_mean_error_at

GAP, REWARDS, T, WIDTH, PHASE, K = 0.5, (1.5, -0.4), 2.0, 0.5, 0.3, np.array([1, 2, 9, 64])


def simulated(inputs: int, seed: int, k=K) -> dict[str, np.ndarray]:
    return aggregated_errors(
        np.full(inputs, GAP),
        np.multiply.outer(REWARDS, np.ones(inputs)),
        k=k,
        reduced_temperature=T,
        width=WIDTH,
        phase=np.full(inputs, PHASE),
        rng=np.random.default_rng(seed),
    )


@pytest.fixture(scope="module")
def replicates() -> list[dict]:
    return [{rule: sums / 1000 for rule, sums in simulated(1000, seed).items()} for seed in range(24)]


@pytest.mark.parametrize("rule", [*BLIND, "weighted_mean"])
def test_simulated_rules_have_their_exact_errors(replicates, rule):
    exact = {
        "mean": lambda: mean_error_at(K, GAP),
        "median": lambda: median_error_at(K, GAP),
        "vote": lambda: vote_error_at(K, GAP, width=WIDTH, phase=PHASE),
        "weighted_mean": lambda: [weighted_mean_error_at(K, GAP, b, temperature=2 * T) for b in REWARDS],
    }[rule]()
    drawn = np.array([replicate[rule] for replicate in replicates])
    standard_error = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
    assert np.abs((drawn.mean(axis=0) - exact) / standard_error).max() < 4.5


def test_weighted_vote_goes_from_a_rounded_candidate_to_the_cell_of_the_tilted_mean(replicates):
    drawn = np.array([replicate["weighted_vote"][0] for replicate in replicates])
    standard_error = drawn.std(axis=0, ddof=1) / math.sqrt(len(drawn))
    one = vote_error_at(1, GAP, width=WIDTH, phase=PHASE)
    assert abs(drawn[:, 0].mean() - one) < 4.5 * standard_error[0]
    # The tilted mean is 0 from the teacher, the nearest centre 0.15 from it.
    many = simulated(20, 0, k=[20_000])["weighted_vote"][0, 0] / 20
    assert many == pytest.approx(0.15**2, rel=1e-9)


def test_selection_sees_the_same_candidates():
    inputs = BLOCK + 5
    gaps = np.full(inputs, GAP)
    chosen = selected_errors(
        gaps,
        np.full((1, inputs), REWARDS[0]),
        k=[1, 3],
        temperature=[0.0, np.inf],
        rng=np.random.default_rng(3),
    )
    sums = simulated(inputs, 3, k=[1, 3])
    assert sums["mean"][0] == pytest.approx(chosen[0, 0, 0], rel=1e-12)
    assert sums["weighted_mean"][0, 0] == pytest.approx(chosen[0, 0, 0], rel=1e-12)


def test_a_shared_lead_counts_with_its_mean_error():
    # Two candidates in two cells: their answers lead together.
    sums = simulated(4000, 5, k=[2])
    assert sums["vote"][0] / 4000 == pytest.approx(vote_error_at(2, GAP, width=WIDTH, phase=PHASE), rel=0.05)


def test_every_rule_is_there():
    sums = simulated(3, 0)
    assert {rule: values.shape for rule, values in sums.items()} == {
        **dict.fromkeys(BLIND, (4,)),
        **dict.fromkeys(WEIGHTED, (2, 4)),
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"width": 0.0}, "width is 0.0"),
        ({"reduced_temperature": 0.0}, "reduced_temperature is 0.0"),
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
        "reduced_temperature": 1.0,
        "width": 1.0,
        "phase": [0.0, 0.0],
        "rng": np.random.default_rng(0),
    } | changes
    with pytest.raises(ValueError, match=message):
        aggregated_errors(**arguments)
