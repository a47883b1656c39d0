"""Votes against enumeration of all ballots, Monte Carlo, symmetry, and the floor of the grid."""

import itertools
import math

import numpy as np
import pytest
from bestofk.equivalents import OrderParameters
from bestofk.votes import cells, plurality, vote_error, vote_error_at
from scipy.stats import binom, multinomial

UNIT = OrderParameters(s2=1.0, q_tt=0.0, q_tr=0.0, q_rr=0.0)


def by_enumeration(k: int, p: list[float]) -> np.ndarray:
    wins = np.zeros(len(p))
    for ballot in itertools.product(range(k + 1), repeat=len(p)):
        if sum(ballot) == k:
            ways = math.factorial(k) / math.prod(map(math.factorial, ballot))
            leaders = np.array(ballot) == max(ballot)
            wins += ways * math.prod(q**n for q, n in zip(p, ballot, strict=True)) * leaders / leaders.sum()
    return wins


@pytest.mark.parametrize("k", [1, 2, 5, 9])
@pytest.mark.parametrize("p", [[0.1, 0.3, 0.25, 0.15, 0.2], [0.25] * 4, [1.0], [0.999, 0.001]])
def test_plurality_is_that_of_all_ballots(k, p):
    np.testing.assert_allclose(plurality(k, p), by_enumeration(k, p), rtol=0, atol=1e-14)


def test_votes_outside_all_cells_win_nothing():
    # With the rest as a cell of its own that may tie but whose wins are given away, nothing else would agree.
    p = np.array([0.5, 0.2])
    wins = plurality(1, p)
    np.testing.assert_allclose(wins, p, atol=1e-14)
    draws = np.random.default_rng(4).multinomial(6, [*p, 0.3], size=300_000)[:, :2]
    leaders = draws == draws.max(axis=1, keepdims=True)
    share = np.where(draws.max(axis=1, keepdims=True) > 0, leaders / leaders.sum(axis=1, keepdims=True), 0)
    np.testing.assert_allclose(plurality(6, p), share.mean(axis=0), atol=4e-3)


@pytest.mark.parametrize("k", [10, 11, 64, 300, 40_000])
def test_somebody_wins(k):
    for width, phase in ((0.5, 0.3), (0.5, 0.5), (3.0, 0.0), (0.1, 0.9)):
        wins = plurality(k, cells(width, phase)[1])
        assert wins.sum() == pytest.approx(1, abs=1e-10)
        assert wins.min() > -1e-12


@pytest.mark.parametrize("k", [7, 64])
def test_error_of_drawn_votes(k):
    width, phase, gap = 0.5, 0.3, 0.5
    rng = np.random.default_rng(5)
    cell = np.round(rng.standard_normal((20_000, k)) / width - phase).astype(int) + 30
    counts = np.stack([np.bincount(row, minlength=60) for row in cell])
    # A random number below 1 breaks ties evenly.
    answer = width * (np.argmax(counts + rng.random(counts.shape), axis=1) - 30 + phase)
    square = (gap + answer) ** 2
    exact = vote_error_at(k, gap, width=width, phase=phase)
    assert abs(exact - square.mean()) < 4 * square.std() / math.sqrt(square.size)


def test_one_vote_rounds_its_candidate():
    nodes, weights = np.polynomial.legendre.leggauss(40)
    phase = (nodes + 1) / 2
    square = [vote_error_at(1, 0.0, width=0.7, phase=float(at)) for at in phase]
    # Sheppard's correction: the mean square of a rounded number, averaged over the grid.
    assert weights @ square / 2 == pytest.approx(1 + 0.7**2 / 12, rel=1e-10)
    assert vote_error(1, UNIT, width=0.7) == pytest.approx(1 + 0.7**2 / 12, rel=1e-10)


def test_a_mirrored_grid_mirrors_the_winner():
    k = np.array([3, 50])
    left = vote_error_at(k, 0.8, width=0.6, phase=0.2)
    np.testing.assert_allclose(vote_error_at(k, -0.8, width=0.6, phase=0.8), left, rtol=1e-11)


