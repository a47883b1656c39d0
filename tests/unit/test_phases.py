"""Whether a finite k is optimal: theorems and computed answers against brute-force curves and simulation."""

import numpy as np
import pytest
from bestofk.boundaries import condensation_kappa, critical_rho
from bestofk.equivalents import OrderParameters
from bestofk.phases import finite_optimum, finite_optimum_at
from bestofk.selection import excess_coefficients, mean_selection_error
from scipy.stats import norm

K = np.unique(np.round(np.append(np.arange(2.0, 17.0), 2.0 ** np.arange(4.0, 19.9, 0.5))))


def brute_force_excess(k, a, b, t, points=1601):
    """Softmax selection error minus its limit for an array of k >= 2, by trapezoid rules over Z and log u."""
    z, dz = np.linspace(-11.0, 11.0, points, retstep=True)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * dz
    w = np.exp(-((b + z) ** 2) / (2 * t))
    excess = (a + z) ** 2 - t / (1 + t) - (a - b / (1 + t)) ** 2
    step = 0.35
    v = np.arange(-14.0 - np.log(np.max(k)), 6 + (abs(b) + 6) ** 2 / (2 * t), step)
    uw = np.exp(v)[:, None] * w
    missing = np.minimum(-np.expm1(-uw) @ density, 1 - 1e-15)
    # E[excess w] = 0: left out at small u, where it would cost all digits.
    decay = np.where(v[:, None] < 0, np.expm1(-uw), np.exp(-uw))
    selected = (uw * decay) @ (density * excess)
    return k * step * (selected @ np.exp(np.multiply.outer(np.log1p(-missing), k - 1)))


def best_of_k_excess(k, a, b):
    """Best-of-k error minus (a - b)^2 for an array of k: the mean of r^2 + 2 (a-b) r tanh(b r)."""
    log_r, step = np.linspace(-24.0, 2.7, 1500, retstep=True)
    r = np.exp(log_r)
    density = (norm.pdf(r - b) + norm.pdf(r + b)) * r * step
    within = norm.cdf(r - b) - norm.cdf(-r - b)
    within = np.where(r < 1e-4, 2 * r * norm.pdf(b), np.minimum(within, 1 - 1e-15))
    gain = (r**2 + 2 * (a - b) * r * np.tanh(b * r)) * density
    return k * (gain @ np.exp(np.multiply.outer(np.log1p(-within), k - 1)))


def turns(curve, noise):
    """Signs of the slope of a curve, repeated ones and those below the noise left out."""
    signs = np.sign(np.diff(curve))[np.abs(np.diff(curve)) > noise]
    return signs[np.append(True, np.diff(signs) != 0)].tolist()


def parameters(kappa, rho, s2=1.0):
    return OrderParameters(s2, s2 * (rho**2 * kappa + 0.1), s2 * rho * kappa, s2 * kappa)


def test_one_input_has_one_valley_and_a_finite_optimum_iff_the_theorem_says_so():
    rng = np.random.default_rng(20)
    answers = []
    for _ in range(250):
        a, b, t = rng.uniform(-4, 4), rng.uniform(0, 4), 10 ** rng.uniform(-0.5, 1.7)
        curve = brute_force_excess(K, a, b, t)
        assert turns(curve, 1e-11) in ([-1], [-1, 1], [1])
        answer = finite_optimum_at(a, b, temperature=2 * t)
        assert answer == np.any(curve < 0)
        answers.append(answer)
    assert 60 < sum(answers) < 190


def test_one_input_best_of_k_has_one_valley_and_a_finite_optimum_iff_the_theorem_says_so():
    rng = np.random.default_rng(21)
    answers = []
    for _ in range(250):
        a, b = rng.uniform(-3, 3), rng.uniform(-2, 2)
        curve = best_of_k_excess(K, a, b)
        assert turns(curve, 1e-10) in ([-1], [-1, 1], [1])
        answer = finite_optimum_at(a, b, temperature=0.0)
        assert answer == np.any(curve < 0)
        answers.append(answer)
    assert 60 < sum(answers) < 190


def test_at_the_edge_of_the_theorem_there_is_no_finite_optimum():
    # Powers of two: both sides are exact. b^2 [1/(1+t) + 2/(2+t)] = 1 + 2ab at T = 0, b = 1/2, a = -1/2; and
    # with b = 0.
    assert not finite_optimum_at(-0.5, 0.5, temperature=0.0)
    assert np.all(best_of_k_excess(K, -0.5, 0.5) > 0)
    assert finite_optimum_at(-0.5 - 1e-15, 0.5, temperature=0.0)
    assert not finite_optimum_at([-2.0, 0.0, 3.0], 0.0, temperature=[0.0, 1.0, 10.0]).any()
    # No selection: constant in k, also where the formula would read 0 > 1 + 2ab.
    assert not finite_optimum_at(-2.0, 2.0, temperature=np.inf)


