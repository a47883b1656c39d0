"""The finite-k selection error against routes that share no code with it: mpmath, quadrature, sampling."""

import mpmath as mp
import numpy as np
import pytest
from bestofk import _quadrature
from bestofk.equivalents import OrderParameters
from bestofk.selection import (
    excess_coefficients,
    mean_selection_error,
    selected_moments,
    selection_error,
    selection_excess,
    selection_response,
)
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

CANDIDATES = np.array([1.0, 1.5, 2, 3, 8, 64, 1e3, 1e6])
TEMPERATURES = [0.0, 1e-3, 0.02, 0.3, 1.0, 5.0, 40.0, 1e3]


def mp_moments(k, b, t, step=0.2, digits=25):
    """nu_j by trapezoid rules with `digits` digits: over y, or at low t and v > 5 over the Gumbel noise."""
    with mp.workdps(digits):
        k, b, t, step, mesh = mp.mpf(k), mp.mpf(b), mp.mpf(t), mp.mpf(step), mp.mpf("0.2")
        low_t = t < 0.3

        def normal(x):
            return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)

        noise = [mesh * i for i in range(-22, 450)]
        gumbel = [mesh * mp.exp(-z - mp.exp(-z)) for z in noise]
        y_max = min(b + 11, mp.sqrt(150 * t)) if low_t else b + 11
        y_step = min(mesh, mesh * t / y_max)
        ys = [y_step * i for i in range(int(y_max / y_step) + 1)]
        plus = [y_step * normal(y - b) / (1 if y else 2) for y in ys]
        minus = [y_step * normal(y + b) / (1 if y else 2) for y in ys]
        weights = [mp.exp(-y * y / (2 * t)) for y in ys]

        def over_y(v):
            values = [mp.mpf(0)] * 4
            for y, p, m, w in zip(ys, plus, minus, weights, strict=True):
                x = mp.exp(v) * w
                survives = mp.exp(-x) if x > 1 else 1 + mp.expm1(-x)
                lost = 1 - survives if x > 1 else -mp.expm1(-x)
                now = x * survives
                terms = (lost * (p + m), now * (p + m), now * (p - m) * y, now * (p + m) * y * y)
                values = [value + term for value, term in zip(values, terms, strict=True)]
            return values

        def over_noise(v):
            values = [mp.mpf(0)] * 4
            for z, g in zip(noise, gumbel, strict=True):
                y = mp.sqrt(2 * t * (v + z))
                if y > b + 13:
                    values[0] += g
                    continue
                p, m = g * normal(y - b) * t / y, g * normal(y + b) * t / y
                below = mp.ncdf(y - b) - mp.ncdf(-y - b)
                terms = (g * below, p + m, (p - m) * y, (p + m) * y * y)
                values = [value + term for value, term in zip(values, terms, strict=True)]
            return values

        v_low = -42 - mp.log(k) + mp.log(1 + 1 / t) / 2 + b * b / (2 * (1 + t))
        v_high = (b + 9) ** 2 / (2 * t) + 4
        if low_t and b > 13:
            v_low = max(v_low, (b - 13) ** 2 / (2 * t))
        total = [mp.mpf(0)] * 3
        # v = x + e^x at low t: uniform in v below 0 and in log v above.
        x, end = v_low, v_high
        if low_t:
            x = mp.findroot(lambda s: s + mp.exp(s) - v_low, mp.log(v_low + 2) if v_low > 0 else v_low)
            end = mp.log(v_high)
        while x < end:
            v, slope = (x + mp.exp(x), 1 + mp.exp(x)) if low_t else (x, 1)
            lost, *densities = over_noise(v) if low_t and v > 5 else over_y(v)
            factor = step * slope * k * (mp.exp((k - 1) * mp.log1p(-lost)) if lost < 1 else 0)
            total = [value + factor * density for value, density in zip(total, densities, strict=True)]
            x += step
        return total


