"""Integrals over the candidates of softmax selection, at t > 0: what `_quadrature` integrates once more.

In units of the predictive standard deviation; x = e^v w(Y), w = exp(-Y^2/(2t)), Y = gap + Z.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bestofk import _folded_normal
from bestofk._panels import legendre

#: Standard deviations beyond which a Gaussian is left out.
REACH = 8.8
#: z = v - Y^2/(2t) where exp(-e^z) changes; above the first it is zero to double precision.
GUMBEL_BREAKS = np.array([3.7, 2.3, 0.9, -0.8, -3.0, -8.0, -18.0])


def limits(gap: NDArray | float, t: NDArray | float) -> tuple[NDArray, NDArray]:
    """Return mean and variance of Y of the chosen candidate at k = infinity, where it is Gaussian."""
    with np.errstate(divide="ignore"):
        share = 1.0 / (1.0 + 1.0 / np.asarray(t, dtype=float))  # t/(1+t), also at t = 0 and infinity
    return gap * share, share


def densities(v: NDArray, gap: float, t: float, order: int) -> tuple[NDArray, NDArray, NDArray, int]:
    """Return 1 - a(v), a(v) and, shape (n, 3), E[(1, Y - limit, Y^2 - limit) x e^(-x)] with x = e^v w(Y).

    The last result is the number of values of Y behind them.

    a(v) = E exp(-x) is P(H <= -v), w = exp(-Y^2/(2t)). The integrals run over y = |Y| on panels that resolve
    both the Gaussian and the Gumbel transition near y = sqrt(2 t v). Where x is small at the candidates that
    carry E[w], the excess uses E[(Y^j - limit) x (e^(-x) - 1)]: the same, because E[(Y^j - limit) x] = 0, but
    without cancellation.
    """
    y, measure, row, linear, low, high = _candidate_nodes(v, gap, t, order)
    # Nodes along the first axis: every operation then runs along contiguous panels. Little else costs as much
    # time in the whole of the theory, hence the work in place and the exponentials that serve twice.
    squared = y * y
    x = squared * (-0.5 / t)
    x += v[row]
    np.exp(x, out=x)
    chance = y - gap
    chance *= chance
    chance *= -0.5
    np.exp(chance, out=chance)
    chance *= measure
    # Y = -y comes with the odds e^(-2 gap y) of Y = y.
    lacking = y * (-2.0 * gap)
    np.expm1(lacking, out=lacking)
    mean, variance = limits(gap, t)
    signed = y * lacking
    signed *= -1.0
    lacking += 2.0
    signed -= mean * lacking
    signed *= chance
    chance *= lacking
    squared -= variance + mean**2
    squared *= chance
    reach = np.expm1(-x)
    tilt = np.where(linear[row], reach, 1.0 + reach)
    tilt *= x

    def total(*factors: NDArray) -> NDArray:
        return np.bincount(row, weights=np.einsum("np,np->p", *factors), minlength=v.size)

    below = np.where(linear, 0.0, _folded_normal.cdf(low, gap))
    one_minus_p = below - total(chance, reach)
    reach += 1.0
    p = _folded_normal.survival(high, gap) + total(chance, reach)
    reach *= x
    density = [total(chance, reach), total(signed, tilt), total(squared, tilt)]
    return one_minus_p, p, np.stack(density, axis=1), y.size


def squares(v: NDArray, gap: float, t: float, order: int) -> NDArray:
    """Return E[(Y - limit)^2 x^2 e^(-x)], (n,): what a candidate adds to the square of a weighted mean."""
    y, measure, row, *_ = _candidate_nodes(v, gap, t, order)
    mean, _ = limits(gap, t)
    x = np.exp(v[row] - y**2 / (2.0 * t))
    odds = np.exp(-2.0 * gap * y)
    # (y - mean)^2 + (y + mean)^2 odds, without differences of large numbers.
    square = (y - mean) ** 2 * (1.0 + odds) + 4.0 * mean * y * odds
    chance = np.exp(-0.5 * (y - gap) ** 2) * measure
    return np.bincount(row, weights=(chance * square * x**2 * np.exp(-x)).sum(axis=0), minlength=v.size)


def _candidate_nodes(
    v: NDArray, gap: float, t: float, order: int
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Nodes in y = |Y| for every v: y and measure (order, panels), the v of each panel, and the window."""
    low, high, linear = _window(v, gap, t)
    inner = np.sqrt(2.0 * t * np.maximum(v[:, None] - GUMBEL_BREAKS, 0.0))
    inner = np.clip(inner, low[:, None], high[:, None])
    edges = np.concatenate([low[:, None], inner, high[:, None]], axis=1)
    length = np.diff(edges, axis=1)
    pieces = np.ceil(length / (2.2 * np.sqrt(t / (1.0 + t)))).astype(int).ravel()
    row = np.repeat(np.arange(v.size).repeat(length.shape[1]), pieces)
    step = np.repeat(length.ravel() / np.maximum(pieces, 1), pieces)
    index = np.arange(row.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = np.repeat(edges[:, :-1].ravel(), pieces) + index * step

    nodes, weights = legendre(order)
    y = start + nodes[:, None] * step
    return y, weights[:, None] * (step / np.sqrt(2.0 * np.pi)), row, linear, low, high


def _window(v: NDArray, gap: float, t: float) -> tuple[NDArray, NDArray, NDArray]:
    """Range of |Y| that carries the integrals at each v, and where x is small at the tilted mean ("linear").

    The integrands are log-concave: the Gaussian around the gap below y_c = sqrt(2 t v), where x = 1, and the
    Gaussians tilted by w and w^2 above it. The window ends where they have fallen by exp(-REACH^2/2).
    """
    variance, mean = t / (1.0 + t), gap * t / (1.0 + t)
    variance_2, mean_2 = t / (2.0 + t), gap * t / (2.0 + t)
    y_c = np.sqrt(2.0 * t * np.maximum(v, 0.0))
    linear = v < mean**2 / (2.0 * t)
    drop = REACH**2 * variance
    high = np.minimum(gap + REACH, mean + np.sqrt((np.maximum(y_c, mean) - mean) ** 2 + drop))
    onset = np.sqrt(2.0 * t * np.maximum(v - GUMBEL_BREAKS[0], 0.0))
    direct = np.maximum(onset, np.minimum(y_c, gap) - REACH)
    peak = np.clip(y_c, mean_2, mean)
    tilted = np.minimum(mean_2 - REACH * np.sqrt(variance_2), mean - np.sqrt((mean - peak) ** 2 + drop))
    low = np.maximum(np.where(linear, tilted, direct), 0.0)
    return np.minimum(low, high), high, linear
