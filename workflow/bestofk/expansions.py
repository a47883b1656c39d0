"""High-temperature expansion of the selection error, exact in k through third order.

Each formula exists averaged over Gaussian inputs (taking `OrderParameters`) and, with the suffix `_at`, at
one input (taking its two gaps). Both are the same expression evaluated on different moments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from numpy.typing import ArrayLike, NDArray

from bestofk._gaps import Gaps, at_input, averaged, inverse_candidates, inverse_reduced_temperature

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

ThirdOrder = Literal["exact", "published"]


def high_temperature_error(
    k: ArrayLike,
    order_parameters: OrderParameters,
    *,
    temperature: ArrayLike,
    order: int = 3,
    third_order: ThirdOrder = "exact",
) -> NDArray | float:
    """Mean selection error expanded in 1/T through the given order, exact in k.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed. Broadcasts with `temperature`.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    temperature : array_like
        Selection temperature T > 0 in squared output units; inf is allowed.
    order : {1, 2, 3}
        Highest power of 1/T.
    third_order : {"exact", "published"}
        Coefficient of the third order, see `third_order_coefficient`.

    Returns
    -------
    float or ndarray
        Error in squared output units, of the broadcast shape of `k` and `temperature`.

    Raises
    ------
    ValueError
        If k < 1, T <= 0, or `order` or `third_order` is not one of the values above.

    Notes
    -----
    With t = T/(2 s^2), A = 1 - 1/k, B = 1 - 2/k, C1 = s^2 + 2 q_TR and C2 = C1 + q_RR,

        delta = s^2 + q_TT - A C1/t + A B C2/t^2 + third/t^3.

    Orders one and two: Halder and Pehlevan (arXiv:2512.19905). The series is asymptotic: at large reward
    gaps it fails unless t is large compared with q_RR/s^2.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters(s2=1.0, q_tt=0.25, q_tr=0.3, q_rr=0.5)
    >>> round(float(high_temperature_error(4, p, temperature=200.0)), 8)
    1.23807941
    """
    return _high_temperature(averaged(order_parameters), k, temperature, order, third_order)


def high_temperature_error_at(
    k: ArrayLike,
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    predictive_std: ArrayLike = 1.0,
    temperature: ArrayLike,
    order: int = 3,
    third_order: ThirdOrder = "exact",
) -> NDArray | float:
    """Selection error at one input expanded in 1/T through the given order, exact in k.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed. All array arguments broadcast.
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    temperature : array_like
        Selection temperature T > 0 in squared output units; inf is allowed.
    order : {1, 2, 3}
        Highest power of 1/T.
    third_order : {"exact", "published"}
        Coefficient of the third order, see `third_order_coefficient`.

    Returns
    -------
    float or ndarray
        Error in squared output units.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    `high_temperature_error` with q_TT, q_TR, q_RR replaced by the products of the two gaps.

    Examples
    --------
    >>> round(float(high_temperature_error_at(20, 0.5, 1.5, temperature=200.0)), 8)
    1.2266517
    """
    gaps = at_input(teacher_gap, reward_gap, predictive_std)
    return _high_temperature(gaps, k, temperature, order, third_order)


def third_order_coefficient(
    k: ArrayLike, order_parameters: OrderParameters, *, form: ThirdOrder = "exact"
) -> NDArray | float:
    """Coefficient of t^-3 in the high-temperature expansion of the mean selection error.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    form : {"exact", "published"}
        "exact" is right at every k; "published" only as k -> inf.

    Returns
    -------
    float or ndarray
        Coefficient of t^-3, t = T/(2 s^2), in squared output units.

    Raises
    ------
    ValueError
        If k < 1 or `form` is unknown.

    Notes
    -----
    With s = 1, the fourth cumulant of the empirical distribution of k candidates gives (derivation in the
    paper's appendix)

        -(1/48) ((k-1)/k^3) [(k^2 - 6k + 6) K4 - 6k K2 V],
        K4 = 48 (1 + 2 Delta_T Delta_R + 2 Delta_R^2), K2 V = (2 + 4 Delta_T Delta_R)(2 + 4 Delta_R^2);

    the mean of K2 V is not the product of the means. The code published with Halder and Pehlevan
    (arXiv:2512.19905) has -(1/48)(1-1/k)(1-2/k)(1-3/k) K4 instead.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters(s2=1.0, q_tt=0.3, q_tr=0.3, q_rr=0.5)
    >>> round(float(third_order_coefficient(4, p)), 5)
    0.65625
    """
    return _third_order(averaged(order_parameters), k, form)


def third_order_coefficient_at(
    k: ArrayLike,
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    predictive_std: ArrayLike = 1.0,
    form: ThirdOrder = "exact",
) -> NDArray | float:
    """Coefficient of t^-3 in the high-temperature expansion of the selection error at one input.

    Parameters
    ----------
    k : array_like
        Number of candidates, at least 1; inf is allowed. All array arguments broadcast.
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    form : {"exact", "published"}
        See `third_order_coefficient`.

    Returns
    -------
    float or ndarray
        Coefficient of t^-3, t = T/(2 s^2), in squared output units.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The equation is that of `third_order_coefficient` (derivation in the paper's appendix).

    Examples
    --------
    >>> third_order_coefficient_at([2, 3, 5, 20], 0.5, 1.5).round(3).tolist()
    [3.469, 3.083, 0.876, -4.428]
    >>> third_order_coefficient_at([5, 20], 0.5, 1.5, form="published").round(3).tolist()
    [-1.344, -5.087]
    """
    return _third_order(at_input(teacher_gap, reward_gap, predictive_std), k, form)


def _high_temperature(
    gaps: Gaps, k: ArrayLike, temperature: ArrayLike, order: int, third_order: ThirdOrder
) -> NDArray | float:
    if order not in (1, 2, 3):
        raise ValueError(f"order must be 1, 2 or 3, not {order!r}")
    x, u = inverse_candidates(k), inverse_reduced_temperature(temperature, gaps.s2)
    m = gaps.moments()
    c1 = 1.0 + 2.0 * m.ab
    c2 = c1 + m.bb
    series = 1.0 + gaps.error_of_mean - (1.0 - x) * c1 * u
    if order >= 2:
        series = series + (1.0 - x) * (1.0 - 2.0 * x) * c2 * u**2
    error = gaps.s2 * series
    third = _third_order(gaps, k, third_order)
    return error + third * u**3 if order == 3 else error


def _third_order(gaps: Gaps, k: ArrayLike, form: ThirdOrder) -> NDArray | float:
    x, m = inverse_candidates(k), gaps.moments()
    k4 = 48.0 * (1.0 + 2.0 * m.ab + 2.0 * m.bb)
    if form == "exact":
        k2_v = 4.0 + 8.0 * m.ab + 8.0 * m.bb + 16.0 * m.abbb
        bracket = (1.0 - 6.0 * x + 6.0 * x**2) * k4 - 6.0 * x * k2_v
    elif form == "published":
        bracket = (1.0 - 2.0 * x) * (1.0 - 3.0 * x) * k4
    else:
        raise ValueError(f"the third-order coefficient is 'exact' or 'published', not {form!r}")
    return -gaps.s2 * (1.0 - x) * bracket / 48.0
