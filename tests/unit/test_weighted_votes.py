"""Weighted votes: an independent simulation, two candidates exactly, limits in k and T, and refusals."""

import numpy as np
import pytest
from bestofk import weighted_votes
from bestofk.equivalents import OrderParameters
from bestofk.votes import cells, vote_error, vote_error_at
from bestofk.weighted_mean import weighted_mean_error
from bestofk.weighted_votes import weighted_vote_error, weighted_vote_error_at

GRID = {"width": 0.5, "phase": 0.3}


def drawn(k: int, gap: float, reward_gap: float, t: float, votes: int, seed: int) -> tuple[float, float]:
    """Mean squared error and its standard error, cell by cell and vote by vote."""
    rng = np.random.default_rng(seed)
    squares = np.empty(votes)
    for vote in range(votes):
        z = rng.standard_normal(k)
        ballot = {}
        for answer, weight in zip(
            np.rint(z / 0.5 - 0.3), np.exp(-((reward_gap + z) ** 2) / (2 * t)), strict=True
        ):
            ballot[answer] = ballot.get(answer, 0.0) + weight
        squares[vote] = (gap + 0.5 * (max(ballot, key=ballot.get) + 0.3)) ** 2
    return squares.mean(), squares.std(ddof=1) / np.sqrt(votes)


@pytest.mark.parametrize(
    ("k", "gap", "reward_gap", "t"),
    [
        (3, 0.5, 1.5, 2.0),
        (16, 0.5, 1.5, 2.0),
        (16, -0.4, 0.8, 0.5),
        (64, 0.5, 1.5, 2.0),
        (64, 0.2, -2.0, 3.0),
        (64, 0.5, 1.5, 100.0),
    ],
)
def test_against_votes_that_are_drawn(k, gap, reward_gap, t):
    mean, standard_error = drawn(k, gap, reward_gap, t, 20_000, seed=k)
    exact = weighted_vote_error_at(k, gap, reward_gap, temperature=2 * t, **GRID)
    assert abs(mean - exact) < 4.0 * standard_error + 1e-3


@pytest.mark.parametrize("k", [21, 30])
def test_wide_cells_against_votes_that_are_drawn(k):
    # Of two or three cells it matters whether the number of candidates is even.
    width, phase, gap, reward_gap, t = 4.0, 0.583, 0.66, 1.8, 40.0
    rng, m = np.random.default_rng(5), 40_000
    z = rng.standard_normal((k, m))
    cell = np.rint(z / width - phase).astype(int) + 3
    weight = np.exp(-((reward_gap + z) ** 2) / (2 * t))
    sums = np.stack([(weight * (cell == place)).sum(axis=0) for place in range(7)])
    squares = (gap + width * (sums.argmax(axis=0) - 3 + phase)) ** 2
    exact = weighted_vote_error_at(k, gap, reward_gap, width=width, phase=phase, temperature=2 * t)
    assert abs(squares.mean() - exact) < 4.0 * squares.std() / np.sqrt(m) + 1e-3


def test_values_of_another_implementation():
    # A contour integral and an FFT written on its own, on a four times finer lattice.
    error = weighted_vote_error_at([16, 64, 256], 0.5, 1.5, temperature=4.0, **GRID)
    assert error == pytest.approx([0.2752, 0.14637, 0.07428], abs=2e-4)


@pytest.mark.parametrize("temperature", [1.0, 2.0, 20.0])
def test_of_two_candidates_the_better_one_wins_at_every_temperature(temperature):
    gap, reward_gap = 0.5, 0.7
    # On a grid of midpoints that no edge of a cell falls upon.
    z = (np.arange(4000) + 0.5) / 4000 * 16 - 8
    farther = np.array([np.exp(-0.5 * z**2) @ (np.abs(reward_gap + z) > abs(reward_gap + one)) for one in z])
    answer = gap + 0.5 * (np.rint(z / 0.5 - 0.3) + 0.3)
    exact = 2.0 * (answer**2 * np.exp(-0.5 * z**2)) @ farther * (16 / 4000) ** 2 / (2 * np.pi)
    error = weighted_vote_error_at(2, gap, reward_gap, temperature=temperature, **GRID)
    assert error == pytest.approx(exact, abs=1.5e-3)


def test_one_candidate_is_a_vote_of_one():
    one = weighted_vote_error_at(1, 0.5, 1.5, temperature=4.0, **GRID)
    assert one == pytest.approx(vote_error_at(1, 0.5, **GRID), abs=1e-3)


def test_even_weights_make_a_plain_vote():
    k = np.array([3, 16, 64])
    plain = vote_error_at(k, 0.5, **GRID)
    assert weighted_vote_error_at(k, 0.5, 1.5, temperature=np.inf, **GRID) == pytest.approx(plain, rel=1e-12)
    # Nearly even ones break ties, of which the lattice knows nothing.
    with pytest.raises(ArithmeticError, match="they only break ties"):
        weighted_vote_error_at(16, 0.5, 1.5, temperature=1000.0, **GRID)


def test_many_candidates_find_the_cell_of_the_weighted_mean():
    limit = weighted_vote_error_at(np.inf, 0.5, 1.5, temperature=4.0, **GRID)
    # The weighted mean is at the teacher, the nearest centre 0.15 s from it.
    assert limit == pytest.approx(0.15**2, rel=1e-12)
    assert weighted_vote_error_at(10_000, 0.5, 1.5, temperature=4.0, **GRID) == pytest.approx(limit, abs=3e-3)


