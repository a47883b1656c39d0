"""Numbers about a real language model."""

from __future__ import annotations

import pandas as pd
from bestofk.agreement import ratio_of_means
from bestofk.language_estimates import VOTE
from ledger.half_temperature import decisions
from ledger.language_model import CONTROL, LIKELIHOOD, PLANNED, TASKS, WARM, improvement, tested

from quoted.formats import count, fixed, listing, percent
from quoted.half_temperature import plainer

#: The planned judge without the end of the line, and the likelihood where the answer was sampled with it.
OPEN, OWN = "ll2_open", "ll"


def language_model(frame: pd.DataFrame, block: dict) -> dict:
    """Sizes of the pool, the planned test, what the pilot suggested, and the half-temperature test."""
    numbers = {
        "answers": count(frame.loc[frame["quantity"] == "candidates", "simulation"].max()),
        "redrawn": count(frame.loc[frame["quantity"] == "redrawn_drop", "replicates"].max()),
        "largest_k": count(frame["k"].max()),
        "k": listing(sorted(frame["k"].dropna().unique())),
        "doubled": count(block["estimates"]["doubled"]),
        "half": count(block["estimates"]["doubled"] // 2),
        "temperatures": listing(t for t in block["estimates"]["temperatures"] if t > 0),
        "no_number": percent(1 - frame.loc[frame["quantity"] == "numbers", "simulation"].mean(), 2),
        **halves(frame),
    }
    for task in TASKS:
        for key, entry in of_task(task, frame[frame["task"] == task]).items():
            numbers[f"{task}_{key}"] = entry
    return numbers


def of_task(task: str, rows: pd.DataFrame) -> dict:
    """Numbers of one task."""
    whole = rows[rows["judge"].isna()].set_index("quantity")
    found, again = tested(rows), rows.set_index("quantity")["simulation"]
    areas = rows[rows["quantity"] == "auc"].set_index("judge")
    accuracy = {name: curve(rows, name, "accuracy").iloc[-1] for name in (PLANNED, OWN, CONTROL, VOTE)}
    gains = {
        key: improvement(rows, "over_single", judge=judge, temperature=0.0, metric="accuracy")
        for key, judge in (("planned", PLANNED), ("open", OPEN), ("own", OWN), ("gen", LIKELIHOOD))
    }
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
        **(
            {"redrawn_unseen": percent(1 - again["redrawn_drops"], 2)}
            if task == "tab"
            else {
                "redrawn_drop": fixed(100 * again["redrawn_drop"], 1),
                "redrawn_drops": percent(again["redrawn_drops"], 2),
                "redrawn_rises": percent(again["redrawn_rises"], 2),
            }
        ),
        "last": percent(accuracy[PLANNED], 2),
        "own_last": percent(accuracy[OWN], 2),
        "control_last": percent(accuracy[CONTROL], 2),
        "vote_last": percent(accuracy[VOTE], 2),
        "warm": change(warm),
        "vote": change(vote),
        **{f"{key}_gain": change(row) for key, row in gains.items()},
        "planned_auc": area(areas.loc[PLANNED]),
        "control_auc": area(areas.loc[CONTROL]),
        **likelihood(rows),
    }


def likelihood(rows: pd.DataFrame) -> dict:
    """Squared errors of the best by the likelihood that favours short answers, over that of one answer."""
    chosen = (rows["judge"] == LIKELIHOOD) & (rows["metric"] == "squared_error") & (rows["temperature"] == 0)
    means, differences = (
        rows[chosen & (rows["quantity"] == quantity)].set_index("k") for quantity in ("mean", "over_single")
    )
    single = means.iloc[0][["simulation", "standard_error"]].astype(float)
    ratio, error = ratio_of_means(
        means["simulation"],
        means["standard_error"],
        *single,
        differences["standard_error"].reindex(means.index, fill_value=0.0),
    )
    best = int(ratio.argmin())
    return {
        "likelihood_best_k": count(means.index[best]),
        **{
            f"likelihood_{name}": (
                [ratio[place], error[place]],
                f"{fixed(ratio[place], 2)[1]} ± {fixed(error[place], 2)[1]}",
            )
            for name, place in (("best", best), ("last", -1))
        },
    }


def curve(rows: pd.DataFrame, judge: str, metric: str) -> pd.Series:
    """Means along k of the best by a judge, or of a vote."""
    chosen = (rows["quantity"] == "mean") & (rows["judge"] == judge) & (rows["metric"] == metric)
    # A vote has no temperature.
    chosen &= rows["temperature"].fillna(0.0) == 0
    return rows[chosen].set_index("k")["simulation"].sort_index()


def points(row: pd.Series) -> tuple[list[float], str]:
    """A change of accuracy with its interval, in percentage points."""
    value, *ends = (100.0 * row[name] for name in ("simulation", "low", "high"))
    text = f"{fixed(value, 1)[1]} [{', '.join(fixed(end, 1)[1] for end in ends)}]"
    return [value, *ends], text


def area(row: pd.Series) -> tuple[list[float], str]:
    """A share of ordered pairs with its standard error."""
    value, error = row["simulation"], row["standard_error"]
    return [value, error], f"{fixed(value, 2)[1]} ± {fixed(error, 2)[1]}"


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
        "agree_more": count(((found["outcome"] == "hit") & (found["predicted"] > 0)).sum()),
        **plainer(found),
        "unseen": count(outcomes.get("no sign seen", 0)),
        "unpredicted": count(outcomes.get("no sign predicted", 0)),
        "untrusted": count((~found["trusted"]).sum()),
        "untrusted_signed": count(len(few)),
        "untrusted_agree": count((few["predicted"] == few["observed"]).sum()),
    }
