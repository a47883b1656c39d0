"""What a language model is asked: no answer is given away, and only a number counts as one."""

from __future__ import annotations

import pytest
from bestofk.language_tasks import (
    N_SHOTS,
    TASKS,
    Question,
    answering_prompt,
    equation_prompt,
    parse_number,
    questions,
)
from hypothesis import given
from hypothesis import strategies as st

SIZES = {"tab": 121, "add2": 8088}


@pytest.mark.parametrize("task", TASKS)
def test_every_question_is_asked_once_and_has_its_answer(task: str) -> None:
    asked = questions(task, SIZES[task], seed=3)
    assert len({question.text for question in asked}) == SIZES[task]
    for question in asked:
        assert question.answer == eval(question.text)


@pytest.mark.parametrize("task", TASKS)
def test_no_prompt_shows_the_answer_of_a_question(task: str) -> None:
    asked = {question.text for question in questions(task, SIZES[task], seed=3)}
    for shared, tail in (answering_prompt(task), equation_prompt(task)):
        for line in shared.splitlines():
            assert not [
                text for text in asked if line.startswith((f"{text} =", f"Question: What is {text}?"))
            ]
        assert "\n" not in tail(Question("1 + 1", 2)).removeprefix("Question: What is 1 + 1?\n")


@pytest.mark.parametrize("task", TASKS)
def test_examples_are_right(task: str) -> None:
    for line in equation_prompt(task)[0].splitlines():
        left, right = line.split(" = ")
        assert eval(left) == int(right)
    shown = answering_prompt(task)[0].splitlines()
    assert len(shown) == 2 * N_SHOTS
    for asked, answered in zip(shown[::2], shown[1::2], strict=True):
        assert eval(asked.removeprefix("Question: What is ").rstrip("?")) == int(answered.split()[-1])


@given(st.integers(1, 121), st.integers(0, 2**32 - 1))
def test_fewer_questions_are_the_first_of_more(number: int, seed: int) -> None:
    assert questions("tab", number, seed=seed) == questions("tab", 121, seed=seed)[:number]


def test_seed_decides_the_questions() -> None:
    assert questions("add2", 50, seed=1) != questions("add2", 50, seed=2)


@pytest.mark.parametrize(
    ("task", "number", "sentence"),
    [
        ("sums", 1, "there is no task 'sums'; the tasks are: tab, add2"),
        ("tab", 122, "number is 122; the task tab has 121 questions"),
        ("tab", 0, "number is 0; it must be an integer of at least 1"),
    ],
)
def test_bad_request_is_refused_in_a_sentence(task: str, number: int, sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence):
        questions(task, number, seed=0)


@given(st.integers(-(10**14), 10**14))
def test_every_integer_is_read_back(number: int) -> None:
    assert parse_number(f" {number} ") == number


@given(st.text())
def test_what_is_read_is_a_number_in_plain_digits(text: str) -> None:
    value = parse_number(text)
    assert value is None or value == float(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "-", "1e3", "inf", "nan", "1_0", "1,082", "56 or 57", "= 56", "5 6", "٣", "7 * 8", "\n5"],
)
def test_other_words_are_no_number(text: str) -> None:
    assert parse_number(text) is None
