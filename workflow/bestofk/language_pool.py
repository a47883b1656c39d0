"""The pool: every sampled answer of a language model with its scores, one row a candidate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

#: What tells a candidate from all others.
KEY = ["task", "question", "candidate"]


def join(samples: pd.DataFrame, scores: pd.DataFrame, judges: Sequence[str]) -> pd.DataFrame:
    """Put the scores beside the candidates.

    Parameters
    ----------
    samples : pandas.DataFrame
        One row a candidate, with the columns `KEY`, ``answer`` and ``value`` and perhaps others.
    scores : pandas.DataFrame
        One row a question and answer (without spaces around it), with ``task`` and one column a judge.
    judges : sequence of str

    Returns
    -------
    pandas.DataFrame
        The samples with a column for each judge. Answers that are no number have no score: they are left out
        of every selection, and counted.

    Raises
    ------
    ValueError
        If an answer that is a number has no score, or one that is not finite.

    Examples
    --------
    >>> samples = pd.DataFrame({"task": "tab", "question": "7 * 8", "candidate": [0, 1], "value": [56, None],
    ...                         "answer": [" 56", " six"]})
    >>> scores = pd.DataFrame({"task": ["tab"], "question": ["7 * 8"], "answer": ["56"], "ll2": [-0.5]})
    >>> join(samples, scores, ["ll2"])["ll2"].tolist()
    [-0.5, nan]
    """
    on = ["task", "question", "answer"]
    asked = samples.assign(answer=samples["answer"].str.strip(" "))[on]
    beside = asked.merge(scores, how="left", on=on, validate="many_to_one")[list(judges)]
    is_number = samples["value"].notna().to_numpy()
    wrong = ~np.isfinite(beside.to_numpy()) & is_number[:, None]
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        where = samples.iloc[row]
        raise ValueError(
            f"the judge {judges[column]} gives {where['answer'].strip()!r}, to {where['question']}, "
            f"the score {beside.iat[row, column]}; every answer that is a number must have a finite one"
        )
    return samples.assign(**{name: beside[name].where(is_number).to_numpy() for name in judges})


def differences(new: pd.DataFrame, old: pd.DataFrame) -> Iterator[str]:
    """Say how one pool differs from another.

    Parameters
    ----------
    new, old : pandas.DataFrame
        Two pools.

    Yields
    ------
    str
        One sentence each; the first says whether they are identical.

    Examples
    --------
    >>> pool = pd.DataFrame({"task": ["tab"], "question": ["7 * 8"], "candidate": [0], "answer": [" 56"],
    ...                      "value": [56.0], "correct": [True]})
    >>> list(differences(pool, pool))
    ['The two pools are identical: 1 candidates.']
    """
    if new.equals(old):
        yield f"The two pools are identical: {len(new)} candidates."
        return
    both = new.merge(old, on=KEY, suffixes=("", "_old"))
    changed = int((both["answer"] != both["answer_old"]).sum())
    yield (
        f"The pools differ: {len(new)} and {len(old)} candidates, {len(both)} of them in both, "
        f"of which {changed} have another answer."
    )
    judges = [name for name in new.columns if f"{name}_old" in both and name not in _NO_JUDGES]
    same = both[both["answer"] == both["answer_old"]]
    for name in judges:
        gap = np.abs(same[name] - same[f"{name}_old"]).max()
        yield f"{name}: scores of the same answers differ by up to {gap:.3g}."
    for task, accuracy in _accuracies(new, old):
        gap = accuracy["new"] - accuracy["old"]
        error = gap.std(ddof=1) / len(gap) ** 0.5
        yield (
            f"{task}: accuracy at k = 1 is {accuracy['new'].mean():.4f} against {accuracy['old'].mean():.4f} "
            f"on {len(gap)} questions, a difference of {gap.mean():+.4f} with standard error {error:.4f}."
        )


#: Columns that a pool has besides those of its judges.
_NO_JUDGES = {*KEY, "answer", "value", "correct", "squared_error", "tokens"}


def _accuracies(new: pd.DataFrame, old: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """By task, the accuracy among numbers of each question that both pools have."""
    each = {
        name: pool.dropna(subset="value").groupby(["task", "question"])["correct"].mean()
        for name, pool in (("new", new), ("old", old))
    }
    together = pd.DataFrame(each).dropna().astype(float)
    for task, rows in together.groupby(level="task", sort=False):
        yield str(task), rows
