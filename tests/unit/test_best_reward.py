"""The best overshoot against the averaged error, against drawn candidates, and against its laws."""

import numpy as np
import pytest
from bestofk.best_reward import best_overshoot, overshoot_error
from bestofk.best_reward_laws import (
    best_overshoot_of_two,
    best_overshoot_second_order,
    best_overshoot_tail,
)
from bestofk.equivalents import OrderParameters
from bestofk.expansions import high_temperature_error
from bestofk.selection import mean_selection_error, selection_error
from bestofk.two_candidates import two_candidate_error
from scipy.optimize import minimize_scalar

SMALL = OrderParameters.overshoot(s2=0.5, q_tt=0.5 * 0.041, c=0.0)
LARGE = OrderParameters.overshoot(s2=2.0, q_tt=2.0 * 0.6, c=0.0)


#: Student, k and t.
SETTINGS = [(SMALL, 2, 1.0), (SMALL, 3, 10.0), (SMALL, 8, 10.0), (LARGE, 8, 1.0)]


def judged(p, c):
    return OrderParameters.overshoot(s2=p.s2, q_tt=p.q_tt, c=c)


@pytest.mark.parametrize(("p", "t"), [(SMALL, 0.5), (SMALL, 10.0), (LARGE, 2.0)])
def test_errors_are_those_of_the_averaged_quadrature(p, t):
    k, c = [1.0, 2.0, 5.0, 300.0, np.inf], [0.0, 0.7, 4.0]
    expected = [mean_selection_error(k, judged(p, value), temperature=2.0 * p.s2 * t) for value in c]
    computed = overshoot_error(k, c, p, temperature=2.0 * p.s2 * t)
    np.testing.assert_allclose(computed, np.transpose(expected), rtol=1e-9)


def test_errors_beyond_that_quadrature_join_the_closed_form_for_two():
    # k = 2 is computed in closed form, its neighbour by quadrature, at q_RR = 2400 s^2.
    p, c = SMALL, [10.0, 241.0]
    near = overshoot_error([2.0 + 1e-10], c, p, temperature=3.0)[0]
    expected = [two_candidate_error(judged(p, value), temperature=3.0) for value in c]
    np.testing.assert_allclose(near, expected, rtol=1e-9)


def covariance(p, k, c, t, size, seed):
    """d delta/dc by Monte Carlo, -(1/t) E[a Cov_p(f, Z)] in units of s^2, and its standard error."""
    rng = np.random.default_rng(seed)
    a = np.sqrt(p.q_tt / p.s2) * rng.standard_normal(size)
    z = rng.standard_normal((k, size))
    score = -(((1.0 + c) * a + z) ** 2) / (2.0 * t)
    weight = np.exp(score - score.max(axis=0))
    weight /= weight.sum(axis=0)
    f = (a + z) ** 2
    mean_f, mean_z = (weight * f).sum(axis=0), (weight * z).sum(axis=0)
    slope = -a / t * ((weight * f * z).sum(axis=0) - mean_f * mean_z)
    return slope.mean(), slope.std() / np.sqrt(size)


@pytest.mark.parametrize(("p", "k", "t"), SETTINGS)
def test_slope_of_drawn_candidates_vanishes_at_the_best_overshoot_and_not_beside_it(p, k, t):
    best = best_overshoot([k], p, temperature=2.0 * p.s2 * t).overshoot[0]
    size, seed = 400_000, 11
    slope, error = covariance(p, k, best, t, size, seed)
    assert abs(slope) < 4.0 * error
    below, error_below = covariance(p, k, 0.6 * best, t, size, seed)
    above, error_above = covariance(p, k, 1.6 * best, t, size, seed)
    assert below < -4.0 * error_below
    assert above > 4.0 * error_above


