"""The plain sums against routes that share nothing with them: mpmath, a plane of two, closed forms."""

import mpmath as mp
import numpy as np
import pytest
from bestofk import plain_sums
from bestofk.plain_sums import error_at_input, mean_error
from scipy.stats import norm


def test_published_values():
    # 25 digits of mpmath end the last one in 97, not in the 85 that was published.
    published = [1.04, 1.0232862802714, 1.0646825868597, 1.0827298462497]
    errors = error_at_input([1, 2, 8, 256], [0.2], -1.8, reduced_temperature=5.0)
    # Half a unit of the last digit.
    np.testing.assert_allclose(errors[:, 0], published, rtol=0, atol=5.1e-14)
    published = [1.9312342620384, 2.3551383545406, 2.8817045704571]
    k = np.array([4, 8, 32])
    errors = error_at_input(k, [0.0], 0.0, reduced_temperature=0.0)
    np.testing.assert_allclose(k**2 * errors[:, 0], published, rtol=0, atol=5.1e-14)


def panels(edges, order=40):
    """Gauss-Legendre nodes and weights of consecutive panels."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    low, length = np.array(edges[:-1])[:, None], np.diff(edges)[:, None]
    return (low + length * (nodes + 1) / 2).ravel(), (length * weights / 2).ravel()


@pytest.mark.parametrize(
    ("k", "a", "b", "t"), [(8, 0.5, 1.5, 2.0), (3, -2.0, 0.3, 0.7), (1000, 4.0, -5.0, 30.0)]
)
def test_softmax_meets_nested_gauss_legendre_panels(k, a, b, t):
    z, over_z = panels(np.linspace(-10, 10, 21))
    v, over_v = panels(np.arange(-50.0, 120.0, 2.0))
    x = np.exp(v[:, None] - (b + z) ** 2 / (2 * t))
    survives = norm.pdf(z) * np.exp(-x)
    lost, kept = -np.expm1(-x) @ (over_z * norm.pdf(z)), survives @ over_z
    log_p = np.where(lost < 0.5, np.log1p(-np.minimum(lost, 0.5)), np.log(np.maximum(kept, 1e-300)))
    expected = over_v @ (k * ((survives * x) @ (over_z * (a + z) ** 2)) * np.exp((k - 1) * log_p))
    measured = error_at_input([k], [a], b, reduced_temperature=t)[0, 0]
    assert measured == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("k", "a", "b"), [(2.0**30, 0.7, 0.7), (2.0**30, 0.0, 0.0), (1.5, -1.0, 1.0), (1e5, 4.4, 20.0)]
)
def test_best_of_k_meets_adaptive_quadrature_with_40_digits(k, a, b):
    with mp.workdps(40):
        k, a, b = mp.mpf(k), mp.mpf(a), mp.mpf(b)

        def density(r):
            survival = mp.ncdf(b - r) + mp.ncdf(-b - r)
            squares = mp.npdf(r - b) * (a - b + r) ** 2 + mp.npdf(r + b) * (a - b - r) ** 2
            return k * survival ** (k - 1) * squares

        # Breaks where r k/100 is 2^j, at small r, and around the gap.
        breaks = [mp.mpf(0), *(100 / k * mp.mpf(2) ** j for j in range(-4, 40, 2))]
        breaks = [r for r in breaks if r < b + 1] + [b + j for j in range(1, 12)]
        if b > 12:
            breaks = [mp.mpf(0)] + [b + j for j in range(-12, 12)]
        expected = mp.quad(density, sorted(set(breaks)))
    measured = error_at_input([float(k)], [float(a)], float(b), reduced_temperature=0.0)[0, 0]
    assert measured == pytest.approx(float(expected), rel=1e-14)


@pytest.mark.parametrize(("a", "b", "t"), [(-1.0, 0.4, 0.6), (3.0, -2.0, 8.0), (0.5, 4.0, 0.3)])
def test_two_candidates_meet_a_sum_over_their_plane(a, b, t):
    z, step = np.linspace(-9, 9, 2401, retstep=True)
    y, other = b + z[:, None], b + z[None, :]
    chance = norm.pdf(z) * step
    softmax = 1 / (1 + np.exp((y**2 - other**2) / (2 * t)))
    expected = chance @ (2 * softmax * (a - b + y) ** 2) @ chance
    assert error_at_input([2], [a], b, reduced_temperature=t)[0, 0] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("kappa", "rho", "t"), [(0.6, 0.3, 1.0), (5.0, 0.5, 10.0)])
def test_two_candidates_averaged_meet_the_closed_form(kappa, rho, t):
    x, step = np.linspace(-9, 9, 2001, retstep=True)
    chance = norm.pdf(x) * step
    v = np.sqrt(1 + 2 * kappa)
    product = np.multiply.outer(x, x)
    psi = chance @ (product * np.tanh(v / (2 * t) * product)) @ chance
    expected = 1 + rho**2 * kappa - (1 + 2 * rho * kappa) / v * psi
    assert mean_error([2], [rho], kappa, reduced_temperature=t)[0, 0] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("kappa", "t"), [(0.1, 0.0), (20.0, 0.0), (0.5, 2.0)])
def test_one_candidate_averaged_has_the_spread_of_both(kappa, t):
    rho = np.array([-1.0, 0.0, 0.7])
    errors = mean_error([1.0], rho, kappa, reduced_temperature=t)
    np.testing.assert_allclose(errors[0], 1 + rho**2 * kappa, rtol=1e-14)


def test_an_average_keeps_its_digits_for_a_teacher_next_to_the_reward():
    # delta is a parabola in rho, of curvature kappa at T = 0, whose minimum is near 1 at large k.
    k, kappa, near = np.array([2.0**30]), 0.1, 2.0**-26
    below, at, above = mean_error(k, [1 - near, 1.0, 1 + near], kappa, reduced_temperature=0.0)[0]
    assert (below + above) / 2 - at == pytest.approx(kappa * near**2, rel=1e-12)


def test_an_average_over_best_of_k_meets_the_law_and_its_correction():
    # (pi/k^2)/sqrt(1 - 2 kappa) times 1 + O(1/k), which halves when k doubles.
    k, kappa = np.array([2.0**19, 2.0**20]), 0.1
    ratio = mean_error(k, [1.0], kappa, reduced_temperature=0.0)[:, 0] * k**2 * np.sqrt(1 - 2 * kappa) / np.pi
    assert 2 * ratio[1] - ratio[0] == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("b", [0.0, 0.2, 0.9, 3.0, 50.0])
def test_survival_function_keeps_the_digits_of_its_complement(b):
    r = np.array([1e-12, 1e-5, 0.01, 0.3, 0.9 / max(b, 0.2), 1.1 / max(b, 0.2), b + 2])
    with mp.workdps(60):
        expected = [float(mp.log1p(-(mp.ncdf(x - b) - mp.ncdf(-x - b)))) for x in map(mp.mpf, r)]
    np.testing.assert_allclose(plain_sums._log_survival(r, b), expected, rtol=1e-12)


def test_terms_count_what_is_summed(monkeypatch):
    counted = 0
    original = plain_sums._parts

    def parts(gap, t, k_max, shift):
        nonlocal counted
        for log_p, density in original(gap, t, k_max, shift):
            counted += log_p.size
            yield log_p, density

    monkeypatch.setattr(plain_sums, "_parts", parts)
    error_at_input([3, 1e6], [0.0], 1.0, reduced_temperature=0.0)
    assert counted == plain_sums.terms(1.0, reduced_temperature=0.0, k_max=1e6)
    counted = 0
    mean_error([3, 50], [0.0], 0.1, reduced_temperature=0.0)
    assert counted == plain_sums.mean_terms(0.1, reduced_temperature=0.0, k_max=50)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: error_at_input([0.5], [0.0], 1.0, reduced_temperature=1.0), "every number of candidates"),
        (lambda: error_at_input([np.inf], [0.0], 1.0, reduced_temperature=1.0), "every number of candidates"),
        (lambda: error_at_input([2], [0.0], np.nan, reduced_temperature=1.0), "reward_gap is nan"),
        (lambda: error_at_input([2], [0.0], 1.0, reduced_temperature=-1.0), "reduced_temperature is -1"),
        (lambda: error_at_input([2], [0.0], 1.0, reduced_temperature=np.inf), "reduced_temperature is inf"),
        (lambda: mean_error([2], [0.0], 0.0, reduced_temperature=1.0), "kappa is 0"),
        (lambda: plain_sums.mean_terms(np.nan, reduced_temperature=1.0, k_max=2), "kappa is nan"),
    ],
)
def test_what_is_outside_the_domain_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
