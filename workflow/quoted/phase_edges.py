"""Numbers about the edges of the phases."""

from __future__ import annotations

import pandas as pd
from bestofk import boundaries
from ledger.phase_edges import jumps, tricritical_temperature

from quoted.formats import count, figures, fixed, listing, power


def phase_edges(frame: pd.DataFrame, block: dict) -> dict:
    """The curve inside the strip, how large the jump is, and the slowest approach beyond kappa_e."""
    strip, edges, rare = (frame[frame["part"] == part] for part in ("strip", "edge", "condensed"))
    line = float(strip["line_rho"].iloc[0])
    # The last curve that ends above its limit and has been below it.
    ends = strip.sort_values("k").groupby("rho").agg(least=("excess", "min"), last=("excess", "last"))
    inside = strip[strip["rho"] == ends.index[(ends["least"] < 0) & (ends["last"] > 0)].max()]
    least = inside.loc[inside["excess"].idxmin()]
    coldest = edges[edges["reduced_temperature"] == edges["reduced_temperature"].min()]
    first = coldest[coldest["kappa"] == coldest["kappa"].min()].iloc[0]
    small = edges[edges["kappa"] == edges["kappa"].min()]
    slowest = rare[rare["kappa"] == rare["kappa"].max()].sort_values("k")
    far = slowest.iloc[-1]
    limit = boundaries.condensation(far["kappa"], reduced_temperature=far["reduced_temperature"])
    return {
        "strip_t": figures(strip["reduced_temperature"].iloc[0], 1),
        "strip_kappa": figures(strip["kappa"].iloc[0], 1),
        "strip_line": fixed(line, 3),
        "strip_rho": listing([inside["rho"].iloc[0]]),
        "strip_k": count(least["k"]),
        "strip_depth": figures(-least["excess"], 2),
        "edges": count(len(edges)),
        "edges_jump": count(int(jumps(edges).sum())),
        "small_kappa": figures(edges["kappa"].min(), 1),
        "small_kappa_t": fixed(small.loc[jumps(small), "reduced_temperature"].max(), 3),
        "small_kappa_tricritical": fixed(tricritical_temperature(edges["kappa"].min()), 3),
        "coldest_t": figures(first["reduced_temperature"], 1),
        "coldest_kappa": figures(first["kappa"], 1),
        "coldest_k": count(first["edge_k"]),
        "coldest_beyond": fixed(first["edge_rho"] - first["line_rho"], 2),
        "slowest_kappa": count(slowest["kappa"].iloc[0]),
        "slowest_t": figures(slowest["reduced_temperature"].iloc[0], 1),
        "slowest_first_k": power(slowest["k"].iloc[0]),
        "slowest_last_k": power(slowest["k"].iloc[-1]),
        "slowest_first": fixed(slowest["edge_rho"].iloc[0], 3),
        "slowest_last": fixed(slowest["edge_rho"].iloc[-1], 3),
        "slowest_limit": fixed(far["line_rho"], 3),
        "slowest_exponent": fixed(far["exponent"], 3),
        "slowest_law": fixed(far["law_exponent"], 3),
        "slowest_plain": fixed(limit.exponent, 3),
    }
