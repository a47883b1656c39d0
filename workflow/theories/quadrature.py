"""Accuracy and cost of the quadrature behind the exact errors, over its domain."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import accuracy
from bestofk import grid as layout

COLUMNS = ["quantity", "route", "nodes", "reduced_temperature", "reward_gap", "kappa", "digits", "value"]

#: Largest finite numbers of candidates of the library, at T > 0 and at T = 0.
K_MAX, K_MAX_BEST_OF_K = 10**6, 2**30

#: Digits beyond the promised ones that are told apart; what follows is rounding, which differs by processor.
SPARE = 0.5


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """Digits of the error at one input and of its average, and what a rule costs; there are no points."""
    settings = block["quadrature"]
    rows: list[tuple] = []
    for t in (0.0, *layout.axis(settings["reduced_temperature"])):
        for gap in settings["reward_gap"]:
            rows += at_input(settings, float(t), float(gap))
    for t in settings["reduced_temperature_of_averages"]:
        for kappa in layout.axis(settings["kappa"]):
            rows += averaged(settings, float(t), float(kappa))
    return pd.DataFrame(rows, columns=COLUMNS)


def digits(error: float, promised: float) -> float:
    """Digits of a relative error, down to tenths and at most `SPARE` more than promised; -inf if refused."""
    if not math.isfinite(error):
        return -math.inf
    most = SPARE - math.log10(promised)
    # The sum keeps a value at the end of a tenth from falling to the one before.
    return min(math.floor(-10.0 * math.log10(error) + 1e-9) / 10.0 if error else most, round(most, 1))


def at_input(settings: dict, t: float, gap: float) -> Iterator[tuple]:
    """Digits and cost at one temperature and reward gap; rules with fewer nodes at small gaps only."""
    largest = K_MAX if t else K_MAX_BEST_OF_K
    near = gap <= accuracy.NEAR_GAP
    nodes = [*(settings["nodes"] if near else ()), accuracy.NODES]
    off = accuracy.at_input(
        layout.search_grid(largest, settings["k_points_per_octave"]),
        gap,
        reduced_temperature=t,
        teachers=settings["teachers"],
        plain_terms=settings["plain_terms"],
        nodes=nodes,
        refinement=settings["refinement"],
    )
    for route, count, error in measured(off, nodes):
        yield "input", route, count, t, gap, np.nan, digits(error, accuracy.promised(gap)), np.nan
    terms, evaluations = accuracy.cost(gap, reduced_temperature=t, k_max=largest)
    yield "terms", "rule", accuracy.NODES, t, gap, np.nan, np.nan, float(terms)
    yield "evaluations", "rule", accuracy.NODES, t, gap, np.nan, np.nan, float(evaluations)


def averaged(settings: dict, t: float, kappa: float) -> Iterator[tuple]:
    """Digits of averages at one temperature and spread of the reward gap."""
    nodes = [*settings["nodes"], accuracy.NODES_OF_AVERAGE]
    off = accuracy.averaged(
        np.array([*settings["k_of_averages"], K_MAX if t else K_MAX_BEST_OF_K], dtype=float),
        kappa,
        reduced_temperature=t,
        rho=settings["rho"],
        plain_terms=settings["plain_terms"],
        nodes=nodes,
        refinement=settings["refinement"],
    )
    for route, count, error in measured(off, nodes):
        yield "average", route, count, t, np.nan, kappa, digits(error, accuracy.promised(None)), np.nan


def measured(off: accuracy.Accuracy, nodes: list[int]) -> Iterator[tuple[str, int, float]]:
    """The route, the nodes and the error of each comparison that was made."""
    for route, errors in (("plain sums", off.plain), ("more nodes", off.refined)):
        if errors is not None:
            for count, error in zip(nodes, errors, strict=True):
                yield route, count, float(error)
