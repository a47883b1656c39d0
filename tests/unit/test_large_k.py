"""The limit k = inf and the 1/k tail against quadrature, brute-force selection and simulation."""

import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.large_k import (
    half_temperature_coefficient,
    half_temperature_coefficient_at,
    limit_error,
    limit_error_at,
)
from scipy.integrate import quad


def brute_force_excess(k, a, b, t):
    """Softmax selection error minus its limit, by trapezoid rules over Z and the Laplace variable."""
    z, dz = np.linspace(-10.0, 10.0, 801, retstep=True)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * dz
    w = np.exp(-((b + z) ** 2) / (2 * t))
    error = (a + z) ** 2
    limit = (density @ (error * w)) / (density @ w)
    v, dv = np.linspace(-20.0 - np.log(k), 25.0, 500, retstep=True)
    uw = np.exp(v)[:, None] * w
    missing = -np.expm1(-uw) @ density
    selected = (uw * np.exp(-uw)) @ (density * (error - limit))
    return k * dv * np.sum(selected * np.exp((k - 1) * np.log1p(-np.minimum(missing, 1 - 1e-15))))


def tail(excess, k):
    """Limit of k excess(k), from k, 2k and 4k."""
    x, y, z = (n * excess(n) for n in (k, 2 * k, 4 * k))
    return (8 * z - 6 * y + x) / 3


@pytest.mark.parametrize(("a", "b", "t"), [(0.5, 1.5, 1.0), (0.2, -1.8, 3.0), (-0.7, 0.9, 0.3)])
def test_limit_is_the_mean_error_under_the_tilted_density(a, b, t):
    def weight(z):
        return np.exp(-(z**2) / 2 - (b + z) ** 2 / (2 * t))

    top = quad(lambda z: (a + z) ** 2 * weight(z), -15, 15, epsabs=1e-13)[0]
    bottom = quad(weight, -15, 15, epsabs=1e-13)[0]
    assert limit_error_at(a, b, temperature=2 * t) == pytest.approx(top / bottom, rel=1e-10)


def test_mean_limit_is_the_average_of_the_limit_over_gaussian_inputs():
    p = OrderParameters(s2=2.0, q_tt=0.5, q_tr=-0.4, q_rr=1.3)
    rng = np.random.default_rng(7)
    gaps = rng.multivariate_normal([0, 0], [[p.q_tt, p.q_tr], [p.q_tr, p.q_rr]], size=1_000_000)
    for temperature in (0.0, 1.0, 9.0, np.inf):
        sample = limit_error_at(*gaps.T, predictive_std=2**0.5, temperature=temperature)
        deviation = sample.std() / 1000
        assert abs(limit_error(p, temperature=temperature) - sample.mean()) < 4 * deviation


def test_limit_by_importance_sampling():
    a, b, t = 0.5, 1.5, 2.0
    z = np.random.default_rng(8).standard_normal(2_000_000)
    w, error = np.exp(-((b + z) ** 2) / (2 * t)), (a + z) ** 2
    estimate = (w @ error) / w.sum()
    deviation = np.sqrt(np.sum((w * (error - estimate)) ** 2)) / w.sum()
    assert abs(limit_error_at(a, b, temperature=2 * t) - estimate) < 4 * deviation


def test_limit_at_zero_and_infinite_temperature():
    p = OrderParameters(s2=2.0, q_tt=0.5, q_tr=0.4, q_rr=0.9)
    assert limit_error(p, temperature=[0.0, np.inf]) == pytest.approx([0.6, 2.5], rel=1e-14)
    at = limit_error_at(0.5, 0.2, predictive_std=3.0, temperature=[0.0, np.inf])
    assert at == pytest.approx([0.09, 9.25], rel=1e-14)


