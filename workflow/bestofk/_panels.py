"""Gauss-Legendre quadrature on consecutive panels."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray


def panel_nodes(edges: NDArray, order: int) -> tuple[NDArray, NDArray]:
    """Return the Gauss-Legendre nodes and weights of consecutive panels."""
    nodes, weights = legendre(order)
    length = np.diff(edges)[:, None]
    return (edges[:-1, None] + length * nodes).ravel(), (length * weights).ravel()


@cache
def legendre(order: int) -> tuple[NDArray, NDArray]:
    """Nodes and weights of Gauss-Legendre on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return (nodes + 1.0) / 2.0, weights / 2.0
