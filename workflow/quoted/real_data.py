"""Numbers about real data."""

from __future__ import annotations

import pandas as pd
from bestofk.data_sets import N_EXAMPLES, load
from ledger.real_data import SETS, finite_predicted, ratios, regrets

from quoted.formats import count, fixed, listing, percent

#: The judges of a set, from few labels to many.
JUDGES = ("few", "some", "many")


def real_data(frame: pd.DataFrame, block: dict) -> dict:
    """Sizes of the splits, order parameters, deviations from prediction, and what a chosen k gains."""
    numbers = {
        "splits": count(block["simulation"]["replicates"]),
        "draws": count(block["simulation"]["draws"]),
        "largest_k": count(frame["k"].max()),
        "warm": fixed(frame["temperature"].max() / 2.0, 0),
        "margin": percent(block["general"]["claims"]["real_margin"], 2),
        "regret_margin": percent(block["general"]["claims"]["regret_margin"], 1),
    }
    for data in SETS:
        for key, entry in of_set(frame[frame["data"] == data], data, block["data"][data]).items():
            numbers[f"{data}_{key}"] = entry
    return numbers


def of_set(rows: pd.DataFrame, data: str, sizes: dict) -> dict:
    """Numbers of one data set."""
    single = rows[rows["temperature"].isna()]
    single = single.pivot(index="judge_labels", columns="quantity", values="simulation")
    cold = rows[(rows["temperature"] == 0) & (rows["quantity"] == "error")]
    finite = rows[rows["quantity"] == "finite_optimum"].sort_values("judge_labels")
    judges = list(rows.groupby("judge_labels"))
    numbers = {
        "examples": count(N_EXAMPLES[data]),
        "inputs": count(load(data)[0].shape[1]),
        "training": count(sizes["training"]),
        "validation": count(sizes["validation"]),
        "labels": listing(sizes["judge_labels"]),
        "difficulty": fixed(single["q_tt"].iloc[0] / single["s2"].iloc[0], 2),
        "spread": fixed(single["variance_spread"].iloc[0], 3 if data == "diabetes" else 1),
        "kurtosis": fixed(single["teacher_kurtosis"].iloc[0], 1),
        "reward_kurtosis": fixed(single["reward_kurtosis"].iloc[-1], 1),
        "first": fixed(cold.loc[cold["k"] == cold["k"].min(), "simulation"].iloc[0], 2),
        "kappas": words((single["q_rr"] / single["s2"]).tolist()),
        "finite_shares": words((100.0 * finite["simulation"]).tolist(), digits=0),
        "student": fixed(single["q_tt"].iloc[0], 2),
        "judges": words(single["judge_error"].tolist()),
        **choices(rows),
        "regret": percent(max(regrets(rows)["share"].max(), 0.0), 1),
        "finite": listing(labels for labels, judge in judges if finite_predicted(judge)),
    }
    for name, (labels, _) in zip(JUDGES, judges, strict=True):
        curve = cold[cold["judge_labels"] == labels].sort_values("k")
        best = curve.loc[curve["simulation"].idxmin()]
        numbers |= {
            f"{name}_last": fixed(curve["simulation"].iloc[-1], 2),
        }
        if name != "many":
            predicted = rows[
                (rows["judge_labels"] == labels)
                & (rows["temperature"] == 0)
                & (rows["quantity"] == "predicted")
            ]
            numbers |= {
                f"{name}_best_k": count(best["k"]),
                f"{name}_best": fixed(best["simulation"], 2),
                f"{name}_predicted_k": count(predicted.loc[predicted["simulation"].idxmin(), "k"]),
            }
    for key, quantity, miss in (
        ("test", "error", "miss"),
        ("validation", "error_validation", "miss_validation"),
        ("equal", "error_equal_spread", "miss_equal_spread"),
    ):
        found = ratios(rows, quantity, miss)
        for name, chosen in (("cold", found["temperature"] == 0), ("warm", found["temperature"] > 0)):
            numbers[f"{key}_{name}"] = farthest(found[chosen])
    return numbers


def choices(rows: pd.DataFrame) -> dict:
    """What choosing k by the measured validation curve costs beside the predicted one, least and most."""
    at = ["judge_labels", "temperature"]
    first = rows[rows["k"] == rows["k"].min()].set_index([*at, "quantity"])["simulation"].unstack("quantity")
    choice = rows[rows["quantity"] == "curve_choice"].set_index(at)
    # The error at the k of the lowest prediction, from that at any k.
    chosen = first["error"] + first["regret"]
    cost = (choice["simulation"] / chosen).sort_values()
    error = choice["standard_error"] / chosen
    return {
        f"choice_{name}": with_error(100.0 * cost[place], 100.0 * error[place])
        for name, place in (("least", cost.index[0]), ("most", cost.index[-1]))
    }


def farthest(rows: pd.DataFrame) -> tuple[list[float], str]:
    """The largest deviation of measured from predicted over judges and k, with its standard error."""
    worst = rows.loc[(rows["ratio"] - 1.0).abs().idxmax()]
    return with_error(100.0 * (worst["ratio"] - 1.0), 100.0 * worst["error"])


def with_error(value: float, error: float) -> tuple[list[float], str]:
    """A share in per cent with its standard error."""
    return [value, error], f"{fixed(value, 1)[1]} ± {fixed(error, 1)[1]}\u00a0%"


def words(values: list[float], digits: int = 2) -> tuple[list[float], str]:
    """Numbers of the judges, with some decimals, as words join them."""
    texts = [fixed(value, digits)[1] for value in values]
    return values, f"{', '.join(texts[:-1])} and {texts[-1]}"
