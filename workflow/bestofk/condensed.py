"""The mean excess over its limit at numbers of candidates far beyond what `selection` covers.

Where rare inputs carry the average, convergence in k is logarithmic, and only k such as 10^40 show the limit.
The average is then taken as plain sums over the gap, the candidate and the Laplace variable: four digits,
any k.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Steps of the sums over the gap, over the candidate at gap 1 and t = 1, and over the logarithm of the Laplace
# variable: four digits.
_GAP_STEP, _CANDIDATE_STEP, _LAPLACE_STEP = 0.2, 1.2, 0.4

# How far the sums reach: in standard deviations of the gap beyond the inputs where selection freezes, of a
# candidate beyond the extreme of k, and in the Laplace variable about where candidates share the weight.
_BEYOND_FREEZING, _BEYOND_EXTREME, _BELOW, _ABOVE = 6.0, 7.0, 20.0, 12.0


def excess_of_many(k: ArrayLike, kappa: float, *, reduced_temperature: float) -> tuple[NDArray, NDArray]:
    """Coefficients of the mean excess over the limit of infinitely many candidates, for very large k.

    Parameters
    ----------
    k : array_like, shape (n,)
        Numbers of candidates, at least 100 and finite; 1e40 is as good as 1e4.
    kappa : float
        q_RR/s^2 > 0.
    reduced_temperature : float
        t = T/(2 s^2) > 0, finite.

    Returns
    -------
    m2, m1 : ndarray, shape (n,)
        (delta - delta_inf)/s^2 = m2 + rho m1, to about four digits, with rho = q_TR/q_RR.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    With Y = b + Z, weight w and p the tilted mean of Y^j, the moments of the selected candidate exceed their
    limits by k E int (Y^j - p_j) w (e^(-uw) - 1) E[e^(-uw)]^(k-1) du (paper, selected moments): the term
    without e^(-uw) vanishes. Trapezoid rules over b, Z and log u.

    Examples
    --------
    >>> m2, m1 = excess_of_many([1e20, 1e40], 5.0, reduced_temperature=1.0)
    >>> (-m2 / m1).round(3).tolist()
    [0.557, 0.559]
    """
    numbers = np.atleast_1d(np.asarray(k, dtype=float))
    if numbers.ndim != 1 or not np.all((numbers >= 100.0) & np.isfinite(numbers)):
        raise ValueError("k must be numbers of candidates of at least 100, and finite")
    for name, value in (("kappa", kappa), ("reduced_temperature", reduced_temperature)):
        if not 0.0 < value < np.inf:
            raise ValueError(f"{name} is {value}; it must be positive and finite")
    terms = np.array([_terms(number, kappa, reduced_temperature) for number in numbers])
    return terms[:, 0], terms[:, 1]


def _terms(k: float, kappa: float, t: float) -> tuple[float, float]:
    extreme = np.sqrt(2.0 * np.log(k))
    reach = extreme * (1.0 + t) + _BEYOND_FREEZING * np.sqrt(kappa)
    gaps, step = np.linspace(0.0, reach, int(np.ceil(reach / _GAP_STEP)) + 1, retstep=True)
    # A weight changes over t/|Y|, which is least at the largest gap.
    span = extreme + 2.0 * _BEYOND_EXTREME
    points = int(np.ceil(span / min(_CANDIDATE_STEP * t / reach, 0.1)))
    z, dz = np.linspace(-extreme - _BEYOND_EXTREME, _BEYOND_EXTREME, points, retstep=True)
    density = np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi) * dz
    inputs = np.exp(-(gaps**2) / (2.0 * kappa)) * 2.0 / np.sqrt(2.0 * np.pi * kappa) * step
    inputs[0] /= 2.0
    m2 = m1 = 0.0
    for weight, gap in zip(inputs, gaps, strict=True):
        log_w = -((gap + z) ** 2) / (2.0 * t)
        tilted = gap * t / (1.0 + t)
        first, second = (gap + z) - tilted, (gap + z) ** 2 - tilted**2 - t / (1.0 + t)
        # All candidates share the weight from log u = centre on; where the nearest is far away, only from
        # `frozen` on.
        centre = gap**2 / (2.0 * (1.0 + t)) - np.log(k)
        frozen = max(gap - extreme, 0.0) ** 2 / (2.0 * t)
        low, high = centre - _BELOW, max(centre, frozen) + _ABOVE
        v, dv = np.linspace(low, high, int(np.ceil((high - low) / _LAPLACE_STEP)) + 1, retstep=True)
        uw = np.exp(v[:, None] + log_w)
        left = np.expm1(-uw)
        missing = np.minimum(-left @ density, 1.0 - 1e-15)
        power = k * np.exp((k - 1.0) * np.log1p(-missing)) * dv
        # Up to freezing the limit is subtracted under the integral; beyond, it is no small part.
        change = uw * (left if gap < extreme * (1.0 + t) else left + 1.0)
        e1, e2 = (power @ (change @ (density * part)) for part in (first, second))
        m1 += weight * 2.0 * gap * e1
        m2 += weight * e2
    return m2 - m1, m1
