"""The nearest of k candidates against high-precision arithmetic and candidates drawn one by one."""

from __future__ import annotations

import itertools

import mpmath as mp
import numpy as np
import pytest
from bestofk.nearest import nearest_distance
from scipy import stats

CASES = itertools.product((1, 2, 10, 1000, 2**14, 2**30), (0.0, 1e-9, 0.3, 1.0, 3.0, 6.0, 12.0, 29.0))


@pytest.mark.parametrize(("k", "gap"), CASES)
def test_distance_solves_its_equation(k, gap):
    """S(r)^k = exp(-E) with 40 digits; the residual over the slope is the error of r."""
    mp.mp.dps = 40
    exponentials = [1e-12, 1e-3, 0.1, 0.69, 1.0, 5.0, 30.0, 700.0]
    for exponential, r in zip(exponentials, nearest_distance(exponentials, gap, k), strict=True):
        r, b = mp.mpf(float(r)), mp.mpf(gap)
        nearer = mp.ncdf(r - b) - mp.ncdf(-r - b)
        wanted = -mp.expm1(-mp.mpf(exponential) / k)
        error = (nearer - wanted) / (mp.npdf(r - b) + mp.npdf(r + b)) / r
        assert abs(error) < 1e-13


def test_largest_distances_are_those_of_the_far_tail():
    """At k = 1 and E = 1000 the candidate is some 44 standard deviations away, where S itself underflows."""
    mp.mp.dps = 40
    (r,) = nearest_distance([1000.0], 2.0, 1)
    farther = mp.ncdf(2 - mp.mpf(float(r))) + mp.ncdf(-2 - mp.mpf(float(r)))
    assert abs(mp.log(farther) / -1000 - 1) < 1e-13


def test_both_regimes_meet():
    """On either side of the probability at which the iteration changes."""
    exponentials = np.log(2.0) * np.array([1 - 1e-9, 1 + 1e-9])
    low, high = nearest_distance(exponentials, 1.3, 1)
    assert 0 < high - low < 1e-8


@pytest.mark.parametrize(("k", "gap"), [(1, 0.7), (5, -2.0), (40, 3.0)])
def test_law_is_that_of_candidates_drawn_one_by_one(k, gap):
    rng = np.random.default_rng(5)
    drawn = np.abs(gap + rng.standard_normal((20_000, k))).min(axis=1)
    inverted = nearest_distance(rng.standard_exponential(20_000), gap, k)
    assert stats.ks_2samp(drawn, inverted).pvalue > 1e-3
    shifted = nearest_distance(rng.standard_exponential(20_000), 1.3 * gap, k)
    assert (
        stats.ks_2samp(drawn, shifted).pvalue < 1e-3
    )  # the test sees a difference of three tenths of the gap


def test_arguments_broadcast_and_zero_stays_zero():
    assert nearest_distance(np.ones((3, 1)), np.zeros(2), 4).shape == (3, 2)
    assert nearest_distance([0.0], 1.0, 4).tolist() == [0.0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([-1.0], 0.0, 1), "exponential"),
        (([np.inf], 0.0, 1), "exponential"),
        (([1.0], 31.0, 1), "gap must be at most 30"),
        (([1.0], np.nan, 1), "gap"),
        (([1.0], 0.0, 0), "k must be at least 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        nearest_distance(*arguments)
