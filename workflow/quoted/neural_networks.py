"""Numbers about an ensemble of networks."""

from __future__ import annotations

import pandas as pd
from ledger.half_temperature import decisions
from ledger.neural_networks import depths
from ledger.real_data import finite_predicted, ratios, regrets

from quoted.formats import count, figures, fixed, listing, percent
from quoted.half_temperature import plainer
from quoted.real_data import JUDGES, choices, farthest, words

#: Reduced temperature at which the causes of deviations are told apart.
SHOWN = 1.0


def neural_networks(frame: pd.DataFrame, block: dict) -> dict:
    """Sizes, order parameters, best numbers of candidates, deviations, and the half-temperature test."""
    sizes, networks = block["data"]["digits"], block["networks"]
    single = frame[frame["temperature"].isna()]
    single = single.pivot(index="judge_labels", columns="quantity", values="simulation")
    first = single.iloc[0]
    return {
        "replicates": count(block["simulation"]["replicates"]),
        "members": count(networks["members"]),
        "units": count(networks["candidate"]["hidden_units"]),
        "examples": count(networks["candidate"]["examples"]),
        "judge_units": count(networks["judge"]["hidden_units"]),
        "training": count(sizes["training"]),
        "validation": count(sizes["validation"]),
        "labels": listing(sizes["judge_labels"]),
        "temperatures": listing(t for t in block["selection"]["reduced_temperature"] if t > 0),
        "shown": fixed(SHOWN, 0),
        "s2": fixed(first["s2"], 2),
        "difficulty": fixed(first["q_tt"] / first["s2"], 2),
        "kappas": words((single["q_rr"] / single["s2"]).tolist()),
        "products": words((single["q_tr"] / single["s2"]).tolist()),
        "many_judge": fixed(single["judge_error"].iloc[-1], 2),
        "mean_error": fixed(first["mean_error"], 2),
        "spread": fixed(first["variance_spread"], 2),
        "kurtosis": fixed(first["candidate_kurtosis"], 1),
        "teacher_kurtosis": fixed(first["teacher_kurtosis"], 1),
        "regret": percent(max(regrets(frame)["share"].max(), 0.0), 1),
        **cold(frame),
        **choices(frame),
        **valleys(frame, block["general"]["claims"]["regret_margin"]),
        **deviations(frame),
        **halves(frame),
    }


def cold(frame: pd.DataFrame) -> dict:
    """Errors and best numbers of candidates of every judge at T = 0, and what the theorem says."""
    rows = frame[frame["temperature"] == 0]
    shares = rows[rows["quantity"] == "finite_optimum"].sort_values("judge_labels")["simulation"]
    judges = list(frame.groupby("judge_labels"))
    moments = [(labels, judge[judge["temperature"].isna()]) for labels, judge in judges]
    numbers = {
        "finite_shares": words([100.0 * share for share in shares], digits=0),
        "finite": listing(labels for labels, judge in moments if finite_predicted(judge)),
    }
    predicted = depths(rows).set_index("judge_labels")["best_k"]
    for name, (labels, judge) in zip(JUDGES, judges, strict=True):
        curve = judge[(judge["temperature"] == 0) & (judge["quantity"] == "error")].sort_values("k")
        best = curve.loc[curve["simulation"].idxmin()]
        numbers |= {
            f"{name}_best_k": count(best["k"]),
            f"{name}_last": fixed(curve["simulation"].iloc[-1], 3),
            f"{name}_predicted_k": count(predicted[labels]),
        }
        if name != "many":
            numbers[f"{name}_best"] = fixed(best["simulation"], 3)
    return numbers | {"first": fixed(curve["simulation"].iloc[0], 3)}


def valleys(frame: pd.DataFrame, limit: float) -> dict:
    """In how many curves of how many a valley that matters is predicted and seen; two of the second judge."""
    predicted, seen = depths(frame), depths(frame, "error")
    numbers = {
        "curves": count(len(predicted)),
        "valley_limit": percent(limit, 1),
        "valleys": count((predicted["depth"] > limit).sum()),
        "valleys_seen": count((seen["depth"] > limit).sum()),
    }
    _, second, *_ = sorted(predicted["judge_labels"].unique())
    cold, warm, *_ = sorted(predicted["temperature"].unique())
    for name, temperature in (("cold", cold), ("warm", warm)):
        for suffix, found in (("", predicted), ("_seen", seen)):
            of = found[(found["judge_labels"] == second) & (found["temperature"] == temperature)]
            numbers[f"{name}_depth{suffix}"] = percent(of["depth"].item(), 2)
    return numbers | {"lowest_warm": figures(warm / 2.0, 2)}


def deviations(frame: pd.DataFrame) -> dict:
    """The largest deviations of measured from predicted errors, at T = 0 and above."""
    numbers = {}
    for key, suffix in (
        ("test", ""),
        ("validation", "_validation"),
        ("gaussian", "_gaussian"),
        ("equal", "_equal_spread"),
    ):
        found = ratios(frame, f"error{suffix}", f"miss{suffix}")
        for name, chosen in (("cold", found["temperature"] == 0), ("warm", found["temperature"] > 0)):
            numbers[f"{key}_{name}"] = farthest(found[chosen])
        # The best judge with all candidates at one temperature tells the causes apart.
        last = found[(found["temperature"] == 2.0 * SHOWN) & (found["k"] == found["k"].max())]
        if key != "test":
            numbers[f"{key}_last"] = farthest(last[last["judge_labels"] == last["judge_labels"].max()])
    return numbers


def halves(frame: pd.DataFrame) -> dict:
    """What the half-temperature test decides, and how many candidates are effective."""
    found = decisions(frame, ["judge_labels", "temperature"])
    outcomes = found["outcome"].value_counts()
    hits, misses = (outcomes.get(name, 0) for name in ("hit", "miss"))
    return {
        "tests": count(len(found)),
        "decided": count(hits + misses),
        "agree": count(hits),
        "least_effective": fixed(found["effective"].min(), 0),
        **plainer(found),
    }
