"""Laws of best-of-k (T = 0): the 1/k^2 law for any reward, and where and how it stops.

The 1/k^2 law exists averaged over Gaussian inputs (taking `OrderParameters`) and, with the suffix `_at`, at
one input (taking its two gaps). The laws of decay are for the teacher as reward, averaged over inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma, wrightomega

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


def decay_exponent(kappa: ArrayLike) -> NDArray | float:
    """Exponent of the decay of mean best-of-k with the teacher as reward.

    Parameters
    ----------
    kappa : array_like
        q_TT/s^2 >= 0, the task difficulty.

    Returns
    -------
    float or ndarray
        nu = min(2, 1/kappa), so that log(delta)/log(k) -> -nu.

    Raises
    ------
    ValueError
        If kappa is negative or not finite.

    Notes
    -----
    Proved for Gaussian gaps (derivation in the paper's appendix). The approach is logarithmic beyond
    kappa = 1/2: compare local slopes with `decay_slope`.

    Examples
    --------
    >>> decay_exponent([0.0, 0.25, 0.5, 1.0, 4.0]).tolist()
    [2.0, 2.0, 2.0, 1.0, 0.25]
    """
    return 1.0 / np.maximum(_difficulty(kappa), 0.5)


def decay_law(k: ArrayLike, kappa: ArrayLike) -> NDArray | float:
    """Leading law, logarithms included, of mean best-of-k with the teacher as reward.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed. Broadcasts with `kappa`.
    kappa : array_like
        q_TT/s^2 >= 0, the task difficulty.

    Returns
    -------
    float or ndarray
        delta/s^2.

    Raises
    ------
    ValueError
        If k < 1, or kappa is negative or not finite.

    Notes
    -----
    With k phi(l) = l, phi the normal density, and p = 1/kappa:

        kappa < 1/2: pi/(k^2 sqrt(1 - 2 kappa)),
        kappa = 1/2: (2 sqrt(pi)/k^2)(l + gamma_E/l),
        kappa > 1/2: (8 pi kappa)^(-1/2) Gamma(p/2)^3 Gamma(1 - p/2) exp(-l^2 p/2)/l^3.

    The last constant is (2/(2 pi kappa)^(1/2)) Gamma(p) 2^(1-p) times the integral of x sinh(x)^(-p) over
    x > 0, which is 2^(p-3) Gamma(p/2)^3 Gamma(1-p/2)/Gamma(p). The first law is proved; the other two are
    matched asymptotics with relative corrections O(1/l^2) (derivation in the paper's appendix). The laws on
    both sides of kappa = 1/2 diverge there: close to it they need exponentially large k. For kappa < 1/2 it
    is `best_of_k_coefficient`, the law of Halder and Pehlevan (arXiv:2512.19905).

    Examples
    --------
    >>> [float(f"{x:.4g}") for x in decay_law(2.0**20, [0.25, 0.5, 1.0, 2.0])]
    [4.041e-12, 1.577e-11, 2.067e-07, 0.0002562]
    """
    x, kappa = np.broadcast_arrays(inverse_candidates(k), _difficulty(kappa))
    law = np.zeros(x.shape)  # the value at k = inf
    below = kappa < 0.5
    law[below] = np.pi * x[below] ** 2 / np.sqrt(1.0 - 2.0 * kappa[below])
    half = (kappa == 0.5) & (x > 0.0)
    gap = _rare_gap(x[half])
    law[half] = 2.0 * np.sqrt(np.pi) * x[half] ** 2 * (gap + np.euler_gamma / gap)
    beyond = (kappa > 0.5) & (x > 0.0)
    p, gap = 1.0 / kappa[beyond], _rare_gap(x[beyond])
    constant = np.sqrt(p / (8.0 * np.pi)) * gamma(p / 2.0) ** 3 * gamma(1.0 - p / 2.0)
    law[beyond] = constant * np.exp(-(gap**2) * p / 2.0) / gap**3
    return law[()]


def decay_slope(k: ArrayLike, kappa: ArrayLike) -> NDArray | float:
    """Local slope d log(delta)/d log(k) of `decay_law`.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed. Broadcasts with `kappa`.
    kappa : array_like
        q_TT/s^2 >= 0, the task difficulty.

    Returns
    -------
    float or ndarray
        Slope; tends to -`decay_exponent` as k -> inf.

    Raises
    ------
    ValueError
        If k < 1, or kappa is negative or not finite.

    Notes
    -----
    With k phi(l) = l: -2 for kappa < 1/2, -2 + (l^2 - gamma_E)/((l^2 + gamma_E)(l^2 + 1)) at kappa = 1/2, and
    -(l^2/kappa + 3)/(l^2 + 1) beyond (derivation in the paper's appendix).

    Examples
    --------
    >>> decay_slope(2.0**29, [0.25, 1.0, 2.0]).round(4).tolist()
    [-2.0, -1.0558, -0.5698]
    """
    x, kappa = np.broadcast_arrays(inverse_candidates(k), _difficulty(kappa))
    # 1/l^2, not l^2: it stays finite at k = inf.
    z = _rare_gap(x) ** -2.0
    slope = np.asarray(-2.0 + z * (1.0 - np.euler_gamma * z) / ((1.0 + np.euler_gamma * z) * (1.0 + z)))
    slope[kappa < 0.5] = -2.0
    beyond = kappa > 0.5
    slope[beyond] = -(1.0 / kappa[beyond] + 3.0 * z[beyond]) / (1.0 + z[beyond])
    return slope[()]


def rare_gap(k: ArrayLike) -> NDArray | float:
    """Gap of the inputs that carry mean best-of-k with the teacher as judge where 1/k^2 has stopped.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed.

    Returns
    -------
    float or ndarray
        l > 0 in predictive standard deviations, k phi(l) = l with phi the normal density; l^2 ~ 2 log k.

    Raises
    ------
    ValueError
        If k < 1.

    Notes
    -----
    At a gap l the nearest of k candidates is about 1/l away (derivation in the paper's appendix).

    Examples
    --------
    >>> rare_gap([2.0**14, 2.0**30]).round(4).tolist()
    [3.8563, 6.0136]
    """
    return _rare_gap(inverse_candidates(k))[()]


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


def _difficulty(kappa: ArrayLike) -> NDArray:
    kappa = np.asarray(kappa, dtype=float)
    if not np.all((kappa >= 0) & np.isfinite(kappa)):
        raise ValueError("kappa = q_tt/s2 must be finite and not negative")
    return kappa


def _rare_gap(x: NDArray) -> NDArray:
    """The gap l, k phi(l) = l, of the inputs whose nearest candidate is about 1/l away; x = 1/k."""
    # w = l^2 solves w + log(w) = log(k^2/(2 pi)), which is what the Wright omega function inverts.
    with np.errstate(divide="ignore"):
        return np.sqrt(wrightomega(-2.0 * np.log(x) - np.log(2.0 * np.pi)))
