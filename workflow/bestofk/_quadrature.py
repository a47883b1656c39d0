"""Quadrature behind `bestofk.selection`: one rule per input serves every number of candidates.

Everything is in units of the predictive standard deviation. A candidate has Y = gap + Z, gap >= 0,
Z ~ N(0, 1), and softmax selection is best-of-k of the perturbed score H = -Y^2/(2t) + Gumbel (of -|Y| at
t = 0). With p = P(H <= h) and F_j(h) = E[Y^j - limit_j; H at h], limit_j the value at k = infinity, the
excess of the j-th selected moment is

    k * integral of F_j(h) p(h)^(k-1) dh.

Subtracting the limit under the integral keeps the digits of an excess that is a tiny part of the error.
In L = log(-log p) the factor k p^(k-1) dp is one fixed bell curve shifted by log k, so panels of equal length
in L resolve every k at once. L only *places* the panels: they are integrated in the original variable with
the exact densities, so that the normalization, nu_0 = 1, is an independent check of each rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

#: Gauss-Legendre nodes of a panel: for one input, and for averages, which need a relative accuracy of 1e-9.
NODES, NODES_OF_AVERAGE = 15, 13
#: Longest panel in L (the integrands are analytic within about pi/2 of the real axis), and in |Y|.
_PANEL_L, _PANEL_Y = 2.4, 2.5
#: A part below exp(-_NEGLIGIBLE) of an integral is left out, and so is a Gaussian beyond _REACH deviations.
_NEGLIGIBLE, _REACH = 37.0, 8.8
#: z = v - Y^2/(2t) where exp(-e^z) changes; above the first it is zero to double precision.
_GUMBEL_BREAKS = np.array([3.7, 2.3, 0.9, -0.8, -3.0, -8.0, -18.0])
#: v above which the Gumbel noise no longer reaches Y = 0, so that everything is smooth in sqrt(v).
_GUMBEL_SEAM = 3.0
#: Numbers of candidates evaluated at a time, which bounds the memory.
_ROWS = 2048
#: kappa below which an average is the value at b = 0, to every digit; its square root is far from underflow.
_NO_SPREAD = 1e-150


@dataclass(frozen=True, eq=False)
class Rule:
    """One input: ``log_p`` (n,) and weighted densities ``mass`` (n, 3) of 1, Y - limit and Y^2 - limit.

    ``pairs`` (n, 2), of a rule that was asked for them, holds what one candidate and what two candidates add
    to the square of a weighted mean. ``evaluations`` counts the integrands behind all this: n at t = 0, and
    the nodes in |Y| of all n at t > 0.
    """

    log_p: NDArray
    mass: NDArray
    evaluations: int
    pairs: NDArray | None = None

    def excess(self, k: NDArray) -> NDArray:
        """Return nu_0 and the excess of nu_1 and nu_2 over their limits, (nk, 3), for k (nk,)."""
        parts = (k[first : first + _ROWS, None] for first in range(0, k.size, _ROWS))
        return np.concatenate([part * (np.exp((part - 1.0) * self.log_p) @ self.mass) for part in parts])

    def squared_mean(self, k: NDArray) -> NDArray:
        """Return E[(sum_i p_i Y_i - limit)^2], p the softmax weights, (nk,), for k (nk,)."""
        one, two = self.pairs.T
        candidates = k[:, None]
        alone = k * (np.exp((candidates - 1.0) * self.log_p) @ one)
        return alone + k * (k - 1.0) * (np.exp((candidates - 2.0) * self.log_p) @ two)


@dataclass(frozen=True, eq=False)
class _Scan:
    """Where L lies: a coarse scan of it, and the exact functions on the same coordinate.

    ``level`` is L at the increasing ``position``; ``pieces`` (one per interval) is the number of panels that
    an interval needs for other reasons than L; no panel may cross ``seam``, where ``unfold`` changes form.
    ``unfold`` maps a position to the variable of integration and its derivative, ``densities`` the variable
    (and a number of nodes) to log p (n,), the densities (n, 3) and the number of evaluations.
    """

    position: NDArray
    level: NDArray
    pieces: NDArray
    seam: float
    unfold: Callable[[NDArray], tuple[NDArray, NDArray]]
    densities: Callable[[NDArray, int], tuple[NDArray, NDArray, int]]


def limits(gap: NDArray | float, t: NDArray | float) -> tuple[NDArray, NDArray]:
    """Return mean and variance of Y of the chosen candidate at k = infinity, where it is Gaussian."""
    with np.errstate(divide="ignore"):
        share = 1.0 / (1.0 + 1.0 / np.asarray(t, dtype=float))  # t/(1+t), also at t = 0 and infinity
    return gap * share, share


def rule(
    gap: float, t: float, k_min: float, k_max: float, nodes: int | None = None, *, pairs: bool = False
) -> Rule:
    """Return the rule of one input, gap >= 0, at reduced temperature t >= 0, for all k of [k_min, k_max].

    With ``pairs``, at t > 0, also what the square of a weighted mean needs.
    """
    nodes = NODES if nodes is None else nodes
    bounds = -_NEGLIGIBLE - np.log(k_max), np.log(_NEGLIGIBLE / k_min)
    scan = _scan(gap, t, bounds[0])
    position, weight = panel_nodes(_edges(scan, bounds), nodes)
    variable, derivative = scan.unfold(position)
    log_p, density, evaluations = scan.densities(variable, nodes)
    weight = (weight * derivative)[:, None]
    if not pairs:
        return Rule(log_p, weight * density, evaluations)
    squares = np.stack([_softmax_squares(variable, gap, t, nodes), density[:, 1] ** 2], axis=1)
    return Rule(log_p, weight * density, evaluations, weight * squares)


def by_input(gap: NDArray, t: NDArray) -> Iterator[tuple[float, float, NDArray]]:
    """Yield |gap|, t and the places of each distinct input among vectors of gaps and temperatures."""
    if gap.size == 0:
        return
    inputs, which = np.unique(np.stack([np.abs(gap), t], axis=1), axis=0, return_inverse=True)
    places = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))[:-1])
    for (size, temperature), place in zip(inputs, places, strict=True):
        yield size, temperature, place


def response(p: NDArray, gap: float, t: float) -> NDArray:
    """Return E[Y - limit] and E[Y^2 - limit], (n, 2), at the p-quantile of the perturbed score, 0 < p < 1."""
    level = np.log(-np.log(p))
    scan = _scan(gap, t, level.min())
    cell = np.clip(np.searchsorted(scan.level, level), 1, scan.level.size - 1)
    low, high = scan.position[cell - 1], scan.position[cell]
    position = np.clip(np.interp(level, scan.level, scan.position), low, high)
    for _ in range(60):  # Newton, with bisection where it would leave the bracket
        variable, derivative = scan.unfold(position)
        log_p, density, _ = scan.densities(variable, NODES)
        miss = np.log(-log_p) - level
        low, high = np.where(miss < 0.0, position, low), np.where(miss > 0.0, position, high)
        newton = position + miss * np.exp(log_p) * log_p / (density[:, 0] * derivative)
        inside = (newton >= low) & (newton <= high)
        position = np.where(inside, newton, 0.5 * (low + high))
        if np.all(np.abs(miss) < 1e-11):
            break
    return density[:, 1:] / density[:, :1]


def average_nodes(kappa: NDArray, k_max: float, nodes: int = NODES_OF_AVERAGE) -> tuple[NDArray, NDArray]:
    """Return nodes b >= 0 (nb,) and weights (nkappa, nb): averages of even functions of b ~ N(0, kappa).

    The integrand changes at b^2 ~ 2 log k, where k candidates just reach the reward's favourite, over a
    length 1/b; far beyond it is smooth. The rare inputs there carry a part k^(-1/kappa) of an average: the
    range must keep them.
    """
    spreading = kappa > _NO_SPREAD
    positive = kappa[spreading]
    if positive.size == 0:
        return np.zeros(1), np.ones((kappa.size, 1))
    spread = np.sqrt(positive)
    b, weight = gap_nodes(positive, k_max, nodes)
    b, weight = np.append(0.0, b), np.append(0.0, weight)  # no spread: the value at b = 0
    weights = np.zeros((kappa.size, b.size))
    weights[~spreading, 0] = 1.0
    exponent = b**2 / (2.0 * positive[:, None])
    weights[spreading] = np.sqrt(2.0 / np.pi) * weight / spread[:, None] * np.exp(-exponent)
    used = weights.any(axis=0)
    return b[used], weights[:, used]


def gap_nodes(kappa: NDArray, k_max: float, nodes: int = NODES_OF_AVERAGE) -> tuple[NDArray, NDArray]:
    """Nodes b > 0 and their weights in db, good for every average over N(0, kappa) between two kappa > 0."""
    spread = np.sqrt(kappa)
    reach = np.max(spread * np.minimum(13.0, np.sqrt(2.0 * (34.0 + 22.0 / kappa))))
    rim = np.sqrt(2.0 * np.log(k_max)) + 2.0
    edges = [0.0]
    while edges[-1] < reach:
        b = edges[-1]
        longest = 3.0 / max(min(b, rim), 2.0) + 0.35 * max(b - rim, 0.0)
        edges.append(b + min(max(1.5 * spread.min(), 0.5 * b), longest))
    return panel_nodes(np.array(edges), nodes)


def panel_nodes(edges: NDArray, order: int) -> tuple[NDArray, NDArray]:
    """Return the Gauss-Legendre nodes and weights of consecutive panels."""
    nodes, weights = _legendre(order)
    length = np.diff(edges)[:, None]
    return (edges[:-1, None] + length * nodes).ravel(), (length * weights).ravel()


@cache
def _legendre(order: int) -> tuple[NDArray, NDArray]:
    """Nodes and weights of Gauss-Legendre on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return (nodes + 1.0) / 2.0, weights / 2.0


