"""One replicate of the rules that spend k candidates: a training set, test inputs, and every rule at each."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np
import pandas as pd
from bestofk import aggregation_simulation as rules
from bestofk import grid as layout
from bestofk.combination import mean_and_weighted_mean
from bestofk.equivalents import OrderParameters, order_parameters
from bestofk.grid import Reward
from bestofk.model import TeacherStudent
from bestofk.simulation import draw_replicate, gaps_of_fit

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]

#: Rules of which every two are combined: a softmax answers, on average, with the weighted mean.
COMBINED = [rule for rule in rules.RULES if rule != "softmax"]


def simulate(
    problem: pd.DataFrame,
    model: TeacherStudent,
    rewards: list[Reward],
    block: dict,
    replicate: int,
    rng: np.random.Generator,
) -> list[tuple]:
    """Squared errors of every rule, products of every two, and the combinations that theory calls best."""
    selection, n_inputs = block["selection"], block["simulation"]["inputs"]
    (temperature,) = layout.temperatures(block, model)
    # Cells are those of one grid on the axis of answers, whatever the input.
    width = selection["cell_width"] * np.sqrt(order_parameters(model).s2)
    posterior, inputs = draw_replicate(model, n_inputs=n_inputs, rng=rng)
    gaps = gaps_of_fit(model, posterior, rewards)
    products = 0.0
    for part in inputs:
        teacher, reward, std = gaps(part)
        phase = -(part @ posterior.mean) / width % 1.0
        products = products + rules.error_products(
            teacher,
            reward,
            k=selection["k"],
            temperature=temperature,
            width=width,
            phase=np.where(phase < 1.0, phase, 0.0),
            predictive_std=std,
            rng=rng,
        )
    rows = []
    for point, reward, of_reward in zip(problem["point"], rewards, products, strict=True):
        values, numbers = order_parameters(model.with_reward(reward)), tuple(selection["k"])
        shares = [best_shares(numbers, values, of_weights) for of_weights in (0.0, temperature)]
        for k, *pair, table in zip(numbers, *shares, of_reward, strict=True):
            for quantity, value in quantities(table, *pair):
                rows.append((point, quantity, float(k), temperature, replicate, n_inputs, value))
    return rows


def quantities(products: np.ndarray, best_share: float, weighted_share: float) -> list[tuple[str, float]]:
    """Sums over inputs by quantity, of one table of products."""
    place = {rule: number for number, rule in enumerate(rules.RULES)}
    sums = [(rule, products[number, number]) for rule, number in place.items()]
    for first, second in combinations(COMBINED, 2):
        sums.append((f"{first}_and_{second}", products[place[first], place[second]]))
    for name, rule, share in (
        ("combination", "best_of_k", best_share),
        ("weighted_combination", "weighted_mean", weighted_share),
    ):
        weights = np.zeros(len(rules.RULES))
        weights[place["mean"]], weights[place[rule]] = 1.0 - share, share
        sums.append((name, weights @ products @ weights))
    return sums


@cache
def best_shares(k: tuple[int, ...], values: OrderParameters, temperature: float) -> np.ndarray:
    """The share beside the mean that theory calls the best: it is not fitted to the draws."""
    return mean_and_weighted_mean(k, values, temperature=temperature)[0]
