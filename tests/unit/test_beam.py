"""Beam search against best-of-k, simulation, its laws, and the limits of one step and one candidate."""

import math

import numpy as np
import pytest
from bestofk.beam import beam_error, beam_error_at, simulate_beam
from bestofk.equivalents import OrderParameters
from bestofk.selection import mean_selection_error, selection_error

HARD = OrderParameters.overshoot(s2=1.0, q_tt=1.0, c=0.0)


@pytest.mark.parametrize("bias", [0.0, 0.9, -2.0])
def test_one_step_is_best_of_k(bias):
    k = np.array([1, 2, 8, 1000, 10**6])
    expected = selection_error(k, 0.7, 0.7 + bias, temperature=0.0)
    # The quadrature of selection promises 1e-10.
    np.testing.assert_allclose(beam_error_at(k, [0.7], reward_biases=bias), expected, rtol=1e-10)


def test_one_candidate_adds_up_all_steps():
    gaps, stds = [0.3, -0.8, 1.1], [0.5, 1.0, 0.7]
    error = beam_error_at(1, gaps, step_stds=stds, reward_biases=[0.2, 0.4, -0.1])
    assert error == pytest.approx(sum(gaps) ** 2 + sum(std**2 for std in stds), rel=1e-10)


@pytest.mark.parametrize(
    ("gaps", "stds", "biases"),
    [
        ([0.25] * 4, [0.5] * 4, [0.0] * 4),
        ([0.6, 0.3, -0.2], [0.7, 0.5, 0.4], [0.3, -0.2, 0.5]),
        ([1.0, 0.0], [1.0, 0.1], [1.0, 0.0]),
    ],
)
@pytest.mark.parametrize("k", [2, 16])
def test_recursion_is_what_searches_give(gaps, stds, biases, k):
    squares = simulate_beam(
        k,
        gaps,
        width=1,
        searches=60_000,
        rng=np.random.default_rng(6),
        step_stds=stds,
        reward_biases=biases,
    )
    exact = beam_error_at(k, gaps, step_stds=stds, reward_biases=biases)
    assert abs(exact - squares.mean()) < 4 * squares.std() / math.sqrt(squares.size)


@pytest.mark.parametrize(
    ("gaps", "stds"), [([0.125] * 8, [0.125**0.5] * 8), ([0.6, 0.3, -0.2], [0.5**0.5, 0.3**0.5, 0.2**0.5])]
)
def test_only_the_last_step_counts_at_large_k(gaps, stds):
    k, gap, std = 4096, gaps[-1], stds[-1]
    law = math.pi * std**2 * math.exp((gap / std) ** 2) / ((k + 1) * (k + 2))
    assert beam_error_at(k, gaps, step_stds=stds) == pytest.approx(law, rel=1e-5)


def test_gain_at_equal_step_cost():
    k, steps = 4096, 8
    beam = beam_error_at(k, [1 / steps] * steps, step_stds=steps**-0.5)
    best = beam_error_at(k, [1.0])
    assert best / beam == pytest.approx(steps * math.exp(1 - 1 / steps), rel=1e-4)


@pytest.mark.parametrize(
    ("total", "biases"),
    [
        (0.5, [0.075, 0.15, 0.225, 0.3]),
        (0.5, [0.2, 0.4, 0.6, 0.8]),
        (0.5, [0.8] * 4),
        (1.0, [0.8] * 4),
        (0.5, [0.5, 0.5, 0.5, 0.0]),
    ],
)
def test_excess_under_wrong_partial_rewards(total, biases):
    k, std, gap = 20_000, 0.5, total / 4
    last, before = biases[-1], biases[-2]
    reach = (gap - before + last) / std
    law = math.pi * std**2 * math.exp(reach**2) * (1 - 2 * reach * last / std)
    excess = beam_error_at(k, [gap] * 4, step_stds=std, reward_biases=biases) - last**2
    assert k**2 * excess == pytest.approx(law, rel=4 / k)


def test_even_steps_keep_the_quadratic_law_for_harder_tasks():
    # kappa = 0.6 is beyond the 1/2 of best-of-k, not beyond the steps/2 of the beam.
    k, steps, kappa = 1024, 2, 0.6
    law = math.pi / steps / math.sqrt(1 - 2 * kappa / steps) / ((k + 1) * (k + 2))
    hard = OrderParameters.overshoot(s2=1.0, q_tt=kappa, c=0.0)
    assert beam_error(k, hard, steps=steps) == pytest.approx(law, rel=0.02)


def test_average_is_the_mean_over_inputs_with_a_ramp_of_biases():
    p, k = OrderParameters.overshoot(s2=2.0, q_tt=0.2, c=1.5), 6
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    errors = [
        beam_error_at(k, [gap / 2] * 2, step_stds=1.0, reward_biases=[0.75 * gap, 1.5 * gap])
        for gap in math.sqrt(p.q_tt) * nodes
    ]
    assert beam_error(k, p, steps=2) == pytest.approx(weights @ errors / weights.sum(), rel=1e-7)


@pytest.mark.parametrize(("q_tt", "c"), [(0.3, 0.0), (0.3, 2.0), (2.0, 0.0), (0.0, 2.0)])
def test_average_of_one_step_is_best_of_k(q_tt, c):
    p, k = OrderParameters.overshoot(2.0, q_tt, c), np.array([1, 4, 64, 20_000])
    expected = mean_selection_error(k, p, temperature=0.0)
    np.testing.assert_allclose(beam_error(k, p, steps=1), expected, rtol=1e-7)


def test_a_wider_beam_costs_the_same_and_does_not_help_right_rewards():
    errors = {
        width: simulate_beam(
            8, [0.25] * 4, width=width, searches=40_000, rng=np.random.default_rng(7), step_stds=0.5
        )
        for width in (1, 2, 8)
    }
    means = {width: squares.mean() for width, squares in errors.items()}
    spread = 4 * errors[2].std() / 200
    assert means[1] + spread < means[2] < means[8]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: beam_error_at(0, [1.0]), "integer from 1 to 1000000"),
        (lambda: beam_error_at(2, []), "teacher_gaps has shape"),
        (lambda: beam_error_at(2, [1.0, 1.0], step_stds=[1.0]), "step_stds has shape"),
        (lambda: beam_error_at(2, [1.0], step_stds=0.0), "must be positive"),
        (lambda: beam_error_at(2, [13.0]), "may be at most 12"),
        (lambda: beam_error_at(2, [0.0, 0.0], reward_biases=[7.0, -7.0]), "may be at most 12"),
        (lambda: beam_error(2, OrderParameters.overshoot(1.0, 1.0, 2.0), steps=2), "q_rr is 4.5 s2"),
        (
            lambda: simulate_beam(
                2, [1.0], width=1, searches=1, rng=np.random.default_rng(0), step_stds=-1.0
            ),
            "must be positive",
        ),
        (lambda: beam_error(2, OrderParameters(1.0, 1.0, 0.0, 1.0), steps=2), "overshoot the teacher"),
        (lambda: beam_error(2, HARD, steps=0), "steps is 0"),
        (
            lambda: simulate_beam(8, [1.0], width=3, searches=1, rng=np.random.default_rng(0)),
            "must be a multiple",
        ),
    ],
)
def test_what_is_outside_the_domain_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
