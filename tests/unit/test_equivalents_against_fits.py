"""The deterministic equivalents against the mean over fitted posteriors."""

import dataclasses

import numpy as np
import pytest
from bestofk.equivalents import degrees_of_freedom, order_parameters, renormalized_ridge
from bestofk.model import TeacherStudent
from bestofk.posterior import fit


def power_law(n_features, exponent):
    spectrum = np.arange(1, n_features + 1.0) ** -exponent
    return spectrum / spectrum.mean()


def half_singular(n_features):
    return np.where(np.arange(n_features) < n_features // 2, 2.0, 0.0)


def values(parameters):
    return np.array(dataclasses.astuple(parameters))


#: name -> spectrum as a function of d, d/n, noise_var, prior_var
FITTED = {
    "isotropic, n = 2 d": (lambda d: np.ones(d), 0.5, 0.25, 1.0),
    "isotropic, n = d / 2": (lambda d: 3 * np.ones(d), 2.0, 0.25, 1.0),
    "n = d": (lambda d: np.ones(d), 1.0, 0.25, 1.0),
    "power law, n = 2 d": (lambda d: power_law(d, 1.5), 0.5, 0.25, 1.0),
    "half of it zero, n = 0.8 d": (half_singular, 1.25, 0.09, 0.64),
}


def measure(name, n_features, fits, seed):
    """Fitted order parameters (fits, 4) of a problem with a correlated reward, and the problem."""
    spectrum, ratio, noise_var, prior_var = FITTED[name]
    rng = np.random.default_rng(seed)
    teacher = np.sqrt(prior_var) * rng.standard_normal(n_features)
    reward = 0.6 * teacher + 0.8 * np.sqrt(prior_var) * rng.standard_normal(n_features)
    model = TeacherStudent(
        spectrum(n_features), teacher, reward, round(n_features / ratio), noise_var, prior_var
    )
    draws = []
    for _ in range(fits):
        posterior = fit(*model.draw_reduced_training_set(rng), noise_var=noise_var, prior_var=prior_var)
        draws.append(values(posterior.order_parameters(model)))
    return np.array(draws), model


@pytest.mark.parametrize("name", FITTED)
def test_two_point_equivalents_are_the_mean_over_fits(name):
    """200 fits at d = 120: four standard errors plus the finite-size bias, below 0.25 S^2 / d."""
    draws, model = measure(name, 120, 200, seed=6)
    bias = 0.25 / 120 * model.spectrum.mean()
    error = draws.std(axis=0, ddof=1) / np.sqrt(200)
    difference = np.abs(draws.mean(axis=0) - values(order_parameters(model)))
    assert (difference < 4 * error + bias).all(), (difference, error)


@pytest.mark.parametrize("name", ["isotropic, n = 2 d", "power law, n = 2 d"])
def test_one_point_equivalent_of_the_gap_is_far_from_the_fits(name):
    draws, model = measure(name, 120, 200, seed=7)
    error = draws[:, 1].std(ddof=1) / np.sqrt(200)
    assert draws[:, 1].mean() - order_parameters(model, kind="one_point").q_tt > 20 * error
    assert draws[:, 1].mean() > 2 * order_parameters(model, kind="one_point").q_tt


@pytest.mark.parametrize("name", ["isotropic, n = 2 d", "half of it zero, n = 0.8 d"])
def test_bias_of_the_predictive_variance_falls_like_one_over_d(name):
    """d times the bias is the same at d = 20 and d = 100, within four standard errors, and far from zero."""
    scaled, errors = [], []
    for n_features, fits in ((20, 4000), (100, 800)):
        draws, model = measure(name, n_features, fits, seed=8)
        scaled.append(n_features * (draws[:, 0].mean() - order_parameters(model).s2))
        errors.append(n_features * draws[:, 0].std(ddof=1) / np.sqrt(fits))
    assert abs(scaled[0] - scaled[1]) < 4 * np.hypot(*errors), (scaled, errors)
    assert scaled[0] > 8 * errors[0]
    assert scaled[0] < 0.2


@pytest.mark.parametrize("name", FITTED)
def test_spread_of_the_predictive_variance_over_inputs(name):
    """Var_x[s^2(x)] / s^4 = (2/n) df2 / (1 - df2): within 4 standard errors and a relative 2/d."""
    spectrum, ratio, noise_var, prior_var = FITTED[name]
    spectrum, n_train = spectrum(120), round(120 / ratio)
    ones = np.ones(120)
    model = TeacherStudent(spectrum, ones, ones, n_train, noise_var, prior_var)
    rng, spreads = np.random.default_rng(9), []
    for _ in range(60):
        features, _ = model.draw_training_set(rng)
        # By dense algebra, not through the fitted factor.
        precision = np.eye(120) / prior_var + features.T @ features / noise_var
        product = spectrum[:, None] * np.linalg.inv(precision) / 120
        s2 = noise_var + np.trace(product)
        spreads.append(2 * np.sum(product * product.T) / s2**2)
    ridge = renormalized_ridge(
        spectrum, aspect_ratio=model.aspect_ratio, noise_var=noise_var, prior_var=prior_var
    )
    df2 = degrees_of_freedom(spectrum, ridge, aspect_ratio=model.aspect_ratio)[1]
    expected = 2 / n_train * df2 / (1 - df2)
    error = np.std(spreads) / np.sqrt(60)
    assert abs(np.mean(spreads) - expected) < 4 * error + 2 / 120 * expected
