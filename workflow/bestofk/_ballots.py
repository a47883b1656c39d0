"""What plain and weighted votes share: the contour integral over the number of candidates, and checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, xlogy

from bestofk import _domain
from bestofk._checks import positive_number


def circle(k: int, free: float, negligible: float) -> Iterator[tuple[complex, float]]:
    """Yield points x on the unit circle and factors: they sum real parts f(x) x^-k to the k-th coefficient.

    That of the generating function f of a Poisson number of mean k, over the probability that it is k. `free`
    is the part of the candidates whose number f leaves as it is: f falls like exp(-k free (1 - cos(angle))).
    Where votes are cut off it may not fall at all, as even and odd numbers of votes tell. Angles where f is
    below `negligible` are left out.
    """
    # Poisson totals a multiple of `angles` away from k would be taken for k; by Bernstein's inequality they
    # are rare. The lower half of the circle follows from the upper one.
    rare = -np.log(negligible)
    angles = int(np.ceil(rare / 3.0 + np.sqrt((rare / 3.0) ** 2 + 2.0 * k * rare)))
    sum_is_k = np.exp(xlogy(k, k) - k - gammaln(k + 1))
    for number in range(angles // 2 + 1):
        angle = 2.0 * np.pi * number / angles
        if k * free * (1.0 - np.cos(angle)) < rare:
            yield np.exp(1j * angle), (1.0 if 2 * number in (0, angles) else 2.0) / (angles * sum_is_k)


def most_votes(
    mass: NDArray, marks: Iterable[tuple[complex, complex]], *, first: int, ties: int
) -> NDArray[np.float64]:
    """Return the chance of each cell to get the most votes, for a given number of all votes.

    `mass` (cells, votes + 1) holds the probability of each number of votes, of cells that are independent but
    for the number of all votes. `marks` are points x and factors that sum a function f(x) of all votes to its
    coefficient. Fewer than `first` votes never win. Ties are shared equally, exactly where at most `ties`
    cells tie.
    """
    # 1/(j + 1) = int_0^1 y^j dy, y a factor for each other cell that has as many votes as the winner.
    shares, weights = np.polynomial.legendre.leggauss((ties + 1) // 2)
    votes, total = np.arange(mass.shape[1]), np.zeros(mass.shape[0])
    for mark, factor in marks:
        equal = mass * mark**votes
        fewer = np.cumsum(equal, axis=1) - equal
        equal, fewer = equal[:, first:], fewer[:, first:]
        others = sum(
            weight / 2 * products_of_others(fewer + (share + 1) / 2 * equal)
            for share, weight in zip(shares, weights, strict=True)
        )
        total += (factor * (equal * others).sum(axis=1)).real
    return total


def products_of_others(factors: NDArray) -> NDArray:
    """Products over the first axis that leave out one entry each."""
    before = np.ones_like(factors)
    np.cumprod(factors[:-1], axis=0, out=before[1:])
    after = np.ones_like(factors)
    after[:-1] = np.cumprod(factors[:0:-1], axis=0)[::-1]
    return before * after


def checked_k(k: ArrayLike, largest: int) -> NDArray:
    """Numbers of candidates, as floats: integers from 1, or inf."""
    k = np.asarray(k, dtype=float)
    if k.size == 0:
        raise ValueError("k is empty; at least one number of candidates is needed")
    if not np.all((k == np.inf) | ((k >= 1) & (k <= largest) & (k == np.floor(k)))):
        raise ValueError(f"k is {k}; for a vote it must be an integer from 1 to {largest}, or inf")
    return k


def checked_width(width: float) -> float:
    """The width of a cell in units of s."""
    if not 0.05 <= positive_number("width", width) <= 20:
        raise ValueError(f"width is {width:g} predictive_std; it must be from 0.05 to 20")
    return width


def checked_phase(phase: float) -> float:
    """The phase of a grid."""
    if not 0 <= _domain.one_number("phase", phase) < 1:
        raise ValueError(f"phase is {phase}; it must be from 0 to below 1")
    return phase
