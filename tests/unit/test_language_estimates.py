"""Estimates from a pool of answers: against counts by hand and all subsets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from bestofk.language_curves import generator, over_halves
from bestofk.language_estimates import VOTE, estimates
from bestofk.pool_diagnostics import doubling

ANALYSIS = {"k": [1, 2, 4], "judge": "ll2", "metric": "accuracy", "confidence": 0.9, "resamples": 99}
SETTINGS = {"judges": ["ll2", "yes0"], "temperatures": [0.0, 0.7], "response_bins": 2, "doubled": 4}


def pool(questions: int = 8, size: int = 7) -> pd.DataFrame:
    """A made-up pool whose last answer to every other question is no number."""
    rng = np.random.default_rng(11)
    rows = pd.DataFrame(
        {
            "task": "tab",
            "question": np.repeat([f"q{number}" for number in range(questions)], size),
            "value": rng.integers(0, 4, questions * size).astype(float),
            "ll2": rng.normal(size=questions * size).round(1),
            "yes0": rng.normal(size=questions * size),
        }
    )
    rows.loc[size - 1 :: 2 * size, "value"] = np.nan
    rows["correct"] = rows["value"] == 1
    rows["squared_error"] = (rows["value"] - 1.0) ** 2
    return rows


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return estimates(pool(), analysis=ANALYSIS, seed=3, **SETTINGS)


def one(table: pd.DataFrame, **of: object) -> pd.Series:
    chosen = np.ones(len(table), dtype=bool)
    for column, value in of.items():
        chosen &= (table[column] == value).to_numpy()
    (row,) = table[chosen].to_dict("records")
    return row


def by_question(rule) -> np.ndarray:
    held = pool().dropna(subset="value").groupby("question", sort=False)
    return np.array([rule(rows.reset_index(drop=True)) for _, rows in held])


def test_single_answers_are_their_mean_over_questions(table: pd.DataFrame) -> None:
    wanted = by_question(lambda rows: rows["correct"].mean())
    for judge, temperature in (("ll2", 0.0), ("ll2", 0.7), ("yes0", 0.0)):
        row = one(table, judge=judge, metric="accuracy", quantity="mean", k=1, temperature=temperature)
        assert row["simulation"] == pytest.approx(wanted.mean())
        assert row["standard_error"] == pytest.approx(wanted.std(ddof=1) / 8**0.5)
    vote = one(table, judge=VOTE, metric="accuracy", quantity="mean", k=1)
    assert vote["simulation"] == pytest.approx(wanted.mean())


@pytest.mark.parametrize("k", [2, 4])
def test_warm_selection_and_its_improvements_are_means_over_all_subsets(table: pd.DataFrame, k: int) -> None:
    def selected(rows: pd.DataFrame, temperature: float) -> float:
        results = []
        for chosen in combinations(range(len(rows)), k):
            of = rows.loc[list(chosen)]
            if temperature:
                weight = np.exp(of["ll2"] / temperature)
            else:
                weight = (of["ll2"] == of["ll2"].max()).astype(float)
            results.append((weight * of["squared_error"]).sum() / weight.sum())
        return float(np.mean(results))

    warm, cold = by_question(lambda rows: selected(rows, 0.7)), by_question(lambda rows: selected(rows, 0.0))
    single = by_question(lambda rows: rows["squared_error"].mean())
    of = {"judge": "ll2", "metric": "squared_error", "k": k, "temperature": 0.7}
    assert one(table, quantity="mean", **of)["simulation"] == pytest.approx(warm.mean())
    # Less error is better.
    assert one(table, quantity="over_best", **of)["simulation"] == pytest.approx((cold - warm).mean())
    improved = one(table, quantity="over_single", **of)
    assert improved["simulation"] == pytest.approx((single - warm).mean())
    assert improved["standard_error"] == pytest.approx((single - warm).std(ddof=1) / 8**0.5)


def test_vote_is_compared_with_the_best_by_the_planned_judge(table: pd.DataFrame) -> None:
    best = one(table, judge="ll2", metric="accuracy", quantity="mean", k=4, temperature=0.0)
    vote = one(table, judge=VOTE, metric="accuracy", quantity="mean", k=4)
    gained = one(table, judge=VOTE, metric="accuracy", quantity="over_best", k=4)
    assert gained["simulation"] == pytest.approx(vote["simulation"] - best["simulation"])


def test_area_counts_pairs_and_ties_half(table: pd.DataFrame) -> None:
    def area(rows: pd.DataFrame) -> float:
        pairs = [
            (right > wrong) + 0.5 * (right == wrong)
            for right in rows.loc[rows["correct"], "ll2"]
            for wrong in rows.loc[~rows["correct"], "ll2"]
        ]
        return float(np.mean(pairs)) if pairs else np.nan

    wanted = by_question(area)
    row = one(table, judge="ll2", metric="accuracy", quantity="auc")
    assert row["simulation"] == pytest.approx(np.nanmean(wanted))
    assert row["replicates"] == np.isfinite(wanted).sum()


def test_response_averages_to_a_single_answer(table: pd.DataFrame) -> None:
    response = table[(table["quantity"] == "response") & (table["judge"] == "yes0")]
    assert response["quantile"].tolist() == [0.25, 0.75]
    single = one(table, judge="yes0", metric="accuracy", quantity="mean", k=1)
    assert response["simulation"].mean() == pytest.approx(single["simulation"])


def test_what_predicts_and_what_is_predicted_are_other_questions(table: pd.DataFrame) -> None:
    rng = generator(3, "tab")
    asked, rest = np.split(rng.permutation(8), 2)
    held = [rows.iloc[:4] for _, rows in pool().dropna(subset="value").groupby("question", sort=False)]
    scores, right = (np.array([rows[name] for rows in held], dtype=float) for name in ("ll2", "correct"))
    gain, effective, previous, fall = doubling(scores, -right, temperature=0.7, rng=rng)
    for quantity, values, questions in (
        ("gain", gain, asked),
        ("previous", previous, asked),
        ("fall", fall, rest),
    ):
        row = one(table, judge="ll2", metric="accuracy", quantity=quantity)
        assert row["simulation"] == pytest.approx(values[questions].mean())
        assert row["replicates"] == 4
    row = one(table, judge="ll2", metric="accuracy", quantity="effective")
    assert row["simulation"] == pytest.approx(np.median(effective[asked]))


def test_answers_are_counted(table: pd.DataFrame) -> None:
    found = {name: one(table, quantity=name)["simulation"] for name in ("numbers", "solvable", "distinct")}
    held = pool()
    assert found["numbers"] == pytest.approx(held["value"].notna().mean())
    assert found["solvable"] == pytest.approx(by_question(lambda rows: rows["correct"].any()).mean())
    assert found["distinct"] == pytest.approx(by_question(lambda rows: rows["value"].nunique()).mean())


def test_planned_test_has_intervals_at_the_chosen_k(table: pd.DataFrame) -> None:
    rise, drop = (one(table, judge="ll2", metric="accuracy", quantity=name) for name in ("rise", "drop"))
    assert rise["k"] == drop["k"]
    assert rise["low"] <= rise["simulation"] <= rise["high"]


def test_too_few_numbers_for_the_test_are_named() -> None:
    with pytest.raises(ValueError, match=r"q0 has 6 answers that are numbers; .* needs 8"):
        estimates(pool(), analysis=ANALYSIS, seed=3, **SETTINGS | {"doubled": 8})


def test_other_halves_have_the_same_questions(table: pd.DataFrame) -> None:
    found = table[table["quantity"].str.startswith("redrawn")]
    assert found["quantity"].tolist() == ["redrawn_drop", "redrawn_rises", "redrawn_drops"]
    assert found.set_index("quantity")["simulation"][["redrawn_rises", "redrawn_drops"]].between(0, 1).all()
    assert (found["judge"] == "ll2").all() and (found["metric"] == "accuracy").all()


@pytest.mark.parametrize(("judge", "sign"), [("falls", 1.0), ("rises", -1.0)])
def test_repeated_halves_find_a_fall_where_there_is_one(judge: str, sign: float) -> None:
    level = {"falls": [0.2, 0.6, 0.3], "rises": [0.2, 0.3, 0.6]}[judge]
    curves = np.tile(level, (60, 1)) + 0.1 * np.random.default_rng(2).standard_normal((60, 3))
    settings = {"metric": "accuracy", "k": [1, 4, 16], "confidence": 0.95}
    found = over_halves(curves, **settings, halvings=200, rng=np.random.default_rng(3))
    assert found["redrawn_rises"] == 1.0
    assert found["redrawn_drops"] == (1.0 if sign > 0 else 0.0)
    assert found["redrawn_drop"] == pytest.approx(0.3 if sign > 0 else 0.0, abs=0.03)


def test_repeated_halves_do_not_choose_k_on_what_they_test() -> None:
    """Noise alone: whoever chose k on the half that is tested would find a fall of about half a deviation."""
    curves = np.random.default_rng(4).standard_normal((60, 12))
    settings = {"metric": "accuracy", "k": list(range(1, 13)), "confidence": 0.95}
    found = over_halves(curves, **settings, halvings=400, rng=np.random.default_rng(5))
    assert found["redrawn_drop"] < 0.15
    assert found["redrawn_drops"] < 0.1
