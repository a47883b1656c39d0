"""The distance |gap + Z| of a candidate from the favourite of the reward, with digits in both tails."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from bestofk._panels import legendre


def density(r: NDArray, gap: NDArray | float) -> NDArray:
    """Density of |gap + Z| at r."""
    return np.exp(-0.5 * (r - gap) ** 2) * (1.0 + np.exp(-2.0 * gap * r)) / np.sqrt(2.0 * np.pi)


def cdf(r: NDArray, gap: NDArray | float) -> NDArray:
    """P(|gap + Z| < r), accurate relative to itself also where it is tiny."""
    probability = ndtr(r - gap) - ndtr(-r - gap)
    # The difference cancels when r is small; there the density varies by a factor of about 2 only.
    small = r * np.maximum(1.0, gap) < 1.0
    if small.any():
        nodes, weights = legendre(14)
        r, gap = (np.broadcast_to(value, small.shape)[small] for value in (r, gap))
        probability[small] = r * (density(r[:, None] * nodes, gap[:, None]) @ weights)
    return probability


def survival(r: NDArray, gap: NDArray | float) -> NDArray:
    """P(|gap + Z| > r), accurate relative to itself also where it is tiny."""
    return ndtr(gap - r) + ndtr(-gap - r)


def log_survival(r: NDArray, gap: NDArray | float) -> NDArray:
    """log P(|gap + Z| > r) for r >= 0 and gap >= 0, which broadcast."""
    return log_p(cdf(r, gap), survival(r, gap))


def log_p(one_minus_p: NDArray, p: NDArray) -> NDArray:
    """log p from whichever of p and 1 - p carries the digits; strictly negative and finite."""
    tiny = np.finfo(float).tiny
    from_complement = np.log1p(-np.clip(one_minus_p, tiny, 0.5))
    return np.where(one_minus_p < 0.5, from_complement, np.log(np.clip(p, tiny, 1.0 - 1e-16)))
