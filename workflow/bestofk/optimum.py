"""Closed forms for the best number of candidates, temperature and overshoot.

Formulas of the second-order high-temperature expansion stand beside those that are exact at k = inf. Each
is averaged over Gaussian inputs (taking `OrderParameters`) or, with the suffix `_at`, at one input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._gaps import Gaps, at_input, averaged, inverse_candidates, inverse_reduced_temperature

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters


def optimal_k(order_parameters: OrderParameters, *, temperature: ArrayLike) -> NDArray | float:
    """Number of candidates that minimises the second-order high-temperature expansion of the mean error.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    temperature : array_like
        Finite selection temperature T > 0 in squared output units.

    Returns
    -------
    float or ndarray
        k*, a real number of at least 1; 1 where the expansion increases from k = 1 on; inf where it
        decreases for every k (t C1/C2 >= 3); nan where it has no minimum inside (C2 <= 0).

    Raises
    ------
    ValueError
        If T is not positive and finite.

    Notes
    -----
    k* = 4/(3 - t C1/C2), t = T/(2 s^2), C1 = s^2 + 2 q_TR, C2 = C1 + q_RR: Halder and Pehlevan
    (arXiv:2512.19905). Exactly, a finite optimum is decided by `phases.finite_optimum`, not by this formula.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.0411, c=15.0)
    >>> round(float(optimal_k(p, temperature=20.0)), 3)
    3.343
    >>> optimal_k(p, temperature=[1.0, 100.0]).round(3).tolist()
    [1.375, inf]
    """
    return _optimal_k(averaged(order_parameters), temperature)


def optimal_k_at(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0, temperature: ArrayLike
) -> NDArray | float:
    """Number of candidates that minimises the second-order high-temperature expansion at one input.

    Parameters
    ----------
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    temperature : array_like
        Finite selection temperature T > 0 in squared output units.

    Returns
    -------
    float or ndarray
        k* with the values 1, inf and nan of `optimal_k`; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The equation is that of `optimal_k` with q_TR, q_RR replaced by products of the gaps:
    Halder and Pehlevan (arXiv:2512.19905).

    Examples
    --------
    >>> round(float(optimal_k_at(0.2, -1.8, temperature=10.0)), 3)
    1.537
    """
    return _optimal_k(at_input(teacher_gap, reward_gap, predictive_std), temperature)


def optimal_temperature(k: ArrayLike, order_parameters: OrderParameters) -> NDArray | float:
    """Temperature that minimises the second-order high-temperature expansion of the mean error.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.

    Returns
    -------
    float or ndarray
        T* in squared output units, of the shape of `k`; inf where the error rises as soon as T comes down
        from infinity (C1 <= 0); 0 where the expansion falls all the way to T = 0 (C1 > 0 and k <= 2), where
        it no longer applies; nan at k = 1, where the temperature has no effect.

    Raises
    ------
    ValueError
        If k < 1.

    Notes
    -----
    t* = 2 (1 - 2/k) C2/C1, t = T/(2 s^2), C1 = s^2 + 2 q_TR, C2 = C1 + q_RR: Halder and Pehlevan
    (arXiv:2512.19905). At k = inf it is larger by 3 than the exact `optimal_temperature_limit`, in t.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=0.5, q_tt=0.5 * 0.0411, c=15.0)
    >>> optimal_temperature([1, 2, 8, float("inf")], p).round(2).tolist()
    [nan, 0.0, 8.32, 11.09]
    """
    return _optimal_temperature(averaged(order_parameters), k)


def optimal_temperature_at(
    k: ArrayLike, teacher_gap: ArrayLike, reward_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0
) -> NDArray | float:
    """Temperature that minimises the second-order high-temperature expansion at one input.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed. All arguments broadcast.
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.

    Returns
    -------
    float or ndarray
        T* in squared output units, with the values inf, 0 and nan of `optimal_temperature`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The equation is that of `optimal_temperature`: Halder and Pehlevan (arXiv:2512.19905).

    Examples
    --------
    >>> round(float(optimal_temperature_at(8, 0.5, 1.5)), 6)
    5.7
    """
    return _optimal_temperature(at_input(teacher_gap, reward_gap, predictive_std), k)


def optimal_temperature_limit(order_parameters: OrderParameters) -> float:
    """Best temperature at k = inf for the mean error, exact.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.

    Returns
    -------
    float
        T* in squared output units; 0 if s^2 + 2 q_TR >= 2 q_RR, inf if s^2 + 2 q_TR <= 0.

    Notes
    -----
    1 + t* = 2 q_RR/(s^2 + 2 q_TR), t = T/(2 s^2): `large_k.limit_error` is a parabola in 1/(1+t)
    (derivation in the paper's appendix). For 0 < T* < inf a finite k is better than k = inf at T*.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters(s2=1.0, q_tt=0.3, q_tr=0.5, q_rr=2.0)
    >>> optimal_temperature_limit(p)
    2.0
    """
    return float(_optimal_temperature_limit(averaged(order_parameters)))


def optimal_temperature_limit_at(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0
) -> NDArray | float:
    """Best temperature at k = inf at one input, exact.

    Parameters
    ----------
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.

    Returns
    -------
    float or ndarray
        T* in squared output units, with the values 0 and inf of `optimal_temperature_limit`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    1 + t* = 2 Delta_R^2/(s^2 + 2 Delta_T Delta_R) (derivation in the paper's appendix).

    Examples
    --------
    >>> round(float(optimal_temperature_limit_at(0.5, 1.5)), 6)
    1.6
    """
    return _optimal_temperature_limit(at_input(teacher_gap, reward_gap, predictive_std))


def optimal_overshoot_limit(order_parameters: OrderParameters, *, temperature: ArrayLike) -> NDArray | float:
    """Best overshoot of the reward at k = inf, exact at one input and on average.

    Parameters
    ----------
    order_parameters : OrderParameters
        Only the predictive variance is used: the result does not depend on the gaps.
    temperature : array_like
        Selection temperature T >= 0 in squared output units; inf is allowed.

    Returns
    -------
    float or ndarray
        c* of the reward mu_R = mu_T - c (m - mu_T), of the shape of `temperature`.

    Raises
    ------
    ValueError
        If T is negative or nan.

    Notes
    -----
    c* = t = T/(2 s^2), where delta = s^2 t/(1 + t): the bias (Delta_T - Delta_R/(1 + t))^2 vanishes. Halder
    and Pehlevan (arXiv:2512.19905) find it qualitatively; derivation in the paper's appendix.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=0.5, q_tt=0.04, c=3.0)
    >>> float(optimal_overshoot_limit(p, temperature=10.0))
    10.0
    """
    temperature = np.asarray(temperature, dtype=float)
    if not np.all(temperature >= 0):
        raise ValueError("temperature must be 0 or positive (inf is allowed)")
    return temperature / (2.0 * order_parameters.s2)


def _optimal_k(gaps: Gaps, temperature: ArrayLike) -> NDArray | float:
    u, m = inverse_reduced_temperature(temperature, gaps.s2), gaps.moments()
    if np.any(u == 0.0):
        raise ValueError("temperature must be finite: at T = inf the error does not depend on k")
    c1 = 1.0 + 2.0 * m.ab
    c2 = c1 + m.bb
    inverse = 0.75 - c1 / (4.0 * u * np.where(c2 > 0.0, c2, np.nan))
    with np.errstate(divide="ignore"):
        return 1.0 / np.clip(inverse, 0.0, 1.0)


def _optimal_temperature(gaps: Gaps, k: ArrayLike) -> NDArray | float:
    x, m = inverse_candidates(k), gaps.moments()
    c1 = 1.0 + 2.0 * m.ab
    t = 2.0 * (1.0 - 2.0 * x) * (c1 + m.bb) / np.where(c1 > 0.0, c1, np.nan)
    t = np.where(c1 > 0.0, np.maximum(t, 0.0), np.inf)
    return (2.0 * gaps.s2 * np.where(x < 1.0, t, np.nan))[()]


def _optimal_temperature_limit(gaps: Gaps) -> NDArray | float:
    m = gaps.moments()
    c1 = 1.0 + 2.0 * m.ab
    t = np.maximum(2.0 * m.bb / np.where(c1 > 0.0, c1, np.nan) - 1.0, 0.0)
    return (2.0 * gaps.s2 * np.where(c1 > 0.0, t, np.inf))[()]
