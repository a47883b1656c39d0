"""Statistics of agreement: does a measured value equal a predicted one, within a margin stated beforehand?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


@dataclass(frozen=True)
class Agreement:
    """Outcome of an equivalence test over several values.

    Attributes
    ----------
    verdict : str
        ``holds`` if every simultaneous interval lies inside the margin, ``fails`` if one lies outside it
        altogether, ``undecided`` otherwise.
    worst : int
        Index of the value whose interval reaches farthest from the expectation.
    low, high : float
        Simultaneous interval of that value.
    """

    verdict: str
    worst: int
    low: float
    high: float


def equivalence(
    values: ArrayLike,
    standard_errors: ArrayLike,
    replicates: ArrayLike,
    *,
    expected: float,
    margin: float,
    confidence: float,
) -> Agreement:
    """Test whether all of several measured values equal an expectation within a margin.

    Parameters
    ----------
    values : array_like, shape (m,)
        Means over replicates; they may depend on each other.
    standard_errors : array_like, shape (m,)
        Their standard errors, over replicates.
    replicates : array_like of int, shape (m,) or scalar
        Number of independent replicates behind each, at least 2.
    expected : float
        Predicted value, the same for all: 1 for a ratio, 0 for a difference.
    margin : float
        Largest deviation that counts as agreement, in the units of `values`.
    confidence : float
        Simultaneous confidence of the intervals, between 0 and 1.

    Returns
    -------
    Agreement

    Raises
    ------
    ValueError
        If there is nothing to test, a value is not finite, a standard error is negative, or a parameter is
        outside its domain.

    Notes
    -----
    Intervals are those of Student's t with ``replicates - 1`` degrees of freedom, widened by Bonferroni for
    the m values, which is valid whatever their dependence. For "at least one value is off" this is
    Holm's procedure, whose first step is Bonferroni's. A wide interval never passes: it is undecided.

    Examples
    --------
    >>> equivalence([1.001, 0.999], [1e-4, 1e-4], 100, expected=1, margin=0.01, confidence=0.99).verdict
    'holds'
    >>> equivalence([1.001], [0.01], 100, expected=1, margin=0.01, confidence=0.99).verdict
    'undecided'
    >>> equivalence([1.001, 1.05], [1e-4, 1e-3], 100, expected=1, margin=0.01, confidence=0.99).verdict
    'fails'
    """
    if not (0 < margin < np.inf and np.isfinite(expected)):
        raise ValueError(
            f"margin must be positive and finite (it is {margin}), expected finite (it is {expected})."
        )
    low, high = simultaneous_interval(values, standard_errors, replicates, confidence=confidence)
    reach = np.maximum(np.abs(low - expected), np.abs(high - expected))
    worst = int(reach.argmax())
    if (reach <= margin).all():
        verdict = "holds"
    elif ((low > expected + margin) | (high < expected - margin)).any():
        verdict = "fails"
        outside = np.maximum(low - expected, expected - high)
        worst = int(outside.argmax())
    else:
        verdict = "undecided"
    return Agreement(verdict, worst, float(low[worst]), float(high[worst]))


def simultaneous_interval(
    values: ArrayLike, standard_errors: ArrayLike, replicates: ArrayLike, *, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return intervals that hold together with the stated confidence, whatever the dependence of the values.

    Parameters
    ----------
    values, standard_errors, replicates : array_like, shape (m,)
        As in `equivalence`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : numpy.ndarray, shape (m,)

    Raises
    ------
    ValueError
        As `single_interval`.

    Notes
    -----
    Bonferroni: each has the confidence 1 - (1 - confidence)/m.

    Examples
    --------
    >>> low, high = simultaneous_interval([0.0], [1.0], [10**6], confidence=0.95)
    >>> float(high[0].round(2))
    1.96
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1 (it is {confidence}).")
    each = 1 - (1 - confidence) / max(np.broadcast(values, standard_errors, replicates).size, 1)
    return single_interval(values, standard_errors, replicates, confidence=each)


def single_interval(
    values: ArrayLike, standard_errors: ArrayLike, replicates: ArrayLike, *, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return intervals of which each has the stated confidence by itself.

    Parameters
    ----------
    values, standard_errors, replicates : array_like, shape (m,)
        As in `equivalence`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    low, high : numpy.ndarray, shape (m,)

    Raises
    ------
    ValueError
        If there is no value, one is not finite, a standard error is negative, or a parameter is outside its
        domain.

    Notes
    -----
    They decide that *all* of several statements hold: for that, each may be tested at the full level
    (intersection-union test). That *some* statement holds needs `simultaneous_interval`.

    Examples
    --------
    >>> low, high = single_interval([0.0, 1.0], [1.0, 1.0], 10**6, confidence=0.95)
    >>> high.round(2).tolist()
    [1.96, 2.96]
    """
    values, standard_errors, replicates = np.broadcast_arrays(
        np.asarray(values, float), np.asarray(standard_errors, float), np.asarray(replicates, float)
    )
    if values.size == 0:
        raise ValueError("There is no value to test.")
    if not (
        np.isfinite(values).all() and np.isfinite(standard_errors).all() and (standard_errors >= 0).all()
    ):
        raise ValueError("Values must be finite, and standard errors finite and not negative.")
    if not (0 < confidence < 1 and (replicates >= 2).all()):
        raise ValueError(
            f"confidence must be between 0 and 1 (it is {confidence}), and replicates at least 2 (the least "
            f"is {replicates.min():g})."
        )
    width = stats.t.isf((1 - confidence) / 2, replicates - 1) * standard_errors
    return values - width, values + width


