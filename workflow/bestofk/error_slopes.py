"""What a factor of candidates and a factor of training data are worth: both log-slopes of the exact error."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk.data_slopes import DataSlopes
from bestofk.equivalents import OrderParameters
from bestofk.selection_table import Excess, SelectionTable

#: What stays fixed as the training set grows: t = T/(2 s^2), or T itself.
Held = Literal["reduced_temperature", "temperature"]
#: Step in log t of the four-point difference, and room in kappa for rounding.
_STEP, _ROOM = 0.02, 1.0 + 1e-9


class ErrorSlopes(NamedTuple):
    """Mean selection error, d log error/d log k and d log error/d log n, each of the shape of k.

    Slopes are nan where the error is 0.
    """

    error: NDArray
    candidates: NDArray
    data: NDArray


def error_slopes(
    k: ArrayLike,
    values: OrderParameters,
    slopes: DataSlopes,
    *,
    temperature: float,
    held: Held = "temperature",
) -> ErrorSlopes:
    """Return the mean selection error and its slopes in candidates and in training data.

    Parameters
    ----------
    k : array_like
        Number of candidates, real, from 1 to 10^6 (2^30 at T = 0); inf is the limit.
    values : OrderParameters
        With q_rr above 0 and at most 50 s2.
    slopes : DataSlopes
        Their derivatives with respect to log n, from `data_slopes.data_slopes`.
    temperature : float
        Selection temperature T in squared output units: 0 (best-of-k), or T/(2 s2) from 1.1e-3 to 900.
    held : {"temperature", "reduced_temperature"}
        Whether T or t = T/(2 s^2) stays fixed as n grows; at T = 0 it makes no difference.

    Returns
    -------
    ErrorSlopes

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    The chain rule through s^2, q_TT, q_TR, q_RR. q_TT and q_TR enter the error linearly; in k the integral is
    differentiated exactly, in kappa by the heat equation (`selection_table`). With T held and T > 0 the
    derivative in t is a difference of fourth order. Slopes are off by less than 1e-7, without that difference
    by less than 1e-8. Derivation in the paper's appendix; the model is that of Halder and Pehlevan
    (arXiv:2512.19905).

    Examples
    --------
    >>> from bestofk.data_slopes import data_slopes
    >>> from bestofk.model import Overshoot
    >>> problem = data_slopes(
    ...     [1.0], [1.0], Overshoot(0.0), aspect_ratio=0.1, noise_var=0.25, prior_var=1.0
    ... )
    >>> found = error_slopes(1e4, *problem, temperature=0.0)
    >>> round(float(found.candidates), 3), round(float(found.data), 3)
    (-2.0, -0.222)
    """
    if held not in ("temperature", "reduced_temperature"):
        raise ValueError(f'held is {held!r}; it must be "temperature" or "reduced_temperature"')
    if not values.q_rr > 0:
        raise ValueError("q_rr is 0; the slopes need a reward gap that varies between inputs")
    k = np.asarray(k, dtype=float)
    finite = k[np.isfinite(k)]
    settings = {
        "kappa_range": (values.kappa / _ROOM, values.kappa * _ROOM),
        "k_max": float(finite.max(initial=1.0)),
    }
    t = temperature / (2.0 * values.s2)
    table = SelectionTable(t, **settings)
    if held == "reduced_temperature" or t == 0.0:
        return slopes_at(table, k, values, slopes)
    steps = np.array([-2.0, -1.0, 1.0, 2.0]) * _STEP
    moved = [SelectionTable(t * np.exp(step), **settings).excess(k, values.kappa) for step in steps]
    stencil = np.array([1.0, -8.0, 8.0, -1.0]) / (12.0 * _STEP)
    in_t = sum(weight * _combined(excess, values) for weight, excess in zip(stencil, moved, strict=True))
    return slopes_at(table, k, values, slopes, in_t=in_t)


def slopes_at(
    table: SelectionTable,
    k: ArrayLike,
    values: OrderParameters,
    slopes: DataSlopes,
    *,
    in_t: NDArray | None = None,
) -> ErrorSlopes:
    """Return error and slopes from a table, at its reduced temperature, which stays fixed as n grows.

    Parameters
    ----------
    table : SelectionTable
    k : array_like
        Inside the table, or inf.
    values : OrderParameters
        With q_rr/s2 inside the table.
    slopes : DataSlopes
    in_t : ndarray, optional
        d/d log t of the excess over s^2 at fixed order parameters, of the shape of `k`: then it is T that
        stays fixed.

    Returns
    -------
    ErrorSlopes

    Raises
    ------
    ValueError
        If a value is outside the table.

    Examples
    --------
    See `error_slopes`, which builds the table.
    """
    excess = table.excess(k, values.kappa)
    s2, rho = values.s2, values.rho
    g = 1.0 / (1.0 + table.reduced_temperature)
    # Differences first: at T = 0 nothing but the excess is left when the teacher is the reward.
    limit = (
        s2 * (1.0 - g)
        + (values.q_tt - values.q_tr)
        + (values.q_rr - values.q_tr)
        + 2.0 * (1.0 - g) * (values.q_tr - values.q_rr)
        + (1.0 - g) ** 2 * values.q_rr
    )
    limit_slope = (1.0 - g) * slopes.s2 + slopes.q_tt - 2.0 * g * slopes.q_tr + g**2 * slopes.q_rr
    log_kappa = slopes.q_rr / values.q_rr - slopes.s2 / s2
    # (s^2 rho)' from (q_TR s^2/q_RR)' = (q_TR/kappa)'.
    rho_slope = (slopes.q_tr - rho * slopes.q_rr) / values.q_rr
    in_kappa = excess.second_kappa + 2.0 * (rho - 1.0) * excess.product_kappa
    error = limit + s2 * _combined(excess, values)
    by_data = limit_slope + slopes.s2 * _combined(excess, values)
    by_data = by_data + s2 * (log_kappa * in_kappa + 2.0 * rho_slope * excess.product)
    if in_t is not None:
        # t = T/(2 s^2) falls as s^2 grows; g' = g (1 - g) (s^2)'/s^2.
        share_slope = g * (1.0 - g) * slopes.s2 / s2
        by_data = by_data + share_slope * (2.0 * g * values.q_rr - 2.0 * values.q_tr - s2)
        by_data = by_data - slopes.s2 * in_t
    by_candidates = s2 * (excess.second_k + 2.0 * (rho - 1.0) * excess.product_k)
    with np.errstate(invalid="ignore", divide="ignore"):
        return ErrorSlopes(error, by_candidates / error, by_data / error)


def _combined(excess: Excess, values: OrderParameters) -> NDArray:
    """Excess of the error over its limit, in units of s^2."""
    return excess.second + 2.0 * (values.rho - 1.0) * excess.product
