"""The table of one input: what it counts as a second valley, and verdicts that change with it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from bestofk import config
from bestofk.simulation import generator, selected_errors
from ledger.one_input import one_input as claims
from project_copy import ROOT
from theories.one_input import falls_after_rise, theory

SMOKE = config.load(ROOT / "workflow/config/smoke.yaml")
BLOCK = SMOKE["experiments"]["one_input"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return theory(pd.DataFrame(), "one_input", BLOCK, 0)


def verdicts(table: pd.DataFrame) -> dict[str, str]:
    return {entry["id"]: entry["verdict"] for entry in claims(table, SMOKE["claims"])}


def edited(table: pd.DataFrame, quantity: str, change, *, cold: bool) -> pd.DataFrame:
    """The table with the last row of a quantity changed, at T = 0 or at T > 0."""
    rows = (table["quantity"] == quantity) & ((table["reduced_temperature"] == 0) == cold)
    place = table.index[rows][-1]
    table = table.copy()
    table.loc[place, "value"] = change(table.loc[place, "value"])
    return table


@pytest.mark.parametrize(
    ("errors", "falls"),
    [
        ([3, 2, 1], 0),
        ([3, 1, 2], 0),
        ([1, 2, 3], 0),
        ([1, 2, 1], 1),
        ([3, 1, 2, 1.5, 1.4], 2),
        ([1, 1, 1], 0),
    ],
)
def test_falls_after_a_rise_are_counted(errors: list[float], falls: int) -> None:
    assert falls_after_rise(np.array([errors], dtype=float)).tolist() == [falls]


def test_rounding_is_no_fall() -> None:
    assert falls_after_rise(np.array([[1.0, 2.0, 2.0 - 1e-15]])).tolist() == [0]


def test_every_claim_holds_and_fails_with_its_number(table: pd.DataFrame) -> None:
    assert set(verdicts(table).values()) == {"holds"}
    for quantity, change, cold, name in (
        ("falls_after_rise", lambda value: value + 1, False, "one_valley"),
        ("finite_optimum", lambda value: 1 - value, True, "half_temperature_criterion"),
        ("mean_excess", lambda value: 1.01 * value, True, "best_of_k_any_reward"),
        ("mean_excess", lambda value: 1.01 * value, False, "half_temperature_law_averaged"),
        ("excess", lambda value: 1.01 * value, True, "best_of_k_any_reward_at_one_input"),
        ("excess", lambda value: 1.01 * value, False, "half_temperature_law"),
    ):
        wrong = verdicts(edited(table, quantity, change, cold=cold))
        assert [key for key, verdict in wrong.items() if verdict == "fails"] == [name]


def test_curves_are_those_of_drawn_candidates(table: pd.DataFrame) -> None:
    k, inputs = [1, 4, 16, 64], 40_000
    for (t, gap), curve in table[table["quantity"] == "excess"].groupby(
        ["reduced_temperature", "teacher_gap"]
    ):
        reward_gap = BLOCK["gaps"]["curve_reward_gap"]
        parts = [
            selected_errors(
                np.full(inputs, gap),
                np.full((1, inputs), reward_gap),
                k=k,
                temperature=[2 * t],
                rng=generator(0, "one_input", 0, part),
            )[0, 0]
            / inputs
            for part in range(8)
        ]
        exact = (
            (curve["value"] + curve["limit"]).set_axis(curve["k"]).reindex([float(number) for number in k])
        )
        z = (np.mean(parts, axis=0) - exact) / (np.std(parts, axis=0, ddof=1) / math.sqrt(8))
        # Student's t with 7 degrees of freedom: of 32 values one passes 8 by chance in one of 300 seeds.
        assert z.abs().max() < 8
