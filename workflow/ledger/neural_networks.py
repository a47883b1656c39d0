"""Claims about an ensemble of networks: what order parameters predict, and the half-temperature test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement

from ledger.entries import NEW, SIMULATION, claim
from ledger.real_data import against_largest, choice_claim, ratio_claim, ratios

#: Median effective number of candidates at half the temperature below which the test does not decide.
EFFECTIVE = 10.0

_JUDGE = ["judge_labels", "temperature"]


def neural_networks(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Prediction, its assumptions, the finite best k, the choice of k, and the half-temperature test."""
    for label, text, chosen in (
        ("cold", "T = 0", frame["temperature"] == 0),
        ("warm", "T > 0", frame["temperature"] > 0),
    ):
        yield ratio_claim(
            f"neural_networks_prediction_{label}",
            f"With networks as candidates and {text}, order parameters measured on one part predict the "
            "error measured on another, for every judge and k.",
            ratios(frame[chosen], "error", "miss"),
            settings,
            settings["real_margin"],
        )
    for label, text, suffix in (
        ("closure", "Networks as candidates", "_validation"),
        ("gaussian", "Gaussian candidates of one variance, in the place of networks,", "_equal_spread"),
    ):
        yield ratio_claim(
            f"neural_networks_{label}",
            f"{text} give the error that theory predicts from order parameters measured at the same inputs, "
            "for every judge, temperature and k.",
            ratios(frame, f"error{suffix}", f"miss{suffix}"),
            settings,
            settings["real_margin"],
        )
    yield valley_claim(frame, settings)
    yield choice_claim("neural_networks", "networks as candidates", frame, settings)
    yield sign_claim(frame, settings)


def depths(frame: pd.DataFrame) -> pd.DataFrame:
    """Predicted valley of each judge and temperature: the best k, and how much lower the error is there.

    ``depth`` is the predicted error at the largest k less that at the best, over the former.
    """
    rows = []
    for (labels, temperature), curve in frame[frame["quantity"] == "predicted"].groupby(_JUDGE):
        curve = curve.sort_values("k")
        error, best = curve["simulation"].to_numpy(), int(np.argmin(curve["simulation"]))
        rows.append((labels, temperature, curve["k"].iloc[best], 1.0 - error[best] / error[-1]))
    return pd.DataFrame(rows, columns=[*_JUDGE, "best_k", "depth"])


def valley_claim(frame: pd.DataFrame, settings: dict) -> dict:
    """Whether fewer than all candidates are best where the predicted curve says so, and nowhere else."""
    limit, found = settings["regret_margin"], {"holds": [], "fails": [], "undecided": []}
    predicted = depths(frame)
    for row in predicted.itertuples():
        judge = frame[frame["judge_labels"] == row.judge_labels]
        # A valley too shallow to matter is none: measurements cannot tell one from no valley.
        finite = row.depth > limit
        verdict, text = against_largest(judge, finite, settings, row.temperature)
        found[verdict].append(f"{row.judge_labels:g} labels, t = {row.temperature / 2:g}: {text}")
    verdict = "fails" if found["fails"] else "undecided" if found["undecided"] else "holds"
    others = [f"{name}: {'; '.join(texts)}" for name, texts in found.items() if texts and name != "holds"]
    return claim(
        "neural_networks_finite_k",
        "With networks as candidates, measured order parameters say for which judge and temperature fewer "
        "candidates than the pool holds are best.",
        NEW,
        "measured error at k less that at the largest, over the latter",
        ", ".join([f"as predicted for {len(found['holds'])} of {len(predicted)} curves", *others]),
        f"an interval below 0 where a valley deeper than {limit:g} is predicted, none below −{limit:g} "
        "elsewhere",
        verdict,
        SIMULATION,
    )


def doubled(frame: pd.DataFrame) -> pd.DataFrame:
    """The half-temperature test, one row a judge and temperature.

    ``predicted`` is the fall that half of the candidates predict, the gain over 2 N for N of them, and
    ``measured`` that when N become 2 N, both with standard errors; ``effective`` as in the table.
    """
    part = {
        name: frame[frame["quantity"] == name].set_index(_JUDGE).sort_index()
        for name in ("gain", "fall", "effective")
    }
    gain, fall = part["gain"], part["fall"]
    # 2 N are all candidates of the pool, the largest k.
    pool = frame["k"].max()
    values = {
        "predicted": gain["simulation"] / pool,
        "predicted_standard_error": gain["standard_error"] / pool,
        "measured": fall["simulation"],
        "measured_standard_error": fall["standard_error"],
        "replicates": fall["replicates"],
        "effective": part["effective"]["simulation"],
    }
    return pd.DataFrame(values).reset_index()


def signs(frame: pd.DataFrame, settings: dict) -> pd.DataFrame:
    """`doubled` with the signs that its simultaneous intervals establish: 1, -1, or 0 where they hold 0.

    ``decided`` where both signs are established and the candidates are not too few to trust the first.
    """
    rows = doubled(frame)
    for name in ("predicted", "measured"):
        low, high = agreement.simultaneous_interval(
            rows[name], rows[f"{name}_standard_error"], rows["replicates"], confidence=settings["confidence"]
        )
        rows[f"{name}_sign"] = (low > 0).astype(int) - (high < 0).astype(int)
    established = rows["predicted_sign"] * rows["measured_sign"] != 0
    return rows.assign(decided=established & (rows["effective"] >= EFFECTIVE))


def sign_claim(frame: pd.DataFrame, settings: dict) -> dict:
    """Whether the half-temperature test of some inputs says what doubling the candidates does at others."""
    rows = signs(frame, settings)
    decided = rows[rows["decided"]]
    missed = decided[decided["predicted_sign"] != decided["measured_sign"]]
    places = [f"{row.judge_labels:g} labels at t = {row.temperature / 2:g}" for row in missed.itertuples()]
    few = int((rows["effective"] < EFFECTIVE).sum())
    return claim(
        "neural_networks_half_temperature",
        "With networks as candidates, the half-temperature test of half of them, at some inputs, has the "
        "sign of what doubling their number takes off the error at others, for every judge and temperature "
        "where both signs are established.",
        NEW,
        "signs of the mean gain and of the mean fall",
        f"{len(decided) - len(missed)} of {len(decided)} agree, {len(rows) - len(decided)} of {len(rows)} "
        f"not decided, {few} of them for few effective candidates"
        + (f"; missed: {', '.join(places)}" if places else ""),
        f"all that are decided agree, at least {EFFECTIVE:g} effective candidates each",
        None if decided.empty else missed.empty,
        SIMULATION,
    )
