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
from functools import cached_property, lru_cache, partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bestofk import _folded_normal, _softmax
from bestofk._panels import panel_nodes

#: Gauss-Legendre nodes of a panel: for one input, and for averages, which need a relative accuracy of 1e-9.
NODES, NODES_OF_AVERAGE = 15, 13
#: Longest panel in L (the integrands are analytic within about pi/2 of the real axis), and in |Y|.
_PANEL_L, _PANEL_Y = 2.4, 2.5
#: A part below exp(-_NEGLIGIBLE) of an integral is left out, which bounds L.
_NEGLIGIBLE = 37.0
#: v above which the Gumbel noise no longer reaches Y = 0, so that everything is smooth in sqrt(v).
_GUMBEL_SEAM = 3.0
#: Numbers of candidates evaluated at a time, which bounds the memory.
_ROWS = 2048
#: Rules that are kept: selection, weighted means and their products ask for those of the same inputs.
_KEPT = 512
#: kappa below which an average is the value at b = 0, to every digit; its square root is far from underflow.
_NO_SPREAD = 1e-150


@dataclass(frozen=True, eq=False)
class Rule:
    """One input: ``log_p`` (n,) and weighted densities ``mass`` (n, 3) of 1, Y - limit and Y^2 - limit.

    ``evaluations`` counts the integrands behind them: n at t = 0, and the nodes in |Y| of all n at t > 0.
    ``squares`` gives the density (n,) of what a candidate adds to the square of a weighted mean, and
    ``weight`` (n,) the weights of the densities.
    """

    log_p: NDArray
    mass: NDArray
    evaluations: int
    weight: NDArray
    squares: Callable[[], NDArray]

    def excess(self, k: NDArray) -> NDArray:
        """Return nu_0 and the excess of nu_1 and nu_2 over their limits, (nk, 3), for k (nk,)."""
        return np.concatenate([k * (np.exp((k - 1.0) * self.log_p) @ self.mass) for k in _parts(k)])

    def squared_mean(self, k: NDArray) -> NDArray:
        """Return E[(sum_i p_i Y_i - limit)^2], p the softmax weights, (nk,), for k (nk,)."""
        one, two = (density[:, None] for density in self._one_and_two)
        squares = [
            k * (np.exp((k - 1.0) * self.log_p) @ one)
            + k * (k - 1.0) * (np.exp((k - 2.0) * self.log_p) @ two)
            for k in _parts(k)
        ]
        return np.concatenate(squares)[:, 0]

    @cached_property
    def _one_and_two(self) -> tuple[NDArray, NDArray]:
        """What one candidate and what two candidates add to the square, weighted, each (n,)."""
        return self.weight * self.squares(), self.mass[:, 1] ** 2 / self.weight


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


def _parts(k: NDArray) -> Iterator[NDArray]:
    """Parts of a vector as columns, small enough to bound the memory."""
    return (k[first : first + _ROWS, None] for first in range(0, k.size, _ROWS))


@lru_cache(maxsize=_KEPT)
def rule(gap: float, t: float, k_min: float, k_max: float, nodes: int | None = None) -> Rule:
    """Return the rule of one input, gap >= 0, at reduced temperature t >= 0, for all k of [k_min, k_max]."""
    nodes = NODES if nodes is None else nodes
    bounds = -_NEGLIGIBLE - np.log(k_max), np.log(_NEGLIGIBLE / k_min)
    scan = _scan(gap, t, bounds[0])
    position, weight = panel_nodes(_edges(scan, bounds), nodes)
    variable, derivative = scan.unfold(position)
    log_p, density, evaluations = scan.densities(variable, nodes)
    weight = weight * derivative
    squares = partial(_softmax.squares, variable, gap, t, nodes)
    return Rule(log_p, weight[:, None] * density, evaluations, weight, squares)


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
    r = np.linspace(start, gap + _softmax.REACH, 100)
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
        density = _folded_normal.density(r, gap)
        moments = np.stack([density, density * r * np.tanh(gap * r), density * r**2], axis=1)
        return _folded_normal.log_survival(r, gap), moments, r.size

    r, _ = unfold(position)
    level = np.log(-_folded_normal.log_survival(r, gap))
    return _Scan(position, level, pieces, seam, unfold, densities)


def _softmax_scan(gap: float, t: float, lowest: float) -> _Scan:
    """T > 0: the variable is v = -h. The coordinate is v up to a seam, and sqrt(2 t v), an |Y|, above it."""
    # 1 - p <= e^v E[w] bounds v from below; beyond the upper end p is negligible.
    v_low = lowest + 0.5 * np.log1p(1.0 / t) + gap**2 / (2.0 * (1.0 + t))
    v_high = (gap + _softmax.REACH) ** 2 / (2.0 * t) + _softmax.GUMBEL_BREAKS[0]
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
        one_minus_p, p, density, evaluations = _softmax.densities(v, gap, t, order)
        return _folded_normal.log_p(one_minus_p, p), density, evaluations

    # Six nodes are enough to place panels; their errors must not make L fall.
    level = np.maximum.accumulate(np.log(-densities(unfold(position)[0], 6)[0]))
    return _Scan(position, level, pieces, seam, unfold, densities)
