"""The averaged excess of the selection error and its slopes in k and kappa, tabulated for one t.

Building the rules of an average takes nearly all of its time, and they depend on t alone: a table of them
serves every number of candidates and every training problem.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _quadrature
from bestofk._checks import finite_number

#: How far nu_0 may be from 1, and its slope in log k from 0, before a result is refused.
_TOLERANCE = 1e-9
#: Exponentials evaluated at a time, which bounds the memory.
_BLOCK = 2_000_000
_K_MAX, _K_MAX_BEST_OF_K, _KAPPA_MAX = 1e6, 2.0**30, 50.0
_T_MIN, _T_MAX = 1e-3, 1e3


class Excess(NamedTuple):
    """Two averages over b ~ N(0, kappa) with their derivatives, each of the shape of k and kappa together.

    ``second`` is E[e_2] and ``product`` E[b e_1], e_j the excess of the selected moment nu_j over its limit
    at k = infinity. The suffix ``_k`` means d/d log k, ``_kappa`` d/d log kappa.
    """

    second: NDArray
    product: NDArray
    second_k: NDArray
    product_k: NDArray
    second_kappa: NDArray
    product_kappa: NDArray


class SelectionTable:
    """Rules of the averaged excess at one reduced temperature.

    Parameters
    ----------
    reduced_temperature : float
        t = T/(2 s^2): 0 (best-of-k) or from 10^-3 to 10^3.
    kappa_range : tuple of float
        Smallest and largest kappa = q_RR/s^2 that will be asked for, above 0 and at most 50.
    k_max : float
        Largest number of candidates that will be asked for: from 1 to 10^6 (2^30 at t = 0).

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    With the rules of `selection`: delta - delta_inf = s^2 {second + 2 (rho - 1) product}. The integral
    k int F p^(k-1) is differentiated in k under the integral. Its average over b ~ N(0, kappa) obeys the
    heat equation, kappa d/d kappa E[f(b)] = E[f(b) (b^2/kappa - 1)]/2: the same nodes with other weights. The
    model is that of Halder and Pehlevan (arXiv:2512.19905); derivation in the paper's appendix.

    Examples
    --------
    >>> table = SelectionTable(0.0, kappa_range=(0.1, 0.3), k_max=1e4)
    >>> excess = table.excess(1e4, 0.2)
    >>> round(float(excess.second_k / excess.second), 3)
    -2.0
    """

    def __init__(self, reduced_temperature: float, *, kappa_range: tuple[float, float], k_max: float) -> None:
        t = finite_number("reduced_temperature", reduced_temperature)
        if not (t == 0 or _T_MIN <= t <= _T_MAX):
            raise ValueError(f"reduced_temperature is {t:g}; it must be 0 or from 1e-3 to 1e3")
        low, high = (finite_number("kappa", kappa) for kappa in kappa_range)
        if not 0 < low <= high <= _KAPPA_MAX:
            raise ValueError(
                f"kappa_range is ({low:g}, {high:g}); it must increase between 0, not included, and 50"
            )
        largest = _K_MAX_BEST_OF_K if t == 0 else _K_MAX
        if not 1 <= k_max <= largest:
            raise ValueError(f"k_max is {k_max:g}; it must be from 1 to {largest:g} at t = {t:g}")
        self.reduced_temperature, self.kappa_range, self.k_max = t, (low, high), float(k_max)
        self._gaps, weights = _quadrature.average_nodes(np.array([low, high]), self.k_max)
        # Spaced for the smallest kappa and reaching far enough for the largest, the nodes serve every kappa
        # between, by the length that each of them stands for: its weight without the Gaussian density.
        self._length = weights[1] / _density(self._gaps, np.array([high]))[0]
        rules = [
            _quadrature.rule(gap, t, 1.0, self.k_max, nodes=_quadrature.NODES_OF_AVERAGE)
            for gap in self._gaps
        ]
        self._log_p = np.concatenate([rule.log_p for rule in rules])
        self._mass = np.concatenate([rule.mass for rule in rules])
        self._starts = np.cumsum([0, *(rule.log_p.size for rule in rules[:-1])])
        # The numbers of candidates asked for last: a map asks for the same ones at every n.
        self._asked: tuple[bytes, tuple[NDArray, NDArray]] | None = None

    def excess(self, k: ArrayLike, kappa: ArrayLike) -> Excess:
        """Return the two averages and their derivatives for pairs of k and kappa.

        Parameters
        ----------
        k, kappa : array_like
            Number of candidates, from 1 to `k_max` or inf, and q_RR/s^2 inside `kappa_range`; they broadcast.

        Returns
        -------
        Excess

        Raises
        ------
        ValueError
            If a value is outside the table.
        ArithmeticError
            If the quadrature misses its accuracy: nu_0 is not 1, or its slope in k not 0, within 1e-9.
        """
        k, kappa = np.broadcast_arrays(np.asarray(k, float), np.asarray(kappa, float))
        if not np.all(((k >= 1) & (k <= self.k_max)) | (k == np.inf)):
            raise ValueError(f"k must be from 1 to {self.k_max:g} in this table, or inf")
        low, high = self.kappa_range
        if not np.all((kappa >= low * (1 - 1e-12)) & (kappa <= high * (1 + 1e-12))):
            raise ValueError(f"kappa must be from {low:g} to {high:g} in this table")
        result = np.zeros((6, *k.shape))
        finite = np.isfinite(k)
        candidates, which = np.unique(k[finite], return_inverse=True)
        if candidates.size == 0:
            return Excess(*result)
        if self._asked is None or self._asked[0] != candidates.tobytes():
            self._asked = candidates.tobytes(), self._by_input(candidates)
        values, slopes = self._asked[1]
        spread = kappa[finite]
        weight = self._weights(spread)
        heat = weight * (self._gaps**2 / spread[:, None] - 1.0) / 2.0
        rows = []
        for weights, moments in ((weight, values), (weight, slopes), (heat, values)):
            rows.append(np.einsum("pb,pb->p", weights, moments[2][which]))
            rows.append(np.einsum("pb,pb->p", weights, self._gaps * moments[1][which]))
        result[:, finite] = rows
        return Excess(*result)

    def _by_input(self, k: NDArray) -> tuple[NDArray, NDArray]:
        """Excess of the moments and its d/d log k at every node, each (3, nk, nb)."""
        parts = []
        step = max(1, _BLOCK // self._log_p.size)
        for first in range(0, k.size, step):
            number = k[first : first + step, None]
            kernel = number * np.exp((number - 1.0) * self._log_p)
            # d/d log k of k p^(k-1) is k p^(k-1) (1 + k log p).
            change = kernel * (1.0 + number * self._log_p)
            parts.append([[self._sum(part, column) for column in range(3)] for part in (kernel, change)])
        values, slopes = np.concatenate(parts, axis=2)
        miss = max(np.abs(values[0] - 1.0).max(), np.abs(slopes[0]).max())
        if not miss <= _TOLERANCE:
            raise ArithmeticError(
                f"the quadrature is off by {miss:.1e}, more than the {_TOLERANCE:.0e} allowed"
            )
        return values, slopes

    def _sum(self, kernel: NDArray, column: int) -> NDArray:
        return np.add.reduceat(kernel * self._mass[:, column], self._starts, axis=1)

    def _weights(self, kappa: NDArray) -> NDArray:
        return _density(self._gaps, kappa) * self._length


def _density(gaps: NDArray, kappa: NDArray) -> NDArray:
    """Density of |b|, b ~ N(0, kappa), shape (nkappa, nb)."""
    return np.sqrt(2.0 / np.pi / kappa[:, None]) * np.exp(-(gaps**2) / (2.0 * kappa[:, None]))
