"""The teacher-student problem: its domain, and the laws of what it draws."""

import dataclasses

import numpy as np
import pytest
from bestofk.model import Overshoot, TeacherStudent
from bestofk.posterior import fit
from scipy import stats

SPECTRUM = np.array([2.0, 1.0, 0.5, 0.1])
TEACHER = np.array([1.0, -1.0, 0.5, 2.0])
REWARD = np.array([0.5, 1.0, -0.5, 1.0])
GOOD = {
    "spectrum": SPECTRUM,
    "teacher": TEACHER,
    "reward": REWARD,
    "n_train": 6,
    "noise_var": 0.3,
    "prior_var": 0.8,
}
#: Standard errors within which one drawn average must agree; 1e-5 two-sided for each of them.
SIGMAS = 4.4


def problem(**changes):
    return TeacherStudent(**{**GOOD, **changes})


def assert_within_standard_errors(draws, expected):
    draws = np.asarray(draws)
    error = draws.std(axis=0, ddof=1) / np.sqrt(len(draws))
    z = (draws.mean(axis=0) - expected) / np.where(error > 0, error, 1e-300)
    assert np.abs(z).max() < SIGMAS, z


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"spectrum": [1.0, -1e-9, 0.5, 0.1]}, r"spectrum has the entry -1e-09 at index 1"),
        ({"spectrum": [1.0, np.nan, 0.5, 0.1]}, r"spectrum has the entry nan at index \[1\]"),
        ({"spectrum": np.zeros(4)}, "spectrum is zero everywhere"),
        ({"spectrum": np.ones((4, 1))}, r"spectrum has shape \(4, 1\)"),
        ({"spectrum": []}, r"spectrum has shape \(0,\)"),
        ({"spectrum": 1.0}, r"spectrum has shape \(\)"),
        ({"spectrum": ["a", "b", "c", "d"]}, "spectrum is not an array of real numbers"),
        ({"spectrum": SPECTRUM + 0j}, "complex"),
        ({"spectrum": [[1.0], [1.0, 2.0]]}, "spectrum is not an array of real numbers"),
        ({"teacher": TEACHER[:3]}, r"teacher has shape \(3,\); it must be \(4\)"),
        ({"teacher": [1.0, np.inf, 0.0, 0.0]}, "teacher has the entry inf"),
        ({"reward": np.ones(5)}, r"reward has shape \(5,\)"),
        ({"reward": None}, "reward"),
        ({"n_train": 0}, "n_train is 0; it must be an integer of at least 1"),
        ({"n_train": 2.0}, "n_train is 2.0; it must be an integer"),
        ({"n_train": True}, "n_train is True"),
        ({"noise_var": 0.0}, "noise_var is 0.0; it must be positive"),
        ({"noise_var": -1.0}, "noise_var is -1.0; it must be positive"),
        ({"noise_var": np.inf}, "noise_var is inf; it must be finite"),
        ({"noise_var": np.nan}, "noise_var is nan; it must be finite"),
        ({"noise_var": 1j}, "noise_var is 1j; it must be one real finite number"),
        ({"prior_var": 0.0}, "prior_var is 0.0; it must be positive"),
        ({"prior_var": "a lot"}, "prior_var is 'a lot'"),
    ],
)
def test_parameters_outside_their_domain_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        problem(**changes)


@pytest.mark.parametrize("c", [-1.0, -2.0, np.nan, np.inf, None])
def test_overshoot_must_be_finite_and_above_minus_one(c):
    with pytest.raises(ValueError, match="overshoot"):
        Overshoot(c)


def test_arrays_are_read_only_copies_in_double_precision():
    spectrum = SPECTRUM.astype(np.float32)
    model = problem(spectrum=spectrum)
    spectrum[0] = -5.0
    assert model.spectrum[0] == 2.0
    for array in (model.spectrum, model.teacher, model.reward):
        assert array.dtype == np.float64
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.n_train = 3


def test_with_reward_changes_the_reward_alone():
    model = problem()
    other = model.with_reward(Overshoot(0.5))
    assert other.reward == Overshoot(0.5)
    assert model.reward is not other.reward
    for field in dataclasses.fields(model):
        if field.name != "reward":
            assert np.array_equal(getattr(model, field.name), getattr(other, field.name))
    with pytest.raises(ValueError, match="reward"):
        model.with_reward(np.ones(3))


def test_inputs_have_the_stated_covariance():
    model = problem()
    inputs = model.draw_inputs(np.random.default_rng(1), 40_000)
    products = inputs[:, :, None] * inputs[:, None, :]
    assert_within_standard_errors(products, np.diag(SPECTRUM) / 4)
    assert_within_standard_errors(inputs, np.zeros(4))
    with pytest.raises(ValueError, match="size is 0"):
        model.draw_inputs(np.random.default_rng(1), 0)


