"""Judges of a language model's answers: the same model, asked in another way. Larger scores are better."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from bestofk.language_model import LanguageModel
from bestofk.language_tasks import Question, answering_prompt, equation_prompt

#: Column of the pool to what its judge says of an answer.
JUDGES: Mapping[str, str] = MappingProxyType(
    {
        "ll2": "log-likelihood of the answer and the end of its line after twelve examples as equations",
        "ll2_open": "the same without the end of the line: a short answer then scores well as a beginning",
        "gen_ll": "log-likelihood of the answer where it was sampled, without the end of the line",
        "ll": "log-likelihood of the answer and the end of its line where it was sampled",
        "yes0": "log of the odds of Yes over No when asked, without examples, whether the answer is right",
    }
)


def judge(
    model: LanguageModel,
    task: str,
    asked: Iterable[tuple[Question, Sequence[str]]],
    judges: Sequence[str],
) -> list[tuple[str, str, dict[str, float]]]:
    """Score answers to questions of one task.

    Parameters
    ----------
    model : LanguageModel
        With one slot: its memory holds one prompt at a time.
    task : str
        A key of `language_tasks.TASKS`.
    asked : iterable of (Question, sequence of str)
        Different answers to each question, without spaces around them.
    judges : sequence of str
        Keys of `JUDGES`.

    Returns
    -------
    list of (str, str, dict of str to float)
        Question, answer, and the score of each judge. A score depends on its question and answer alone, not
        on what else was asked.

    Raises
    ------
    ValueError
        If a judge is unknown, or gives a score that is not finite.
    LanguageModelError
        If the model does not answer as it must.
    """
    if unknown := [name for name in judges if name not in JUDGES]:
        raise ValueError(f"there is no judge {unknown[0]!r}; the judges are: {', '.join(JUDGES)}")
    asked = list(asked)
    scores: dict[tuple[str, str], dict[str, float]] = {
        (question.text, answer): {} for question, answers in asked for answer in answers
    }
    # One beginning of prompts after the other: each is computed once.
    if "ll2" in judges or "ll2_open" in judges:
        for key, (open_ended, whole) in _likelihoods(model, equation_prompt(task), asked):
            scores[key] |= {"ll2_open": open_ended, "ll2": whole}
    if "gen_ll" in judges or "ll" in judges:
        for key, (open_ended, whole) in _likelihoods(model, answering_prompt(task), asked):
            scores[key] |= {"gen_ll": open_ended, "ll": whole}
    if "yes0" in judges:
        for key, odds in _odds_of_yes(model, asked):
            scores[key]["yes0"] = odds
    return [(*key, {name: _finite(name, key, held[name]) for name in judges}) for key, held in scores.items()]


def _likelihoods(model: LanguageModel, prompt: tuple, asked: Iterable) -> Iterable[tuple]:
    """Log-likelihood of each answer, without and with the end of the line."""
    shared, tail = prompt
    model.settle(shared, afresh=True)
    for question, answers in asked:
        model.settle(shared)
        whole = shared + tail(question)
        model.settle(whole)
        for answer in answers:
            values = [value for _, value in model.token_log_likelihoods(whole, f" {answer}\n")]
            yield (question.text, answer), (math.fsum(values[:-1]), math.fsum(values))


def _odds_of_yes(model: LanguageModel, asked: Iterable) -> Iterable[tuple]:
    """Log-odds of Yes over No."""
    shared = "Answer Yes or No.\nQuestion: Is"
    model.settle(shared, afresh=True)
    for question, answers in asked:
        model.settle(shared)
        begun = f"{shared} {question.text} ="
        model.settle(begun)
        for answer in answers:
            # Answers begin alike: without this the memory of one would serve the next.
            model.settle(begun)
            yes, no = model.next_token(f"{begun} {answer}?\nAnswer:", [" Yes", " No"])
            yield (question.text, answer), yes - no


def _finite(name: str, key: tuple[str, str], value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(
            f"the judge {name} gives {key[1]!r}, to {key[0]}, the score {value}; it must be finite"
        )
    return value