#: (k, reward gap, t): nu_1, nu_2 from mp_moments with 25 digits and finer steps, where nu_0 = 1 to 1e-18.
MPMATH = {
    (8, 1.5, 2.0): (1.0430376831823669, 1.7727822023991985),
    (2, 0.5, 0.3): (0.24390632210704069, 0.54615397845047391),
    (64, 3.0, 0.3): (0.88537038537323918, 1.0271539718644192),
    (1, 6.0, 1e3): (6.0, 37.0),
    (1e6, 6.0, 1e3): (5.9940059999882536, 36.92710892785744),
    (2, 50.0, 1e3): (49.975031190745296, 2498.5026209421213),
    (1e6, 50.0, 1e3): (49.950050000024732, 2496.00649600248),
    (1e3, 0.4, 0.01): (0.0039757420562811504, 0.0099551313156847761),
    (1e6, 0.0, 1e-3): (0.0, 0.00099901217131481426),
    (2, 2.0, 1e-3): (1.438449961260409, 2.7421387357563328),
    (30, 6.0, 1e-3): (3.9572392478446454, 15.905580419150561),
    (1e6, 6.0, 1e-3): (1.1371094602076004, 1.3545137655497492),
}

#: T = 0, (k, reward gap): nu_1, nu_2 by mpmath.quad with 50 digits between the quantiles of the minimum.
MPMATH_BEST_OF_K = {
    (2, 0.0): (0.0, 0.36338022763241866),
    (1.5, 1.0): (0.69839344218620559, 1.1981942024048504),
    (1e4, 3.0): (0.00075702915747601015, 0.00025347076663618787),
    (50, 6.0): (3.7509263706101646, 14.285161047702142),
    (1e6, 0.3): (1.0312318737386787e-12, 3.4374395791310559e-12),
    (1e5, 20.0): (15.615680596892412, 243.92338973635891),
    (2.0**30, 0.0): (0.0, 2.7248972564559687e-18),
    (2.0**30, 0.7): (3.1135257925974924e-18, 4.4478939894249894e-18),
    (2.0**30, 6.0): (0.038444428090198962, 0.0082148186154052362),
    (2.0**30, 50.0): (43.900920057806677, 1927.3314907781236),
}


def limit(a, b, t):
    """Error at k = infinity: Y ~ N(b t/(1+t), t/(1+t))."""
    return t / (1 + t) + (a - b / (1 + t)) ** 2


def pair_average(a, b, t, function):
    """Average of a smooth function of the Y of two candidates, by a trapezoid rule in the plane."""
    z, step = np.linspace(-9, 9, 1201, retstep=True)
    density = norm.pdf(z) * step
    return density @ function(b + z[:, None], b + z[None, :]) @ density


def softmax_of_pair(y, other, t):
    return 1 / (1 + np.exp((y**2 - other**2) / (2 * t)))


# ---------------------------------------------------------------- values


def test_published_values():
    k = [1, 2, 8, 256]
    # 25 digits of mpmath end the last one in 97, not in the 85 that was published.
    published = [1.04, 1.0232862802714, 1.0646825868597, 1.0827298462497]
    np.testing.assert_allclose(selection_error(k, 0.2, -1.8, temperature=10.0), published, rtol=1e-13)
    published = [0.8877318139468, 0.7975375615209]
    np.testing.assert_allclose(selection_error([2, 64], 0.2, -0.05, temperature=6.0), published, rtol=1e-12)
    k = np.array([4, 8, 32])
    published = [1.9312342620384, 2.3551383545406, 2.8817045704571]
    np.testing.assert_allclose(k**2 * selection_error(k, 0.0, 0.0, temperature=0.0), published, rtol=1e-11)


@pytest.mark.parametrize("point", MPMATH)
def test_moments_meet_stored_mpmath_values(point):
    k, b, t = point
    _, nu_1, nu_2 = selected_moments(k, b, reduced_temperature=t)
    np.testing.assert_allclose([nu_1, nu_2], MPMATH[point], rtol=5e-13)


def test_error_keeps_its_digits_where_large_gaps_cancel():
    # All 100 candidates are near 50; the chosen one is spread by 0.4 about 47.5, where the teacher is.
    nu_1, nu_2 = 47.492406364460458, 2255.7130671012094  # from mp_moments, as above
    expected = 47.5**2 - 95 * nu_1 + nu_2
    assert selection_error(100, 2.5, 50.0, temperature=2e-3) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("point", MPMATH_BEST_OF_K)
