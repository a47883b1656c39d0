"""From gaps measured at some inputs to order parameters, and from these to the error along k."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import finite_array
from bestofk.equivalents import OrderParameters
from bestofk.large_k import limit_error
from bestofk.selection import mean_selection_error
from bestofk.selection_table import SelectionTable

#: Smallest and largest q_RR/s^2 of the table; beyond it every average is computed by itself.
KAPPA_RANGE = (0.005, 20.0)


def measured_order_parameters(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, variance: ArrayLike
) -> OrderParameters:
    """Return the means over inputs of the predictive variance and of the products of the gaps.

    Parameters
    ----------
    teacher_gap : array_like, shape (m,)
        Predictive mean minus the label, in output units; m >= 1.
    reward_gap : array_like, shape (m,)
        Predictive mean minus the judge's answer.
    variance : array_like, shape (m,)
        Predictive variance s^2(x), positive.

    Returns
    -------
    OrderParameters
        Moments about zero: a mean of the gaps is part of them.

    Raises
    ------
    ValueError
        If the shapes differ, an entry is not finite or the mean variance is not positive.

    Examples
    --------
    >>> measured_order_parameters([1.0, -1.0], [2.0, 0.0], [0.5, 1.5])
    OrderParameters(s2=1.0, q_tt=1.0, q_tr=1.0, q_rr=2.0)
    """
    teacher_gap = finite_array("teacher_gap", teacher_gap, (None,))
    reward_gap = finite_array("reward_gap", reward_gap, teacher_gap.shape)
    variance = finite_array("variance", variance, teacher_gap.shape)
    return OrderParameters(
        s2=variance.mean(),
        q_tt=np.mean(teacher_gap**2),
        q_tr=np.mean(teacher_gap * reward_gap),
        q_rr=np.mean(reward_gap**2),
    )


def kurtosis(gap: ArrayLike) -> float:
    """Return the fourth moment of a gap about zero over the square of its second.

    Parameters
    ----------
    gap : array_like, shape (m,)
        Not all zero; m >= 1.

    Returns
    -------
    float
        3 for a Gaussian gap of mean 0, 1 for signs; larger for heavy tails.

    Raises
    ------
    ValueError
        If all gaps are zero, or one is not finite.

    Examples
    --------
    >>> kurtosis([1.0, -1.0]), kurtosis([0.0, 2.0])
    (1.0, 2.0)
    """
    gap = finite_array("gap", gap, (None,))
    square = np.mean(gap**2)
    if not square > 0:
        raise ValueError("all gaps are zero; a kurtosis needs one that is not")
    return float(np.mean(gap**4) / square**2)


class ErrorCurve:
    """The averaged selection error along k at one reduced temperature, for many sets of order parameters.

    Parameters
    ----------
    k : array_like, shape (n_k,)
        Numbers of candidates, from 1 to 10^6.
    reduced_temperature : float
        t = T/(2 s^2): 0 (best-of-k) or from 10^-3 to 10^3.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    `selection.mean_selection_error` to nine digits; the quadrature is made once, for all order parameters
    with q_RR/s^2 in `KAPPA_RANGE`.

    Examples
    --------
    >>> curve = ErrorCurve([1, 8], reduced_temperature=0.0)
    >>> curve(OrderParameters(s2=1.0, q_tt=1.0, q_tr=0.1, q_rr=0.5)).round(6).tolist()
    [2.0, 1.275109]
    """

    def __init__(self, k: ArrayLike, *, reduced_temperature: float) -> None:
        self.k = np.asarray(k, float)
        self.reduced_temperature = float(reduced_temperature)
        self._table = SelectionTable(self.reduced_temperature, kappa_range=KAPPA_RANGE, k_max=self.k.max())

    def __call__(self, values: OrderParameters) -> NDArray[np.float64]:
        """Return delta(k, T = 2 t s2), shape (n_k,), in squared output units."""
        temperature = 2.0 * self.reduced_temperature * values.s2
        if not KAPPA_RANGE[0] <= values.kappa <= KAPPA_RANGE[1]:
            return np.asarray(mean_selection_error(self.k, values, temperature=temperature))
        excess = self._table.excess(self.k, values.kappa)
        limit = limit_error(values, temperature=temperature)
        return limit + values.s2 * (excess.second + 2.0 * (values.rho - 1.0) * excess.product)
