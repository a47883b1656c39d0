"""The exact mean error under several rewards of one training problem, for the price of one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk.equivalents import OrderParameters
from bestofk.large_k import limit_error
from bestofk.selection import excess_coefficients, mean_selection_error


def mean_selection_errors(
    k: ArrayLike, family: Sequence[OrderParameters], *, temperature: float
) -> NDArray[np.float64]:
    """Return the selection error averaged over Gaussian inputs, for every reward of a family.

    Parameters
    ----------
    k : array_like, shape (n_k,)
        Number of candidates, real, from 1 to 10^6 (2^30 at T = 0); inf is the limit.
    family : sequence of OrderParameters, length n_rewards
        At least one; all of one s2, as the rewards of one training problem have.
    temperature : float
        Selection temperature T in squared output units: 0 (best-of-k), T/(2 s2) from 10^-3 to 10^3, or inf.

    Returns
    -------
    ndarray, shape (n_rewards, n_k)
        delta(k, T) in squared output units.

    Raises
    ------
    ValueError
        If the family is empty or its s2 differ, or as `selection.mean_selection_error`.

    Notes
    -----
    At T > 0 nearly all the work is the quadrature over candidates at each input, which depends on the reward
    only through kappa = q_RR/s^2, the weight of that input: delta(k) = delta(inf) + s^2 (m2 + rho m1) with
    the coefficients of `selection.excess_coefficients` (derivation in the paper's appendix).

    Examples
    --------
    >>> family = [OrderParameters.overshoot(s2=1.0, q_tt=0.04, c=c) for c in (0.0, 3.0)]
    >>> mean_selection_errors([1, 4, np.inf], family, temperature=6.0).round(6).tolist()
    [[1.04, 0.817442, 0.7725], [1.04, 0.791373, 0.75]]
    """
    s2 = common_s2(family)
    # At T = 0 a difference that cancels for the teacher as the reward is better formed for each reward alone.
    if temperature == 0:
        return np.array([mean_selection_error(k, values, temperature=0.0) for values in family])
    m2, m1 = excess_coefficients(
        k, [values.kappa for values in family], reduced_temperature=temperature / (2.0 * s2)
    )
    # Without a reward gap there is no rho, and m1 is 0.
    rho = np.array([values.rho if values.q_rr > 0 else 0.0 for values in family])
    limits = np.array([limit_error(values, temperature=temperature) for values in family])
    return limits[:, None] + s2 * (m2 + rho * m1).T


def common_s2(family: Sequence[OrderParameters]) -> float:
    """Return the predictive variance that the rewards of a family share.

    Parameters
    ----------
    family : sequence of OrderParameters

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If the family is empty or its s2 differ.

    Examples
    --------
    >>> common_s2([OrderParameters.overshoot(s2=2.0, q_tt=0.04, c=c) for c in (0.0, 3.0)])
    2.0
    """
    s2 = [values.s2 for values in family]
    if len(set(s2)) != 1:
        raise ValueError(f"the s2 of the family are {s2}; there must be at least one, and all the same")
    return s2[0]