def test_best_of_k_moments_meet_stored_mpmath_values(point):
    k, b = point
    _, nu_1, nu_2 = selected_moments(k, b, reduced_temperature=0.0)
    np.testing.assert_allclose([nu_1, nu_2], MPMATH_BEST_OF_K[point], rtol=1e-11)


@pytest.mark.parametrize(("k", "b", "t"), [(3, 2.0, 1e3), (8, 1.8, 20.0)])
def test_moments_meet_mpmath_computed_here(k, b, t):
    reference = [float(value) for value in mp_moments(k, b, t, step=0.25, digits=18)]
    np.testing.assert_allclose(selected_moments(k, b, reduced_temperature=t), reference, rtol=1e-13)


@pytest.mark.parametrize(("k", "b"), [(3, 1.3), (40, 0.2), (1000, 4.0)])
def test_best_of_k_meets_adaptive_quadrature_of_the_minimum(k, b):
    def survival(r):
        return mp.ncdf(b - r) + mp.ncdf(-b - r)

    with mp.workdps(20):
        # E[min r^2] = int 2 r P(min > r) dr, a different integral from the one in the code.
        second = mp.quad(lambda r: 2 * r * survival(r) ** k, [0, 0.02, 0.1, 0.5, 1, 2, 4, 8, b + 9])
    _, _, nu_2 = selected_moments(k, b, reduced_temperature=0.0)
    assert nu_2 == pytest.approx(float(second), rel=1e-12)


@pytest.mark.parametrize(("a", "b", "t"), [(0.5, 1.5, 2.0), (-1.0, 0.4, 0.6), (3.0, -2.0, 8.0)])
def test_two_candidates_meet_a_quadrature_in_the_plane(a, b, t):
    error = pair_average(a, b, t, lambda y, other: 2 * softmax_of_pair(y, other, t) * (a - b + y) ** 2)
    assert selection_error(2, a, b, temperature=2 * t) == pytest.approx(error, rel=1e-12)


@pytest.mark.parametrize(
    ("s2", "q_tt", "c", "t"), [(1.0, 0.041, 15.0, 10.0), (2.0, 0.6, 2.0, 1.0), (1, 0.2, 0, 4)]
)
def test_two_candidates_averaged_meet_the_closed_form(s2, q_tt, c, t):
    p = OrderParameters.overshoot(s2, q_tt, c)
    x, step = np.linspace(-9, 9, 1501, retstep=True)
    density = norm.pdf(x) * step
    v = np.sqrt(1 + 2 * p.kappa)
    product = np.multiply.outer(x, x)
    psi = density @ (product * np.tanh(v / (2 * t) * product)) @ density
    closed = s2 + p.q_tt - (s2 + 2 * p.q_tr) / v * psi
    assert mean_selection_error(2, p, temperature=2 * s2 * t) == pytest.approx(closed, rel=1e-11)


@pytest.mark.parametrize(("a", "b", "t"), [(0.5, 1.5, 2.0), (0.3, 2.0, 0.05), (-1.0, 0.7, 0.5)])
@pytest.mark.parametrize("k", [8, 64])
def test_monte_carlo_with_softmax_weights_and_with_a_drawn_index(a, b, t, k):
    rng = np.random.default_rng(np.random.SeedSequence(20, spawn_key=(k,)))
    y = b + rng.standard_normal((40_000, k))
    logit = -(y**2) / (2 * t)
    weights = np.exp(logit - logit.max(axis=1, keepdims=True))
    errors = (a - b + y) ** 2
    averaged = (weights * errors).sum(axis=1) / weights.sum(axis=1)
    chosen = np.argmax(logit + rng.gumbel(size=y.shape), axis=1)
    drawn = errors[np.arange(y.shape[0]), chosen]
    exact = selection_error(k, a, b, temperature=2 * t)
    for sample in (averaged, drawn):
        assert abs(sample.mean() - exact) < 4 * sample.std() / np.sqrt(sample.size)


# ---------------------------------------------------------------- identities


@pytest.mark.parametrize("t", TEMPERATURES)
def test_one_candidate_has_variance_plus_squared_gap(t):
    a, b = np.array([0.0, 0.3, -6.0, 50.0]), np.array([0.0, -2.0, 6.0, 50.0])
    np.testing.assert_allclose(selection_error(1, a, b, temperature=2 * t), 1 + a**2, rtol=1e-11)