def _edges(scan: _Scan, bounds: tuple[float, float]) -> NDArray:
    """Panels between two values of L, no longer than the scan allows and broken at its seam."""
    steps = np.maximum(np.diff(scan.level) / _PANEL_L, scan.pieces)
    count = np.concatenate([[0.0], np.cumsum(steps)])
    low, high = np.interp(bounds, scan.level, scan.position)
    stops = [low, scan.seam, high] if low < scan.seam < high else [low, high]
    edges = [[low]]
    for first, last in pairwise(stops):
        start, stop = np.interp([first, last], scan.position, count)
        cuts = np.linspace(start, stop, 1 + max(1, int(np.ceil(stop - start))))
        edges += [np.interp(cuts[1:-1], count, scan.position), [last]]
    return np.concatenate(edges)


def _scan(gap: float, t: float, lowest: float) -> _Scan:
    """Scan L from its ``lowest`` value to the end of the range."""
    return _best_of_k_scan(gap, lowest) if t == 0.0 else _softmax_scan(gap, t, lowest)


def _best_of_k_scan(gap: float, lowest: float) -> _Scan:
    """T = 0: p = P(|Y| > r). The coordinate is log r as far as 1 - p goes like r, then r."""
    # 1 - p goes like sinh(gap r); it is negligible 12 deviations below the gap.
    near = 1.0 / max(gap, 1.0)
    start = max(gap - 12.0, near)
    seam = np.log(start)
    r = np.linspace(start, gap + _REACH, 100)
    position, pieces = r - start + seam, np.diff(r) / _PANEL_Y
    if start == near:
        # P(|Y| < r) <= r bounds r from below.
        small = np.linspace(lowest - 1.0, seam, 60)[:-1]
        position, pieces = np.append(small, position), np.append(np.zeros(small.size), pieces)

    def unfold(position: NDArray) -> tuple[NDArray, NDArray]:
        r = np.exp(np.minimum(position, seam))
        return r + np.maximum(position - seam, 0.0), np.where(position < seam, r, 1.0)

    def densities(r: NDArray, order: int) -> tuple[NDArray, NDArray, int]:
        # Y = +-r with odds e^(2 gap r), so that E[Y | r] = r tanh(gap r); the limits are 0.
        density = _folded_density(r, gap)
        moments = np.stack([density, density * r * np.tanh(gap * r), density * r**2], axis=1)
        return log_folded_survival(r, gap), moments, r.size

    r, _ = unfold(position)
    level = np.log(-log_folded_survival(r, gap))
    return _Scan(position, level, pieces, seam, unfold, densities)