def test_labels_are_the_teacher_plus_noise_of_the_stated_variance():
    model = problem(n_train=40_000)
    features, labels = model.draw_training_set(np.random.default_rng(2))
    noise = labels - features @ TEACHER
    assert_within_standard_errors(noise, 0.0)
    assert_within_standard_errors(noise**2, 0.3)
    assert_within_standard_errors(noise[:, None] * features, np.zeros(4))


def test_a_zero_eigenvalue_gives_a_feature_that_is_always_zero():
    model = problem(spectrum=[1.0, 0.0, 0.5, 0.0])
    rng = np.random.default_rng(3)
    for features in (model.draw_training_set(rng)[0], model.draw_reduced_training_set(rng)[0]):
        assert not features[:, [1, 3]].any()
        assert features[:, [0, 2]].any()


@pytest.mark.parametrize("n_train", [1, 3, 4, 9])
def test_reduced_training_set_is_upper_trapezoidal_with_min_n_d_rows(n_train):
    features, labels = problem(n_train=n_train).draw_reduced_training_set(np.random.default_rng(4))
    rows = min(n_train, 4)
    assert features.shape == (rows, 4)
    assert labels.shape == (rows,)
    assert not np.tril(features, -1).any()
    assert (np.diag(features) > 0).all()


@pytest.mark.parametrize("draw", ["draw_training_set", "draw_reduced_training_set"])
@pytest.mark.parametrize("n_train", [2, 4, 7])
def test_gram_matrix_has_the_mean_and_variance_of_the_wishart_law(draw, n_train):
    model = problem(n_train=n_train)
    rng = np.random.default_rng(5)
    grams, targets = [], []
    for _ in range(8000):
        features, labels = getattr(model, draw)(rng)
        grams.append(features.T @ features)
        targets.append(features.T @ (labels - features @ TEACHER))
    scale = np.diag(SPECTRUM) / 4
    mean = n_train * scale
    variance = n_train * (scale**2 + np.outer(np.diag(scale), np.diag(scale)))
    assert_within_standard_errors(grams, mean)
    assert_within_standard_errors((np.array(grams) - mean) ** 2, variance)
    # The noise in Phi'y has, given Phi, the covariance noise_var Phi'Phi.
    targets = np.array(targets)
    assert_within_standard_errors(targets[:, :, None] * targets[:, None, :], 0.3 * mean)


@pytest.mark.parametrize("n_train", [2, 4, 7])
def test_posterior_of_the_reduced_set_has_the_law_of_the_posterior_of_the_full_set(n_train):
    model = problem(n_train=n_train)
    rng = np.random.default_rng(6)

    def draws(method):
        rows = []
        for _ in range(3000):
            posterior = fit(*getattr(model, method)(rng), noise_var=0.3, prior_var=0.8)
            measured = posterior.order_parameters(model)
            rows.append([*dataclasses.astuple(measured), *posterior.mean])
        return np.array(rows)

    full, reduced = draws("draw_training_set"), draws("draw_reduced_training_set")
    spread = np.sqrt(full.var(axis=0, ddof=1) + reduced.var(axis=0, ddof=1)) / np.sqrt(3000)
    assert np.abs((full.mean(axis=0) - reduced.mean(axis=0)) / spread).max() < SIGMAS
    for one, other in zip(full.T, reduced.T, strict=True):
        assert stats.ks_2samp(one, other).pvalue > 1e-4


def test_gaps_are_the_mean_prediction_minus_teacher_and_reward():
    model = problem()
    features = model.draw_inputs(np.random.default_rng(7), 5)
    posterior_mean = np.array([0.1, 0.2, 0.3, 0.4])
    teacher_gap, reward_gap = model.gaps(features, posterior_mean)
    prediction = features @ posterior_mean
    np.testing.assert_allclose(teacher_gap, prediction - features @ TEACHER, atol=1e-14)
    np.testing.assert_allclose(reward_gap, prediction - features @ REWARD, atol=1e-14)


def test_overshooting_reward_moves_away_from_the_students_mean():
    model = problem(reward=Overshoot(0.7))
    features = model.draw_inputs(np.random.default_rng(8), 5)
    posterior_mean = np.array([0.1, 0.2, 0.3, 0.4])
    _, reward_gap = model.gaps(features, posterior_mean)
    prediction, target = features @ posterior_mean, features @ TEACHER
    reward = target - 0.7 * (prediction - target)
    np.testing.assert_allclose(reward_gap, prediction - reward, atol=1e-14)


def test_gaps_refuse_other_shapes():
    with pytest.raises(ValueError, match=r"features has shape \(2, 3\); it must be \(any length, 4\)"):
        problem().gaps(np.ones((2, 3)), np.ones(4))
    with pytest.raises(ValueError, match="posterior_mean"):
        problem().gaps(np.ones((2, 4)), np.ones((4, 1)))
