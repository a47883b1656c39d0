"""The excess of the mean error for many overshoots of the reward, from the rules of one temperature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bestofk import _quadrature

#: Largest mean squared reward gap, q_RR/s^2, of a judge for k > 2; for k = 2 there is a closed form.
LARGEST_KAPPA = 2500.0

#: How far nu_0 may be from 1 before a result is refused.
_TOLERANCE = 1e-9


def limit(u: NDArray, q: float, t: float) -> NDArray:
    """delta/s^2 at k = inf: the bias vanishes at u = 1 + t."""
    g = 1.0 / (1.0 + t)
    return t * g + q * (1.0 - u * g) ** 2


@dataclass(frozen=True, eq=False)
class Table:
    """Excess moments at the nodes of b = Delta_R/s, in units of s, for several k at one t.

    ``second`` and ``product`` (nk, nb) are the excesses of E[Y^2] and of b E[Y] over their limits.
    """

    q: float
    t: float
    gap: NDArray
    weight: NDArray
    second: NDArray
    product: NDArray

    @classmethod
    def make(cls, k: NDArray, q: float, t: float, largest: float) -> Table:
        """Rules for all u = 1 + c from 1 to ``largest``."""
        if q * largest**2 > LARGEST_KAPPA * (1.0 + 1e-9):
            raise ValueError(
                f"an overshoot of {largest - 1.0:g} has (1+c)^2 q_TT/s^2 = {q * largest**2:.3g}; "
                f"for k > 2 it must be at most {LARGEST_KAPPA:g}"
            )
        gap, weight = _quadrature.gap_nodes(q * np.array([1.0, largest**2]), k.max())
        nodes = _quadrature.NODES_OF_AVERAGE
        rules = (_quadrature.rule(b, t, k.min(), k.max(), nodes=nodes).excess(k) for b in gap)
        nu_0, first, second = np.stack(list(rules)).transpose(2, 1, 0)
        miss = float(np.abs(nu_0 - 1.0).max())
        if not miss <= _TOLERANCE:
            raise ArithmeticError(f"the quadrature is off by {miss:.1e}, more than {_TOLERANCE:.0e}")
        return cls(q, t, gap, weight, second, gap * first)

    def error(self, u: NDArray) -> NDArray:
        """delta/s^2, (nk, nu)."""
        density, _ = self._densities(u)
        second, product = self.second @ density, self.product @ density
        return limit(u, self.q, self.t) + second + 2.0 * (1.0 / u - 1.0) * product

    def slope(self, u: NDArray) -> NDArray:
        """d(delta/s^2)/dc, (nk, nu)."""
        density, change = self._densities(u)
        g, lean = 1.0 / (1.0 + self.t), 2.0 * (1.0 / u - 1.0)
        moved = 2.0 * self.q * u * (self.second @ change + lean * (self.product @ change))
        return -2.0 * self.q * g * (1.0 - u * g) + moved - 2.0 / u**2 * (self.product @ density)

    def _densities(self, u: NDArray) -> tuple[NDArray, NDArray]:
        """Weights (nb, nu) of averages over b ~ N(0, u^2 q), and their derivative in u^2 q."""
        kappa = self.q * np.asarray(u) ** 2
        ratio = self.gap[:, None] ** 2 / kappa
        density = np.sqrt(2.0 / (np.pi * kappa)) * self.weight[:, None] * np.exp(-0.5 * ratio)
        return density, density * (ratio - 1.0) / (2.0 * kappa)
