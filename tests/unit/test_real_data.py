"""The kind real_data: splits, order parameters, and curves measured by draws against exact integrals."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bestofk import data_grid, data_sets
from bestofk.equivalents import OrderParameters
from bestofk.measured import KAPPA_RANGE, ErrorCurve, kurtosis, measured_order_parameters
from bestofk.selection import mean_selection_error, selection_error
from bestofk.simulation import generator

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))
from simulations import real_data as simulated
from theories import real_data as expected

BLOCK = {
    "data": {"diabetes": {"training": 80, "validation": 60, "test": 50, "judge_labels": [6, 20, 100]}},
    "selection": {"k": [1, 2, 8], "reduced_temperature": [0.0, 1.0]},
    "simulation": {"replicates": 2, "draws": 1, "batches": 1},
}
POINTS = data_grid.points(BLOCK["data"])
KEY = int(POINTS["seed_key"].iloc[0])


def replicate(number: int, block: dict = BLOCK) -> pd.DataFrame:
    rng = generator(1, "test", KEY, number)
    rows = simulated.simulate(POINTS, None, [], block, number, rng)
    frame = pd.DataFrame(rows, columns=simulated.COLUMNS)
    return frame.merge(POINTS[["point", "judge_labels"]], on="point")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return replicate(0)


def curve(rows: pd.DataFrame, quantity: str, labels: int, temperature: float) -> np.ndarray:
    chosen = rows[
        (rows["quantity"] == quantity)
        & (rows["judge_labels"] == labels)
        & (rows["temperature"] == temperature)
    ]
    return chosen.sort_values("k")["sum"].to_numpy()


def gaps_by_hand(number: int) -> dict[str, tuple]:
    """The same split, with weights from normal equations and variances from an explicit inverse."""
    inputs, labels = data_sets.load("diabetes")
    places = data_sets.split(442, [80, 100, 60, 50], generator(1, "test", KEY, number))
    training, pool, validation, test = places
    mean, std = inputs[training].mean(axis=0), inputs[training].std(axis=0)
    features = np.hstack([np.ones((442, 1)), (inputs - mean) / std]) / np.sqrt(11)

    def ridge(part):
        noise_var, prior_var = simulated.maximal_evidence(features[part], labels[part])
        precision = features[part].T @ features[part] / noise_var + np.eye(11) / prior_var
        covariance = np.linalg.inv(precision)
        return covariance @ features[part].T @ labels[part] / noise_var, covariance, noise_var

    weights, covariance, noise_var = ridge(training)
    judges = [ridge(pool[:seen])[0] for seen in (6, 20, 100)]
    result = {}
    for name, part in (("validation", validation), ("test", test)):
        prediction = features[part] @ weights
        variance = noise_var + np.einsum("ij,jk,ik->i", features[part], covariance, features[part])
        rewards = [prediction - features[part] @ judge for judge in judges]
        result[name] = prediction - labels[part], rewards, variance
    return result


def test_order_parameters_are_those_of_the_split(rows):
    teacher, rewards, variance = gaps_by_hand(0)["validation"]
    for labels, reward in zip((6, 20, 100), rewards, strict=True):
        found = rows[rows["k"].isna() & (rows["judge_labels"] == labels)].set_index("quantity")["sum"]
        assert found["s2"] == pytest.approx(variance.mean(), rel=1e-6)
        assert found["q_tt"] == pytest.approx(np.mean(teacher**2), rel=1e-6)
        assert found["q_tr"] == pytest.approx(np.mean(teacher * reward), rel=1e-6)
        assert found["q_rr"] == pytest.approx(np.mean(reward**2), rel=1e-6)
        assert found["variance_spread"] == pytest.approx(
            np.mean((variance / variance.mean() - 1) ** 2), rel=1e-5
        )


@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_drawn_errors_are_the_exact_ones_at_the_measured_gaps(temperature):
    """Exact integrals at every input, for the inputs and variances that each measurement is about."""
    many = {**BLOCK, "simulation": {**BLOCK["simulation"], "draws": 400}}
    rows, gaps, k = replicate(0, many), gaps_by_hand(0), np.array([1.0, 2.0, 8.0])
    s2 = gaps["validation"][2].mean()
    for quantity, part in (
        ("error", "test"),
        ("error_validation", "validation"),
        ("error_equal_spread", "validation"),
    ):
        teacher, rewards, variance = gaps[part]
        std = np.sqrt(np.full_like(variance, s2) if quantity == "error_equal_spread" else variance)
        exact = selection_error(
            k[:, None], teacher, rewards[0], predictive_std=std, temperature=temperature * s2
        ).mean(axis=1)
        # 20000 draws or more, whose squared errors have about their mean as deviation.
        assert curve(rows, quantity, 6, temperature) == pytest.approx(exact, rel=0.03)


@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_predicted_curve_is_the_averaged_error(rows, temperature):
    teacher, rewards, variance = gaps_by_hand(0)["validation"]
    values = measured_order_parameters(teacher, rewards[1], variance)
    exact = mean_selection_error([1, 2, 8], values, temperature=temperature * values.s2)
    assert curve(rows, "predicted", 20, temperature) == pytest.approx(exact, rel=1e-6)


def test_misses_and_regret_are_differences(rows):
    for labels in (6, 20, 100):
        for temperature in (0.0, 2.0):
            error, predicted, miss, regret = (
                curve(rows, name, labels, temperature) for name in ("error", "predicted", "miss", "regret")
            )
            assert miss == pytest.approx(error - predicted)
            assert regret == pytest.approx(error[np.argmin(predicted)] - error)
            seen = np.argmin(curve(rows, "error_validation", labels, temperature))
            assert curve(rows, "curve_choice", labels, temperature) == pytest.approx(
                [error[seen] - error[np.argmin(predicted)]]
            )


def test_replicates_redraw_the_split():
    assert not np.allclose(
        curve(replicate(0), "predicted", 20, 0.0), curve(replicate(1), "predicted", 20, 0.0)
    )
    assert np.array_equal(replicate(1)["sum"], replicate(1)["sum"])


def test_one_variance_for_all_sees_the_same_candidates(rows):
    """With nearly equal variances the two measurements differ by far less than either scatters."""
    own, one = (curve(rows, name, 100, 0.0) for name in ("error_validation", "error_equal_spread"))
    assert not np.array_equal(own, one)
    assert own == pytest.approx(one, rel=0.02)


def test_theory_says_that_misses_vanish():
    table = expected.theory(POINTS, "test", BLOCK, 1)
    assert set(table["quantity"]) == set(expected.MISSES)
    assert (table["value"] == 0).all()
    assert len(table) == 3 * 2 * 3 * 3


@pytest.mark.parametrize(
    ("t", "kappa"), [(0.0, KAPPA_RANGE[0] / 2), (0.0, 0.01), (0.0, 1.5 * KAPPA_RANGE[1]), (1.0, 0.7)]
)
def test_curve_inside_and_outside_its_table(kappa, t):
    values = OrderParameters(s2=2.0, q_tt=1.6, q_tr=0.2 * kappa, q_rr=2.0 * kappa)
    exact = mean_selection_error([1, 3, 64], values, temperature=2.0 * t * 2.0)
    assert ErrorCurve([1, 3, 64], reduced_temperature=t)(values) == pytest.approx(exact, rel=1e-9)


def test_moments_are_about_zero():
    values = measured_order_parameters([1.0, 3.0], [2.0, 2.0], [1.0, 2.0])
    assert (values.s2, values.q_tt, values.q_tr, values.q_rr) == (1.5, 5.0, 4.0, 4.0)


def test_kurtosis_of_a_gaussian_is_three():
    assert kurtosis(np.random.default_rng(0).standard_normal(400_000)) == pytest.approx(3.0, abs=0.05)
    with pytest.raises(ValueError, match="all gaps are zero"):
        kurtosis([0.0, 0.0])


@pytest.mark.parametrize("name", data_sets.N_EXAMPLES)
def test_labels_fix_the_output_unit(name):
    inputs, labels = data_sets.load(name)
    assert len(inputs) == len(labels) == data_sets.N_EXAMPLES[name]
    assert labels.mean() == pytest.approx(0.0, abs=1e-12)
    assert labels.std() == pytest.approx(1.0)
    with pytest.raises(ValueError, match="read-only"):
        labels[0] = 0.0


def test_unknown_data_set_is_refused():
    with pytest.raises(ValueError, match="must be one of diabetes, digits"):
        data_sets.load("iris")


def test_parts_of_a_split_share_nothing():
    parts = data_sets.split(20, [5, 10, 5], np.random.default_rng(0))
    assert sorted(np.concatenate(parts)) == list(range(20))
    assert parts[0].tolist() != list(range(5))
    with pytest.raises(ValueError, match="hold 21 examples"):
        data_sets.split(20, [5, 16], np.random.default_rng(0))


def test_features_do_not_see_what_is_not_training():
    inputs = np.random.default_rng(0).standard_normal((12, 3))
    other = inputs.copy()
    other[8:] += 100.0
    training = np.arange(8)
    found, again = (data_sets.features(values, training) for values in (inputs, other))
    assert np.array_equal(found[:8], again[:8])
    assert (found[:8] ** 2).mean(axis=0) * 4 == pytest.approx(np.ones(4))


def test_feature_without_variation_is_centred_only():
    found = data_sets.features([[1.0, 5.0], [3.0, 5.0], [0.0, 7.0]], [0, 1])
    assert found[:, 2] * np.sqrt(3) == pytest.approx([0.0, 0.0, 2.0])


def test_points_do_not_depend_on_other_data_sets():
    both = {**BLOCK["data"], "digits": BLOCK["data"]["diabetes"]}
    table = data_grid.points(both)
    assert table["point"].is_unique and table["problem"].nunique() == table["seed_key"].nunique() == 2
    pd.testing.assert_frame_equal(table[table["data"] == "diabetes"].reset_index(drop=True), POINTS)
