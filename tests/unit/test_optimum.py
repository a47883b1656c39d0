"""Closed forms of the best k, temperature and overshoot against minimisation, quadrature and simulation."""

import numpy as np
import pytest
from bestofk.boundaries import critical_temperature
from bestofk.equivalents import OrderParameters
from bestofk.expansions import high_temperature_error, high_temperature_error_at
from bestofk.large_k import limit_error, limit_error_at
from bestofk.optimum import (
    optimal_k,
    optimal_k_at,
    optimal_overshoot_limit,
    optimal_temperature,
    optimal_temperature_at,
    optimal_temperature_limit,
    optimal_temperature_limit_at,
)
from bestofk.selection import mean_selection_error
from scipy.optimize import minimize_scalar

MISALIGNED = OrderParameters(s2=2.0, q_tt=0.6, q_tr=1.0, q_rr=8.0)


def published(c, s2=1.0):
    return OrderParameters.overshoot(s2=s2, q_tt=0.0411 * s2, c=c)


def minimum(function, low, high, xatol=1e-10):
    return minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": xatol}).x


@pytest.mark.parametrize("t", [0.5, 2.0, 5.0])
def test_optimal_k_minimises_the_second_order(t):
    temperature = 2 * MISALIGNED.s2 * t
    best = minimum(
        lambda x: high_temperature_error(1 / x, MISALIGNED, temperature=temperature, order=2), 1e-6, 1
    )
    assert optimal_k(MISALIGNED, temperature=temperature) == pytest.approx(1 / best, rel=1e-6)
    best = minimum(lambda x: high_temperature_error_at(1 / x, 0.1, -1.8, temperature=2 * t, order=2), 1e-6, 1)
    assert optimal_k_at(0.1, -1.8, temperature=2 * t) == pytest.approx(1 / best, rel=1e-6)


def test_optimal_k_where_the_second_order_has_no_minimum_inside():
    k = np.array([1.0, 2.0, 5.0, 50.0, np.inf])

    def series(p):
        return high_temperature_error(k, p, temperature=20.0, order=2)

    falling = published(0.0)
    assert np.all(np.diff(series(falling)) < 0)
    assert optimal_k(falling, temperature=20.0) == np.inf
    rising = OrderParameters(1.0, 2.0, -1.0, 3.0)  # t C1/C2 = -5 at t = 10
    assert np.all(np.diff(series(rising)) > 0)
    assert optimal_k(rising, temperature=20.0) == 1.0
    bent = OrderParameters(1.0, 2.0, -1.0, 0.5)  # C2 = -.5
    assert np.isnan(optimal_k(bent, temperature=20.0))
    assert optimal_k(OrderParameters(1.0, 1.0, 0.0, 0.0), temperature=6.0) == np.inf  # t C1/C2 = 3


def test_optimal_temperature_minimises_the_second_order():
    k = 8
    best = 1 / minimum(lambda u: high_temperature_error(k, MISALIGNED, temperature=1 / u, order=2), 1e-4, 1.0)
    assert optimal_temperature(k, MISALIGNED) == pytest.approx(best, rel=1e-5)
    best = 1 / minimum(
        lambda u: high_temperature_error_at(k, 0.1, -1.8, temperature=1 / u, order=2), 1e-4, 1.0
    )
    assert optimal_temperature_at(k, 0.1, -1.8) == pytest.approx(best, rel=1e-5)


def test_optimal_temperature_outside_the_formula():
    aligned, opposed = published(0.0), OrderParameters(1.0, 2.0, -1.0, 3.0)
    assert np.isnan(optimal_temperature(1, aligned))
    assert optimal_temperature([1.5, 2], aligned).tolist() == [0.0, 0.0]
    assert optimal_temperature([2, 8, np.inf], opposed).tolist() == [np.inf] * 3
    assert mean_selection_error(8, opposed, temperature=200.0) > 3.0  # already worse than no selection


def test_optimal_temperature_limit_minimises_the_limit_error():
    best = minimum(lambda temperature: limit_error(MISALIGNED, temperature=temperature), 0.0, 100.0)
    assert optimal_temperature_limit(MISALIGNED) == pytest.approx(best, rel=1e-6)
    best = minimum(lambda temperature: limit_error_at(0.5, 1.5, temperature=temperature), 0.0, 100.0)
    assert optimal_temperature_limit_at(0.5, 1.5) == pytest.approx(best, rel=1e-6)
    p = OrderParameters(1.0, 0.3, 0.5, 2.0)
    assert optimal_temperature_limit(p) == pytest.approx(2.0)


