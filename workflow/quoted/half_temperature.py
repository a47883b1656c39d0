"""Numbers about the half-temperature test."""

from __future__ import annotations

import pandas as pd
from bestofk.pool_diagnostics import CONFIDENCE, LEAST_EFFECTIVE
from ledger.half_temperature import T_SHOWN, shares

from quoted.formats import count, figures, fixed, listing, percent


def half_temperature_test(frame: pd.DataFrame, block: dict) -> dict:
    """Sizes of the pools, how often a sign is wrong, and what two other rules give."""
    pools, allowed = block["pools"], (1 - CONFIDENCE) / 2
    weighted, plain, previous = (shares(frame, prefix) for prefix in ("", "plain_", "previous_"))
    shown = plain[plain["reduced_temperature"] == T_SHOWN]
    worst = shown["wrong"].idxmax()
    there = weighted.loc[worst]
    return {
        "candidates": count(pools["candidates"]),
        "doubled": count(2 * pools["candidates"]),
        "halved": count(pools["candidates"] // 2),
        "prompts": count(pools["prompts"]),
        "replicates": count(block["simulation"]["replicates"]),
        "points": count(len(weighted)),
        "kappas": listing(pools["kappa"]),
        "temperatures": listing(pools["reduced_temperature"]),
        "confidence": percent(CONFIDENCE, 2),
        "allowed": percent(allowed, 2),
        "least_effective": count(LEAST_EFFECTIVE),
        "signed": percent((weighted["more"] + weighted["fewer"]).mean(), 2),
        "wrong_largest": percent(weighted["wrong"].max(), 2),
        "wrong_points": count((weighted["wrong"] > allowed).sum()),
        "previous_signed": percent((previous["more"] + previous["fewer"]).mean(), 2),
        "previous_largest": percent(previous["wrong"].max(), 2),
        "previous_points": count((previous["wrong"] > allowed).sum()),
        "plain_points": count((plain["wrong"] > 0.5).sum()),
        "plain_wrong": percent(shown.loc[worst, "wrong"], 3),
        "plain_kappa": figures(shown.loc[worst, "kappa"], 2),
        "plain_rho": fixed(shown.loc[worst, "rho"], 1),
        "plain_t": fixed(T_SHOWN, 0),
        "there_wrong": percent(there["wrong"], 2),
        "there_undecided": percent(1 - there["more"] - there["fewer"], 2),
    }


def plainer(found: pd.DataFrame) -> dict:
    """How often the sign of the last doubling agrees with what was seen, where the test is trusted."""
    both = found[found["trusted"] & (found["previous"] != 0) & (found["observed"] != 0)]
    return {
        "previous_decided": count(len(both)),
        "previous_agree": count((both["previous"] == both["observed"]).sum()),
    }
