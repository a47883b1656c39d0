"""The reward-weighted mean against Monte Carlo, a plain double integral, closed forms and its limits."""

import math

import numpy as np
import pytest
from bestofk import _quadrature
from bestofk.aggregation import mean_error, mean_error_at
from bestofk.equivalents import OrderParameters
from bestofk.selection import mean_selection_error, selection_error
from bestofk.weighted_mean import weighted_mean_error, weighted_mean_error_at, winning_overshoots

#: Teacher gap, reward gap and reduced temperature of inputs, in units of s.
INPUTS = [(0.5, 1.5, 2.0), (0.2, -1.8, 5.0), (2.0, -3.0, 0.1), (-1.0, 0.0, 0.02)]
PARAMETERS = OrderParameters(s2=1.0, q_tt=0.5, q_tr=0.24, q_rr=0.8)


def weighted_means(z: np.ndarray, a: float, b: float, t: float) -> np.ndarray:
    """The weighted mean of the last axis of z, minus the teacher."""
    distance = (b + z) ** 2
    weight = np.exp(-(distance - distance.min(axis=-1, keepdims=True)) / (2 * t))
    return (weight * (a + z)).sum(axis=-1) / weight.sum(axis=-1)


@pytest.mark.parametrize(("a", "b", "t"), INPUTS)
@pytest.mark.parametrize("k", [3, 40])
def test_error_of_drawn_candidates(a, b, t, k):
    squares = weighted_means(np.random.default_rng(3).standard_normal((100_000, k)), a, b, t) ** 2
    exact = weighted_mean_error_at(k, a, b, temperature=2 * t)
    assert abs(exact - squares.mean()) < 4 * squares.std() / math.sqrt(squares.size)


# The weights of the other inputs change too fast for so few nodes.
@pytest.mark.parametrize(("a", "b", "t"), [gaps for gaps in INPUTS if gaps[2] >= 1])
def test_error_of_two_candidates_by_gauss_hermite(a, b, t):
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    pair = np.stack(np.meshgrid(nodes, nodes), axis=-1)
    square = weighted_means(pair, a, b, t) ** 2
    expected = weights @ square @ weights / weights.sum() ** 2
    assert weighted_mean_error_at(2, a, b, temperature=2 * t) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("a", "b", "t"), INPUTS)
def test_one_candidate_is_its_own_mean(a, b, t):
    assert weighted_mean_error_at(1, a, b, temperature=2 * t) == pytest.approx(a**2 + 1, rel=1e-11)


@pytest.mark.parametrize(("a", "b", "t"), INPUTS[:2])
def test_coefficient_of_one_over_k_at_one_input(a, b, t):
    m, h = a - b / (1 + t), t / ((1 + t) * (2 + t))
    spread = (1 + t) / math.sqrt(t * (2 + t)) * math.exp(b**2 / ((1 + t) * (2 + t)))
    law = spread * (t / (2 + t) + (b * h) ** 2 + 2 * m * b * h)
    k = 2.0**19
    exact = k * (weighted_mean_error_at(k, a, b, temperature=2 * t) - m**2)
    assert exact == pytest.approx(law, rel=1e-4)


def test_coefficient_of_one_over_k_on_average():
    t, kappa, rho, k = 1.0, 0.8, 0.3, 2.0**17
    reach, h = (1 + t) * (2 + t), t / ((1 + t) * (2 + t))
    shrink = 1 - 2 * kappa / reach
    bracket = t / (2 + t) + kappa / shrink * (h**2 + 2 * h * (rho - 1 / (1 + t)))
    law = (1 + t) / math.sqrt(t * (2 + t)) / math.sqrt(shrink) * bracket
    limit = weighted_mean_error(np.inf, PARAMETERS, temperature=2 * t)
    assert k * (weighted_mean_error(k, PARAMETERS, temperature=2 * t) - limit) == pytest.approx(law, rel=1e-3)


def test_average_is_the_mean_over_inputs():
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    kappa, rho = PARAMETERS.kappa, PARAMETERS.rho
    b = math.sqrt(kappa) * nodes
    # The error is quadratic in the teacher gap: its mean and variance given b are all that counts.
    expected = weights @ weighted_mean_error_at(8, rho * b, b, temperature=3.0) / weights.sum()
    expected += PARAMETERS.q_tt - rho**2 * kappa
    assert weighted_mean_error(8, PARAMETERS, temperature=3.0) == pytest.approx(expected, rel=1e-9)


