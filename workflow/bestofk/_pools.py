"""What the estimates from pools share: checks, and softmax selection from all subsets of a pool at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import comb

from bestofk._checks import finite_array, increasing_counts

#: Most candidates in a pool: the number of its subsets is then a finite double.
N_MAX = 1000

#: Step of the trapezoidal rule in log u, and what is left out at either end; for an accuracy of 1e-12.
_STEP, _REACH = 0.3, 34.0
#: Largest range of scores over the temperature: beyond it weights underflow.
_RANGE = 600.0
#: Numbers held at once.
_CHUNK = 2**22


def checked(k: ArrayLike, scores: ArrayLike, errors: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Numbers of candidates, scores and errors, checked against one another."""
    scores = finite_array("scores", scores, (None, None))
    errors = finite_array("errors", errors, scores.shape)
    n, k = scores.shape[1], increasing_counts("k", k)
    if n > N_MAX:
        raise ValueError(f"a prompt has {n} candidates; it may have at most {N_MAX}")
    if k[-1] > n:
        raise ValueError(f"k is {k[-1]}, but a prompt has {n} candidates: no estimate goes beyond the pool")
    return k, scores, errors


def weights(scores: NDArray, temperature: float) -> NDArray:
    """exp(score/T) of every candidate over the largest of its prompt, (n_prompts, N): none may be zero."""
    span = float(np.ptp(scores, axis=1).max()) / temperature
    if span > _RANGE:
        raise ValueError(
            f"the scores of a prompt differ by {span:.3g} temperatures; they may by at most {_RANGE:g}: "
            "best_of_k is the limit of low temperature"
        )
    return np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)


def chances(k: NDArray, weight: NDArray) -> NDArray:
    """Chance of each of N candidates to be drawn by weight from a random subset of k, (n_k, N).

    `k` (n_k,) increases up to at most N, and the largest `weight` (N,) is 1.
    """
    n = weight.size
    if k[-1] == n:
        # All of them are one subset: no integral.
        fewer = chances(k[:-1], weight) if k.size > 1 else np.empty((0, n))
        return np.vstack([fewer, weight / weight.sum()])
    largest = int(k[-1])
    # Below, u sum(w) is negligible next to 1; above, exp(-u sum(w)) is, whatever the subset.
    span = -_REACH - np.log(largest), np.log(_REACH) - np.log(np.sort(weight)[: int(k[0])].sum())
    u = np.exp(np.arange(span[0], span[1] + _STEP, _STEP))
    chance, rows = np.zeros((k.size, n)), max(1, _CHUNK // (n * largest))
    for part in (u[first : first + rows, None] for first in range(0, u.size, rows)):
        x = np.exp(-part * weight)
        before, after = _symmetric(x, largest)[:-1], _symmetric(x[:, ::-1], largest)[-2::-1]
        for row, number in enumerate(k):
            # One of k, and k - 1 of those before it and after it.
            others = (before[:, :, :number] * after[:, :, number - 1 :: -1][:, :, :number]).sum(axis=2).T
            chance[row] += (part * x * others).sum(axis=0) * _STEP / comb(n, number)
    return chance * weight


def _symmetric(x: NDArray, count: int) -> NDArray:
    """Elementary symmetric polynomials of degree 0, 1, ... of the first i columns, (N + 1, n_u, count)."""
    result = np.zeros((x.shape[1] + 1, x.shape[0], count))
    result[:, :, 0] = 1.0
    for place in range(x.shape[1]):
        result[place + 1] = result[place]
        result[place + 1, :, 1:] += x[:, place, None] * result[place, :, :-1]
    return result