def test_units_of_output_scale():
    scaled = vote_error_at(20, 1.5, width=1.2, phase=0.4, predictive_std=3.0)
    assert scaled == pytest.approx(9 * vote_error_at(20, 0.5, width=0.4, phase=0.4), rel=1e-12)


def test_floor_is_the_cell_nearest_to_the_mean():
    assert vote_error_at(np.inf, 0.5, width=0.5, phase=0.3) == pytest.approx(0.65**2, rel=1e-14)
    assert vote_error_at(np.inf, 0.5, width=0.5, phase=0.7) == pytest.approx(0.35**2, rel=1e-14)
    halves = vote_error_at(np.inf, 0.5, width=0.5, phase=0.5)
    assert halves == pytest.approx((0.75**2 + 0.25**2) / 2, rel=1e-12)
    assert vote_error_at(100_000, 0.5, width=0.5, phase=0.3) == pytest.approx(0.65**2, rel=1e-5)
    assert vote_error(np.inf, UNIT, width=0.5) == pytest.approx(0.5**2 / 12, rel=1e-13)


def test_excess_over_the_floor_falls_like_one_over_k():
    k, width = np.array([12_800, 100_000]), 0.5
    law = 2 * math.sqrt(2 * math.pi) / (k * width**3)
    ratio = (vote_error(k, UNIT, width=width) - width**2 / 12) / law
    # The law is for narrow cells: what is left at this width does not go away with k.
    assert ratio == pytest.approx([1.08, 1.08], abs=0.03)


def test_excess_law_is_reached_by_narrow_cells():
    width, k = 0.3, 100_000
    law = 2 * math.sqrt(2 * math.pi) / (k * width**3)
    assert (vote_error(k, UNIT, width=width) - width**2 / 12) / law == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plurality(0, [1.0]), "k is 0"),
        (lambda: plurality(200_000, [1.0]), "at most 100000"),
        (lambda: plurality(3, [0.9, 0.2]), "sum to at most 1"),
        (lambda: plurality(3, [[0.5], [0.5]]), "must be a vector"),
        (lambda: vote_error_at(2.5, 0.0, width=1.0, phase=0.0), "integer from 1 to 100000, or inf"),
        (lambda: vote_error_at(2, 0.0, width=0.01, phase=0.0), "from 0.05 to 20"),
        (lambda: vote_error_at(2, 0.0, width=1.0, phase=1.0), "phase is 1.0"),
        (lambda: vote_error_at(2, 0.0, width=1.0, phase=0.0, predictive_std=0.0), "predictive_std is 0.0"),
    ],
)
def test_what_is_outside_the_domain_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("k", [19, 20, 21, 30, 101, 1000])
@pytest.mark.parametrize("p", [0.6, 0.52])
def test_two_cells_are_a_binomial(k, p):
    # Of two cells even and odd numbers of candidates differ: one of them can tie.
    votes = np.arange(k + 1)
    law = binom.pmf(votes, k, p)
    wins = law[votes > k / 2].sum() + 0.5 * law[votes * 2 == k].sum()
    assert plurality(k, [p, 1 - p]) == pytest.approx([wins, 1 - wins], abs=1e-10)


@pytest.mark.parametrize("k", [20, 31])
def test_three_cells_are_a_trinomial(k):
    p = np.array([0.4, 0.35, 0.25])
    wins = np.zeros(3)
    for first in range(k + 1):
        for second in range(k + 1 - first):
            votes = np.array([first, second, k - first - second])
            leads = votes == votes.max()
            wins += leads / leads.sum() * multinomial.pmf(votes, k, p)
    assert plurality(k, p) == pytest.approx(wins, abs=1e-10)


def test_ties_of_many_cells_are_shared():
    # Of more cells than candidates nearly all lead together.
    assert plurality(40, np.full(1000, 1e-3)) == pytest.approx(np.full(1000, 1e-3), rel=1e-8)
