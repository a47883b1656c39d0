"""The exact error of softmax selection and of best-of-k at finite k, at one input and averaged over inputs.

One primitive carries every curve: the moments nu_j of Y, the chosen candidate minus the reward's favourite in
units of the predictive standard deviation s. The error is linear in them. They are computed as their limits
at k = infinity plus an excess, so that no digits are lost on the way to the limit.

Domain: gaps up to 50 s; k from 1 to 10^6 at t = T/(2 s^2) of [10^-3, 10^3], to 2^30 at T = 0; k = inf and
T = inf everywhere. Relative accuracy 1e-10 of the error for gaps up to 6 s, 1e-9 beyond and for averages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _domain, _quadrature, _softmax

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

_SMALLEST_QUANTILE = 1e-12


def selected_moments(k: ArrayLike, reward_gap: ArrayLike, *, reduced_temperature: ArrayLike) -> NDArray:
    """Return the moments of the chosen candidate relative to the reward's favourite.

    Parameters
    ----------
    k : array_like
        Number of candidates, real, from 1 to 10^6 (2^30 at t = 0); inf is the limit.
    reward_gap : array_like
        Delta_R / s, predictive mean minus the reward's favourite in predictive standard deviations: at most
        50 in magnitude.
    reduced_temperature : array_like
        t = T/(2 s^2): 0 (best-of-k), from 10^-3 to 10^3, or inf (no selection). All arguments broadcast.

    Returns
    -------
    ndarray, shape (3, ...)
        nu_j = E[Y^j], j = 0, 1, 2, with Y = (chosen - favourite) / s. nu_0 is 1 up to the quadrature error.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If nu_0 is off by more than 1e-10.

    Notes
    -----
    With w = exp(-Y^2/(2t)) the weight of a candidate Y = Delta_R/s + Z, Z ~ N(0, 1), and u = e^v,

        nu_j = k int E[Y^j u w e^(-u w)] (E e^(-u w))^(k-1) dv,

    because 1/sum(w) = int e^(-u sum w) du; at t = 0, with r = |Y| and S its survival function,
    nu_j = int k S(r)^(k-1) E[Y^j; |Y| = r] dr. At k = infinity Y ~ N(Delta_R t/(1+t), t/(1+t)) in units of s.
    The model is that of Halder and Pehlevan (arXiv:2512.19905); derivation in the paper's appendix.

    Examples
    --------
    >>> selected_moments([1, 2, np.inf], 1.5, reduced_temperature=2.0).round(6).tolist()
    [[1.0, 1.0, 1.0], [1.5, 1.215343, 1.0], [3.25, 2.253204, 1.666667]]
    """
    k, gap, t = _domain.broadcast(k=k, reward_gap=reward_gap, reduced_temperature=reduced_temperature)
    mean, variance = _softmax.limits(gap, t)
    nu_0, excess_1, excess_2 = _excess(k, gap, t)
    return np.stack([nu_0, nu_0 * mean + excess_1, nu_0 * (variance + mean**2) + excess_2])


def selection_error(
    k: ArrayLike,
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    predictive_std: ArrayLike = 1.0,
    temperature: ArrayLike,
    nodes: int | None = None,
) -> NDArray | float:
    """Return the expected squared error of the chosen candidate at one input.

    Parameters
    ----------
    k : array_like
        Number of candidates, real, from 1 to 10^6 (2^30 at T = 0); inf is the limit.
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units; at most 50
        predictive standard deviations in magnitude.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    temperature : array_like
        Selection temperature T in squared output units: 0 (best-of-k), T/(2 s^2) from 10^-3 to 10^3, or inf.
    nodes : int, optional
        Gauss-Legendre nodes of a panel, at least 2. The default keeps the accuracy stated for the module;
        more nodes show how well it does.

    Returns
    -------
    float or ndarray
        delta(k, T) = E[(chosen - teacher)^2] in squared output units; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    delta = (Delta_T - Delta_R)^2 + 2 s (Delta_T - Delta_R) nu_1 + s^2 nu_2 with the selected moments nu_j
    (derivation in the paper's appendix); selection as in Halder and Pehlevan (arXiv:2512.19905).

    Examples
    --------
    >>> selection_error([1, 2, 8, 256], 0.2, -1.8, temperature=10.0).round(10).tolist()
    [1.04, 1.0232862803, 1.0646825869, 1.0827298462]
    """
    k, teacher_gap, reward_gap, s, t = _domain.at_input(
        k, teacher_gap, reward_gap, predictive_std, temperature
    )
    gap, difference = reward_gap / s, (teacher_gap - reward_gap) / s
    mean, variance = _softmax.limits(gap, t)
    nu_0, excess_1, excess_2 = _excess(k, gap, t, nodes)
    # With nu_0 as a factor this is the rule applied to a square: errors of the weights are relative ones.
    limit = nu_0 * ((difference + mean) ** 2 + variance)
    return (s**2 * (limit + 2.0 * difference * excess_1 + excess_2))[()]


def mean_selection_error(
    k: ArrayLike, order_parameters: OrderParameters, *, temperature: float
) -> NDArray | float:
    """Return the selection error averaged over Gaussian inputs.

    Parameters
    ----------
    k : array_like
        Number of candidates, real, from 1 to 10^6 (2^30 at T = 0); inf is the limit.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps, with q_rr at most 50 s2.
    temperature : float
        Selection temperature T in squared output units: 0 (best-of-k), T/(2 s2) from 10^-3 to 10^3, or inf.

    Returns
    -------
    float or ndarray
        delta(k, T) in squared output units, of the shape of `k`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    The gaps are a centred Gaussian pair, so that with b = Delta_R/s ~ N(0, q_RR/s^2) and rho = q_TR/q_RR

        delta = q_TT - 2 q_TR + q_RR + s^2 {2 (rho - 1) E[b nu_1(b)] + E[nu_2(b)]}

    (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.04, c=3.0)
    >>> mean_selection_error([1, 4, np.inf], p, temperature=6.0).round(6).tolist()
    [1.04, 0.791373, 0.75]
    """
    p = order_parameters
    (k,) = _domain.broadcast(k=k)
    t = float(_domain.reduced(np.array(_domain.one_number("temperature", temperature)), p.s2))
    kappa = np.array([p.q_rr / p.s2])
    second, product = _mean_excess(k.ravel(), kappa, t)
    _, share = _softmax.limits(0.0, t)
    # Differences first: at T = 0 nothing but the excess is left when the teacher is the reward.
    limit = (p.q_tt - p.q_tr) + (p.q_rr - p.q_tr) + 2.0 * share * (p.q_tr - p.q_rr) + share**2 * p.q_rr
    slope = (p.q_tr - p.q_rr) / p.q_rr if p.q_rr > 0 else 0.0
    return (limit + p.s2 * (share + second + 2.0 * slope * product)).reshape(k.shape)[()]


def selection_excess(
    k: ArrayLike,
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    predictive_std: ArrayLike = 1.0,
    temperature: ArrayLike,
) -> NDArray | float:
    """Return what the error of the chosen candidate at one input exceeds its limit k = infinity by.

    Parameters
    ----------
    k, teacher_gap, reward_gap, predictive_std, temperature : array_like
        As for `selection_error`.

    Returns
    -------
    float or ndarray
        delta(k, T) - delta(inf, T) in squared output units, below 0 where selection of fewer is better; all
        arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    s^2 (2 d e_1 + e_2) with d = (Delta_T - Delta_R)/s and e_j the excess of the selected moment nu_j over its
    limit. The limit is subtracted under the integral: an excess of 10^-9 has as many digits as one of 1.

    Examples
    --------
    >>> [float(f"{x:.6g}") for x in selection_excess([1, 64, 2**20], 0.5, 1.5, temperature=0.0)]
    [0.25, -0.0131508, -5.42177e-11]
    """
    k, teacher_gap, reward_gap, s, t = _domain.at_input(
        k, teacher_gap, reward_gap, predictive_std, temperature
    )
    _, excess_1, excess_2 = _excess(k, reward_gap / s, t)
    return (s**2 * (2.0 * (teacher_gap - reward_gap) / s * excess_1 + excess_2))[()]


def excess_coefficients(
    k: ArrayLike, kappa: ArrayLike, *, reduced_temperature: float, nodes: int | None = None
) -> tuple[NDArray, NDArray]:
    """Return the averaged excess over the limit k = infinity, for every reward at once.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Number of candidates, real, from 1 to 10^6 (2^30 at t = 0); inf gives 0.
    kappa : array_like, shape (nkappa,)
        q_RR / s^2, from 0 to 50.
    reduced_temperature : float
        t = T/(2 s^2): 0 (best-of-k), from 10^-3 to 10^3, or inf.
    nodes : int, optional
        Gauss-Legendre nodes of a panel, of inputs and of candidates, at least 2. The default keeps the
        accuracy stated for the module; more nodes show how well it does.

    Returns
    -------
    m2, m1 : ndarray, shape (nk, nkappa)
        delta(k) - delta(inf) = s^2 (m2 + rho m1), rho = q_TR / q_RR.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    The limit is subtracted under the integral: an excess has its own digits however small it is. With e_j the
    excess of the selected moment nu_j over its limit, m1 = 2 E[b e_1], m2 = E[e_2] - m1, b ~ N(0, kappa)
    (derivation in the paper's appendix). m1 > 0 for k < infinity and kappa > 0.

    Examples
    --------
    >>> m2, m1 = excess_coefficients([14, 100, 1e4], [0.4], reduced_temperature=0.1)
    >>> [float(f"{x:.3g}") for x in (m2 + 0.2 * m1)[:, 0]]
    [-0.0019, 7.04e-05, 1.35e-06]
    """
    k, kappa = _domain.real("k", k), _domain.real("kappa", kappa)
    t = _domain.one_number("reduced_temperature", reduced_temperature)
    second, product = (
        part.reshape(k.shape + kappa.shape) for part in _mean_excess(k.ravel(), kappa.ravel(), t, nodes)
    )
    return second - 2.0 * product, 2.0 * product


def selection_response(
    p: ArrayLike, teacher_gap: ArrayLike, reward_gap: ArrayLike, *, reduced_temperature: float
) -> NDArray | float:
    """Return the expected error of a candidate whose score stands at a given quantile.

    Parameters
    ----------
    p : array_like
        Quantile of the perturbed score, from 10^-12 (worst) to 1 (best).
    teacher_gap, reward_gap : array_like
        Gaps in units of the predictive standard deviation, at most 50 in magnitude.
    reduced_temperature : float
        t = T/(2 s^2): 0 (best-of-k), from 10^-3 to 10^3, or inf.

    Returns
    -------
    float or ndarray
        g(p) in units of s^2; p and the gaps broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Softmax selection is best-of-k of the score -Y^2/(2t) plus independent Gumbel noise (of the score itself
    at t = 0), so that delta(k) = int_0^1 g(p) k p^(k-1) dp: one g serves every k, and delta falls as long as
    the weight moves to where g is lower. Derivation in the paper's appendix.

    Examples
    --------
    >>> selection_response([0.5, 1.0], 0.5, 1.5, reduced_temperature=2.0).round(6).tolist()
    [0.818581, 0.666667]
    """
    p, teacher_gap, gap = _domain.broadcast(p=p, teacher_gap=teacher_gap, reward_gap=reward_gap)
    t = _domain.one_number("reduced_temperature", reduced_temperature)
    _domain.require((p >= _SMALLEST_QUANTILE) & (p <= 1.0), "p", p, "it must be from 1e-12 to 1")
    _domain.require(np.abs(teacher_gap) <= _domain.GAP_MAX, "teacher_gap", teacher_gap, _domain.WITHIN)
    _domain.check(np.ones(1), gap, t)
    excess = np.zeros((2, *p.shape))
    finite = (p < 1.0) & np.isfinite(t)
    for size in np.unique(np.abs(gap[finite])):
        here = finite & (np.abs(gap) == size)
        excess[:, here] = _quadrature.response(p[here], size, t).T
    excess[0] *= np.sign(gap)
    difference = teacher_gap - gap
    mean, variance = _softmax.limits(gap, t)
    return ((difference + mean) ** 2 + variance + 2.0 * difference * excess[0] + excess[1])[()]


def _excess(k: NDArray, gap: NDArray, t: NDArray, nodes: int | None = None) -> NDArray:
    """nu_0 and the excess of nu_1, nu_2 over their limits, (3, ...): one rule for each distinct input."""
    _domain.check(k, gap, t)
    _domain.check_nodes(nodes)
    result = np.zeros((3, *k.shape))
    result[0] = 1.0
    finite = np.isfinite(k) & np.isfinite(t)
    if not finite.any():
        return result
    values = np.empty((3, np.count_nonzero(finite)))
    for size, temperature, place in _quadrature.by_input(gap[finite], t[finite]):
        candidates = k[finite][place]
        rule = _quadrature.rule(size, temperature, candidates.min(), candidates.max(), nodes)
        values[:, place] = rule.excess(candidates).T
    _domain.check_normalization(values[0], _domain.TOLERANCE)
    values[1] *= np.sign(gap[finite])
    result[:, finite] = values
    return result


def _mean_excess(k: NDArray, kappa: NDArray, t: float, nodes: int | None = None) -> tuple[NDArray, NDArray]:
    """E[e_2] and E[b e_1] over b ~ N(0, kappa), e_j the excess of nu_j, each of shape (nk, nkappa)."""
    _domain.check_nodes(nodes)
    nodes = _quadrature.NODES_OF_AVERAGE if nodes is None else nodes
    _domain.check(k, np.zeros(1), np.array(t))
    _domain.require(
        (kappa >= 0.0) & (kappa <= _domain.KAPPA_MAX), "kappa = q_rr/s2", kappa, "it must be from 0 to 50"
    )
    second, product = np.zeros((2, k.size, kappa.size))
    finite = np.isfinite(k)
    if not finite.any() or np.isinf(t):
        return second, product
    candidates = k[finite]
    gaps, weights = _quadrature.average_nodes(kappa, candidates.max(), nodes)
    for gap, weight in zip(gaps, weights.T, strict=True):
        rule = _quadrature.rule(gap, t, candidates.min(), candidates.max(), nodes)
        nu_0, excess_1, excess_2 = rule.excess(candidates).T
        _domain.check_normalization(nu_0, _domain.TOLERANCE_OF_AVERAGE)
        second[finite] += np.multiply.outer(excess_2, weight)
        product[finite] += np.multiply.outer(gap * excess_1, weight)
    return second, product
