"""Two candidates in closed form against arbitrary precision, the general quadrature, and drawn candidates."""

import mpmath as mp
import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.expansions import high_temperature_error
from bestofk.selection import mean_selection_error
from bestofk.two_candidates import (
    two_candidate_elasticity,
    two_candidate_error,
    two_candidate_gain,
    two_candidate_series,
)
from scipy.integrate import quad
from scipy.special import k0

REWARD = OrderParameters(s2=0.5, q_tt=0.3, q_tr=-0.2, q_rr=2.0)


@pytest.mark.parametrize("z", [1e-6, 0.3, 1.0, 30.0, 1e5])
def test_gain_is_the_mean_over_the_product_of_two_normals(z):
    def integrand(x):
        p = np.exp(x)
        return 2.0 / np.pi * p**2 * np.tanh(z * p) * k0(p)

    turn = -np.log(max(z, 1.0))
    options = {"epsabs": 0.0, "epsrel": 1e-12, "limit": 400}
    parts = [quad(integrand, *ends, **options)[0] for ends in ((turn - 25.0, turn), (turn, 4.5))]
    assert two_candidate_gain(z) == pytest.approx(sum(parts), rel=1e-11)


def test_gain_in_small_z_is_its_series():
    # Psi = z - 3 z^3 + 30 z^5 - ...: E[(XU)^2] = 1, E[(XU)^4]/3 = 3, 2 E[(XU)^6]/15 = 30.
    z = mp.mpf("0.001")
    expected = z - 3 * z**3 + 30 * z**5
    assert two_candidate_gain(0.001) == pytest.approx(float(expected), rel=1e-13)


@pytest.mark.parametrize("z", [0.3, 1.0, 30.0, 1e3])
def test_elasticity_is_the_logarithmic_slope_of_the_gain(z):
    up, down = (two_candidate_gain(z * factor) for factor in (1.0 + 1e-4, 1.0 - 1e-4))
    slope = (up - down) / 2e-4 / two_candidate_gain(z)
    assert two_candidate_elasticity(z) == pytest.approx(slope, rel=1e-5)


def test_gain_has_its_ends():
    assert two_candidate_gain(0.0) == 0.0
    assert two_candidate_elasticity(0.0) == pytest.approx(1.0, rel=1e-13)
    assert two_candidate_gain(1e12) == pytest.approx(2.0 / np.pi, rel=1e-12)


@pytest.mark.parametrize("t", [0.01, 1.0, 30.0])
def test_error_is_that_of_the_general_quadrature(t):
    temperature = 2.0 * REWARD.s2 * t
    expected = mean_selection_error([2.0], REWARD, temperature=temperature)[0]
    assert two_candidate_error(REWARD, temperature=temperature) == pytest.approx(expected, rel=1e-9)


def test_error_at_large_gaps_is_that_of_drawn_candidates():
    # q_RR = 400 s^2, far beyond the domain of the general quadrature.
    p, t, size = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=39.0), 5.0, 400_000
    rng = np.random.default_rng(5)
    a, z = np.sqrt(p.q_tt) * rng.standard_normal(size), rng.standard_normal((2, size))
    reward = -((40.0 * a + z) ** 2) / (2.0 * t)
    second = 1.0 / (1.0 + np.exp(np.clip(reward[0] - reward[1], -500, 500)))
    errors = (1.0 - second) * (a + z[0]) ** 2 + second * (a + z[1]) ** 2
    standard_error = errors.std() / np.sqrt(size)
    assert standard_error < 0.004
    assert abs(errors.mean() - two_candidate_error(p, temperature=2.0 * t)) < 4.0 * standard_error


@pytest.mark.parametrize("order", [1, 2, 3])
def test_series_begins_as_the_expansion_at_any_k(order):
    expected = high_temperature_error(2, REWARD, temperature=40.0, order=order)
    assert two_candidate_series(order, REWARD, temperature=40.0) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("order", "power"), [(1, 3), (4, 5), (5, 7), (7, 9)])
def test_series_leaves_the_next_order(order, power):
    p = OrderParameters.overshoot(s2=1.0, q_tt=0.04, c=0.0)
    # As high a temperature as the digits of the error allow.
    temperature = 2.0 * (100.0 if power < 6 else 25.0) * np.array([1.0, 2.0])
    exact = two_candidate_error(p, temperature=temperature)
    left = np.abs(two_candidate_series(order, p, temperature=temperature) - exact)
    assert np.log2(left[0] / left[1]) == pytest.approx(power, abs=0.1)


def test_series_diverges_at_every_temperature():
    p = OrderParameters.overshoot(s2=1.0, q_tt=0.04, c=0.0)
    best, least = [], []
    for t in (1.0, 2.0, 4.0):
        exact = two_candidate_error(p, temperature=2 * t)
        left = [abs(two_candidate_series(n, p, temperature=2 * t) - exact) for n in range(1, 98, 2)]
        best.append(int(np.argmin(left)))
        least.append(min(left))
        assert left[-1] > 1.0
    # The hotter, the more orders help before they harm, and the nearer they come.
    assert best[0] < best[1] < best[2]
    assert least[0] > 5.0 * least[1] > 25.0 * least[2]


@pytest.mark.parametrize("z", [-1.0, np.nan, np.inf])
def test_argument_of_the_gain_is_checked(z):
    for function in (two_candidate_gain, two_candidate_elasticity):
        with pytest.raises(ValueError, match="z must be"):
            function(z)


@pytest.mark.parametrize("order", [0, 100, 2.5])
def test_order_of_the_series_is_checked(order):
    with pytest.raises(ValueError, match="order"):
        two_candidate_series(order, REWARD, temperature=1.0)


def test_temperature_is_checked():
    with pytest.raises(ValueError, match="temperature"):
        two_candidate_error(REWARD, temperature=0.0)
