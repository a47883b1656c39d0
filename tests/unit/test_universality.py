"""The kind universality: its theory does not see the law, and its simulation is that of the model."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bestofk import grid
from bestofk.simulation import generator

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))
from simulations import universality as simulated
from theories import universality as expected

BLOCK = {
    "problem": {
        "n_features": [6],
        "n_train": [12],
        "spectrum": [{"shape": "power_law", "exponent": 1.0, "scale": 1.0}],
        "noise_var": 0.25,
        "prior_var": 1.0,
        "teacher": {"mean_square": 1.0, "draw": "prior"},
        "inputs": ["gaussian", "student_t"],
        "reward": {"overshoot": [0.0, 2.0]},
    },
    "selection": {
        "k": [1, 4],
        "k_theory": [2],
        "reduced_temperature": [0.0, 1.0],
        "temperature_unit": "predictive_var",
    },
    "simulation": {"replicates": 400, "inputs": 50, "batches": 1},
}
POINTS = grid.points("test", BLOCK)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    found = []
    for _, problem in POINTS.groupby("problem", sort=False):
        model, rewards = grid.build_problem(problem, "test", 1)
        for replicate in range(BLOCK["simulation"]["replicates"]):
            rng = generator(1, "test", int(problem["seed_key"].iloc[0]), replicate)
            found += simulated.simulate(problem, model, rewards, BLOCK, replicate, rng)
    frame = pd.DataFrame(found, columns=simulated.COLUMNS)
    frame["mean"] = frame["sum"] / frame["n"]
    return frame.merge(POINTS[["point", "inputs", "reward_value"]], on="point")


@pytest.mark.parametrize("law", BLOCK["problem"]["inputs"])
def test_simulated_errors_have_the_mean_that_the_variances_imply(rows, law):
    """At six dimensions Gaussian theory is far off, and this is not."""
    cold = rows[(rows["inputs"] == law) & (rows["temperature"] == 0) & (rows["reward_value"] == 0)]
    for k in BLOCK["selection"]["k"]:
        of_k = cold[cold["k"] == k].pivot(index="replicate", columns="quantity", values="mean")
        difference = of_k["error"] - of_k["averaged_error"]
        standard_error = difference.std() / np.sqrt(len(difference))
        assert abs(difference.mean()) < 4 * standard_error
        assert standard_error < 0.1 * of_k["error"].mean()


def test_one_candidate_has_the_same_error_whatever_selects_it(rows):
    single = rows[(rows["quantity"] == "error") & (rows["k"] == 1)]
    spread = single.groupby(["inputs", "replicate"])["mean"].agg(
        lambda values: np.ptp(values) / values.mean()
    )
    assert spread.max() < 1e-5


def test_theory_is_the_same_for_every_law():
    frame = expected.theory(POINTS, "test", BLOCK, 1).merge(POINTS[["point", "inputs", "reward_value"]])
    # Only the spread of the predictive variance is known law by law.
    by_law = frame[frame["method"] == "law_of_inputs"].groupby("inputs")["value"].first()
    assert by_law["gaussian"] < by_law["student_t"]
    frame = frame[frame["method"] != "law_of_inputs"]
    key = ["reward_value", "k", "temperature", "quantity", "method"]
    wide = frame.pivot_table(index=key, columns="inputs", values="value", dropna=False)
    assert wide["gaussian"].equals(wide["student_t"])
    averaged = frame[frame["quantity"] == "averaged_error"]
    assert set(averaged["k"]) == {1.0, 4.0} and set(averaged["reward_value"]) == {0.0}
    assert (frame["quantity"] == "variance_spread").sum() == len(POINTS)
