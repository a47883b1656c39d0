"""Claims about inputs that are not Gaussian."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from bestofk import agreement

from ledger.entries import NEW, SIMULATION, agreement_claim, claim, interval

#: What each law is called.
LAWS = {
    "gaussian": "Gaussian inputs",
    "rademacher": "Rademacher inputs",
    "student_t": "Student-t inputs",
    "digits": "images of digits as inputs",
}


def universality(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Whether Gaussian theory in the dimension of the data describes each law, and what explains the rest."""
    measured = frame[frame["simulation"].notna()]
    wide = settings | {"margin": settings["setting_margin"]}
    dimension = int(frame["n_features"].iloc[0])
    for law, name in LAWS.items():
        rows = measured[measured["inputs"] == law]
        if rows.empty:
            continue
        yield agreement_claim(
            f"universality_{law}_warm",
            f"With {name}, d = {dimension} and T > 0, Gaussian theory agrees with simulation "
            "for every n, judge and k.",
            NEW,
            rows[(rows["quantity"] == "error") & (rows["temperature"] > 0)],
            settings,
        )
        yield agreement_claim(
            f"universality_{law}_cold",
            f"With {name}, d = {dimension}, T = 0 and the teacher as judge, Gaussian theory agrees "
            "with the error averaged over the prior for every n and k.",
            NEW,
            rows[rows["quantity"] == "averaged_error"],
            wide,
        )
    yield identity_claim(measured, wide)
    yield kurtosis_claim(measured, settings)


def identity_claim(measured: pd.DataFrame, settings: dict) -> dict:
    """Whether the predictive variances at the inputs account for the simulated errors, law by law."""
    cold = measured[(measured["temperature"] == 0) & (measured["k"] <= settings["largest_k_compared"])]
    curve = ["inputs", "n_train", "k"]
    averaged = cold[cold["quantity"] == "averaged_error"].set_index(curve).sort_index()
    errors = cold[(cold["quantity"] == "error") & (cold["reward_value"] == 0)].set_index(curve).sort_index()
    ratio = errors["simulation"] / averaged["simulation"]
    # Both come from the same training sets: the sum of their errors bounds that of the ratio.
    error = (errors["standard_error"] + ratio * averaged["standard_error"]) / averaged["simulation"]
    result = agreement.equivalence(
        ratio,
        error,
        errors["replicates"],
        expected=1.0,
        margin=settings["margin"],
        confidence=settings["confidence"],
    )
    return claim(
        "universality_variance",
        "With a teacher drawn from the prior, T = 0 and the teacher as judge, the error for every law of the "
        "inputs follows from their predictive variances.",
        NEW,
        f"simulated error/average of s² F_k over inputs, {len(ratio)} points, k up to "
        f"{settings['largest_k_compared']}",
        f"farthest interval {interval(result.low, result.high)}",
        f"1 ± {settings['margin']:g}",
        result.verdict,
        SIMULATION,
    )


def kurtosis_claim(measured: pd.DataFrame, settings: dict) -> dict:
    """Whether s²(x) varies over inputs as the kurtosis of their law says.

    Not for Student-t inputs, of which the variance of a measured variance is infinite, nor for images, whose
    components depend on each other.
    """
    rows = measured[(measured["quantity"] == "variance_spread") & (measured["reward_value"] == 0)]
    rows = rows[rows["inputs"].isin(["gaussian", "rademacher"])]
    result = agreement.equivalence(
        rows["simulation"] / rows["law_of_inputs"],
        rows["standard_error"] / rows["law_of_inputs"],
        rows["replicates"],
        expected=1.0,
        margin=settings["bias_margin"],
        confidence=settings["confidence"],
    )
    return claim(
        "universality_kurtosis",
        "For independent components of excess kurtosis κ₄ = 0 or −2 the predictive variance varies over "
        "inputs by Var_x s²(x)/s⁴ = [2 df₂/(1 − df₂) + κ₄ df₂]/n.",
        NEW,
        f"mean of (s²(x)/s² − 1)², s² of the equivalent, over predicted, {len(rows)} settings",
        f"farthest interval {interval(result.low, result.high)}",
        f"1 ± {settings['bias_margin']:g}",
        result.verdict,
        SIMULATION,
    )
