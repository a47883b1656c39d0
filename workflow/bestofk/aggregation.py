"""Ways to spend k candidates that need no judge: their mean and their median.

Both answers scatter around the predictive mean and so cannot be better than it: the error is the square of
its gap, Delta_T^2, plus a variance that falls like 1/k. The reward-weighted mean is in `weighted_mean`, votes
over a grid of answers are in `votes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf, log_ndtr

from bestofk._gaps import Gaps, at_input, averaged, inverse_candidates

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: Largest k of which the median is computed.
_K_MAX_MEDIAN = 10**9
#: Where the density of the median is negligible: in its own deviations, and for half the spacing times k.
_REACH, _REACH_SPACING = 9.0, 24.0
#: Points of the trapezoidal rule over the median, and Gauss-Legendre nodes over half a spacing.
_POINTS, _SPACINGS = 181, 64


def mean_error(k: ArrayLike, order_parameters: OrderParameters) -> NDArray | float:
    """Return the squared error of the mean of k candidates, averaged over Gaussian inputs.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps; only s2 and q_tt are used.

    Returns
    -------
    float or ndarray
        In squared output units, of the shape of `k`.

    Raises
    ------
    ValueError
        If k < 1.

    Notes
    -----
    q_TT + s^2/k: the self-consistency of a real-valued answer (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=0.0)
    >>> mean_error([1, 4, float("inf")], p).tolist()
    [1.25, 0.5, 0.25]
    """
    return _mean(averaged(order_parameters), k)


def mean_error_at(
    k: ArrayLike, teacher_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0
) -> NDArray | float:
    """Return the squared error of the mean of k candidates at one input.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed.
    teacher_gap : array_like
        Predictive mean minus teacher, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.

    Returns
    -------
    float or ndarray
        Delta_T^2 + s^2/k, in squared output units; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The equation is that of `mean_error` with q_TT replaced by Delta_T^2.

    Examples
    --------
    >>> float(mean_error_at(4, 0.5))
    0.5
    """
    return _mean(at_input(teacher_gap, 0.0, predictive_std), k)


def median_error(k: ArrayLike, order_parameters: OrderParameters) -> NDArray | float:
    """Return the squared error of the median of k candidates, averaged over Gaussian inputs.

    Parameters
    ----------
    k : array_like of int
        Number of candidates, 1 to 10^9; inf is allowed. Of an even number the median is the mean of the two
        in the middle.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps; only s2 and q_tt are used.

    Returns
    -------
    float or ndarray
        q_TT + s^2 V_k, in squared output units, of the shape of `k`; V_k is `median_variance`.

    Raises
    ------
    ValueError
        If `k` is outside its domain.

    Notes
    -----
    The median is distributed symmetrically around the predictive mean, so that there is no cross term
    (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=0.0)
    >>> median_error([1, 2, 3], p).round(6).tolist()
    [1.25, 0.75, 0.698671]
    """
    return _median(averaged(order_parameters), k)


def median_error_at(
    k: ArrayLike, teacher_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0
) -> NDArray | float:
    """Return the squared error of the median of k candidates at one input.

    Parameters
    ----------
    k : array_like of int
        Number of candidates, 1 to 10^9; inf is allowed.
    teacher_gap : array_like
        Predictive mean minus teacher, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.

    Returns
    -------
    float or ndarray
        Delta_T^2 + s^2 V_k, in squared output units; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The equation is that of `median_error` with q_TT replaced by Delta_T^2.

    Examples
    --------
    >>> round(float(median_error_at(3, 0.5)), 6)
    0.698671
    """
    return _median(at_input(teacher_gap, 0.0, predictive_std), k)


def median_variance(k: ArrayLike) -> NDArray | float:
    """Return the variance of the median of k standard normal numbers.

    Parameters
    ----------
    k : array_like of int
        1 to 10^9; inf gives 0.

    Returns
    -------
    float or ndarray
        V_k, relative accuracy 1e-11; pi/(2 k) at large k.

    Raises
    ------
    ValueError
        If `k` is outside its domain.

    Notes
    -----
    For k = 2m + 1 the median has the density k!/m!^2 phi Phi^m (1 - Phi)^m. For k = 2m it is the centre c of
    the two numbers c - r and c + r in the middle, of the joint density 2 k!/(m-1)!^2 phi(c - r) phi(c + r)
    Phi(c - r)^(m-1) Phi(-c - r)^(m-1), r > 0. Both are summed as c^2, so that nothing cancels.

    Examples
    --------
    >>> median_variance([1, 2, 3, 4]).round(7).tolist()
    [1.0, 0.5, 0.4486711, 0.2981996]
    """
    k = np.asarray(k, dtype=float)
    if not np.all((k == np.inf) | ((k >= 1) & (k <= _K_MAX_MEDIAN) & (k == np.floor(k)))):
        raise ValueError(f"k is {k}; of a median it must be an integer from 1 to {_K_MAX_MEDIAN}, or inf")
    distinct, where = np.unique(k, return_inverse=True)
    variance = np.array([0.0 if number == np.inf else _median_variance(int(number)) for number in distinct])
    return variance[where].reshape(k.shape)[()]


def _mean(gaps: Gaps, k: ArrayLike) -> NDArray | float:
    return (gaps.s2 * (gaps.error_of_mean + inverse_candidates(k)))[()]


def _median(gaps: Gaps, k: ArrayLike) -> NDArray | float:
    return (gaps.s2 * (gaps.error_of_mean + median_variance(k)))[()]


def _median_variance(k: int) -> float:
    half = (k - 1) // 2
    # The trapezoidal rule is exact to all digits for a density that is nearly Gaussian. Its sum stands for
    # the factorials, which would lose digits at large k.
    centre = np.linspace(0.0, _REACH * np.sqrt(min(1.0, np.pi / (2 * k))), _POINTS)
    if k % 2:
        log_density = _log_phi(centre) + half * (_log_twice_cdf(centre) + _log_twice_cdf(-centre))
        density = np.exp(log_density - log_density[0])
    else:
        nodes, weights = np.polynomial.legendre.leggauss(_SPACINGS)
        # Half a spacing r costs a factor near e^(-4 phi(0) m r) of the two tails and e^(-r^2) of the two phi.
        r = min(_REACH_SPACING / k, _REACH) * (nodes + 1.0)
        low, high = centre[:, None] - r, centre[:, None] + r
        log_density = _log_phi(low) + _log_phi(high) + half * (_log_twice_cdf(low) + _log_twice_cdf(-high))
        density = np.exp(log_density - log_density[0, 0]) @ weights
    density[0] /= 2.0
    return float(centre**2 @ density / density.sum())


def _log_phi(z: NDArray) -> NDArray:
    return -0.5 * z**2 - 0.5 * np.log(2.0 * np.pi)


def _log_twice_cdf(z: NDArray) -> NDArray:
    """log(2 Phi(z)), accurate relative to itself near z = 0, where a large power of it is taken."""
    near = np.log1p(erf(np.maximum(z, -1.0) / np.sqrt(2.0)))
    return np.where(z > -1.0, near, np.log(2.0) + log_ndtr(z))
