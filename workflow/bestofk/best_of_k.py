"""The 1/k^2 law of best-of-k (T = 0) for any reward; `decay` has where and how it stops.

It exists averaged over Gaussian inputs (taking `OrderParameters`) and, with the suffix `_at`, at one input
(taking its two gaps).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._gaps import Gaps, at_input, averaged, inverse_candidates

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

Correction = Literal["none", "spacing", "next"]


def best_of_k_coefficient(order_parameters: OrderParameters) -> float:
    """Coefficient of 1/k^2 in the excess of mean best-of-k over its limit.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps; needs q_RR < s^2/2.

    Returns
    -------
    float
        Coefficient in squared output units; negative when the curve approaches its limit from below.

    Raises
    ------
    ValueError
        If q_RR >= s^2/2, where the excess is larger than 1/k^2.

    Notes
    -----
    (pi s^2/sqrt(1 - 2 kappa)) [1 + 2 (rho - 1) kappa/(1 - 2 kappa)], kappa = q_RR/s^2, rho = q_TR/q_RR
    (derivation in the paper's appendix). For the teacher as reward it is the coefficient of Halder and
    Pehlevan (arXiv:2512.19905), pi s^2/sqrt(1 - 2 q_TT/s^2).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.0411, c=0.0)
    >>> round(float(best_of_k_coefficient(p)), 4)
    3.2793
    """
    gaps = averaged(order_parameters)
    return float(gaps.s2 * _square_coefficient(gaps))


def best_of_k_coefficient_at(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0
) -> NDArray | float:
    """Coefficient of 1/k^2 in the excess of best-of-k over its limit at one input.

    Parameters
    ----------
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.

    Returns
    -------
    float or ndarray
        Coefficient in squared output units; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or the result overflows (|Delta_R| above 26 s).

    Notes
    -----
    pi exp(Delta_R^2/s^2) (s^2 + 2 Delta_T Delta_R - 2 Delta_R^2) (derivation in the paper's appendix).

    Examples
    --------
    >>> round(float(best_of_k_coefficient_at(0.5, 1.5)), 4)
    -59.6132
    """
    gaps = at_input(teacher_gap, reward_gap, predictive_std)
    return gaps.s2 * _square_coefficient(gaps)


def best_of_k_law(
    k: ArrayLike, order_parameters: OrderParameters, *, correction: Correction = "none"
) -> NDArray | float:
    """Mean error of best-of-k (T = 0) at large k, for any reward.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps; needs q_RR < s^2/2 ("next": s^2/4).
    correction : {"none", "spacing", "next"}
        "none" has 1/k^2; "spacing" has 1/((k+1)(k+2)), the exact spacing of k uniform points; "next" adds
        the next order, of relative size 1/k^2.

    Returns
    -------
    float or ndarray
        Error in squared output units, of the shape of `k`.

    Raises
    ------
    ValueError
        If k < 1, `correction` is unknown, or q_RR is too large for the average to exist.

    Notes
    -----
    q_TT - 2 q_TR + q_RR + coefficient/k^2 with `best_of_k_coefficient` (derivation in the paper's appendix).
    The average has a further negative relative correction of order k^(2 - s^2/q_RR) (with logarithms) for
    q_RR > s^2/4; it exceeds the 3/k of "spacing" for q_RR > s^2/3.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.1, c=0.0)
    >>> round(float(64**2 * best_of_k_law(64, p, correction="next")), 5)
    3.35802
    """
    return _best_of_k(averaged(order_parameters), k, correction)


def best_of_k_law_at(
    k: ArrayLike,
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    predictive_std: ArrayLike = 1.0,
    correction: Correction = "none",
) -> NDArray | float:
    """Error of best-of-k (T = 0) at one input at large k, for any reward.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed. All array arguments broadcast.
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    correction : {"none", "spacing", "next"}
        See `best_of_k_law`; here "next" leaves a remainder O(k^-6).

    Returns
    -------
    float or ndarray
        Error in squared output units.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or the result overflows (|Delta_R| above 26 s).

    Notes
    -----
    (Delta_T - Delta_R)^2 + coefficient/k^2 with `best_of_k_coefficient_at`; the law holds for
    k >> exp(Delta_R^2/(2 s^2)) (derivation in the paper's appendix).

    Examples
    --------
    >>> round(float(best_of_k_law_at(64, 0.5, 0.5, correction="next")), 12)
    0.000941548303
    """
    return _best_of_k(at_input(teacher_gap, reward_gap, predictive_std), k, correction)


def _square_coefficient(gaps: Gaps) -> NDArray | float:
    m = gaps.moments(tilt=1.0)
    return np.pi * m.weight * (1.0 + 2.0 * m.ab - 2.0 * m.bb)


def _best_of_k(gaps: Gaps, k: ArrayLike, correction: Correction) -> NDArray | float:
    if correction not in ("none", "spacing", "next"):
        raise ValueError(f"correction must be 'none', 'spacing' or 'next', not {correction!r}")
    # Powers of 1/k, not of k: they stay finite for every k.
    x = inverse_candidates(k)
    spacing = x**2 if correction == "none" else x**2 / ((1.0 + x) * (1.0 + 2.0 * x))
    excess = _square_coefficient(gaps) * spacing
    if correction == "next":
        m = gaps.moments(tilt=2.0)
        bracket = 1.0 / 3.0 - m.bb + (2.0 * m.ab - 4.0 * m.abbb + 4.0 * m.bbbb) / 3.0
        spacing = x**4 / ((1.0 + x) * (1.0 + 2.0 * x) * (1.0 + 3.0 * x) * (1.0 + 4.0 * x))
        excess = excess + 6.0 * np.pi**2 * m.weight * bracket * spacing
    return gaps.s2 * (gaps.squared_mean(1.0) + excess)
