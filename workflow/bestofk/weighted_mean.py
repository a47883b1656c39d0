"""The reward-weighted mean of k candidates: what a softmax does when it averages instead of choosing.

The answer is sum_i p_i y_i, with the weights p_i by which `bestofk.selection` would choose. Domain, accuracy
and quadrature are those of that module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _domain, _quadrature
from bestofk._gaps import annealed_share, averaged
from bestofk.selection import mean_selection_error, selection_error

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters


def weighted_mean_error_at(
    k: ArrayLike,
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    predictive_std: ArrayLike = 1.0,
    temperature: ArrayLike,
) -> NDArray | float:
    """Return the expected squared error of the reward-weighted mean of k candidates at one input.

    Parameters
    ----------
    k : array_like
        Number of candidates, from 1 to 10^6 (2^30 at T = 0); inf is the limit.
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units; at most 50
        predictive standard deviations in magnitude.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    temperature : array_like
        Temperature T of the weights exp(-(y - mu_R)^2/T) in squared output units: 0 (only the best candidate
        counts), T/(2 s^2) from 10^-3 to 10^3, or inf (the plain mean).

    Returns
    -------
    float or ndarray
        E[(sum_i p_i y_i - mu_T)^2] in squared output units; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    With E = Delta_T/s + Z, weight w and A_j(u) = E[E^j w^j e^(-u w)], the square of the mean is

        s^2 int_0^inf u [k A_2 A_0^(k-1) + k (k-1) A_1^2 A_0^(k-2)] du,

    because 1/W^2 = int u e^(-u W) du (derivation in the paper's appendix). It is evaluated around its limit
    (Delta_T - Delta_R/(1 + t))^2 at k = inf, so that no digits are lost on the way there.

    Examples
    --------
    >>> weighted_mean_error_at([1, 8, 64, np.inf], 0.5, 1.5, temperature=4.0).round(6).tolist()
    [1.25, 0.100673, 0.011397, 0.0]
    """
    k, teacher_gap, reward_gap, s, t = _domain.at_input(
        k, teacher_gap, reward_gap, predictive_std, temperature
    )
    a, b = teacher_gap / s, reward_gap / s
    _domain.check(k, b, t)
    error = np.empty(k.shape)
    cold, flat = t == 0.0, np.isinf(t)
    error[cold] = selection_error(k[cold], a[cold], b[cold], temperature=0.0)
    error[flat] = a[flat] ** 2 + 1.0 / k[flat]
    warm = ~cold & ~flat
    limit = a[warm] - b[warm] / (1.0 + t[warm])
    excess = np.zeros((2, limit.size))
    finite = np.flatnonzero(np.isfinite(k[warm]))
    for gap, at, place in _quadrature.by_input(b[warm][finite], t[warm][finite]):
        here = finite[place]
        excess[:, here] = _excess(k[warm][here], gap, at, _quadrature.NODES, _domain.TOLERANCE)
    error[warm] = limit**2 + 2.0 * limit * np.sign(b[warm]) * excess[0] + excess[1]
    return (s**2 * error)[()]


def weighted_mean_error(
    k: ArrayLike, order_parameters: OrderParameters, *, temperature: float
) -> NDArray | float:
    """Return the expected squared error of the reward-weighted mean, averaged over Gaussian inputs.

    Parameters
    ----------
    k : array_like
        Number of candidates, from 1 to 10^6 (2^30 at T = 0); inf is the limit.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps, with q_rr at most 50 s2.
    temperature : float
        Temperature T of the weights in squared output units: 0, T/(2 s2) from 10^-3 to 10^3, or inf.

    Returns
    -------
    float or ndarray
        In squared output units, of the shape of `k`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    The limit at k = inf is q_TT - 2 q_TR g + q_RR g^2, g = 1/(1 + t): that of selection without its variance
    s^2 t/(1 + t). The rest averages `weighted_mean_error_at` over b ~ N(0, q_RR/s^2), with the teacher gap
    replaced by its mean rho b given b where it is linear (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.04, c=3.0)
    >>> weighted_mean_error([1, 8, np.inf], p, temperature=6.0).round(6).tolist()
    [1.04, 0.086562, 0.0]
    """
    p = order_parameters
    (k,) = _domain.broadcast(k=k)
    t = float(_domain.reduced(np.array(_domain.one_number("temperature", temperature)), p.s2))
    if t == 0.0:
        return mean_selection_error(k, p, temperature=0.0)
    _domain.check(k, np.zeros(1), np.array(t))
    if np.isinf(t):
        return (p.q_tt + p.s2 / k)[()]
    kappa = p.q_rr / p.s2
    _domain.require(kappa <= _domain.KAPPA_MAX, "kappa = q_rr/s2", np.array(kappa), "it must be at most 50")
    share = float(annealed_share(temperature, p.s2))
    error = np.full(k.shape, p.s2 * averaged(p).squared_mean(share))
    finite = np.isfinite(k)
    if finite.any():
        candidates = k[finite]
        slope = (p.q_tr / p.q_rr if p.q_rr > 0 else 0.0) - share
        nodes = _quadrature.NODES_OF_AVERAGE
        gaps, (weights,) = _quadrature.average_nodes(np.array([kappa]), candidates.max(), nodes)
        for gap, weight in zip(gaps, weights, strict=True):
            first, second = _excess(candidates, gap, t, nodes, _domain.TOLERANCE_OF_AVERAGE)
            error[finite] += p.s2 * weight * (2.0 * slope * gap * first + second)
    return error[()]


def winning_overshoots(reduced_temperature: ArrayLike) -> tuple[NDArray | float, NDArray | float]:
    """Return between which overshoots the weighted mean beats the best candidate and the mean at k = inf.

    Parameters
    ----------
    reduced_temperature : array_like
        t = T/(2 s^2) > 0 of the weights.

    Returns
    -------
    low, high : float or ndarray
        Below `low` the best of infinitely many candidates has the smallest error, above `high` their mean.

    Raises
    ------
    ValueError
        If a temperature is not positive and finite.

    Notes
    -----
    For a judge that overshoots by c > -1 the errors at k = inf are q_TT times c^2 (best candidate), 1 (mean)
    and (c - t)^2/(1 + t)^2 (weighted mean): low = t/(2 + t) and high = 1 + 2 t.

    Examples
    --------
    >>> low, high = winning_overshoots(1.0)
    >>> round(float(low), 6), float(high)
    (0.333333, 3.0)
    """
    t = _domain.real("reduced_temperature", reduced_temperature)
    in_range = (t > 0.0) & np.isfinite(t)
    _domain.require(in_range, "reduced_temperature", t, "it must be positive and finite")
    return (t / (2.0 + t))[()], (1.0 + 2.0 * t)[()]


def _excess(k: NDArray, gap: float, t: float, nodes: int, tolerance: float) -> tuple[NDArray, NDArray]:
    """E[M] and E[M^2] of M = sum_i p_i Y_i - limit, both (nk,), at 0 < t < inf and gap >= 0."""
    rule = _quadrature.rule(gap, t, k.min(), k.max(), nodes)
    nu_0, first, _ = rule.excess(k).T
    _domain.check_normalization(nu_0, tolerance)
    return first, rule.squared_mean(k)
