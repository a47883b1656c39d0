"""Numbers about the orders of the high-temperature expansion."""

from __future__ import annotations

import math

import pandas as pd
from ledger.expansions import FAILS_AT, FAILS_NEAR, SLOPES_AT, mismatch, misses, slope

from quoted.formats import count, figures, fixed, listing, percent, power


def expansion_orders(frame: pd.DataFrame, block: dict) -> dict:
    """What each truncation misses."""
    settings = block["expansion"]
    largest = max(settings["k"])
    two = frame[frame["form"] == "two_candidates"]
    two = two.assign(miss=(two["value"] / two["exact"] - 1).abs())
    hottest = two[two["reduced_temperature"] == two["reduced_temperature"].max()]
    best = hottest.loc[hottest["miss"].idxmin()]
    return {
        "q_tt": figures(settings["q_tt"], 3),
        "slopes_k": count(SLOPES_AT),
        "slope_1": fixed(slope(frame, 1, "truncation"), 2),
        "slope_2": fixed(slope(frame, 2, "truncation"), 2),
        "slope_3": fixed(slope(frame, 3, "truncation"), 2),
        "slope_published": fixed(slope(frame, 3, "published"), 2),
        "largest_k": count(largest),
        "mismatch_64": percent(abs(mismatch(frame, 64.0)), 2),
        "mismatch_largest": percent(abs(mismatch(frame, float(largest))), 1),
        "fails_k": count(FAILS_AT["k"]),
        "fails_overshoot": count(FAILS_AT["overshoot"]),
        "fails_t": figures(FAILS_NEAR, 1),
        "fails_second": percent(misses(frame, 2, "t"), 2),
        "fails_third": percent(misses(frame, 3, "t"), 2),
        "fails_published": percent(misses(frame, 3, "p"), 2),
        "two_t": listing([best["reduced_temperature"]]),
        "two_order": count(best["order"]),
        # The smallest term is near order π t/v, v² = 1 + 2 q_RR; the teacher is the judge.
        "two_order_expected": fixed(
            math.pi * best["reduced_temperature"] / math.sqrt(1 + 2 * settings["q_tt"]), 1
        ),
        "two_miss": power(float(f"{best['miss']:.1g}")),
    }
