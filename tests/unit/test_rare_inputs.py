"""Stretched inputs and nearest candidates against exact averages and against the plain simulation."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.model import Overshoot, TeacherStudent
from bestofk.rare_inputs import nearest_errors, stretched_inputs
from bestofk.selection import mean_selection_error, selection_error
from bestofk.simulation import selected_errors

MODEL = TeacherStudent([2.0, 1.0, 0.5], [1.0, 1.0, 1.0], Overshoot(0.0), 8, noise_var=1.0, prior_var=1.0)
DIRECTION = np.array([1.0, -2.0, 0.5])


@pytest.mark.parametrize("size", [100_000, 3])
def test_weights_are_the_ratio_of_densities(size):
    """The ratio of the density of the law to that of the mixture, formed from the features alone."""
    features, weights = stretched_inputs(MODEL, DIRECTION, 3.0, size=size, rng=np.random.default_rng(0))
    along = DIRECTION @ (MODEL.spectrum / 3 * DIRECTION)
    place, share = (features @ DIRECTION) ** 2 / along, (size // 2) / size
    law, wide = np.exp(-place / 2), np.exp(-place / 18) / 3
    np.testing.assert_allclose(weights, law / ((1 - share) * law + share * wide), rtol=1e-12)


def test_weighted_moments_are_those_of_the_law():
    """The mean of 1, the covariance, and a fourth moment along the stretched direction."""
    rng = np.random.default_rng(1)
    features, weights = stretched_inputs(MODEL, DIRECTION, 4.0, size=400_000, rng=rng)
    assert weights.mean() == pytest.approx(1, abs=4 * weights.std() / 400_000**0.5)
    covariance = (weights[:, None] * features).T @ features / len(features)
    np.testing.assert_allclose(covariance, np.diag(MODEL.spectrum / 3), atol=0.006)
    place = (features @ DIRECTION) ** 2
    variance = DIRECTION @ (MODEL.spectrum / 3 * DIRECTION)
    assert np.mean(weights * place**2) == pytest.approx(3 * variance**2, rel=0.01)
    # Without the weights it is far off: the stretching is really there.
    assert np.mean(place**2) > 50 * variance**2


def test_without_stretching_all_weights_are_one():
    _, weights = stretched_inputs(MODEL, DIRECTION, 1.0, size=10, rng=np.random.default_rng(2))
    np.testing.assert_allclose(weights, 1.0, rtol=1e-14)
    _, weights = stretched_inputs(MODEL, DIRECTION, 5.0, size=1, rng=np.random.default_rng(2))
    assert weights.tolist() == [1.0]


@pytest.mark.parametrize("gap", [0.0, 0.5, -2.5])
def test_errors_at_one_input_are_exact_on_average(gap):
    k = np.array([1, 3, 50, 4000])
    errors = nearest_errors(np.full(100_000, 2 * gap), k, predictive_std=2.0, rng=np.random.default_rng(3))
    assert (np.diff(errors, axis=0) <= 0).all()
    exact = selection_error(k, 2 * gap, 2 * gap, predictive_std=2.0, temperature=0.0)
    z = (errors.mean(axis=1) - exact) / (errors.std(axis=1) / 100_000**0.5)
    assert (np.abs(z) < 4).all()


def test_joint_law_over_k_is_that_of_plain_candidates():
    """The correlation of errors at two k, which comes from the candidates that they share."""
    k, gap, rng = np.array([4, 8]), np.full(100_000, 0.8), np.random.default_rng(4)
    nested = nearest_errors(gap, k, rng=rng)
    z = np.abs(0.8 + rng.standard_normal((8, 100_000)))
    plain = np.stack([z[:4].min(axis=0), z.min(axis=0)]) ** 2
    assert np.corrcoef(nested)[0, 1] == pytest.approx(np.corrcoef(plain)[0, 1], abs=0.02)
    assert np.mean(nested[0] == nested[1]) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("kappa", [0.25, 1.0, 4.0])
def test_stretched_and_plain_simulation_agree_with_the_exact_mean(kappa):
    """Up to k = 2^8 both routes meet the quadrature; stretching has much the smaller error at large kappa."""
    k, rng, size = np.array([1, 16, 256]), np.random.default_rng(6), 100_000
    model = TeacherStudent([1.0], [1.0], Overshoot(0.0), 8, noise_var=1.0, prior_var=1.0)
    inputs, weights = stretched_inputs(model, [kappa**0.5], 3.85 / kappa**0.5, size=size, rng=rng)
    draws = nearest_errors(inputs[:, 0] * kappa**0.5, k, rng=rng) * weights
    exact = mean_selection_error(k, OrderParameters.overshoot(1.0, kappa, 0.0), temperature=0.0)
    z = (draws.mean(axis=1) - exact) / (draws.std(axis=1) / size**0.5)
    assert (np.abs(z) < 4).all()
    gap = kappa**0.5 * rng.standard_normal((20, 2000))
    plain = np.array([selected_errors(b, b[None], k=k, temperature=[0.0], rng=rng)[0, 0] / 2000 for b in gap])
    spread = np.hypot(plain.std(axis=0, ddof=1) / 20**0.5, draws.std(axis=1) / size**0.5)
    assert (np.abs(plain.mean(axis=0) - draws.mean(axis=1)) < 4.5 * spread).all()
    assert draws[2].std() < 4 * exact[2]


def test_far_inputs_have_no_overflow():
    features, weights = stretched_inputs(MODEL, DIRECTION, 1e6, size=1000, rng=np.random.default_rng(7))
    assert np.isfinite(features).all() and ((weights >= 0) & (weights <= 2)).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"factor": 0.5}, "factor is 0.5; it must be at least 1"),
        ({"direction": [0.0, 0.0, 0.0]}, "nothing to stretch"),
        ({"direction": [1.0]}, "direction has shape"),
        ({"size": 0}, "size is 0"),
    ],
)
def test_bad_stretching_is_refused(change, says):
    arguments = {"direction": DIRECTION, "factor": 2.0, "size": 4} | change
    with pytest.raises(ValueError, match=says):
        stretched_inputs(MODEL, rng=np.random.default_rng(0), **arguments)


@pytest.mark.parametrize(
    ("k", "std", "says"),
    [([2, 1], 1.0, "increases"), ([0], 1.0, "1 or more"), ([1.5], 1.0, "integers"), ([1], 0.0, "positive")],
)
def test_bad_candidates_are_refused(k, std, says):
    with pytest.raises(ValueError, match=says):
        nearest_errors([0.0], k, predictive_std=std, rng=np.random.default_rng(0))
