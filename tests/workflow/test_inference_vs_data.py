"""Claims about data and candidates and about convergence: shown to hold, to fail and to stay open."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ledger import convergence
from ledger import inference_vs_data as ledger

SETTINGS = {"limit_tolerance": 1e-3, "margin": 0.01, "setting_margin": 0.05, "confidence": 0.99}
ALPHA = (4 - np.sqrt(2)) / 7


def table() -> pd.DataFrame:
    """Two rows of each part, all as theory says."""
    shared = {"s2": 1.0, "ridge": 1.0, "noise_var": 1e-3, "reduced_temperature": 0.0, "overshoot": 0.0}
    rows = []
    for kappa, data in ((0.1, -0.2), (0.2, -0.5)):
        law = {"part": "law", "setting": "matched", "q_tt": kappa, "k": 3e6, "candidates_slope": -2.0}
        rows.append(shared | law | {"data_slope": data, "data_slope_law": data})
    published = {"part": "law", "setting": "published", "q_tt": 0.04, "k": 3e6, "ridge": 1.0}
    rows.append(shared | published | {"candidates_slope": -2.0, "data_slope": -0.1})
    for noise_var in (1e-5, 2e-5, 0.25):
        point = {
            "part": "exchange",
            "noise_var": noise_var,
            "aspect_ratio": ALPHA * (1 + noise_var),
            "q_tt": 0.4,
        }
        rows.append(shared | point | {"spectrum_exponent": 0.0})
    for df1 in (0.4, 0.6):
        rows.append(shared | {"part": "threshold", "df1": df1, "explicit_df1": df1, "spectrum_exponent": 0.0})
    split = {"part": "split", "training_share": 0.2, "data_slope": -0.5, "candidates_slope": -2.0}
    split |= {"at_edge": 0.0, "error": 1.0, "scanned_error": 1.01, "scanned_share": 0.21, "scan_step": 0.2}
    rows.append(shared | split)
    for kappa, t, k, data, candidates in (
        (0.2, 0.0, 8, -0.5, -2.0),
        (0.6, 0.0, 8, -1.0, -2.0),
        (0.6, 0.0, 1e5, -3.0, -2.0),
        (0.2, 1.0, 1, -0.1, -0.5),
        (0.2, 1.0, 1e5, -0.1, -1e-5),
    ):
        cell = {"part": "map", "q_tt": kappa, "reduced_temperature": t, "k": k}
        rows.append(shared | cell | {"data_slope": data, "candidates_slope": candidates})
    return pd.DataFrame(rows)


def verdicts(frame: pd.DataFrame) -> dict[str, str]:
    return {entry["id"]: entry["verdict"] for entry in ledger.inference_vs_data(frame, SETTINGS)}


def test_all_claims_hold_where_theory_is_met():
    found = verdicts(table())
    assert len(found) == 9
    assert set(found.values()) == {"holds"}


@pytest.mark.parametrize(
    ("part", "row", "column", "value", "name"),
    [
        ("law", 0, "data_slope", -0.21, "data_slope_closed_form"),
        ("law", 1, "candidates_slope", -1.99, "candidates_slope_closed_form"),
        ("law", 2, "data_slope", -2.1, "gap_not_ridge"),
        ("exchange", 0, "aspect_ratio", 0.36, "exchange_point"),
        ("threshold", 0, "explicit_df1", 0.55, "quadratic_threshold"),
        ("split", 0, "scanned_error", 0.99, "best_split"),
        ("split", 0, "training_share", 0.3, "best_split"),
        ("split", 0, "scanned_share", 0.6, "best_split"),
        ("map", 0, "data_slope", -2.1, "inference_beats_data"),
        ("map", 2, "data_slope", -1.0, "data_beats_inference_only_at_large_k"),
        ("map", 4, "candidates_slope", -1.0, "data_beats_inference_when_warm"),
    ],
)
def test_each_claim_can_fail(part, row, column, value, name):
    frame = table()
    place = frame.index[frame["part"] == part][row]
    frame.loc[place, column] = value
    if column == "scanned_share":
        frame.loc[place, "scanned_error"] = 1.2
    assert verdicts(frame)[name] == "fails"


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("law", "gap_not_ridge"),
        ("exchange", "exchange_point"),
        ("threshold", "quadratic_threshold"),
        ("split", "best_split"),
        ("map", "inference_beats_data"),
    ],
)
def test_without_rows_a_claim_is_undecided(part, name):
    frame = table()
    assert verdicts(frame[frame["part"] != part])[name] == "undecided"


def simulated(offset: float, size: float, error: float) -> pd.DataFrame:
    """Errors that differ from theory by an offset and size/d, at two temperatures and two d/n."""
    rows = [
        {
            "quantity": "error",
            "aspect_ratio": ratio,
            "temperature": temperature,
            "reward_value": 0.0,
            "k": 4.0,
            "n_features": d,
            "exact": 2.0,
            "simulation": 2.0 * (1 + offset + size / d),
            "standard_error": 2.0 * error,
            "replicates": 1000.0,
        }
        for ratio in (0.1, 0.5)
        for temperature in (0.0, 0.5)
        for d in (25, 50, 100)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("offset", "size", "error", "verdict"),
    [(0.0, 1.5, 1e-3, "holds"), (0.08, 1.5, 1e-3, "fails"), (0.0, 1.5, 0.1, "undecided")],
)
def test_convergence_is_judged_where_the_dimension_is_infinite(offset, size, error, verdict):
    frame = simulated(offset, size, error)
    found = {entry["id"]: entry["verdict"] for entry in convergence.convergence_in_dimension(frame, SETTINGS)}
    parts = [f"{selection}_{ratio}" for selection in ("best_of_k", "softmax") for ratio in (0.1, 0.5)]
    assert found == {f"convergence_{part}": verdict for part in (*parts, "every_setting")}
    lines = convergence.extrapolations(frame)
    np.testing.assert_allclose(lines["intercept"], offset, atol=1e-12)
    if not offset:
        np.testing.assert_allclose(lines["size"], size, rtol=1e-12)
