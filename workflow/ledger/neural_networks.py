"""Claims about an ensemble of networks: what order parameters predict, and the half-temperature test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ledger.entries import NEW, OUTSIDE, claim
from ledger.half_temperature import hit_claim
from ledger.real_data import against_largest, choice_claim, ratio_claim, ratios

_JUDGE = ["judge_labels", "temperature"]


def neural_networks(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Prediction, its assumptions, the finite best k, the choice of k, and the half-temperature test."""
    for label, text, chosen in (
        ("cold", "T = 0", frame["temperature"] == 0),
        ("warm", "T > 0", frame["temperature"] > 0),
    ):
        yield ratio_claim(
            f"neural_networks_prediction_{label}",
            f"With networks as candidates and {text}, order parameters measured on one part predict the "
            "error measured on another, for every judge and k.",
            ratios(frame[chosen], "error", "miss"),
            settings,
            settings["real_margin"],
        )
    for label, text, suffix in (
        ("closure", "Networks as candidates", "_validation"),
        ("gaussian", "Gaussian candidates of one variance, in the place of networks,", "_equal_spread"),
    ):
        yield ratio_claim(
            f"neural_networks_{label}",
            f"{text} give the error that theory predicts from order parameters measured at the same inputs, "
            "for every judge, temperature and k.",
            ratios(frame, f"error{suffix}", f"miss{suffix}"),
            settings,
            settings["real_margin"],
        )
    yield valley_claim(frame, settings)
    yield choice_claim("neural_networks", "networks as candidates", frame, settings)
    yield hit_claim(
        "neural_networks_half_temperature",
        "With networks as candidates, where the half-temperature test predicts a sign from half of them at "
        "some inputs, and the other inputs show one, the two agree.",
        frame,
        _JUDGE,
        settings,
    )


def depths(frame: pd.DataFrame, quantity: str = "predicted") -> pd.DataFrame:
    """Valley of each judge and temperature: the best k, and how much lower the error is there.

    ``depth`` is the error at the largest k less that at the best, over the former.
    """
    rows = []
    for (labels, temperature), curve in frame[frame["quantity"] == quantity].groupby(_JUDGE):
        curve = curve.sort_values("k")
        error, best = curve["simulation"].to_numpy(), int(np.argmin(curve["simulation"]))
        rows.append((labels, temperature, curve["k"].iloc[best], 1.0 - error[best] / error[-1]))
    return pd.DataFrame(rows, columns=[*_JUDGE, "best_k", "depth"])


def valley_claim(frame: pd.DataFrame, settings: dict) -> dict:
    """Whether fewer than all candidates are best where the predicted curve says so, and nowhere else."""
    limit, found = settings["regret_margin"], {"holds": [], "fails": [], "undecided": []}
    predicted = depths(frame)
    for row in predicted.itertuples():
        judge = frame[frame["judge_labels"] == row.judge_labels]
        # A valley too shallow to matter is none: measurements cannot tell one from no valley.
        finite = row.depth > limit
        verdict, text = against_largest(judge, finite, settings, row.temperature)
        found[verdict].append(f"{row.judge_labels:g} labels, t = {row.temperature / 2:g}: {text}")
    verdict = "fails" if found["fails"] else "undecided" if found["undecided"] else "holds"
    others = [f"{name}: {'; '.join(texts)}" for name, texts in found.items() if texts and name != "holds"]
    return claim(
        "neural_networks_finite_k",
        "With networks as candidates, measured order parameters say for which judge and temperature fewer "
        "candidates than the pool holds are best.",
        NEW,
        "measured error at k less that at the largest, over the latter",
        ", ".join([f"as predicted for {len(found['holds'])} of {len(predicted)} curves", *others]),
        f"an interval below 0 where a valley deeper than {limit:g} is predicted, none below −{limit:g} "
        "elsewhere",
        verdict,
        OUTSIDE,
    )
