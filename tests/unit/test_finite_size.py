"""The finite-size bias of the predictive variance, against dense fits that share no code with the formula."""

import numpy as np
import pytest
from bestofk.equivalents import order_parameters
from bestofk.finite_size import variance_bias
from bestofk.model import Overshoot, TeacherStudent

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
