"""The best overshoot of the reward at a given number of candidates and temperature, on the exact mean error.

The judge answers mu_T - c (m - mu_T): c = 0 is the teacher, and c > 0 overshoots on the side away from the
prediction m. All c share the quadrature rules of one temperature, and the slope in c comes from the same
rules: the best c is the root of an exact slope, not the least of a scan.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from bestofk._checks import positive_number
from bestofk._overshoots import LARGEST_KAPPA, Table, limit
from bestofk.equivalents import OrderParameters
from bestofk.two_candidates import two_candidate_elasticity, two_candidate_error

_K_MAX, _T_MIN, _T_MAX = 1e6, 1e-3, 1e3
#: Overshoots between which the slope is looked at, as a ratio of 1 + c, before a root is solved for.
_STRIDE = 1.2
#: Largest overshoot for two candidates; the best one is near (pi^2/3) t^2 log t.
_LARGEST_OVERSHOOT = 1e12


class BestOvershoot(NamedTuple):
    """Overshoots of least mean error and those errors, in squared output units: arrays over k."""

    overshoot: NDArray
    error: NDArray


def overshoot_error(
    k: ArrayLike, overshoot: ArrayLike, order_parameters: OrderParameters, *, temperature: float
) -> NDArray:
    """Mean selection error for many overshoots of the reward at once.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates: 1, 2, real from 2 to 10^6, or inf.
    overshoot : array_like, shape (nc,)
        c >= 0, finite, with (1+c)^2 q_TT/s^2 <= 2500 unless k is 1, 2 or inf.
    order_parameters : OrderParameters
        Only s2 and q_tt > 0 are used: they do not depend on the reward.
    temperature : float
        Selection temperature T > 0 in squared output units, with T/(2 s^2) from 10^-3 to 10^3.

    Returns
    -------
    ndarray, shape (nk, nc)
        delta in squared output units.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy, 1e-9.

    Notes
    -----
    `selection.mean_selection_error` with q_TR = (1+c) q_TT and q_RR = (1+c)^2 q_TT, in a wider domain; at
    k = 2 `two_candidates.two_candidate_error` (derivation in the paper's appendix).

    Examples
    --------
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.041, c=0.0)
    >>> overshoot_error([2, float("inf")], [0.0, 15.0, 700.0], p, temperature=20.0).round(4).tolist()
    [[0.9873, 0.9388, 0.8575], [0.943, 0.9176, 162.2322]]
    """
    k, p, t = _checked(k, order_parameters, temperature)
    u = 1.0 + np.atleast_1d(np.asarray(overshoot, dtype=float))
    if u.ndim != 1 or not (np.isfinite(u) & (u >= 1.0)).all():
        raise ValueError("overshoot must be a vector of finite numbers of at least 0")
    result = np.empty((k.size, u.size))
    result[k == 1.0] = 1.0 + p.q
    result[np.isinf(k)] = limit(u, p.q, t)
    if (k == 2.0).any():
        result[k == 2.0] = [_error_of_two(value, p.q, t) for value in u]
    rest = np.isfinite(k) & (k > 2.0)
    if rest.any():
        result[rest] = Table.make(k[rest], p.q, t, float(u.max())).error(u)
    return p.s2 * result


def best_overshoot(k: ArrayLike, order_parameters: OrderParameters, *, temperature: float) -> BestOvershoot:
    """Overshoot of the reward at which the exact mean error is least, for each number of candidates.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates: real from 2 to 10^6, or inf.
    order_parameters : OrderParameters
        Only s2 and q_tt > 0 are used: they do not depend on the reward.
    temperature : float
        Selection temperature T > 0 in squared output units, with T/(2 s^2) from 10^-3 to 10^3.

    Returns
    -------
    BestOvershoot
        Arrays of shape (nk,). At k = inf exactly c = t and delta = s^2 t/(1 + t), t = T/(2 s^2).

    Raises
    ------
    ValueError
        If an argument is outside its domain, or the best c > 0 at some k > 2 lies beyond
        (1+c)^2 q_TT/s^2 = 2500.
    ArithmeticError
        If the quadrature misses its accuracy, 1e-9.

    Notes
    -----
    d delta/dc at fixed nodes: an average over b ~ N(0, kappa) changes with kappa by the average of the same
    function times (b^2/kappa - 1)/(2 kappa). The slope is negative at c = 0 (the teacher is never the best
    reward at T > 0), so the first overshoots tried lie to the left of a minimum; where the slope changes sign
    upwards between two of them the root is solved for, and of several the lowest counts. At k = 2 the root
    is that of c/((1+c)(1+2(1+c) q_TT)) = z Psi'(z)/Psi(z), s = 1 (derivation in the paper's appendix).

    Examples
    --------
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.041, c=0.0)
    >>> best_overshoot([2, 3, 8, 64, float("inf")], p, temperature=20.0).overshoot.round(2).tolist()
    [713.09, 36.12, 13.39, 10.31, 10.0]
    """
    k, p, t = _checked(k, order_parameters, temperature)
    if (k < 2.0).any():
        raise ValueError("k must be at least 2: the reward has no effect on one candidate")
    u, error = np.empty((2, k.size))
    infinite, two = np.isinf(k), k == 2.0
    u[infinite], error[infinite] = 1.0 + t, t / (1.0 + t)
    if two.any():
        best = _best_of_two(p.q, t)
        u[two], error[two] = best, _error_of_two(best, p.q, t)
    rest = ~infinite & ~two
    if rest.any():
        u[rest], error[rest] = _solve(k[rest], p.q, t)
    return BestOvershoot(u - 1.0, p.s2 * error)


class _Student(NamedTuple):
    s2: float
    q: float


def _checked(
    k: ArrayLike, order_parameters: OrderParameters, temperature: float
) -> tuple[NDArray, _Student, float]:
    k = np.atleast_1d(np.asarray(k, dtype=float))
    if k.ndim != 1 or not ((k == 1.0) | ((k >= 2.0) & ((k <= _K_MAX) | np.isinf(k)))).all():
        raise ValueError("k must be a vector of numbers that are 1, from 2 to 1e6, or inf")
    t = positive_number("temperature", temperature) / (2.0 * order_parameters.s2)
    if not _T_MIN <= t <= _T_MAX:
        raise ValueError(f"temperature gives T/(2 s^2) = {t:g}; it must be from 1e-3 to 1e3")
    q = positive_number("q_tt", order_parameters.q_tt) / order_parameters.s2
    if q > LARGEST_KAPPA:
        raise ValueError(f"q_tt/s2 is {q:g}; it must be at most {LARGEST_KAPPA:g}")
    return k, _Student(order_parameters.s2, q), t


def _error_of_two(u: float, q: float, t: float) -> float:
    return float(two_candidate_error(OrderParameters(1.0, q, u * q, u * u * q), temperature=2.0 * t))


def _best_of_two(q: float, t: float) -> float:
    """1 + c of the least error of two candidates: the first upward zero of the slope, in log(1 + c)."""

    def slope(log_u: float) -> float:
        u = np.exp(log_u)
        v = np.sqrt(1.0 + 2.0 * u * u * q)
        return (u - 1.0) / (u * (1.0 + 2.0 * u * q)) - float(two_candidate_elasticity(v / (2.0 * t)))

    log_u = np.arange(0.0, np.log(_LARGEST_OVERSHOOT), np.log(_STRIDE))
    slopes = np.array([slope(value) for value in log_u])
    roots = [np.exp(brentq(slope, log_u[i], log_u[i + 1], xtol=1e-13, rtol=1e-13)) for i in _upward(slopes)]
    return min(roots, key=lambda u: _error_of_two(u, q, t))


def _solve(k: NDArray, q: float, t: float) -> tuple[NDArray, NDArray]:
    """1 + c and delta/s^2 of the least error at each k > 2; the range of c grows until it holds them."""
    end, largest = np.sqrt(LARGEST_KAPPA / q), 1.0 + 4.0 * t
    while True:
        largest = min(largest, end)
        table = Table.make(k, q, t, largest)
        u = np.geomspace(1.0, largest, 2 + int(np.log(largest) / np.log(_STRIDE)))
        slopes = table.slope(u)
        if (slopes[:, -1] > 0.0).all():
            break
        if largest == end:
            first = k[slopes[:, -1] <= 0.0][0]
            raise ValueError(
                f"the best overshoot at k = {first:g} and T/(2 s^2) = {t:g} lies beyond {end - 1.0:.4g}, "
                f"where (1+c)^2 q_TT/s^2 = {LARGEST_KAPPA:g}"
            )
        largest *= 3.0
    best, errors = np.empty((2, k.size))
    for row in range(k.size):
        own = Table(q, t, table.gap, table.weight, table.second[row : row + 1], table.product[row : row + 1])
        roots = np.array(
            [
                brentq(lambda value, own=own: own.slope(np.array([value]))[0, 0], u[i], u[i + 1], xtol=1e-12)
                for i in _upward(slopes[row])
            ]
        )
        values = own.error(roots)[0]
        best[row], errors[row] = roots[values.argmin()], values.min()
    return best, errors


def _upward(slopes: NDArray) -> NDArray:
    """Places after which a slope changes from negative to positive."""
    return np.flatnonzero((slopes[:-1] < 0.0) & (slopes[1:] >= 0.0))