@pytest.mark.parametrize(
    ("a", "b", "t", "published"),
    [(0.5, 1.5, 1.0, -0.035002), (0.2, -1.8, 3.0, -0.332631), (-0.7, 0.9, 0.3, -0.326824)],
)
def test_half_temperature_coefficient_is_the_tail_of_the_exact_curve(a, b, t, published):
    coefficient = half_temperature_coefficient_at(a, b, temperature=2 * t)
    assert coefficient == pytest.approx(published, abs=6e-7)
    assert tail(lambda k: brute_force_excess(k, a, b, t), 1000.0) == pytest.approx(coefficient, rel=1e-5)


@pytest.mark.parametrize(
    ("kappa", "rho", "t", "published"),
    [(0.3, 0.4, 1.0, 0.178066), (0.8, 1.2, 2.0, 0.464497), (0.25, -0.5, 0.5, 0.055429)],
)
def test_mean_half_temperature_coefficient_is_the_tail_of_the_averaged_curve(kappa, rho, t, published):
    p = OrderParameters(s2=1.0, q_tt=rho**2 * kappa + 0.1, q_tr=rho * kappa, q_rr=kappa)
    coefficient = half_temperature_coefficient(p, temperature=2 * t)
    assert coefficient == pytest.approx(published, abs=6e-7)
    # Even in b; the weight of large b grows like exp(b^2/((1+t)(2+t))).
    b, db = np.linspace(0.0, 8.0, 41, retstep=True)
    density = np.exp(-(b**2) / (2 * kappa)) * 2 / np.sqrt(2 * np.pi * kappa) * db
    density[0] /= 2

    def excess(k):
        return density @ [brute_force_excess(k, rho * y, y, t) for y in b]

    assert tail(excess, 1000.0) == pytest.approx(coefficient, rel=1e-4)


def test_half_temperature_coefficient_estimated_from_simulated_candidates():
    a, b, t = 0.2, -1.8, 3.0
    z = np.random.default_rng(9).standard_normal((100, 20_000))
    w, error = np.exp(-((b + z) ** 2) / (2 * t)), (a + z) ** 2
    full, half = ((error * w**j).sum(axis=1) / (w**j).sum(axis=1) for j in (1, 2))
    omega = 20_000 * (w**2).sum(axis=1) / w.sum(axis=1) ** 2
    sample = omega * (full - half)
    difference = sample.mean() - half_temperature_coefficient_at(a, b, temperature=2 * t)
    assert abs(difference) < 4 * sample.std(ddof=1) / 10


def test_tail_vanishes_at_infinite_temperature_and_scales_with_the_variance():
    p = OrderParameters(s2=2.5, q_tt=0.5, q_tr=0.4, q_rr=0.9)
    assert half_temperature_coefficient(p, temperature=np.inf) == 0.0
    scaled = half_temperature_coefficient(p.scaled(), temperature=1.2)
    assert half_temperature_coefficient(p, temperature=3.0) == pytest.approx(2.5 * scaled, rel=1e-14)


def test_tail_changes_sign_at_three_q_rr_over_one_plus_t():
    s2, q_rr, t = 2.0, 1.8, 1.5
    edge = (3 * q_rr / (1 + t) - s2) / 2
    for step in (-1e-9, 1e-9):
        p = OrderParameters(s2=s2, q_tt=1.0, q_tr=edge + step, q_rr=q_rr)
        assert np.sign(half_temperature_coefficient(p, temperature=2 * s2 * t)) == np.sign(step)


def test_coefficients_outside_their_domain_are_refused():
    p = OrderParameters(s2=1.0, q_tt=3.0, q_tr=3.0, q_rr=3.0)
    with pytest.raises(ValueError, match="diverges"):
        half_temperature_coefficient(p, temperature=2.0)  # kappa_e(1) = 3
    assert np.isfinite(half_temperature_coefficient(p, temperature=2.01))
    with pytest.raises(ValueError, match="temperature must be positive"):
        half_temperature_coefficient(p, temperature=0.0)
    with pytest.raises(ValueError, match="reward_gap is too large"):
        half_temperature_coefficient_at(0.1, 60.0, temperature=0.02)
    for temperature in (-1.0, np.nan):
        with pytest.raises(ValueError, match="temperature"):
            limit_error(p, temperature=temperature)