def test_infinite_temperature_selects_nothing():
    np.testing.assert_array_equal(
        selection_error([1, 5, 1e40, np.inf], 0.5, 2.0, temperature=np.inf), [1.25] * 4
    )
    p = OrderParameters(2.0, 0.5, 0.3, 0.7)
    np.testing.assert_allclose(mean_selection_error([1, 7], p, temperature=np.inf), [2.5, 2.5], rtol=1e-15)


@pytest.mark.parametrize("t", TEMPERATURES)
def test_infinitely_many_candidates_give_the_closed_limit(t):
    a, b = np.array([0.2, 3.0]), np.array([-1.8, 2.0])
    np.testing.assert_allclose(selection_error(np.inf, a, b, temperature=2 * t), limit(a, b, t), rtol=1e-14)
    p = OrderParameters(2.0, 0.5, 0.3, 0.7)
    g = 1 / (1 + t)
    expected = 2.0 * (1 - g) + 0.5 - 0.6 * g + 0.7 * g**2
    assert mean_selection_error(np.inf, p, temperature=4.0 * t) == pytest.approx(expected, rel=1e-14)


def test_low_temperature_meets_best_of_k_linearly_in_t():
    k = np.array([2, 10, 50])
    best = selection_error(k, 0.4, 1.0, temperature=0.0)
    distance = [selection_error(k, 0.4, 1.0, temperature=2 * t) - best for t in (1e-3, 2e-3)]
    assert np.all(np.abs(distance[0]) < 2e-3)
    # t^2 log(1/t) at k fixed: between linear and quadratic.
    ratio = distance[1] / distance[0]
    assert np.all((ratio > 2) & (ratio < 4))


@pytest.mark.parametrize(("a", "b", "t"), [(0.5, 1.5, 1.0), (0.2, -1.8, 3.0), (-0.7, 0.9, 0.3)])
def test_approach_to_the_limit_at_one_input(a, b, t):
    # k (delta - delta_inf) = c1 + c2/k + ..., from the limits at temperature, half and a third of it.
    def ratio(j):
        return np.sqrt(t / (j + t)) * (1 + 1 / t) ** (j / 2) * np.exp(b**2 / 2 * (j / (1 + t) - j / (j + t)))

    e1, e2, e3 = (limit(a, b, t / j) for j in (1, 2, 3))
    c1 = ratio(2) * (e1 - e2)
    c2 = (e1 - e2) * ratio(2) * (3 * ratio(2) - 1) - (e1 - e3) * ratio(3)
    k = np.array([2e3, 2e4])
    nu_1, nu_2 = selected_moments(k, b, reduced_temperature=t)[1:]
    excess = (a - b) ** 2 + 2 * (a - b) * nu_1 + nu_2 - e1
    np.testing.assert_allclose(k * excess, c1 + c2 / k, rtol=3e-6)


@pytest.mark.parametrize("t", [0.0, 0.02, 1.0, 1e3])
def test_excess_is_the_difference_from_the_limit(t):
    kappa, rho, s2 = np.array([0.0, 1e-6, 0.3, 8.0]), 0.3, 1.7
    m2, m1 = excess_coefficients(CANDIDATES, kappa, reduced_temperature=t)
    assert m2.shape == m1.shape == (CANDIDATES.size, kappa.size)
    for column, value in enumerate(kappa):
        p = OrderParameters(s2, 0.1 * s2 * value, rho * s2 * value, s2 * value)
        errors = mean_selection_error(np.append(CANDIDATES, np.inf), p, temperature=2 * s2 * t)
        excess = s2 * (m2 + rho * m1)[:, column]
        rounding = 1e-14 * max(1, value) * s2
        np.testing.assert_allclose(errors[:-1] - errors[-1], excess, rtol=1e-10, atol=rounding)


