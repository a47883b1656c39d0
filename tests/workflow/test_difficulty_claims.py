"""Claims about difficulty and about the spread of replicates: each is shown to hold and to fail."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import spread
from ledger.difficulty import decay_exponent, task_difficulty
from ledger.spread import replicate_spread

SETTINGS = {
    "confidence": 0.99,
    "rare_margin": 0.02,
    "limit_tolerance": 1e-3,
    "exponent_tolerance": 0.03,
    "law_from_kappa": 0.75,
    "law_band": [0.5, 1.0],
    "spread_margin": 0.2,
    "coverage_margin": 0.005,
}
KAPPAS = (0.25, 0.5, 2.0)


def difficulty_frame(*, simulated=1.0, direct=1.0, error=1e-4, law=1.0, growing=True) -> pd.DataFrame:
    """Three difficulties, k = 4 simulated and k = 1000 in theory, everything as claimed unless asked."""
    rows = []
    for place, kappa in enumerate(KAPPAS):
        level = 1.0 + place if growing else 3.0 - place
        common = {"point": f"p{place}", "replicates": 100}
        rows.append(common | {"quantity": "kappa", "two_point": kappa})
        at = common | {"quantity": "error", "k": 4.0, "exact": level, "decay_law": level}
        rows.append(at | {"simulation": simulated * level, "standard_error": error * level})
        rows.append(
            common | {"quantity": "error", "k": 1000.0, "exact": level / 10, "decay_law": level / 10 / law}
        )
        at = common | {"quantity": "error_direct", "k": 4.0, "exact": level}
        rows.append(at | {"simulation": direct * level, "standard_error": error * level})
    return pd.DataFrame(rows)


def verdicts(entries) -> dict[str, str]:
    return {entry["id"]: entry["verdict"] for entry in entries}


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "task_difficulty_agrees", "holds"),
        ({"simulated": 1.05}, "task_difficulty_agrees", "fails"),
        ({"error": 0.05}, "task_difficulty_agrees", "undecided"),
        ({}, "stretched_inputs_agree", "holds"),
        ({"direct": 0.9}, "stretched_inputs_agree", "fails"),
        ({"error": 0.05}, "stretched_inputs_agree", "undecided"),
        ({}, "square_law_below", "holds"),
        ({"law": 1.01}, "square_law_below", "fails"),
        ({}, "logarithm_at_one_half", "holds"),
        ({"law": 0.99}, "logarithm_at_one_half", "fails"),
        ({}, "degrades_with_difficulty", "holds"),
        ({"growing": False}, "degrades_with_difficulty", "fails"),
    ],
)
def test_claims_of_difficulty(change, name, verdict):
    assert verdicts(task_difficulty(difficulty_frame(**change), SETTINGS))[name] == verdict


def exponent_frame(**change) -> pd.DataFrame:
    kappa = np.array([0.4, 0.8, 2.0])
    columns = {
        "k": 1024.0,
        "kappa": kappa,
        "error": np.array([1.0, 0.95, 0.8]),
        "decay_law": 1.0,
        "quadratic_law": [1.1, math.nan, math.nan],
        "layer_law": [-0.11, math.nan, math.nan],
        "exponent": np.array([2.0, 1.30, 0.56]),
        "law_exponent": np.array([2.0, 1.31, 0.57]),
        "limit_exponent": 1 / np.maximum(kappa, 0.5),
    }
    return pd.DataFrame(columns | change)


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "exponent_with_logarithms", "holds"),
        ({"exponent": [2.0, 1.30, 0.52]}, "exponent_with_logarithms", "fails"),
        ({"exponent": [2.0, 1.26, 0.56]}, "exponent_with_logarithms", "fails"),
        ({}, "square_law_correction", "holds"),
        ({"layer_law": [-0.05, math.nan, math.nan]}, "square_law_correction", "fails"),
        ({"layer_law": [-0.3, math.nan, math.nan]}, "square_law_correction", "fails"),
        ({"quadratic_law": [1.0, math.nan, math.nan]}, "square_law_correction", "undecided"),
        ({}, "law_beyond_one_half", "holds"),
        ({"error": [1.0, 0.95, 0.4]}, "law_beyond_one_half", "fails"),
        ({"error": [1.0, 0.8, 0.9]}, "law_beyond_one_half", "fails"),
    ],
)
def test_claims_of_the_exponent(change, name, verdict):
    assert verdicts(decay_exponent(exponent_frame(**change), SETTINGS))[name] == verdict


def spread_frame(*, within: float = 4.0, law: str = "normal", replicates: int = 4000) -> pd.DataFrame:
    """One setting: error 1 + slope (q - mean) + noise of variance 4/N, and what it says of single inputs."""
    rng, point = np.random.default_rng(8), {"point": "p", "reward_value": 0.0, "k": 8.0, "temperature": 0.0}
    point |= {"noise_var": 1.0}
    q_tt = 0.5 + 0.05 * rng.standard_normal(replicates)
    noise = rng.standard_normal(replicates)
    if law == "heavy":
        noise = rng.standard_exponential(replicates) ** 6
        noise = (noise - noise.mean()) / noise.std()
    which = np.arange(float(replicates))
    parts = [
        {"quantity": "q_tt", "mean": q_tt, "n": 1.0, "k": math.nan, "temperature": math.nan},
        {"quantity": "input_variance", "mean": within, "n": 1.0},
        {"quantity": "error", "mean": 1 + 2 * (q_tt - 0.5) + noise * 0.2, "n": 100.0, "exact": 1.0},
    ]
    frames = [pd.DataFrame(point | {"replicate": which} | part) for part in parts]
    return pd.concat(
        [*frames, pd.DataFrame([point | {"quantity": "slope", "exact": 2.0}])], ignore_index=True
    )


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "variance_of_replicates", "holds"),
        ({"within": 8.0}, "variance_of_replicates", "fails"),
        ({"replicates": 40}, "variance_of_replicates", "undecided"),
        ({}, "student_coverage", "holds"),
        ({"law": "heavy"}, "student_coverage", "fails"),
    ],
)
def test_claims_of_the_spread(change, name, verdict):
    assert verdicts(replicate_spread(spread_frame(**change), SETTINGS))[name] == verdict


def test_variance_parts_are_those_that_went_in():
    [case] = spread.settings(spread_frame())
    training, inputs = case.variance_parts(100)
    assert training == pytest.approx(0.01, rel=0.1) and inputs == pytest.approx(0.04)
    assert case.variance_ratio(100) == pytest.approx(1, abs=0.1)
    assert case.exact == 1.0 and list(case.errors) == [100]
