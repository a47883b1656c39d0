"""The selection error of two candidates in closed form, at T > 0 and averaged over inputs, for any reward.

Two candidates are the one number for which the average over inputs leaves a single function of one variable.
It has no limit on the gaps, which the quadrature of `selection` has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bernoulli, factorial, factorial2, k0

from bestofk._checks import count
from bestofk._gaps import inverse_reduced_temperature

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: Trapezoid rule in log p: its error falls like exp(-pi^2/step). Below exp(_LOWEST) of the scale on which
#: tanh saturates nothing contributes, and neither does p above exp(_HIGHEST), where K_0 has vanished.
_STEP, _LOWEST, _HIGHEST = 0.15, -20.0, 3.9

#: Beyond this order the coefficients of the series overflow.
_LARGEST_ORDER = 99


def two_candidate_error(order_parameters: OrderParameters, *, temperature: ArrayLike) -> NDArray | float:
    """Mean selection error of k = 2 candidates.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps, of any size.
    temperature : array_like
        Selection temperature T > 0 in squared output units; inf is allowed.

    Returns
    -------
    float or ndarray
        delta(2, T) in squared output units, of the shape of `temperature`.

    Raises
    ------
    ValueError
        If T is not positive.

    Notes
    -----
    With s = 1 and v^2 = 1 + 2 q_RR (derivation in the paper's appendix),

        delta = 1 + q_TT - ((1 + 2 q_TR)/v) Psi(v/(2t)),   t = T/(2 s^2).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.041, c=15.0)
    >>> round(float(two_candidate_error(p, temperature=20.0)), 8)
    0.93876412
    """
    p = order_parameters
    q_tt, q_tr, q_rr = p.q_tt / p.s2, p.q_tr / p.s2, p.q_rr / p.s2
    v = np.sqrt(1.0 + 2.0 * q_rr)
    z = 0.5 * v * inverse_reduced_temperature(temperature, p.s2)
    return p.s2 * (1.0 + q_tt - (1.0 + 2.0 * q_tr) / v * two_candidate_gain(z))


def two_candidate_gain(z: ArrayLike) -> NDArray | float:
    """What selection between two candidates gains, as a function of how sharp it is.

    Parameters
    ----------
    z : array_like
        v/(2t) >= 0, finite.

    Returns
    -------
    float or ndarray
        Psi(z) = E[X U tanh(z X U)] for independent standard normal X, U: it increases from 0 to 2/pi.

    Raises
    ------
    ValueError
        If z is negative or not finite.

    Notes
    -----
    |X U| has the density (2/pi) K_0(p), K_0 the modified Bessel function.

    Examples
    --------
    >>> two_candidate_gain([0.0, 1.0, 1e9]).round(6).tolist()
    [0.0, 0.477944, 0.63662]
    """
    p, mass, z = _nodes(z)
    return (mass * p * np.tanh(z[..., None] * p)).sum(axis=-1)[()]


def two_candidate_elasticity(z: ArrayLike) -> NDArray | float:
    """Relative change of `two_candidate_gain` with a relative change of its argument.

    Parameters
    ----------
    z : array_like
        v/(2t) >= 0, finite.

    Returns
    -------
    float or ndarray
        z Psi'(z)/Psi(z), from 1 at z = 0 to 0.

    Raises
    ------
    ValueError
        If z is negative or not finite.

    Examples
    --------
    >>> two_candidate_elasticity([0.0, 1.0]).round(6).tolist()
    [1.0, 0.333248]
    """
    p, mass, z = _nodes(z)
    # tanh(zp)/z, and its limit p, so that z = 0 needs no case of its own.
    x = z[..., None] * p
    saturated = np.where(x > 0.0, np.tanh(x) / np.where(x > 0.0, x, 1.0), 1.0)
    sharp = 1.0 / np.cosh(np.minimum(x, 300.0)) ** 2
    return ((mass * p**2 * sharp).sum(axis=-1) / (mass * p**2 * saturated).sum(axis=-1))[()]


def two_candidate_series(
    order: int, order_parameters: OrderParameters, *, temperature: ArrayLike
) -> NDArray | float:
    """High-temperature expansion of the mean error of two candidates through any order.

    Parameters
    ----------
    order : int
        Highest power of 1/T, from 1 to 99; even powers are zero.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    temperature : array_like
        Selection temperature T > 0 in squared output units; inf is allowed.

    Returns
    -------
    float or ndarray
        Error in squared output units, of the shape of `temperature`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    tanh x = sum_n 2^(2n) (2^(2n) - 1) B_2n x^(2n-1)/(2n)!, B_2n the Bernoulli numbers, and E[(X U)^(2n)] =
    ((2n-1)!!)^2, put into `two_candidate_gain` (derivation in the paper's appendix). The coefficients grow
    like (2n)! and the series diverges at every T: more orders help only up to a point.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.04, c=0.0)
    >>> [round(float(two_candidate_series(n, p, temperature=20.0)), 7) for n in (1, 3, 5)]
    [0.986, 0.9864374, 0.9864256]
    """
    order = count("order", order)
    if order > _LARGEST_ORDER:
        raise ValueError(f"order is {order}; it must be from 1 to {_LARGEST_ORDER}")
    p = order_parameters
    q_tt, q_tr, q_rr = p.q_tt / p.s2, p.q_tr / p.s2, p.q_rr / p.s2
    v = np.sqrt(1.0 + 2.0 * q_rr)
    z = np.asarray(0.5 * v * inverse_reduced_temperature(temperature, p.s2))
    m = np.arange(2, order + 2, 2)  # 2n
    coefficient = 2.0**m * (2.0**m - 1.0) * bernoulli(order + 1)[m] * factorial2(m - 1) ** 2 / factorial(m)
    gain = (coefficient * z[..., None] ** (m - 1)).sum(axis=-1)
    return (p.s2 * (1.0 + q_tt - (1.0 + 2.0 * q_tr) / v * gain))[()]


def _nodes(z: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Values p of |X U|, the probability that each stands for, and z as an array."""
    z = np.asarray(z, dtype=float)
    if not (np.isfinite(z) & (z >= 0.0)).all():
        raise ValueError("z must be finite and not negative")
    scale = max(1.0, float(z.max(initial=0.0)))
    log_p = np.arange(_LOWEST - np.log(scale), _HIGHEST, _STEP)
    p = np.exp(log_p)
    return p, (2.0 / np.pi) * _STEP * p * k0(p), z