def _softmax_scan(gap: float, t: float, lowest: float) -> _Scan:
    """T > 0: the variable is v = -h. The coordinate is v up to a seam, and sqrt(2 t v), an |Y|, above it."""
    # 1 - p <= e^v E[w] bounds v from below; beyond the upper end p is negligible.
    v_low = lowest + 0.5 * np.log1p(1.0 / t) + gap**2 / (2.0 * (1.0 + t))
    v_high = (gap + _REACH) ** 2 / (2.0 * t) + _GUMBEL_BREAKS[0]
    seam, y_seam = _GUMBEL_SEAM, np.sqrt(2.0 * t * _GUMBEL_SEAM)
    y = np.linspace(np.sqrt(2.0 * t * max(v_low, seam)), np.sqrt(2.0 * t * v_high), 64)
    # Just above the seam p still depends on v/(its scale): panels may not be much longer than v.
    pieces = np.maximum(np.diff(y) / _PANEL_Y, np.diff(y**2) / (2.0 * t * 2.5 + 0.7 * y[:-1] ** 2))
    position = y - y_seam + seam
    if v_low < seam:
        straight = np.linspace(v_low, seam, 2 + int((seam - v_low) / 1.5))
        pieces = np.append(np.diff(straight) / 2.5, pieces)
        position = np.append(straight[:-1], position)

    def unfold(position: NDArray) -> tuple[NDArray, NDArray]:
        y = np.maximum(position - seam, 0.0) + y_seam
        above = position >= seam
        return np.where(above, y**2 / (2.0 * t), position), np.where(above, y / t, 1.0)

    def densities(v: NDArray, order: int) -> tuple[NDArray, NDArray, int]:
        one_minus_p, p, density, evaluations = _softmax_densities(v, gap, t, order)
        return _log_p(one_minus_p, p), density, evaluations

    # Six nodes are enough to place panels; their errors must not make L fall.
    level = np.maximum.accumulate(np.log(-densities(unfold(position)[0], 6)[0]))
    return _Scan(position, level, pieces, seam, unfold, densities)