@pytest.mark.parametrize(
    ("kappa", "rho", "t"), [(0.3, 0.4, 1.0), (0.8, 1.2, 2.0), (0.25, -0.5, 0.5), (1.0, 0.1, 300)]
)
def test_averaged_excess_keeps_its_digits_at_large_k(kappa, rho, t):
    m2, m1 = excess_coefficients([2.5e5, 1e6], [kappa], reduced_temperature=t)
    scaled = np.array([2.5e5, 1e6]) * (m2 + rho * m1)[:, 0]
    extrapolated = (4 * scaled[1] - scaled[0]) / 3
    tilted = kappa / (1 - 2 * kappa / ((1 + t) * (2 + t)))
    coefficient = (1 + t) / np.sqrt(t * (2 + t)) * np.sqrt(tilted / kappa) * t / ((1 + t) * (2 + t))
    coefficient *= 1 + tilted * (2 * rho - 1 / (1 + t) - 2 / (2 + t))
    assert extrapolated == pytest.approx(coefficient, rel=1e-8)


@pytest.mark.parametrize("kappa", [0.1, 0.2, 0.3])
def test_averaged_best_of_k_excess_keeps_its_digits_at_1e_minus_18(kappa):
    m2, m1 = excess_coefficients([2.0**30], [kappa], reduced_temperature=0.0)
    law = np.pi / np.sqrt(1 - 2 * kappa)
    np.testing.assert_allclose(
        2.0**60 * np.array([m2[0, 0] + m1[0, 0], m1[0, 0]]),
        [law, 2 * law * kappa / (1 - 2 * kappa)],
        rtol=1e-4,
    )
    p = OrderParameters(1.0, kappa, kappa, kappa)  # the teacher as reward
    assert mean_selection_error(2.0**30, p, temperature=0.0) == pytest.approx(law / 2.0**60, rel=1e-4)


def test_averaged_excess_is_proportional_to_a_tiny_spread():
    kappa = np.array([0.0, 1e-300, 1e-12, 1e-8, 1e-4])
    for t in (0.0, 0.02, 2.0):
        m2, m1 = excess_coefficients([1, 3, 500], kappa, reduced_temperature=t)
        assert np.all(m1[:, 0] == 0)
        np.testing.assert_allclose(m1[:, 2] / 1e-12, m1[:, 3] / 1e-8, rtol=1e-6)
        np.testing.assert_allclose(m2[:, :4], np.repeat(m2[:, :1], 4, axis=1), rtol=1e-6)
        np.testing.assert_allclose(m1[:, 4] / 1e-4, m1[:, 2] / 1e-12, rtol=2e-3)


def test_curve_that_dips_below_its_limit_and_ends_above_it():
    m2, m1 = excess_coefficients([14, 30, 100, 1e4], [0.4], reduced_temperature=0.1)
    np.testing.assert_allclose((m2 + 0.2 * m1)[:, 0], [-1.904e-3, -3.3e-4, 7.04e-5, 1.35e-6], rtol=5e-3)


@pytest.mark.parametrize("kappa", [0.2, 0.5, 3.0])
def test_first_averaged_moment_is_a_derivative_of_the_second_at_zero_temperature(kappa):
    k, h = [2, 20, 1000], 1e-3
    nodes = kappa * np.exp(h * np.array([-2, -1, 1, 2]))
    m2, m1 = excess_coefficients(k, nodes, reduced_temperature=0.0)
    derivative = (m2 + m1) @ np.array([1, -8, 8, -1]) / (12 * h)  # kappa d/dkappa E[nu_2]
    _, m1 = excess_coefficients(k, [kappa], reduced_temperature=0.0)
    np.testing.assert_allclose(m1[:, 0] / 2, derivative, rtol=1e-8)


def test_moments_are_derivatives_of_the_free_energy():
    b, t, h = 1.2, 1.5, 2e-3

    def free_energy(b, t):  # E log of the mean weight of two candidates
        return pair_average(
            0.0, b, t, lambda y, other: np.logaddexp(-(y**2) / (2 * t), -(other**2) / (2 * t))
        )

    stencil = np.array([1, -8, 8, -1]) / (12 * h)
    shifts = h * np.array([-2, -1, 1, 2])
    by_gap = stencil @ [free_energy(b + shift, t) for shift in shifts]
    by_temperature = stencil @ [free_energy(b, t + shift) for shift in shifts]
    _, nu_1, nu_2 = selected_moments(2, b, reduced_temperature=t)
    assert nu_1 == pytest.approx(-t * by_gap, rel=1e-9)
    assert nu_2 == pytest.approx(2 * t**2 * by_temperature, rel=1e-9)


