"""Greedy beam search: an answer made in steps, of which the best by a partial reward are kept at each.

A step adds N(-gap_l, s_l^2) to the partial answer, gap_l being how far the student's mean step is from the
teacher's, up to sign; what counts is the distance D_l of the kept partial answer from the teacher's, D_0 = 0.
A partial reward that is right judges |D_l|; one with a bias judges |D_l + b_l|. Only the last distance is an
error. With one step this is best-of-k.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _quadrature
from bestofk._checks import count, finite_array

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: Largest number of candidates of a step, and largest gap or bias in standard deviations of its step.
K_MAX, _LARGEST = 1_000_000, 12.0
#: Gauss-Legendre nodes of a panel, and how far the density of the distances is followed.
_NODES, _REACH = 12, 8.8
#: How far the density of a step may be from integrating to 1.
_TOLERANCE = 1e-9
#: Gauss-Hermite nodes over the inputs.
_INPUTS = 64


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
        Candidates at each step, 1 to 10^6.
    teacher_gaps : array_like, shape (n_steps,)
        Mean of each step minus the teacher's step, in output units.
    step_stds : array_like, shape () or (n_steps,)
        Standard deviation s_l > 0 of each step, in output units.
    reward_biases : array_like, shape () or (n_steps,)
        b_l: the partial reward of step l is -(D_l + b_l)^2, D_l the distance from the teacher. 0 is right.

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
    gaps = finite_array("teacher_gaps", teacher_gaps, (None,))
    stds, biases = (
        np.broadcast_to(finite_array(name, value, () if np.ndim(value) == 0 else gaps.shape), gaps.shape)
        for name, value in (("step_stds", step_stds), ("reward_biases", reward_biases))
    )
    if (stds <= 0).any():
        raise ValueError(f"step_stds has the entry {stds.min():g}; it must be positive")
    for name, value in (("teacher_gaps", gaps), ("reward_biases", biases)):
        if (np.abs(value) > _LARGEST * stds).any():
            raise ValueError(f"{name} is {value}; it may be at most {_LARGEST:g} step_stds in magnitude")
    k = np.asarray(k, dtype=float)
    if not np.all((k >= 1) & (k <= K_MAX) & (k == np.floor(k))):
        raise ValueError(f"k is {k}; it must be an integer from 1 to {K_MAX}")
    distinct, where = np.unique(k, return_inverse=True)
    errors = np.array([_error(number, gaps, stds, biases) for number in distinct])
    return errors[where].reshape(k.shape)[()]


def beam_error(k: ArrayLike, order_parameters: OrderParameters, *, steps: int) -> NDArray | float:
    """Return the squared error of a greedy beam of width 1 with even steps, averaged over Gaussian inputs.

    Parameters
    ----------
    k : array_like of int
        Candidates at each step, 1 to 10^6.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps, of a judge that overshoots the teacher (q_tr^2 =
        q_tt q_rr) or is the teacher.
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
        If an argument is outside its domain, or the two gaps are not proportional.
    ArithmeticError
        If the quadrature misses its accuracy.

    Notes
    -----
    `beam_error_at` averaged over Delta_T ~ N(0, q_TT) by Gauss-Hermite quadrature, without inputs whose gap
    is beyond 12 step deviations. Relative accuracy 1e-5 for q_RR up to 2 s2; less where rare inputs decide.

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
    ratio = np.sqrt(p.q_rr / p.q_tt) - 1.0 if p.q_tt > 0 else 0.0
    nodes, weights = np.polynomial.hermite_e.hermegauss(_INPUTS)
    std = np.sqrt(p.s2 / steps)
    ramp = np.arange(1, steps + 1) / steps
    total = 0.0
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        gap = np.sqrt(p.q_tt) * node
        # A gap and its negative are mirror images.
        if node > 0 and max(abs(gap) / steps, abs(ratio * gap)) <= _LARGEST * std:
            total = total + 2.0 * weight * beam_error_at(
                k, np.full(steps, gap / steps), step_stds=std, reward_biases=ratio * gap * ramp
            )
    return total


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
        If `k` is no multiple of `width`, or a number is below 1.

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
    gaps = finite_array("teacher_gaps", teacher_gaps, (None,))
    stds, biases = np.broadcast_to(step_stds, gaps.shape), np.broadcast_to(reward_biases, gaps.shape)
    kept = np.zeros((searches, 1))
    for step, (gap, std, bias) in enumerate(zip(gaps, stds, biases, strict=True)):
        start = np.repeat(kept, k // kept.shape[1], axis=1)
        distance = start + gap + std * rng.standard_normal((searches, k))
        keep = 1 if step == gaps.size - 1 else width
        best = np.argpartition(np.abs(distance + bias), keep - 1, axis=1)[:, :keep]
        kept = np.take_along_axis(distance, best, axis=1)
    return kept[:, 0] ** 2


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
        edges.append(edges[-1] + min(edges[-1], std))
    u, weight = _quadrature.panel_nodes(np.array(edges), _NODES)
    return np.concatenate([-u[::-1], u]), np.concatenate([weight[::-1], weight])


def _density(u: NDArray, mean: NDArray, mass: NDArray, std: float, k: float) -> NDArray:
    """Density at u of the candidate with the smallest |u| of k, given the mean of all; averaged over it."""
    density = np.zeros(u.size)
    r, y = np.abs(u) / std, u / std
    for centre, weight in zip(mean / std, mass, strict=True):
        log_p = _quadrature.log_folded_survival(r, abs(centre))
        density += weight * np.exp((k - 1.0) * log_p - 0.5 * (y - centre) ** 2)
    return density * k / (std * np.sqrt(2.0 * np.pi))
