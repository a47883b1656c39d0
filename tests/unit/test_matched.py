"""The error at an input by its predictive variance: against quadrature and against brute-force simulation."""

import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.matched import best_of_k_error
from bestofk.selection import mean_selection_error

K = (1, 2, 8, 64, 128)


def test_interpolation_meets_the_exact_error():
    variance = 0.25 / (1 - np.array([0.0, 1e-3, 0.17, 0.44, 0.5, 0.81, 0.999]))
    expected = [
        mean_selection_error(K, OrderParameters.overshoot(v, v - 0.25, 0.0), temperature=0.0)
        for v in variance
    ]
    np.testing.assert_allclose(best_of_k_error(variance, k=K, noise_var=0.25), expected, rtol=1e-6)


def test_any_law_of_the_inputs_with_a_teacher_from_the_prior():
    """Four training points with very unequal entries, one input: teacher, labels and candidates are drawn."""
    rng = np.random.default_rng(7)
    features = rng.standard_t(2, size=(4, 3))
    phi, noise, prior = np.array([2.0, -0.3, 0.1]), 0.5, 2.0
    omega = np.linalg.inv(np.eye(3) / prior + features.T @ features / noise)
    variance = noise + phi @ omega @ phi
    size, k = 100_000, (1, 4)
    teacher = np.sqrt(prior) * rng.standard_normal((size, 3))
    labels = teacher @ features.T + np.sqrt(noise) * rng.standard_normal((size, 4))
    mean = labels @ features @ omega / noise
    gap = (mean - teacher) @ phi
    errors = (gap[:, None] + np.sqrt(variance) * rng.standard_normal((size, k[-1]))) ** 2
    measured = np.array([errors[:, 0].mean(), errors.min(axis=1).mean()])
    standard_error = np.array([errors[:, 0].std(), errors.min(axis=1).std()]) / np.sqrt(size)
    expected = best_of_k_error([variance], k=k, noise_var=noise)[0]
    assert (np.abs(measured - expected) < 4 * standard_error).all()
    assert (standard_error < 0.02 * expected).all()
    assert variance > 1.1 * noise, "the gap would not matter"


@pytest.mark.parametrize(
    ("variance", "k", "message"),
    [([0.2], (1,), "below noise_var"), ([1.0], (0,), "from 1 to 1000"), ([1.0], (1001,), "from 1 to 1000")],
)
def test_what_is_outside_the_domain_is_refused(variance, k, message):
    with pytest.raises(ValueError, match=message):
        best_of_k_error(variance, k=k, noise_var=0.25)