@pytest.mark.parametrize(
    ("kappa", "k", "t"), [(0.3, 64, 0.0), (2.0, 1000, 0.0), (20.0, 5, 0.0), (1.5, 20, 0.4)]
)
def test_average_meets_adaptive_quadrature_over_inputs(kappa, k, t):
    def integrand(b, j):
        moments = selected_moments(k, b, reduced_temperature=t)
        return 2 * norm.pdf(b, scale=np.sqrt(kappa)) * moments[j] * (b if j == 1 else 1)

    end = min(9 * np.sqrt(kappa), 50.0)
    second, product = (quad(integrand, 0, end, args=(j,), epsrel=1e-11, limit=200)[0] for j in (2, 1))
    p = OrderParameters(1.0, kappa, 0.4 * kappa, kappa)
    expected = kappa - 0.8 * kappa + kappa + 2 * (0.4 - 1) * product + second
    assert mean_selection_error(k, p, temperature=2 * t) == pytest.approx(expected, rel=2e-10)


# ---------------------------------------------------------------- selection response


@pytest.mark.parametrize("t", [0.0, 1e-3, 0.05, 2.0, 100.0])
@pytest.mark.parametrize(("a", "b"), [(0.5, 1.5), (2.0, -5.0)])
def test_response_integrates_to_the_error(a, b, t):
    # p = 1/(1 + e^-x); k p^k (1-p) is below 1e-11 outside the range.
    x, step = np.linspace(-13, 32, 1500, retstep=True)
    p = 1 / (1 + np.exp(-x))
    response = selection_response(p, a, b, reduced_temperature=t)
    for k in (3, 9):
        error = np.sum(response * k * p**k * (1 - p)) * step
        assert error == pytest.approx(selection_error(k, a, b, temperature=2 * t), rel=1e-9)


def test_response_of_best_of_k_at_the_quantile_of_the_distance():
    a, b = 0.5, 1.5
    for p in (1e-9, 0.2, 0.8, 1 - 1e-6):
        r = brentq(lambda r, p=p: norm.sf(r - b) + norm.sf(r + b) - p, 0, 20, xtol=1e-15, rtol=1e-14)
        expected = (a - b) ** 2 + r**2 + 2 * (a - b) * r * np.tanh(b * r)
        assert selection_response(p, a, b, reduced_temperature=0.0) == pytest.approx(expected, rel=1e-6)


def test_response_at_a_quantile_of_the_perturbed_score():
    a, b, t = 0.5, 1.5, 2.0
    y, step = np.linspace(b - 9, b + 9, 2001, retstep=True)
    density, cost = norm.pdf(y - b) * step, y**2 / (2 * t)
    for p in (1e-4, 0.3, 0.9, 0.999):
        v = brentq(lambda v, p=p: density @ np.exp(-np.exp(v - cost)) - p, -40, 40, xtol=1e-14)
        at_score = density * np.exp(v - cost - np.exp(v - cost))
        expected = at_score @ (a - b + y) ** 2 / at_score.sum()
        assert selection_response(p, a, b, reduced_temperature=t) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("t", TEMPERATURES)
def test_response_at_the_best_quantile_is_the_limit(t):
    a, b = np.array([0.5, -2.0]), np.array([1.5, -1.0])
    np.testing.assert_allclose(
        selection_response(1.0, a, b, reduced_temperature=t), limit(a, b, t), rtol=1e-13
    )
    near = selection_response(1 - 1e-15, a, b, reduced_temperature=t)
    np.testing.assert_allclose(near, limit(a, b, t), rtol=1e-6)


# ---------------------------------------------------------------- behaviour


def double_nodes(monkeypatch):
    monkeypatch.setattr(_quadrature, "NODES", 2 * _quadrature.NODES)
    monkeypatch.setattr(_quadrature, "NODES_OF_AVERAGE", 2 * _quadrature.NODES_OF_AVERAGE)
    monkeypatch.setattr(_quadrature, "_NEGLIGIBLE", 50.0)


