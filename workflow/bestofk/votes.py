"""Majority votes over a grid of answers: the cell of the grid that most candidates fall into wins.

The grid has cells of one width, and the winner's answer is the centre of its cell. Where the grid lies
relative to the predictive mean is its phase: the next centre above the mean is `phase` times the width away.
A vote cannot be finer than its grid, and it needs many candidates to find the right cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, ndtr, xlogy

from bestofk import _ballots
from bestofk._checks import count, finite_number, positive_number

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: Largest k whose plurality is computed, by work that grows like its square root.
K_MAX = 100_000
#: Standard deviations of the candidates that the grid covers.
_REACH = 8.5
#: Most cells whose ties are shared exactly, nodes over half of the phases, and how far from 1
#: probabilities may sum.
_TIES, _PHASES, _TOLERANCE = 128, 24, 1e-8
#: What is left out of the integral over the number of candidates.
_NEGLIGIBLE = 1e-17


def plurality(k: int, probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the probability that each cell wins the vote of k candidates.

    Parameters
    ----------
    k : int
        Number of candidates, 1 to 10^5.
    probabilities : array_like, shape (n_cells,)
        Of a candidate to fall into each cell, at least 0; the rest of 1, if there is one, wins nothing.

    Returns
    -------
    ndarray, shape (n_cells,)
        Cells that tie for the lead share the win equally. Accurate to 1e-9.

    Raises
    ------
    ValueError
        If k or a probability is outside its domain.
    ArithmeticError
        If the probabilities of cells that hold all candidates do not sum to 1 within 1e-8.

    Notes
    -----
    Votes are independent Poisson numbers N_c of means k p_c, given that they sum to k. With x marking a vote,
    a factor y for every other cell that has as many votes as the winner, and 1/(j + 1) = int_0^1 y^j dy,

        P(c wins) = [x^k] sum_v int_0^1 h_c(v) prod_{c' != c} [sum_{n < v} h_c'(n) + y h_c'(v)] dy / P(N = k),

    h_c(n) = P(N_c = n) x^n. The coefficient of x^k is a trapezoidal sum over |x| = 1 (derivation in the
    paper's appendix).

    Examples
    --------
    >>> plurality(2, [0.5, 0.3, 0.2]).round(12).tolist()
    [0.5, 0.3, 0.2]
    >>> plurality(3, [0.5, 0.3, 0.2]).round(12).tolist()
    [0.56, 0.276, 0.164]
    """
    k = count("k", k)
    p = np.asarray(probabilities, dtype=float)
    if k > K_MAX:
        raise ValueError(f"k is {k}; the votes of at most {K_MAX} candidates are counted")
    if p.ndim != 1 or not (p >= 0).all() or not 0 < p.sum() <= 1 + 1e-12:
        raise ValueError(f"probabilities is {p}; it must be a vector of numbers from 0 that sum to at most 1")
    wins, whole = np.zeros(p.size), p.sum() > 1.0 - 1e-12
    first, last = _likely_votes(k * p.max())
    # A cell that never gets as far as the winner is like what is outside of all cells.
    contends = _likely_votes(k * p)[1] >= first
    p = p[contends]
    rest = max(0.0, 1.0 - p.sum())
    # More votes than k are allowed: a cut at k would not be smooth, and large angles would count.
    votes = np.arange(last + 1)
    log_poisson = xlogy(votes, k * p[:, None]) - k * p[:, None] - gammaln(votes + 1)
    # What falls outside all cells gets votes of its own, any number of them.
    marks = (
        (mark, factor * np.exp(k * rest * (mark - 1.0)) * mark**-k)
        for mark, factor in _ballots.circle(k, rest, _NEGLIGIBLE)
    )
    wins[contends] = _ballots.most_votes(np.exp(log_poisson), marks, first=first, ties=min(_TIES, k, p.size))
    # Of cells that hold all candidates one wins.
    if whole and not abs(wins.sum() - 1.0) <= _TOLERANCE:
        raise ArithmeticError(
            f"the probabilities of {wins.size} cells to win sum to 1 + {wins.sum() - 1.0:.1e}"
        )
    return wins


