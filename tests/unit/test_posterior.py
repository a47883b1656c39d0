"""The posterior against 60-digit arithmetic, brute averages over inputs, and exact identities."""

import dataclasses

import mpmath
import numpy as np
import pytest
from bestofk.model import Overshoot, TeacherStudent
from bestofk.posterior import Posterior, fit


def training_set(n_train, n_features, decay=0.0, seed=0, noise_var=1.0):
    rng = np.random.default_rng(seed)
    scales = np.arange(1, n_features + 1.0) ** -decay / np.sqrt(n_features)
    features = rng.standard_normal((n_train, n_features)) * scales
    labels = features @ rng.standard_normal(n_features) * 2 + np.sqrt(noise_var) * rng.standard_normal(
        n_train
    )
    return features, labels, rng.standard_normal(n_features) * scales


def precise_posterior(features, labels, phi, noise_var, prior_var):
    """Mean and predictive variance from the normal equations with 60 digits."""
    with mpmath.workdps(60):
        phi_matrix, phi = mpmath.matrix(features.tolist()), mpmath.matrix(phi.tolist())
        noise_var, prior_var = mpmath.mpf(noise_var), mpmath.mpf(prior_var)
        precision = phi_matrix.T * phi_matrix / noise_var + mpmath.eye(features.shape[1]) / prior_var
        mean = mpmath.lu_solve(precision, phi_matrix.T * mpmath.matrix(labels.tolist()) / noise_var)
        var = noise_var + (phi.T * mpmath.lu_solve(precision, phi))[0]
        return np.array([float(x) for x in mean]), float(var)


@pytest.mark.parametrize("decay", [0.0, 2.0])
@pytest.mark.parametrize(
    ("noise_var", "prior_var"),
    [(0.25, 1.0), (1e-8, 1e-6), (1e-12, 1e-6), (1e-12, 1.0), (1.0, 1e-12), (1.0, 1e12), (1e-12, 1e-12)],
)
@pytest.mark.parametrize(("n_train", "n_features"), [(1, 5), (3, 6), (6, 6), (7, 6), (12, 4), (4, 1)])
def test_mean_and_variance_have_thirteen_digits(n_train, n_features, noise_var, prior_var, decay):
    features, labels, phi = training_set(n_train, n_features, decay, noise_var=noise_var)
    posterior = fit(features, labels, noise_var=noise_var, prior_var=prior_var)
    mean, var = precise_posterior(features, labels, phi, noise_var, prior_var)
    assert np.linalg.norm(posterior.mean - mean) < 1e-13 * np.linalg.norm(mean)
    predicted_mean, predicted_var = posterior.predictive(phi[None])
    assert abs(predicted_var[0] / var - 1) < 1e-13
    assert abs(predicted_mean[0] - phi @ mean) < 1e-13 * np.linalg.norm(phi) * np.linalg.norm(mean)


@pytest.mark.parametrize(("n_train", "n_features"), [(9, 40), (40, 40), (70, 40)])
def test_factor_is_an_upper_triangular_root_of_the_posterior_precision(n_train, n_features):
    features, labels, _ = training_set(n_train, n_features)
    factor = fit(features, labels, noise_var=0.25, prior_var=0.5).factor
    assert not np.tril(factor, -1).any()
    precision = features.T @ features / 0.25 + np.eye(n_features) / 0.5
    np.testing.assert_allclose(factor.T @ factor, precision, rtol=0, atol=1e-12 * np.abs(precision).max())


@pytest.mark.parametrize("n_train", [3, 50, 300])
def test_the_trapezoidal_route_and_the_dense_route_agree(n_train):
    """Reversing the rows hides the shape and leaves the posterior alone."""
    ones = np.ones(50)
    model = TeacherStudent(ones, ones, ones, n_train, noise_var=1e-4, prior_var=1.0)
    features, labels = model.draw_reduced_training_set(np.random.default_rng(1))
    fast = fit(features, labels, noise_var=1e-4, prior_var=1.0)
    dense = fit(features[::-1], labels[::-1], noise_var=1e-4, prior_var=1.0)
    np.testing.assert_allclose(fast.mean, dense.mean, rtol=0, atol=1e-12)
    inputs = model.draw_inputs(np.random.default_rng(2), 20)
    np.testing.assert_allclose(fast.predictive(inputs)[1], dense.predictive(inputs)[1], rtol=1e-11)


def test_a_direction_without_data_keeps_its_prior():
    features = np.array([[1.0, 0.0, 2.0], [0.5, 0.0, -1.0]])
    posterior = fit(features, [1.0, 2.0], noise_var=0.1, prior_var=0.7)
    mean, var = posterior.predictive([[0.0, 1.0, 0.0]])
    assert mean[0] == 0.0
    assert var[0] == pytest.approx(0.1 + 0.7, rel=1e-15)


