"""The kind neural_networks: ensembles, order parameters of a pool, and curves of its candidates."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bestofk import answer_pools, data_grid
from bestofk.estimators import best_of_k, softmax_of_groups, softmax_of_k
from bestofk.networks import Network, centred, ensemble
from bestofk.pool_diagnostics import doubling
from bestofk.simulation import generator

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow"))
from simulations import neural_networks as simulated
from theories import neural_networks as expected

BLOCK = {
    "data": {"digits": {"training": 60, "validation": 30, "test": 20, "judge_labels": [6, 20, 50]}},
    "networks": {
        "members": 8,
        "candidate": {"hidden_units": 3, "examples": 30, "penalty": 1e-4, "iterations": 8},
        "judge": {"hidden_units": 6, "penalty": 1.0, "iterations": 8},
    },
    "selection": {"k": [1, 2, 8], "reduced_temperature": [0.0, 1.0]},
    "simulation": {"replicates": 2, "draws": 2, "batches": 1},
}
POINTS = data_grid.points(BLOCK["data"])
KEY = int(POINTS["seed_key"].iloc[0])
LINE = np.linspace(-1.0, 1.0, 30)[:, None]


def replicate(number: int, block: dict = BLOCK) -> pd.DataFrame:
    rows = simulated.simulate(POINTS, None, [], block, number, generator(1, "test", KEY, number))
    frame = pd.DataFrame(rows, columns=simulated.COLUMNS)
    return frame.merge(POINTS[["point", "judge_labels"]], on="point")


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return replicate(0)


@pytest.fixture(scope="module")
def parts() -> tuple:
    return simulated.pools(POINTS, BLOCK["networks"], generator(1, "test", KEY, 0))


def curve(rows: pd.DataFrame, quantity: str, labels: int, temperature: float) -> np.ndarray:
    chosen = rows[
        (rows["quantity"] == quantity)
        & (rows["judge_labels"] == labels)
        & (rows["temperature"] == temperature)
    ]
    return chosen.sort_values("k")["sum"].to_numpy()


def gaussian_pool(rng: np.random.Generator, inputs: int, members: int) -> tuple[np.ndarray, ...]:
    """Candidates, labels and a judge with s^2 = 0.5, q_TT = 0.3, q_TR = 0.1 and q_RR = 0.4."""
    gaps = rng.multivariate_normal([0.0, 0.0], [[0.3, 0.1], [0.1, 0.4]], inputs)
    mean = rng.standard_normal(inputs)
    answers = mean[:, None] + np.sqrt(0.5) * rng.standard_normal((inputs, members))
    return answers, mean - gaps[:, 0], mean - gaps[:, 1]


def test_order_parameters_have_no_bias_of_the_number_of_candidates():
    found = answer_pools.order_parameters(*gaussian_pool(np.random.default_rng(0), 200_000, 4))
    # The raw products of the gaps would be 0.125 larger.
    assert (found.s2, found.q_tt, found.q_tr, found.q_rr) == pytest.approx((0.5, 0.3, 0.1, 0.4), abs=0.01)


def test_shapes_of_candidates_are_told_apart():
    rng = np.random.default_rng(1)
    scale = np.where(np.arange(20_000) % 2, 1.0, np.sqrt(3.0))[:, None]
    uneven = scale * rng.standard_normal((20_000, 16))
    # Variances 1 and 3 in equal numbers: mean of the squares 5, square of the mean 4.
    assert answer_pools.variance_spread(uneven) == pytest.approx(0.25, abs=0.02)
    assert answer_pools.candidate_kurtosis(uneven) == pytest.approx(3.0, abs=0.05)
    assert answer_pools.candidate_kurtosis(rng.uniform(size=(5000, 64))) == pytest.approx(1.8, abs=0.1)


def test_pools_that_say_nothing_are_refused():
    with pytest.raises(ValueError, match="at least 2 are needed"):
        answer_pools.order_parameters([[1.0]], [0.0], [0.0])
    with pytest.raises(ValueError, match="at least 4 are needed"):
        answer_pools.candidate_kurtosis([[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match="no candidates differ"):
        answer_pools.variance_spread([[1.0, 1.0], [2.0, 2.0]])
    with pytest.raises(ValueError, match="no estimate goes beyond the pool"):
        softmax_of_groups([3], [[1.0, 2.0]], [[1.0, 2.0]], temperature=1.0)


@pytest.mark.parametrize("temperature", [0.2, 3.0])
def test_groups_and_subsets_of_a_pool_agree_on_average(temperature):
    answers, labels, judged = gaussian_pool(np.random.default_rng(2), 1500, 12)
    scores, errors = -((answers - judged[:, None]) ** 2), (answers - labels[:, None]) ** 2
    k = [1, 3, 5, 12]
    groups = softmax_of_groups(k, scores, errors, temperature=temperature)
    subsets = softmax_of_k(k, scores, errors, temperature=temperature)
    error = (groups - subsets).std(axis=0, ddof=1) / np.sqrt(1500)
    assert np.abs((groups - subsets).mean(axis=0)) == pytest.approx(0.0, abs=4.0 * error.max())
    # With one candidate, or with all, there is one way to group them.
    assert groups[:, [0, 3]] == pytest.approx(subsets[:, [0, 3]])


def test_members_are_independent_given_the_examples():
    """Same rng, same ensemble; other members, other answers; a larger ensemble begins with the smaller."""
    network = Network(hidden_units=3, penalty=1e-4, iterations=10)
    few, many, others = (
        ensemble(
            network,
            LINE,
            LINE[:, 0] ** 2,
            [[0.3], [-0.6]],
            members=members,
            resampled=10,
            rng=np.random.default_rng(seed),
        )
        for members, seed in ((3, 0), (5, 0), (3, 1))
    )
    assert many.shape == (2, 5)
    assert np.array_equal(few, many[:, :3])
    assert not np.isclose(few, others).any()
    assert np.unique(many[0]).size == 5


def test_a_network_is_named_by_what_it_may_be():
    for change in ({"hidden_units": 0}, {"penalty": -1.0}, {"iterations": 0}):
        with pytest.raises(ValueError, match=next(iter(change))):
            Network(**{"hidden_units": 2, "penalty": 0.0, "iterations": 5, **change})
    with pytest.raises(ValueError, match="labels"):
        Network(2, 0.0, 5).answers(LINE, [1.0], LINE, rng=np.random.default_rng(0))


def test_more_labels_make_a_better_judge():
    network, rng = Network(hidden_units=16, penalty=0.1, iterations=100), np.random.default_rng(0)
    inputs = rng.standard_normal((700, 4))
    labels = np.abs(inputs).sum(axis=1)
    errors = [
        np.mean((network.answers(inputs[:n], labels[:n], inputs[600:], rng=rng) - labels[600:]) ** 2)
        for n in (10, 500)
    ]
    assert errors[1] < 0.5 * errors[0]


def test_centred_inputs_do_not_see_what_is_not_training():
    inputs = np.random.default_rng(0).standard_normal((12, 3))
    other = inputs.copy()
    other[8:] += 100.0
    found, again = (centred(values, np.arange(8)) for values in (inputs, other))
    assert np.array_equal(found[:8], again[:8])
    assert np.mean(found[:8] ** 2) == pytest.approx(1.0)
    assert found[:8].mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    with pytest.raises(ValueError, match="do not differ"):
        centred(np.ones((4, 2)), [0, 1])


def test_order_parameters_are_those_of_the_validation_set(rows, parts):
    seen, unseen = parts
    mean, s2 = seen.answers.mean(axis=1), seen.answers.var(axis=1, ddof=1).mean()
    for place, labels in enumerate((6, 20, 50)):
        found = rows[rows["temperature"].isna() & (rows["judge_labels"] == labels)]
        found = found.set_index("quantity")["sum"]
        teacher, reward = mean - seen.labels, mean - seen.judged[place]
        assert found["s2"] == pytest.approx(s2)
        assert found["q_tt"] == pytest.approx(np.mean(teacher**2) - s2 / 8)
        assert found["q_tr"] == pytest.approx(np.mean(teacher * reward) - s2 / 8)
        assert found["q_rr"] == pytest.approx(np.mean(reward**2) - s2 / 8)
        assert found["judge_error"] == pytest.approx(np.mean((unseen.judged[place] - unseen.labels) ** 2))
        assert found["mean_error"] == pytest.approx(
            np.mean((unseen.answers.mean(axis=1) - unseen.labels) ** 2)
        )


@pytest.mark.parametrize("place", [0, 1])
def test_curves_are_estimates_from_the_pool(rows, parts, place):
    for quantity, part in (("error_validation", parts[0]), ("error", parts[1])):
        scores = -((part.answers - part.judged[place][:, None]) ** 2)
        errors = (part.answers - part.labels[:, None]) ** 2
        labels = (6, 20)[place]
        best = best_of_k([1, 2, 8], scores, errors).mean(axis=0)
        assert curve(rows, quantity, labels, 0.0) == pytest.approx(best)
        s2 = parts[0].answers.var(axis=1, ddof=1).mean()
        soft = softmax_of_k([1, 8], scores, errors, temperature=2.0 * s2).mean(axis=0)
        assert curve(rows, quantity, labels, 2.0)[[0, 2]] == pytest.approx(soft)


def test_gaussian_candidates_have_the_error_of_the_pool():
    many = {**BLOCK, "simulation": {**BLOCK["simulation"], "draws": 4000}}
    rows = replicate(0, many)
    single = curve(rows, "error_validation", 6, 0.0)[0]
    for quantity in ("error_gaussian", "error_equal_spread"):
        assert curve(rows, quantity, 6, 0.0)[0] == pytest.approx(single, rel=0.03)


def test_prediction_misses_and_regret(rows):
    for labels in (6, 20, 50):
        found = rows[rows["temperature"].isna() & (rows["judge_labels"] == labels)]
        values = found.set_index("quantity")["sum"]
        for temperature in (0.0, 2.0):
            predicted = curve(rows, "predicted", labels, temperature)
            error = curve(rows, "error", labels, temperature)
            assert curve(rows, "miss", labels, temperature) == pytest.approx(error - predicted)
            assert curve(rows, "regret", labels, temperature) == pytest.approx(
                error[np.argmin(predicted)] - error
            )
            seen = np.argmin(curve(rows, "error_validation", labels, temperature))
            assert curve(rows, "curve_choice", labels, temperature) == pytest.approx(
                [error[seen] - error[np.argmin(predicted)]]
            )
            # The first candidate is judged by nobody.
            assert predicted[0] == pytest.approx(values["s2"] + values["q_tt"])


def test_half_temperature_test_is_that_of_the_library(rows, parts):
    unseen, s2 = parts[1], parts[0].answers.var(axis=1, ddof=1).mean()
    scores = -((unseen.answers - unseen.judged[1][:, None]) ** 2)
    errors = (unseen.answers - unseen.labels[:, None]) ** 2
    gain, effective, previous, _ = doubling(
        scores, errors, temperature=2.0 * s2, rng=np.random.default_rng(0)
    )
    assert curve(rows, "gain", 20, 2.0) == pytest.approx([gain[:10].mean()])
    assert curve(rows, "previous", 20, 2.0) == pytest.approx([previous[:10].mean()], abs=1e-2)
    assert curve(rows, "effective", 20, 2.0) == pytest.approx([np.median(effective[:10])])
    subsets = softmax_of_k([4, 8], scores[10:], errors[10:], temperature=2.0 * s2).mean(axis=0)
    assert curve(rows, "fall", 20, 2.0) == pytest.approx([subsets[0] - subsets[1]], abs=1e-3)
    assert curve(rows, "gain", 20, 0.0).size == 0


def test_replicates_redraw_everything(rows):
    other = replicate(1)
    for quantity in ("s2", "judge_error", "gain"):
        first, second = (frame.loc[frame["quantity"] == quantity, "sum"] for frame in (rows, other))
        assert not np.isclose(first, second).any()
    pd.testing.assert_frame_equal(other, replicate(1))


def test_theory_says_that_misses_vanish():
    table = expected.theory(POINTS, "test", BLOCK, 1)
    assert set(table["quantity"]) == set(expected.MISSES)
    assert (table["value"] == 0).all()
    assert len(table) == 3 * 2 * 3 * 4
    assert set(expected.MISSES) <= set(replicate(0)["quantity"])
