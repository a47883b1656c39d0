"""Theory of fits: ridge, degrees of freedom, and both kinds of order parameters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import equivalents, finite_size
from bestofk import grid as layout
from bestofk.model import TeacherStudent

COLUMNS = ["point", "k", "temperature", "quantity", "method", "value"]


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a point, quantity and method."""
    rows = [
        row
        for models in problems(points, experiment, seed)
        for point, model in models.items()
        for row in order_parameters(point, model)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def problems(points: pd.DataFrame, experiment: str, seed: int) -> Iterator[dict[str, TeacherStudent]]:
    """The training problems of an experiment, each under all its rewards: point to model."""
    for _, problem in points.groupby("problem", sort=False):
        model, rewards = layout.build_problem(problem, experiment, seed)
        yield {
            point: model.with_reward(reward) for point, reward in zip(problem["point"], rewards, strict=True)
        }


def order_parameters(point: str, model: TeacherStudent) -> Iterator[tuple]:
    """Ridge, degrees of freedom and both kinds of order parameters of a training problem."""
    parameters = {"aspect_ratio": model.aspect_ratio, "noise_var": model.noise_var}
    ridge = equivalents.renormalized_ridge(model.spectrum, prior_var=model.prior_var, **parameters)
    df1, df2 = equivalents.degrees_of_freedom(model.spectrum, ridge, aspect_ratio=model.aspect_ratio)
    scalars = {"ridge": ridge, "df1": df1, "df2": df2, "s2_bias": finite_size.variance_bias(model)}
    scalars["variance_spread"] = finite_size.variance_spread(model)
    if finite_size.has_gap_variance(model):
        scalars["gap_variance"] = finite_size.gap_variance(model)
    for quantity, value in scalars.items():
        yield point, np.nan, np.nan, quantity, "two_point", value
    for method in ("two_point", "one_point"):
        values = equivalents.order_parameters(model, kind=method)
        for quantity in ("s2", "q_tt", "q_tr", "q_rr"):
            yield point, np.nan, np.nan, quantity, method, getattr(values, quantity)
