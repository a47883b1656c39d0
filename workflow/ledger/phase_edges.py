"""Claims about the edges of the phases: where the best k jumps, and the zone that rare inputs carry."""

from __future__ import annotations

from collections.abc import Iterator

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
    far = rare[rare["k"] == rare["k"].max()]
    off = far["edge_rho"] - far["line_rho"]
    yield claim(
        "condensed_line",
        "Beyond κ_e the ρ below which k beats the limit tends to [1/(1+t) + y]/2.",
        NEW,
        f"ρ at k = {rare['k'].max():.0e} less that of the formula, {len(far)} pairs (κ, t)".replace(
            "e+", "e"
        ),
        f"{off.min():.4f} to {off.max():.4f}".replace("-", "−"),
        f"0 ± {margin:g}",
        bool((off.abs() < margin).all()),
        INTEGRALS,
    )
    limit = [
        boundaries.condensation(kappa, reduced_temperature=t).exponent
        for kappa, t in zip(far["kappa"], far["reduced_temperature"], strict=True)
    ]
    off, plain = far["exponent"] - far["law_exponent"], far["exponent"] - limit
    yield claim(
        "condensed_exponent",
        "Beyond κ_e the excess over the limit falls as (log k)^(1/2) k^(−ν), logarithm included.",
        NEW,
        f"local exponent up to k = {rare['k'].max():.0e} less that of the law, {len(far)} pairs (κ, t); and "
        "less ν".replace("e+", "e"),
        "; ".join(f"{values.min():.4f} to {values.max():.4f}".replace("-", "−") for values in (off, plain)),
        f"0 ± {margin:g}, and nearer to the law than to ν for every pair",
        bool(((off.abs() < margin) & (off.abs() < plain.abs())).all()),
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