@pytest.mark.parametrize(("p", "k", "t"), [(SMALL, 4.0, 3.0), (LARGE, 50.0, 1.5)])
def test_best_overshoot_is_the_minimum_of_the_averaged_error(p, k, t):
    best = best_overshoot([k], p, temperature=2.0 * p.s2 * t)

    def error(c):
        return float(mean_selection_error([k], judged(p, c), temperature=2.0 * p.s2 * t)[0])

    place = best.overshoot[0] * np.array([0.98, 1.0, 1.02])
    low, middle, high = map(error, place)
    vertex = place[1] + 0.01 * place[1] * (low - high) / (low - 2.0 * middle + high)
    assert best.overshoot[0] == pytest.approx(vertex, rel=1e-3)
    assert best.error[0] == pytest.approx(middle, rel=1e-9)
    assert middle < min(low, high)


def test_best_overshoot_of_two_is_the_minimum_of_the_closed_form():
    for t, scale in ((1.0, 2.0), (10.0, 1000.0)):
        best = best_overshoot([2.0], SMALL, temperature=2.0 * SMALL.s2 * t)

        def error(log_u, t=t):
            values = judged(SMALL, np.exp(log_u) - 1.0)
            return float(two_candidate_error(values, temperature=2.0 * SMALL.s2 * t))

        found = minimize_scalar(
            error, bounds=(0.0, np.log(10.0 * scale)), method="bounded", options={"xatol": 1e-9}
        )
        assert np.log1p(best.overshoot[0]) == pytest.approx(found.x, abs=1e-4)
        assert best.error[0] == pytest.approx(found.fun, rel=1e-12)
        # Shallow as it is, it lies below the limit of an infinite overshoot.
        assert best.error[0] < error(np.log(1e9)) - 1e-4 * SMALL.s2


def test_infinitely_many_candidates_leave_no_bias():
    best = best_overshoot([np.inf], LARGE, temperature=8.0)
    assert best.overshoot[0] == pytest.approx(2.0, rel=1e-14)
    assert best.error[0] == pytest.approx(2.0 * 2.0 / 3.0, rel=1e-14)


@pytest.mark.parametrize(("p", "t"), [(SMALL, 0.5), (SMALL, 10.0), (LARGE, 0.2)])
def test_tail_is_how_the_best_overshoot_approaches_t(p, t):
    k = np.array([2e3, 2e4, 2e5])
    temperature = 2.0 * p.s2 * t
    beyond = k * (best_overshoot(k, p, temperature=temperature).overshoot - t)
    law = k * (best_overshoot_tail(k, p, temperature=temperature) - t)
    miss = np.abs(beyond / law - 1.0)
    if p is SMALL:
        assert miss[-1] < 2e-3
    # Near q = (2+t)/(2(1+t)) the approach is slower than 1/k, but it is one.
    assert miss[2] < miss[0]
    assert miss[2] < 0.2


def test_tail_is_simple_for_a_good_student_at_high_temperature():
    p = OrderParameters.overshoot(s2=1.0, q_tt=1e-8, c=0.0)
    t = 1e6
    beyond = best_overshoot_tail(50.0, p, temperature=2.0 * t) / t - 1.0
    assert beyond == pytest.approx(2.0 / 50.0, rel=1e-4)


@pytest.mark.parametrize("k", [3.0, 8.0, np.inf])
def test_second_order_minimises_the_expansion(k):
    t, p = 12.0, LARGE

    def error(c):
        return float(high_temperature_error(k, judged(p, c), temperature=2.0 * p.s2 * t, order=2))

    found = minimize_scalar(error, bounds=(0.0, 100.0), method="bounded", options={"xatol": 1e-9})
    c = best_overshoot_second_order(k, p, temperature=2.0 * p.s2 * t)
    assert c == pytest.approx(found.x, rel=1e-5)
    if np.isinf(k):
        assert c == pytest.approx(t - 2.0, rel=1e-14)


def test_law_for_two_candidates_improves_with_temperature():
    miss = [
        abs(
            best_overshoot_of_two(SMALL, temperature=2.0 * SMALL.s2 * t)
            / best_overshoot([2.0], SMALL, temperature=2.0 * SMALL.s2 * t).overshoot[0]
            - 1.0
        )
        for t in (10.0, 100.0, 1000.0)
    ]
    assert miss[0] < 0.08
    assert miss[1] < 1e-3
    assert miss[2] < 1e-4
    assert np.isnan(best_overshoot_of_two(SMALL, temperature=0.1))


