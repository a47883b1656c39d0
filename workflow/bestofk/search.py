"""The best number of candidates and the best temperature, found on the exact error itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import minimize_scalar

from bestofk._checks import count
from bestofk.equivalents import OrderParameters
from bestofk.large_k import limit_error
from bestofk.selection import mean_selection_error
from bestofk.several_rewards import common_s2, mean_selection_errors

#: Range of the reduced temperature that is searched: the domain of the exact error at T > 0.
REDUCED_TEMPERATURES = (1.01e-3, 990.0)


class BestK(NamedTuple):
    """Number of candidates of least mean error (inf: more always help), and that error."""

    k: float
    error: float


class BestTemperature(NamedTuple):
    """Temperatures of least mean error, in squared output units, and those errors: arrays over k."""

    temperature: np.ndarray
    error: np.ndarray


def best_k(order_parameters: OrderParameters, *, temperature: float, k_max: int = 10**6) -> BestK:
    """Return the number of candidates at which the exact mean error is least.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    temperature : float
        Selection temperature T >= 0, in squared output units; inf is allowed.
    k_max : int
        Largest number of candidates searched; beyond it only k = inf is considered.

    Returns
    -------
    BestK
        The smallest integer k of least error up to `k_max`; inf if the limit k -> inf is as low or lower.

    Raises
    ------
    ValueError
        If `k_max` is no integer of at least 1, or the rest is outside the domain of
        `selection.mean_selection_error`.

    Notes
    -----
    Every integer up to 64 is tried, then 16 a factor of two; around the best of these every integer is tried
    again, as far as they are fewer than 4000. The curve may have more than one valley, so no descent is used.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=0.5, q_tt=0.5 * 0.0411, c=15.0)
    >>> best_k(p, temperature=10.0).k
    8.0
    """
    k_max = count("k_max", k_max)
    octaves = np.log2(k_max / 64) if k_max > 64 else 0.0
    tail = np.unique(np.round(64 * 2 ** np.linspace(0, octaves, int(16 * octaves) + 1)))
    k = np.unique(np.concatenate([np.arange(1.0, min(64, k_max) + 1), tail[tail <= k_max]]))
    errors = mean_selection_error(k, order_parameters, temperature=temperature)
    place = int(np.argmin(errors))
    neighbours = np.arange(k[max(place - 1, 0)], k[min(place + 1, k.size - 1)] + 1)
    if 3 < neighbours.size <= 4000:
        k, errors = neighbours, mean_selection_error(neighbours, order_parameters, temperature=temperature)
        place = int(np.argmin(errors))
    limit = float(limit_error(order_parameters, temperature=temperature))
    if limit <= errors[place]:
        return BestK(np.inf, limit)
    return BestK(float(k[place]), float(errors[place]))


def best_temperature(k: ArrayLike, order_parameters: OrderParameters) -> BestTemperature:
    """Return the temperature at which the exact mean error is least, for each number of candidates.

    Parameters
    ----------
    k : array_like, shape (n,)
        Numbers of candidates, at least 1; inf is allowed.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.

    Returns
    -------
    BestTemperature
        Arrays of shape (n,). Temperature 0 where best-of-k is better than every T > 0, inf where a candidate
        at random is, nan for k = 1, where the temperature has no effect.

    Raises
    ------
    ValueError
        If there is no k, or a parameter is outside the domain of `selection.mean_selection_error`.

    Notes
    -----
    A scan over t = T/(2 s^2) in [1.01e-3, 990], shared by all k, then bounded minimisation in log t around
    the best point; T = 0 and T = inf are compared with it, because T = 0 can be a second local minimum.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.0411, c=15.0)
    >>> (best_temperature([float("inf")], p).temperature / 2).round(2).tolist()
    [8.09]
    """
    return best_temperatures(k, [order_parameters])[0]


def best_temperatures(k: ArrayLike, family: Sequence[OrderParameters]) -> list[BestTemperature]:
    """Return what `best_temperature` returns, for several rewards of one training problem in less time.

    Parameters
    ----------
    k : array_like, shape (n,)
        Numbers of candidates, at least 1; inf is allowed.
    family : sequence of OrderParameters
        At least one; all of one s2, as the rewards of one training problem have.

    Returns
    -------
    list of BestTemperature
        One a reward.

    Raises
    ------
    ValueError
        If there is no k or no reward, the s2 differ, or as `best_temperature`.

    Notes
    -----
    The rewards share the scan; see `several_rewards.mean_selection_errors`.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> family = [OrderParameters.overshoot(s2=1.0, q_tt=0.0411, c=c) for c in (0.0, 15.0)]
    >>> [(best.temperature / 2).round(2).tolist() for best in best_temperatures([float("inf")], family)]
    [[0.0], [8.09]]
    """
    k = np.atleast_1d(np.asarray(k, float))
    if k.ndim != 1 or k.size == 0:
        raise ValueError(f"k has shape {k.shape}; it must be a vector of at least one number of candidates")
    grid = np.geomspace(*REDUCED_TEMPERATURES, 16)

    unit = 2 * common_s2(family)
    ends, scan = (
        np.array([mean_selection_errors(k, family, temperature=unit * t) for t in temperatures])
        for temperatures in ((0.0, np.inf), grid)
    )
    return [
        BestTemperature(
            *np.array(
                [
                    _refine(number, values, grid, scan[:, row, column], ends[:, row, column])
                    for column, number in enumerate(k)
                ]
            ).T
        )
        for row, values in enumerate(family)
    ]


def _refine(
    k: float, order_parameters: OrderParameters, grid: np.ndarray, scan: np.ndarray, ends: np.ndarray
) -> tuple[float, float]:
    """Temperature and error of the best of T = 0, T = inf and the minimum near the best scanned point."""
    if k == 1:
        return np.nan, ends[0]
    unit = 2 * order_parameters.s2
    place = int(np.argmin(scan))
    candidates = [(0.0, ends[0]), (np.inf, ends[1])]
    # Where the curve still falls towards T = 0 or T = inf there is nothing to refine.
    if (place == 0 and ends[0] <= scan[0]) or (place == grid.size - 1 and ends[1] <= scan[-1]):
        return min(candidates, key=lambda candidate: candidate[1])
    found = minimize_scalar(
        lambda log_t: float(
            mean_selection_error(np.array([k]), order_parameters, temperature=unit * np.exp(log_t))[0]
        ),
        bounds=np.log(grid[[max(place - 1, 0), min(place + 1, grid.size - 1)]]),
        method="bounded",
        options={"xatol": 1e-4},
    )
    candidates.append((float(unit * np.exp(found.x)), float(found.fun)))
    return min(candidates, key=lambda candidate: candidate[1])
