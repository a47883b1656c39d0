"""Laws of the best overshoot of the reward: many candidates, two candidates, and high temperature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import positive_number
from bestofk._gaps import inverse_candidates, inverse_reduced_temperature
from bestofk.boundaries import condensation_kappa

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: log 2 - 3/2 - zeta'(2)/zeta(2), which stands beside log z in the tail of the elasticity for two candidates.
_TWO_CANDIDATES = -0.2368918


def best_overshoot_tail(
    k: ArrayLike, order_parameters: OrderParameters, *, temperature: ArrayLike
) -> NDArray | float:
    """Large-k law of the best overshoot.

    Parameters
    ----------
    k : array_like
        Numbers of candidates, at least 1; inf is allowed.
    order_parameters : OrderParameters
        Only s2 and q_tt are used; needs q_tt < s2 (2+t)/(2(1+t)), half an s2 being enough at every t.
    temperature : array_like
        Selection temperature T > 0, finite, in squared output units.

    Returns
    -------
    float or ndarray
        c* through order 1/k; all arguments broadcast.

    Raises
    ------
    ValueError
        If T is not positive and finite, or q_tt is too large: rare inputs then decide.

    Notes
    -----
    With q = q_TT/s^2 and w = 1 - 2q (1+t)/(2+t) (derivation in the paper's appendix),

        c* = t + (1/k) t^(1/2) (1+t)^2 (2+t)^(-5/2) w^(-3/2) [1 + 2t + 3 q t (1+t)/((2+t) w)],

    which is t (1 + 2/k) for q -> 0 and t -> inf.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.041, c=0.0)
    >>> best_overshoot_tail([64, 1e4, float("inf")], p, temperature=20.0).round(3).tolist()
    [10.299, 10.002, 10.0]
    """
    x, u = inverse_candidates(k), inverse_reduced_temperature(temperature, order_parameters.s2)
    if (u == 0.0).any():
        raise ValueError("temperature must be finite: at T = inf the reward has no effect")
    t, q = 1.0 / u, order_parameters.q_tt / order_parameters.s2
    w = 1.0 - q * (1.0 + t) ** 2 / condensation_kappa(t)
    if (w <= 0.0).any():
        raise ValueError(f"q_tt/s2 is {q:g}; the law needs (1+t)^2 q_tt/s2 < (1+t)(2+t)/2")
    bracket = 1.0 + 2.0 * t + 3.0 * q * t * (1.0 + t) / ((2.0 + t) * w)
    return t + x * np.sqrt(t) * (1.0 + t) ** 2 * (2.0 + t) ** -2.5 * w**-1.5 * bracket


def best_overshoot_second_order(
    k: ArrayLike, order_parameters: OrderParameters, *, temperature: ArrayLike
) -> NDArray | float:
    """Overshoot that minimises the second-order high-temperature expansion of the mean error.

    Parameters
    ----------
    k : array_like
        Numbers of candidates, at least 1; inf is allowed.
    order_parameters : OrderParameters
        Only s2 is used: the result does not depend on the gaps.
    temperature : array_like
        Selection temperature T > 0, finite, in squared output units.

    Returns
    -------
    float or ndarray
        c* of the expansion; inf for k <= 2, where more overshoot always helps. All arguments broadcast.

    Raises
    ------
    ValueError
        If T is not positive and finite.

    Notes
    -----
    c* = t/(1 - 2/k) - 2, t = T/(2 s^2): at k = inf lower than the exact c* = t by 2. The first two orders are
    those of Halder and Pehlevan (arXiv:2512.19905).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.041, c=0.0)
    >>> best_overshoot_second_order([2, 3, 8, float("inf")], p, temperature=20.0).round(2).tolist()
    [inf, 28.0, 11.33, 8.0]
    """
    x, u = inverse_candidates(k), inverse_reduced_temperature(temperature, order_parameters.s2)
    if (u == 0.0).any():
        raise ValueError("temperature must be finite: at T = inf the reward has no effect")
    share = np.maximum(1.0 - 2.0 * x, 0.0)
    with np.errstate(divide="ignore"):
        return 1.0 / (share * u) - 2.0


def best_overshoot_of_two(order_parameters: OrderParameters, *, temperature: float) -> float:
    """High-temperature law of the best overshoot for two candidates.

    Parameters
    ----------
    order_parameters : OrderParameters
        Only s2 and q_tt > 0 are used.
    temperature : float
        Selection temperature T > 0, finite, in squared output units.

    Returns
    -------
    float
        c*; nan where the law has no solution, because the temperature is too low for it.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The larger root of c = (pi^2/3) t^2 [log(c (q_TT/(2 s^2))^(1/2)/t) + log 2 - 3/2 - zeta'(2)/zeta(2)],
    heuristic: the tail of the elasticity, and c much larger than s^2/q_TT (paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.041, c=0.0)
    >>> [round(best_overshoot_of_two(p, temperature=2.0 * t)) for t in (10.0, 30.0)]
    [662, 11036]
    """
    t = positive_number("temperature", temperature) / (2.0 * order_parameters.s2)
    q = positive_number("q_tt", order_parameters.q_tt) / order_parameters.s2
    unit, shift = np.pi**2 / 3.0 * t**2, np.log(np.sqrt(0.5 * q) / t) + _TWO_CANDIDATES
    # c = unit (log c + shift) has a root where the right side exceeds the left at c = unit, its steepest.
    if np.log(unit) + shift <= 1.0:
        return float("nan")
    c = unit * (np.log(unit) + shift)
    for _ in range(200):  # increases to the larger root, where the right side has a slope below 1
        c = unit * (np.log(c) + shift)
    return float(c)
