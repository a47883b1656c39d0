"""Claims about the approach to the theory of large dimension."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement

from ledger.entries import NEW, SIMULATION, claim, interval


def convergence_in_dimension(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Whether simulated errors meet the exact theory as 1/d tends to 0, at each d/n and at every setting."""
    lines = extrapolations(frame)
    cold = lines.index.get_level_values("temperature") == 0
    selections = {"best_of_k": (lines[cold], "best of k"), "softmax": (lines[~cold], "softmax selection")}
    # Not over all d/n: deviations of opposite sign would hide each other.
    parts = [
        (f"convergence_{name}_{ratio:g}", rows, f"of {words}", ratio)
        for name, (every, words) in selections.items()
        for ratio, rows in every.groupby("aspect_ratio")
    ]
    for name, rows, words, ratio in parts:
        # Settings of one d/n share their replicates: the mean of their errors bounds that of their mean.
        result = agreement.equivalence(
            [rows["intercept"].mean()],
            [rows["error"].mean()],
            int(rows["replicates"].min()),
            expected=0.0,
            margin=settings["margin"],
            confidence=settings["confidence"],
        )
        yield claim(
            name,
            f"As d → ∞ at d/n = {ratio:g} the simulated error {words} meets the exact theory with two-point "
            "order parameters, on average over k and judges.",
            NEW,
            f"simulation/theory − 1 at 1/d → 0, mean over {len(rows)} settings",
            interval(result.low, result.high),
            f"0 ± {settings['margin']:g}",
            result.verdict,
            SIMULATION,
        )
    result = agreement.equivalence(
        lines["intercept"],
        lines["error"],
        lines["replicates"],
        expected=0.0,
        margin=settings["setting_margin"],
        confidence=settings["confidence"],
    )
    ratio, temperature, c, k = lines.index[result.worst]
    yield claim(
        "convergence_every_setting",
        "As d → ∞ at fixed d/n the simulated error meets the exact theory at every setting.",
        NEW,
        f"simulation/theory − 1 at 1/d → 0, {len(lines)} intervals together",
        f"farthest {interval(result.low, result.high)}, d/n = {ratio:g}, T = {temperature:g}, c = {c:g}, "
        f"k = {k:g}",
        f"0 ± {settings['setting_margin']:g}",
        result.verdict,
        SIMULATION,
    )


def extrapolations(frame: pd.DataFrame) -> pd.DataFrame:
    """Relative difference of simulation and theory as a line in 1/d: its value at 0 and its slope C."""
    rows = frame[(frame["quantity"] == "error") & frame["simulation"].notna()]
    rows = rows.assign(
        ratio=rows["simulation"] / rows["exact"] - 1, ratio_error=rows["standard_error"] / rows["exact"]
    )
    # One candidate is selected by every judge at every temperature: the same numbers, counted once.
    first = (rows["temperature"] == rows["temperature"].min()) & (
        rows["reward_value"] == rows["reward_value"].min()
    )
    rows = rows[(rows["k"] > 1) | first]
    setting = ["aspect_ratio", "temperature", "reward_value", "k"]
    return rows.groupby(setting).apply(line, include_groups=False)


def line(rows: pd.DataFrame) -> pd.Series:
    """Weighted line in 1/d, and the slope of the one through zero."""
    x = 1 / rows["n_features"].to_numpy(float)
    y, error = rows["ratio"].to_numpy(), rows["ratio_error"].to_numpy()
    intercept, intercept_error, _, _ = agreement.line_at_zero(x, y, error)
    precision = np.sum((x / error) ** 2)
    return pd.Series(
        {
            "intercept": intercept,
            "error": intercept_error,
            "size": np.sum(x * y / error**2) / precision,
            "size_error": precision**-0.5,
            "replicates": rows["replicates"].min(),
        }
    )
