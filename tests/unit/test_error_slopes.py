"""Log-slopes of the error in candidates and data, against differences of the error and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk.data_slopes import data_slopes
from bestofk.equivalents import OrderParameters, equivalent_order_parameters
from bestofk.error_slopes import error_slopes
from bestofk.model import Overshoot
from bestofk.selection import mean_selection_error

D = 16
SPECTRUM = np.append(np.arange(1.0, D - 3) ** -1.2, np.zeros(4))
TEACHER, OTHER = np.random.default_rng(8).standard_normal((2, D))
REWARDS = {"teacher": Overshoot(0.0), "overshoot": Overshoot(2.0), "vector": TEACHER + 0.5 * OTHER}
K = np.array([1.0, 2.0, 5.5, 40.0, 1e3])
#: Differences of sixth order.
PLACES, WEIGHTS = np.array([-3, -2, -1, 1, 2, 3]), np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60


def arguments(n: float, reward: str) -> tuple[tuple, dict]:
    return (SPECTRUM, TEACHER, REWARDS[reward]), {"aspect_ratio": D / n, "noise_var": 0.2, "prior_var": 0.7}


@pytest.mark.parametrize(
    ("n", "reward", "temperature", "held"),
    [
        *((n, reward, 0.0, "temperature") for n in (8.0, 40.0) for reward in REWARDS),
        (8.0, "vector", 0.4, "temperature"),
        (40.0, "overshoot", 0.4, "temperature"),
        (40.0, "vector", 0.4, "reduced_temperature"),
    ],
)
def test_slopes_are_differences_of_the_error(n, reward, temperature, held):
    values, slopes = data_slopes(*arguments(n, reward)[0], **arguments(n, reward)[1])
    found = error_slopes(K, values, slopes, temperature=temperature, held=held)
    np.testing.assert_allclose(
        found.error, mean_selection_error(K, values, temperature=temperature), rtol=1e-9
    )
    step, in_n = 0.02, np.zeros(K.size)
    for place, weight in zip(PLACES, WEIGHTS, strict=True):
        positional, problem = arguments(n * np.exp(place * step), reward)
        moved = equivalent_order_parameters(*positional, **problem)
        here = temperature * (1.0 if held == "temperature" else moved.s2 / values.s2)
        in_n += weight / step * np.log(mean_selection_error(K, moved, temperature=here))
    moved_k = np.outer(np.exp(PLACES * step), K[1:])
    in_k = WEIGHTS / step @ np.log(mean_selection_error(moved_k, values, temperature=temperature))
    np.testing.assert_allclose(found.data, in_n, atol=1e-7)
    np.testing.assert_allclose(found.candidates[1:], in_k, atol=1e-7)


def matched(n: float, noise_var: float = 0.25, spectrum: np.ndarray = SPECTRUM[:12]):
    problem = {"aspect_ratio": spectrum.size / n, "noise_var": noise_var, "prior_var": 1.0}
    return data_slopes(spectrum, np.ones(spectrum.size), Overshoot(0.0), **problem)


@pytest.mark.parametrize("n", [60.0, 400.0])
def test_best_of_many_with_a_matched_prior(n):
    """d log delta/d log n = -df2/(1 - df2) (2 - 3 df1)/(1 - 2 df1); d log delta/d log k = -2 + 3/k."""
    values, slopes = matched(n)
    lam, r = SPECTRUM[:12], values.s2 * 12 / n
    df1, df2 = (np.sum((lam / (lam + r)) ** power) / n for power in (1, 2))
    found = error_slopes([1e4, 2.0**28], values, slopes, temperature=0.0)
    assert found.data[1] == pytest.approx(-df2 / (1 - df2) * (2 - 3 * df1) / (1 - 2 * df1), rel=1e-6)
    assert found.candidates[0] == pytest.approx(-2 + 3e-4, abs=1e-6)


def test_one_candidate_is_worth_the_predictive_error():
    """delta(1) = s^2 + q_TT at any temperature and for any judge."""
    values, slopes = data_slopes(*arguments(20.0, "vector")[0], **arguments(20.0, "vector")[1])
    expected = (slopes.s2 + slopes.q_tt) / (values.s2 + values.q_tt)
    for temperature in (0.0, 0.4):
        found = error_slopes(1, values, slopes, temperature=temperature)
        assert found.data == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("held", ["temperature", "reduced_temperature"])
def test_infinitely_many_candidates_leave_the_slope_of_the_limit(held):
    values, slopes = data_slopes(*arguments(20.0, "overshoot")[0], **arguments(20.0, "overshoot")[1])
    found = error_slopes(np.inf, values, slopes, temperature=0.4, held=held)
    step = 1e-5

    def limit(sign: int) -> float:
        positional, problem = arguments(20.0 * np.exp(sign * step), "overshoot")
        moved = equivalent_order_parameters(*positional, **problem)
        t = (0.4 if held == "temperature" else 0.4 * moved.s2 / values.s2) / (2 * moved.s2)
        g = 1 / (1 + t)
        return np.log(moved.s2 * (1 - g) + moved.q_tt - 2 * g * moved.q_tr + g**2 * moved.q_rr)

    assert found.candidates == 0
    assert found.data == pytest.approx((limit(1) - limit(-1)) / (2 * step), rel=1e-8)
    # With the teacher as judge nothing is left at T = 0, and a slope has no meaning.
    assert np.isnan(error_slopes(np.inf, *matched(60.0), temperature=0.0).data)


def test_the_condition_is_a_small_gap_and_not_a_small_ridge():
    """In the published settings R is 1000 sigma^2, and yet candidates are worth far more than data."""
    weights = np.full(10, 2.0)
    settings = {"aspect_ratio": 1e-3, "noise_var": 1e-8, "prior_var": 1e-6}
    values, slopes = data_slopes(np.ones(10), weights, Overshoot(0.0), **settings)
    ridge = values.s2 * 1e-3 / 1e-6
    assert ridge / 1e-8 == pytest.approx(1000, rel=2e-3)
    assert values.kappa == pytest.approx(0.0411, abs=1e-4)
    found = error_slopes(1e4, values, slopes, temperature=0.0)
    assert -0.1 < found.data < 0
    assert found.candidates < -1.99


def test_wrong_arguments_are_refused():
    values, slopes = matched(60.0)
    with pytest.raises(ValueError, match='it must be "temperature" or "reduced_temperature"'):
        error_slopes(2, values, slopes, temperature=0.0, held="t")
    with pytest.raises(ValueError, match="k must be from 1"):
        error_slopes(0.5, values, slopes, temperature=0.0)
    with pytest.raises(ValueError, match="reduced_temperature is"):
        error_slopes(2, values, slopes, temperature=-1.0)
    with pytest.raises(ValueError, match="q_rr is 0"):
        error_slopes(2, OrderParameters(1.0, 0.0, 0.0, 0.0), slopes, temperature=0.0)
