"""Where data and candidates are worth the same, and how a budget is best split between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from bestofk._checks import finite_number, positive_number
from bestofk.data_slopes import DataSlopes
from bestofk.equivalents import OrderParameters
from bestofk.error_slopes import ErrorSlopes, slopes_at
from bestofk.selection_table import SelectionTable

#: From the number of training points, real, to the order parameters and their slopes.
Problem = Callable[[float], tuple[OrderParameters, DataSlopes]]
#: Brackets in which stationary splits, and exchange points, are looked for.
_BRACKETS = 32


class Split(NamedTuple):
    """The split of least error.

    ``training_share`` is n over the budget; ``data`` and ``candidates`` are the log-slopes of the error.
    ``at_edge`` is True if it is no stationary point but an end: k = 1, where nothing is selected, or the
    fewest training points.
    """

    n_train: float
    k: float
    training_share: float
    error: float
    data: float
    candidates: float
    at_edge: bool


def best_split(
    budget: float, *, candidate_price: float, problem: Problem, table: SelectionTable, n_min: float = 1.0
) -> Split:
    """Return the numbers of training points and candidates of least error at a budget.

    Parameters
    ----------
    budget : float
        n + candidate_price k, in units of the price of a training point.
    candidate_price : float
        Price of one more candidate at every input that is to be answered, in training points; positive.
    problem : callable
        From n, a real number, to order parameters and their slopes, such as a call of
        `data_slopes.data_slopes` with ``aspect_ratio=d/n``.
    table : SelectionTable
        At the reduced temperature of the selection, which stays fixed; it must hold the kappa of every n and
        every k that the budget can buy, as far as `n_min` leaves it.
    n_min : float
        Fewest training points, positive.

    Returns
    -------
    Split
        n and k as real numbers.

    Raises
    ------
    ValueError
        If the budget does not buy `n_min` training points and one candidate, an argument is outside its
        domain, or the best split lies where the table ends.

    Notes
    -----
    With e_n = -d log delta/d log n and e_k = -d log delta/d log k, the error at fixed budget is stationary
    where the training share is p = e_n/(e_n + e_k) (Lagrange; derivation in the paper's appendix). Such
    points are solved for, as roots of (1 - p) e_n - p e_k in the logit of p between the points of a coarse
    grid; of several minima, ends included, the lowest is taken.

    Examples
    --------
    >>> from bestofk.data_slopes import data_slopes
    >>> from bestofk.model import Overshoot
    >>> def problem(n):
    ...     numbers = {"aspect_ratio": 200 / n, "noise_var": 0.25, "prior_var": 1.0}
    ...     return data_slopes([1.0], [1.0], Overshoot(0.0), **numbers)
    >>> table = SelectionTable(0.0, kappa_range=(0.01, 0.9), k_max=2000)
    >>> split = best_split(2000, candidate_price=1, problem=problem, table=table)
    >>> round(split.training_share, 3), round(split.data / (split.data + split.candidates), 3)
    (0.315, 0.315)
    """
    budget, price = positive_number("budget", budget), positive_number("candidate_price", candidate_price)
    n_min = positive_number("n_min", n_min)
    if not budget > n_min + price:
        raise ValueError(
            f"budget is {budget:g}; it must exceed {n_min + price:g}, the price of n_min and one candidate"
        )
    n_low = max(n_min, budget - price * table.k_max)
    ends = np.array([n_low, budget - price]) / budget
    logits = np.linspace(*np.log(ends / (1.0 - ends)), _BRACKETS + 1)

    def at(logit: float) -> tuple[float, float, ErrorSlopes]:
        share = 1.0 / (1.0 + np.exp(-logit))
        # The ends are met exactly: a k just below 1, or beyond the table, would be refused.
        k = np.clip(budget * (1.0 - share) / price, 1.0, min((budget - n_low) / price, table.k_max))
        n_train = budget - price * k
        return float(n_train), float(k), slopes_at(table, k, *problem(n_train))

    def descent(logit: float) -> float:
        n_train, _, found = at(logit)
        share = n_train / budget
        return float((1.0 - share) * found.data - share * found.candidates)

    places = _minima(descent, logits)
    found = [at(place) for place in places]
    best = min(range(len(places)), key=lambda index: float(found[index][2].error))
    n_train, k, slopes = found[best]
    at_edge = places[best] in (logits[0], logits[-1])
    if at_edge and places[best] == logits[0] and n_low > n_min:
        raise ValueError(
            f"the best split has more than {table.k_max:g} candidates, where the table ends; enlarge it"
        )
    share = n_train / budget
    return Split(
        n_train, k, share, float(slopes.error), float(slopes.data), float(slopes.candidates), at_edge
    )


def exchange_points(
    k: float, *, problem: Problem, table: SelectionTable, n_range: tuple[float, float]
) -> list[float]:
    """Return the numbers of training points at which a factor of data is worth the same factor of candidates.

    Parameters
    ----------
    k : float
        Number of candidates, from 1 to the largest of the table.
    problem : callable
        As for `best_split`.
    table : SelectionTable
        At the reduced temperature of the selection, which stays fixed.
    n_range : tuple of float
        Where to look: increasing, positive.

    Returns
    -------
    list of float
        Increasing, real; a pair of roots between two points of a coarse grid in log n can be missed.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Roots of d log delta/d log n = d log delta/d log k on the exact slopes.

    Examples
    --------
    >>> from bestofk.data_slopes import data_slopes
    >>> from bestofk.model import Overshoot
    >>> def problem(n):
    ...     numbers = {"aspect_ratio": 100 / n, "noise_var": 1e-6, "prior_var": 1.0}
    ...     return data_slopes([1.0], [1.0], Overshoot(0.0), **numbers)
    >>> table = SelectionTable(0.0, kappa_range=(0.1, 0.5), k_max=2.0**30)
    >>> points = exchange_points(2.0**30, problem=problem, table=table, n_range=(205, 900))
    >>> [round(100 / n, 4) for n in points]
    [0.3694]
    """
    low, high = (finite_number("n_range", value) for value in n_range)
    if not 0 < low < high:
        raise ValueError(f"n_range is ({low:g}, {high:g}); it must increase from above 0")

    def difference(log_n: float) -> float:
        found = slopes_at(table, k, *problem(float(np.exp(log_n))))
        return float(found.data - found.candidates)

    grid = np.linspace(np.log(low), np.log(high), _BRACKETS + 1)
    values = [difference(place) for place in grid]
    return [
        float(np.exp(brentq(difference, grid[index], grid[index + 1], xtol=1e-13)))
        for index in range(_BRACKETS)
        if values[index] * values[index + 1] < 0
    ]


def _minima(descent: Callable[[float], float], grid: np.ndarray) -> list[float]:
    """Places of the local minima of a function by its derivative, ends included."""
    values = [descent(place) for place in grid]
    places = [grid[0]] if values[0] >= 0 else []
    places += [
        brentq(descent, grid[index], grid[index + 1], xtol=1e-12)
        for index in range(grid.size - 1)
        if values[index] < 0 <= values[index + 1]
    ]
    return places + ([grid[-1]] if values[-1] < 0 else [])
