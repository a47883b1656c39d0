"""Claims about a real language model: what more answers and a judge do to the answer that is chosen."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from bestofk import agreement
from bestofk.language_estimates import VOTE

from ledger.entries import HP_AND_NEW, NEW, OUTSIDE, claim, interval
from ledger.half_temperature import hit_claim

#: What each task is called.
TASKS = {"tab": "times tables", "add2": "sums of two numbers"}

#: What a pilot on thirty other questions or answers made worth asking.
WARM, LIKELIHOOD, CONTROL = 1.0, "gen_ll", "yes0"

#: The judge of the planned test.
PLANNED = "ll2"


def language_model(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """The planned test, then what the pilot suggested, each task by itself."""
    for task, name in TASKS.items():
        rows = frame[frame["task"] == task]
        if not rows.empty:
            yield planned_claim(task, name, rows)
            yield from improvement_claims(task, name, rows, settings)
            yield control_claim(task, name, rows, settings)
            yield hit_claim(
                f"language_model_{task}_half_temperature",
                f"With {name}, where the half-temperature test predicts a sign from half of the answers, and "
                "the other questions show one, the two agree.",
                rows,
                ["judge", "metric", "temperature"],
                settings,
            )


def planned_claim(task: str, name: str, rows: pd.DataFrame) -> dict:
    """Rise and fall of the accuracy on questions that did not choose k."""
    found = tested(rows)
    rise, drop = found.loc["rise"], found.loc["drop"]
    if rise["low"] > 0 and drop["low"] > 0:
        verdict = "holds"
    else:
        verdict = "fails" if min(rise["high"], drop["high"]) <= 0 else "undecided"
    return claim(
        f"language_model_{task}_rise_and_fall",
        f"With {name}, on questions that did not choose k, best-of-k by the planned judge is more accurate "
        "at the chosen k than a single answer, and less so at the largest k.",
        HP_AND_NEW,
        f"rise to k = {rise['k']:g} and drop from it, accuracy on {rise['replicates']:g} questions",
        f"{interval(rise['low'], rise['high'])}; {interval(drop['low'], drop['high'])}",
        "both above 0",
        verdict,
        OUTSIDE,
    )


def tested(rows: pd.DataFrame) -> pd.DataFrame:
    """What the planned test found, by quantity."""
    chosen = (rows["judge"] == PLANNED) & (rows["metric"] == "accuracy")
    return rows[chosen & rows["quantity"].isin(["rise", "drop", "visible_drop"])].set_index("quantity")


def improvement(rows: pd.DataFrame, quantity: str, **of: object) -> pd.Series:
    """The improvement of one curve at the largest k."""
    chosen = rows["quantity"] == quantity
    for column, value in of.items():
        chosen &= rows[column] == value
    return rows[chosen].sort_values("k").iloc[-1]


def ends(row: pd.Series, settings: dict) -> tuple[float, float]:
    """Student's interval of a mean over questions."""
    single = [row["simulation"]], [row["standard_error"]], [row["replicates"]]
    low, high = agreement.single_interval(*single, confidence=settings["confidence"])
    return float(low[0]), float(high[0])


def improvement_claims(task: str, name: str, rows: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Warm selection, the vote, and the generator's own likelihood."""
    accuracy = {"metric": "accuracy"}
    asked = [
        (
            "warm",
            f"With {name}, selection at T = 1 by the planned judge is more accurate than at T = 0.",
            improvement(rows, "over_best", judge=PLANNED, temperature=WARM, **accuracy),
            1,
        ),
        (
            "vote",
            f"With {name}, the vote of k answers is more accurate than the planned judge's best.",
            improvement(rows, "over_best", judge=VOTE, **accuracy),
            1,
        ),
        (
            "likelihood",
            f"With {name}, the best of many by the likelihood that the model itself gives to an answer has a "
            "larger squared error than a single answer.",
            improvement(rows, "over_single", judge=LIKELIHOOD, temperature=0.0, metric="squared_error"),
            -1,
        ),
    ]
    for key, sentence, row, sign in asked:
        low, high = ends(row, settings)
        right, wrong = (low > 0, high < 0) if sign > 0 else (high < 0, low > 0)
        unit = "squared error" if row["metric"] == "squared_error" else "accuracy"
        yield claim(
            f"language_model_{task}_{key}",
            sentence,
            NEW,
            f"improvement in {unit} at k = {row['k']:g}, {row['replicates']:g} questions",
            interval(low, high, 0 if unit == "squared error" else 4),
            "above 0" if sign > 0 else "below 0",
            "holds" if right else "fails" if wrong else "undecided",
            OUTSIDE,
        )


def control_claim(task: str, name: str, rows: pd.DataFrame, settings: dict) -> dict:
    """A judge that knows nothing selects nothing."""
    row = improvement(rows, "over_single", judge=CONTROL, temperature=0.0, metric="accuracy")
    result = agreement.equivalence(
        [row["simulation"]],
        [row["standard_error"]],
        [row["replicates"]],
        expected=0.0,
        margin=settings["control_margin"],
        confidence=settings["confidence"],
    )
    return claim(
        f"language_model_{task}_control",
        f"With {name}, the judge asked for Yes or No without examples neither gains nor loses accuracy.",
        NEW,
        f"improvement in accuracy at k = {row['k']:g}, {row['replicates']:g} questions",
        interval(result.low, result.high),
        f"0 ± {settings['control_margin']:g}",
        result.verdict,
        OUTSIDE,
    )
