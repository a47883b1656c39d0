"""The laws of best-of-k against quadrature of the exact curve and simulation of the smallest of k."""

import numpy as np
import pytest
from bestofk.best_of_k import (
    best_of_k_coefficient,
    best_of_k_coefficient_at,
    best_of_k_law,
    best_of_k_law_at,
)
from bestofk.equivalents import OrderParameters, order_parameters
from bestofk.model import TeacherStudent
from scipy.stats import norm

LOG_R, STEP = np.linspace(-32.0, 3.6, 2501, retstep=True)
R = np.exp(LOG_R)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(12)


def chosen(k, b):
    """Density of the smallest distance r = |b + Z| of k on the grid R, times the measure of the grid."""
    within = norm.cdf(R - b) - norm.cdf(-R - b)
    small = R < 1  # where the difference loses its digits
    r = R[small, None] * (NODES + 1) / 2
    within[small] = (norm.pdf(r - b) + norm.pdf(r + b)) @ WEIGHTS * R[small] / 2
    density = (norm.pdf(R - b) + norm.pdf(R + b)) * R * STEP
    return k * np.exp((k - 1) * np.log1p(-np.minimum(within, 1 - 1e-15))) * density


def exact_excess(k, a, b):
    """Best-of-k error minus (a-b)^2: the mean of r^2 + 2 (a-b) r tanh(b r)."""
    return chosen(k, b) @ (R**2 + 2 * (a - b) * R * np.tanh(b * R))


def exact_mean_excess(k, kappa, rho, points=201):
    """Average of `exact_excess` over b ~ N(0, kappa), in closed form up to two trapezoid rules."""
    b, db = np.linspace(
        0.0, np.sqrt(2 * np.log(k + 1)) * max(1.0, kappa**0.5) + 6 * kappa**0.5, points, retstep=True
    )
    density = np.exp(-(b**2) / (2 * kappa)) * 2 / np.sqrt(2 * np.pi * kappa) * db
    density[0] /= 2
    return density @ [exact_excess(k, rho * y, y) for y in b]


def parameters(kappa, rho, s2=1.0):
    return OrderParameters(s2, s2 * (rho**2 * kappa + 0.2), s2 * rho * kappa, s2 * kappa)


def limit(p):
    return p.q_tt - 2 * p.q_tr + p.q_rr


@pytest.mark.parametrize(("a", "b"), [(0.5, 1.5), (0.9, 0.7), (0.3, 0.2), (1.0, -0.5)])
def test_coefficient_at_one_input_is_that_of_the_exact_curve(a, b):
    k = 1e6
    exact = (k + 1) * (k + 2) * exact_excess(k, a, b)
    assert best_of_k_coefficient_at(a, b) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(("a", "b", "k"), [(0.5, 0.5, 64), (1.0, -0.5, 64), (0.7, 1.5, 1024)])
def test_next_order_at_one_input_leaves_a_remainder_of_sixth_order(a, b, k):
    def remainder(k):
        return best_of_k_law_at(k, a, b, correction="next") - (a - b) ** 2 - exact_excess(k, a, b)

    ratio = remainder(k) / remainder(2 * k)
    assert np.log2(ratio) == pytest.approx(6, abs=0.35)


def test_each_correction_is_closer_to_the_exact_curve():
    a, b, k = 0.5, 0.5, 64
    exact = exact_excess(k, a, b)
    misses = [abs(best_of_k_law_at(k, a, b, correction=c) - exact) for c in ("none", "spacing", "next")]
    assert misses[0] > 20 * misses[1] > 400 * misses[2]


@pytest.mark.parametrize(("kappa", "rho", "slack"), [(0.1, 0.5, 1e-7), (0.2, 0.5, 1e-6), (0.3, 0.5, 1e-3)])
def test_mean_coefficient_is_that_of_the_averaged_curve(kappa, rho, slack):
    k = 1e8
    exact = k**2 * exact_mean_excess(k, kappa, rho)
    assert best_of_k_coefficient(parameters(kappa, rho)) == pytest.approx(exact, rel=slack)


@pytest.mark.parametrize(
    ("n_train", "coefficient"),
    [(10_000, 3.2792), (15_000, 3.2013), (20_000, 3.1751), (25_000, 3.1632), (30_000, 3.1567)],
)
def test_coefficients_of_the_published_training_problem(n_train, coefficient):
    teacher = np.full(10, 2.0)
    model = TeacherStudent(np.ones(10), teacher, teacher, n_train, noise_var=1e-8, prior_var=1e-6)
    p = order_parameters(model)
    assert best_of_k_coefficient(p) / p.s2 == pytest.approx(coefficient, abs=6e-5)


@pytest.mark.parametrize(("kappa", "rho", "k", "slack"), [(0.1, 1.0, 64, 1e-5), (0.2, 0.5, 1024, 2e-5)])
def test_mean_law_with_next_order(kappa, rho, k, slack):
    p = parameters(kappa, rho)
    law = best_of_k_law(k, p, correction="next") - limit(p)
    assert law == pytest.approx(exact_mean_excess(k, kappa, rho), rel=slack)


def test_mean_law_against_simulated_minima():
    # The distance of the chosen candidate is drawn by inverse transform of the smallest of k uniforms.
    kappa, k, n = 0.2, 4096, 400_000
    rng = np.random.default_rng(11)
    b = np.abs(rng.standard_normal(n)) * kappa**0.5
    u = -np.expm1(np.log1p(-rng.random(n)) / k)
    low, high = np.zeros(n), np.full(n, 12.0)
    for _ in range(60):
        middle = (low + high) / 2
        inside = norm.cdf(middle - b) - norm.cdf(-middle - b) < u
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    sample = k**2 * low**2
    law = k**2 * best_of_k_law(k, OrderParameters.overshoot(1.0, kappa, 0.0), correction="spacing")
    assert sample.std() / np.sqrt(n) < 0.01 * law
    assert abs(sample.mean() - law) < 4 * sample.std() / np.sqrt(n)


def test_law_scales_with_the_predictive_variance():
    p = parameters(0.2, 0.5, s2=3.0)
    for correction in ("none", "spacing", "next"):
        assert best_of_k_law(9, p, correction=correction) == pytest.approx(
            3 * best_of_k_law(9, p.scaled(), correction=correction), rel=1e-14
        )
    at = best_of_k_law_at(9, 0.2, 0.6, predictive_std=2.0)
    assert at == pytest.approx(4 * best_of_k_law_at(9, 0.1, 0.3), rel=1e-14)


def test_law_at_infinite_k_is_the_limit():
    p = parameters(0.2, 0.5)
    for correction in ("none", "spacing", "next"):
        assert best_of_k_law(np.inf, p, correction=correction) == pytest.approx(limit(p), rel=1e-14)


def test_laws_outside_their_domain_are_refused():
    with pytest.raises(ValueError, match=r"diverges.*below 0.5"):
        best_of_k_coefficient(parameters(0.5, 1.0))
    with pytest.raises(ValueError, match=r"diverges.*below 0.25"):
        best_of_k_law(10, parameters(0.25, 1.0), correction="next")
    with pytest.raises(ValueError, match="correction"):
        best_of_k_law(10, parameters(0.2, 1.0), correction="finite")
    with pytest.raises(ValueError, match="k, the number"):
        best_of_k_law([1, 0], parameters(0.2, 1.0))
    with pytest.raises(ValueError, match="reward_gap is too large"):
        best_of_k_coefficient_at(0.0, 27.0)