def test_finite_optimum_at_scales_with_the_predictive_std():
    rng = np.random.default_rng(22)
    a, b = rng.uniform(-3, 3, size=(2, 200))
    unit = finite_optimum_at(a, b, temperature=2.0)
    assert 0 < unit.sum() < 200
    assert np.array_equal(finite_optimum_at(3 * a, 3 * b, predictive_std=3.0, temperature=18.0), unit)


def test_mean_best_of_k_theorem_against_the_exact_curve():
    rng = np.random.default_rng(23)
    kappa = 10 ** rng.uniform(-1.5, 0.7, size=60)
    k = 2.0 ** np.arange(0.0, 30.5, 0.5)
    m2, m1 = excess_coefficients(k, kappa, reduced_temperature=0.0)
    decided = 0
    for i, x in enumerate(kappa):
        for rho in rng.uniform(-1.0, 1.5, size=6):
            curve = m2[:, i] + rho * m1[:, i]
            answer = finite_optimum(parameters(x, rho), temperature=0.0)
            if not answer:
                assert np.all(curve > 0)
            elif rho < critical_rho(x, reduced_temperature=0.0) - 0.05 * (1 + (x > 0.4) * 2):
                # Near the edge the optimum is beyond k = 2^30.
                assert np.any(curve < 0)
                decided += 1
    assert decided > 100


def test_mean_best_of_k_at_the_edges():
    # Strict: 2 q_TR = 4 q_RR - s^2 and 2 q_TR = 2 q_RR have no finite optimum.
    assert finite_optimum(OrderParameters(1.0, 1.0, 0.25, 0.375), temperature=0.0) is False
    assert finite_optimum(OrderParameters(1.0, 2.0, 1.0, 1.0), temperature=0.0) is False
    assert finite_optimum(OrderParameters(1.0, 2.0, 0.999, 1.0), temperature=0.0) is True
    assert finite_optimum(OrderParameters(1.0, 2.0, 0.0, 0.0), temperature=0.0) is False
    assert finite_optimum(OrderParameters.overshoot(1.0, 5.0, 0.0), temperature=0.0) is False


@pytest.mark.parametrize("t", [0.1, 1.0, 10.0])
def test_mean_answers_agree_with_the_exact_curve_in_every_zone(t):
    edge = condensation_kappa(t)
    kappa = edge * np.array([0.05, 0.3, 0.9, 1.5])
    kappa = kappa[kappa < 50]
    k = np.append(np.round(2.0 ** np.arange(0.0, 19.9, 0.25)), 1e6)
    m2, m1 = excess_coefficients(k, kappa, reduced_temperature=t)
    seen = set()
    for i, x in enumerate(kappa):
        line = critical_rho(x, reduced_temperature=t)
        for rho in line + np.array([-0.1, 0.02, 0.1, 0.5]):
            curve = m2[:, i] + rho * m1[:, i]
            answer = finite_optimum(parameters(x, rho, s2=3.0), temperature=6.0 * t)
            seen.add(answer)
            if answer is True:
                assert np.any(curve < 0)
            else:
                assert np.all(curve > 0)
            if rho < line and x < edge:
                assert answer is True
            if answer is None:
                assert x > 0.5 * edge
    assert {True, False} <= seen


def test_first_order_strip_ends_above_its_limit_and_has_a_finite_optimum():
    kappa, rho, t = 0.4, 0.2, 0.1
    b, db = np.linspace(0.0, 4.5, 32, retstep=True)
    weight = np.exp(-(b**2) / (2 * kappa)) * 2 / np.sqrt(2 * np.pi * kappa) * db
    weight[0] /= 2
    k = np.array([14.0, 30.0, 100.0, 1e4])
    curve = weight @ [brute_force_excess(k, rho * gap, gap, t, points=1801) for gap in b]
    m2, m1 = excess_coefficients(k, [kappa], reduced_temperature=t)
    assert curve == pytest.approx((m2 + rho * m1)[:, 0], rel=1e-5)
    assert curve[:3] == pytest.approx([-1.904e-3, -3.31e-4, 7.04e-5], rel=2e-3)
    assert rho > critical_rho(kappa, reduced_temperature=t)
    assert finite_optimum(parameters(kappa, rho), temperature=2 * t) is True
    assert finite_optimum(parameters(kappa, 0.3), temperature=2 * t) is False


