"""Theory of the phase diagram: the best k cell by cell, and what the published one costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import boundaries, optimum
from bestofk import grid as layout
from bestofk import selection as exact
from bestofk.equivalents import OrderParameters


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """The best number of candidates over (kappa, t) at each rho, and over (kappa, rho) at T = 0."""
    settings = block["phases"]
    kappa = layout.axis(settings["kappa"])
    k = layout.search_grid(settings["k_max"], settings["k_points_per_octave"])
    cells = []
    for t in [0.0, *layout.axis(settings["reduced_temperature"])]:
        rho = layout.axis(settings["rho_at_zero_temperature"], log=False) if t == 0 else settings["rho"]
        m2, m1 = exact.excess_coefficients(k, kappa, reduced_temperature=t)
        for value in rho:
            cells.append(
                phase_cells(k, kappa, float(value), float(t), m2 + value * m1, (-m2 / m1).max(axis=0))
            )
    return pd.concat(cells, ignore_index=True)


def phase_cells(
    k: np.ndarray, kappa: np.ndarray, rho: float, t: float, excess: np.ndarray, rho_searched: np.ndarray
) -> pd.DataFrame:
    """One row a kappa: the best k of the search grid, the published formula's k, and what it costs to use it.

    Errors are in units of s^2 and relative to the limit k -> inf, whose excess is 0.
    """
    place = excess.argmin(axis=0)
    columns = np.arange(kappa.size)
    least = excess[place, columns]
    cells = pd.DataFrame({"reduced_temperature": t, "kappa": kappa, "rho": rho})
    cells["optimal_k"] = np.where(least < 0, k[place], np.inf)
    cells["optimal_excess"] = np.minimum(least, 0.0)
    cells["ends_below"] = excess[-1] < 0
    cells["rho_searched"] = rho_searched
    cells["rho_critical"] = boundaries.critical_rho(kappa, reduced_temperature=t)
    cells["kappa_condensation"] = float(boundaries.condensation_kappa(t))
    if t > 0:
        published = np.array([published_k(value, rho, t) for value in kappa])
        # The formula gives a real number: in its favour, the better of its two searched neighbours counts.
        above = np.searchsorted(k, np.minimum(published, k[-1]))
        below = np.maximum(np.searchsorted(k, np.minimum(published, k[-1]), side="right") - 1, 0)
        better = np.minimum(excess[above, columns], excess[below, columns])
        cells["published_k"] = published
        cells["published_excess"] = np.where(np.isfinite(published), better, 0.0)
    else:
        cells["published_k"] = np.nan
        cells["published_excess"] = np.nan
    return cells


def published_k(kappa: float, rho: float, t: float) -> float:
    """The published optimal k in units s = 1; inf where the formula has no finite optimum."""
    values = OrderParameters(s2=1.0, q_tt=rho**2 * kappa, q_tr=rho * kappa, q_rr=kappa)
    k = float(optimum.optimal_k(values, temperature=2 * t))
    return k if np.isfinite(k) else np.inf
