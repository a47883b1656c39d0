"""Mean and median against order statistics by another route, Monte Carlo, and their laws at large k."""

import math

import numpy as np
import pytest
from bestofk.aggregation import mean_error, mean_error_at, median_error, median_error_at, median_variance
from bestofk.equivalents import OrderParameters
from scipy.integrate import cumulative_simpson, simpson
from scipy.special import gammaln
from scipy.stats import norm

PARAMETERS = OrderParameters(s2=0.5, q_tt=0.3, q_tr=0.1, q_rr=0.9)


def test_median_of_three_has_its_known_variance():
    assert median_variance(3) == pytest.approx(1 - math.sqrt(3) / math.pi, rel=1e-14)


def test_median_of_two_is_their_mean():
    assert median_variance(2) == pytest.approx(0.5, rel=1e-14)


@pytest.mark.parametrize("k", [4, 6, 64])
def test_median_of_an_even_number_from_moments_of_order_statistics(k):
    m, y = k // 2, np.linspace(-9, 9, 60_001)
    weight = math.exp(gammaln(k + 1) - 2 * gammaln(m))
    lower = cumulative_simpson(y * norm.pdf(y) * norm.cdf(y) ** (m - 1), x=y, initial=0)
    product = weight * simpson(y * norm.pdf(y) * norm.sf(y) ** (m - 1) * lower, x=y)
    square = weight / m * simpson(y**2 * norm.pdf(y) * norm.cdf(y) ** (m - 1) * norm.sf(y) ** m, x=y)
    assert median_variance(k) == pytest.approx(square / 2 + product / 2, rel=1e-8)


@pytest.mark.parametrize("k", [5, 8])
def test_median_of_drawn_candidates(k):
    medians = np.median(np.random.default_rng(1).standard_normal((400_000, k)), axis=1) ** 2
    assert abs(median_variance(k) - medians.mean()) < 4 * medians.std() / math.sqrt(medians.size)


@pytest.mark.parametrize(("k", "coefficient"), [(10**6 + 1, (4 - math.pi) / 2), (10**6, (6 - math.pi) / 2)])
def test_law_of_the_median_at_large_k(k, coefficient):
    assert k * (1 - median_variance(k) * 2 * k / math.pi) == pytest.approx(coefficient, rel=1e-4)


def test_mean_and_median_vanish_like_one_over_k_around_the_gap():
    k = np.array([1, 7, np.inf])
    np.testing.assert_allclose(mean_error(k, PARAMETERS), [0.8, 0.3 + 0.5 / 7, 0.3], rtol=1e-15)
    np.testing.assert_allclose(median_error(k, PARAMETERS) - 0.3, 0.5 * median_variance(k), atol=1e-15)


def test_one_input_and_average_share_the_variance():
    gaps = np.random.default_rng(2).normal(0, math.sqrt(0.3), 10)
    k = np.array([[2], [9]])
    for at_input, average in ((mean_error_at, mean_error), (median_error_at, median_error)):
        excess = at_input(k, gaps, predictive_std=math.sqrt(0.5)) - gaps**2
        np.testing.assert_allclose(excess, np.tile(average(k, PARAMETERS) - 0.3, 10), rtol=1e-12)


@pytest.mark.parametrize("k", [0, 2.5, math.nan, 2e9])
def test_a_median_of_no_whole_number_is_refused(k):
    with pytest.raises(ValueError, match="integer from 1 to 1000000000, or inf"):
        median_variance(k)


def test_a_mean_of_no_candidate_is_refused():
    with pytest.raises(ValueError, match="must be at least 1"):
        mean_error_at(0.5, 0.1)
    with pytest.raises(ValueError, match="predictive_std must be positive"):
        median_error_at(3, 0.1, predictive_std=0.0)