def test_beyond_condensation_only_computed_or_proved_answers():
    t, kappa = 1.0, 20.0
    # Proved by k = 1, computed, heuristic only, proved by the bound (1/2 + 2/3)/2 = .5833.
    answers = [finite_optimum(parameters(kappa, rho), temperature=2 * t) for rho in (0.2, 0.45, 0.5, 0.6)]
    assert answers == [True, True, None, False]
    # Outside the domain of the exact curve: proved answers stay.
    answers = [finite_optimum(parameters(200.0, rho), temperature=2 * t) for rho in (0.2, 0.5, 0.6)]
    assert answers == [True, None, False]


def test_the_end_of_the_curve_decides_where_the_curve_cannot_be_computed():
    t, kappa = 2000.0, 1500.0
    line = critical_rho(kappa, reduced_temperature=t)
    answers = [finite_optimum(parameters(kappa, line + step), temperature=2 * t) for step in (-1e-9, 1e-9)]
    assert answers == [True, None]


def test_finite_optimum_of_limiting_order_parameters():
    uncorrelated = OrderParameters(1.0, 2.0, 0.0, 0.0)
    for temperature in (0.0, 0.5, 10.0, np.inf):
        assert finite_optimum(uncorrelated, temperature=temperature) is False
        assert finite_optimum(OrderParameters.overshoot(1.0, 0.3, 0.0), temperature=temperature) is False
    opposed = OrderParameters(1.0, 2.0, -1.0, 3.0)  # s^2 + 2 q_TR < 0: more candidates always hurt
    for temperature in (0.0, 0.5, 10.0, 1e6):
        assert finite_optimum(opposed, temperature=temperature) is True
    assert finite_optimum(opposed, temperature=np.inf) is False


def test_published_setting_has_a_finite_optimum_only_for_large_overshoot():
    k = np.arange(1.0, 65.0)
    for c, best, depth in [(15.0, 8, 0.003), (30.0, 3, 0.14)]:
        p = OrderParameters.overshoot(1.0, 0.0411, c)
        assert finite_optimum(p, temperature=20.0) is True
        curve = mean_selection_error(k, p, temperature=20.0)
        assert k[curve.argmin()] == best
        limit = mean_selection_error(np.inf, p, temperature=20.0)
        assert limit - curve.min() == pytest.approx(depth, rel=0.1)
    for c in (0.0, 5.0, 10.0):
        assert finite_optimum(OrderParameters.overshoot(1.0, 0.0411, c), temperature=20.0) is False


def test_at_the_best_temperature_of_infinite_k_a_finite_k_is_better():
    for q_rr in (1.0, 3.0, 20.0):
        p = OrderParameters(1.0, 2.0, 0.2, q_rr)
        best = 2 * (2 * q_rr / 1.4 - 1)
        assert finite_optimum(p, temperature=best) is True


def test_finite_optimum_in_simulation():
    kappa, rho, t, k = 2.0, 0.2, 1.0, 4
    p = OrderParameters(1.0, 0.5, rho * kappa, kappa)
    assert finite_optimum(p, temperature=2 * t) is True
    rng = np.random.default_rng(24)
    n = 400_000
    b = rng.standard_normal((n, 1)) * kappa**0.5
    a = rho * b + rng.standard_normal((n, 1)) * (p.q_tt - rho**2 * kappa) ** 0.5
    z = rng.standard_normal((n, k))
    w = np.exp(-((b + z) ** 2) / (2 * t))
    few = ((a + z) ** 2 * w).sum(axis=1) / w.sum(axis=1)
    many = t / (1 + t) + (a - b / (1 + t))[:, 0] ** 2
    difference = many - few
    assert difference.mean() > 4 * difference.std() / np.sqrt(n)


def test_bad_arguments_are_refused():
    for temperature in (-1.0, np.nan):
        with pytest.raises(ValueError, match="temperature"):
            finite_optimum(parameters(0.5, 0.5), temperature=temperature)
        with pytest.raises(ValueError, match="temperature"):
            finite_optimum_at(0.1, 0.2, temperature=temperature)
    for k_max in (10.0, 1e7, np.nan):
        with pytest.raises(ValueError, match="k_max"):
            finite_optimum(parameters(0.5, 0.5), temperature=1.0, k_max=k_max)