@pytest.mark.parametrize("t", TEMPERATURES)
def test_doubling_every_node_count_changes_no_error(t, monkeypatch):
    a, b = np.array([1.0, 4.0, 6.0, -20.0, 50.0]), np.array([0.1, 4.0, -6.0, 12.0, 50.0])
    errors = selection_error(CANDIDATES[:, None], a, b, temperature=2 * t)
    double_nodes(monkeypatch)
    refined = selection_error(CANDIDATES[:, None], a, b, temperature=2 * t)
    np.testing.assert_allclose(errors, refined, rtol=2e-11)


@pytest.mark.parametrize(("kappa", "t"), [(0.3, 0.0), (8.0, 0.0), (0.05, 0.02), (0.4, 2.0), (0.1, 1e3)])
def test_doubling_every_node_count_changes_no_averaged_excess(kappa, t, monkeypatch):
    m2, m1 = excess_coefficients(CANDIDATES, [kappa], reduced_temperature=t)
    double_nodes(monkeypatch)
    refined_2, refined_1 = excess_coefficients(CANDIDATES, [kappa], reduced_temperature=t)
    np.testing.assert_allclose(m1, refined_1, rtol=1e-9)
    np.testing.assert_array_less(np.abs(m2 - refined_2), 1e-9 * (np.abs(refined_2) + refined_1))


def test_too_few_nodes_are_noticed(monkeypatch):
    monkeypatch.setattr(_quadrature, "NODES", 5)
    with pytest.raises(ArithmeticError, match="off by"):
        selected_moments(CANDIDATES, 1.0, reduced_temperature=0.5)


def test_arguments_broadcast_and_each_entry_is_its_own_problem():
    rng = np.random.default_rng(5)
    k = rng.choice(np.append(CANDIDATES, np.inf), size=(4, 1))
    a, b = rng.uniform(-3, 3, size=(2, 5))
    s, temperature = rng.uniform(0.5, 2, size=5), np.array([[0.0], [0.7], [np.inf], [3.0]])
    errors = selection_error(k, a, b, predictive_std=s, temperature=temperature)
    assert errors.shape == (4, 5)
    for i in range(4):
        for j in range(5):
            single = selection_error(k[i, 0], a[j], b[j], predictive_std=s[j], temperature=temperature[i, 0])
            assert np.ndim(single) == 0
            assert errors[i, j] == pytest.approx(single, rel=1e-12)


def test_error_follows_units_and_signs():
    errors = selection_error(CANDIDATES, 0.4, -1.3, temperature=1.1)
    np.testing.assert_allclose(selection_error(CANDIDATES, -0.4, 1.3, temperature=1.1), errors, rtol=1e-14)
    scaled = selection_error(CANDIDATES, 1.2, -3.9, predictive_std=3.0, temperature=9.9)
    np.testing.assert_allclose(scaled, 9 * errors, rtol=1e-12)
    nu = selected_moments(CANDIDATES, [[-1.3], [1.3]], reduced_temperature=0.55)
    np.testing.assert_allclose(nu[:, 0], nu[:, 1] * [[1], [-1], [1]], rtol=1e-14)
    np.testing.assert_allclose(nu[0], 1, rtol=1e-12)
    np.testing.assert_allclose(1.7**2 + 2 * 1.7 * nu[1, 0] + nu[2, 0], errors, rtol=1e-11)


