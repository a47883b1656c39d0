"""Claims about the orders of the high-temperature expansion."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd
from tables import at

from ledger.entries import HP_AND_NEW, INTEGRALS, NEW, PROOF, claim

#: Where slopes are measured: the number of candidates, with the teacher as judge.
SLOPES_AT = 8.0
#: Where the series itself fails, at the temperature nearest to the last one.
FAILS_AT = {"k": 5.0, "overshoot": 15.0}
FAILS_NEAR = 10.0


def expansion_orders(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """How each truncation misses the exact error, and where the series is of no use."""
    margin = settings["slope_margin"]
    slopes = [slope(frame, order, "truncation") for order in (1, 2, 3)]
    yield claim(
        "expansion_slopes",
        "The expansion through order m in 1/T, exact in k, misses the error by t^−(m+1) for m = 1, 2, 3.",
        HP_AND_NEW,
        f"slope over the last decade in t, k = {SLOPES_AT:g}, teacher",
        ", ".join(f"{value:.3f}" for value in slopes).replace("-", "−"),
        f"−2, −3 and −4, ± {margin:g}",
        all(abs(value + order + 1) < margin for order, value in enumerate(slopes, start=1)),
        PROOF,
    )
    published = slope(frame, 3, "published")
    yield claim(
        "published_third_order_slope",
        "With the published third order the expansion still misses the error at finite k by t^−3.",
        NEW,
        f"slope over the last decade in t, k = {SLOPES_AT:g}, teacher",
        f"{published:.3f}".replace("-", "−"),
        f"−3 ± {margin:g}",
        abs(published + 3) < margin,
        PROOF,
    )
    largest = float(frame.loc[frame["form"] == "truncation", "k"].max())
    share, tolerance = mismatch(frame, largest), settings["limit_tolerance"]
    yield claim(
        "published_third_order_at_large_k",
        "For k → ∞ the published third order agrees with the exact one.",
        HP_AND_NEW,
        f"published/exact third-order term − 1 at k = {largest:g}, teacher",
        f"{share:.1e}".replace("-", "−"),
        f"0 ± {tolerance:g}",
        abs(share) < tolerance,
        PROOF,
    )
    second, third, other = (misses(frame, order, form) for order, form in ((2, "t"), (3, "t"), (3, "p")))
    yield claim(
        "no_order_is_safe_at_large_gaps",
        f"At k = {FAILS_AT['k']:g}, c = {FAILS_AT['overshoot']:g} and t = {FAILS_NEAR:g} the third order is "
        "further from the error than the second; the published third order happens to be nearer.",
        NEW,
        "relative miss of second, third, published third order",
        f"{second:.2g}, {third:.2g}, {other:.2g}",
        "the third is the largest",
        third > max(second, other),
        INTEGRALS,
    )
    two = frame[frame["form"] == "two_candidates"]
    two = two.assign(miss=(two["value"] / two["exact"] - 1).abs())
    groups = two.sort_values("order").groupby("reduced_temperature")["miss"]
    yield claim(
        "expansion_diverges",
        "The expansion at k = 2 diverges at every temperature looked at: the miss falls and then grows.",
        NEW,
        f"least miss, and that at order {two['order'].max():g}, over t",
        "; ".join(f"{least:.1e}, {last:.1e}" for least, last in zip(groups.min(), groups.last(), strict=True))
        .replace("e-", "e−")
        .replace("e+", "e"),
        "the last above 1",
        bool((groups.last() > 1).all()),
        PROOF,
    )


def slope(frame: pd.DataFrame, order: int, form: str) -> float:
    """Logarithmic slope in t of what a truncation misses, over the last decade of the axis."""
    teacher = frame["overshoot"] == frame["overshoot"].min()
    rows = frame[teacher & (frame["k"] == SLOPES_AT) & (frame["order"] == order) & (frame["form"] == form)]
    rows = rows.sort_values("reduced_temperature")
    last = rows.iloc[-1]
    first = rows.iloc[(rows["reduced_temperature"] / last["reduced_temperature"] - 0.1).abs().argmin()]
    miss = [abs(row["value"] / row["exact"] - 1) for row in (first, last)]
    return math.log(miss[1] / miss[0]) / math.log(last["reduced_temperature"] / first["reduced_temperature"])


def mismatch(frame: pd.DataFrame, k: float) -> float:
    """The published third-order term against the exact one, for the teacher as judge."""
    # The terms are those of a power of t: any temperature will do, and the lowest leaves the most digits.
    lowest = float(frame.loc[frame["form"] == "truncation", "reduced_temperature"].min())
    where = {"k": k, "overshoot": float(frame["overshoot"].min()), "reduced_temperature": lowest}
    second, third = (at(frame, "value", form="truncation", order=order, **where) for order in (2.0, 3.0))
    return (at(frame, "value", form="published", order=3.0, **where) - second) / (third - second) - 1


def misses(frame: pd.DataFrame, order: int, form: str) -> float:
    """Relative miss of a truncation where the series fails."""
    name = {"t": "truncation", "p": "published"}[form]
    rows = frame[(frame["form"] == name) & (frame["order"] == order)]
    for column, value in FAILS_AT.items():
        rows = rows[rows[column] == value]
    row = rows.iloc[(rows["reduced_temperature"] / FAILS_NEAR - 1).abs().argmin()]
    return abs(row["value"] / row["exact"] - 1)
