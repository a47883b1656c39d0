"""The high-temperature expansion against exact enumeration, brute-force quadrature and simulation."""

from fractions import Fraction
from itertools import combinations_with_replacement, pairwise
from math import factorial, prod

import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.expansions import (
    high_temperature_error,
    high_temperature_error_at,
    third_order_coefficient,
    third_order_coefficient_at,
)
from bestofk.large_k import limit_error, limit_error_at

SETTINGS = [(0.5, 1.5), (0.3, -1.1)]


def gaussian_rule(largest):
    """Weights on -largest..largest, in rational arithmetic, with the Gaussian moments to degree 2 largest."""
    size = largest + 1
    rows = [[Fraction((1 if j == 0 else 2) * j ** (2 * i)) for j in range(size)] for i in range(size)]
    rows = [[*row, Fraction(prod(range(1, 2 * i, 2)))] for i, row in enumerate(rows)]
    for i in range(size):
        pivot = next(r for r in range(i, size) if rows[r][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r in range(size):
            if r != i:
                rows[r] = [x - rows[r][i] * y for x, y in zip(rows[r], rows[i], strict=True)]
    return {j: rows[abs(j)][size] for j in range(-largest, largest + 1)}


def enumerated_third_order(k, a, b):
    """E[fourth empirical joint cumulant of (error, reward, reward, reward)]/48 over all samples of k nodes.

    The cumulant is a polynomial of degree 8 in each candidate, so a rule exact to degree 8 is exact.
    """
    rule = gaussian_rule(4)
    total = Fraction(0)
    for sample in combinations_with_replacement(sorted(rule), k):
        counts = [sample.count(z) for z in set(sample)]
        weight = prod(rule[z] for z in sample) * Fraction(factorial(k), prod(factorial(c) for c in counts))
        errors, rewards = [(a + z) ** 2 for z in sample], [-((b + z) ** 2) for z in sample]
        f = [e - Fraction(sum(errors), k) for e in errors]
        x = [r - Fraction(sum(rewards), k) for r in rewards]
        mean_fxxx = sum(p * q**3 for p, q in zip(f, x, strict=True)) / k
        mean_fx = sum(p * q for p, q in zip(f, x, strict=True)) / k
        total += weight * (mean_fxxx - 3 * mean_fx * sum(q**2 for q in x) / k)
    return total / 48


def brute_force_error(k, a, b, t):
    """Softmax selection error k E integral f w e^(-u w) E[e^(-u w)]^(k-1) du by trapezoid rules."""
    z, dz = np.linspace(-12.0, 12.0, 1201, retstep=True)
    v, dv = np.linspace(-60.0, 5.0 + 200.0 / t, 600, retstep=True)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * dz
    w = np.exp(-((b + z) ** 2) / (2 * t))
    uw = np.exp(v)[:, None] * w
    missing = -np.expm1(-uw) @ density
    selected = (uw * np.exp(-uw)) @ (density * (a + z) ** 2)
    return k * dv * np.sum(selected * np.exp((k - 1) * np.log1p(-missing)))


def brute_force_mean(k, p, t):
    """Average of `brute_force_error` over b ~ N(0, q_rr), a = rho b + independent, in units s2 = 1."""
    b, db = np.linspace(-9 * p.q_rr**0.5, 9 * p.q_rr**0.5, 61, retstep=True)
    density = np.exp(-(b**2) / (2 * p.q_rr)) / np.sqrt(2 * np.pi * p.q_rr) * db
    error = np.array([brute_force_error(k, p.rho * y, y, t) for y in b])
    return density @ error + p.q_tt - p.q_tr**2 / p.q_rr


def richardson(values):
    """Limit of a sequence at t, 2t, 4t, ... with corrections in integer powers of 1/t."""
    values = list(values)
    for order in range(1, len(values)):
        values = [(2**order * y - x) / (2**order - 1) for x, y in pairwise(values)]
    return values[0]


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 6])
def test_third_order_coefficient_at_finite_k_equals_enumeration(k):
    a, b = Fraction(1, 2), Fraction(-3, 2)
    exact = enumerated_third_order(k, a, b)
    assert third_order_coefficient_at(k, float(a), float(b)) == pytest.approx(float(exact), abs=1e-13)


def test_mean_third_order_coefficient_equals_enumeration_over_inputs():
    # The coefficient has degree 4 in b: the rule on -2..2 averages it exactly.
    rho, width = Fraction(2, 5), Fraction(3, 4)
    exact = sum(
        weight * enumerated_third_order(4, rho * width * node, width * node)
        for node, weight in gaussian_rule(2).items()
    )
    q_rr = float(width**2)
    p = OrderParameters(s2=1.0, q_tt=0.7, q_tr=float(rho) * q_rr, q_rr=q_rr)
    assert third_order_coefficient(4, p) == pytest.approx(float(exact), rel=1e-13)


@pytest.mark.parametrize(("a", "b"), SETTINGS)
@pytest.mark.parametrize("k", [2, 3, 5, 20])
def test_third_order_coefficient_is_what_remains_of_the_exact_error(k, a, b):
    remainders = []
    for t in (100.0, 200.0, 400.0, 800.0):
        second = high_temperature_error_at(k, a, b, temperature=2 * t, order=2)
        remainders.append(t**3 * (brute_force_error(k, a, b, t) - second))
    assert richardson(remainders) == pytest.approx(third_order_coefficient_at(k, a, b), abs=2e-3)


