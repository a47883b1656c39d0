"""Phases of the selection error: is a finite number of candidates better than infinitely many?

The answer is a theorem at one input and, at T = 0, on average. On average at T > 0 it is proved in part and
otherwise computed from the exact curve. Reduced variables: t = T/(2 s^2), kappa = q_RR/s^2, rho = q_TR/q_RR.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._gaps import MeanGaps, annealed_share, at_input, averaged
from bestofk.boundaries import condensation_kappa
from bestofk.large_k import half_temperature_coefficient
from bestofk.selection import excess_coefficients

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

# Part of |M2| + |rho M1| that a computed excess must exceed to count as negative: well above the relative
# error of the two coefficients.
_RESOLUTION = 1e-7
# k (delta - delta_inf) must have come this close to its limit, relatively, for the curve to count as settled.
_SETTLED = 0.05


def finite_optimum_at(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, *, predictive_std: ArrayLike = 1.0, temperature: ArrayLike
) -> NDArray | np.bool:
    """Whether a finite number of candidates beats infinitely many at one input, by theorem.

    Parameters
    ----------
    teacher_gap, reward_gap : array_like
        Predictive mean minus teacher, and minus the reward's favourite, in output units.
    predictive_std : array_like
        Standard deviation s > 0 of the predictive distribution.
    temperature : array_like
        Selection temperature T >= 0 in squared output units; inf is allowed.

    Returns
    -------
    bool or ndarray of bool
        True if some k has delta(k) < delta(inf); all arguments broadcast. False at T = inf, where the error
        does not depend on k, and in case of equality.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    With t = T/(2 s^2): Delta_R^2 [1/(1+t) + 2/(2+t)] > s^2 + 2 Delta_T Delta_R. For T > 0 it says that the
    limit error at half the temperature exceeds that at the temperature; at T = 0 the bracket is 2. For every
    T < inf the error decreases in k, or has one valley (proof in the paper's appendix).

    Examples
    --------
    >>> finite_optimum_at(0.5, [0.5, 1.5], temperature=2.0).tolist()
    [False, True]
    """
    gaps = at_input(teacher_gap, reward_gap, predictive_std)
    m = gaps.moments()
    shares = annealed_share(temperature, gaps.s2) + annealed_share(temperature, gaps.s2, power=2)
    return (shares > 0.0) & (m.bb * shares > 1.0 + 2.0 * m.ab)


def finite_optimum(
    order_parameters: OrderParameters, *, temperature: float, k_max: float = 1e6
) -> bool | None:
    """Whether a finite number of candidates beats infinitely many on average over inputs.

    Parameters
    ----------
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    temperature : float
        Selection temperature T >= 0 in squared output units; inf is allowed.
    k_max : float
        Largest k, from 100 to 10^6, at which the exact curve is computed where no theorem decides.

    Returns
    -------
    bool or None
        True if some k has delta(k) < delta(inf): proved, or the exact curve is below its limit at a computed
        k. False if there is none: proved, or the exact curve is above its limit at every computed k and has
        settled on its known positive 1/k tail at `k_max`. None if neither: close to a boundary; beyond
        `boundaries.condensation_kappa`, where the tail is known by heuristic arguments only; or outside the
        domain of `selection.excess_coefficients`. Never None at T = 0.

    Raises
    ------
    ValueError
        If T is negative or nan, or `k_max` is outside its domain.

    Notes
    -----
    Proofs are in the paper's appendix. With g_j = j/(j + t), t = T/(2 s^2):

    - T = 0: True iff 2 q_TR < min(4 q_RR - s^2, 2 q_RR).
    - T = inf (the error does not depend on k) or q_RR = 0: False.
    - 2 q_TR >= q_RR (g_1 + g_2): False, because it is so at every value of Delta_R.
    - g_1 q_RR > s^2 + 2 q_TR: True, because k = 1 is already better.
    - kappa < condensation_kappa(t) and 3 g_1 q_RR > s^2 + 2 q_TR: True, the curve ends below its limit.
    - Otherwise the exact curve decides. For t < 1.8 it can have a minimum below its limit and still end
      above it (`boundaries.tricritical_kappa`).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters(s2=1.0, q_tt=0.1, q_tr=0.08, q_rr=0.4)
    >>> [finite_optimum(p, temperature=temperature) for temperature in (0.0, 0.2, 2.0, float("inf"))]
    [True, True, False, False]
    """
    if not 100.0 <= k_max <= 1e6:
        raise ValueError(f"k_max is {k_max}; it must be from 100 to 1e6")
    gaps = averaged(order_parameters)
    g1, g2 = (float(annealed_share(temperature, gaps.s2, power)) for power in (1, 2))
    c1 = 1.0 + 2.0 * gaps.tr
    if temperature == 0.0:
        return 2.0 * gaps.tr < min(4.0 * gaps.rr - 1.0, 2.0 * gaps.rr)
    if temperature == np.inf or 2.0 * gaps.tr >= gaps.rr * (g1 + g2):  # includes q_RR = 0
        return False
    t = temperature / (2.0 * gaps.s2)
    condensed = gaps.rr >= condensation_kappa(t)
    if gaps.rr * g1 > c1 or (not condensed and 3.0 * gaps.rr * g1 > c1):
        return True
    try:
        k, excess, size = _excess(gaps, t, k_max)
    except ValueError:  # outside the domain of the exact curve
        return None
    if np.any(excess < -_RESOLUTION * size):
        return True
    if condensed:
        return None
    tail = half_temperature_coefficient(order_parameters, temperature=temperature) / gaps.s2
    return False if abs(k[-1] * excess[-1] - tail) < _SETTLED * tail else None


def _excess(gaps: MeanGaps, t: float, k_max: float) -> tuple[NDArray, NDArray, NDArray]:
    """Candidates, exact excess over the limit in units of s^2, and the size of its two terms."""
    octaves = np.log2(k_max)
    k = np.unique(np.round(np.append(np.arange(1.0, 33.0), 2.0 ** np.arange(5.0, octaves, 0.125))))
    k = np.append(k[k < k_max], k_max)
    m2, m1 = (m[:, 0] for m in excess_coefficients(k, [gaps.rr], reduced_temperature=t))
    rho = gaps.tr / gaps.rr
    return k, m2 + rho * m1, np.abs(m2) + np.abs(rho * m1)
