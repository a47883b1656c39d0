"""The committed pool: whole, as its record says, and judged as well as it was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bestofk import provenance
from bestofk.language_config import load
from bestofk.language_tasks import parse_number, questions

ROOT = Path(__file__).resolve().parents[2]
PLANNED = load(ROOT / "workflow/config/language_model.yaml")


@pytest.fixture(scope="module")
def pool() -> pd.DataFrame:
    # Compared with its record on the way.
    return provenance.read_table(ROOT / "data/language_model.parquet")


def test_record_holds_the_planned_configuration() -> None:
    record = provenance.read_record(ROOT / "data/language_model.record.json")
    for key in ("seed", "model", "candidates", "temperature", "max_tokens", "judges", "analysis"):
        assert record["configuration"][key] == PLANNED[key], key
    # The shards are not committed: what made them stands in the record of the pool, under its own hash.
    assert {"scripts/llm_sample.py", "scripts/llm_judge.py", "scripts/llm_pool.py"} <= set(record["sources"])
    assert record["recipe"] == provenance.recipe_hash(record)


def test_every_question_has_its_candidates(pool: pd.DataFrame) -> None:
    for task, block in PLANNED["tasks"].items():
        size = pool[pool["task"] == task].groupby("question", sort=False).size()
        asked = [question.text for question in questions(task, block["questions"], seed=PLANNED["seed"])]
        assert size.to_dict() == dict.fromkeys(asked, PLANNED["candidates"])


def test_values_follow_from_the_answers(pool: pd.DataFrame) -> None:
    read = pool["answer"].map(parse_number).astype(float)
    pd.testing.assert_series_equal(read, pool["value"], check_names=False)
    right = pool["question"].map({text: float(eval(text)) for text in pool["question"].unique()})
    assert (pool["correct"] == (read == right)).all()
    np.testing.assert_array_equal(pool["squared_error"], (read - right) ** 2)
    assert np.isfinite(pool.loc[read.notna(), PLANNED["judges"]]).all(axis=None)


@pytest.mark.parametrize("task", ["tab", "add2"])
def test_judge_is_useful_and_imperfect_within_questions(pool: pd.DataFrame, task: str) -> None:
    areas = []
    for _, held in pool[pool["task"] == task].dropna(subset="value").groupby("question"):
        right = held["correct"].to_numpy()
        if 0 < right.sum() < right.size:
            gap = held["ll2"].to_numpy()[right][:, None] - held["ll2"].to_numpy()[~right]
            areas.append(((gap > 0) + 0.5 * (gap == 0)).mean())
    spread = np.std(areas, ddof=1) / np.sqrt(len(areas))
    assert 0.5 + 4 * spread < np.mean(areas) < 1.0 - 4 * spread
