"""Claims about pools, drawn or of a language model: each is shown to hold, to fail and to stay undecided."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from ledger.half_temperature import decisions, half_temperature_test
from ledger.language_model import language_model

SETTINGS = {"confidence": 0.99, "control_margin": 0.05, "hit_rate": 0.9}


def pools(*, wrong=0.0, plain=0.9, replicates=2000) -> pd.DataFrame:
    """Signs at two points: more candidates help at the first and harm at the second."""
    rows = []
    for rho, fall in ((0.8, 0.01), (0.0, -0.01)):
        point = {"kappa": 1.0, "rho": rho, "reduced_temperature": 1.0, "replicates": replicates}
        right, other = ("more", "fewer") if fall > 0 else ("fewer", "more")
        shares = {right: 0.5, other: wrong, f"plain_{right}": 0.05, f"plain_{other}": plain}
        rows += [point | {"quantity": name, "simulation": share} for name, share in shares.items()]
        rows.append(point | {"quantity": "fall", "exact": fall})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "sign", "holds"),
        ({"wrong": 0.2}, "sign", "fails"),
        ({"wrong": 0.025}, "sign", "undecided"),
        ({}, "weights", "holds"),
        ({"plain": 0.1}, "weights", "fails"),
        ({"plain": 0.5}, "weights", "undecided"),
    ],
)
def test_claims_of_the_test_on_drawn_pools(change, name: str, verdict: str) -> None:
    found = {entry["id"]: entry["verdict"] for entry in half_temperature_test(pools(**change), SETTINGS)}
    assert found[f"half_temperature_{name}"] == verdict


def answers(
    *, rise=(0.1, 0.2), drop=(0.05, 0.1), warm=0.1, vote=0.1, likelihood=-9.0, control=0.0, error=0.01,
    gain=1.0, fall=1.0, effective=20.0,
) -> pd.DataFrame:  # fmt: skip
    """The rows that decide the claims about one task."""
    planned = {"judge": "ll2", "metric": "accuracy"}
    rows = [
        planned | {"quantity": name, "k": 4.0, "simulation": np.mean(ends), "low": ends[0], "high": ends[1]}
        for name, ends in (("rise", rise), ("drop", drop))
    ]
    for name, judge, metric, temperature, value in (
        ("over_best", "ll2", "accuracy", 1.0, warm),
        ("over_best", "vote", "accuracy", np.nan, vote),
        ("over_single", "gen_ll", "squared_error", 0.0, likelihood),
        ("over_single", "yes0", "accuracy", 0.0, control),
    ):
        row = {"quantity": name, "judge": judge, "metric": metric, "temperature": temperature, "k": 32.0}
        # At another k the answer would be another one.
        rows += [row | {"simulation": value}, row | {"k": 4.0, "simulation": -value}]
    for place in range(60):
        of = planned | {"temperature": 1.0 + place}
        for name, value in (("gain", gain), ("previous", gain), ("fall", fall), ("effective", effective)):
            rows.append(of | {"quantity": name, "simulation": value})
    return pd.DataFrame(rows).assign(task="tab", standard_error=error, replicates=100)


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "rise_and_fall", "holds"),
        ({"drop": (-0.1, 0.2)}, "rise_and_fall", "undecided"),
        ({"drop": (0.0, 0.0)}, "rise_and_fall", "fails"),
        ({"rise": (-0.2, -0.1)}, "rise_and_fall", "fails"),
        ({}, "warm", "holds"),
        ({"warm": -0.1}, "warm", "fails"),
        ({"warm": 0.01}, "warm", "undecided"),
        ({}, "vote", "holds"),
        ({"vote": -0.1}, "vote", "fails"),
        ({"vote": 0.02}, "vote", "undecided"),
        ({}, "likelihood", "holds"),
        ({"likelihood": 9.0}, "likelihood", "fails"),
        ({"likelihood": -9.0, "error": 8.0}, "likelihood", "undecided"),
        ({}, "control", "holds"),
        ({"control": 0.2}, "control", "fails"),
        ({"control": 0.04}, "control", "undecided"),
        ({}, "half_temperature", "holds"),
        ({"fall": -1.0}, "half_temperature", "fails"),
        ({"fall": 0.001}, "half_temperature", "undecided"),
        ({"effective": 5.0}, "half_temperature", "undecided"),
    ],
)
def test_claims_of_a_language_model(change, name: str, verdict: str) -> None:
    found = {entry["id"]: entry["verdict"] for entry in language_model(answers(**change), SETTINGS)}
    assert found[f"language_model_tab_{name}"] == verdict


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({}, "hit"),
        ({"fall": -1.0}, "miss"),
        ({"gain": -1.0}, "miss"),
        ({"gain": -1.0, "fall": -1.0}, "hit"),
        ({"gain": 0.01}, "no sign predicted"),
        ({"fall": 0.01}, "no sign seen"),
        ({"effective": 9.9}, "not trusted"),
    ],
)
def test_outcomes_of_a_prediction(change, outcome: str) -> None:
    found = decisions(answers(**change), ["judge", "metric", "temperature"])
    assert set(found["outcome"]) == {outcome}
