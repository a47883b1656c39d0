"""Numbers about inputs that are not Gaussian."""

from __future__ import annotations

import pandas as pd
from bestofk.digits import N_IMAGES
from bestofk.inputs import STUDENT_T
from ledger import universality as ledger
from tables import at

from quoted.formats import count, figures, fixed, listing, percent

#: What the text calls each law.
NAMES = {"gaussian": "Gaussian", "rademacher": "Rademacher", "student_t": "Student-t", "digits": "images"}


def decision(configuration: dict) -> dict:
    """The settings of the claims, as the ledger takes them."""
    return configuration["claims"] | {"confidence": configuration["confidence"]}


def universality(frame: pd.DataFrame, block: dict) -> dict:
    """Deviations of each law from Gaussian theory, with few and with many training points."""
    sizes = sorted(frame["n_train"].unique())
    measured = frame[frame["simulation"].notna()]
    teacher = measured[measured["reward_value"] == 0]
    largest_k = float(measured["k"].max())
    first = frame[(frame["inputs"] == frame["inputs"].iloc[0]) & (frame["reward_value"] == 0)]
    kappa = {
        size: at(rows, "two_point", quantity="q_tt") / at(rows, "two_point", quantity="s2")
        for size, rows in first.groupby("n_train")
    }
    numbers = {
        "n_features": count(frame["n_features"].iloc[0]),
        "images": count(N_IMAGES),
        "degrees_of_freedom": count(STUDENT_T),
        "noise_var": figures(block["problem"]["noise_var"], 2),
        "n_train_few": count(sizes[0]),
        "n_train_many": count(sizes[-1]),
        "kappa_few": fixed(kappa[sizes[0]], 2),
        "kappa_many": fixed(kappa[sizes[-1]], 2),
        "replicates": count(block["simulation"]["replicates"]),
        "inputs": count(block["simulation"]["inputs"]),
        "largest_k": count(largest_k),
        "spread_theory": figures(
            at(first[first["n_train"] == sizes[0]], "two_point", quantity="variance_spread"), 2
        ),
        "overshoots": listing(block["problem"]["reward"]["overshoot"]),
    }
    errors = measured[measured["quantity"] == "error"]
    warm = errors[errors["temperature"] > 0]
    judge = errors[(errors["temperature"] == 0) & (errors["reward_value"] > 0) & (errors["k"] == largest_k)]
    off = judge["simulation"] / judge["exact"] - 1
    numbers |= {"judge_cold_least": percent(off.min(), 1), "judge_cold_most": percent(off.max(), 1)}
    claims = {
        claim["id"]: claim["verdict"] for claim in ledger.universality(frame, decision(block["general"]))
    }
    laws = block["problem"]["inputs"]
    for temperature in ("cold", "warm"):
        failing = [law for law in laws if claims[f"universality_{law}_{temperature}"] == "fails"]
        names = [NAMES[law] for law in failing]
        words = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names) or "none"
        numbers[f"failing_{temperature}"] = (failing, words)
    for law in block["problem"]["inputs"]:
        few = teacher[(teacher["inputs"] == law) & (teacher["n_train"] == sizes[0])]
        many = teacher[(teacher["inputs"] == law) & (teacher["n_train"] == sizes[-1])]
        averaged = {"quantity": "averaged_error", "k": largest_k}
        for name, rows in (("few", few), ("many", many)):
            deviation = at(rows, "simulation", **averaged) / at(rows, "exact", **averaged) - 1
            numbers[f"{law}_cold_{name}"] = percent(deviation, 2)
        of_law = warm[warm["inputs"] == law]
        numbers[f"{law}_warm"] = percent(float((of_law["simulation"] / of_law["exact"] - 1).abs().max()), 2)
        numbers[f"{law}_spread"] = figures(at(few, "simulation", quantity="variance_spread"), 2)
        if law in ("rademacher", "student_t"):
            numbers[f"{law}_spread_law"] = figures(at(few, "law_of_inputs", quantity="variance_spread"), 2)
    return numbers
