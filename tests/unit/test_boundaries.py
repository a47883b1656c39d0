"""The lines between phases against the exact curve, minimisation and averages to k = 1e40."""

import numpy as np
import pytest
from bestofk.boundaries import (
    condensation,
    condensation_kappa,
    critical_rho,
    critical_temperature,
    tricritical_kappa,
)
from bestofk.condensed import excess_of_many
from bestofk.equivalents import OrderParameters
from bestofk.large_k import limit_error
from bestofk.selection import excess_coefficients
from scipy.optimize import brentq, minimize_scalar

CONDENSED = [(5.0, 0.5), (3.0, 0.5), (5.0, 1.0), (20.0, 1.0)]


@pytest.mark.parametrize(("kappa", "t"), CONDENSED)
def test_saddle_point_is_the_minimum_of_the_rate(kappa, t):
    def rate(y):
        return (1 / kappa + y**2) / (1 / (1 + t) - (1 - y) ** 2 / t) - 1

    edge = 1 - np.sqrt(t / (1 + t))  # where 1/B = 0
    best = minimize_scalar(rate, bounds=(edge + 1e-9, 1.0), method="bounded", options={"xatol": 1e-11})
    saddle = condensation(kappa, reduced_temperature=t)
    assert saddle.shift == pytest.approx(best.x, abs=1e-6)
    assert saddle.exponent == pytest.approx(best.fun, rel=1e-12)


@pytest.mark.parametrize(
    ("kappa", "t", "slope", "limit"),
    [(5.0, 0.5, -0.402, 0.7022), (3.0, 0.5, -0.644, 0.7171), (5.0, 1.0, -0.636, 0.5608)],
)
def test_condensed_exponent_and_boundary_at_very_large_k(kappa, t, slope, limit):
    near, far = zip(*excess_of_many([1e20, 1e40], kappa, reduced_temperature=t), strict=True)
    measured = np.log10(abs(far[0] / near[0])) / 20
    assert measured == pytest.approx(slope, abs=2e-3)
    assert measured == pytest.approx(-condensation(kappa, reduced_temperature=t).exponent, abs=9e-3)
    # -M2/M1 climbs to the critical rho like 1/log k.
    critical = critical_rho(kappa, reduced_temperature=t)
    assert critical == pytest.approx(limit, abs=5e-5)
    assert -2 * far[0] / far[1] + near[0] / near[1] == pytest.approx(critical, abs=4e-3)


@pytest.mark.parametrize(("kappa", "t"), [(0.3, 0.3), (0.8, 1.0), (2.0, 2.0), (4.0, 5.0)])
def test_critical_rho_is_where_the_end_of_the_exact_curve_changes_sign(kappa, t):
    m2, m1 = excess_coefficients([2.5e5, 5e5, 1e6], [kappa], reduced_temperature=t)
    measured = (-m2 / m1)[:, 0]
    # 1/k corrections.
    assert 2 * measured[2] - measured[1] == pytest.approx(
        critical_rho(kappa, reduced_temperature=t), abs=1e-6
    )


@pytest.mark.parametrize("kappa", [0.1, 0.2, 0.3])
def test_critical_rho_of_best_of_k(kappa):
    m2, m1 = excess_coefficients([2.0**30], [kappa], reduced_temperature=0.0)
    assert (-m2 / m1).item() == pytest.approx(critical_rho(kappa, reduced_temperature=0.0), abs=1e-5)
    assert critical_rho([0.5, 3.0], reduced_temperature=0.0).tolist() == [1.0, 1.0]


def test_critical_rho_is_continuous_and_below_the_proved_bound():
    t = np.geomspace(0.01, 100.0, 50)
    edge = condensation_kappa(t)
    bound = (1 / (1 + t) + 2 / (2 + t)) / 2
    below, beyond = (critical_rho(edge * f, reduced_temperature=t) for f in (1 - 1e-12, 1 + 1e-12))
    assert below == pytest.approx(beyond, abs=1e-9)
    assert below == pytest.approx(bound, abs=1e-9)
    kappa = np.geomspace(0.01, 1e3, 60)[:, None]
    assert np.all(critical_rho(kappa, reduced_temperature=t) <= bound + 1e-12)


def test_condensation_begins_with_exponent_one():
    for t in (0.2, 1.0, 7.0):
        start = condensation(condensation_kappa(t), reduced_temperature=t)
        assert start.exponent == pytest.approx(1.0, rel=1e-12)
        assert start.shift == pytest.approx(2 / (2 + t), rel=1e-12)
        end = condensation(1e8, reduced_temperature=t)
        assert end.growth == pytest.approx((1 + t) ** 2, rel=1e-5)


def test_phase_is_re_entrant_in_kappa_only_between_the_tilt_and_the_bound():
    t, kappa = 0.4, np.geomspace(0.5, 1e6, 4000)
    line = critical_rho(kappa, reduced_temperature=t)
    inside = kappa[line > 0.73]  # 1/(1+t) = .714 and the bound is .774
    assert inside.min() == pytest.approx(1.46, abs=0.01)
    y = 2 * 0.73 - 1 / (1 + t)  # the equation of the saddle point, linear in kappa
    assert inside.max() == pytest.approx((1 + t) * (1 - y) / ((1 + t) * y**2 - y), rel=4e-3)
    # At rho = .7 the phase has no upper edge, but beyond kappa = 6 its optimum is at k > 1e8.
    assert line[kappa > 1.36].min() > 0.7
    m2, m1 = excess_of_many([1e6, 1e12, 1e20], 6.0, reduced_temperature=t)
    at_k = -m2 / m1
    assert at_k[0] < 0.69 < 0.71 < at_k[1] < at_k[2] < critical_rho(6.0, reduced_temperature=t)


