"""Claims about the error at one input: one valley, its criterion, and the laws at large k."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ledger.entries import NEW, PROOF, claim


def one_input(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Search and theorem cell by cell, and the exact curves against their laws."""
    cells = frame[frame["k"].isna()].pivot(
        index=["reduced_temperature", "teacher_gap", "reward_gap"], columns="quantity", values="value"
    )
    falls = int((cells["falls_after_rise"] > 0).sum())
    yield claim(
        "one_valley",
        "At one input the exact error has one valley in k, or none: no curve falls after it has risen.",
        NEW,
        f"curves of {len(cells)} that do",
        str(falls),
        "0",
        falls == 0,
        PROOF,
    )
    wrong = int((np.isfinite(cells["optimal_k"]) != (cells["finite_optimum"] == 1)).sum())
    yield claim(
        "half_temperature_criterion",
        "At one input a finite k is best iff Δ_R² [1/(1+t) + 2/(2+t)] > s² + 2 Δ_T Δ_R; at T = 0 iff "
        "2 Δ_R² > s² + 2 Δ_T Δ_R.",
        NEW,
        f"pairs of gaps of {len(cells)} on which search and theorem differ",
        str(wrong),
        "0",
        wrong == 0,
        PROOF,
    )
    limit = settings["limit_tolerance"]
    for name, sentence, miss in (
        (
            "half_temperature_law",
            "At one input and T > 0, k times the excess over the limit tends to ω [δ_∞(t) − δ_∞(t/2)].",
            last_miss(frame[(frame["quantity"] == "excess") & (frame["reduced_temperature"] > 0)]),
        ),
        (
            "best_of_k_any_reward_at_one_input",
            "At one input and T = 0, k² times the excess tends to π exp(Δ_R²/s²) (s² + 2 Δ_T Δ_R − 2 Δ_R²).",
            last_miss(frame[(frame["quantity"] == "excess") & (frame["reduced_temperature"] == 0)]),
        ),
        (
            "best_of_k_any_reward",
            "Averaged at T = 0, k² times the excess tends to π s² (1 − 2κ)^(−1/2) [1 + 2(ρ − 1)κ/(1 − 2κ)].",
            last_miss(frame[(frame["quantity"] == "mean_excess") & (frame["reduced_temperature"] == 0)]),
        ),
        (
            "half_temperature_law_averaged",
            "Averaged at T > 0 and κ < κ_e, k times the excess tends to the average of its law at one input.",
            last_miss(frame[(frame["quantity"] == "mean_excess") & (frame["reduced_temperature"] > 0)]),
        ),
    ):
        farthest = float(np.abs(miss).max())
        yield claim(
            name,
            sentence,
            NEW,
            f"farthest exact/law − 1 of {len(miss)} curves at k = {frame['k'].max():g}",
            f"{farthest:.1e}".replace("-", "−"),
            f"at most {limit:g}",
            farthest <= limit,
            PROOF,
        )


def excess_over_law(rows: pd.DataFrame) -> pd.Series:
    """Relative distance of the excess over the limit from its law, along k."""
    return rows["value"] / rows["law"] - 1


def last_miss(rows: pd.DataFrame) -> np.ndarray:
    """The distance of each curve from its law at the largest k."""
    return excess_over_law(rows[rows["k"] == rows["k"].max()]).to_numpy()
