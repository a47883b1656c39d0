"""One entry of the claims ledger, and what the entries share."""

from __future__ import annotations

import pandas as pd
from bestofk import agreement

#: Where a statement comes from.
HP = "Halder and Pehlevan"
HP_AND_NEW = "Halder and Pehlevan, criterion new"
RIDGE = "known for ridge regression"
NEW = "new"

#: What decides a claim: simulations of the model, or real data and candidates of another source, both with
#: error bars; exact integrals, without chance; or, for what the paper proves, a check of proof, formula and
#: computation against each other.
SIMULATION, OUTSIDE = "simulation", "outside the model"
INTEGRALS, PROOF = "exact integrals", "proved, checked"


def claim(
    name: str,
    sentence: str,
    source: str,
    quantity: str,
    measured: str,
    expected: str,
    verdict,
    evidence: str,
) -> dict:
    """One entry; a verdict given as True or False becomes holds or fails, None undecided."""
    if not isinstance(verdict, str):
        verdict = "undecided" if verdict is None else ("holds" if verdict else "fails")
    return {
        "id": name,
        "sentence": sentence,
        "source": source,
        "evidence": evidence,
        "quantity": quantity,
        "measured": measured,
        "expected": expected,
        "verdict": verdict,
    }


def agreement_claim(
    name: str, sentence: str, source: str, rows: pd.DataFrame, settings: dict, *, theory: str = "exact"
) -> dict:
    """Equivalence of simulation and theory over all simulated points of some curves."""
    rows = rows[rows["simulation"].notna()]
    ratio, error = rows["simulation"] / rows[theory], rows["standard_error"] / rows[theory]
    result = agreement.equivalence(
        ratio,
        error,
        rows["replicates"],
        expected=1.0,
        margin=settings["margin"],
        confidence=settings["confidence"],
    )
    return claim(
        name,
        sentence,
        source,
        f"simulation/theory at {len(rows)} points",
        f"farthest interval {interval(result.low, result.high)}",
        f"1 ± {settings['margin']:g}",
        result.verdict,
        SIMULATION,
    )


def interval(low: float, high: float, digits: int = 4) -> str:
    """An interval as text."""
    return f"[{low:.{digits}f}, {high:.{digits}f}]".replace("-", "−")


def simulated_temperature(frame: pd.DataFrame) -> float:
    """The temperature at which an experiment at one temperature is simulated."""
    return float(frame.loc[frame["simulation"].notna(), "temperature"].iloc[0])
