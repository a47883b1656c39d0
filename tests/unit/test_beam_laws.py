"""The law of the last step against the exact recursion, for biases of every kind."""

import numpy as np
import pytest
from bestofk.beam import beam_error_at
from bestofk.beam_laws import last_step_law

GAPS, STDS = [0.4, 0.3, -0.2], [0.5, 0.7, 0.6]


@pytest.mark.parametrize(
    "biases", [[0.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.1, 0.2, 0.3], [0.6, 0.6, 0.6], [0.1, -0.2, 0.0]]
)
def test_law_is_reached_with_the_square_of_k(biases):
    limit, coefficient = last_step_law(GAPS, STDS, biases)
    assert limit == beam_error_at(np.inf, GAPS, step_stds=STDS, reward_biases=biases) == biases[-1] ** 2
    k = np.array([512, 1024])
    exact = beam_error_at(k, GAPS, step_stds=STDS, reward_biases=biases) - limit
    miss = exact * (k + 1) * (k + 2) / coefficient - 1
    assert abs(miss[1]) < 1e-3
    # What is left is of relative order 1/k^2.
    assert miss[1] / miss[0] == pytest.approx(0.25, abs=0.02)


def test_looking_ahead_is_the_best_that_a_right_last_reward_leaves():
    at = {bias: last_step_law(GAPS, STDS, [0.3, bias, 0.0])[1] for bias in (-0.3, GAPS[-1], 0.0, 0.3)}
    assert min(at, key=at.get) == GAPS[-1]
    assert at[GAPS[-1]] == pytest.approx(np.pi * STDS[-1] ** 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1], [0.0], [0.0]), "step_stds has the entry 0"),
        (([0.1, 0.2], [1.0], [0.0, 0.0]), "step_stds has shape"),
        (([], [], []), "teacher_gaps has shape"),
    ],
)
def test_what_is_outside_the_domain_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        last_step_law(*arguments)
