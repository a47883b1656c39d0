"""Claims about real data: what measured order parameters predict of measured curves."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement

from ledger.entries import NEW, OUTSIDE, claim, interval

#: What each data set is called.
SETS = {"diabetes": "patients (diabetes)", "digits": "images of digits"}

_CURVE = ["judge_labels", "temperature", "k"]


def real_data(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Prediction, closure, the sign of more samples, and the choice of k, for each data set."""
    for data, name in SETS.items():
        rows = frame[frame["data"] == data]
        if rows.empty:
            continue
        yield ratio_claim(
            f"real_data_{data}_prediction",
            f"With {name}, order parameters measured on one part predict the error measured on another, for "
            "every judge, temperature and k.",
            ratios(rows, "error", "miss"),
            settings,
            settings["real_margin"],
        )
        closure = ratios(rows, "error_validation", "miss_validation")
        for label, text, chosen, margin in (
            ("warm", "T > 0", closure["temperature"] > 0, settings["margin"]),
            ("cold", "T = 0", closure["temperature"] == 0, settings["setting_margin"]),
        ):
            yield ratio_claim(
                f"real_data_{data}_closure_{label}",
                f"With {name} and {text}, Gaussian gaps and one predictive variance give the error at the "
                "inputs whose order parameters they have, for every judge and k.",
                closure[chosen],
                settings,
                margin,
            )
        yield sign_claim(data, name, rows, settings)
        yield choice_claim(f"real_data_{data}", name, rows, settings)


def ratios(rows: pd.DataFrame, measured: str, miss: str) -> pd.DataFrame:
    """Measured over predicted, one row a judge, temperature and k, with the error of that ratio."""
    part = {
        name: rows[rows["quantity"] == quantity].set_index(_CURVE).sort_index()
        for name, quantity in (("measured", measured), ("predicted", "predicted"), ("miss", miss))
    }
    columns = "simulation", "standard_error"
    both = (part[name][column] for name in ("measured", "predicted") for column in columns)
    ratio, error = agreement.ratio_of_means(*both, part["miss"]["standard_error"])
    index, replicates = part["measured"].index, part["measured"]["replicates"]
    return pd.DataFrame({"ratio": ratio, "error": error, "replicates": replicates}, index=index).reset_index()


def ratio_claim(name: str, sentence: str, rows: pd.DataFrame, settings: dict, margin: float) -> dict:
    """Equivalence of measured and predicted errors over all points."""
    result = agreement.equivalence(
        rows["ratio"],
        rows["error"],
        rows["replicates"],
        expected=1.0,
        margin=margin,
        confidence=settings["confidence"],
    )
    return claim(
        name,
        sentence,
        NEW,
        f"measured/predicted at {len(rows)} points",
        f"farthest interval {interval(result.low, result.high)}",
        f"1 ± {margin:g}",
        result.verdict,
        OUTSIDE,
    )


def finite_predicted(rows: pd.DataFrame) -> bool:
    """Whether the theorem at T = 0 gives a finite best k, for the order parameters averaged over splits."""
    mean = rows[rows["k"].isna()].set_index("quantity")["simulation"]
    s2, q_tr, q_rr = (mean[name] for name in ("s2", "q_tr", "q_rr"))
    return bool(2 * q_tr < min(4 * q_rr - s2, 2 * q_rr))


def sign_claim(data: str, name: str, rows: pd.DataFrame, settings: dict) -> dict:
    """Whether a finite k beats the largest where the theorem says so, and nowhere else."""
    verdicts, texts = [], []
    for labels, judge in rows.groupby("judge_labels"):
        finite = finite_predicted(judge)
        outcome, text = against_largest(judge, finite, settings)
        verdicts.append(outcome)
        texts.append(f"{labels} labels: {'finite' if finite else 'none'} predicted, {text}")
    verdict = "fails" if "fails" in verdicts else "undecided" if "undecided" in verdicts else "holds"
    return claim(
        f"real_data_{data}_finite_k",
        f"With {name} and T = 0, measured order parameters say for which judge a finite k is best.",
        NEW,
        "measured error at k less that at the largest, over the latter",
        "; ".join(texts),
        f"an interval below 0 where predicted, none below −{settings['regret_margin']:g} elsewhere",
        verdict,
        OUTSIDE,
    )


def against_largest(
    rows: pd.DataFrame, finite: bool, settings: dict, temperature: float = 0.0
) -> tuple[str, str]:
    """Verdict and interval of the deepest difference from the largest k, at one temperature."""
    errors = rows[(rows["quantity"] == "error") & (rows["temperature"] == temperature)].sort_values("k")
    last, errors = errors.iloc[-1], errors.iloc[:-1]
    low, high = agreement.simultaneous_interval(
        errors["difference"] / last["simulation"],
        errors["difference_standard_error"] / last["simulation"],
        errors["replicates"],
        confidence=settings["confidence"],
    )
    # The interval that reaches lowest decides where a valley is denied; the highest end where it is claimed.
    place = int(np.argmin(high if finite else low))
    text = f"at k = {errors['k'].iloc[place]:g} {interval(low[place], high[place])}"
    if finite:
        # Were every k before the last worse than it, there would be no valley.
        return ("holds" if (high < 0).any() else "fails" if (low > 0).all() else "undecided"), text
    allowed = -settings["regret_margin"]
    return ("fails" if (high < allowed).any() else "holds" if (low >= allowed).all() else "undecided"), text


def choice_claim(experiment: str, name: str, rows: pd.DataFrame, settings: dict) -> dict:
    """Whether the k that each split's order parameters call best loses little to any fixed k."""
    regret, limit = regrets(rows), settings["regret_margin"]
    low, high = agreement.simultaneous_interval(
        regret["share"], regret["error"], regret["replicates"], confidence=settings["confidence"]
    )
    place = int(np.argmax(low if (low > limit).any() else high))
    verdict = "fails" if (low > limit).any() else "holds" if (high <= limit).all() else "undecided"
    return claim(
        f"{experiment}_choice",
        f"With {name}, drawing as many candidates as the order parameters of the split call best loses "
        "little to any fixed k, for every judge and temperature.",
        NEW,
        f"measured error at the chosen k less that at a fixed k, over the latter, {len(regret)} points",
        f"highest interval {interval(low[place], high[place])}",
        f"at most {limit:g}",
        verdict,
        OUTSIDE,
    )


def regrets(rows: pd.DataFrame) -> pd.DataFrame:
    """What the chosen k costs above each fixed k, as a share of the error there."""
    error, regret = (
        rows[rows["quantity"] == quantity].set_index(_CURVE).sort_index() for quantity in ("error", "regret")
    )
    values = {
        "share": regret["simulation"] / error["simulation"],
        "error": regret["standard_error"] / error["simulation"],
        "replicates": regret["replicates"],
    }
    return pd.DataFrame(values).reset_index()
