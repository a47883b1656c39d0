"""Combinations of two answers: the parabola, and the product of mean and chosen candidate by simulation."""

import numpy as np
import pytest
from bestofk.aggregation import mean_error
from bestofk.combination import best_combination, mean_and_weighted_mean, product_with_mean
from bestofk.equivalents import OrderParameters
from bestofk.selection import mean_selection_error

P = OrderParameters(s2=2.0, q_tt=0.6, q_tr=0.5, q_rr=1.4)


@pytest.mark.parametrize("temperature", [0.0, 3.0])
def test_product_against_candidates_that_are_drawn(temperature):
    k, inputs, replicates = 5, 40_000, 10
    rng = np.random.default_rng(2)
    products = []
    for _ in range(replicates):
        judge = np.sqrt(P.q_rr) * rng.standard_normal(inputs)
        rest = np.sqrt(P.q_tt - P.q_tr**2 / P.q_rr) * rng.standard_normal(inputs)
        teacher = P.q_tr / P.q_rr * judge + rest
        y = np.sqrt(P.s2) * rng.standard_normal((k, inputs))
        score = (judge + y) ** 2
        if temperature == 0.0:
            chosen = np.take_along_axis(y, score.argmin(axis=0)[None], axis=0)[0]
        else:
            weight = np.exp((score.min(axis=0) - score) / temperature)
            chosen = (weight * y).sum(axis=0) / weight.sum(axis=0)
        products.append(np.mean((teacher + y.mean(axis=0)) * (teacher + chosen)))
    exact = product_with_mean([k], P, temperature=temperature)[0]
    assert abs(np.mean(products) - exact) < 4.0 * np.std(products, ddof=1) / np.sqrt(replicates)


def test_one_candidate_is_its_own_mean():
    for temperature in (0.0, 1.0, 50.0):
        one = product_with_mean([1], P, temperature=temperature)
        assert one == pytest.approx([P.q_tt + P.s2], rel=1e-9)


@pytest.mark.parametrize("c", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("temperature", [0.0, 2e-2, 3.0])
def test_one_candidate_leaves_nothing_to_combine(temperature, c):
    p = OrderParameters.overshoot(s2=1.01e-2, q_tt=0.041e-2, c=c)
    share, error = mean_and_weighted_mean([1], p, temperature=temperature * p.s2)
    # Rounding tells two answers apart that are one; the share must not be made of it.
    assert share.tolist() == [0.0]
    np.testing.assert_allclose(error, p.s2 + p.q_tt, rtol=1e-9)


def test_a_hot_softmax_chooses_any_candidate():
    product = product_with_mean([7], P, temperature=2000.0 * P.s2)
    assert product == pytest.approx([P.q_tt + P.s2 / 7], abs=2e-3)


def test_many_candidates_leave_what_the_judge_does_not_know():
    p = OrderParameters(s2=1.0, q_tt=0.3, q_tr=0.1, q_rr=0.2)
    k = 2.0**30
    share, error = best_combination(
        mean_error(k, p),
        mean_selection_error(k, p, temperature=0.0),
        product_with_mean([k], p, temperature=0.0)[0],
    )
    assert share == pytest.approx(p.q_tr / p.q_rr, rel=1e-6)
    assert error == pytest.approx(p.q_tt - p.q_tr**2 / p.q_rr, rel=1e-6)


def test_combination_is_least_on_its_parabola_and_stays_convex():
    moments = 1.0, 2.5, 0.3
    share, error = best_combination(*moments)
    grid = np.linspace(0, 1, 2001)
    parabola = (1 - grid) ** 2 * moments[0] + 2 * grid * (1 - grid) * moments[2] + grid**2 * moments[1]
    assert error == pytest.approx(parabola.min(), abs=1e-6)
    assert share == pytest.approx(grid[parabola.argmin()], abs=1e-3)
    # Better answers lie outside: the nearest end counts.
    assert best_combination(1.0, 4.0, 1.5) == (0.0, 1.0)
    assert best_combination(4.0, 1.0, 1.5) == (1.0, 1.0)
    assert best_combination(2.0, 2.0, 2.0) == (0.0, 2.0)


def test_an_infinite_error_is_refused():
    with pytest.raises(ValueError, match="an error has the value inf; it must be finite"):
        best_combination(1.0, np.inf, 0.0)


@pytest.mark.parametrize("moments", [(-1.0, 1.0, 0.0), (1.0, 1.0, 1.1), (1.0, 1.0, np.nan)])
def test_moments_of_no_answers_are_refused(moments):
    with pytest.raises(ValueError, match="product has the value"):
        best_combination(*moments)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": [0]}, "k has the value 0"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": np.inf}, "it must be finite"),
        ({"order_parameters": OrderParameters(s2=1.0, q_tt=0.1, q_tr=0.0, q_rr=0.0)}, "must be positive"),
        ({"order_parameters": OrderParameters(s2=1.0, q_tt=0.1, q_tr=0.0, q_rr=60.0)}, "kappa"),
    ],
)
def test_what_is_outside_the_domain_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        product_with_mean(**{"k": [2], "order_parameters": P, "temperature": 1.0} | changes)