def vote_error_at(
    k: ArrayLike, teacher_gap: float, *, width: float, phase: float, predictive_std: float = 1.0
) -> NDArray | float:
    """Return the squared error of a majority vote of k candidates at one input.

    Parameters
    ----------
    k : array_like of int
        Number of candidates, 1 to 10^5; inf is the limit.
    teacher_gap : float
        Predictive mean minus teacher, in output units.
    width : float
        Width of a cell, in output units; from 0.05 to 20 predictive standard deviations.
    phase : float
        Distance from the predictive mean up to the next centre of a cell, in widths; from 0 to below 1.
    predictive_std : float
        Standard deviation s > 0 of the predictive distribution.

    Returns
    -------
    float or ndarray
        In squared output units, of the shape of `k`. At k = inf the cell nearest to the mean wins; where two
        are equally near, half of each.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    sum_c P(c wins) (Delta_T + e_c)^2 with e_c the centre of a cell minus the predictive mean; the floor at
    k = inf is that of e, the smallest one (derivation in the paper's appendix).

    Examples
    --------
    >>> vote_error_at([1, 64, np.inf], 0.5, width=0.5, phase=0.3).round(6).tolist()
    [1.270833, 0.449701, 0.4225]
    """
    s = positive_number("predictive_std", predictive_std)
    teacher_gap = finite_number("teacher_gap", teacher_gap)
    first, second = _offsets(k, _ballots.checked_width(width / s), _ballots.checked_phase(phase))
    return (teacher_gap**2 + 2 * teacher_gap * s * first + s**2 * second)[()]


def vote_error(k: ArrayLike, order_parameters: OrderParameters, *, width: float) -> NDArray | float:
    """Return the squared error of a majority vote, averaged over Gaussian inputs and the phase of the grid.

    Parameters
    ----------
    k : array_like of int
        Number of candidates, 1 to 10^5; inf is the limit.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps; only s2 and q_tt are used.
    width : float
        Width of a cell, in output units; from 0.05 to 20 predictive standard deviations.

    Returns
    -------
    float or ndarray
        In squared output units, of the shape of `k`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    q_TT plus the mean square of the winner's offset from the predictive mean: answers vary over many cells
    from input to input, so that the phase is uniform and independent of the gap, and the offset has mean 0.
    At k = inf the mean square is width^2/12 (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=0.0)
    >>> vote_error([1, np.inf], p, width=0.6).round(6).tolist()
    [1.28, 0.28]
    """
    p = order_parameters
    width = _ballots.checked_width(width / np.sqrt(p.s2))
    nodes, weights = np.polynomial.legendre.leggauss(_PHASES)
    # A grid and its mirror image give mirrored winners: half of the phases tell all.
    square = sum(
        weight / 2 * _offsets(k, width, (node + 1) / 4)[1]
        for node, weight in zip(nodes, weights, strict=True)
    )
    return (p.q_tt + p.s2 * square)[()]


def cells(width: float, phase: float) -> tuple[NDArray, NDArray]:
    """Return centres and probabilities of the cells that standard normal candidates fall into.

    Parameters
    ----------
    width : float
        Width of a cell > 0, in predictive standard deviations.
    phase : float
        Of the grid, from 0 to below 1.

    Returns
    -------
    centres, probabilities : ndarray, shape (n_cells,)
        Up to 8.5 standard deviations on either side; the rest of 1 is less than 1e-15.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Examples
    --------
    >>> centres, probabilities = cells(6.0, 0.5)
    >>> centres.tolist(), round(float(probabilities.sum()), 12)
    ([-9.0, -3.0, 3.0, 9.0], 1.0)
    """
    width, phase = positive_number("width", width), _ballots.checked_phase(phase)
    reach = int(np.ceil(_REACH / width + 0.5))
    centres = width * (np.arange(-reach, reach) + phase)
    # The tail on the far side of 0 keeps the digits of a rare cell.
    near = np.abs(centres)
    return centres, ndtr(-(near - width / 2)) - ndtr(-(near + width / 2))


def _offsets(k: ArrayLike, width: float, phase: float) -> tuple[NDArray, NDArray]:
    """Mean and mean square of the winner's offset from the predictive mean, in units of s."""
    k = _ballots.checked_k(k, K_MAX)
    centres, probabilities = cells(width, phase)
    distinct, where = np.unique(k, return_inverse=True)
    nearest = np.isclose(np.abs(centres), np.abs(centres).min(), rtol=1e-12, atol=0)
    wins = np.stack(
        [
            nearest / nearest.sum() if number == np.inf else plurality(int(number), probabilities)
            for number in distinct
        ]
    )
    return tuple((wins @ centres**power)[where].reshape(k.shape) for power in (1, 2))


def _likely_votes(mean: NDArray | float) -> tuple[NDArray, NDArray]:
    """Least and largest number of votes, from 1, that a cell of so many expected ones ever gets."""
    spread = 9.0 * np.sqrt(mean)
    return np.maximum(1, np.floor(mean - spread - 1)).astype(int), np.floor(mean + spread + 12).astype(int)
