"""Questions with one right number, for a language model: what is asked, and what counts as an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from bestofk._checks import count

#: A whole answer that is a number: digits, perhaps with a sign and a fraction.
_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{0,15})?")


@dataclass(frozen=True)
class Task:
    """A kind of question: two integers and what is to be done with them.

    Attributes
    ----------
    sign : str
        Between the two integers, in questions and in examples.
    solve : callable
        The right answer.
    low, high : int
        Smallest and largest of the integers asked for.
    shots : tuple of pair of int
        Examples that the model is shown before the question, for the judge with many of them; the model that
        answers is shown the first `N_SHOTS`. None of them is ever a question.
    """

    sign: str
    solve: Callable[[int, int], int]
    low: int
    high: int
    shots: tuple[tuple[int, int], ...]


#: Examples in the prompt of the model that answers; the judge `ll2` is shown all of a task's shots.
N_SHOTS = 4

#: `tab` are the times tables from 2 to 12, `add2` sums of two numbers of two digits.
TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "tab": Task(
            "*",
            lambda a, b: a * b,
            2,
            12,
            # One factor lies outside the tables: no answer is given away.
            (
                *((2, 14), (13, 3), (15, 4), (3, 20), (5, 13), (14, 6)),
                *((7, 15), (16, 3), (2, 17), (13, 8), (9, 14), (4, 16)),
            ),
        ),
        "add2": Task(
            "+",
            lambda a, b: a + b,
            10,
            99,
            (
                *((23, 45), (61, 17), (38, 54), (72, 19), (15, 82), (47, 36)),
                *((90, 28), (56, 67), (33, 11), (84, 79), (29, 40), (68, 95)),
            ),
        ),
    }
)


@dataclass(frozen=True)
class Question:
    """One question of a task.

    Attributes
    ----------
    text : str
        Such as ``7 * 8``.
    answer : int
        The right one.
    """

    text: str
    answer: int


def questions(task: str, number: int, *, seed: int) -> list[Question]:
    """Draw different questions of a task.

    Parameters
    ----------
    task : str
        A key of `TASKS`.
    number : int
        At least 1, at most all that the task has.
    seed : int
        Decides which questions, and their order. Fewer questions are the first of more.

    Returns
    -------
    list of Question

    Raises
    ------
    ValueError
        If the task is unknown or has fewer questions.

    Examples
    --------
    >>> sorted(question.text for question in questions("tab", 121, seed=1))[:2]
    ['10 * 10', '10 * 11']
    """
    kind = _task(task)
    numbers = range(kind.low, kind.high + 1)
    shown = set(kind.shots)
    pairs = [(a, b) for a in numbers for b in numbers if (a, b) not in shown]
    if count("number", number) > len(pairs):
        raise ValueError(f"number is {number}; the task {task} has {len(pairs)} questions")
    order = np.random.default_rng(seed).permutation(len(pairs))[:number]
    return [_question(kind, *pairs[place]) for place in order]


def answering_prompt(task: str) -> tuple[str, Callable[[Question], str]]:
    """Return what the model that answers is shown: what comes before every question, and the question.

    Parameters
    ----------
    task : str
        A key of `TASKS`.

    Returns
    -------
    shared : str
        The first `N_SHOTS` examples.
    tail : callable
        Turns a question into the rest of the prompt, which the answer follows.

    Examples
    --------
    >>> shared, tail = answering_prompt("tab")
    >>> shared[:30], tail(Question("7 * 8", 56))
    ('Question: What is 2 * 14?\\nAnsw', 'Question: What is 7 * 8?\\nAnswer:')
    """
    kind = _task(task)
    shots = [_question(kind, *pair) for pair in kind.shots[:N_SHOTS]]
    shared = "".join(f"Question: What is {shot.text}?\nAnswer: {shot.answer}\n" for shot in shots)
    return shared, lambda question: f"Question: What is {question.text}?\nAnswer:"


def equation_prompt(task: str) -> tuple[str, Callable[[Question], str]]:
    """Return another prompt for the same questions: all examples of the task, as equations.

    Parameters
    ----------
    task : str
        A key of `TASKS`.

    Returns
    -------
    shared : str
    tail : callable
        As for `answering_prompt`.

    Examples
    --------
    >>> shared, tail = equation_prompt("add2")
    >>> shared[:13], tail(Question("12 + 34", 46))
    ('23 + 45 = 68\\n', '12 + 34 =')
    """
    kind = _task(task)
    shots = [_question(kind, *pair) for pair in kind.shots]
    shared = "".join(f"{shot.text} = {shot.answer}\n" for shot in shots)
    return shared, lambda question: f"{question.text} ="


def parse_number(text: str) -> float | None:
    """Read an answer as a number.

    Parameters
    ----------
    text : str
        All that the model said. Spaces around the number are allowed, other words are not.

    Returns
    -------
    float or None
        None if the answer is no number.

    Examples
    --------
    >>> parse_number(" 56"), parse_number("-3.50 "), parse_number(" 7 * 8"), parse_number("nan")
    (56.0, -3.5, None, None)
    """
    match = _NUMBER.fullmatch(text.strip(" "))
    return float(match[0]) if match else None


def _task(name: str) -> Task:
    if name not in TASKS:
        raise ValueError(f"there is no task {name!r}; the tasks are: {', '.join(TASKS)}")
    return TASKS[name]


def _question(kind: Task, a: int, b: int) -> Question:
    return Question(f"{a} {kind.sign} {b}", kind.solve(a, b))
