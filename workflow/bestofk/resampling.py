"""Resampling of replicates: how good are the intervals that rest on their normality?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bestofk._checks import count, finite_array

#: Numbers drawn at once.
_CHUNK = 2**21


def student_coverage(
    values: ArrayLike, size: int, *, confidence: float, draws: int, rng: np.random.Generator
) -> float:
    """Return how often Student's interval of a few values holds the mean of all.

    Parameters
    ----------
    values : array_like, shape (n,)
        A population, at least two different values.
    size : int
        Values in a sample, at least 2.
    confidence : float
        Confidence that the interval states, between 0 and 1.
    draws : int
        Number of samples, at least 1, drawn with replacement.
    rng : numpy.random.Generator

    Returns
    -------
    float
        Share of samples whose interval, mean +- t standard errors with ``size - 1`` degrees of freedom, holds
        the mean of `values`. It would be `confidence` for a normal population.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> round(student_coverage(rng.normal(size=1000), 10, confidence=0.95, draws=20_000, rng=rng), 2)
    0.95
    """
    values = finite_array("values", values, (None,))
    if count("size", size) < 2:
        raise ValueError(f"size is {size}; it must be at least 2")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence}; it must be between 0 and 1")
    if np.ptp(values) == 0:
        raise ValueError("values are all the same; an interval of them has no width")
    width, held, left = stats.t.isf((1 - confidence) / 2, size - 1), 0, count("draws", draws)
    while left:
        rows = min(left, max(1, _CHUNK // size))
        sample = rng.choice(values - values.mean(), (rows, size))
        held += int((np.abs(sample.mean(axis=1)) <= width * sample.std(axis=1, ddof=1) / size**0.5).sum())
        left -= rows
    return held / draws


def bootstrap_error(
    statistic: Callable[..., float], *columns: ArrayLike, draws: int, rng: np.random.Generator
) -> float:
    """Return the standard error of a statistic of replicates, by the bootstrap.

    Parameters
    ----------
    statistic : callable
        Takes the columns, one number a replicate each, and returns a number.
    *columns : array_like, shape (n,)
        What is known of each replicate; a replicate is drawn with all of it.
    draws : int
        Number of resamples, at least 2.
    rng : numpy.random.Generator

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the columns differ in length, or there are fewer than 2 draws.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> round(bootstrap_error(np.mean, rng.normal(size=400), draws=2000, rng=rng), 2)
    0.05
    """
    arrays = [finite_array("a column", column, (None,)) for column in columns]
    if len({array.size for array in arrays}) != 1:
        raise ValueError("the columns differ in length; each must hold one number a replicate")
    if count("draws", draws) < 2:
        raise ValueError(f"draws is {draws}; it must be at least 2")
    size = arrays[0].size
    picks = (rng.integers(size, size=size) for _ in range(draws))
    return float(np.std([statistic(*(array[pick] for array in arrays)) for pick in picks], ddof=1))
