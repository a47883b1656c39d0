"""Numbers about a real language model."""

from __future__ import annotations

import pandas as pd
from bestofk.language_estimates import VOTE
from ledger.half_temperature import decisions
from ledger.language_model import CONTROL, LIKELIHOOD, PLANNED, TASKS, WARM, improvement, tested

from quoted.formats import count, fixed, listing, percent

#: What stands beside a test: the judges that leave the end of the line out, and those that count it.
OPEN, CLOSED = "ll2_open", "ll"


def language_model(frame: pd.DataFrame, block: dict) -> dict:
    """Sizes of the pool, the planned test, what the pilot suggested, and the half-temperature test."""
    numbers = {
        "answers": count(frame.loc[frame["quantity"] == "candidates", "simulation"].max()),
        "largest_k": count(frame["k"].max()),
        "k": listing(sorted(frame["k"].dropna().unique())),
        "doubled": count(block["estimates"]["doubled"]),
        "half": count(block["estimates"]["doubled"] // 2),
        "temperatures": listing(t for t in block["estimates"]["temperatures"] if t > 0),
        "no_number": percent(1 - frame.loc[frame["quantity"] == "numbers", "simulation"].mean(), 2),
        **halves(frame),
    }
    for task in TASKS:
        for key, entry in of_task(frame[frame["task"] == task]).items():
            numbers[f"{task}_{key}"] = entry
    return numbers


def of_task(rows: pd.DataFrame) -> dict:
    """Numbers of one task."""
    whole = rows[rows["judge"].isna()].set_index("quantity")
    found = tested(rows)
    areas = rows[rows["quantity"] == "auc"].set_index("judge")["simulation"]
    accuracy = {name: last(rows, name, "accuracy") for name in (PLANNED, OPEN, CLOSED, CONTROL, VOTE)}
    errors = curve(rows, LIKELIHOOD, "squared_error")
    warm, vote = (
        improvement(rows, "over_best", metric="accuracy", **of)
        for of in ({"judge": PLANNED, "temperature": WARM}, {"judge": VOTE})
    )
    return {
        "questions": count(whole.loc["numbers", "replicates"]),
        "single": percent(curve(rows, PLANNED, "accuracy").iloc[0], 2),
        "solvable": percent(whole.loc["solvable", "simulation"], 2),
        "tested": count(found.loc["rise", "replicates"]),
        "chosen_k": count(found.loc["rise", "k"]),
        "rise": points(found.loc["rise"]),
        "drop": points(found.loc["drop"]),
        "visible": fixed(100 * found.loc["visible_drop", "simulation"], 1),
        "last": percent(accuracy[PLANNED], 2),
        "open_last": percent(accuracy[OPEN], 2),
        "own_last": percent(accuracy[CLOSED], 2),
        "control_last": percent(accuracy[CONTROL], 2),
        "vote_last": percent(accuracy[VOTE], 2),
        "warm": change(warm),
        "vote": change(vote),
        "planned_auc": fixed(areas[PLANNED], 2),
        "control_auc": fixed(areas[CONTROL], 2),
        "likelihood_best": fixed(errors.min() / errors.iloc[0], 2),
        "likelihood_best_k": count(errors.idxmin()),
        "likelihood_last": fixed(errors.iloc[-1] / errors.iloc[0], 2),
    }


def curve(rows: pd.DataFrame, judge: str, metric: str) -> pd.Series:
    """Means along k of the best by a judge, or of a vote."""
    chosen = (rows["quantity"] == "mean") & (rows["judge"] == judge) & (rows["metric"] == metric)
    # A vote has no temperature.
    chosen &= rows["temperature"].fillna(0.0) == 0
    return rows[chosen].set_index("k")["simulation"].sort_index()


def last(rows: pd.DataFrame, judge: str, metric: str) -> float:
    """The mean at the largest k."""
    return float(curve(rows, judge, metric).iloc[-1])


def points(row: pd.Series) -> tuple[list[float], str]:
    """An interval of a change of accuracy, in percentage points."""
    ends = [100.0 * row["low"], 100.0 * row["high"]]
    return ends, f"[{', '.join(fixed(end, 1)[1] for end in ends)}]"


def change(row: pd.Series) -> tuple[list[float], str]:
    """A change of accuracy with its standard error, in percentage points."""
    value, error = 100.0 * row["simulation"], 100.0 * row["standard_error"]
    return [value, error], f"{fixed(value, 1)[1]} ± {fixed(error, 1)[1]}"


def halves(frame: pd.DataFrame) -> dict:
    """What became of the predictions of the half-temperature test."""
    found = decisions(frame, ["task", "judge", "metric", "temperature"])
    outcomes = found["outcome"].value_counts()
    hits, misses = (outcomes.get(name, 0) for name in ("hit", "miss"))
    few = found[~found["trusted"] & (found["predicted"] != 0) & (found["observed"] != 0)]
    return {
        "tests": count(len(found)),
        "decided": count(hits + misses),
        "agree": count(hits),
        "unseen": count(outcomes.get("no sign seen", 0)),
        "unpredicted": count(outcomes.get("no sign predicted", 0)),
        "untrusted": count((~found["trusted"]).sum()),
        "untrusted_signed": count(len(few)),
        "untrusted_agree": count((few["predicted"] == few["observed"]).sum()),
    }
