"""Claims about the edges of the phases: where the best k jumps, and the zone that rare inputs carry."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import boundaries
from scipy.optimize import brentq

from ledger.entries import INTEGRALS, NEW, claim

#: At smaller t and kappa minima at finite k are found above the tricritical line as well, which is local.
LOCAL_T, LOCAL_KAPPA = 0.88, 0.3


def phase_edges(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """The tricritical line against exact edges, and the law beyond kappa_e against very large k."""
    yield tricritical_claim(frame[frame["part"] == "edge"])
    margin = settings["condensed_margin"]
    rare = frame[frame["part"] == "condensed"]
    groups = rare.sort_values("k").groupby(["reduced_temperature", "kappa"])
    far = groups.apply(extrapolated, include_groups=False)
    yield claim(
        "condensed_line",
        "Beyond κ_e the ρ below which k beats the limit tends to [1/(1+t) + y]/2.",
        NEW,
        f"ρ up to k = {rare['k'].max():.0e}, as a line in 1/log k at 0, less that of the formula, {len(far)} "
        "pairs (κ, t)".replace("e+", "e"),
        f"{(far['rho'] - far['line_rho']).min():.4f} to {(far['rho'] - far['line_rho']).max():.4f}".replace(
            "-", "−"
        ),
        f"0 ± {margin:g}",
        bool(((far["rho"] - far["line_rho"]).abs() < margin).all()),
        INTEGRALS,
    )
    off = far["exponent"] - far["law_exponent"]
    yield claim(
        "condensed_exponent",
        "Beyond κ_e the excess over the limit falls as (log k)^(1/2) k^(−ν).",
        NEW,
        f"local exponent at the two largest k less that of the law, {len(far)} pairs (κ, t)",
        f"{off.min():.4f} to {off.max():.4f}".replace("-", "−"),
        f"0 ± {margin:g}",
        bool((off.abs() < margin).all()),
        INTEGRALS,
    )


def tricritical_claim(edges: pd.DataFrame) -> dict:
    """Whether the best k jumps below the tricritical line, and away from small t and kappa only there."""
    below = edges["kappa"] < boundaries.tricritical_kappa(edges["reduced_temperature"].to_numpy())
    decided = below | ((edges["reduced_temperature"] >= LOCAL_T) & (edges["kappa"] >= LOCAL_KAPPA))
    edges, below = edges[decided], below[decided]
    # Where the best k grows without bound, the largest one searched is the last to beat the limit.
    wrong = int((jumps(edges) != below).sum())
    return claim(
        "phase_tricritical",
        f"Below the tricritical line the best k jumps to infinity at the edge; above it, for t ≥ {LOCAL_T:g} "
        f"and κ ≥ {LOCAL_KAPPA:g}, it grows without bound.",
        NEW,
        f"edges of {len(edges)} ({int(below.sum())} below the line) where it is otherwise",
        str(wrong),
        "0",
        False if wrong else (True if below.any() and not below.all() else None),
        INTEGRALS,
    )


def jumps(edges: pd.DataFrame) -> pd.Series:
    """Whether a minimum at finite k outlives the end of the curve."""
    return edges["edge_rho"] > edges["line_rho"]


def tricritical_temperature(kappa: float) -> float:
    """The larger t at which the tricritical line has a value of kappa, from 0.01 to 0.8."""
    return float(brentq(lambda t: boundaries.tricritical_kappa(t) - kappa, LOCAL_T, 1.672))


def extrapolated(rows: pd.DataFrame) -> pd.Series:
    """The rho of the two largest k as a line in 1/log k, at 0, with the law and the last exponents."""
    x, rho = 1.0 / np.log(rows["k"].to_numpy()[-2:]), rows["edge_rho"].to_numpy()[-2:]
    last = rows.iloc[-1]
    return pd.Series(
        {
            "rho": rho[1] - x[1] * (rho[1] - rho[0]) / (x[1] - x[0]),
            "line_rho": last["line_rho"],
            "exponent": last["exponent"],
            "law_exponent": last["law_exponent"],
        }
    )
