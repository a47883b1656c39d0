"""Laws in the number of training points and in the reward, against differences and minima."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk.best_of_k import best_of_k_coefficient
from bestofk.decay import decay_exponent
from bestofk.equivalents import (
    OrderParameters,
    degrees_of_freedom,
    equivalent_order_parameters,
    renormalized_ridge,
)
from bestofk.model import Overshoot
from bestofk.optimum import optimal_overshoot_limit
from bestofk.selection import mean_selection_error
from scipy.optimize import brentq, minimize_scalar

D, STEP = 400, 1e-4
POWER_LAW = np.arange(1.0, D + 1) ** -1.2


def problem(n: float, noise_var: float = 0.25, spectrum: np.ndarray = POWER_LAW) -> dict:
    return {"spectrum": spectrum, "aspect_ratio": spectrum.size / n, "noise_var": noise_var, "prior_var": 1.0}


def shares(n: float, **changes) -> tuple[float, float]:
    settings = problem(n, **changes)
    ridge = renormalized_ridge(**settings)
    return degrees_of_freedom(settings["spectrum"], ridge, aspect_ratio=settings["aspect_ratio"])


def matched(n: float, **changes) -> OrderParameters:
    """Order parameters of the teacher as judge, with w_i^2 = prior variance."""
    settings = problem(n, **changes)
    ones = np.ones(settings["spectrum"].size)
    return equivalent_order_parameters(teacher=ones, reward=Overshoot(0.0), **settings)


def slope(function, n: float) -> float:
    """d log f / d log n by a central difference."""
    up, down = (np.log(function(n * np.exp(step))) for step in (STEP, -STEP))
    return (up - down) / (2 * STEP)


@pytest.mark.parametrize("n", [150.0, 300.0, 1200.0])
def test_slope_of_the_ridge_in_the_number_of_points(n):
    """d log R/d log n = -1/(1 - df2)."""
    expected = -1 / (1 - shares(n)[1])
    assert slope(lambda number: renormalized_ridge(**problem(number)), n) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("n", [800.0, 2000.0])
def test_slope_of_best_of_k_in_the_number_of_points(n):
    """Matched prior: d log delta/d log n = -df2/(1 - df2) (2 - 3 df1)/(1 - 2 df1)."""
    df1, df2 = shares(n)
    expected = -df2 / (1 - df2) * (2 - 3 * df1) / (1 - 2 * df1)
    found = slope(lambda number: best_of_k_coefficient(matched(number)), n)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("spectrum", [np.ones(D), 1 / np.arange(1.0, D + 1)])
def test_data_and_candidates_are_worth_the_same_at_the_exchange_point(spectrum):
    """Noise to zero, any full-rank spectrum: the slope is that of k, -2, at d/n = (4 - sqrt 2)/7."""
    n = D / ((4 - np.sqrt(2)) / 7)
    found = slope(lambda n: best_of_k_coefficient(matched(n, noise_var=1e-9, spectrum=spectrum)), n)
    assert found == pytest.approx(-2, abs=1e-4)


def test_quadratic_decay_needs_fewer_effective_parameters_than_half_the_points():
    """df1 = 1/2 where (1/n) sum lambda/(lambda + 2 d sigma^2/(n gamma^2)) = 1/2, and nu leaves 2 there."""

    noise_var = 1e-3

    def explicit(n: float) -> float:
        return np.sum(POWER_LAW / (POWER_LAW + 2 * D * noise_var / n)) / n - 0.5

    n = brentq(explicit, 20, 4000)
    assert shares(n, noise_var=noise_var)[0] == pytest.approx(0.5, rel=1e-10)
    assert decay_exponent(matched(1.1 * n, noise_var=noise_var).kappa) == 2
    expected = 1 / shares(0.9 * n, noise_var=noise_var)[0]
    assert 1 < expected < 2
    assert decay_exponent(matched(0.9 * n, noise_var=noise_var).kappa) == pytest.approx(expected, rel=1e-9)


def error(c: float, k: float, t: float, q_tt: float = 0.041) -> float:
    parameters = OrderParameters.overshoot(s2=1.0, q_tt=q_tt, c=c)
    return float(mean_selection_error(np.array([k]), parameters, temperature=2 * t)[0])


@pytest.mark.parametrize(("k", "ratio"), [(8, 1.339), (64, 1.031), (np.inf, 1.0)])
def test_best_overshoot_tends_to_the_reduced_temperature(k, ratio):
    """At t = 10 and q_TT = .041 s^2 the best c over t falls to 1 as k grows."""
    t = 10.0
    options = {"method": "bounded", "bounds": (5.0, 30.0), "options": {"xatol": 1e-3}}
    found = minimize_scalar(lambda c: error(c, k, t), **options)
    assert found.x / t == pytest.approx(ratio, abs=2e-3)
    if np.isinf(k):
        parameters = OrderParameters.overshoot(s2=1.0, q_tt=0.041, c=0.0)
        assert found.x == pytest.approx(
            float(optimal_overshoot_limit(parameters, temperature=2 * t)), abs=1e-2
        )
        assert found.fun == pytest.approx(t / (1 + t), abs=1e-9)


@pytest.mark.parametrize("k", [2, 8, 64])
@pytest.mark.parametrize("t", [0.3, 3.0])
def test_a_little_overshoot_beats_the_teacher_at_any_positive_temperature(k, t):
    assert error(0.05, k, t) < error(0.0, k, t)
