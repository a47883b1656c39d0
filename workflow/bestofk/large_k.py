"""The selection error at k = inf and, for T > 0, how it is approached: a 1/k tail.

Each formula exists averaged over Gaussian inputs (taking `OrderParameters`) and, with the suffix `_at`, at
one input (taking its two gaps). The tail at T = 0 is in `best_of_k`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numpy.typing import ArrayLike, NDArray

from bestofk._gaps import Gaps, annealed_share, at_input, averaged, inverse_reduced_temperature

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters


def limit_error(order_parameters: OrderParameters, *, temperature: ArrayLike) -> NDArray | float:
    """Mean selection error with infinitely many candidates.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    temperature : array_like
        Selection temperature T >= 0 in squared output units; 0 is best-of-k, inf is no selection.

    Returns
    -------
    float or ndarray
        Error in squared output units, of the shape of `temperature`.

    Raises
    ------
    ValueError
        If T is negative or nan.

    Notes
    -----
    With g = 1/(1 + t), t = T/(2 s^2): delta = s^2 (1 - g) + q_TT - 2 q_TR g + q_RR g^2. The chosen candidate
    has the Gaussian density of the predictive times exp(reward/T) (derivation in the paper's appendix).
    At T = 0 this is the limit k -> inf of best-of-k.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.04, c=3.0)
    >>> limit_error(p, temperature=[0.0, 6.0, float("inf")]).round(6).tolist()
    [0.36, 0.75, 1.04]
    """
    return _limit(averaged(order_parameters), temperature)


def limit_error_at(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0, temperature: ArrayLike
) -> NDArray | float:
    """Selection error at one input with infinitely many candidates.

    Parameters
    ----------
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    temperature : array_like
        Selection temperature T >= 0 in squared output units; 0 is best-of-k, inf is no selection.

    Returns
    -------
    float or ndarray
        Error in squared output units; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    delta = s^2 t/(1 + t) + (Delta_T - Delta_R/(1 + t))^2 (derivation in the paper's appendix).

    Examples
    --------
    >>> round(float(limit_error_at(0.2, 0.8, temperature=6.0)), 6)
    0.75
    """
    return _limit(at_input(teacher_gap, reward_gap, predictive_std), temperature)


def half_temperature_coefficient(
    order_parameters: OrderParameters, *, temperature: ArrayLike
) -> NDArray | float:
    """Coefficient of 1/k in the excess of the mean error over its limit, T > 0.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps; needs q_RR < s^2 (1 + t)(2 + t)/2.
    temperature : array_like
        Selection temperature T > 0 in squared output units; inf is allowed.

    Returns
    -------
    float or ndarray
        lim k (delta(k) - delta(inf)) in squared output units. Negative: the curve approaches its limit from
        below, and a finite number of candidates is optimal.

    Raises
    ------
    ValueError
        If T <= 0, or q_RR is at or beyond `boundaries.condensation_kappa`, where the limit does not exist.

    Notes
    -----
    With kappa' = kappa/(1 - 2 kappa/((1+t)(2+t))),

        c1 = s^2 t^(1/2) (2+t)^(-3/2) (kappa'/kappa)^(1/2) [1 + kappa' (2 rho - 1/(1+t) - 2/(2+t))],

    negative iff 3 q_RR/(1+t) > s^2 + 2 q_TR (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters(s2=1.0, q_tt=0.3, q_tr=0.12, q_rr=0.3)
    >>> round(float(half_temperature_coefficient(p, temperature=2.0)), 6)
    0.178066
    """
    return _half_temperature(averaged(order_parameters), temperature)


def half_temperature_coefficient_at(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0, temperature: ArrayLike
) -> NDArray | float:
    """Coefficient of 1/k in the excess of the error at one input over its limit, T > 0.

    Parameters
    ----------
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    temperature : array_like
        Selection temperature T > 0 in squared output units; inf is allowed.

    Returns
    -------
    float or ndarray
        lim k (delta(k) - delta(inf)) in squared output units; all arguments broadcast.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or the result overflows.

    Notes
    -----
    omega (delta_inf(T) - delta_inf(T/2)) with omega = E[w^2]/(E w)^2, w the selection weight: the squared
    weight is the weight at half the temperature (derivation in the paper's appendix).

    Examples
    --------
    >>> round(float(half_temperature_coefficient_at(0.5, 1.5, temperature=2.0)), 6)
    -0.035002
    """
    return _half_temperature(at_input(teacher_gap, reward_gap, predictive_std), temperature)


def _limit(gaps: Gaps, temperature: ArrayLike) -> NDArray | float:
    g = annealed_share(temperature, gaps.s2)
    return gaps.s2 * (1.0 - g + gaps.squared_mean(g))


def _half_temperature(gaps: Gaps, temperature: ArrayLike) -> NDArray | float:
    u = inverse_reduced_temperature(temperature, gaps.s2)
    g1, g2 = u / (1.0 + u), 2.0 * u / (1.0 + 2.0 * u)
    m = gaps.moments(tilt=g1 * g2 / 2.0)
    difference = 1.0 + 2.0 * m.ab - m.bb * (g1 + g2)
    return gaps.s2 * u * (1.0 + 2.0 * u) ** -1.5 * m.weight * difference