def test_units_do_not_matter():
    scaled = weighted_vote_error_at(64, 1.5, 4.5, predictive_std=3.0, width=1.5, phase=0.3, temperature=36.0)
    assert scaled == pytest.approx(
        9.0 * weighted_vote_error_at(64, 0.5, 1.5, temperature=4.0, **GRID), rel=1e-9
    )


def test_average_over_inputs_and_phases():
    p = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=0.5)
    nodes, weights = np.polynomial.hermite_e.hermegauss(8)
    by_hand = sum(
        weight
        * weighted_vote_error_at(256, 0.5 * node, 0.75 * node, width=0.5, phase=phase, temperature=2.0)
        / 4
        for node, weight in zip(nodes, weights / weights.sum(), strict=True)
        for phase in (0.1, 0.35, 0.6, 0.85)
        if weight > 1e-3
    )
    assert weighted_vote_error(256, p, width=0.5, temperature=2.0) == pytest.approx(by_hand, abs=2e-3)


def test_average_has_the_limit_of_the_weighted_mean_and_its_grid():
    p = OrderParameters(s2=2.0, q_tt=0.5, q_tr=0.3, q_rr=1.0)
    limit = weighted_mean_error(np.inf, p, temperature=4.0) + 0.7**2 / 12
    assert weighted_vote_error(np.inf, p, width=0.7, temperature=4.0) == pytest.approx(limit, rel=1e-12)
    plain = weighted_vote_error([3, np.inf], p, width=0.7, temperature=np.inf)
    assert plain == pytest.approx(vote_error([3, np.inf], p, width=0.7), rel=1e-12)


def test_what_the_lattice_does_not_resolve_is_refused():
    with pytest.raises(ArithmeticError, match="few of them carry nearly all"):
        weighted_vote_error_at(64, 0.5, 8.0, temperature=0.5, **GRID)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"temperature": 0.0}, "temperature is 0"),
        ({"temperature": 1e-6}, "T/\\(2 s\\^2\\)"),
        ({"width": 0.01}, "width is 0.01"),
        ({"phase": 1.0}, "phase is 1.0"),
        ({"k": 0}, "from 1 to 10000"),
        ({"k": []}, "k is empty"),
        ({"k": 10_001}, "from 1 to 10000"),
        ({"reward_gap": 60.0}, "reward_gap has the value 60"),
        ({"predictive_std": -1.0}, "predictive_std is -1"),
    ],
)
def test_what_is_outside_the_domain_is_refused(changes, message):
    arguments = {"k": 4, "teacher_gap": 0.5, "reward_gap": 1.0, "temperature": 2.0, **GRID} | changes
    with pytest.raises(ValueError, match=message):
        weighted_vote_error_at(**arguments)


def test_average_over_wide_cells_is_refused():
    p = OrderParameters(s2=1.0, q_tt=0.2, q_tr=0.1, q_rr=0.3)
    with pytest.raises(ValueError, match="of an average it may be at most 5"):
        weighted_vote_error(4, p, width=6.0, temperature=2.0)
    # One candidate is off by the centre of its cell.
    one = weighted_vote_error(1, p, width=5.0, temperature=2.0)
    assert one == pytest.approx(0.2 + 1.0 + 25 / 12, abs=1e-3)


def test_two_lattices_are_extrapolated():
    # Their extrapolation is nearer to a lattice that is eight times finer than either of them is.
    centres, _ = cells(**GRID)
    setting = (16, 1.5, 2.0, GRID["width"], centres)
    steps = weighted_votes._COARSEST
    coarse, fine, finest = (
        float(weighted_votes._on_lattice(*setting, number) @ centres**2)
        for number in (2 * steps, 4 * steps, 32 * steps)
    )
    extrapolated = float(weighted_votes._wins(*setting) @ centres**2)
    assert abs(extrapolated - finest) < 0.3 * abs(fine - finest) < 0.3 * abs(coarse - finest)


@pytest.mark.parametrize(
    ("k", "gap", "t", "width"), [(55, 0.135, 73.4, 0.5), (462, 0.312, 256.0, 0.5), (303, 0.569, 161.0, 2.0)]
)
def test_lattices_that_blur_the_weights_are_refused(k, gap, t, width):
    # Each lattice is as good as the next one here, and all of them make draws of what the weights decide.
    with pytest.raises(ArithmeticError, match="only break ties"):
        weighted_votes._wins(k, gap, t, width, cells(width, 0.3)[0])


@pytest.mark.parametrize(("k", "gap", "t", "width"), [(133, 2.0, 34.4, 1.0), (136, 0.389, 16.9, 0.5)])
def test_what_is_not_refused_meets_a_much_finer_lattice(k, gap, t, width):
    centres, _ = cells(width, 0.3)
    fine, finest = (weighted_votes._on_lattice(k, gap, t, width, centres, steps) for steps in (2**15, 2**16))
    off = weighted_votes._wins(k, gap, t, width, centres) - (finest + (finest - fine) / 3.0)
    assert max(abs(off @ centres), abs(off @ centres**2)) < weighted_votes.TOLERANCE