def _folded_density(r: NDArray, gap: float) -> NDArray:
    """Density of |gap + Z| at r."""
    return np.exp(-0.5 * (r - gap) ** 2) * (1.0 + np.exp(-2.0 * gap * r)) / np.sqrt(2.0 * np.pi)


def _folded_cdf(r: NDArray, gap: float) -> NDArray:
    """P(|gap + Z| < r), accurate relative to itself also where it is tiny."""
    probability = ndtr(r - gap) - ndtr(-r - gap)
    # The difference cancels when r is small; there the density varies by a factor of about 2 only.
    small = r * max(1.0, gap) < 1.0
    if small.any():
        nodes, weights = _legendre(14)
        probability[small] = r[small] * (_folded_density(r[small][:, None] * nodes, gap) @ weights)
    return probability


def _folded_survival(r: NDArray, gap: float) -> NDArray:
    return ndtr(gap - r) + ndtr(-gap - r)


def log_folded_survival(r: NDArray, gap: float) -> NDArray:
    """log P(|gap + Z| > r) for r >= 0 and gap >= 0."""
    return _log_p(_folded_cdf(r, gap), _folded_survival(r, gap))


def _log_p(one_minus_p: NDArray, p: NDArray) -> NDArray:
    """log p from whichever of p and 1 - p carries the digits; strictly negative and finite."""
    tiny = np.finfo(float).tiny
    from_complement = np.log1p(-np.clip(one_minus_p, tiny, 0.5))
    return np.where(one_minus_p < 0.5, from_complement, np.log(np.clip(p, tiny, 1.0 - 1e-16)))


