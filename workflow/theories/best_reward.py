"""Theory of the best reward: exact errors over the overshoot, and the overshoot of least error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import best_reward, equivalents
from bestofk import best_reward_laws as laws
from bestofk import grid as layout
from bestofk.equivalents import OrderParameters
from bestofk.model import TeacherStudent

from theories.order_parameters import COLUMNS, order_parameters, problems


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, temperature, quantity and method; optima stand at the first point."""
    rows: list[tuple] = []
    for models in problems(points, experiment, seed):
        first, model = next(iter(models.items()))
        rows += order_parameters(first, model)
        student = equivalents.order_parameters(model)
        for temperature in layout.temperatures(block, model):
            rows += curves(models, student, block, temperature)
            rows += optima(first, student, block, temperature)
    return pd.DataFrame(rows, columns=COLUMNS)


def curves(
    models: dict[str, TeacherStudent], student: OrderParameters, block: dict, temperature: float
) -> Iterator[tuple]:
    """Exact errors at each overshoot, and at the simulated ones their difference from the reference."""
    overshoot = np.array([model.reward.c for model in models.values()])
    k = np.array([*block["selection"]["k"], np.inf], dtype=float)
    errors = np.full((k.size, overshoot.size), np.nan)
    inside = (1 + overshoot) ** 2 * student.q_tt <= best_reward.LARGEST_KAPPA * student.s2
    closed = (k == 2) | np.isinf(k)
    errors[closed] = best_reward.overshoot_error(k[closed], overshoot, student, temperature=temperature)
    errors[np.ix_(~closed, inside)] = best_reward.overshoot_error(
        k[~closed], overshoot[inside], student, temperature=temperature
    )
    reference = layout.reference_overshoot(block, next(iter(models.values())), temperature)
    beside = errors[:, overshoot == reference]
    simulated = np.isin(overshoot, block["selection"]["overshoot"])
    for column, point in enumerate(models):
        for row, number in enumerate(k):
            if np.isfinite(errors[row, column]):
                yield point, number, temperature, "error", "exact", float(errors[row, column])
                if simulated[column] and np.isfinite(number):
                    difference = float(errors[row, column] - beside[row, 0])
                    yield point, number, temperature, "error_difference", "exact", difference


def optima(point: str, student: OrderParameters, block: dict, temperature: float) -> Iterator[tuple]:
    """The best overshoot at each k: exact, by its law at large k, and by the second-order expansion."""
    k = np.array(block["selection"]["k_theory"], dtype=float)
    best = best_reward.best_overshoot(k, student, temperature=temperature)
    formulas = {
        "large_k_law": laws.best_overshoot_tail(k, student, temperature=temperature),
        "high_temperature_2": laws.best_overshoot_second_order(k, student, temperature=temperature),
    }
    for place, number in enumerate(k):
        yield point, number, temperature, "optimal_overshoot", "exact", float(best.overshoot[place])
        yield point, number, temperature, "optimal_error", "exact", float(best.error[place])
        for method, values in formulas.items():
            yield point, number, temperature, "optimal_overshoot", method, float(values[place])
    two = laws.best_overshoot_of_two(student, temperature=temperature)
    yield point, 2.0, temperature, "optimal_overshoot", "two_candidates_law", two
