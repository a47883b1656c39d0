"""Claims about real data: each is shown to hold, to fail and to stay undecided on a table made for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ledger.real_data import ratios, real_data

SETTINGS = {
    "confidence": 0.99,
    "margin": 0.01,
    "setting_margin": 0.05,
    "real_margin": 0.1,
    "regret_margin": 0.02,
}
K = (1.0, 4.0, 64.0)
#: Two judges: one with a valley at the second k, and one whose error falls.
CURVES = {8: (1.0, 0.7, 0.8), 100: (1.0, 0.6, 0.5)}


def table(*, test=1.0, warm=1.0, cold=1.0, valley=0.0, fall=0.0, regret=0.0, error=1e-3) -> pd.DataFrame:
    """A data set as theory predicts it, but for the named changes."""
    rows = []
    for labels, curve in CURVES.items():
        point = {"data": "digits", "judge_labels": labels, "replicates": 400.0}
        # 2 q_TR < min(4 q_RR - s^2, 2 q_RR) for the first judge alone.
        for quantity, value in {"s2": 0.5, "q_tr": 0.02, "q_rr": 0.5 if labels == 8 else 0.05}.items():
            rows.append(point | {"quantity": quantity, "k": np.nan, "simulation": value})
        for temperature in (0.0, 2.0):
            for k, predicted in zip(K, curve, strict=True):
                change = (valley if labels == 8 else fall) * (k == 4.0)
                measured = predicted * test + change
                inside = predicted * (warm if temperature else cold)
                at = point | {"k": k, "temperature": temperature, "standard_error": error}
                rows += [
                    at | {"quantity": "predicted", "simulation": predicted},
                    at
                    | {
                        "quantity": "error",
                        "simulation": measured,
                        "difference": measured - curve[-1] * test,
                        "difference_standard_error": error * (k < K[-1]),
                    },
                    at | {"quantity": "miss", "simulation": measured - predicted},
                    at | {"quantity": "error_validation", "simulation": inside},
                    at | {"quantity": "miss_validation", "simulation": inside - predicted},
                    at | {"quantity": "regret", "simulation": regret * measured - 0.005},
                ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "prediction", "holds"),
        ({"test": 1.2}, "prediction", "fails"),
        ({"error": 0.1}, "prediction", "undecided"),
        ({"error": 1e-4}, "closure_warm", "holds"),
        ({"error": 1e-4, "warm": 1.03}, "closure_warm", "fails"),
        ({"error": 2e-3}, "closure_warm", "undecided"),
        ({"cold": 1.03}, "closure_cold", "holds"),
        ({"cold": 0.9}, "closure_cold", "fails"),
        ({"error": 0.05}, "closure_cold", "undecided"),
        ({}, "finite_k", "holds"),
        ({"valley": 0.2}, "finite_k", "fails"),
        ({"valley": 0.1}, "finite_k", "undecided"),
        ({"fall": -0.2}, "finite_k", "fails"),
        ({"fall": -0.11}, "finite_k", "undecided"),
        ({}, "choice", "holds"),
        ({"regret": 0.1}, "choice", "fails"),
        ({"error": 0.02}, "choice", "undecided"),
    ],
)
def test_claims_of_real_data(change, name, verdict):
    verdicts = {entry["id"]: entry["verdict"] for entry in real_data(table(**change), SETTINGS)}
    assert verdicts[f"real_data_digits_{name}"] == verdict


def test_a_table_decides_the_claims_of_its_sets_only():
    names = [entry["id"] for entry in real_data(table(), SETTINGS)]
    assert len(names) == len(set(names)) == 5
    assert all(name.startswith("real_data_digits_") for name in names)


def test_error_of_a_ratio_is_that_over_splits():
    """Against the spread of ratios of resampled means, for errors that share their split."""
    rng = np.random.default_rng(0)
    predicted = 1.0 + 0.2 * rng.standard_normal(400)
    measured = 1.3 * predicted + 0.05 * rng.standard_normal(400)
    rows = [
        {
            "judge_labels": 8,
            "temperature": 0.0,
            "k": 1.0,
            "quantity": name,
            "simulation": values.mean(),
            "standard_error": values.std(ddof=1) / np.sqrt(400),
            "replicates": 400.0,
        }
        for name, values in {
            "error": measured,
            "predicted": predicted,
            "miss": measured - predicted,
        }.items()
    ]
    found = ratios(pd.DataFrame(rows), "error", "miss").iloc[0]
    draws = rng.integers(0, 400, (4000, 400))
    resampled = measured[draws].mean(axis=1) / predicted[draws].mean(axis=1)
    assert found["ratio"] == pytest.approx(measured.mean() / predicted.mean())
    assert found["error"] == pytest.approx(resampled.std(), rel=0.1)
    # Were the two independent it would be five times as large.
    assert found["error"] < 0.3 * rows[0]["standard_error"]
