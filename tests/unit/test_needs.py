"""Configurations that the schema allows and the pipeline cannot use are refused before any job, by key."""

from __future__ import annotations

import copy
import math

import pytest
from bestofk.config import load
from bestofk.needs import unmet

SMOKE = "workflow/config/smoke.yaml"


def changed(path: str, value: object) -> dict:
    """The smoke configuration with the value at a dotted key replaced, or removed if it is None."""
    configuration = copy.deepcopy(load(SMOKE))
    *parents, last = path.split(".")
    block = configuration
    for part in parents:
        block = block[part]
    if value is None:
        del block[last]
    else:
        block[last] = value
    return configuration


@pytest.mark.parametrize("name", ["smoke", "paper"])
def test_own_configurations_meet_every_need(name):
    path = f"workflow/config/{name}.yaml"
    assert list(unmet(load(path), path)) == []


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("experiments.equivalents.problem.n_features", [50], "must hold at least 2"),
        (
            "experiments.equivalents.problem.spectrum",
            [{"shape": "power_law", "exponent": 1.5, "scale": 1.0}],
            "no isotropic entry",
        ),
        ("experiments.equivalents.problem.reward", {"correlation": [0.0, 0.6]}, "must hold 1"),
        ("experiments.error_vs_k.problem.reward", {"overshoot": [0.0, 20.0]}, "must hold at least 3"),
        ("experiments.error_vs_k.problem.reward", {"correlation": [0.5, 0.6]}, "must hold at least 3"),
        ("experiments.error_vs_k.selection.k", [4], "holds 1 value; it must hold at least 2"),
        ("experiments.error_vs_k.selection.k_theory", [1, 2, 4], "must hold inf"),
        ("experiments.error_vs_k.selection.reduced_temperature_theory", None, "must hold at least 1"),
        ("experiments.error_vs_k.problem.noise_var", 0.25, "must be at most 50"),
        ("experiments.error_vs_temperature.selection.optimal_temperature", None, "is not true"),
        ("experiments.best_of_k.problem.n_train", [1000], "must be below 0.5"),
        ("experiments.best_of_k.selection.temperature", [0.0, 0.1], "it must be 0, inf, or from"),
        ("experiments.best_of_k.problem.reward", {"overshoot": [1.0]}, "must hold 0"),
        ("experiments.phase_diagram.phases.rho", [0.5], "must hold at least 2"),
        (
            "experiments.task_difficulty.problem.teacher",
            {"kappa": [0.25, 1.0], "draw": "gaussian"},
            "must hold 0.5",
        ),
    ],
)
def test_need_that_is_not_met_is_named(key, value, says):
    configuration = changed(key, value)
    sentences = list(unmet(configuration, SMOKE))
    experiment = ".".join(key.split(".")[:2])
    assert any(sentence.startswith(experiment) and says in sentence for sentence in sentences), sentences


def test_infinite_temperature_is_in_the_domain():
    configuration = changed("experiments.error_vs_k.selection.reduced_temperature_theory", [100.0, math.inf])
    assert list(unmet(configuration, SMOKE)) == []


def test_some_number_of_candidates_is_compared():
    configuration = changed("experiments.error_vs_k.selection.k", [128, 256])
    [sentence] = unmet(configuration, SMOKE)
    assert sentence.startswith("claims.largest_k_compared is 64; it must be at least 128")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("workflow/config/mine.yaml", "has `run: smoke`; it must be `run: mine`"),
        ("elsewhere/smoke.yaml", None),
    ],
)
def test_results_are_named_after_the_file(path, says):
    sentences = list(unmet(load(SMOKE), path))
    assert (says is None and sentences == []) or says in sentences[0]


def test_only_its_own_file_replaces_the_paper():
    [sentence] = unmet(load("workflow/config/paper.yaml"), "workflow/config/mine.yaml")
    assert "only workflow/config/paper.yaml may" in sentence


def test_difficulty_out_of_reach_of_any_teacher_is_named():
    [sentence] = unmet(changed("experiments.task_difficulty.problem.n_train", [10]), SMOKE)
    assert sentence.startswith("experiments.task_difficulty.problem.teacher cannot be met: kappa is 0.25;")
