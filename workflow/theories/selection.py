"""Theory of selection: exact errors, expansions and laws along k and T, and where the best k and T are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import best_of_k as laws
from bestofk import equivalents, expansions, large_k, optimum, phases, search
from bestofk import grid as layout
from bestofk.equivalents import OrderParameters
from bestofk.model import TeacherStudent
from bestofk.several_rewards import mean_selection_errors

from theories.order_parameters import COLUMNS, order_parameters, problems


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, temperature, quantity and method."""
    rows: list[tuple] = []
    for models in problems(points, experiment, seed):
        for point, model in models.items():
            rows += order_parameters(point, model)
        rows += selection(models, block)
    return pd.DataFrame(rows, columns=COLUMNS)


def selection(models: dict[str, TeacherStudent], block: dict) -> Iterator[tuple]:
    """The selection errors of one training problem under all its rewards, exact and approximate."""
    k = layout.all_k(block)
    over_k, over_temperature = (
        block["selection"].get(key, False) for key in ("optimal_k", "optimal_temperature")
    )
    two_point, one_point = (
        {point: equivalents.order_parameters(model, kind=kind) for point, model in models.items()}
        for kind in ("two_point", "one_point")
    )
    model = next(iter(models.values()))
    simulated = layout.temperatures(block, model)
    for temperature in layout.all_temperatures(block, model):
        families = {"exact": two_point} | ({"one_point": one_point} if temperature in simulated else {})
        every = [values for family in families.values() for values in family.values()]
        curves = iter(mean_selection_errors(k, every, temperature=temperature))
        for method, family in families.items():
            for point in family:
                yield from error_rows(point, k, temperature, method, next(curves))
        for point, values in two_point.items():
            for method, curve in approximations(k, values, temperature).items():
                yield from error_rows(point, k, temperature, method, curve)
            if over_k and temperature in simulated:
                yield from optima_over_k(point, values, temperature)
    if over_temperature:
        best = search.best_temperatures(k, list(two_point.values()))
        for (point, values), optima in zip(two_point.items(), best, strict=True):
            yield from optima_over_temperature(point, values, k, optima)


def error_rows(
    point: str, k: np.ndarray, temperature: float, method: str, curve: np.ndarray
) -> Iterator[tuple]:
    """One row a k of a curve."""
    for number, value in zip(k, curve, strict=True):
        yield point, number, temperature, "error", method, float(value)


def approximations(k: np.ndarray, values: OrderParameters, temperature: float) -> dict[str, np.ndarray]:
    """Expansions and laws at the temperatures where they are meant to hold."""
    if temperature == 0:
        return {"best_of_k_law": laws.best_of_k_law(k, values)} if values.kappa < 0.5 else {}
    curves = {
        f"high_temperature_{order}": expansions.high_temperature_error(
            k, values, temperature=temperature, order=order
        )
        for order in (1, 2, 3)
    }
    curves["high_temperature_published"] = expansions.high_temperature_error(
        k, values, temperature=temperature, order=3, third_order="published"
    )
    return curves


def optima_over_k(point: str, values: OrderParameters, temperature: float) -> Iterator[tuple]:
    """The best k at one temperature: exact, by the published formula, and whether a finite one exists."""
    best = search.best_k(values, temperature=temperature)
    yield point, np.nan, temperature, "optimal_k", "exact", best.k
    yield point, np.nan, temperature, "optimal_error", "exact", best.error
    if temperature > 0:
        published = float(optimum.optimal_k(values, temperature=temperature))
        yield point, np.nan, temperature, "optimal_k", "published", published
    finite = phases.finite_optimum(values, temperature=temperature)
    yield point, np.nan, temperature, "finite_optimum", "exact", np.nan if finite is None else float(finite)
    yield (
        point,
        np.nan,
        temperature,
        "limit",
        "exact",
        float(large_k.limit_error(values, temperature=temperature)),
    )


def optima_over_temperature(
    point: str, values: OrderParameters, k: np.ndarray, best: search.BestTemperature
) -> Iterator[tuple]:
    """The best temperature at each k: exact and by the published formula."""
    published = np.atleast_1d(optimum.optimal_temperature(k, values))
    for number, temperature, error, formula in zip(k, *best, published, strict=True):
        yield point, number, np.nan, "optimal_temperature", "exact", float(temperature)
        yield point, number, np.nan, "optimal_error", "exact", float(error)
        yield point, number, np.nan, "optimal_temperature", "published", float(formula)
