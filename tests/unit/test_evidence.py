"""Evidence of linear regression against the joint density of the labels, its maximum against a scan."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk.evidence import RANGE, log_evidence, maximal_evidence
from scipy.stats import multivariate_normal


def problem(n: int, d: int, *, noise: float = 0.7, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    features = rng.standard_normal((n, d)) / np.sqrt(d)
    return features, features @ rng.standard_normal(d) + noise * rng.standard_normal(n)


def density(features, labels, noise_var, prior_var) -> float:
    """The labels are jointly Gaussian; nothing is diagonalized here."""
    covariance = noise_var * np.eye(labels.size) + prior_var * features @ features.T
    return multivariate_normal.logpdf(labels, np.zeros(labels.size), covariance)


@pytest.mark.parametrize(("n", "d"), [(12, 3), (5, 9), (7, 7), (2, 1)])
@pytest.mark.parametrize(("noise_var", "prior_var"), [(0.3, 2.0), (4.0, 0.01), (0.01, 100.0)])
def test_evidence_is_the_density_of_the_labels(n, d, noise_var, prior_var):
    features, labels = problem(n, d)
    assert log_evidence(features, labels, noise_var=noise_var, prior_var=prior_var) == pytest.approx(
        density(features, labels, noise_var, prior_var), rel=1e-10, abs=1e-10
    )


def test_evidence_of_repeated_features():
    """A Gram matrix of rank 1 in three dimensions."""
    features, labels = np.ones((4, 3)), np.array([1.0, 2.0, 0.0, -1.0])
    assert log_evidence(features, labels, noise_var=0.5, prior_var=2.0) == pytest.approx(
        density(features, labels, 0.5, 2.0)
    )


@pytest.mark.parametrize(("n", "d", "seed"), [(60, 5, 0), (15, 20, 1), (40, 40, 2)])
def test_no_noise_and_prior_are_more_likely(n, d, seed):
    features, labels = problem(n, d, seed=seed)
    noise_var, prior_var = maximal_evidence(features, labels)
    best = density(features, labels, noise_var, prior_var)
    factors = np.geomspace(1e-2, 1e2, 21)
    scan = [
        density(features, labels, noise_var * noise, prior_var * prior)
        for noise in factors
        for prior in factors
    ]
    assert max(scan) <= best + 1e-9
    # The scan is not blind: a tenth off is already less likely.
    assert density(features, labels, 1.2 * noise_var, prior_var) < best - 1e-3


def test_slope_vanishes_at_the_maximum():
    features, labels = problem(80, 6)
    noise_var, prior_var = maximal_evidence(features, labels)
    step = 1e-4
    for noise, prior in ((1 + step, 1.0), (1.0, 1 + step)):
        up = density(features, labels, noise_var * noise, prior_var * prior)
        down = density(features, labels, noise_var / noise, prior_var / prior)
        assert abs(up - down) / (2 * step) < 1e-3


def test_noise_and_prior_of_many_labels_are_found():
    rng = np.random.default_rng(3)
    features = rng.standard_normal((4000, 200)) / np.sqrt(200)
    labels = features @ (1.5 * rng.standard_normal(200)) + 0.5 * rng.standard_normal(4000)
    noise_var, prior_var = maximal_evidence(features, labels)
    assert noise_var == pytest.approx(0.25, rel=0.1)
    assert prior_var == pytest.approx(2.25, rel=0.3)


def test_labels_that_features_cannot_explain_leave_the_prior_at_its_end():
    features, labels = np.array([[1.0], [1.0], [1.0], [1.0]]), np.array([1.0, -1.0, 1.0, -1.0])
    noise_var, prior_var = maximal_evidence(features, labels)
    assert noise_var == pytest.approx(1.0, rel=1e-3)
    assert prior_var == pytest.approx(RANGE[0] * noise_var, rel=1e-3)


@pytest.mark.parametrize(
    ("features", "labels"),
    [([[1.0]], [1.0]), ([[0.0], [0.0]], [1.0, 2.0]), ([[1.0], [2.0]], [0.0, 0.0])],
)
def test_evidence_without_a_maximum_is_refused(features, labels):
    with pytest.raises(ValueError, match="no maximum"):
        maximal_evidence(features, labels)


@pytest.mark.parametrize("name", ["noise_var", "prior_var"])
def test_variances_must_be_positive(name):
    with pytest.raises(ValueError, match=f"{name} is 0.0; it must be positive"):
        log_evidence([[1.0]], [1.0], **{"noise_var": 1.0, "prior_var": 1.0, name: 0.0})
