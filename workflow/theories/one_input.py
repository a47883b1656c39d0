"""Theory at one input: curves in k, the best k over the two gaps, and the laws at large k for any reward."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import best_of_k, large_k, phases, selection
from bestofk import grid as layout
from bestofk.equivalents import OrderParameters

COLUMNS = [
    *("quantity", "reduced_temperature", "teacher_gap", "reward_gap", "kappa", "rho", "k", "value"),
    *("limit", "law"),
]

#: Part of the error by which two values of a curve must differ to count as different.
RESOLUTION = 1e-12


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """Errors along k, one row a k, and what the search over k finds, one row a pair of gaps and quantity."""
    settings = block["gaps"]
    searched, followed = (
        layout.search_grid(settings[key], settings["k_points_per_octave"]) for key in ("k_max", "law_k_max")
    )
    rows: list[tuple] = []
    for t in settings["reduced_temperature"]:
        rows += curves(followed, float(t), settings)
        rows += cells(searched, float(t), settings)
        rows += averages(followed, float(t), settings)
    return pd.DataFrame(rows, columns=COLUMNS)


def curves(k: np.ndarray, t: float, settings: dict) -> Iterator[tuple]:
    """Excess over the limit at the gaps whose curves are drawn, beside its law at large k."""
    gap = settings["curve_reward_gap"]
    for teacher_gap in settings["curve_teacher_gap"]:
        excess = selection.selection_excess(k, teacher_gap, gap, temperature=2 * t)
        limit = float(large_k.limit_error_at(teacher_gap, gap, temperature=2 * t))
        if t > 0:
            law = float(large_k.half_temperature_coefficient_at(teacher_gap, gap, temperature=2 * t)) / k
        else:
            law = float(best_of_k.best_of_k_coefficient_at(teacher_gap, gap)) / k**2
        for number, value, expected in zip(k, excess, law, strict=True):
            place = ("excess", t, teacher_gap, gap, np.nan, np.nan, number)
            yield *place, float(value), limit, float(expected)


def cells(k: np.ndarray, t: float, settings: dict) -> Iterator[tuple]:
    """The best k of the search, how often a curve falls after a rise, and what the theorem says."""
    a = layout.axis(settings["teacher_gap"], log=False)
    for b in layout.axis(settings["reward_gap"], log=False):
        # The error is linear in the moments of the chosen candidate, which do not know the teacher.
        _, nu_1, nu_2 = selection.selected_moments(k, b, reduced_temperature=t)
        distance = (a - b)[:, None]
        errors = distance**2 + 2 * distance * nu_1 + nu_2
        limit = np.asarray(large_k.limit_error_at(a, b, temperature=2 * t))
        below = errors.min(axis=1) < limit * (1 - RESOLUTION)
        found = {
            "optimal_k": np.where(below, k[errors.argmin(axis=1)], np.inf),
            "falls_after_rise": falls_after_rise(errors),
            "finite_optimum": phases.finite_optimum_at(a, b, temperature=2 * t).astype(float),
        }
        for name, values in found.items():
            for one, value, end in zip(a, values, limit, strict=True):
                yield name, t, one, b, np.nan, np.nan, np.nan, float(value), end, np.nan


def falls_after_rise(errors: np.ndarray) -> np.ndarray:
    """How often each row falls somewhere after it has risen; a curve with one valley never does.

    Parameters
    ----------
    errors : ndarray, shape (n, n_k)

    Returns
    -------
    ndarray of float, shape (n,)

    Examples
    --------
    >>> falls_after_rise(np.array([[3.0, 1.0, 2.0, 4.0], [3.0, 4.0, 2.0, 5.0]])).tolist()
    [0.0, 1.0]
    """
    steps = np.diff(errors, axis=1)
    significant = np.abs(steps) > RESOLUTION * np.abs(errors[:, 1:])
    rises = significant & (steps > 0)
    risen = np.logical_or.accumulate(rises, axis=1)
    return (significant & (steps < 0) & risen).sum(axis=1).astype(float)


def averages(k: np.ndarray, t: float, settings: dict) -> Iterator[tuple]:
    """Excess averaged over inputs for rewards of any kind, beside its law at large k, in units of s^2."""
    for kappa in settings["kappa"]:
        m2, m1 = (m[:, 0] for m in selection.excess_coefficients(k, [kappa], reduced_temperature=t))
        for rho in settings["rho"]:
            # Neither the limit nor the law of the excess depends on the part of q_TT that is not shared.
            values = OrderParameters(s2=1.0, q_tt=rho**2 * kappa, q_tr=rho * kappa, q_rr=kappa)
            limit = float(large_k.limit_error(values, temperature=2 * t))
            if t > 0:
                law = float(large_k.half_temperature_coefficient(values, temperature=2 * t)) / k
            else:
                law = float(best_of_k.best_of_k_coefficient(values)) / k**2
            for number, excess, expected in zip(k, m2 + rho * m1, law, strict=True):
                place = ("mean_excess", t, np.nan, np.nan, kappa, rho, number)
                yield *place, float(excess), limit, float(expected)
