"""Theory of the rules that spend k candidates: exact errors, crossings, and the mean with best-of-k."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
from bestofk import aggregation, votes
from bestofk import grid as layout
from bestofk.combination import mean_and_weighted_mean
from bestofk.equivalents import OrderParameters
from bestofk.equivalents import order_parameters as equivalent
from bestofk.selection import mean_selection_error
from bestofk.weighted_mean import weighted_mean_error
from bestofk.weighted_votes import weighted_vote_error

from theories.order_parameters import COLUMNS, order_parameters, problems

Rule = Callable[[np.ndarray], np.ndarray]

#: Width of the narrower cells over that of the others.
NARROW = 0.8

#: Rules whose order may change along k, as quantities ``<first>_to_<second>``.
CROSSINGS = (("weighted_mean", "best_of_k"), ("best_of_k", "mean"), ("weighted_mean", "mean"))


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, quantity and method; the temperature is that of the weights."""
    rows: list[tuple] = []
    for models in problems(points, experiment, seed):
        # Rules that look at no judge have one curve for all of them.
        known: dict[str, np.ndarray] = {}
        for point, model in models.items():
            rows += order_parameters(point, model)
            (temperature,) = layout.temperatures(block, model)
            k, values = layout.all_k(block), equivalent(model)
            if not known:
                known = blind_curves(k, values, block["selection"])
                rows.append(narrow_vote(point, values, block["selection"], k, temperature))
            rows += errors(point, values, block["selection"], k, temperature, known)
    return pd.DataFrame(rows, columns=COLUMNS)


def blind_curves(k: np.ndarray, values: OrderParameters, selection: dict) -> dict[str, np.ndarray]:
    """The error of each rule that looks at no judge."""
    return {
        "mean": aggregation.mean_error(k, values),
        "median": aggregation.median_error(k, values),
        "vote": votes.vote_error(k, values, width=selection["cell_width"] * np.sqrt(values.s2)),
    }


def narrow_vote(
    point: str, values: OrderParameters, selection: dict, k: np.ndarray, temperature: float
) -> tuple:
    """The error of a vote on narrower cells, at the largest k, which still find the right cell."""
    largest, width = k[np.isfinite(k)][-1], NARROW * selection["cell_width"]
    error = votes.vote_error(largest, values, width=width * np.sqrt(values.s2))
    return point, largest, temperature, "narrow_vote", "exact", float(error)


def errors(
    point: str,
    values: OrderParameters,
    selection: dict,
    k: np.ndarray,
    temperature: float,
    known: dict[str, np.ndarray],
) -> Iterator[tuple]:
    """The error of every rule, where rules cross, and the mean corrected by best-of-k."""
    of_rule = judged_rules(values, temperature)
    curves = known | {name: rule(k) for name, rule in of_rule.items()}
    for name, of_weights in (("combination", 0.0), ("weighted_combination", temperature)):
        share, error = mean_and_weighted_mean(k, values, temperature=of_weights)
        curves |= {name: error, f"{name}_share": share}
    for name, curve in curves.items():
        for number, value in zip(k, curve, strict=True):
            yield point, number, temperature, name, "exact", float(value)
    for number, value in weighted_votes(values, selection, temperature):
        yield point, number, temperature, "weighted_vote", "exact", value
    finite = k[np.isfinite(k)]
    crossed = of_rule | {"mean": lambda k: aggregation.mean_error(k, values)}
    for pair in CROSSINGS:
        place = crossing(*(crossed[name] for name in pair), finite)
        yield point, np.nan, temperature, "{}_to_{}".format(*pair), "exact", place


def judged_rules(values: OrderParameters, temperature: float) -> dict[str, Rule]:
    """The exact error of each rule that looks at the judge, as a function of k; but see `weighted_votes`."""
    return {
        "best_of_k": lambda k: mean_selection_error(k, values, temperature=0.0),
        "softmax": lambda k: mean_selection_error(k, values, temperature=temperature),
        "weighted_mean": lambda k: weighted_mean_error(k, values, temperature=temperature),
    }


def weighted_votes(values: OrderParameters, selection: dict, temperature: float) -> Iterator[tuple]:
    """The exact error of weighted votes at the k that are asked for, where the lattice resolves it."""
    width = selection["cell_width"] * np.sqrt(values.s2)
    for number in selection["k_weighted_vote"]:
        try:
            error = weighted_vote_error(float(number), values, width=width, temperature=temperature)
        except ArithmeticError:
            # Few candidates carry nearly all of the weight: simulation alone tells.
            continue
        yield float(number), float(error)


def crossing(first: Rule, second: Rule, k: np.ndarray) -> float:
    """The first integer at which the second rule is the better one, after the first has been; nan if none.

    The finite k of the grid bracket it.
    """

    def lead(number: np.ndarray) -> np.ndarray:
        return second(number) - first(number)

    # One candidate is the same answer under every rule.
    numbers = k[k > 1]
    behind = lead(numbers) > 0
    for place, (before, after) in enumerate(pairwise(behind)):
        if before and not after:
            low, high = numbers[place], numbers[place + 1]
            while high - low > 1:
                middle = np.floor((low + high) / 2.0)
                low, high = (middle, high) if lead(np.array([middle]))[0] > 0 else (low, middle)
            return float(high)
    return np.nan