def test_published_third_order_misses_the_exact_error_and_agrees_only_at_infinite_k():
    a, b, t = 0.5, 1.5, 400.0
    k = np.array([2.0, 3.0, 5.0, 20.0])
    exact = np.array([brute_force_error(x, a, b, t) for x in k])
    right = high_temperature_error_at(k, a, b, temperature=2 * t)
    published = high_temperature_error_at(k, a, b, temperature=2 * t, third_order="published")
    assert np.all(np.abs(published - exact) > 5 * np.abs(right - exact))
    assert third_order_coefficient_at(k, a, b, form="published") == pytest.approx(
        [0, 0, -1.344, -5.087], abs=5e-4
    )
    assert third_order_coefficient_at(np.inf, a, b, form="published") == third_order_coefficient_at(
        np.inf, a, b
    )


@pytest.mark.parametrize("order", [1, 2, 3])
def test_error_of_each_order_falls_with_the_next_power_of_temperature(order):
    a, b, k = 0.4, -0.9, 6
    gap = [
        brute_force_error(k, a, b, t) - high_temperature_error_at(k, a, b, temperature=2 * t, order=order)
        for t in (150.0, 300.0)
    ]
    assert np.log2(gap[0] / gap[1]) == pytest.approx(order + 1, abs=0.06)


def test_mean_expansion_agrees_with_brute_force_average():
    p = OrderParameters(s2=1.0, q_tt=0.25, q_tr=0.3, q_rr=0.5)
    remainders = []
    for t in (100.0, 200.0, 400.0):
        second = high_temperature_error(4, p, temperature=2 * t, order=2)
        remainders.append(t**3 * (brute_force_mean(4, p, t) - second))
    assert third_order_coefficient(4, p) == pytest.approx(0.65625, abs=1e-12)
    assert richardson(remainders) == pytest.approx(0.65625, abs=1e-3)


def test_expansion_at_infinite_k_is_the_series_of_the_limit():
    p = OrderParameters(s2=1.0, q_tt=0.25, q_tr=0.3, q_rr=0.5)
    for t in (1e2, 1e3):
        assert high_temperature_error(np.inf, p, temperature=2 * t) == pytest.approx(
            limit_error(p, temperature=2 * t), abs=10 / t**4
        )
        assert high_temperature_error_at(np.inf, 0.2, -1.8, temperature=2 * t) == pytest.approx(
            limit_error_at(0.2, -1.8, temperature=2 * t), abs=50 / t**4
        )


def test_empirical_cumulants_of_simulated_candidates():
    k, a, b = 5, 0.5, 1.5
    rng = np.random.default_rng(20240)
    z = rng.standard_normal((400_000, k))
    f, x = (a + z) ** 2, -((b + z) ** 2)
    f -= f.mean(axis=1, keepdims=True)
    x -= x.mean(axis=1, keepdims=True)
    cumulant = (f * x**3).mean(axis=1) - 3 * (f * x).mean(axis=1) * (x**2).mean(axis=1)
    estimate, deviation = cumulant.mean() / 48, cumulant.std() / 48 / np.sqrt(len(z))
    assert deviation < 0.1
    assert abs(estimate - third_order_coefficient_at(k, a, b)) < 4 * deviation
    assert abs(estimate - third_order_coefficient_at(k, a, b, form="published")) > 10 * deviation


def test_expansion_scales_with_the_predictive_variance():
    p = OrderParameters(s2=2.5, q_tt=0.5, q_tr=0.4, q_rr=0.9)
    k = [1, 2, 7]
    scaled = 2.5 * high_temperature_error(k, p.scaled(), temperature=30.0 / 2.5)
    assert high_temperature_error(k, p, temperature=30.0) == pytest.approx(scaled, rel=1e-14)
    at = high_temperature_error_at(k, 0.6, -0.8, predictive_std=2.0, temperature=30.0)
    assert at == pytest.approx(4 * high_temperature_error_at(k, 0.3, -0.4, temperature=7.5), rel=1e-14)


def test_no_selection_at_one_candidate_or_infinite_temperature():
    p = OrderParameters(s2=2.5, q_tt=0.5, q_tr=0.4, q_rr=0.9)
    assert high_temperature_error(1, p, temperature=[0.1, 10.0]) == pytest.approx([3.0, 3.0])
    assert high_temperature_error([1, 8, np.inf], p, temperature=np.inf) == pytest.approx([3.0, 3.0, 3.0])


def test_arguments_broadcast():
    error = high_temperature_error_at(
        np.array([1.0, 2.0, 3.0])[:, None], [0.1, 0.2], [0.3, 0.4], temperature=9.0
    )
    assert error.shape == (3, 2)
    assert error[2, 1] == high_temperature_error_at(3, 0.2, 0.4, temperature=9.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"k": 0.5}, "k, the number of candidates"),
        ({"k": np.nan}, "k, the number of candidates"),
        ({"temperature": 0.0}, "temperature"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": np.nan}, "temperature"),
        ({"order": 4}, "order"),
        ({"third_order": "exakt"}, "third-order"),
        ({"order": 1, "third_order": "exakt"}, "third-order"),
        ({"teacher_gap": np.inf}, "teacher_gap"),
        ({"reward_gap": np.nan}, "reward_gap"),
        ({"predictive_std": 0.0}, "predictive_std"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    good = {"k": 2, "teacher_gap": 0.1, "reward_gap": 0.2, "temperature": 5.0}
    with pytest.raises(ValueError, match=message):
        high_temperature_error_at(**(good | arguments))
