"""Claims about the accuracy of the quadrature behind everything exact."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import accuracy

from ledger.entries import INTEGRALS, NEW, claim

ROUTES = ("plain sums", "more nodes")

#: Errors are known to a tenth of a decade, so that two routes may differ by as much.
SAME = 0.15


def quadrature_accuracy(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Whether the promised digits are kept, and whether the two routes see the same errors."""
    near, beyond = kept(frame, "input", near=True), kept(frame, "input", near=False)
    yield claim(
        "quadrature_at_one_input",
        "At one input the quadrature keeps ten digits of the error for gaps up to 6 s and nine up to 50 s.",
        NEW,
        "digits against plain sums and against more nodes: gaps up to 6 s; beyond",
        f"at least {listed(near)}; {listed(beyond)}",
        "at least 10; 9",
        enough(near, accuracy.PROMISED) and enough(beyond, accuracy.PROMISED_BEYOND),
        INTEGRALS,
    )
    averages = kept(frame, "average")
    yield claim(
        "quadrature_of_averages",
        "Averaged over inputs it keeps nine digits.",
        NEW,
        "digits against plain sums and against more nodes",
        f"at least {listed(averages)}",
        "at least 9",
        enough(averages, accuracy.PROMISED_BEYOND),
        INTEGRALS,
    )
    coarse = both(frame)
    apart = (coarse["plain sums"] - coarse["more nodes"]).abs()
    yield claim(
        "quadrature_routes_agree",
        "Both routes see the same error where a rule with fewer nodes misses more than is promised.",
        NEW,
        f"largest difference in digits at {len(coarse)} settings",
        f"{apart.max():.1f}",
        "0 ± 0.1, errors being rounded to a tenth of a digit",
        bool(len(coarse) and apart.max() < SAME),
        INTEGRALS,
    )


def kept(frame: pd.DataFrame, quantity: str, *, near: bool | None = None) -> dict[str, float]:
    """The fewest digits that the library keeps, by route; nan where no comparison was made."""
    nodes = accuracy.NODES if quantity == "input" else accuracy.NODES_OF_AVERAGE
    rows = frame[(frame["quantity"] == quantity) & (frame["nodes"] == nodes)]
    if near is not None:
        rows = rows[(rows["reward_gap"] <= accuracy.NEAR_GAP) == near]
    return {route: float(rows.loc[rows["route"] == route, "digits"].min()) for route in ROUTES}


def enough(digits: dict[str, float], promised: float) -> bool:
    """Whether both routes find the promised digits; a route that was not taken does not."""
    return all(value >= -np.log10(promised) - 1e-9 for value in digits.values())


def both(frame: pd.DataFrame) -> pd.DataFrame:
    """Digits of both routes, one row a rule with fewer nodes where both were taken."""
    library = {"input": accuracy.NODES, "average": accuracy.NODES_OF_AVERAGE}
    rows = frame[frame["quantity"].isin(library) & (frame["nodes"] != frame["quantity"].map(library))]
    rows = rows.fillna({"reward_gap": -1.0, "kappa": -1.0})
    place = ["quantity", "nodes", "reduced_temperature", "reward_gap", "kappa"]
    return rows.pivot(index=place, columns="route", values="digits").reindex(columns=list(ROUTES)).dropna()


def listed(digits: dict[str, float]) -> str:
    """Digits by route."""
    return " and ".join(f"{value:.1f}" for value in digits.values()).replace("-", "−")
