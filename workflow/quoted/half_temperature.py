"""Numbers about the half-temperature test."""

from __future__ import annotations

import pandas as pd
from bestofk.pool_diagnostics import CONFIDENCE, LEAST_EFFECTIVE
from ledger.half_temperature import shares

from quoted.formats import count, figures, fixed, listing, percent


def half_temperature_test(frame: pd.DataFrame, block: dict) -> dict:
    """Sizes of the pools, how often a sign is wrong, and where weighting all prompts alike fails."""
    pools = block["pools"]
    weighted, plain = (shares(frame, prefix) for prefix in ("", "plain_"))
    worst = plain.loc[plain["wrong"].idxmax()]
    there = weighted.loc[plain["wrong"].idxmax()]
    signed = weighted["more"] + weighted["fewer"]
    return {
        "candidates": count(pools["candidates"]),
        "doubled": count(2 * pools["candidates"]),
        "prompts": count(pools["prompts"]),
        "replicates": count(block["simulation"]["replicates"]),
        "points": count(len(weighted)),
        "kappas": listing(pools["kappa"]),
        "temperatures": listing(pools["reduced_temperature"]),
        "confidence": percent(CONFIDENCE, 2),
        "least_effective": count(LEAST_EFFECTIVE),
        "wrong_largest": percent(weighted["wrong"].max(), 2),
        "wrong_mean": percent(weighted["wrong"].sum() / signed.sum(), 2),
        "signed": percent(signed.mean(), 2),
        "plain_wrong": percent(worst["wrong"], 3),
        "plain_kappa": figures(worst["kappa"], 2),
        "plain_rho": fixed(worst["rho"], 1),
        "plain_t": figures(worst["reduced_temperature"], 2),
        "plain_points": count((plain["wrong"] > 0.5).sum()),
        "there_wrong": percent(there["wrong"], 2),
        "there_undecided": percent(1 - there["more"] - there["fewer"], 2),
    }
