"""Errors of several rewards at once against those of each alone, which share neither nodes nor assembly."""

import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.search import best_temperatures
from bestofk.selection import mean_selection_error
from bestofk.several_rewards import common_s2, mean_selection_errors

K = [1.0, 2.0, 8.0, 300.0, np.inf]
FAMILY = [
    OrderParameters.overshoot(s2=0.5, q_tt=0.02, c=0.0),
    OrderParameters.overshoot(s2=0.5, q_tt=0.02, c=15.0),
    OrderParameters(s2=0.5, q_tt=0.4, q_tr=-0.1, q_rr=0.3),
    OrderParameters(s2=0.5, q_tt=0.4, q_tr=0.0, q_rr=0.0),
]


@pytest.mark.parametrize("temperature", [0.0, 0.01, 1.0, 80.0, np.inf])
def test_errors_of_a_family_are_those_of_its_members(temperature):
    together = mean_selection_errors(K, FAMILY, temperature=temperature)
    alone = [mean_selection_error(K, values, temperature=temperature) for values in FAMILY]
    np.testing.assert_allclose(together, alone, rtol=1e-9)


def test_best_temperatures_of_a_family_are_those_of_its_members():
    teacher, overshooting = best_temperatures([8.0], FAMILY[:2])
    assert teacher.temperature.tolist() == [0.0]
    (best,) = overshooting.temperature
    lower, there, higher = (
        mean_selection_error([8.0], FAMILY[1], temperature=factor * best)[0] for factor in (0.97, 1.0, 1.03)
    )
    assert overshooting.error == pytest.approx(there, rel=1e-9)
    assert there < min(lower, higher)
    # The vertex of the parabola through the three.
    assert abs((lower - higher) / (lower + higher - 2 * there)) < 0.1


@pytest.mark.parametrize(
    "family", [[], [OrderParameters.overshoot(s2=s2, q_tt=0.1, c=0.0) for s2 in (1.0, 2.0)]]
)
def test_a_family_has_one_predictive_variance(family):
    for refused in (
        lambda: common_s2(family),
        lambda: mean_selection_errors(K, family, temperature=1.0),
        lambda: best_temperatures(K, family),
    ):
        with pytest.raises(ValueError, match="at least one, and all the same"):
            refused()
