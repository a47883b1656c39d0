"""Best splits of a budget against a scan of all splits, and exchange points against their closed form."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk.budget import best_split, exchange_points
from bestofk.data_slopes import data_slopes
from bestofk.equivalents import equivalent_order_parameters
from bestofk.model import Overshoot
from bestofk.selection import mean_selection_error
from bestofk.selection_table import SelectionTable

D = 100
EXCHANGE = (4 - np.sqrt(2)) / 7


def problem_of(*, c: float = 0.0, noise_var: float = 0.25, prior_var: float = 1.0, spectrum=(1.0,)):
    spectrum = np.asarray(spectrum)
    settings = {"noise_var": noise_var, "prior_var": prior_var}

    def problem(n: float):
        return data_slopes(spectrum, np.ones(spectrum.size), Overshoot(c), aspect_ratio=D / n, **settings)

    def error(n: float, k: float, t: float) -> float:
        values = equivalent_order_parameters(
            spectrum, np.ones(spectrum.size), Overshoot(c), aspect_ratio=D / n, **settings
        )
        return float(mean_selection_error(k, values, temperature=2 * t * values.s2))

    return problem, error


@pytest.mark.parametrize(
    ("budget", "price", "c", "t"),
    [
        (1000, 1.0, 0.0, 0.0),
        (1000, 20.0, 0.0, 0.0),
        (3000, 5.0, 0.0, 1.0),
        (3000, 50.0, 2.0, 0.0),
    ],
)
def test_no_split_of_a_scan_is_better(budget, price, c, t):
    problem, error = problem_of(c=c)
    n_min = 20.0
    table = SelectionTable(t, kappa_range=(1e-3, 7.6), k_max=(budget - n_min) / price)
    split = best_split(budget, candidate_price=price, problem=problem, table=table, n_min=n_min)
    assert split.n_train + price * split.k == pytest.approx(budget)
    assert split.error == pytest.approx(error(split.n_train, split.k, t), rel=1e-8)
    edges = np.log([n_min / (budget - n_min), (budget - price) / price])
    # At t > 0 every point takes a second.
    logits = np.linspace(*edges, 25 if t == 0 else 9)
    scanned = [
        error(budget / (1 + np.exp(-x)), max(budget / (1 + np.exp(x)) / price, 1.0), t) for x in logits
    ]
    assert split.error <= min(scanned) * (1 + 1e-9)
    place = logits[int(np.argmin(scanned))]
    solved = np.log(split.training_share / (1 - split.training_share))
    assert abs(solved - place) <= logits[1] - logits[0]
    if not split.at_edge:
        share = split.data / (split.data + split.candidates)
        assert split.training_share == pytest.approx(share, rel=1e-7)


def test_where_choosing_is_worth_little_nothing_is_chosen():
    """Hot selection gains a hundredth a candidate: all that is left is spent on data, and k = 1."""
    problem, error = problem_of()
    table = SelectionTable(50.0, kappa_range=(0.01, 0.9), k_max=3)
    split = best_split(1000, candidate_price=400.0, problem=problem, table=table)
    assert (split.n_train, split.k, split.at_edge) == (600.0, 1.0, True)
    assert split.data * 0.4 < split.candidates * 0.6
    assert split.error < error(200.0, 2.0, 50.0)


def test_the_lowest_of_several_minima_is_taken():
    """A prior far too wide: the error peaks near n = d, and data harm before the peak."""
    problem, error = problem_of(prior_var=300.0, noise_var=0.1)
    table = SelectionTable(0.0, kappa_range=(1e-4, 49.0), k_max=130)
    harmed = problem(0.9 * D)[1]
    assert harmed.q_tt > 0 > problem(2.0 * D)[1].q_tt
    shares = []
    for budget in (100.0, 130.0):
        split = best_split(budget, candidate_price=1.0, problem=problem, table=table, n_min=5.0)
        n = np.arange(5.0, budget)
        scanned = np.array([error(value, budget - value, 0.0) for value in n[:: max(1, n.size // 30)]])
        assert split.error <= scanned.min() * (1 + 1e-9)
        shares.append(split.training_share)
    assert shares[0] < 0.3 < shares[1]


def test_a_table_that_ends_before_the_best_split_is_refused():
    problem, _ = problem_of()
    table = SelectionTable(0.0, kappa_range=(1e-3, 0.9), k_max=50)
    with pytest.raises(ValueError, match="more than 50 candidates, where the table ends"):
        best_split(1000, candidate_price=1.0, problem=problem, table=table)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"budget": 0.0}, "budget is 0.0; it must be positive"),
        ({"candidate_price": -1.0}, "candidate_price is -1.0; it must be positive"),
        ({"n_min": 0.0}, "n_min is 0.0; it must be positive"),
        ({"budget": 10.0, "n_min": 9.5}, "it must exceed 10.5"),
    ],
)
def test_wrong_arguments_are_refused(arguments, sentence):
    problem, _ = problem_of()
    table = SelectionTable(0.0, kappa_range=(1e-3, 0.9), k_max=50)
    settings = {"budget": 40.0, "candidate_price": 1.0} | arguments
    with pytest.raises(ValueError, match=sentence):
        best_split(settings.pop("budget"), problem=problem, table=table, **settings)
    with pytest.raises(ValueError, match="it must increase from above 0"):
        exchange_points(4, problem=problem, table=table, n_range=(10, 10))


@pytest.mark.parametrize("spectrum", [np.ones(1), np.arange(1.0, D + 1) ** -0.8])
def test_exchange_point_of_the_clean_limit(spectrum):
    """sigma -> 0, any full-rank spectrum: d/n = (4 - sqrt 2)/7; first order in sigma^2 removed."""
    table = SelectionTable(0.0, kappa_range=(0.1, 0.5), k_max=2.0**30)
    found = []
    for noise_var in (1e-5, 2e-5):
        problem, _ = problem_of(noise_var=noise_var, spectrum=spectrum)
        (n,) = exchange_points(2.0**30, problem=problem, table=table, n_range=(205.0, 900.0))
        found.append(D / n)
    assert 2 * found[0] - found[1] == pytest.approx(EXCHANGE, abs=2e-6)


def test_no_exchange_point_where_candidates_win_everywhere():
    problem, _ = problem_of()
    table = SelectionTable(0.0, kappa_range=(1e-3, 0.9), k_max=4)
    assert exchange_points(2, problem=problem, table=table, n_range=(10, 1e4)) == []