def ratio_of_means(
    value: ArrayLike,
    error: ArrayLike,
    reference: ArrayLike,
    reference_error: ArrayLike,
    difference: ArrayLike,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ratio of two means over the same replicates, and its standard error.

    Parameters
    ----------
    value, error : array_like, shape (m,)
        Means and their standard errors.
    reference, reference_error : array_like, shape (m,) or scalar
        Of what they are divided by.
    difference : array_like, shape (m,)
        Standard error of value less reference.

    Returns
    -------
    ratio, ratio_error : ndarray, shape (m,)

    Notes
    -----
    The covariance of the two follows from the three errors; the ratio's error is, to first order, that of
    (value - ratio reference) over the reference.

    Examples
    --------
    >>> ratio, error = ratio_of_means([2.0, 1.0], [0.3, 0.3], 1.0, 0.3, [0.3, 0.0])
    >>> ratio.tolist(), error.round(6).tolist()
    ([2.0, 1.0], [0.519615, 0.0])
    """
    value, error, reference, reference_error, difference = np.broadcast_arrays(
        *(
            np.asarray(values, dtype=float)
            for values in (value, error, reference, reference_error, difference)
        )
    )
    ratio = value / reference
    covariance = (error**2 + reference_error**2 - difference**2) / 2.0
    variance = error**2 + (ratio * reference_error) ** 2 - 2.0 * ratio * covariance
    # Where the two nearly agree in every replicate rounding may leave a variance a last digit below zero.
    return ratio, np.sqrt(np.maximum(variance, 0.0)) / reference


def line_at_zero(
    x: ArrayLike, values: ArrayLike, standard_errors: ArrayLike
) -> tuple[float, float, float, float]:
    """Fit a + b x by weighted least squares with known standard errors.

    Parameters
    ----------
    x : array_like, shape (m,)
        At least two different abscissae; here 1/d.
    values, standard_errors : array_like, shape (m,)

    Returns
    -------
    intercept, intercept_error, slope, slope_error : float
        Standard errors follow from those of the values, not from the scatter about the line.

    Raises
    ------
    ValueError
        If there are fewer than two different abscissae, a number is not finite, or a standard error is not
        positive.

    Examples
    --------
    >>> [round(value, 6) for value in line_at_zero([0.1, 0.2, 0.4], [1.1, 1.2, 1.4], [0.01, 0.01, 0.01])][::2]
    [1.0, 1.0]
    """
    x, values, standard_errors = (np.asarray(array, float) for array in (x, values, standard_errors))
    if not (x.ndim == 1 and x.shape == values.shape == standard_errors.shape):
        raise ValueError(
            f"x, values and standard_errors have shapes {x.shape}, {values.shape} and "
            f"{standard_errors.shape}; they must be vectors of the same length."
        )
    if not (np.isfinite([x, values, standard_errors]).all() and (standard_errors > 0).all()):
        raise ValueError("x and values must be finite, and standard errors finite and positive.")
    if np.unique(x).size < 2:
        raise ValueError("A line needs values at two different x at least.")
    design = np.column_stack([np.ones(x.size), x]) / standard_errors[:, None]
    target = values / standard_errors
    solution, *_ = np.linalg.lstsq(design, target)
    covariance = np.linalg.inv(design.T @ design)
    errors = np.sqrt(np.diag(covariance))
    return float(solution[0]), float(errors[0]), float(solution[1]), float(errors[1])