ORDER = OrderParameters(1.0, 0.1, 0.1, 0.2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: selected_moments(0.5, 1.0, reduced_temperature=1.0), "k has the value 0.5"),
        (lambda: selected_moments(np.nan, 1.0, reduced_temperature=1.0), "k has the value nan"),
        (lambda: selected_moments(2e6, 1.0, reduced_temperature=1.0), "at most 1e6"),
        (lambda: selected_moments(2.0**31, 1.0, reduced_temperature=0.0), "2\\^30"),
        (lambda: selected_moments(2, 50.1, reduced_temperature=1.0), "reward_gap has the value 50.1"),
        (lambda: selected_moments(2, np.nan, reduced_temperature=np.inf), "reward_gap has the value nan"),
        (lambda: selected_moments([2, 3], [1, 2, 3], reduced_temperature=1.0), "broadcast"),
        (lambda: selected_moments("2", 1.0, reduced_temperature=1.0), "real number"),
        (lambda: selected_moments(2 + 1j, 1.0, reduced_temperature=1.0), "real number"),
        (lambda: selection_error(2, 1.0, 1.0, temperature=-1.0), "reduced temperature"),
        (lambda: selection_error(2, 1.0, 1.0, temperature=1e-3), "reduced temperature"),
        (lambda: selection_error(2, 1.0, 1.0, temperature=2.1e3), "reduced temperature"),
        (lambda: selection_error(2, 1.0, 1.0, temperature=np.nan), "reduced temperature"),
        (lambda: selection_error(2, 51.0, 1.0, temperature=1.0), "teacher_gap has the value 51"),
        (lambda: selection_error(2, 1.0, 30.0, predictive_std=0.5, temperature=1.0), "reward_gap"),
        (lambda: selection_error(2, 1.0, 1.0, predictive_std=0.0, temperature=1.0), "predictive_std"),
        (lambda: selection_error(2, 1.0, 1.0, predictive_std=np.inf, temperature=1.0), "predictive_std"),
        (lambda: selection_error(2, 0.0, 0.0, predictive_std=1e-99, temperature=1e200), "reduced|T/"),
        (lambda: selection_error(2, 0.0, 0.0, predictive_std=1e99, temperature=1e-200), "reduced|T/"),
        (lambda: mean_selection_error(0, ORDER, temperature=1.0), "k has the value 0"),
        (lambda: mean_selection_error(2, ORDER, temperature=[1.0, 2.0]), "one number"),
        (lambda: mean_selection_error(2, ORDER, temperature=1e-4), "reduced temperature"),
        (lambda: mean_selection_error(2, OrderParameters(1, 60, 51, 51), temperature=1.0), "kappa"),
        (lambda: excess_coefficients([2], [-0.1], reduced_temperature=1.0), "kappa"),
        (lambda: excess_coefficients([2], [np.nan], reduced_temperature=1.0), "kappa"),
        (lambda: excess_coefficients([2], [0.1], reduced_temperature=5e-4), "reduced temperature"),
        (lambda: selection_response(0.0, 1.0, 1.0, reduced_temperature=1.0), "p has the value 0"),
        (lambda: selection_response(1.1, 1.0, 1.0, reduced_temperature=1.0), "p has the value 1.1"),
        (lambda: selection_response(0.5, 1.0, 51.0, reduced_temperature=1.0), "reward_gap"),
        (lambda: selection_response(0.5, np.nan, 1.0, reduced_temperature=1.0), "teacher_gap"),
    ],
)
def test_what_is_outside_the_domain_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("temperature", [0.0, 0.3, 4.0, np.inf])
def test_excess_is_what_the_error_exceeds_its_limit_by(temperature):
    k, gaps = np.array([1.0, 2.0, 30.0, np.inf]), {"predictive_std": 0.7, "temperature": temperature}
    error = selection_error(k, 0.4, -1.1, **gaps)
    np.testing.assert_allclose(selection_excess(k, 0.4, -1.1, **gaps), error - error[-1], rtol=0, atol=1e-13)


@pytest.mark.parametrize(("teacher_gap", "reward_gap"), [(0.6, 2.0), (-1.0, 2.0), (0.3, -0.5)])
def test_excess_keeps_its_digits_where_it_is_tiny(teacher_gap, reward_gap):
    a, b = mp.mpf(teacher_gap), mp.mpf(reward_gap)
    for k in (2**17, 2**30):
        # The nearest of k is at a distance of order 1/k: four terms of the density of Y at 0 tell 10 digits.
        with mp.workdps(40):
            series = [mp.npdf(b) * c for c in (1, b, (b**2 - 1) / 2, (b**3 - 3 * b) / 6)]

            def term(x, k=k, series=series):
                r = x / k
                survives = (1 - 2 * (series[0] * r + series[2] * r**3 / 3)) ** (k - 1)
                even, odd = series[0] + series[2] * r**2, series[1] * r + series[3] * r**3
                return survives * 2 * (r**2 * even + 2 * (a - b) * r * odd)

            exact = mp.quad(term, [0, 20, 60, 200, 700, 2000])
        got = selection_excess(float(k), teacher_gap, reward_gap, temperature=0.0)
        np.testing.assert_allclose(got, float(exact), rtol=1e-10)
