"""Agreement is decided by intervals that hold together: no wide interval passes, no close value fails."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from bestofk.agreement import equivalence, line_at_zero, simultaneous_interval, single_interval

SETTINGS = {"expected": 1.0, "margin": 0.01, "confidence": 0.99}


def test_interval_has_the_stated_tail_of_students_t():
    m, replicates, confidence = 7, 12, 0.99
    low, high = simultaneous_interval(np.zeros(m), np.ones(m), replicates, confidence=confidence)
    freedom = replicates - 1
    # P(|t| > x) = I_{f/(f + x²)}(f/2, 1/2).
    tail = mpmath.betainc(freedom / 2, 0.5, 0, freedom / (freedom + high[0] ** 2), regularized=True)
    assert math.isclose(float(tail), (1 - confidence) / m, rel_tol=1e-9)
    np.testing.assert_allclose(low, -high, rtol=1e-14)


def test_single_intervals_have_each_the_stated_tail():
    low, high = single_interval(np.zeros(7), np.ones(7), 12, confidence=0.99)
    tail = mpmath.betainc(5.5, 0.5, 0, 11 / (11 + high[0] ** 2), regularized=True)
    assert math.isclose(float(tail), 0.01, rel_tol=1e-9)
    np.testing.assert_allclose(low, -high, rtol=1e-14)


def test_interval_scales_with_the_standard_error_and_moves_with_the_value():
    low, high = simultaneous_interval([3.0, -1.0], [0.1, 0.2], [10, 10], confidence=0.95)
    unit = simultaneous_interval([0.0, 0.0], [1.0, 1.0], [10, 10], confidence=0.95)[1][0]
    np.testing.assert_allclose(high, [3 + 0.1 * unit, -1 + 0.2 * unit])
    np.testing.assert_allclose(low, [3 - 0.1 * unit, -1 - 0.2 * unit])


def test_intervals_hold_together_for_dependent_values():
    # 4000 experiments of 5 correlated means over 8 replicates; coverage may miss 0.9 by 4 standard errors.
    rng = np.random.default_rng(20)
    m, replicates, confidence, experiments = 5, 8, 0.9, 4000
    shared = rng.standard_normal((experiments, 1, replicates))
    draws = 0.8 * shared + 0.6 * rng.standard_normal((experiments, m, replicates))
    means, errors = draws.mean(axis=2), draws.std(axis=2, ddof=1) / math.sqrt(replicates)
    covered = 0
    for mean, error in zip(means, errors, strict=True):
        low, high = simultaneous_interval(mean, error, replicates, confidence=confidence)
        covered += bool(((low <= 0) & (high >= 0)).all())
    assert covered / experiments >= confidence - 4 * math.sqrt(0.09 / experiments)


def test_value_just_outside_the_margin_seldom_passes():
    # At the edge of the margin "holds" is an error; its rate is at most (1 - confidence)/2 for one value.
    rng = np.random.default_rng(21)
    replicates, experiments, confidence = 6, 4000, 0.9
    draws = 1.01 + 0.002 * rng.standard_normal((experiments, replicates))
    means, errors = draws.mean(axis=1), draws.std(axis=1, ddof=1) / math.sqrt(replicates)
    verdicts = [
        equivalence([mean], [error], replicates, expected=1, margin=0.01, confidence=confidence).verdict
        for mean, error in zip(means, errors, strict=True)
    ]
    bound = (1 - confidence) / 2
    for verdict in ("holds", "fails"):
        rate = verdicts.count(verdict) / experiments
        assert abs(rate - bound) < 4 * math.sqrt(bound * (1 - bound) / experiments)


@pytest.mark.parametrize(
    ("values", "errors", "verdict", "worst"),
    [
        ([1.0, 1.001], [1e-4, 1e-4], "holds", 1),
        ([0.999, 1.0], [1e-4, 1e-4], "holds", 0),
        ([1.0, 1.0], [1e-4, 1.0], "undecided", 1),
        ([1.0099, 1.0], [1e-4, 1e-4], "undecided", 0),
        ([1.0, 1.02], [1.0, 1e-4], "fails", 1),
        ([0.97, 1.02], [1e-4, 1e-4], "fails", 0),
        ([1.0, 1.0], [0.0, 0.0], "holds", 0),
    ],
)
def test_verdict(values, errors, verdict, worst):
    result = equivalence(values, errors, 100, **SETTINGS)
    assert (result.verdict, result.worst) == (verdict, worst)
    low, high = simultaneous_interval(values, errors, 100, confidence=0.99)
    assert (result.low, result.high) == (low[worst], high[worst])


def test_more_values_make_the_same_intervals_wider():
    few = equivalence([1.0], [0.003], 100, **SETTINGS)
    many = equivalence(np.ones(1000), np.full(1000, 0.003), 100, **SETTINGS)
    assert (few.verdict, many.verdict) == ("holds", "undecided")


@pytest.mark.parametrize(
    ("values", "errors", "replicates", "changes"),
    [
        ([], [], 10, {}),
        ([np.nan], [0.1], 10, {}),
        ([np.inf], [0.1], 10, {}),
        ([1.0], [np.nan], 10, {}),
        ([1.0], [np.inf], 10, {}),
        ([1.0], [-0.1], 10, {}),
        ([1.0], [0.1], 1, {}),
        ([1.0], [0.1], np.nan, {}),
        ([1.0, 1.0], [0.1, 0.1], [10, 1], {}),
        ([1.0, 1.0], [0.1, 0.1, 0.1], 10, {}),
        ([1.0], [0.1], 10, {"confidence": 1.0}),
        ([1.0], [0.1], 10, {"confidence": 0.0}),
        ([1.0], [0.1], 10, {"confidence": np.nan}),
        ([1.0], [0.1], 10, {"margin": 0.0}),
        ([1.0], [0.1], 10, {"margin": np.nan}),
        ([1.0], [0.1], 10, {"margin": np.inf}),
        ([1.0], [0.1], 10, {"expected": np.nan}),
    ],
)
def test_what_cannot_be_decided_is_refused(values, errors, replicates, changes):
    with pytest.raises(ValueError):
        equivalence(values, errors, replicates, **(SETTINGS | changes))
    if not changes or "confidence" in changes:
        with pytest.raises(ValueError):
            simultaneous_interval(values, errors, replicates, confidence=changes.get("confidence", 0.99))


class TestLine:
    X = np.array([0.05, 0.02, 0.01, 0.004])
    ERRORS = np.array([0.3, 0.1, 0.2, 0.05])
    VALUES = np.array([1.4, 1.3, 0.9, 1.05])

    def test_fit_is_the_closed_form_of_weighted_least_squares(self):
        with mpmath.workdps(40):
            w = [1 / mpmath.mpf(error) ** 2 for error in self.ERRORS]
            x, y = ([mpmath.mpf(value) for value in column] for column in (self.X, self.VALUES))
            s, sx, sxx = sum(w), mpmath.fdot(w, x), mpmath.fsum(a * b * b for a, b in zip(w, x, strict=True))
            sy = mpmath.fdot(w, y)
            sxy = mpmath.fsum(a * b * c for a, b, c in zip(w, x, y, strict=True))
            det = s * sxx - sx**2
            expected = [
                (sxx * sy - sx * sxy) / det,
                mpmath.sqrt(sxx / det),
                (s * sxy - sx * sy) / det,
                mpmath.sqrt(s / det),
            ]
            expected = [float(value) for value in expected]
        np.testing.assert_allclose(line_at_zero(self.X, self.VALUES, self.ERRORS), expected, rtol=1e-12)

    def test_standard_errors_are_the_spread_of_repeated_fits(self):
        # 4000 repetitions: the relative standard error of a standard deviation is 1/sqrt(8000); 4 of them.
        rng = np.random.default_rng(22)
        draws = 2.0 - 3.0 * self.X + self.ERRORS * rng.standard_normal((4000, self.X.size))
        fits = np.array([line_at_zero(self.X, row, self.ERRORS) for row in draws])
        tolerance = 4 / math.sqrt(8000)
        np.testing.assert_allclose(fits[:, [0, 2]].std(axis=0), fits[0, [1, 3]], rtol=tolerance)
        bias = (fits[:, [0, 2]].mean(axis=0) - [2.0, -3.0]) / (fits[0, [1, 3]] / math.sqrt(4000))
        assert (np.abs(bias) < 4).all()

    @pytest.mark.parametrize(
        ("x", "values", "errors"),
        [
            ([0.1], [1.0], [0.1]),
            ([0.1, 0.1], [1.0, 1.1], [0.1, 0.1]),
            ([0.1, 0.2], [1.0, np.nan], [0.1, 0.1]),
            ([0.1, np.inf], [1.0, 1.0], [0.1, 0.1]),
            ([0.1, 0.2], [1.0, 1.0], [0.1, 0.0]),
            ([0.1, 0.2], [1.0, 1.0], [0.1, np.nan]),
            ([0.1, 0.2], [1.0, 1.0, 1.0], [0.1, 0.1]),
            ([], [], []),
        ],
    )
    def test_line_that_is_not_determined_is_refused(self, x, values, errors):
        with pytest.raises(ValueError):
            line_at_zero(x, values, errors)