@pytest.mark.parametrize(("kappa", "t"), [(1e-9, 1.6726), (0.1, 1.635), (0.3, 1.547), (0.5, 1.427)])
def test_tricritical_line_solves_its_equation(kappa, t):
    def difference(t):
        left = (2 + t) ** 3 * (1 - 4 * kappa / ((1 + t) * (2 + t))) ** 1.5
        right = 3 * (1 + t) ** 0.5 * (3 + t) ** 1.5 * (1 - 6 * kappa / ((1 + t) * (3 + t))) ** 1.5
        return left - right

    root = brentq(difference, 1.0, 2.0, xtol=1e-14)
    assert root == pytest.approx(t, abs=6e-4)
    assert tricritical_kappa(root) == pytest.approx(kappa, abs=1e-10)


def test_tricritical_line_ends_at_kappa_8068_and_inside_the_domain_of_c2():
    t = np.linspace(0.0, 1.67, 2000)
    kappa = tricritical_kappa(t)
    assert kappa.max() == pytest.approx(0.8068, abs=5e-5)
    assert t[kappa.argmax()] == pytest.approx(0.88, abs=5e-3)
    assert np.all(kappa[1:] < (1 + t[1:]) * (3 + t[1:]) / 6)
    lower, upper = t[kappa > 0.7][[0, -1]]
    assert (lower, upper) == (pytest.approx(0.423, abs=2e-3), pytest.approx(1.230, abs=2e-3))
    assert np.isnan(tricritical_kappa([1.68, 5.0])).all()


@pytest.mark.parametrize("t", [0.5, 0.88, 1.2, 1.4, 1.6])
def test_second_coefficient_of_the_exact_curve_changes_sign_at_the_tricritical_line(t):
    kappa = tricritical_kappa(t) * np.array([0.9, 1.05])
    m2, m1 = excess_coefficients([1e4], kappa, reduced_temperature=t)
    second = 1e8 * (m2 + critical_rho(kappa, reduced_temperature=t) * m1)[0]
    assert second[0] < -1e-5
    assert second[1] > 1e-5


def test_first_order_strip_closes_at_the_tricritical_temperature():
    k, strip = np.arange(1.0, 200.0), []
    for t in (1.4, 1.5, 1.55):
        m2, m1 = excess_coefficients(k, [0.3], reduced_temperature=t)
        strip.append(np.max(-m2 / m1) - critical_rho(0.3, reduced_temperature=t))
    assert strip[:2] == [pytest.approx(2.7e-3, abs=5e-5), pytest.approx(5.2e-4, abs=5e-6)]
    assert strip[2] < 0


def test_critical_temperature_is_where_critical_rho_equals_rho():
    p = OrderParameters(s2=2.0, q_tt=0.6, q_tr=1.0, q_rr=4.0)
    t = critical_temperature(p) / (2 * p.s2)
    assert t == pytest.approx(2.0)
    assert critical_rho(p.kappa, reduced_temperature=t) == pytest.approx(p.rho, rel=1e-13)
    # At the best temperature of k = inf a finite k is better: 1 + t* = (2/3)(1 + t_c).
    best = minimize_scalar(
        lambda temperature: limit_error(p, temperature=temperature), bounds=(0, 50), method="bounded"
    )
    assert 1 + best.x / (2 * p.s2) == pytest.approx(2 / 3 * (1 + t), abs=1e-5)


def test_critical_temperature_outside_its_formula():
    assert critical_temperature(OrderParameters(1.0, 1.0, -0.5, 1.0)) == np.inf
    assert critical_temperature(OrderParameters(1.0, 1.0, 1.0, 1.0)) == 0.0  # 3 q_RR = s^2 + 2 q_TR
    assert critical_temperature(OrderParameters(1.0, 1.0, 0.0, 0.0)) == 0.0
    condensed = OrderParameters(1.0, 30.0, 20.0, 20.0)  # 1 + t_c = 60/41 and kappa_e = 1.8
    assert np.isnan(critical_temperature(condensed))


@pytest.mark.parametrize("t", [-1.0, np.nan, np.inf])
def test_bad_reduced_temperature_is_refused(t):
    for function in (condensation_kappa, tricritical_kappa):
        with pytest.raises(ValueError, match="reduced_temperature"):
            function(t)
    with pytest.raises(ValueError, match="reduced_temperature"):
        critical_rho(1.0, reduced_temperature=t)
    with pytest.raises(ValueError, match="reduced_temperature"):
        condensation(100.0, reduced_temperature=t)


def test_bad_kappa_is_refused():
    for kappa in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="kappa"):
            critical_rho(kappa, reduced_temperature=1.0)
    with pytest.raises(ValueError, match="condensation_kappa"):
        condensation(2.9, reduced_temperature=1.0)