def test_optimal_temperature_limit_at_its_ends():
    grid = np.append(np.geomspace(1e-3, 1e4, 200), np.inf)
    cold, hot = published(1.0), OrderParameters(1.0, 2.0, -1.0, 3.0)
    assert np.all(np.diff(limit_error(cold, temperature=grid)) > 0)
    assert np.all(np.diff(limit_error(hot, temperature=grid)) < 0)
    assert optimal_temperature_limit(cold) == 0.0
    assert optimal_temperature_limit(hot) == np.inf
    assert optimal_temperature_limit(OrderParameters(1.0, 1.0, 0.0, 0.0)) == 0.0
    assert optimal_temperature_limit_at([0.5, -1.0, 0.3], [0.1, 1.0, 0.0]).tolist() == [0.0, np.inf, 0.0]


def test_published_formulas_miss_the_exact_limits_by_three_and_four():
    p = published(15.0)
    c1, c2 = 1 + 2 * p.q_tr, 1 + 2 * p.q_tr + p.q_rr
    assert (optimal_temperature(np.inf, p) - optimal_temperature_limit(p)) / 2 == pytest.approx(3.0)
    # k* -> inf at t = 3 C2/C1.
    assert 3 * c2 / c1 - critical_temperature(p) / 2 == pytest.approx(4.0)


def test_optimal_temperatures_of_the_published_setting():
    p = published(15.0)
    assert optimal_temperature(8, p) / 2 == pytest.approx(8.3, abs=0.05)
    assert optimal_temperature(np.inf, p) / 2 == pytest.approx(11.1, abs=0.05)
    assert optimal_temperature_limit(p) / 2 == pytest.approx(8.1, abs=0.05)
    # The exact minimum at k = 8 is near t = 5.
    error = [mean_selection_error(8, p, temperature=2 * t) for t in (4.5, 5.1, 5.7)]
    assert error[1] < min(error[0], error[2])
    assert [optimal_temperature_limit(published(c)) > 0 for c in (3.0, 3.05)] == [False, True]


@pytest.mark.parametrize("t", [1.0, 3.0, 10.0])
def test_best_overshoot_minimises_the_limit_error(t):
    s2 = 0.5
    best = minimum(lambda c: limit_error(published(c, s2), temperature=2 * s2 * t), 0.0, 40.0)
    assert optimal_overshoot_limit(published(0.0, s2), temperature=2 * s2 * t) == pytest.approx(
        best, abs=1e-5
    )
    floor = limit_error(published(t, s2), temperature=2 * s2 * t)
    assert floor == pytest.approx(s2 * t / (1 + t), rel=1e-12)


def test_best_overshoot_in_simulated_selection():
    # At k = 512 c* is close to t = 2: the simulated error there is below that of half and of twice it.
    rng, t, k = np.random.default_rng(12), 2.0, 512
    c_star = optimal_overshoot_limit(OrderParameters(1.0, 1.0, 1.0, 1.0), temperature=2 * t)
    z = rng.standard_normal((20_000, k), dtype=np.float32)
    a = rng.standard_normal((20_000, 1))
    errors = []
    for c in (c_star / 2, c_star, 2 * c_star):
        w = np.exp(-(((1 + c) * a + z) ** 2) / (2 * t) + ((1 + c) * a) ** 2 / (2 * (1 + t)))
        errors.append(((a + z) ** 2 * w).sum(axis=1) / w.sum(axis=1))
    for other in (errors[0], errors[2]):
        difference = other - errors[1]
        assert difference.mean() > 4 * difference.std() / np.sqrt(len(z))


def test_optima_scale_with_the_predictive_variance():
    p, unit = MISALIGNED, MISALIGNED.scaled()
    assert optimal_k(p, temperature=8.0) == pytest.approx(optimal_k(unit, temperature=4.0))
    assert optimal_temperature(8, p) == pytest.approx(2 * optimal_temperature(8, unit))
    assert optimal_temperature_limit(p) == pytest.approx(2 * optimal_temperature_limit(unit))
    at = optimal_temperature_at(8, 0.2, -3.6, predictive_std=2.0)
    assert at == pytest.approx(4 * optimal_temperature_at(8, 0.1, -1.8))


def test_bad_arguments_are_refused():
    for temperature in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="temperature"):
            optimal_k(MISALIGNED, temperature=temperature)
    for temperature in (-1.0, np.nan):
        with pytest.raises(ValueError, match="temperature"):
            optimal_overshoot_limit(MISALIGNED, temperature=temperature)
    with pytest.raises(ValueError, match="k, the number"):
        optimal_temperature(0.9, MISALIGNED)