@pytest.mark.parametrize("p", [SMALL, LARGE])
@pytest.mark.parametrize("t", [0.05, 1.0, 30.0])
def test_teacher_is_never_the_best_judge(p, t):
    k = [2.0, 3.0, 64.0, 1e5, np.inf]
    teacher, beside = overshoot_error(k, [0.0, 1e-3], p, temperature=2.0 * p.s2 * t).T
    assert (beside < teacher).all()
    # At every single input as well.
    for gap in (0.1, 1.0, 3.0):
        at_teacher = selection_error(k, gap, gap, temperature=2.0 * t)
        assert (selection_error(k, gap, 1.001 * gap, temperature=2.0 * t) < at_teacher).all()


def test_one_input_with_two_candidates_may_have_no_best_overshoot():
    # 2 sqrt(2) |a| t is compared with the largest -h'/h, h(y) = E[X^2 sech^2(y X)]: 0.6239 in |a| t.
    x, weight = np.polynomial.hermite_e.hermegauss(90)
    y = np.linspace(0.02, 2.0, 400)[:, None]
    bell = weight * x**2 / np.cosh(y * x) ** 2
    steepest = ((2.0 * x * np.tanh(y * x) * bell).sum(axis=1) / bell.sum(axis=1)).max()
    threshold = steepest / (2.0 * np.sqrt(2.0))
    assert threshold == pytest.approx(0.6239, abs=1e-4)
    t = 20.0
    for share, bends in ((0.9, True), (1.1, False)):
        a = share * threshold / t
        curve = selection_error(2.0, a, np.linspace(a, 49.0, 150), temperature=2.0 * t)
        assert bool((np.diff(curve) > 0.0).any()) == bends


@pytest.mark.parametrize("k", [[1.5], [0.0], [np.nan], [2e6], [[2.0]]])
def test_candidates_are_checked(k):
    for function in (
        lambda: overshoot_error(k, [1.0], SMALL, temperature=1.0),
        lambda: best_overshoot(k, SMALL, temperature=1.0),
    ):
        with pytest.raises(ValueError, match="k must be"):
            function()


def test_one_candidate_has_no_best_reward():
    with pytest.raises(ValueError, match="no effect on one candidate"):
        best_overshoot([1.0], SMALL, temperature=1.0)


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.inf, np.nan, 1e-4, 2e3])
def test_temperature_is_checked(temperature):
    with pytest.raises(ValueError, match="temperature"):
        best_overshoot([2.0], SMALL, temperature=temperature)


@pytest.mark.parametrize("overshoot", [[-0.5], [np.nan], [np.inf], [[1.0]]])
def test_overshoots_are_checked(overshoot):
    with pytest.raises(ValueError, match="overshoot must be"):
        overshoot_error([2.0], overshoot, SMALL, temperature=1.0)


def test_domain_of_the_quadrature_is_said():
    with pytest.raises(ValueError, match="must be at most 2500"):
        overshoot_error([3.0], [1000.0], SMALL, temperature=1.0)
    with pytest.raises(ValueError, match="lies beyond 245"):
        best_overshoot([3.0], SMALL, temperature=2.0 * SMALL.s2 * 100.0)


@pytest.mark.parametrize("q_tt", [0.0, 3000.0])
def test_student_is_checked(q_tt):
    with pytest.raises(ValueError, match="q_tt"):
        best_overshoot([2.0], OrderParameters.overshoot(s2=1.0, q_tt=q_tt, c=0.0), temperature=1.0)


def test_tail_says_where_it_ends():
    with pytest.raises(ValueError, match=r"the law needs"):
        best_overshoot_tail(10.0, OrderParameters.overshoot(s2=1.0, q_tt=0.8, c=0.0), temperature=4.0)
    for law in (best_overshoot_tail, best_overshoot_second_order):
        with pytest.raises(ValueError, match="must be finite"):
            law(10.0, SMALL, temperature=np.inf)
