"""Coverage and bootstrap errors against cases that are known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk.resampling import bootstrap_error, student_coverage


def test_coverage_of_two_values_is_counted_exactly():
    """Samples of two from {-1, 1}: half are mixed and have the mean 0; the others have no width and miss."""
    rng = np.random.default_rng(0)
    assert student_coverage([-1.0, 1.0], 2, confidence=0.9, draws=100_000, rng=rng) == pytest.approx(
        0.5, abs=0.006
    )


def test_coverage_of_a_skewed_population_falls_short():
    rng = np.random.default_rng(1)
    skewed, normal = rng.exponential(size=2000) ** 3, rng.normal(size=2000)
    few, many = (
        student_coverage(skewed, size, confidence=0.95, draws=20_000, rng=rng) for size in (10, 1000)
    )
    assert few < 0.8 < many
    # Four standard errors of a share over the draws.
    assert student_coverage(normal, 10, confidence=0.95, draws=20_000, rng=rng) == pytest.approx(
        0.95, abs=0.007
    )


def test_bootstrap_error_of_a_mean_and_of_a_variance():
    rng = np.random.default_rng(2)
    values = rng.normal(size=1000)
    assert bootstrap_error(np.mean, values, draws=4000, rng=rng) == pytest.approx(
        values.std() / 1000**0.5, rel=0.06
    )
    fourth = np.mean((values - values.mean()) ** 4)
    expected = np.sqrt((fourth - values.var() ** 2) / 1000)
    assert bootstrap_error(np.var, values, draws=4000, rng=rng) == pytest.approx(expected, rel=0.06)


def test_replicates_are_drawn_whole():
    """The difference of a column and itself never varies."""
    values = np.arange(50.0)
    difference = bootstrap_error(
        lambda a, b: np.mean(a) - np.mean(b), values, values, draws=20, rng=np.random.default_rng(3)
    )
    assert difference == 0.0


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 1}, "size is 1"),
        ({"confidence": 1.0}, "confidence is 1.0"),
        ({"values": [2.0, 2.0]}, "all the same"),
        ({"draws": 0}, "draws is 0"),
    ],
)
def test_bad_coverage_is_refused(change, says):
    arguments = {"values": [0.0, 1.0], "size": 2, "confidence": 0.9, "draws": 10} | change
    with pytest.raises(ValueError, match=says):
        student_coverage(**arguments, rng=np.random.default_rng(0))


def test_bad_bootstrap_is_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="differ in length"):
        bootstrap_error(np.mean, [1.0], [1.0, 2.0], draws=5, rng=rng)
    with pytest.raises(ValueError, match="draws is 1"):
        bootstrap_error(np.mean, [1.0, 2.0], draws=1, rng=rng)
