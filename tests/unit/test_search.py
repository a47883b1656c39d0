"""The best k and the best temperature are those of the exact error, wherever they lie."""

from __future__ import annotations

import math

import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.search import best_k, best_temperature
from bestofk.selection import mean_selection_error

TEACHER = OrderParameters.overshoot(s2=0.5, q_tt=0.02, c=0.0)
OVERSHOOT = OrderParameters.overshoot(s2=0.5, q_tt=0.02, c=15.0)


class TestBestK:
    @pytest.mark.parametrize(("temperature", "beyond"), [(10.0, False), (12.3, True)])
    def test_best_k_is_the_least_of_every_k(self, temperature, beyond):
        # From 64 on the search tries every k only near the best of a coarse grid.
        best = best_k(OVERSHOOT, temperature=temperature, k_max=300)
        every = np.arange(1, 301)
        errors = mean_selection_error(every, OVERSHOOT, temperature=temperature)
        assert best.k == every[errors.argmin()]
        assert (best.k > 64) == beyond
        assert math.isclose(best.error, errors.min(), rel_tol=1e-9)

    def test_more_always_help_with_the_teacher_as_reward(self):
        # delta = s²(1 - g) + q (1 - g)² with g = 1/(1 + t): the limit, written for Delta_R = Delta_T.
        for temperature in (0.0, 2.0):
            g = 1 / (1 + temperature / (2 * TEACHER.s2))
            best = best_k(TEACHER, temperature=temperature, k_max=300)
            assert best.k == math.inf
            expected = TEACHER.s2 * (1 - g) + TEACHER.q_tt * (1 - g) ** 2
            assert math.isclose(best.error, expected, rel_tol=1e-12, abs_tol=1e-15)

    def test_one_candidate_is_best_against_a_misleading_reward(self):
        # The reward pulls away from the teacher: q_TR < 0.
        values = OrderParameters(s2=1.0, q_tt=4.0, q_tr=-6.0, q_rr=9.0)
        best = best_k(values, temperature=1.0, k_max=100)
        assert best == (1.0, pytest.approx(1.0 + 4.0, rel=1e-9))

    def test_every_k_is_as_good_at_infinite_temperature(self):
        assert best_k(OVERSHOOT, temperature=math.inf, k_max=100).error == pytest.approx(0.52, rel=1e-9)

    def test_optimum_stays_within_what_is_searched(self):
        best = best_k(OVERSHOOT, temperature=1.0, k_max=1)
        assert best.k in (1.0, math.inf)

    @pytest.mark.parametrize("k_max", [0, -1, 2.5, math.nan, math.inf, True])
    def test_largest_k_is_an_integer_of_at_least_one(self, k_max):
        with pytest.raises(ValueError, match="k_max"):
            best_k(OVERSHOOT, temperature=1.0, k_max=k_max)

    @pytest.mark.parametrize("temperature", [-1.0, math.nan])
    def test_temperature_outside_its_domain_is_refused(self, temperature):
        with pytest.raises(ValueError, match="temperature"):
            best_k(OVERSHOOT, temperature=temperature, k_max=4)


@pytest.fixture(scope="module")
def found():
    """The best temperatures for one, eight and infinitely many candidates."""
    return best_temperature([1.0, 8.0, math.inf], OVERSHOOT)


class TestBestTemperature:
    def test_limit_has_its_optimum_in_closed_form(self, found):
        # Least s²(1 - g) + q_TT - 2 q_TR g + q_RR g² over g = 1/(1 + t): g = (s² + 2 q_TR)/(2 q_RR).
        p = OVERSHOOT
        g = (p.s2 + 2 * p.q_tr) / (2 * p.q_rr)
        assert math.isclose(found.temperature[2], 2 * p.s2 * (1 / g - 1), rel_tol=1e-3)
        least = p.s2 * (1 - g) + p.q_tt - 2 * p.q_tr * g + p.q_rr * g**2
        assert math.isclose(found.error[2], least, rel_tol=1e-9)

    def test_best_temperature_is_the_vertex_of_a_fine_scan(self, found):
        steps = np.array([-0.05, 0.0, 0.05])
        around = found.temperature[1] * np.exp(steps)
        errors = [mean_selection_error([8.0], OVERSHOOT, temperature=t)[0] for t in around]
        bend, slope, _ = np.polyfit(steps, errors, 2)
        assert bend > 0
        assert abs(-slope / (2 * bend)) < 5e-3
        assert found.error[1] <= min(errors) * (1 + 1e-9)

    def test_best_temperature_beats_every_other(self, found):
        for temperature in (0.0, 2.0, 100.0, math.inf):
            assert found.error[1] < mean_selection_error([8.0], OVERSHOOT, temperature=temperature)[0]

    def test_temperature_has_no_effect_on_one_candidate(self, found):
        assert math.isnan(found.temperature[0])
        assert math.isclose(found.error[0], OVERSHOOT.s2 + OVERSHOOT.q_tt, rel_tol=1e-9)

    def test_no_selection_noise_is_best_with_the_teacher_as_reward(self):
        assert best_temperature([math.inf], TEACHER).temperature.tolist() == [0.0]

    def test_a_candidate_at_random_is_best_against_a_misleading_reward(self):
        values = OrderParameters(s2=1.0, q_tt=4.0, q_tr=-6.0, q_rr=9.0)
        misled = best_temperature([math.inf], values)
        assert misled.temperature[0] == math.inf
        assert math.isclose(misled.error[0], 5.0, rel_tol=1e-9)

    @pytest.mark.parametrize("k", [[], [0.5], [math.nan], [[2.0]]])
    def test_what_is_no_number_of_candidates_is_refused(self, k):
        with pytest.raises(ValueError, match="k has"):
            best_temperature(k, OVERSHOOT)
