"""Theory of selection with inputs of any law: that of Gaussian inputs with the same covariance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import equivalents, finite_size
from bestofk import grid as layout
from bestofk.inputs import EXCESS_KURTOSIS
from bestofk.several_rewards import mean_selection_errors

from theories.order_parameters import COLUMNS, order_parameters, problems
from theories.selection import error_rows


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, k, temperature, quantity and method."""
    rows: list[tuple] = []
    k = layout.all_k(block)
    laws = points.set_index("point")["inputs"]
    known: dict[tuple, list[np.ndarray]] = {}
    for models in problems(points, experiment, seed):
        family = {point: equivalents.order_parameters(model) for point, model in models.items()}
        for point, model in models.items():
            rows += order_parameters(point, model)
            kurtosis = EXCESS_KURTOSIS.get(laws[point])
            if kurtosis is not None:
                spread = finite_size.variance_spread(model, excess_kurtosis=kurtosis)
                rows.append((point, np.nan, np.nan, "variance_spread", "law_of_inputs", spread))
        for temperature in layout.temperatures(block, model):
            # The theory does not see the law of the inputs.
            key = (*family.values(), temperature)
            if key not in known:
                known[key] = list(mean_selection_errors(k, list(family.values()), temperature=temperature))
            for point, curve in zip(family, known[key], strict=True):
                rows += error_rows(point, k, temperature, "exact", curve)
                if temperature == 0 and models[point].reward.c == 0:
                    simulated = np.isin(k, block["selection"]["k"])
                    rows += [
                        (point, number, temperature, "averaged_error", "exact", float(value))
                        for number, value in zip(k[simulated], curve[simulated], strict=True)
                    ]
    return pd.DataFrame(rows, columns=COLUMNS)
