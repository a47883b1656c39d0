"""Softmax selection from all subsets of a pool at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

#: Step of the trapezoidal rule in log u, and what is left out at either end; for an accuracy of 1e-12.
_STEP, _REACH = 0.3, 34.0
#: Numbers held at once.
_CHUNK = 2**22


def chances(k: NDArray, weight: NDArray) -> NDArray:
    """Chance of each of N candidates to be drawn by weight from a random subset of k, (n_k, N).

    `k` (n_k,) increases up to at most N, and the largest `weight` (N,) is 1.
    """
    n, largest = weight.size, int(k[-1])
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
