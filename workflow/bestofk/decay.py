"""How mean best-of-k (T = 0) decays with the teacher as reward: where 1/k^2 stops, and what follows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma, wrightomega

from bestofk._gaps import inverse_candidates


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
    law[beyond] = _layer(x[beyond], kappa[beyond])
    return law[()]


def layer_law(k: ArrayLike, kappa: ArrayLike) -> NDArray | float:
    """What rare inputs add to mean best-of-k with the teacher as reward: all of it, or a correction.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1 and finite. Broadcasts with `kappa`.
    kappa : array_like
        q_TT/s^2 > 1/4 and not 1/2, the task difficulty.

    Returns
    -------
    float or ndarray
        In units of s^2: `decay_law` beyond kappa = 1/2; below, the negative correction to
        pi/((k+1)(k+2) sqrt(1 - 2 kappa)).

    Raises
    ------
    ValueError
        If k < 1 or is infinite, or kappa is not finite, at most 1/4, or 1/2.

    Notes
    -----
    The last line of `decay_law`, continued beyond the pole of Gamma(1 - 1/(2 kappa)) at kappa = 1/2: matched
    asymptotics with relative corrections O(1/l^2) (derivation in the paper's appendix).

    Examples
    --------
    >>> [float(f"{x:.3g}") for x in layer_law(2.0**30, [0.4, 1.0])]
    [-1.24e-22, 1.27e-10]
    """
    x, kappa = np.broadcast_arrays(inverse_candidates(k), _difficulty(kappa))
    if np.any(x == 0.0):
        raise ValueError("k must be finite")
    if np.any((kappa <= 0.25) | (kappa == 0.5)):
        raise ValueError("kappa must be greater than 1/4, and not 1/2")
    return _layer(x, kappa)[()]


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


def _layer(x: NDArray, kappa: NDArray) -> NDArray:
    """The part of the mean that comes from gaps near l; x = 1/k > 0."""
    p, gap = 1.0 / kappa, _rare_gap(x)
    constant = np.sqrt(p / (8.0 * np.pi)) * gamma(p / 2.0) ** 3 * gamma(1.0 - p / 2.0)
    return constant * np.exp(-(gap**2) * p / 2.0) / gap**3


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
