"""Theory of the edges of the phases: the first-order strip, and the zone that rare inputs carry."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import boundaries, condensed
from bestofk import grid as layout
from bestofk import selection as exact

PLACE = ["part", "reduced_temperature", "kappa", "rho", "k"]
COLUMNS = [*PLACE, "excess", "edge_rho", "line_rho", "edge_k", "exponent", "law_exponent"]


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """Curves across the strip, its edge over t, and the approach to the line beyond kappa_e; no points."""
    settings = block["edges"]
    k = layout.search_grid(settings["k_max"], settings["k_points_per_octave"])
    parts = [
        strip(settings, k),
        *(edge(float(t), settings, k) for t in layout.axis(settings["edge_reduced_temperature"], log=False)),
        *(rare(pair, settings["condensed_k"]) for pair in settings["condensed"]),
    ]
    return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)


def strip(settings: dict, k: np.ndarray) -> pd.DataFrame:
    """The excess over the limit along k, at one t and kappa and several rho."""
    t, kappa = settings["strip_reduced_temperature"], settings["strip_kappa"]
    m2, m1 = (part[:, 0] for part in exact.excess_coefficients(k, [kappa], reduced_temperature=t))
    rho = np.array(settings["strip_rho"])
    return pd.DataFrame(
        {
            "part": "strip",
            "reduced_temperature": t,
            "kappa": kappa,
            "rho": np.repeat(rho, k.size),
            "k": np.tile(k, rho.size),
            "excess": (m2 + rho[:, None] * m1).ravel(),
            "line_rho": boundaries.critical_rho(kappa, reduced_temperature=t),
        }
    )


def edge(t: float, settings: dict, k: np.ndarray) -> pd.DataFrame:
    """The largest rho at which some k searched beats the limit, and that k, over kappa."""
    kappa = np.array(settings["edge_kappa"])
    m2, m1 = exact.excess_coefficients(k, kappa, reduced_temperature=t)
    beats = -m2 / m1
    return pd.DataFrame(
        {
            "part": "edge",
            "reduced_temperature": t,
            "kappa": kappa,
            "edge_rho": beats.max(axis=0),
            "line_rho": boundaries.critical_rho(kappa, reduced_temperature=t),
            "edge_k": k[beats.argmax(axis=0)],
        }
    )


def rare(pair: dict, k: list[float]) -> pd.DataFrame:
    """Beyond kappa_e: the rho at which k beats the limit, and the local exponent of the excess at rho = 0."""
    t, kappa, numbers = pair["reduced_temperature"], pair["kappa"], np.array(k, dtype=float)
    m2, m1 = condensed.excess_of_many(numbers, kappa, reduced_temperature=t)
    octaves = np.diff(np.log(numbers))
    law = boundaries.condensation(kappa, reduced_temperature=t).exponent
    return pd.DataFrame(
        {
            "part": "condensed",
            "reduced_temperature": t,
            "kappa": kappa,
            "k": numbers,
            "edge_rho": -m2 / m1,
            "line_rho": boundaries.critical_rho(kappa, reduced_temperature=t),
            "exponent": [np.nan, *(-np.diff(np.log(np.abs(m2))) / octaves)],
            # The slope of k^-nu sqrt(log k) between the same two numbers.
            "law_exponent": [np.nan, *(law - 0.5 * np.diff(np.log(np.log(numbers))) / octaves)],
        }
    )
