"""Everything that the paper says of a pool of answers of a language model, one row an estimate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bestofk.estimators import softmax_of_k, vote_of_k
from bestofk.language_curves import METRICS, generator, over_halves, question_curves, rise_and_fall
from bestofk.pool_diagnostics import doubling, selection_response

#: Columns of the table; those that play no part in a row are missing in it.
COLUMNS = ["task", "judge", "metric", "quantity", "k", "temperature", "quantile"]
COLUMNS += ["simulation", "standard_error", "replicates", "low", "high"]

#: Ways to halve the questions over which the planned test is repeated.
REDRAWN = 4000

#: The judge of curves that no judge draws.
VOTE = "vote"


def estimates(
    pool: pd.DataFrame,
    *,
    analysis: Mapping[str, Any],
    judges: Sequence[str],
    seed: int,
    temperatures: Sequence[float],
    response_bins: int,
    doubled: int,
) -> pd.DataFrame:
    """Estimate curves, responses and tests from the candidates of one task.

    Parameters
    ----------
    pool : pandas.DataFrame
        Candidates of one task, with the columns of `language_pool.join`.
    analysis : mapping
        What was fixed before the pool was made: ``k``, ``judge``, ``metric``, ``confidence``, ``resamples``.
    judges : sequence of str
    seed : int
        Of the halves of questions and the resamples.
    temperatures : sequence of float
        T >= 0 in nats; best-of-k, T = 0, is always there.
    response_bins : int
        Bins of the selection response, at least 1.
    doubled : int
        Candidates that enter the half-temperature test, of each question as many: a multiple of 4.

    Returns
    -------
    pandas.DataFrame
        Columns `COLUMNS`. `simulation` is the mean over ``replicates`` questions and ``standard_error`` that
        of their spread; ``low`` and ``high`` are the bootstrap interval of the test that was planned.
        Quantities: ``mean`` at (k, T); ``over_single`` and ``over_best``, the improvement over k = 1 and
        over T = 0 at the same k (of the vote: over the best by the planned judge); ``response`` by
        quantile; ``auc`` within questions; ``gain`` and ``fall``, the half-temperature test and what it
        predicts, each on its half of the questions; ``previous`` and ``effective``, on the half of the test,
        what the last doubling did and the median effective number of candidates; ``rise``, ``drop`` and
        ``visible_drop`` at the chosen k, as in `language_curves.rise_and_fall`, and ``redrawn_drop``,
        ``redrawn_rises``, ``redrawn_drops`` as in `language_curves.over_halves`; ``candidates``, the answers
        to a question; ``numbers``, ``solvable`` and ``distinct``, the shares of answers that are numbers and
        of questions that some answer solves, and the number of different answers.

    Raises
    ------
    ValueError
        If a question has fewer numbers among its answers than k or the test needs.

    Notes
    -----
    Answers that are no number are left out of everything but ``candidates`` and ``numbers``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> questions = [str(number) for number in range(6) for _ in range(8)]
    >>> pool = pd.DataFrame({"task": "tab", "question": questions, "value": rng.integers(0, 3, 48) * 1.0})
    >>> pool = pool.assign(correct=pool["value"] == 1, squared_error=pool["value"] ** 2, ll2=pool["value"])
    >>> analysis = {"k": [1, 4], "judge": "ll2", "metric": "accuracy", "confidence": 0.9, "resamples": 99}
    >>> settings = {"judges": ["ll2"], "temperatures": [0.0, 1.0], "response_bins": 4, "doubled": 8}
    >>> table = estimates(pool, analysis=analysis, seed=1, **settings)
    >>> table.loc[table["quantity"] == "numbers", "simulation"].item()
    1.0
    """
    task = str(pool["task"].iloc[0])
    held = [rows for _, rows in pool.dropna(subset="value").groupby("question", sort=False)]
    few = min(held, key=len)
    if len(few) < doubled:
        raise ValueError(
            f"{few['question'].iloc[0]} has {len(few)} answers that are numbers; the half-temperature test "
            f"needs {doubled}"
        )
    planned, k = analysis["judge"], list(analysis["k"])
    rows = list(_of_answers(pool, held))
    for metric, (column, sign) in METRICS.items():
        values = [rows_of[column].to_numpy(dtype=float) for rows_of in held]
        vote = np.vstack(
            [vote_of_k(k, [of["value"]], [value])[0] for of, value in zip(held, values, strict=True)]
        )
        for judge in judges:
            scores = [rows_of[judge].to_numpy() for rows_of in held]
            best = question_curves(pool, judge=judge, metric=metric, k=k)
            name = {"judge": judge, "metric": metric}
            rows += _curves(best, best, sign, k, name | {"temperature": 0.0})
            for temperature in (value for value in temperatures if value > 0):
                of_kind = name | {"temperature": temperature}
                if judge == planned:
                    warm = _each(softmax_of_k, k, scores, values, temperature=temperature)
                    rows += _curves(warm, best, sign, k, of_kind)
                rows += _half_temperature(
                    scores, [sign * value for value in values], of_kind, doubled, generator(seed, task)
                )
            if judge == planned:
                rows += _curves(vote, best, sign, k, {"judge": VOTE, "metric": metric})
            if metric == "accuracy":
                rows += _of_judge(scores, values, name, response_bins)
            bootstrap = {key: analysis[key] for key in ("confidence", "resamples")}
            rng = generator(seed, task, judge, metric, "test")
            found = rise_and_fall(best, metric=metric, k=k, rng=rng, **bootstrap)
            rows += _tested(found, name)
            if judge == planned and metric == analysis["metric"]:
                rng = generator(seed, task, judge, metric, "redrawn")
                again = over_halves(
                    best, metric=metric, k=k, confidence=analysis["confidence"], halvings=REDRAWN, rng=rng
                )
                rows += [
                    name | {"quantity": key, "simulation": value, "replicates": REDRAWN}
                    for key, value in again.items()
                ]
    return pd.DataFrame([{"task": task} | row for row in rows], columns=COLUMNS)


def _row(values: NDArray, **of: Any) -> dict[str, Any]:
    """Mean over questions, its standard error and their number."""
    spread = float(np.std(values, ddof=1) / np.sqrt(len(values)))
    return of | {"simulation": float(np.mean(values)), "standard_error": spread, "replicates": len(values)}


def _each(rule: Any, k: Sequence[int], scores: list, values: list, **settings: float) -> NDArray:
    """A rule question by question: their pools differ in size."""
    return np.vstack([rule(k, [s], [v], **settings)[0] for s, v in zip(scores, values, strict=True)])


def _curves(curves: NDArray, best: NDArray, sign: float, k: Sequence[int], of: Mapping) -> Iterator[dict]:
    """A curve and how much better it is than one sample and than the best of k."""
    for place, number in enumerate(k):
        at = {**of, "k": number}
        yield _row(curves[:, place], quantity="mean", **at)
        if place:
            yield _row(sign * (curves[:, place] - curves[:, 0]), quantity="over_single", **at)
            if curves is not best:
                yield _row(sign * (curves[:, place] - best[:, place]), quantity="over_best", **at)


def _half_temperature(
    scores: list, better: list, of: Mapping, doubled: int, rng: np.random.Generator
) -> Iterator[dict]:
    """The test on one half of the questions, and what it predicts on the other."""
    ranked, gained = (np.stack([part[:doubled] for part in parts]) for parts in (scores, better))
    order = rng.permutation(len(scores))
    gain, effective, previous, fall = doubling(ranked, -gained, temperature=of["temperature"], rng=rng)
    half = len(scores) // 2
    asked, rest = order[:half], order[half:]
    yield _row(gain[asked], quantity="gain", **of)
    yield _row(previous[asked], quantity="previous", **of)
    yield _row(fall[rest], quantity="fall", **of)
    median = float(np.median(effective[asked]))
    yield {**of, "quantity": "effective", "simulation": median, "replicates": half}


def _of_judge(scores: list, right: list, of: Mapping, bins: int) -> Iterator[dict]:
    """Accuracy by quantile of the score, and how often a right answer scores above a wrong one."""
    response = np.vstack(
        [selection_response([s], [v], bins=bins)[1] for s, v in zip(scores, right, strict=True)]
    )
    for place, column in enumerate(response.T):
        yield _row(column, quantity="response", quantile=(place + 0.5) / bins, **of)
    areas = []
    for score, is_right in zip(scores, right, strict=True):
        above, below = score[is_right > 0], score[is_right == 0]
        if above.size and below.size:
            difference = above[:, None] - below
            areas.append(((difference > 0) + 0.5 * (difference == 0)).mean())
    if len(areas) > 1:
        yield _row(np.array(areas), quantity="auc", **of)


def _tested(found: Mapping[str, Any], of: Mapping) -> Iterator[dict]:
    """The test of rise and fall."""
    shared = {**of, "k": found["chosen_k"], "replicates": found["questions"]}
    for quantity in ("rise", "drop"):
        ends = {end: found[f"{quantity}_{end}"] for end in ("low", "high")}
        yield {**shared, "quantity": quantity, "simulation": found[quantity], **ends}
    yield {**shared, "quantity": "visible_drop", "simulation": found["visible_drop"]}


def _of_answers(pool: pd.DataFrame, held: list[pd.DataFrame]) -> Iterator[dict]:
    """What was answered, whoever judges."""
    is_number = pool["value"].notna().groupby(pool["question"], sort=False).mean()
    yield _row(pool.groupby("question").size().to_numpy(), quantity="candidates")
    yield _row(is_number.to_numpy(), quantity="numbers")
    yield _row(np.array([rows["correct"].any() for rows in held], dtype=float), quantity="solvable")
    yield _row(np.array([rows["value"].nunique() for rows in held], dtype=float), quantity="distinct")