def _softmax_densities(v: NDArray, gap: float, t: float, order: int) -> tuple[NDArray, NDArray, NDArray, int]:
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

    below = np.where(linear, 0.0, _folded_cdf(low, gap))
    one_minus_p = below - total(chance, reach)
    reach += 1.0
    p = _folded_survival(high, gap) + total(chance, reach)
    reach *= x
    density = [total(chance, reach), total(signed, tilt), total(squared, tilt)]
    return one_minus_p, p, np.stack(density, axis=1), y.size


def _softmax_squares(v: NDArray, gap: float, t: float, order: int) -> NDArray:
    """Return E[(Y - limit)^2 x^2 e^(-x)], (n,): what a candidate adds to the square of a weighted mean."""
    y, measure, row, *_ = _candidate_nodes(v, gap, t, order)
    mean, _ = limits(gap, t)
    x = np.exp(v[row] - y**2 / (2.0 * t))
    odds = np.exp(-2.0 * gap * y)
    # (y - mean)^2 + (y + mean)^2 odds, without differences of large numbers.
    squares = (y - mean) ** 2 * (1.0 + odds) + 4.0 * mean * y * odds
    chance = np.exp(-0.5 * (y - gap) ** 2) * measure
    return np.bincount(row, weights=(chance * squares * x**2 * np.exp(-x)).sum(axis=0), minlength=v.size)


def _candidate_nodes(
    v: NDArray, gap: float, t: float, order: int
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray, NDArray]:
    """Nodes in y = |Y| for every v: y and measure (order, panels), the v of each panel, and the window."""
    low, high, linear = _window(v, gap, t)
    inner = np.sqrt(2.0 * t * np.maximum(v[:, None] - _GUMBEL_BREAKS, 0.0))
    inner = np.clip(inner, low[:, None], high[:, None])
    edges = np.concatenate([low[:, None], inner, high[:, None]], axis=1)
    length = np.diff(edges, axis=1)
    pieces = np.ceil(length / (2.2 * np.sqrt(t / (1.0 + t)))).astype(int).ravel()
    row = np.repeat(np.arange(v.size).repeat(length.shape[1]), pieces)
    step = np.repeat(length.ravel() / np.maximum(pieces, 1), pieces)
    index = np.arange(row.size) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    start = np.repeat(edges[:, :-1].ravel(), pieces) + index * step

    nodes, weights = _legendre(order)
    y = start + nodes[:, None] * step
    return y, weights[:, None] * (step / np.sqrt(2.0 * np.pi)), row, linear, low, high


def _window(v: NDArray, gap: float, t: float) -> tuple[NDArray, NDArray, NDArray]:
    """Range of |Y| that carries the integrals at each v, and where x is small at the tilted mean ("linear").

    The integrands are log-concave: the Gaussian around the gap below y_c = sqrt(2 t v), where x = 1, and the
    Gaussians tilted by w and w^2 above it. The window ends where they have fallen by exp(-_REACH^2/2).
    """
    variance, mean = t / (1.0 + t), gap * t / (1.0 + t)
    variance_2, mean_2 = t / (2.0 + t), gap * t / (2.0 + t)
    y_c = np.sqrt(2.0 * t * np.maximum(v, 0.0))
    linear = v < mean**2 / (2.0 * t)
    drop = _REACH**2 * variance
    high = np.minimum(gap + _REACH, mean + np.sqrt((np.maximum(y_c, mean) - mean) ** 2 + drop))
    onset = np.sqrt(2.0 * t * np.maximum(v - _GUMBEL_BREAKS[0], 0.0))
    direct = np.maximum(onset, np.minimum(y_c, gap) - _REACH)
    peak = np.clip(y_c, mean_2, mean)
    tilted = np.minimum(mean_2 - _REACH * np.sqrt(variance_2), mean - np.sqrt((mean - peak) ** 2 + drop))
    low = np.maximum(np.where(linear, tilted, direct), 0.0)
    return np.minimum(low, high), high, linear
