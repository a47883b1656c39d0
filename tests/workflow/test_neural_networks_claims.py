"""Claims about networks: each is shown to hold, to fail and to stay undecided on a table made for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ledger.neural_networks import depths, neural_networks

SETTINGS = {"confidence": 0.99, "real_margin": 0.1, "setting_margin": 0.05, "regret_margin": 0.02}
# Two pairs of signs, both equal, show with confidence that the share of equal ones is at least 0.158.
SETTINGS["hit_rate"] = 0.15
K = (1.0, 4.0, 64.0)
#: Two judges: one with a valley at the second k, and one whose error falls.
CURVES = {20: (1.0, 0.7, 0.8), 800: (1.0, 0.6, 0.5)}


def table(
    *,
    cold=1.0,
    warm=1.0,
    inside=1.0,
    gaussian=1.0,
    valley=0.0,
    depth=0.0,
    regret=0.0,
    fall=1.0,
    effective=20.0,
    error=1e-3,
) -> pd.DataFrame:
    """Networks that do what is predicted, but for the named changes."""
    rows = []
    for labels, curve in CURVES.items():
        point = {"judge_labels": labels, "replicates": 100.0}
        for t in (0.0, 1.0):
            for k, predicted in zip(K, curve, strict=True):
                change = (valley if labels == 20 else depth) * (k == 4.0)
                measured = predicted * (warm if t else cold) + change
                at = point | {"k": k, "temperature": 2.0 * t, "standard_error": error}
                difference = {
                    "difference": measured - curve[-1] * (warm if t else cold),
                    "difference_standard_error": error * (k < K[-1]),
                }
                for quantity, value in {
                    "predicted": predicted,
                    "error": measured,
                    "miss": measured - predicted,
                    "regret": regret * measured - 0.005,
                    "error_validation": predicted * inside,
                    "miss_validation": predicted * (inside - 1.0),
                    "error_equal_spread": predicted * gaussian,
                    "miss_equal_spread": predicted * (gaussian - 1.0),
                }.items():
                    rows.append(at | difference | {"quantity": quantity, "simulation": value})
            if t:
                sign = -1.0 if labels == 20 else 1.0
                at = point | {"k": np.nan, "temperature": 2.0 * t, "standard_error": error}
                for quantity, value in {
                    "gain": 0.64 * sign,
                    "previous": 0.02 * sign,
                    "fall": 0.01 * sign * (fall if labels == 20 else 1.0),
                    "effective": effective,
                }.items():
                    rows.append(at | {"quantity": quantity, "simulation": value})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "prediction_cold", "holds"),
        ({"cold": 1.2}, "prediction_cold", "fails"),
        ({"warm": 1.2}, "prediction_cold", "holds"),
        ({"warm": 1.2}, "prediction_warm", "fails"),
        ({"error": 0.1}, "prediction_warm", "undecided"),
        ({}, "closure", "holds"),
        ({"inside": 0.8}, "closure", "fails"),
        ({"gaussian": 0.8}, "closure", "holds"),
        ({"gaussian": 0.8}, "gaussian", "fails"),
        ({"error": 0.1}, "gaussian", "undecided"),
        ({}, "finite_k", "holds"),
        ({"valley": 0.2}, "finite_k", "fails"),
        ({"valley": 0.1}, "finite_k", "undecided"),
        ({"depth": -0.2}, "finite_k", "fails"),
        ({"depth": -0.11}, "finite_k", "undecided"),
        ({}, "choice", "holds"),
        ({"regret": 0.1}, "choice", "fails"),
        ({"error": 0.02}, "choice", "undecided"),
        ({}, "half_temperature", "holds"),
        ({"fall": -1.0}, "half_temperature", "undecided"),
        ({"error": 0.02}, "half_temperature", "undecided"),
        ({"effective": 9.0}, "half_temperature", "undecided"),
    ],
)
def test_claims_of_neural_networks(change, name, verdict):
    verdicts = {entry["id"]: entry["verdict"] for entry in neural_networks(table(**change), SETTINGS)}
    assert verdicts[f"neural_networks_{name}"] == verdict


def test_a_missed_sign_is_named():
    entry = list(neural_networks(table(fall=-1.0), SETTINGS))[-1]
    assert "1 of 2 agree" in entry["measured"] and "missed: 20, 2.0" in entry["measured"]


def test_predicted_valleys():
    found = depths(table())
    assert found["best_k"].tolist() == [4.0, 4.0, 64.0, 64.0]
    assert found["depth"].tolist() == pytest.approx([0.125, 0.125, 0.0, 0.0])
