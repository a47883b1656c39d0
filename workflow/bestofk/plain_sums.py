"""The selection error by plain trapezoid sums on uniform grids: slow, simple, a check of `bestofk.selection`.

Nothing is shared with the panels of `bestofk.selection`: other variables, other nodes, and the squared error
itself under the sums, whose terms are all positive. At T > 0 the outer sum runs over the logarithm v of the
Laplace variable u and the inner one over a candidate's Y; at T = 0 one sum runs over log |Y|. The integrands
are analytic near the real axis and decay fast, so that the sums converge exponentially in 1/step. Everything
is in units of the predictive standard deviation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaln, ndtr

#: A part below exp(-_NEGLIGIBLE) of an integral is left out, and so is a Gaussian beyond _REACH deviations.
_NEGLIGIBLE, _REACH = 38.0, 9.0
#: Step in v; in Y, over the width of a tilted Gaussian and over t/|Y|, where exp(-u w) changes.
_STEP_V, _STEP_GAUSSIAN, _STEP_GUMBEL = 0.2, 0.5, 0.25
#: Step in log|Y| at T = 0, in units of 1/(gap + 9): where all but one candidate in k are farther away, |Y| is
#: near the gap at most and the survival function changes over 1/sqrt(2 log k).
_STEP_LOG = 0.05
#: Step of an average in the reward gap, over its spread and in units of the predictive standard deviation.
_STEP_SPREAD, _STEP_GAP = 0.5, 0.1
#: Terms of the mixture that gives P(|Y| < r) for small r, and terms of a sum that are held at a time.
_POISSON_TERMS, _BLOCK = 10, 1_000_000
#: exp(-u w) is zero to double precision where log(u w) exceeds this.
_SATURATED = 7.0

#: The points of a grid and their distance, which differences of large values would blur.
Grid = tuple[NDArray, float]


def error_at_input(
    k: ArrayLike, teacher_gap: ArrayLike, reward_gap: float, *, reduced_temperature: float
) -> NDArray:
    """Return the expected squared error of the chosen candidate at one input.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates, real and finite, at least 1.
    teacher_gap : array_like, shape (nteacher,)
        Predictive mean minus teacher.
    reward_gap : float
        Predictive mean minus the reward's favourite, finite.
    reduced_temperature : float
        t = T/(2 s^2): 0 (best-of-k) or a finite value. The sums have of the order of (gap + 9)^4/t^2 terms,
        see `terms`.

    Returns
    -------
    ndarray, shape (nk, nteacher)
        delta(k, T)/s^2.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    With D = teacher_gap - reward_gap, w = exp(-Y^2/(2t)) and Y ~ N(reward_gap, 1),

        delta = k int E[(D + Y)^2 e^v w e^(-e^v w)] (E e^(-e^v w))^(k-1) dv,

    and at t = 0, with r = |Y| = e^l, S its survival function and phi the normal density,

        delta = k int S^(k-1) {phi(r - b) (D + r)^2 + phi(r + b) (D - r)^2} r dl,  b = reward_gap

    (derivation in the paper's appendix).

    Examples
    --------
    >>> error_at_input([1, 2, 8], [0.2], -1.8, reduced_temperature=5.0).round(10)[:, 0].tolist()
    [1.04, 1.0232862803, 1.0646825869]
    """
    k, gap, t = _checked(k, reward_gap, reduced_temperature)
    # Only the relative sign of the gaps matters.
    shift = (np.asarray(teacher_gap, dtype=float) - reward_gap) * (-1.0 if reward_gap < 0 else 1.0)
    return _error(k, shift, gap, t)


def mean_error(k: ArrayLike, rho: ArrayLike, kappa: float, *, reduced_temperature: float) -> NDArray:
    """Return the selection error averaged over inputs for a teacher gap that is rho times the reward gap.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates, real and finite, at least 1.
    rho : array_like, shape (nrho,)
        Delta_T/Delta_R, the same at every input: q_TR = rho q_RR and q_TT = rho^2 q_RR.
    kappa : float
        q_RR/s^2 > 0, finite.
    reduced_temperature : float
        As for `error_at_input`.

    Returns
    -------
    ndarray, shape (nk, nrho)
        delta(k, T)/s^2. A larger q_TT adds (q_TT - rho^2 q_RR)/s^2.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> mean_error([1, 4], [0.5], 0.2, reduced_temperature=3.0).round(6)[:, 0].tolist()
    [1.05, 0.808984]
    """
    k, _, t = _checked(k, 0.0, reduced_temperature)
    gaps, weights = _gaps(kappa, k.max())
    # The difference of the gaps as a product: rho may be as near to 1 as a double can be.
    slope = np.asarray(rho, dtype=float) - 1.0
    return sum(
        weight * _error(k, slope * gap, float(gap), t) for gap, weight in zip(gaps, weights, strict=True)
    )


def terms(reward_gap: float, *, reduced_temperature: float, k_max: float) -> int:
    """Return the number of terms of the sums of `error_at_input`.

    Parameters
    ----------
    reward_gap, reduced_temperature, k_max : float
        As for `error_at_input`; the largest number of candidates.

    Returns
    -------
    int

    Examples
    --------
    >>> terms(1.0, reduced_temperature=1.0, k_max=1e6)
    380688
    """
    k, gap, t = _checked([k_max], reward_gap, reduced_temperature)
    (outer, _), (inner, _) = _grids(gap, t, k[0])
    return outer.size * inner.size


def mean_terms(kappa: float, *, reduced_temperature: float, k_max: float) -> int:
    """Return the number of terms of the sums of `mean_error`.

    Parameters
    ----------
    kappa, reduced_temperature, k_max : float
        As for `mean_error` and `terms`.

    Returns
    -------
    int
    """
    k, _, t = _checked([k_max], 0.0, reduced_temperature)
    gaps, _ = _gaps(kappa, k[0])
    return sum(terms(float(gap), reduced_temperature=t, k_max=k[0]) for gap in gaps)


def _checked(k: ArrayLike, gap: float, t: float) -> tuple[NDArray, float, float]:
    k = np.atleast_1d(np.asarray(k, dtype=float))
    if not np.all(np.isfinite(k) & (k >= 1.0)):
        raise ValueError(f"k is {k.tolist()}; every number of candidates must be finite and at least 1")
    if not np.isfinite(gap):
        raise ValueError(f"reward_gap is {gap}; it must be finite")
    if not 0.0 <= t < np.inf:
        raise ValueError(f"reduced_temperature is {t}; it must be at least 0 and finite")
    return k, abs(float(gap)), float(t)


def _error(k: NDArray, shift: NDArray, gap: float, t: float) -> NDArray:
    """Sums for the teachers at a gap of gap + shift."""
    total = np.zeros((k.size, shift.size))
    for log_p, density in _parts(gap, t, k.max(), shift):
        total += np.exp(np.multiply.outer(k - 1.0, log_p)) @ density
    return k[:, None] * total


def _gaps(kappa: float, k_max: float) -> tuple[NDArray, NDArray]:
    """Nodes and weights of averages of even functions of a gap ~ N(0, kappa)."""
    if not 0.0 < kappa < np.inf:
        raise ValueError(f"kappa is {kappa}; it must be greater than 0 and finite")
    spread = float(np.sqrt(kappa))
    # An average is at least of the order k^-min(2, 1/kappa), and the error at a gap at most of that of k = 1.
    reach = spread * np.sqrt(2.0 * (_NEGLIGIBLE + np.log(k_max) * min(2.0, 1.0 / kappa)))
    step = min(_STEP_SPREAD * spread, _STEP_GAP)
    gaps = step * np.arange(np.ceil(reach / step) + 1.0)
    weights = 2.0 * step * np.exp(-0.5 * (gaps / spread) ** 2) / (spread * np.sqrt(2.0 * np.pi))
    weights[0] /= 2.0
    return gaps, weights


def _grids(gap: float, t: float, k_max: float) -> tuple[Grid, Grid]:
    """Uniform grids of the outer variable, v or log|Y|, and of Y (one value at t = 0), with their steps."""
    depth = _NEGLIGIBLE + np.log(k_max)
    # P(|Y| < gap - clear) is below exp(-depth).
    clear = np.sqrt(2.0 * depth)
    if t == 0.0:
        low, high = max(-depth, np.log(max(gap - clear, 1e-300))), np.log(gap + _REACH)
        return _uniform(low, high, _STEP_LOG / (gap + _REACH)), (np.zeros(1), 1.0)
    # P(H > -v) is at most e^v E[w], and at most P(|Y| < y) + e^v w(y).
    tilted = 0.5 * np.log1p(1.0 / t) + gap**2 / (2.0 * (1.0 + t))
    low = max(tilted, max(gap - clear, 0.0) ** 2 / (2.0 * t)) - depth
    high = (gap + _REACH) ** 2 / (2.0 * t) + 4.0
    share = t / (1.0 + t)
    y_low = min(gap - _REACH, gap * share - _REACH * np.sqrt(share))
    step = min(_STEP_GAUSSIAN * np.sqrt(t / (2.0 + t)), _STEP_GUMBEL * t / (gap + _REACH))
    return _uniform(low, high, _STEP_V), _uniform(y_low, gap + _REACH, step)


def _uniform(low: float, high: float, step: float) -> Grid:
    return low + step * np.arange(np.ceil((high - low) / step) + 1.0), step


def _parts(gap: float, t: float, k_max: float, shift: NDArray) -> Iterator[tuple[NDArray, NDArray]]:
    """Blocks of the outer sum: log p (n,) and, shape (n, nshift), the weighted density of (shift + Y)^2."""
    (outer, step), (inner, inner_step) = _grids(gap, t, k_max)
    if t == 0.0:
        for log_r in np.array_split(outer, 1 + outer.size * shift.size // _BLOCK):
            r = np.exp(log_r)
            plus, minus = (np.exp(-0.5 * (r + side * gap) ** 2) for side in (-1.0, 1.0))
            errors = plus[:, None] * np.add.outer(r, shift) ** 2
            errors += minus[:, None] * np.add.outer(-r, shift) ** 2
            yield _log_survival(r, gap), (step * r / np.sqrt(2.0 * np.pi))[:, None] * errors
        return
    chance = np.exp(-0.5 * (inner - gap) ** 2) * inner_step / np.sqrt(2.0 * np.pi)
    squares = np.add.outer(inner, shift) ** 2 * chance[:, None]
    for v in np.array_split(outer, 1 + outer.size * inner.size // _BLOCK):
        x = np.exp(np.minimum(v[:, None] - inner**2 / (2.0 * t), _SATURATED))
        survives = np.exp(-x)
        lost = -np.expm1(-x) @ chance
        # 1 - p where p is near 1, p where it is small: each is a sum of positive terms.
        with np.errstate(divide="ignore"):
            log_p = np.where(lost < 0.5, np.log1p(-np.minimum(lost, 0.5)), np.log(survives @ chance))
        yield log_p, step * ((x * survives) @ squares)


def _log_survival(r: NDArray, gap: float) -> NDArray:
    """log P(|gap + Z| > r); near r = 0 from a sum of positive terms for P(|gap + Z| < r)."""
    below = ndtr(r - gap) - ndtr(-r - gap)
    small = r * gap < 1.0
    # |gap + Z|^2 is a Poisson mixture of chi-squared variables; where gap r < 1 its terms fall like 1/(j!)^2.
    rate, half = 0.5 * gap**2, 0.5 * r[small] ** 2
    below[small] = sum(
        np.exp(j * np.log(rate) - rate - gammaln(j + 1.0) if gap else -np.inf if j else 0.0)
        * gammainc(j + 0.5, half)
        for j in range(_POISSON_TERMS)
    )
    above = ndtr(gap - r) + ndtr(-gap - r)
    with np.errstate(divide="ignore"):
        return np.where(below < 0.5, np.log1p(-np.minimum(below, 0.5)), np.log(above))
