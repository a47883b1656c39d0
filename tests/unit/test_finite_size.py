"""Finite size: bias of the predictive variance, spread of q_TT; against dense fits that share no code."""

import numpy as np
import pytest
from bestofk.equivalents import order_parameters
from bestofk.finite_size import gap_variance, variance_bias, variance_spread
from bestofk.model import Overshoot, TeacherStudent
from bestofk.posterior import fit

FITS, BATCH = 16_000, 2000


@pytest.mark.parametrize(
    ("exponent", "n_features", "n_train", "second_order"),
    [(0.0, 20, 40, 0.03), (0.0, 20, 10, 0.08), (1.5, 40, 20, 0.08)],
)
def test_bias_of_the_predictive_variance_is_b_over_n(exponent, n_features, n_train, second_order):
    """n times the relative bias is b within 4 standard errors and a relative O(1/n), here at most 1.2/n."""
    spectrum = np.arange(1.0, n_features + 1) ** -exponent
    spectrum /= spectrum.mean()
    ones = np.ones(n_features)
    model = TeacherStudent(spectrum, ones, Overshoot(0.0), n_train, noise_var=0.25, prior_var=1.0)
    rng, variances = np.random.default_rng(5), []
    for _ in range(FITS // BATCH):
        features = rng.standard_normal((BATCH, n_train, n_features)) * np.sqrt(spectrum / n_features)
        precision = np.eye(n_features) + np.swapaxes(features, 1, 2) @ features / 0.25
        diagonal = np.einsum("rii->ri", np.linalg.inv(precision))
        variances.append(0.25 + diagonal @ spectrum / n_features)
    relative = n_train * (np.concatenate(variances) / order_parameters(model).s2 - 1)
    error = relative.std(ddof=1) / np.sqrt(FITS)
    expected = variance_bias(model)
    assert abs(relative.mean() - expected) < 4 * error + second_order * expected
    assert expected > 5 * error, "the test could not tell the bias from none"


@pytest.mark.parametrize(
    ("exponent", "n_features", "n_train"), [(0.0, 300, 600), (0.0, 300, 150), (1.5, 400, 200)]
)
def test_predictive_variance_spreads_over_inputs_as_the_closure_says(exponent, n_features, n_train):
    """One dense fit and drawn inputs: the sample variance of s^2(x) has the closed form, here to 6 %."""
    spectrum = np.arange(1.0, n_features + 1) ** -exponent
    spectrum /= spectrum.mean()
    model = TeacherStudent(
        spectrum, np.ones(n_features), Overshoot(0.0), n_train, noise_var=0.25, prior_var=1.0
    )
    rng = np.random.default_rng(3)
    scales = np.sqrt(spectrum / n_features)
    features = rng.standard_normal((n_train, n_features)) * scales
    covariance = np.linalg.inv(np.eye(n_features) + features.T @ features / 0.25)
    inputs = rng.standard_normal((20_000, n_features)) * scales
    variance = 0.25 + np.einsum("mi,mi->m", inputs @ covariance, inputs)
    drawn = variance.var() / variance.mean() ** 2
    assert abs(drawn / variance_spread(model) - 1) < 0.06
    # Signs, whose excess kurtosis is -2, spread less: by the factor df2.
    signs = np.sign(inputs) * scales
    variance = 0.25 + np.einsum("mi,mi->m", signs @ covariance, signs)
    spread = variance.var() / variance.mean() ** 2
    assert abs(spread / variance_spread(model, excess_kurtosis=-2.0) - 1) < 0.1
    # Over inputs the measured one is exact: no more than the scatter of a sample variance of 20,000.
    exact = fit(features, np.zeros(n_train), noise_var=0.25, prior_var=1.0).variance_spread(model)
    assert abs(drawn / exact - 1) < 4 * np.sqrt(2 / 20_000) * 1.5


@pytest.mark.parametrize(("n_features", "n_train"), [(40, 80), (80, 40)])
def test_variance_of_the_teacher_gap_between_training_sets(n_features, n_train):
    """Within 4 standard errors and a relative 2/n; for n < d the second term takes away almost half."""
    rng = np.random.default_rng(6)
    teacher = rng.choice([-1.0, 1.0], n_features)
    model = TeacherStudent(
        np.ones(n_features), teacher, Overshoot(0.0), n_train, noise_var=0.25, prior_var=1.0
    )
    gaps = []
    for _ in range(6):
        features = rng.standard_normal((500, n_train, n_features)) / np.sqrt(n_features)
        labels = features @ teacher + 0.5 * rng.standard_normal((500, n_train))
        precision = np.eye(n_features) + np.swapaxes(features, 1, 2) @ features / 0.25
        moments = np.einsum("rni,rn->ri", features, labels) / 0.25
        weights = np.linalg.solve(precision, moments[..., None])[..., 0]
        gaps.append(((weights - teacher) ** 2).mean(axis=1))
    gaps = np.concatenate(gaps)
    measured, expected = gaps.var(ddof=1), gap_variance(model)
    error = np.sqrt(((gaps - gaps.mean()) ** 2).var() / gaps.size)
    assert abs(measured - expected) < 4 * error + 2 / n_train * expected
    assert error < 0.05 * expected


@pytest.mark.parametrize(("spectrum", "teacher"), [([1.0, 2.0], [1.0, 1.0]), ([1.0, 1.0], [2.0, 2.0])])
def test_variance_of_the_gap_refuses_what_it_does_not_cover(spectrum, teacher):
    model = TeacherStudent(spectrum, teacher, Overshoot(0.0), 4, noise_var=0.25, prior_var=1.0)
    with pytest.raises(ValueError, match="eigenvalues must be equal"):
        gap_variance(model)
