"""The pool of a language model: joined, compared, drawn as curves, and tested on held-out questions."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from bestofk.estimators import bootstrap_interval
from bestofk.language_curves import question_curves, rise_and_fall
from bestofk.language_pool import differences, join

ANSWERS = [" 56", "56 ", " 54", " six", ""]


def samples() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "task": "tab",
            "question": "7 * 8",
            "candidate": range(5),
            "answer": ANSWERS,
            "value": [56.0, 56.0, 54.0, math.nan, math.nan],
            "correct": [True, True, False, False, False],
        }
    )


def scores(**changed: float) -> pd.DataFrame:
    values = {"56": -0.5, "54": -2.0} | changed
    return pd.DataFrame(
        {"task": "tab", "question": "7 * 8", "answer": list(values), "ll2": list(values.values())}
    )


def test_answers_that_are_alike_have_one_score_and_words_have_none() -> None:
    assert join(samples(), scores(), ["ll2"])["ll2"].tolist() == pytest.approx(
        [-0.5, -0.5, -2.0, math.nan, math.nan], nan_ok=True
    )


def test_word_that_was_scored_all_the_same_is_not_in_the_running() -> None:
    assert join(samples(), scores(six=-0.1), ["ll2"])["ll2"].isna().sum() == 2


@pytest.mark.parametrize(("value", "shown"), [(math.nan, "nan"), (math.inf, "inf")])
def test_number_without_a_finite_score_is_refused_by_name(value: float, shown: str) -> None:
    sentence = rf"the judge ll2 gives '54', to 7 \* 8, the score {shown}; every answer that is a number must"
    with pytest.raises(ValueError, match=sentence):
        join(samples(), scores(**{"54": value}), ["ll2"])


def test_number_that_was_not_judged_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"'54', to 7 \* 8, the score nan"):
        join(samples(), scores().head(1), ["ll2"])


def pool(rng: np.random.Generator, questions: int = 6, size: int = 8) -> pd.DataFrame:
    """A made-up pool with a few answers that are no number."""
    rows = []
    for question in range(questions):
        for candidate in range(size):
            number = candidate > 0 or question % 2
            rows.append(
                ("tab", f"{question}", candidate, f" {candidate}", float(candidate) if number else math.nan)
            )
    frame = pd.DataFrame(rows, columns=["task", "question", "candidate", "answer", "value"])
    frame["correct"] = (rng.random(len(frame)) < 0.4) & frame["value"].notna()
    frame["squared_error"] = np.where(frame["correct"], 0.0, 9.0)
    frame["ll2"] = rng.normal(size=len(frame)).round(1)
    return frame


def test_curve_is_the_mean_over_all_subsets_of_the_numbers() -> None:
    frame = pool(np.random.default_rng(1), questions=2)
    found = question_curves(frame, judge="ll2", metric="accuracy", k=[1, 3])
    for row, (_, held) in enumerate(frame.groupby("question")):
        held = held.dropna(subset="value")
        subsets = list(combinations(range(len(held)), 3))
        score, right = held["ll2"].to_numpy(), held["correct"].to_numpy()
        best = [right[[i for i in s if score[i] == score[list(s)].max()]].mean() for s in subsets]
        assert found[row] == pytest.approx([right.mean(), np.mean(best)], rel=1e-12)


def test_question_with_too_few_numbers_is_named() -> None:
    frame = pool(np.random.default_rng(1))
    with pytest.raises(ValueError, match="0 has 7 answers that are numbers; the largest k, 8, needs as many"):
        question_curves(frame, judge="ll2", metric="accuracy", k=[1, 8])


def test_interval_is_that_of_the_normal_law_for_many_questions() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(1000, 1))
    low, high = bootstrap_interval(values, confidence=0.95, resamples=4000, rng=rng)
    wanted = values.mean() + np.array([-1.96, 1.96]) * values.std() / 1000**0.5
    assert [low[0], high[0]] == pytest.approx(wanted, abs=0.006)


def test_halves_do_not_share_questions() -> None:
    """On pure noise the choice looks good on its own half and must not on the other."""
    rng, found = np.random.default_rng(3), []
    for _ in range(200):
        curves = rng.normal(size=(20, 6))
        found.append(
            rise_and_fall(curves, metric="accuracy", k=range(6), confidence=0.95, resamples=100, rng=rng)[
                "rise"
            ]
        )
    assert np.mean(found) == pytest.approx(0.0, abs=4 * np.std(found) / 200**0.5)


@pytest.mark.parametrize(("metric", "sign"), [("accuracy", 1.0), ("squared_error", -1.0)])
def test_rise_and_fall_are_found_in_both_metrics(metric: str, sign: float) -> None:
    rng = np.random.default_rng(4)
    curves = sign * (np.array([0.2, 0.5, 0.3]) + rng.normal(scale=0.1, size=(60, 3)))
    found = rise_and_fall(curves, metric=metric, k=[1, 4, 16], confidence=0.95, resamples=500, rng=rng)
    assert (found["chosen_k"], found["questions"], found["significant"]) == (4, 30, True)
    assert found["drop_low"] < 0.2 < found["drop_high"]
    # 2.80 standard errors of a difference of two numbers with standard deviation 0.1 over 30 questions.
    assert found["visible_drop"] == pytest.approx(2.80 * 0.1 * (2 / 30) ** 0.5, rel=0.3)


def test_monotone_curve_has_no_drop() -> None:
    rng = np.random.default_rng(5)
    curves = np.array([0.2, 0.5, 0.6]) + rng.normal(scale=0.1, size=(60, 3))
    found = rise_and_fall(curves, metric="accuracy", k=[1, 4, 16], confidence=0.95, resamples=100, rng=rng)
    assert (found["chosen_k"], found["drop"], found["significant"]) == (16, 0.0, False)


def test_pool_that_changed_is_told_with_the_error_of_the_difference() -> None:
    old = pool(np.random.default_rng(6))
    assert list(differences(old.copy(), old)) == ["The two pools are identical: 48 candidates."]
    new = old.copy()
    new.loc[new["question"] == "1", "correct"] = True
    new.loc[5, "answer"] = " 99"
    new.loc[6, "ll2"] += 0.25
    said = list(differences(new, old))
    assert said[0] == (
        "The pools differ: 48 and 48 candidates, 48 of them in both, of which 1 have another answer."
    )
    assert said[1] == "ll2: scores of the same answers differ by up to 0.25."
    by_question = [frame.dropna(subset="value").groupby("question")["correct"].mean() for frame in (new, old)]
    gap = by_question[0] - by_question[1]
    assert f"a difference of {gap.mean():+.4f} with standard error {gap.std() / 6**0.5:.4f}." in said[2]