def test_limits_in_temperature_are_best_of_k_and_the_plain_mean():
    k = np.array([1.0, 4.0, 100.0, np.inf])
    cold, flat = (weighted_mean_error_at(k, 0.4, 1.2, temperature=limit) for limit in (0.0, np.inf))
    np.testing.assert_allclose(cold, selection_error(k, 0.4, 1.2, temperature=0.0), rtol=1e-12)
    np.testing.assert_allclose(flat, mean_error_at(k, 0.4), rtol=1e-12)
    cold, flat = (weighted_mean_error(k, PARAMETERS, temperature=limit) for limit in (0.0, np.inf))
    np.testing.assert_allclose(cold, mean_selection_error(k, PARAMETERS, temperature=0.0), rtol=1e-12)
    np.testing.assert_allclose(flat, mean_error(k, PARAMETERS), rtol=1e-12)
    nearly = weighted_mean_error_at(k[:-1], 0.4, 1.2, temperature=2 * 990.0)
    np.testing.assert_allclose(nearly, mean_error_at(k[:-1], 0.4), atol=2 / 990)


def test_many_candidates_leave_no_variance():
    # The limit of selection has the variance s^2 t/(1 + t); the mean has only the bias.
    assert weighted_mean_error_at(np.inf, 0.5, 1.5, temperature=4.0) == pytest.approx(0, abs=1e-30)
    selected = selection_error(np.inf, 0.5, 1.5, temperature=4.0)
    assert selected == pytest.approx(2 / 3, rel=1e-12)


@pytest.mark.parametrize("gap", [0.0, 1.0, 6.0, 20.0, 50.0])
@pytest.mark.parametrize("t", [1e-3, 0.1, 2.0, 900.0])
def test_quadrature_does_not_change_with_more_nodes(gap, t):
    k = np.geomspace(1, 1e6, 13)
    coarse, fine = (
        _quadrature.rule(gap, t, 1.0, 1e6, nodes).squared_mean(k) for nodes in (_quadrature.NODES, 22)
    )
    np.testing.assert_allclose(coarse, fine, rtol=1e-10)


def test_inputs_of_one_call_do_not_mix():
    k = np.array([2.0, 2.0, np.inf, 30.0, 30.0])
    a, b, t = np.array([[0.1, 0.4, 0.4, -1.0, 0.4], [0.5, -0.5, 2.0, 0.5, -0.5], [1.0, 1.0, 3.0, 1.0, 0.0]])
    together = weighted_mean_error_at(k, a, b, temperature=2 * t)
    alone = [
        weighted_mean_error_at(*arguments, temperature=2 * at)
        for *arguments, at in zip(k, a, b, t, strict=True)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: weighted_mean_error_at(0.5, 0.1, 0.1, temperature=1.0), "k has the value 0.5"),
        (lambda: weighted_mean_error_at(2, 51.0, 0.1, temperature=1.0), "teacher_gap has the value 51"),
        (lambda: weighted_mean_error_at(2, 0.1, 0.1, temperature=1e-5), "from 1e-3 to 1e3"),
        (lambda: weighted_mean_error(2e6, PARAMETERS, temperature=1.0), "at most 1e6"),
        (
            lambda: weighted_mean_error(2, OrderParameters(1.0, 60.0, 60.0, 60.0), temperature=1.0),
            "kappa = q_rr/s2 has the value 60",
        ),
    ],
)
def test_what_is_outside_the_domain_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("t", [0.3, 1.0, 4.0])
def test_weighted_mean_of_many_wins_between_two_overshoots(t):
    low, high = winning_overshoots(t)
    for overshoot, winner in ((low - 0.01, 0), (low + 0.01, 1), (high - 0.01, 1), (high + 0.01, 2)):
        p = OrderParameters.overshoot(s2=1.0, q_tt=0.2, c=overshoot)
        errors = [
            mean_selection_error(np.inf, p, temperature=0.0),
            weighted_mean_error(np.inf, p, temperature=2 * t),
            mean_error(np.inf, p),
        ]
        assert int(np.argmin(errors)) == winner
    with pytest.raises(ValueError, match="must be positive and finite"):
        winning_overshoots([1.0, 0.0])
