"""Monte Carlo of the rules that combine candidates, on the candidates that selection is simulated with."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import finite_array, positive_number
from bestofk.simulation import BLOCK, _checked_k

#: The rules that need no reward, and those that weigh candidates by it.
BLIND, WEIGHTED = ("mean", "median", "vote"), ("weighted_mean", "weighted_vote")


def aggregated_errors(
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    k: ArrayLike,
    reduced_temperature: float,
    width: float,
    phase: ArrayLike,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.float64]]:
    """Sum over inputs the squared error of every rule that combines candidates.

    Parameters
    ----------
    teacher_gap : array_like, shape (m,)
        Delta_T/s of each input.
    reward_gap : array_like, shape (n_rewards, m)
        Delta_R/s of each input under each reward.
    k : array_like of int, shape (n_k,)
        Numbers of candidates, >= 1, strictly increasing. The candidates of one block of inputs are in memory.
    reduced_temperature : float
        t = T/(2 s^2) > 0 of the weights exp(-Y^2/(2t)).
    width : float
        Width of a cell of the grid of answers, in units of s.
    phase : array_like, shape (m,)
        Distance from the predictive mean of an input up to the next centre of a cell, in widths.
    rng : numpy.random.Generator
        It must be able to spawn. In the same state, `simulation.selected_errors` sees the same candidates.

    Returns
    -------
    dict of ndarray
        In units of s^2, by rule: ``mean``, ``median`` and ``vote`` of shape (n_k,), ``weighted_mean`` and
        ``weighted_vote`` of shape (n_rewards, n_k). Of cells that lead together the mean error counts.

    Raises
    ------
    ValueError
        If an argument is outside the domain stated above.

    Notes
    -----
    The rules are those of `aggregation`, `weighted_mean` and `votes`; a weighted vote adds up the weights of
    the candidates in each cell.

    Examples
    --------
    >>> sums = aggregated_errors(np.zeros(10_000), np.zeros((1, 10_000)), k=[1, 4], reduced_temperature=1.0,
    ...                          width=0.5, phase=np.zeros(10_000), rng=np.random.default_rng(0))
    >>> np.round(sums["mean"] / 10_000, 1).tolist()
    [1.0, 0.2]
    """
    teacher_gap = finite_array("teacher_gap", teacher_gap, (None,))
    reward_gap = finite_array("reward_gap", reward_gap, (None, teacher_gap.size))
    phase = finite_array("phase", phase, teacher_gap.shape)
    t, width = positive_number("reduced_temperature", reduced_temperature), positive_number("width", width)
    k = _checked_k(k)
    total = {rule: np.zeros(k.size) for rule in BLIND}
    total |= {rule: np.zeros((reward_gap.shape[0], k.size)) for rule in WEIGHTED}
    for start in range(0, teacher_gap.size, BLOCK):
        part = slice(start, start + BLOCK)
        gap, shift = teacher_gap[part], phase[part]
        z = rng.spawn(1)[0].standard_normal((k[-1], gap.size))
        cell = np.rint(z / width - shift).astype(int)
        lowest = cell.min()
        # One row an input: the squared errors of the answers, and the place of each candidate's answer.
        answers = width * (np.arange(lowest, cell.max() + 1) + shift[:, None])
        squares = (gap[:, None] + answers) ** 2
        place = cell - lowest + answers.shape[1] * np.arange(gap.size)
        for column, number in enumerate(k):
            drawn, chosen = z[:number], place[:number]
            total["mean"][column] += np.sum((gap + drawn.mean(axis=0)) ** 2)
            total["median"][column] += np.sum((gap + np.median(drawn, axis=0)) ** 2)
            total["vote"][column] += _of_leaders(chosen, None, squares)
            for row, judged in enumerate(reward_gap[:, part]):
                distance = (judged + drawn) ** 2
                weight = np.exp((distance.min(axis=0) - distance) / (2.0 * t))
                mean = (weight * drawn).sum(axis=0) / weight.sum(axis=0)
                total["weighted_mean"][row, column] += np.sum((gap + mean) ** 2)
                total["weighted_vote"][row, column] += _of_leaders(chosen, weight, squares)
    return total


def _of_leaders(place: NDArray, weight: NDArray | None, squares: NDArray) -> float:
    """Sum over inputs the squared error of the cell with the most votes, or the mean of those that tie."""
    weight = None if weight is None else weight.ravel()
    votes = np.bincount(place.ravel(), weight, minlength=squares.size).reshape(squares.shape)
    leads = votes == votes.max(axis=1, keepdims=True)
    return float(np.sum((leads * squares).sum(axis=1) / leads.sum(axis=1)))