def test_units_of_outputs_and_of_weights_do_not_matter():
    features, labels, phi = training_set(5, 8)
    mean, var = fit(features, labels, noise_var=0.2, prior_var=0.6).predictive(phi[None])
    # Outputs a hundred times larger; then inputs a hundred times larger and weights a hundred times smaller.
    scaled = fit(features, 100 * labels, noise_var=2e3, prior_var=6e3).predictive(phi[None])
    np.testing.assert_allclose(scaled, (100 * mean, 1e4 * var), rtol=1e-13)
    scaled = fit(100 * features, labels, noise_var=0.2, prior_var=6e-5).predictive(100 * phi[None])
    np.testing.assert_allclose(scaled, (mean, var), rtol=1e-13)


@pytest.mark.parametrize("reward", [np.array([0.3, 1.0, -2.0, 0.0, 1.0]), Overshoot(1.5)])
def test_order_parameters_are_averages_over_gaussian_inputs(reward):
    """Against 200,000 drawn inputs, within 4.4 standard errors."""
    model = TeacherStudent([3.0, 1.0, 0.5, 0.1, 0.0], np.arange(5.0), reward, 3, noise_var=0.2, prior_var=1.0)
    rng = np.random.default_rng(3)
    posterior = fit(*model.draw_training_set(rng), noise_var=0.2, prior_var=1.0)
    inputs = model.draw_inputs(rng, 200_000)
    teacher_gap, reward_gap = model.gaps(inputs, posterior.mean)
    draws = np.array(
        [posterior.predictive(inputs)[1], teacher_gap**2, teacher_gap * reward_gap, reward_gap**2]
    )
    exact = dataclasses.astuple(posterior.order_parameters(model))
    z = (draws.mean(axis=1) - exact) / (draws.std(axis=1) / np.sqrt(200_000))
    assert np.abs(z).max() < 4.4, z


@pytest.mark.parametrize(("n_train", "n_features"), [(3, 8), (12, 5)])
def test_mean_trace_term_equals_the_covariance_formula(n_train, n_features):
    spectrum = np.arange(1.0, n_features + 1)
    ones = np.ones(n_features)
    model = TeacherStudent(spectrum, ones, ones, n_train, noise_var=0.2, prior_var=1.0)
    features, labels = model.draw_training_set(np.random.default_rng(4))
    measured = fit(features, labels, noise_var=0.2, prior_var=1.0).order_parameters(model)
    covariance = np.linalg.inv(features.T @ features / 0.2 + np.eye(n_features))
    assert measured.s2 == pytest.approx(0.2 + spectrum @ np.diag(covariance) / n_features, rel=1e-12)


@pytest.mark.parametrize("n_train", [2, 5, 30])
def test_with_a_matched_prior_the_posterior_is_calibrated(n_train):
    """E q_tt = E s2 - noise_var, exactly at any n and d, when the teacher is drawn from the prior."""
    rng = np.random.default_rng(5)
    excess = []
    for _ in range(4000):
        teacher = np.sqrt(0.6) * rng.standard_normal(5)
        model = TeacherStudent([2.0, 1.0, 1.0, 0.5, 0.2], teacher, Overshoot(0), n_train, 0.3, 0.6)
        posterior = fit(*model.draw_reduced_training_set(rng), noise_var=0.3, prior_var=0.6)
        measured = posterior.order_parameters(model)
        excess.append(measured.q_tt - (measured.s2 - 0.3))
    z = np.mean(excess) / (np.std(excess) / np.sqrt(4000))
    assert abs(z) < 4.4, z


@pytest.mark.parametrize(
    ("features", "labels", "options", "message"),
    [
        (np.ones(3), np.ones(3), {}, r"features has shape \(3,\)"),
        (np.ones((0, 3)), np.ones(0), {}, r"features has shape \(0, 3\)"),
        (np.ones((2, 3)), np.ones(3), {}, r"labels has shape \(3,\); it must be \(2\)"),
        (np.full((2, 3), np.nan), np.ones(2), {}, r"features has the entry nan at index \[0, 0\]"),
        (np.ones((2, 3)), [1.0, np.inf], {}, "labels has the entry inf"),
        (np.ones((2, 3)), np.ones(2), {"noise_var": 0.0}, "noise_var is 0.0; it must be positive"),
        (np.ones((2, 3)), np.ones(2), {"prior_var": np.nan}, "prior_var is nan; it must be finite"),
        (np.ones((2, 3)), [1e300, 1.0], {"noise_var": 1e-100}, "the posterior mean is not finite"),
    ],
)
def test_bad_training_sets_are_refused(features, labels, options, message):
    with pytest.raises(ValueError, match=message):
        fit(features, labels, **{"noise_var": 1.0, "prior_var": 1.0, **options})


def test_predictions_and_models_of_another_dimension_are_refused():
    posterior = fit(np.eye(3), np.ones(3), noise_var=1.0, prior_var=1.0)
    assert isinstance(posterior, Posterior)
    with pytest.raises(ValueError, match=r"features has shape \(1, 2\)"):
        posterior.predictive([[1.0, 2.0]])
    model = TeacherStudent([1, 1], [1, 1], [1, 1], n_train=2, noise_var=1, prior_var=1)
    with pytest.raises(ValueError, match="the posterior has 3 weights, the model 2"):
        posterior.order_parameters(model)
