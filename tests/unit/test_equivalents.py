"""The deterministic equivalents against 50-digit roots, closed forms, exact identities and limits."""

import dataclasses

import mpmath
import numpy as np
import pytest
from bestofk.equivalents import (
    OrderParameters,
    degrees_of_freedom,
    equivalent_order_parameters,
    order_parameters,
    renormalized_ridge,
)
from bestofk.model import Overshoot, TeacherStudent


def power_law(n_features, exponent):
    spectrum = np.arange(1, n_features + 1.0) ** -exponent
    return spectrum / spectrum.mean()


def half_singular(n_features):
    return np.where(np.arange(n_features) < n_features // 2, 2.0, 0.0)


SPECTRA = {
    "isotropic": np.ones(40),
    "power law": power_law(40, 1.5),
    "fifteen decades": 10.0 ** np.linspace(-12, 3, 40),
    "half of it zero": half_singular(40),
    "one direction": np.array([3.0]),
}
SETTINGS = {"aspect_ratio": 0.5, "noise_var": 0.25, "prior_var": 1.0}


def values(parameters):
    return np.array(dataclasses.astuple(parameters))


def signs(rng, n_features, mean_square=1.0):
    return np.sqrt(mean_square) * rng.choice([-1.0, 1.0], n_features)


def precise_ridge(spectrum, n_train, noise_var, prior_var, start):
    """The root of the ridge equation, computed with 50 digits, and 1 - df2 there."""
    with mpmath.workdps(50):
        lam = [mpmath.mpf(float(x)) for x in spectrum]
        bare = mpmath.mpf(len(lam)) / n_train * mpmath.mpf(noise_var) / mpmath.mpf(prior_var)

        def imbalance(log_ridge):
            ridge = mpmath.exp(log_ridge)
            return n_train - sum(x / (x + ridge) for x in lam) - n_train * bare / ridge

        ridge = mpmath.exp(mpmath.findroot(imbalance, mpmath.log(start)))
        return float(ridge), float(1 - sum((x / (x + ridge)) ** 2 for x in lam) / n_train)


# --- the ridge ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("n_train", [1, 7, 20, 39, 40, 41, 80, 4000, 10**6])
def test_ridge_is_the_root_of_its_equation_to_rounding_error(name, n_train):
    spectrum = SPECTRA[name]
    ratio = spectrum.size / n_train
    for noise_var in (0.0, 1e-20, 1e-8, 0.25, 1e3):
        ridge = renormalized_ridge(spectrum, aspect_ratio=ratio, noise_var=noise_var, prior_var=0.7)
        if noise_var == 0 and n_train >= np.count_nonzero(spectrum):
            assert ridge == 0
            continue
        exact, free = precise_ridge(spectrum, n_train, noise_var, 0.7, ridge)
        assert abs(ridge - exact) <= 1e-15 / free * exact


@pytest.mark.parametrize("scale", [1.0, 3.0, 1e-6])
@pytest.mark.parametrize("ratio", [0.01, 0.5, 1.0, 2.0, 50.0])
@pytest.mark.parametrize("noise_var", [1e-12, 1e-3, 0.25, 10.0])
def test_isotropic_ridge_has_its_closed_form(scale, ratio, noise_var):
    ridge = renormalized_ridge(np.full(7, scale), aspect_ratio=ratio, noise_var=noise_var, prior_var=0.8)
    with mpmath.workdps(50):
        bare = mpmath.mpf(ratio) * mpmath.mpf(noise_var) / mpmath.mpf(0.8) / mpmath.mpf(scale)
        linear = mpmath.mpf(ratio) + bare - 1
        exact = mpmath.mpf(scale) / 2 * (linear + mpmath.sqrt(linear**2 + 4 * bare))
    assert ridge == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("n_train", [5, 15, 20, 30, 60])
def test_ridge_without_noise_is_the_limit_of_small_noise(name, n_train):
    spectrum = SPECTRA[name]
    rank = np.count_nonzero(spectrum)
    problem = {"aspect_ratio": spectrum.size / n_train, "prior_var": 0.7}
    limit = renormalized_ridge(spectrum, noise_var=0.0, **problem)
    close = [renormalized_ridge(spectrum, noise_var=noise, **problem) for noise in (1e-20, 1e-24, 1e-28)]
    if n_train < rank:
        assert limit > 0
        np.testing.assert_allclose(close[-1], limit, rtol=1e-12)
        # Without noise exactly n degrees of freedom are used.
        assert degrees_of_freedom(spectrum, limit, aspect_ratio=spectrum.size / n_train)[0] == pytest.approx(
            1
        )
    else:
        # R vanishes like the noise variance, and like its square root where n equals the rank.
        assert limit == 0
        rate = 1e-2 if n_train == rank else 1e-4
        np.testing.assert_allclose(np.divide(close[1:], close[:-1]), rate, rtol=1e-3)


def test_aspect_ratio_that_is_not_a_double_still_meets_the_rank_exactly():
    """d/(d/n) misses n by one rounding in these cases; the ridge must not feel 1e-16 of a point."""
    cases = [(d, n) for d in range(2, 80) for n in range(1, d) if d / (d / n) != n]
    assert cases
    for n_features, rank in cases:
        spectrum = (np.arange(n_features) < rank).astype(float)
        ratio = n_features / rank
        assert renormalized_ridge(spectrum, aspect_ratio=ratio, noise_var=0.0, prior_var=1.0) == 0
        # At n = rank with unit eigenvalues the equation is R^2/(1 + R) = bare.
        bare = ratio * 1e-36
        ridge = renormalized_ridge(spectrum, aspect_ratio=ratio, noise_var=1e-36, prior_var=1.0)
        assert ridge == pytest.approx(np.sqrt(bare), rel=1e-13)


def test_derivative_of_the_ridge_is_one_over_one_minus_df2():
    spectrum, step = SPECTRA["power law"], 1e-5
    up, down = (
        renormalized_ridge(spectrum, aspect_ratio=0.5, noise_var=noise, prior_var=1.0)
        for noise in (0.25 + step, 0.25 - step)
    )
    ridge = renormalized_ridge(spectrum, **SETTINGS)
    df2 = degrees_of_freedom(spectrum, ridge, aspect_ratio=0.5)[1]
    assert (up - down) / (0.5 * 2 * step) == pytest.approx(1 / (1 - df2), rel=1e-8)


def test_degrees_of_freedom_count_directions_per_training_point():
    assert degrees_of_freedom([1.0, 3.0, 0.0], 1.0, aspect_ratio=0.75) == (1.25 / 4, (0.25 + 0.5625) / 4)
    # At ridge 0: rank / n, whatever the size of the eigenvalues.
    assert degrees_of_freedom([1e-9, 5.0, 0.0], 0.0, aspect_ratio=0.5) == pytest.approx((2 / 6, 2 / 6))


# --- identities of the order parameters -----------------------------


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("ratio", [0.05, 0.5, 1.0, 3.0])
def test_two_point_form_equals_the_separate_formulas(name, ratio):
    """q_TT = [bias + sigma^2 df2] / (1 - df2), q_TR = q_TT + h, q_RR = q_TT + 2h + (1/d) sum lambda u^2."""
    spectrum, rng = SPECTRA[name], np.random.default_rng(1)
    teacher, reward = rng.standard_normal((2, spectrum.size))
    settings = {"aspect_ratio": ratio, "noise_var": 0.3, "prior_var": 0.7}
    ridge = renormalized_ridge(spectrum, **settings)
    _, df2 = degrees_of_freedom(spectrum, ridge, aspect_ratio=ratio)
    difference = teacher - reward
    bias = ridge**2 * np.mean(spectrum * teacher**2 / (spectrum + ridge) ** 2)
    h = -np.mean(ridge * spectrum * teacher * difference / (spectrum + ridge))
    total = np.mean(spectrum * difference**2)
    for kind, q_tt in (("two_point", (bias + 0.3 * df2) / (1 - df2)), ("one_point", bias)):
        found = equivalent_order_parameters(spectrum, teacher, reward, kind=kind, **settings)
        expected = [q_tt, q_tt + h, q_tt + 2 * h + total]
        np.testing.assert_allclose(values(found)[1:], expected, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("ratio", [0.05, 0.5, 1.0, 3.0])
def test_predictive_variance_has_its_two_forms(name, ratio):
    spectrum = SPECTRA[name]
    ones = np.ones_like(spectrum)
    settings = {"aspect_ratio": ratio, "noise_var": 0.3, "prior_var": 0.7}
    ridge = renormalized_ridge(spectrum, **settings)
    df1, _ = degrees_of_freedom(spectrum, ridge, aspect_ratio=ratio)
    for kind in ("two_point", "one_point"):
        s2 = equivalent_order_parameters(spectrum, ones, ones, kind=kind, **settings).s2
        assert s2 == pytest.approx(0.3 / (1 - df1), rel=1e-12)
        assert s2 == pytest.approx(0.3 + 0.7 * np.mean(spectrum * ridge / (spectrum + ridge)), rel=1e-12)


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("ratio", [0.05, 0.5, 1.0, 3.0])
def test_with_a_matched_prior_the_gap_is_the_predictive_variance_minus_the_noise(name, ratio):
    spectrum = SPECTRA[name]
    teacher = signs(np.random.default_rng(2), spectrum.size, 0.7)
    settings = {"aspect_ratio": ratio, "noise_var": 0.3, "prior_var": 0.7}
    found = equivalent_order_parameters(spectrum, teacher, Overshoot(0), **settings)
    df1, _ = degrees_of_freedom(spectrum, renormalized_ridge(spectrum, **settings), aspect_ratio=ratio)
    assert found.q_tt == pytest.approx(found.s2 - 0.3, rel=1e-12)
    assert found.kappa == pytest.approx(df1, rel=1e-12)


@pytest.mark.parametrize(("ratio", "times"), [(0.5, 5.7016), (0.05, 77.052)])
def test_isotropic_matched_prior_two_point_over_one_point(ratio, times):
    """1 + S^2/R: 5.7 at alpha = 0.5 and 77 at alpha = 0.05 (sigma = 0.5, gamma = 1)."""
    ones, settings = np.ones(10), SETTINGS | {"aspect_ratio": ratio}
    two, one = (
        equivalent_order_parameters(ones, ones, Overshoot(0), kind=kind, **settings).q_tt
        for kind in ("two_point", "one_point")
    )
    assert two / one == pytest.approx(1 + 1 / renormalized_ridge(ones, **settings), rel=1e-12)
    assert two / one == pytest.approx(times, rel=2e-5)


@pytest.mark.parametrize("kind", ["two_point", "one_point"])
def test_overshooting_reward_has_proportional_gaps(kind):
    spectrum, teacher = SPECTRA["power law"], np.linspace(-1, 2, 40)
    found = equivalent_order_parameters(spectrum, teacher, Overshoot(1.5), kind=kind, **SETTINGS)
    aligned = equivalent_order_parameters(spectrum, teacher, teacher, kind=kind, **SETTINGS)
    expected = [aligned.s2, aligned.q_tt, 2.5 * aligned.q_tt, 6.25 * aligned.q_tt]
    np.testing.assert_allclose(values(found), expected, rtol=1e-14)
    assert found.rho == pytest.approx(0.4)
    np.testing.assert_allclose(aligned.q_rr, aligned.q_tt, rtol=1e-14)


def test_a_reward_equal_to_the_mean_student_leaves_only_the_spread():
    """No cancellation: q_rr is the small V, though q_TT + 2h + (1/d) sum lambda u^2 has terms of order R."""
    ones, settings = np.ones(10), {"aspect_ratio": 1e-3, "noise_var": 1e-12, "prior_var": 1.0}
    ridge = renormalized_ridge(ones, **settings)
    df2 = degrees_of_freedom(ones, ridge, aspect_ratio=1e-3)[1]
    found = equivalent_order_parameters(ones, ones, ones / (1 + ridge), **settings)
    assert found.q_rr == pytest.approx(
        df2 * (ridge**2 / (1 + ridge) ** 2 + 1e-12) / (1 - df2), rel=1e-12, abs=0
    )


def test_units_padding_and_order_do_not_matter():
    rng, spectrum = np.random.default_rng(3), SPECTRA["power law"]
    teacher, reward = rng.standard_normal((2, 40))
    settings = {"aspect_ratio": 1.6, "noise_var": 0.3, "prior_var": 0.7}
    base = values(equivalent_order_parameters(spectrum, teacher, reward, **settings))

    def check(factor, *arrays, **changes):
        found = values(equivalent_order_parameters(*arrays, **settings | changes))
        np.testing.assert_allclose(found, factor * base, rtol=1e-13)

    check(1, 1e6 * spectrum, teacher / 1e3, reward / 1e3, prior_var=0.7e-6)
    check(1e4, spectrum, 100 * teacher, 100 * reward, noise_var=0.3e4, prior_var=0.7e4)
    order = rng.permutation(40)
    check(1, spectrum[order], teacher[order], reward[order])
    # Forty dead inputs double d at the same n: features x / sqrt(d) keep their size if the spectrum doubles.
    dead = np.zeros(40)
    pairs = ((2 * spectrum, dead), (teacher, dead + 5), (reward, dead))
    check(1, *(np.r_[live, rest] for live, rest in pairs), aspect_ratio=3.2)


def test_many_training_points_give_least_squares():
    """q_TT n/d -> sigma^2 and s^2 -> sigma^2, for any spectrum, as n/d -> infinity."""
    found = equivalent_order_parameters(
        SPECTRA["power law"], np.ones(40), Overshoot(0), aspect_ratio=1e-7, noise_var=0.3, prior_var=0.7
    )
    assert found.q_tt / 1e-7 == pytest.approx(0.3, rel=1e-5)
    assert found.s2 - 0.3 == pytest.approx(0.3e-7, rel=1e-5)


def test_few_training_points_leave_the_prior():
    spectrum, teacher, reward = SPECTRA["power law"], np.linspace(-1, 2, 40), np.linspace(1, 2, 40)
    found = equivalent_order_parameters(
        spectrum, teacher, reward, aspect_ratio=1e9, noise_var=0.3, prior_var=0.7
    )
    expected = [
        0.3 + 0.7 * spectrum.mean(),
        np.mean(spectrum * teacher**2),
        np.mean(spectrum * teacher * reward),
        np.mean(spectrum * reward**2),
    ]
    np.testing.assert_allclose(values(found), expected, rtol=1e-7)


def test_order_parameters_without_noise_are_the_limit_below_the_rank():
    spectrum, rng = SPECTRA["half of it zero"], np.random.default_rng(4)
    teacher, reward = rng.standard_normal((2, 40))
    limit, close = (
        values(
            equivalent_order_parameters(
                spectrum, teacher, reward, aspect_ratio=4.0, noise_var=noise, prior_var=0.7
            )
        )
        for noise in (0.0, 1e-13)
    )
    np.testing.assert_allclose(close, limit, rtol=1e-11)
    for n_train in (20, 30):
        with pytest.raises(ValueError, match="not below the rank"):
            equivalent_order_parameters(
                spectrum, teacher, reward, aspect_ratio=40 / n_train, noise_var=0.0, prior_var=0.7
            )


def test_parameters_of_the_published_figures():
    """n = 10^4, d = 10, sigma = 1e-4, gamma = 1e-3, |w_T|^2/d = 4: q_TT/s^2 = 0.0411; one-point 2.6 % low."""
    ones = np.ones(10)
    model = TeacherStudent(ones, 2 * ones, Overshoot(0), n_train=10**4, noise_var=1e-8, prior_var=1e-6)
    two, one = order_parameters(model), order_parameters(model, kind="one_point")
    assert two.kappa == pytest.approx(0.0411, abs=5e-5)
    assert two.q_tt / one.q_tt == pytest.approx(1.026, abs=5e-4)
    ridge = renormalized_ridge(ones, aspect_ratio=1e-3, noise_var=1e-8, prior_var=1e-6)
    assert ridge / 1e-8 == pytest.approx(1001, abs=0.1)


def test_values_of_four_problems_from_separate_code():
    """s^2 and its spread over inputs, (2/n) df2 / (1 - df2), each to its last printed digit."""
    spiked = np.ones(200)
    spiked[:2] = 5000, 1000
    cases = [
        (np.ones(200), 400, 0.25, 1.0, 0.42539, 0.002576),
        (power_law(200, 1.0), 400, 0.25, 1.0, 0.37651, 0.001548),
        (half_singular(200), 160, 0.09, 0.64, 0.19030, 0.010001),
        (spiked, 100, 0.25, 1.0, 0.90605, 0.007410),
    ]
    for spectrum, n_train, noise_var, prior_var, s2, spread in cases:
        model = TeacherStudent(spectrum, spectrum, spectrum, n_train, noise_var, prior_var)
        assert order_parameters(model).s2 == pytest.approx(s2, abs=5e-6)
        ridge = renormalized_ridge(
            spectrum, aspect_ratio=model.aspect_ratio, noise_var=noise_var, prior_var=prior_var
        )
        df2 = degrees_of_freedom(spectrum, ridge, aspect_ratio=model.aspect_ratio)[1]
        assert 2 / n_train * df2 / (1 - df2) == pytest.approx(spread, abs=5e-7)


# --- the container, and bad input -----------------------------


def test_derived_quantities_of_order_parameters():
    parameters = OrderParameters(s2=2.0, q_tt=0.5, q_tr=-0.5, q_rr=1.0)
    assert (parameters.kappa, parameters.rho) == (0.5, -0.5)
    assert parameters.scaled() == OrderParameters(1.0, 0.25, -0.25, 0.5)
    assert (parameters.scaled().kappa, parameters.scaled().rho) == (0.5, -0.5)
    assert OrderParameters.overshoot(2.0, 0.5, 1.0) == OrderParameters(2.0, 0.5, 1.0, 2.0)
    assert np.isnan(OrderParameters(1.0, 0.5, 0.0, 0.0).rho)
    # A rounding error beyond perfect correlation is accepted.
    OrderParameters(1.0, 0.1, 0.1 * (1 + 1e-12), 0.1)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((0.0, 1, 0, 1), "s2 is 0.0; it must be positive"),
        ((np.nan, 1, 0, 1), "s2 is nan; it must be finite"),
        ((1, -1e-9, 0, 1), "q_tt is -1e-09; it must not be negative"),
        ((1, 1, 0, np.inf), "q_rr is inf; it must be finite"),
        ((1, 1, None, 1), "q_tr is None"),
        ((1, 1, 1.001, 1), "must not exceed q_tt q_rr"),
        ((1, 0, 1e-6, 1), "must not exceed q_tt q_rr"),
        ((1, 1e-200, -2e-200, 1e-200), "must not exceed q_tt q_rr"),
    ],
)
def test_impossible_order_parameters_are_refused(numbers, message):
    with pytest.raises(ValueError, match=message):
        OrderParameters(*numbers)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spectrum": [1.0, -1.0]}, "spectrum has the entry -1.0 at index 1"),
        ({"spectrum": [0.0, 0.0]}, "spectrum is zero everywhere"),
        ({"aspect_ratio": 0.0}, "aspect_ratio is 0.0; it must be positive"),
        ({"aspect_ratio": np.nan}, "aspect_ratio is nan"),
        ({"noise_var": -0.1}, "noise_var is -0.1; it must not be negative"),
        ({"prior_var": 0.0}, "prior_var is 0.0; it must be positive"),
        ({"noise_var": 1e-200, "prior_var": 1e200}, "out of range"),
        ({"noise_var": 1e200, "prior_var": 1e-200}, "out of range"),
    ],
)
def test_ridge_refuses_what_it_cannot_solve(changes, message):
    arguments = {"spectrum": [1.0, 1.0], **SETTINGS, **changes}
    with pytest.raises(ValueError, match=message):
        renormalized_ridge(arguments.pop("spectrum"), **arguments)


def test_other_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"ridge is -1.0"):
        degrees_of_freedom([1.0], -1.0, aspect_ratio=1.0)
    with pytest.raises(ValueError, match=r"aspect_ratio is -1.0"):
        degrees_of_freedom([1.0], 1.0, aspect_ratio=-1.0)
    model = TeacherStudent([1], [1], [1], n_train=2, noise_var=1, prior_var=1)
    with pytest.raises(ValueError, match="kind is 'three_point'"):
        order_parameters(model, kind="three_point")
    with pytest.raises(ValueError, match=r"teacher has shape \(1,\)"):
        equivalent_order_parameters([1, 1], [1], [1, 1], **SETTINGS)
    with pytest.raises(ValueError, match=r"reward has shape \(3,\)"):
        equivalent_order_parameters([1, 1], [1, 1], [1, 1, 1], **SETTINGS)
    with pytest.raises(ValueError, match=r"c is -2\.0; it must be above -1"):
        OrderParameters.overshoot(1.0, 1.0, -2.0)
