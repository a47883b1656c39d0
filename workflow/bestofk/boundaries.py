"""Lines that separate the phases of the mean selection error, in reduced variables.

t = T/(2 s^2), kappa = q_RR/s^2, rho = q_TR/q_RR. Whether a finite number of candidates is optimal at a given
point is decided by `phases.finite_optimum`; the lines here say where the answer changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._gaps import averaged

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters


class Condensation(NamedTuple):
    """What carries the average beyond `condensation_kappa`; see `condensation`."""

    shift: NDArray | float
    growth: NDArray | float
    exponent: NDArray | float


def critical_rho(kappa: ArrayLike, *, reduced_temperature: ArrayLike) -> NDArray | float:
    """Value of rho = q_TR/q_RR below which the mean error ends below its limit as k grows.

    Parameters
    ----------
    kappa : array_like
        q_RR/s^2 > 0.
    reduced_temperature : array_like
        t = T/(2 s^2) >= 0, finite; broadcasts with `kappa`.

    Returns
    -------
    float or ndarray
        Critical rho: the curve approaches delta(inf) from below iff rho is smaller.

    Raises
    ------
    ValueError
        If kappa or t is outside its domain.

    Notes
    -----
    (derivation in the paper's appendix)

    - t = 0: min(1, 2 - 1/(2 kappa)), proved, and the exact criterion for a finite optimum.
    - kappa < condensation_kappa(t): 3/(2(1+t)) - 1/(2 kappa), proved; a minimum below the limit may exist at
      somewhat larger rho for t < 1.8, see `tricritical_kappa`.
    - beyond: (1/(1+t) + y)/2 with y the shift of `condensation`, by large deviations (heuristic), where the
      approach is logarithmic in k.

    It is continuous at condensation_kappa, where it touches [1/(1+t) + 2/(2+t)]/2, above which no finite
    optimum exists (proved), and falls to 1/(1+t) as kappa -> inf: at a fixed rho between the two the phase
    is re-entrant in kappa.

    Examples
    --------
    >>> critical_rho([0.3, 0.8, 20.0], reduced_temperature=1.0).round(4).tolist()
    [-0.9167, 0.125, 0.5211]
    """
    kappa, t = np.broadcast_arrays(
        _positive("kappa", kappa), _not_negative("reduced_temperature", reduced_temperature)
    )
    below = 1.5 / (1.0 + t) - 0.5 / kappa
    beyond = 0.5 * (1.0 / (1.0 + t) + _shift(kappa, t))
    zero = np.minimum(1.0, 2.0 - 0.5 / kappa)
    rho = np.where(kappa < condensation_kappa(t), below, beyond)
    return np.where(t == 0.0, zero, rho)[()]


def critical_temperature(order_parameters: OrderParameters) -> float:
    """Temperature below which the mean error approaches its limit k -> inf from below.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.

    Returns
    -------
    float
        T_c in squared output units; inf if s^2 + 2 q_TR <= 0 (every temperature has a finite optimum); 0 if
        no T > 0 is below the line; nan if q_RR/s^2 is at or beyond `condensation_kappa` at T_c, where
        the formula does not hold and `critical_rho` takes its place.

    Notes
    -----
    1 + t_c = 3 q_RR/(s^2 + 2 q_TR), t = T/(2 s^2) (derivation in the paper's appendix). A finite optimum
    is certain below T_c; above it one may remain, see `phases.finite_optimum`.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters(s2=1.0, q_tt=0.3, q_tr=0.5, q_rr=2.0)
    >>> critical_temperature(p)
    4.0
    """
    gaps = averaged(order_parameters)
    c1 = 1.0 + 2.0 * gaps.tr
    if c1 <= 0.0:
        return float("inf")
    t = max(3.0 * gaps.rr / c1 - 1.0, 0.0)
    if t > 0.0 and gaps.rr >= condensation_kappa(t):
        return float("nan")
    return 2.0 * gaps.s2 * t


def condensation_kappa(reduced_temperature: ArrayLike) -> NDArray | float:
    """Value of kappa = q_RR/s^2 from which on rare inputs carry the mean excess over the limit.

    Parameters
    ----------
    reduced_temperature : array_like
        t = T/(2 s^2) >= 0, finite.

    Returns
    -------
    float or ndarray
        (1 + t)(2 + t)/2.

    Raises
    ------
    ValueError
        If t is negative or not finite.

    Notes
    -----
    There the average over Gaussian inputs of omega = E[w^2]/(E w)^2, proportional to
    exp(Delta_R^2/(s^2 (1+t)(2+t))), diverges (derivation in the paper's appendix).

    Examples
    --------
    >>> float(condensation_kappa(1.0))
    3.0
    """
    t = _not_negative("reduced_temperature", reduced_temperature)
    return (1.0 + t) * (2.0 + t) / 2.0


def condensation(kappa: ArrayLike, *, reduced_temperature: ArrayLike) -> Condensation:
    """Saddle point that carries the mean excess over the limit beyond `condensation_kappa`.

    Parameters
    ----------
    kappa : array_like
        q_RR/s^2, at least `condensation_kappa` of the temperature.
    reduced_temperature : array_like
        t = T/(2 s^2) > 0, finite; broadcasts with `kappa`.

    Returns
    -------
    Condensation
        `shift` y: the candidate that carries the excess has Z = -y Delta_R/s; `growth` B: the inputs that
        carry it have Delta_R^2 = 2 B s^2 log k; `exponent` nu: |delta - delta_inf| ~ (log k)^(1/2) k^(-nu).

    Raises
    ------
    ValueError
        If kappa or t is outside its domain.

    Notes
    -----
    y is the positive root of (1+t) kappa y^2 - (kappa - 1 - t) y - (1+t) = 0, 1/B = 1/(1+t) - (1-y)^2/t and
    nu = B (1/kappa + y^2) - 1. Large deviations, not a proof: one candidate weighs as much as all others
    together, as at the freezing of the random energy model (derivation in the paper's appendix).

    Examples
    --------
    >>> [round(float(x), 4) for x in condensation(20.0, reduced_temperature=1.0)]
    [0.5422, 3.4431, 0.1844]
    """
    kappa, t = _positive("kappa", kappa), _positive("reduced_temperature", reduced_temperature)
    if np.any(kappa < condensation_kappa(t)):
        raise ValueError("kappa must be at least condensation_kappa(t) = (1 + t)(2 + t)/2")
    y = _shift(kappa, t)
    growth = 1.0 / (1.0 / (1.0 + t) - (1.0 - y) ** 2 / t)
    return Condensation(y, growth, growth * (1.0 / kappa + y**2) - 1.0)


def tricritical_kappa(reduced_temperature: ArrayLike) -> NDArray | float:
    """Value of kappa below which the optimal k jumps to infinity at the line c1 = 0 instead of growing.

    Parameters
    ----------
    reduced_temperature : array_like
        t = T/(2 s^2) >= 0, finite.

    Returns
    -------
    float or ndarray
        kappa of the tricritical line; nan where there is none (t > 1.673).

    Raises
    ------
    ValueError
        If t is negative or not finite.

    Notes
    -----
    Where the 1/k coefficient c1 vanishes, delta - delta_inf = c2/k^2; c2 changes sign at

        (2+t)^3 (1 - 4 kappa/((1+t)(2+t)))^(3/2)
            = 3 (1+t)^(1/2) (3+t)^(3/2) (1 - 6 kappa/((1+t)(3+t)))^(3/2),

    linear in kappa when raised to the power 2/3. Below it c2 < 0: just beyond the line the curve ends above
    its limit and still has a minimum below. It is a local criterion: for small t, and slightly for small
    kappa, such minima also occur above it (derivation in the paper's appendix).

    Examples
    --------
    >>> tricritical_kappa([0.0, 0.88, 1.6, 2.0]).round(3).tolist()
    [0.5, 0.807, 0.186, nan]
    """
    t = _not_negative("reduced_temperature", reduced_temperature)
    ratio = 3.0 ** (2.0 / 3.0) * np.cbrt(1.0 + t) * (3.0 + t) / (2.0 + t) ** 2
    slope = 4.0 / ((1.0 + t) * (2.0 + t)) - ratio * 6.0 / ((1.0 + t) * (3.0 + t))
    kappa = (1.0 - ratio) / slope
    return np.where(ratio >= 1.0, kappa, np.nan)[()]


def _shift(kappa: NDArray, t: NDArray) -> NDArray:
    p = kappa - 1.0 - t
    return (p + np.sqrt(p**2 + 4.0 * (1.0 + t) ** 2 * kappa)) / (2.0 * (1.0 + t) * kappa)


def _positive(name: str, value: ArrayLike) -> NDArray:
    value = np.asarray(value, dtype=float)
    if not np.all((value > 0) & np.isfinite(value)):
        raise ValueError(f"{name} must be positive and finite")
    return value


def _not_negative(name: str, value: ArrayLike) -> NDArray:
    value = np.asarray(value, dtype=float)
    if not np.all((value >= 0) & np.isfinite(value)):
        raise ValueError(f"{name} must be 0 or positive, and finite")
    return value
