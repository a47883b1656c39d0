"""The walk through the candidates of selection, and what other simulations share with it.

Everything is done in standard units, gap/s and Z ~ N(0, 1): forming m + s Z with s much smaller than m would
lose the digits that decide which candidate is the best. Candidates are drawn and compared in float64, which
costs no more than float32, because drawing a normal number takes longer than all the rest. Only the softmax
weights, relative to the best candidate, and the errors that they multiply are float32.

Arrays are laid out as (candidates, inputs), so that every operation runs along contiguous inputs, and are
small enough to stay in cache.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from bestofk._checks import finite_array

#: Inputs that share one stream of candidates. Part of the meaning of a seed: another value, other numbers.
BLOCK = 2048

#: Candidates times inputs in memory at once: 512 kB for an array of float64. Not part of a seed's meaning.
_CHUNK = 2**16

#: Largest |gap|/s: there float64 still resolves distances of 1e-10 s between candidate and reward.
_LARGEST_GAP = 1e6

#: Largest s^2/T. Colder is best-of-k to all digits, and the exponents would leave the range of float32.
_COLDEST = 1e25


def blocks(n_inputs: int, rng: np.random.Generator) -> Iterator[tuple[slice, np.random.Generator]]:
    """Yield the inputs of each block, and the generator from which all of them draw their candidates."""
    for start in range(0, n_inputs, BLOCK):
        yield slice(start, start + BLOCK), rng.spawn(1)[0]


def standard_gaps(
    teacher_gap: ArrayLike, reward_gap: ArrayLike, predictive_std: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gaps in units of s and the variance s^2 of each input, checked: (m,), (n_rewards, m) and (m,)."""
    teacher_gap = finite_array("teacher_gap", teacher_gap, (None,))
    reward_gap = finite_array("reward_gap", reward_gap, (None, teacher_gap.size))
    shape = () if np.ndim(predictive_std) == 0 else teacher_gap.shape
    predictive_std = finite_array("predictive_std", predictive_std, shape)
    if (predictive_std <= 0).any():
        raise ValueError(f"predictive_std has the entry {predictive_std.min()}; it must be positive")
    teacher_gap, reward_gap = teacher_gap / predictive_std, reward_gap / predictive_std
    for name, gap in (("teacher_gap", teacher_gap), ("reward_gap", reward_gap)):
        if np.abs(gap).max() > _LARGEST_GAP:
            largest = np.abs(gap).max()
            raise ValueError(f"{name} is {largest:g} predictive_std; it must be at most {_LARGEST_GAP:g}")
    return teacher_gap, reward_gap, np.full(teacher_gap.shape, predictive_std**2)


def block_errors(
    teacher_gap: np.ndarray,
    reward_gap: np.ndarray,
    variance: np.ndarray,
    k: np.ndarray,
    temperature: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """`selected_errors` for one block of inputs, gaps in units of s; walks through the candidates once."""
    n_rewards, n_inputs = reward_gap.shape
    cold = temperature == 0
    warm = temperature[~cold, None]
    # Y = Delta_R/s + Z; weights are exp(-rate Y^2).
    rate = variance / np.maximum(warm, variance / _COLDEST)
    exponent = (-rate).astype(np.float32)
    above = np.full((n_rewards, n_inputs), np.inf)  # least positive Y so far
    below = np.full((n_rewards, n_inputs), -np.inf)  # greatest negative Y so far
    sums = np.zeros((n_rewards, 2, *rate.shape))  # of the weights and of the weighted errors
    added = np.empty(sums.shape[1:], dtype=np.float32)
    scratch = np.empty_like(rate)
    # Two allocations, not five: the allocator then keeps the memory for the next block, and fresh memory
    # costs more than the arithmetic in it.
    rows = min(max(1, _CHUNK // n_inputs), int(k[-1]))
    buffers = [
        *np.empty((2, rows, n_inputs)),
        *np.empty((3, rows, n_inputs), dtype=np.float32),
    ]
    softmax, nearest = np.empty((n_rewards, warm.size, k.size)), np.empty((n_rewards, k.size))
    drawn = 0
    for column, stop in enumerate(k):
        while drawn < stop:
            z, y, error, excess, weight = (b[: min(rows, stop - drawn)] for b in buffers)
            rng.standard_normal(out=z)
            if warm.size:
                np.add(z, teacher_gap, out=y)
                np.multiply(y, y, out=error, casting="same_kind")
            for r in range(n_rewards):
                np.add(z, reward_gap[r], out=y)
                before = np.minimum(above[r], -below[r])
                # Read as integers, the bits of positive floats come before those of negative ones (unsigned)
                # or after them (signed), and negative floats are ordered by size.
                _lower(above[r].view(np.uint64), y.view(np.uint64))
                _lower(below[r].view(np.int64), y.view(np.int64))
                if not warm.size:
                    continue
                least = np.minimum(above[r], -below[r]) ** 2
                if drawn:
                    np.multiply(rate, least - before**2, out=scratch)
                    sums[r] *= np.exp(scratch, out=scratch)
                np.multiply(y, y, out=y)
                np.subtract(y, least, out=excess, casting="same_kind")
                for i, factor in enumerate(exponent):
                    np.exp(np.multiply(excess, factor, out=weight), out=weight)
                    np.add.reduce(weight, axis=0, out=added[0, i])
                    np.multiply(weight, error, out=weight)
                    np.add.reduce(weight, axis=0, out=added[1, i])
                sums[r] += added
            drawn += len(z)
        for r in range(n_rewards if warm.size else 0):
            np.divide(sums[r, 1], sums[r, 0], out=scratch)
            softmax[r, :, column] = np.multiply(scratch, variance, out=scratch).sum(axis=-1)
        if warm.size < temperature.size:
            chosen = teacher_gap - reward_gap + np.where(above < -below, above, below)
            nearest[:, column] = (variance * chosen**2).sum(axis=-1)
    totals = np.empty((n_rewards, temperature.size, k.size))
    totals[:, ~cold], totals[:, cold] = softmax, nearest[:, None]
    return totals


def _lower(least: np.ndarray, values: np.ndarray) -> None:
    """Lower each entry of `least`, in place, to the smallest value in its column."""
    np.minimum(least, np.minimum.reduce(values, axis=0), out=least)
