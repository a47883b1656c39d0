"""Claims about the curves where d and n are of the same order."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from bestofk import agreement
from tables import errors

from ledger.entries import NEW, SIMULATION, agreement_claim, claim, interval


def proportional_regime(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Which equivalent the curves agree with."""
    rows = errors(frame)
    rows = rows[rows["simulation"].notna()]
    for name, part, where in (
        ("warm", rows[rows["temperature"] > 0], "T > 0"),
        ("cold", rows[rows["temperature"] == 0], "T = 0"),
    ):
        yield agreement_claim(
            f"proportional_regime_{name}",
            f"With d of the order of n and at {where}, two-point theory agrees with simulation "
            "for every d/n, judge and k.",
            NEW,
            part,
            settings,
        )
    # The error of one candidate is s² + q_TT, whatever the judge and the temperature.
    single = rows[rows["k"] == 1].sort_values("temperature").groupby("aspect_ratio").first()
    test = (
        single["simulation"] / single["one_point"],
        single["standard_error"] / single["one_point"],
        single["replicates"],
    )
    low, high = agreement.single_interval(*test, confidence=settings["confidence"])
    margin = settings["margin"]
    missed = (low > 1 + margin) | (high < 1 - margin)
    nearest = int(test[0].sub(1).abs().to_numpy().argmin())
    yield claim(
        "proportional_regime_one_point",
        "The one-point form misses the error of a single candidate at every d/n looked at.",
        NEW,
        f"simulation/one-point form at k = 1, {len(single)} values of d/n",
        f"nearest to 1: {interval(low[nearest], high[nearest])} at d/n = {single.index[nearest]:g}",
        f"every interval outside 1 ± {margin:g}",
        True if missed.all() else (False if ((low > 1 - margin) & (high < 1 + margin)).any() else None),
        SIMULATION,
    )
