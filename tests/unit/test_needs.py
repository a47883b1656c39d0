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
        ("experiments.error_vs_k.selection.optimal_k", None, "is not true"),
        ("experiments.best_of_k.problem.n_train", [1000], "must be below 0.5"),
        ("experiments.best_of_k.selection.temperature", [0.0, 0.1], "it must be 0, inf, or from"),
        ("experiments.best_of_k.problem.reward", {"overshoot": [1.0]}, "must hold 0"),
        ("experiments.phase_diagram.phases.rho", [0.5], "must hold at least 2"),
        ("experiments.optimal_reward.selection.k", [2, 3, 8], "must hold 64"),
        ("experiments.optimal_reward.selection.k_theory", [2, 3, 8, 64, math.inf], "ends before 1000"),
        ("experiments.optimal_reward.selection.overshoot", [0.0, 1.0, 1.7], "holds 1.7; it must be one of"),
        ("experiments.optimal_reward.selection.reduced_temperature", [2.5], "does not hold 2.5"),
        ("experiments.optimal_reward.problem.noise_var", 0.02, "must be at most 2500"),
        ("experiments.optimal_reward.problem.n_train", [1000], "must be below 0.5"),
        ("experiments.expansion_orders.expansion.k", [5, 8], "must hold 64"),
        ("experiments.expansion_orders.expansion.q_tt", 1.0, "must be at most 50"),
        ("experiments.expansion_orders.expansion.reduced_temperature.to", 50.0, "at least ten times"),
        (
            "experiments.phase_edges.edges.condensed",
            [{"reduced_temperature": 1.0, "kappa": 2.0}],
            "must be at least (1 + t)(2 + t)/2 = 3",
        ),
        ("experiments.proportional_regime.selection.k", [2, 4], "must hold 1"),
        ("experiments.aggregation.problem.reward", {"overshoot": [0.0, 1.0]}, "must hold at least 3"),
        ("experiments.aggregation.problem.reward", {"overshoot": [0.0, 1.0, 20.0]}, "must be at most 50"),
        ("experiments.aggregation_map.map.gap_ratio.to", 20.0, "gives q_RR/s^2 = 100"),
        ("experiments.proportional_regime.selection.reduced_temperature", [0.0], "must hold at least 2"),
        ("experiments.error_vs_k.problem.inputs", ["digits"], "of the kind universality"),
        ("experiments.error_vs_k.problem.teacher.draw", "prior", "must be gaussian or signs for selection"),
        ("experiments.universality.problem.teacher.draw", "signs", "must have draw: prior"),
        ("experiments.universality.problem.prior_var", 2.0, "must have draw: prior and mean_square equal"),
        ("experiments.universality.selection.k", [1, 2000], "must be at most 1000"),
        ("experiments.universality.problem.n_features", [32], "must be [64]"),
        ("experiments.universality.simulation.inputs", 1790, "wants 1854 training points and test inputs"),
        ("experiments.inference_vs_data.tradeoff.overshoot", [1.0, 2.0], "must hold 0"),
        ("experiments.inference_vs_data.tradeoff.reduced_temperature", [0.5, 1.0], "must hold 0"),
        ("experiments.convergence_in_dimension.problem.n_features", [20], "must hold at least 2"),
        ("experiments.convergence_in_dimension.selection.k", [4, 16], "must hold 1"),
        ("experiments.real_data.data.diabetes.test", 97, "wants 443 examples in a split"),
        ("experiments.real_data.selection.reduced_temperature", [0.5, 1.0], "must hold 0"),
        ("experiments.neural_networks.data.digits.test", 1600, "wants 1960 examples in a split"),
        ("experiments.neural_networks.selection.reduced_temperature", [0.0, 0.5], "must hold 1"),
        ("experiments.neural_networks.networks.members", 4, "k ends at 8; it must end at 4"),
        ("experiments.beam_search.beam.steps", [1], "must hold at least 2"),
        ("experiments.beam_search.beam.steps", [2, 4], "must hold 1"),
        ("experiments.beam_search.beam.averaged_kappa", 1.0, "must end beyond 2 averaged_kappa = 2"),
        ("experiments.beam_search.beam.width", [2, 3], "width holds 3; it must divide the largest k, 32"),
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
