"""Best-of-k curves of a pool, and the test of a rise and fall on questions that did not choose k."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from bestofk.estimators import best_of_k, bootstrap_interval

#: Metric to its column in the pool and the sign that makes larger better.
METRICS = {"accuracy": ("correct", 1.0), "squared_error": ("squared_error", -1.0)}


def question_curves(pool: pd.DataFrame, *, judge: str, metric: str, k: Sequence[int]) -> NDArray[np.float64]:
    """Estimate what the best of k candidates gives, question by question.

    Parameters
    ----------
    pool : pandas.DataFrame
        Candidates of one task.
    judge : str
        Column that selects.
    metric : str
        A key of `METRICS`.
    k : sequence of int
        Increasing numbers of candidates.

    Returns
    -------
    ndarray, shape (n_questions, n_k)
        In the order of the pool. Answers that are no number are left out.

    Raises
    ------
    ValueError
        If a question has fewer numbers among its answers than the largest k.

    Examples
    --------
    >>> pool = pd.DataFrame({"question": "7 * 8", "value": [56.0, 54.0], "correct": [True, False],
    ...                      "ll2": [-0.5, -2.0]})
    >>> question_curves(pool, judge="ll2", metric="accuracy", k=[1, 2]).tolist()
    [[0.5, 1.0]]
    """
    column, _ = METRICS[metric]
    rows = []
    for question, held in pool.dropna(subset="value").groupby("question", sort=False):
        if len(held) < k[-1]:
            raise ValueError(
                f"{question} has {len(held)} answers that are numbers; the largest k, {k[-1]}, needs as many"
            )
        rows.append(best_of_k(k, [held[judge]], [held[column].astype(float)])[0])
    return np.array(rows)


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the random numbers of one use: a task, a judge, a metric, and what is done with them.

    Parameters
    ----------
    seed : int
    *names : str

    Returns
    -------
    numpy.random.Generator

    Examples
    --------
    >>> bool(generator(1, "tab", "ll2").random() == generator(1, "tab", "ll2").random())
    True
    """
    key = tuple(crc32(name.encode()) for name in names)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def rise_and_fall(
    curves: NDArray[np.float64],
    *,
    metric: str,
    k: Sequence[int],
    confidence: float,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, Any]:
    """Choose k on one half of the questions and test on the other half whether more candidates do harm.

    Parameters
    ----------
    curves : ndarray, shape (n_questions, n_k)
        From `question_curves`; at least 4 questions.
    metric : str
        A key of `METRICS`.
    k : sequence of int
    confidence : float
        Of both intervals.
    resamples : int
        Of the bootstrap over questions.
    rng : numpy.random.Generator
        Draws the halves and the resamples.

    Returns
    -------
    dict
        ``chosen_k``; on the other half, ``questions``, ``rise`` from k = 1 to the chosen k and ``drop`` from
        it to the largest k, both positive if the chosen k is better, each with ``low`` and ``high``;
        ``significant``, whether both intervals lie above 0; ``visible_drop``, the drop that a test of this
        size would find with power 0.8.

    Examples
    --------
    >>> curves = np.tile([0.2, 0.5, 0.3], (20, 1))
    >>> found = rise_and_fall(curves, metric="accuracy", k=[1, 4, 16], confidence=0.95, resamples=100,
    ...                       rng=np.random.default_rng(0))
    >>> found["chosen_k"], round(found["drop"], 6), found["significant"]
    (4, 0.2, True)
    """
    sign = METRICS[metric][1]
    order = rng.permutation(len(curves))
    half = len(curves) // 2
    place = int(np.argmax(sign * curves[order[:half]].mean(axis=0)))
    held_out = sign * curves[order[half:]]
    gains = held_out[:, [place]] - held_out[:, [0, -1]]
    low, high = bootstrap_interval(gains, confidence=confidence, resamples=resamples, rng=rng)
    rise, drop = gains.mean(axis=0)
    quantiles = stats.norm.isf((1.0 - confidence) / 2.0) + stats.norm.ppf(0.8)
    return {
        "chosen_k": int(k[place]),
        "questions": len(held_out),
        "rise": float(rise),
        "rise_low": float(low[0]),
        "rise_high": float(high[0]),
        "drop": float(drop),
        "drop_low": float(low[1]),
        "drop_high": float(high[1]),
        "significant": bool((low > 0).all()),
        "visible_drop": float(quantiles * gains[:, 1].std(ddof=1) / len(held_out) ** 0.5),
    }


def over_halves(
    curves: NDArray[np.float64],
    *,
    metric: str,
    k: Sequence[int],
    confidence: float,
    halvings: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Repeat the test of `rise_and_fall` with other halves: how much hangs on the one that was drawn.

    Parameters
    ----------
    curves : ndarray, shape (n_questions, n_k)
        From `question_curves`; at least 4 questions.
    metric : str
        A key of `METRICS`.
    k : sequence of int
    confidence : float
        Of Student's intervals.
    halvings : int
        At least 1.
    rng : numpy.random.Generator

    Returns
    -------
    dict
        ``redrawn_drop``, the median drop; ``redrawn_rises`` and ``redrawn_drops``, the shares of halves whose
        interval of the rise, or of the drop, lies above 0.

    Examples
    --------
    >>> curves = np.tile([0.2, 0.5, 0.3], (20, 1)) + 0.01 * np.random.default_rng(1).standard_normal((20, 3))
    >>> found = over_halves(curves, metric="accuracy", k=[1, 4, 16], confidence=0.95, halvings=10,
    ...                     rng=np.random.default_rng(0))
    >>> round(found["redrawn_drop"], 2), found["redrawn_drops"]
    (0.2, 1.0)
    """
    better, half = METRICS[metric][1] * curves, len(curves) // 2
    orders = np.argsort(rng.random((halvings, len(curves))), axis=1)
    places = np.array([np.argmax(better[order[:half]].mean(axis=0)) for order in orders])
    held_out = better[orders[:, half:]]
    gains = held_out[np.arange(halvings), :, places][:, :, None] - held_out[:, :, [0, -1]]
    mean, size = gains.mean(axis=1), gains.shape[1]
    reach = stats.t.isf((1.0 - confidence) / 2.0, size - 1) * gains.std(axis=1, ddof=1) / np.sqrt(size)
    rises, drops = (mean > reach).mean(axis=0)
    return {
        "redrawn_drop": float(np.median(mean[:, 1])),
        "redrawn_rises": float(rises),
        "redrawn_drops": float(drops),
    }
