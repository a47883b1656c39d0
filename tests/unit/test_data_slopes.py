"""Derivatives in the number of training points, against 50-digit differences and closed forms."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from bestofk.data_slopes import data_slopes
from bestofk.equivalents import equivalent_order_parameters
from bestofk.model import Overshoot

D = 12
SPECTRA = {
    "isotropic": np.full(D, 0.7),
    "power law": np.arange(1.0, D + 1) ** -1.5,
    "half zero": np.where(np.arange(D) < D // 2, 1.3, 0.0),
}
RNG = np.random.default_rng(5)
TEACHER, OTHER = RNG.standard_normal((2, D))
REWARDS = {"teacher": Overshoot(0.0), "overshoot": Overshoot(2.0), "vector": 0.4 * TEACHER + OTHER}
NAMES = ("ridge", "df1", "df2", "s2", "q_tt", "q_tr", "q_rr")


def precise(r, spectrum, reward, noise_var: float, prior_var: float) -> list:
    """log n and all quantities as functions of the ridge, in which n is explicit."""
    lam = [mpmath.mpf(float(value)) for value in spectrum]
    noise, prior = mpmath.mpf(noise_var), mpmath.mpf(prior_var)
    # R (1 - df1) = d sigma^2/(n gamma^2), multiplied by n/R.
    n = sum(x / (x + r) for x in lam) + D * noise / (prior * r)
    df1, df2 = (sum((x / (x + r)) ** power for x in lam) / n for power in (1, 2))
    w = [mpmath.mpf(float(value)) for value in TEACHER]
    bias = r**2 / D * sum(x * a**2 / (x + r) ** 2 for x, a in zip(lam, w, strict=True))
    q_tt = (bias + noise * df2) / (1 - df2)
    if isinstance(reward, Overshoot):
        q_tr, q_rr = (1 + reward.c) * q_tt, (1 + reward.c) ** 2 * q_tt
    else:
        u = [a - mpmath.mpf(float(value)) for a, value in zip(w, reward, strict=True)]
        h = -r / D * sum(x * a * v / (x + r) for x, a, v in zip(lam, w, u, strict=True))
        q_tr = q_tt + h
        q_rr = q_tt + 2 * h + sum(x * v**2 for x, v in zip(lam, u, strict=True)) / D
    return [mpmath.log(n), r, df1, df2, prior * r * n / D, q_tt, q_tr, q_rr]


@pytest.mark.parametrize("reward", REWARDS)
@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("n_train", [1.5, 6.0, 11.0, 12.0, 13.0, 90.0])
def test_slopes_are_derivatives(spectrum, reward, n_train):
    """n below, at and above both ranks, an integer or not."""
    settings = SPECTRA[spectrum], REWARDS[reward], 0.25, 0.7
    problem = {"aspect_ratio": D / n_train, "noise_var": 0.25, "prior_var": 0.7}
    values, slopes = data_slopes(SPECTRA[spectrum], TEACHER, REWARDS[reward], **problem)
    ridge = values.s2 * problem["aspect_ratio"] / 0.7
    with mpmath.workdps(50):
        r, step = mpmath.mpf(ridge), mpmath.mpf(10) ** -15
        here = precise(r, *settings)
        up, down = (precise(r * (1 + sign * step), *settings) for sign in (1, -1))
        change = [a - b for a, b in zip(up, down, strict=True)]
        expected = [float(value / change[0]) for value in change[1:]]
        here = [float(value) for value in here]
    assert np.exp(here[0]) == pytest.approx(n_train, rel=1e-12)
    found = [getattr(slopes, name) for name in NAMES]
    # Relative to the quantity itself: slopes of df2 and h change sign.
    np.testing.assert_allclose(np.subtract(found, expected) / np.abs(here[1:]), 0.0, atol=1e-12)
    np.testing.assert_allclose([values.s2, values.q_tt, values.q_tr, values.q_rr], here[4:], rtol=1e-12)


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_slopes_without_noise_are_the_limit_of_small_noise(spectrum):
    n = 4.0  # below every rank
    limit, small = (
        data_slopes(
            SPECTRA[spectrum], TEACHER, REWARDS["vector"], aspect_ratio=D / n, noise_var=noise, prior_var=1.0
        )[1]
        for noise in (0.0, 1e-13)
    )
    for name in NAMES:
        assert getattr(limit, name) == pytest.approx(getattr(small, name), rel=1e-10, abs=1e-11)
    # All points are used up: df1 = 1 whatever n is.
    assert limit.df1 == 0


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("ratio", [0.05, 0.5, 1.0, 3.0])
def test_matched_prior_has_its_closed_forms(spectrum, ratio):
    problem = {"aspect_ratio": ratio, "noise_var": 0.25, "prior_var": 1.0}
    values, slopes = data_slopes(SPECTRA[spectrum], np.ones(D), Overshoot(0.0), **problem)
    lam, r = SPECTRA[spectrum], values.s2 * ratio
    df1, df2 = (np.sum((lam / (lam + r)) ** power) * ratio / D for power in (1, 2))
    assert slopes.q_tt == pytest.approx(slopes.s2, rel=1e-12)  # q_TT = s^2 - sigma^2
    assert slopes.q_tt / values.q_tt == pytest.approx(-df2 / (df1 * (1 - df2)), rel=1e-11)
    assert slopes.df1 == pytest.approx(-df2 * (1 - df1) / (1 - df2), rel=1e-11)
    assert slopes.ridge / r == pytest.approx(-1 / (1 - df2), rel=1e-11)


def test_values_are_those_of_the_equivalents():
    problem = {"aspect_ratio": 0.8, "noise_var": 0.25, "prior_var": 0.7}
    arguments = (SPECTRA["power law"], TEACHER, REWARDS["vector"])
    assert data_slopes(*arguments, **problem)[0] == equivalent_order_parameters(*arguments, **problem)


def test_a_problem_without_predictive_variance_is_refused():
    with pytest.raises(ValueError, match="no predictive variance is left"):
        data_slopes([1.0], [1.0], Overshoot(0.0), aspect_ratio=0.5, noise_var=0.0, prior_var=1.0)
    with pytest.raises(ValueError, match="reward has shape"):
        data_slopes([1.0], [1.0], [1.0, 2.0], aspect_ratio=0.5, noise_var=1.0, prior_var=1.0)
