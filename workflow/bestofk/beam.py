"""Greedy beam search: an answer made in steps, of which the best by a partial reward are kept at each.

What counts is D_l, the kept partial answer of step l minus the teacher's, D_0 = 0. Step l adds to it
N(gap_l, s_l^2), gap_l being the mean of the student's step minus the teacher's. A partial reward that is
right judges |D_l|; one with a bias judges |D_l + b_l|. Only the last D_l is an error. With one step this is
best-of-k.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _folded_normal, _panels, _quadrature
from bestofk._checks import count, finite_array

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: Largest number of candidates of a step, and largest distance, in its standard deviations, from where the
#: partial reward before a step leaves the answer to where the one after wants it.
K_MAX, _LARGEST = 1_000_000, 12.0
#: Gauss-Legendre nodes of a panel of distances and of inputs, and how far the density is followed.
_NODES, _NODES_OF_INPUTS, _REACH = 12, 8, 8.8
#: Means treated at a time: their densities should stay in the cache of the processor.
_ROWS = 32
#: How far the density of a step may be from integrating to 1.
_TOLERANCE = 1e-9
#: Largest q_RR/s2 of a single step in an average: inputs beyond `_LARGEST` are then negligible.
_KAPPA_MAX = 2.0


def beam_error_at(
    k: ArrayLike,
    teacher_gaps: ArrayLike,
    *,
    step_stds: ArrayLike = 1.0,
    reward_biases: ArrayLike = 0.0,
) -> NDArray | float:
    """Return the squared error of a greedy beam of width 1 at one input.

    Parameters
    ----------
    k : array_like of int
        Candidates at each step, 1 to 10^6; inf is the limit, b_L^2.
    teacher_gaps : array_like, shape (n_steps,)
        Mean of each step minus the teacher's step, in output units.
    step_stds : array_like, shape () or (n_steps,)
        Standard deviation s_l > 0 of each step, in output units.
    reward_biases : array_like, shape () or (n_steps,)
        b_l: the partial reward of step l is -(D_l + b_l)^2; 0 is right. No gap_l + b_l - b_(l-1), b_0 = 0,
        may be larger in magnitude than 12 s_l.

    Returns
    -------
    float or ndarray
        E[D_L^2] in squared output units, of the shape of `k`. It costs k times n_steps candidate-steps.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    The density of U_l = D_l + b_l follows from that of U_(l-1): given it, the best of k has the density
    (k/s_l) phi((u - mu)/s_l) S(|u|/s_l; mu/s_l)^(k-1), mu = U_(l-1) - b_(l-1) + gap_l + b_l, with S(r; mu)
    the probability that |mu + Z| > r (derivation in the paper's appendix). With right partial rewards and
    many candidates only the last step counts: pi s_L^2 exp(gap_L^2/s_L^2)/((k + 1)(k + 2)).

    Examples
    --------
    >>> error = beam_error_at(32, [0.125] * 8, step_stds=0.125**0.5)
    >>> round(float(32**2 * error), 5)
    0.41014
    """
    gaps, stds, biases = _checked_steps(teacher_gaps, step_stds, reward_biases)
    ways = np.abs(gaps + np.diff(biases, prepend=0.0)) / stds
    if ways.max() > _LARGEST:
        raise ValueError(
            f"a step has |gap + change of the bias| = {ways.max():.3g} step_stds; it may be at most "
            f"{_LARGEST:g}"
        )
    k = np.asarray(k, dtype=float)
    if k.size == 0 or not np.all((k == np.inf) | ((k >= 1) & (k <= K_MAX) & (k == np.floor(k)))):
        raise ValueError(f"k is {k}; it must be an integer from 1 to {K_MAX}, or inf")
    distinct, where = np.unique(k, return_inverse=True)
    errors = np.array(
        [biases[-1] ** 2 if number == np.inf else _error(number, gaps, stds, biases) for number in distinct]
    )
    return errors[where].reshape(k.shape)[()]


def beam_error(k: ArrayLike, order_parameters: OrderParameters, *, steps: int) -> NDArray | float:
    """Return the squared error of a greedy beam of width 1 with even steps, averaged over Gaussian inputs.

    Parameters
    ----------
    k : array_like of int
        Candidates at each step, 1 to 10^6; inf is the limit.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps, of a judge that overshoots the teacher (q_tr^2 =
        q_tt q_rr) or is the teacher; q_rr at most 2 s2 times `steps`.
    steps : int
        L, at least 1. Each step has the gap Delta_T/L and the variance s2/L, and the partial reward of step l
        has the bias (Delta_R - Delta_T) l/L; with 1 step this is best-of-k.

    Returns
    -------
    float or ndarray
        In squared output units, of the shape of `k`.

    Raises
    ------
    ValueError
        If an argument is outside its domain, q_tr^2 is not q_tt q_rr, or q_rr is 0 and q_tt is not.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    `beam_error_at` averaged over inputs, Delta_R ~ N(0, q_RR). In standard deviations of a step the gap of
    one is sqrt(L) times smaller than that of the whole, so that a beam sees tasks L times easier. Relative
    accuracy 1e-7.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=1.0, c=0.0)
    >>> round(float(32**2 * beam_error(32, p, steps=2)), 2)
    5.01
    """
    p, steps = order_parameters, count("steps", steps)
    if abs(p.q_tr**2 - p.q_tt * p.q_rr) > 1e-9 * p.q_tt * p.q_rr or p.q_tr < 0:
        raise ValueError("q_tr^2 must be q_tt q_rr: a beam is averaged for judges that overshoot the teacher")
    if p.q_rr == 0 < p.q_tt:
        raise ValueError(f"q_rr is 0 and q_tt is {p.q_tt:g}; q_rr must then be positive")
    kappa = p.q_rr / (p.s2 * steps)
    if kappa > _KAPPA_MAX:
        raise ValueError(f"q_rr is {kappa:g} s2 times steps; it may be at most {_KAPPA_MAX:g}")
    # What the teacher's gap is of the judge's; without gaps it does not matter.
    share = np.sqrt(p.q_tt / p.q_rr) if p.q_rr > 0 else 0.0
    std, ramp = np.sqrt(p.s2 / steps), np.arange(1, steps + 1)
    finite = np.asarray(k, dtype=float)[np.isfinite(k)]
    most = float(finite.max(initial=1.0))
    gaps, (weights,) = _quadrature.average_nodes(np.array([kappa]), most, _NODES_OF_INPUTS)
    within = gaps <= _LARGEST
    return sum(
        weight
        * beam_error_at(
            k,
            np.full(steps, share * gap * std),
            step_stds=std,
            reward_biases=(1.0 - share) * gap * std * ramp,
        )
        for gap, weight in zip(gaps[within], weights[within], strict=True)
    )


def simulate_beam(
    k: int,
    teacher_gaps: ArrayLike,
    *,
    width: int,
    searches: int,
    rng: np.random.Generator,
    step_stds: ArrayLike = 1.0,
    reward_biases: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Simulate beam searches of any width at one input.

    Parameters
    ----------
    k : int
        Candidates at each step, a multiple of `width`: the first step draws k, each later one continues every
        kept partial answer k/width times, so that every width costs the same k candidate-steps a step.
    teacher_gaps, step_stds, reward_biases : array_like
        As for `beam_error_at`.
    width : int
        Partial answers that are kept after each step but the last, after which the best one is the answer.
    searches : int
        Independent searches.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (searches,)
        Squared errors D_L^2, in squared output units.

    Raises
    ------
    ValueError
        If `k` is no multiple of `width`, or an argument is outside its domain.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> squares = simulate_beam(8, [0.5, 0.5], width=2, searches=2000, rng=rng)
    >>> squares.shape, bool(squares.mean() < 0.1)
    ((2000,), True)
    """
    k, width, searches = count("k", k), count("width", width), count("searches", searches)
    if k % width:
        raise ValueError(f"k is {k} and width is {width}; k must be a multiple of it")
    gaps, stds, biases = _checked_steps(teacher_gaps, step_stds, reward_biases)
    kept = np.zeros((searches, 1))
    for step, (gap, std, bias) in enumerate(zip(gaps, stds, biases, strict=True)):
        start = np.repeat(kept, k // kept.shape[1], axis=1)
        distance = start + gap + std * rng.standard_normal((searches, k))
        keep = 1 if step == gaps.size - 1 else width
        best = np.argpartition(np.abs(distance + bias), keep - 1, axis=1)[:, :keep]
        kept = np.take_along_axis(distance, best, axis=1)
    return kept[:, 0] ** 2


def _checked_steps(
    gaps: ArrayLike, stds: ArrayLike, biases: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    gaps = finite_array("teacher_gaps", gaps, (None,))
    stds, biases = (
        np.broadcast_to(finite_array(name, value, () if np.ndim(value) == 0 else gaps.shape), gaps.shape)
        for name, value in (("step_stds", stds), ("reward_biases", biases))
    )
    if (stds <= 0).any():
        raise ValueError(f"step_stds has the entry {stds.min():g}; it must be positive")
    return gaps, stds, biases


def _error(k: float, gaps: NDArray, stds: NDArray, biases: NDArray) -> float:
    start, mass, bias = np.zeros(1), np.ones(1), 0.0
    for gap, std, next_bias in zip(gaps, stds, biases, strict=True):
        mean = start - bias + gap + next_bias
        u, measure = _nodes(float(np.abs(mean).max()), std, k)
        start, mass, bias = u, measure * _density(u, mean, mass, std, k), next_bias
        if abs(mass.sum() - 1.0) > _TOLERANCE:
            raise ArithmeticError(f"the density of a step integrates to 1 + {mass.sum() - 1.0:.1e}")
        # Distances that never occur would widen the next range of panels for nothing.
        likely = mass > 1e-25
        start, mass = start[likely], mass[likely]
    # The excess over bias^2 has its own digits.
    return bias**2 + float((start * (start - 2.0 * bias)) @ mass)


def _nodes(farthest: float, std: float, k: float) -> tuple[NDArray, NDArray]:
    """Nodes u != 0 and their weights: panels that grow from the cusp at 0, where the best of k lie."""
    edges = [0.0, std / (2.0 * k)]
    while edges[-1] < farthest + _REACH * std:
        # Far from 0 the best of many candidates are spread by a fraction of the deviation.
        edges.append(edges[-1] + min(edges[-1], 0.6 * std))
    u, weight = _panels.panel_nodes(np.array(edges), _NODES)
    return np.concatenate([-u[::-1], u]), np.concatenate([weight[::-1], weight])


def _density(u: NDArray, mean: NDArray, mass: NDArray, std: float, k: float) -> NDArray:
    """Density at u of the candidate with the smallest |u| of k, given the mean of all; averaged over it."""
    # The nodes lie symmetrically around 0: the half above it tells how likely a smaller |u| is.
    r = u[u.size // 2 :] / std
    above, below = np.zeros((2, r.size))
    for first in range(0, mean.size, _ROWS):
        part = slice(first, first + _ROWS)
        centre = mean[part, None] / std
        fewer = (k - 1.0) * _folded_normal.log_survival(r, np.abs(centre))
        above += mass[part] @ np.exp(fewer - 0.5 * (r - centre) ** 2)
        below += mass[part] @ np.exp(fewer - 0.5 * (r + centre) ** 2)
    return np.concatenate([below[::-1], above]) * k / (std * np.sqrt(2.0 * np.pi))
