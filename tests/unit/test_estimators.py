"""Estimates from pools: all subsets of small ones, and the model's exact errors from large ones."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from bestofk import selection, votes
from bestofk.estimators import best_of_k, softmax_of_k, vote_of_k
from bestofk.pool_diagnostics import doubling, halving, next_candidate, selection_response
from scipy.stats import binom

TIED = np.array([[0.3, 0.1, 0.3, 0.7, 0.7, 0.7, 0.2], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]])
ERRORS = np.array([[2.0, -1.0, 0.5, 3.0, 0.1, 7.0, 1.5], [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]])
K = [1, 2, 3, 6, 7]


def by_enumeration(rule) -> np.ndarray:
    """The mean of a rule over all subsets of every size in K."""
    return np.array(
        [
            [
                np.mean([rule(s[list(chosen)], e[list(chosen)]) for chosen in combinations(range(7), k)])
                for k in K
            ]
            for s, e in zip(TIED, ERRORS, strict=True)
        ]
    )


def best(scores, errors):
    return errors[scores == scores.max()].mean()


def softmax(temperature):
    def rule(scores, errors):
        weight = np.exp(scores / temperature)
        return weight @ errors / weight.sum()

    return rule


def test_best_of_k_is_the_mean_over_all_subsets_and_ties_are_shared() -> None:
    np.testing.assert_allclose(best_of_k(K, TIED, ERRORS), by_enumeration(best), rtol=1e-12)


@pytest.mark.parametrize("temperature", [0.002, 0.05, 0.4, 30.0])
def test_softmax_of_k_is_the_mean_over_all_subsets(temperature: float) -> None:
    got = softmax_of_k(K, TIED, ERRORS, temperature=temperature)
    np.testing.assert_allclose(got, by_enumeration(softmax(temperature)), rtol=1e-10)


def test_softmax_of_all_is_that_of_the_pool_and_at_low_temperature_the_best() -> None:
    rng = np.random.default_rng(5)
    scores, errors = rng.normal(size=(2, 3, 200))
    k = [1, 7, 100, 200]
    weight = np.exp(scores / 0.3)
    whole = (weight * errors).sum(axis=1) / weight.sum(axis=1)
    np.testing.assert_allclose(softmax_of_k(k, scores, errors, temperature=0.3)[:, -1], whole, rtol=1e-9)
    # Whole numbers as scores: at T = 1/20 the next best has 2e-9 of the weight of the best.
    ranks = scores[:, :30].argsort(axis=1).argsort(axis=1)
    cold = softmax_of_k([1, 7, 30], ranks, errors[:, :30], temperature=0.05)
    np.testing.assert_allclose(cold, best_of_k([1, 7, 30], ranks, errors[:, :30]), atol=1e-7)


ANSWERS = np.array([["7", "12", "7", "9", "12", "7", "1"], list("aabbccd")])


def plurality(answers, errors):
    names, counts = np.unique(answers, return_counts=True)
    return np.mean([errors[answers == name][0] for name in names[counts == counts.max()]])


def test_vote_of_k_is_the_mean_over_all_subsets_and_ties_are_shared() -> None:
    # An answer has one error.
    errors = np.array(
        [[ERRORS[row][list(names).index(name)] for name in names] for row, names in enumerate(ANSWERS)]
    )
    expected = [
        [
            np.mean([plurality(names[list(s)], e[list(s)]) for s in combinations(range(7), k)])
            for k in range(1, 8)
        ]
        for names, e in zip(ANSWERS, errors, strict=True)
    ]
    np.testing.assert_allclose(vote_of_k(range(1, 8), ANSWERS, errors), expected, rtol=1e-12)


def test_vote_of_a_large_pool_is_the_vote_of_its_law() -> None:
    rng, p = np.random.default_rng(3), np.array([0.4, 0.3, 0.2, 0.1])
    error = np.array([1.0, 0.0, 2.0, 5.0])
    pools = rng.choice(4, size=(400, 64), p=p)
    exact = [votes.plurality(k, p) @ error for k in (1, 4, 9, 32)]
    assert np.abs(z_of(vote_of_k([1, 4, 9, 32], pools, error[pools]), exact)).max() < 4


@pytest.mark.parametrize("temperature", [0.01, 0.3, 5.0])
def test_next_candidate_is_the_jackknife_of_the_softmax(temperature: float) -> None:
    gain, _ = next_candidate(TIED, ERRORS, temperature=temperature)
    both = by_enumeration(softmax(temperature))[:, -2:]
    np.testing.assert_allclose(gain, 42 * (both[:, 0] - both[:, 1]), rtol=1e-9, atol=1e-9)


def model_pool(a: float, b: float, n_prompts: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores and errors of the model's candidates at one input, s = 1."""
    z = np.random.default_rng(17).standard_normal((n_prompts, n))
    return -((b + z) ** 2), (a + z) ** 2


def z_of(estimates: np.ndarray, exact) -> np.ndarray:
    return (estimates.mean(axis=0) - exact) / (estimates.std(axis=0, ddof=1) / np.sqrt(len(estimates)))


@pytest.mark.parametrize(("a", "b"), [(0.5, 1.5), (0.2, -1.8), (0.3, 0.5)])
def test_estimates_from_pools_of_the_model_are_its_exact_errors(a: float, b: float) -> None:
    k, pool = [1, 2, 5, 16], model_pool(a, b, 2000, 40)
    assert np.abs(z_of(best_of_k(k, *pool), selection.selection_error(k, a, b, temperature=0.0))).max() < 4
    few = tuple(part[:150] for part in pool)
    for temperature in (0.6, 4.0):
        exact = selection.selection_error(k, a, b, temperature=temperature)
        assert np.abs(z_of(softmax_of_k(k, *few, temperature=temperature), exact)).max() < 4
        gain, effective = next_candidate(*pool, temperature=temperature)
        fewer, all_of_them = selection.selection_error([39.0, 40.0], a, b, temperature=temperature)
        assert abs(z_of(gain, 40 * 39 * (fewer - all_of_them))) < 4
        assert (effective > 1.0).all() and (effective <= 40.0).all()


def test_doubling_predicts_from_half_and_measures_with_all() -> None:
    a, b, temperature = 0.3, 1.8, 1.0
    pool, rng = model_pool(a, b, 3000, 16), np.random.default_rng(5)
    gain, effective, previous, fall = doubling(*pool, temperature=temperature, rng=rng)
    at = selection.selection_error([4.0, 7.0, 8.0, 16.0], a, b, temperature=temperature)
    four, seven, eight, sixteen = at
    assert abs(z_of(previous, four - eight)) < 4
    assert abs(z_of(gain, 56 * (seven - eight))) < 4
    assert abs(z_of(fall, eight - sixteen)) < 4
    # Some ways to halve a pool stand for all of them.
    subsets = softmax_of_k([8, 16], *pool, temperature=temperature) @ [1.0, -1.0]
    assert np.corrcoef(fall, subsets)[0, 1] > 0.95
    # A case whose error rises with more candidates, so that a sign taken the other way round is seen.
    assert eight < sixteen
    assert gain.mean() < 0
    assert fall.mean() < 0
    assert (effective <= 8.0).all()


def test_response_is_that_of_the_model_and_averages_to_best_of_k() -> None:
    a, b, bins, n = 0.5, 1.5, 8, 64
    scores, errors = model_pool(a, b, 3000, n)
    quantile, response = selection_response(scores, errors, bins=bins)
    np.testing.assert_allclose(quantile, (np.arange(8) + 0.5) / 8)
    # A rank among N is a quantile with the spread of a beta variable: bins mix over 1/sqrt(N).
    nodes, weights = np.polynomial.legendre.leggauss(40)
    p = (nodes + 1) / 2
    exact = selection.selection_response(p, a, b, reduced_temperature=0.0)
    expected = [
        sum(
            weight
            / 2
            * value
            * n
            * (binom.cdf(63 - 8 * low, 63, 1 - at) - binom.cdf(55 - 8 * low, 63, 1 - at))
            for at, weight, value in zip(p, weights, exact, strict=True)
        )
        / 8
        for low in range(bins)
    ]
    assert np.abs(z_of(response, expected)).max() < 4
    np.testing.assert_allclose(response.mean(axis=1), errors.mean(axis=1))
    np.testing.assert_allclose(selection_response(TIED, ERRORS, bins=7)[1][1], ERRORS[1].mean())


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (lambda: best_of_k([8], TIED, ERRORS), "k is 8, but a prompt has 7 candidates"),
        (lambda: best_of_k([0], TIED, ERRORS), "must start at 1"),
        (lambda: best_of_k([1], TIED, ERRORS[:, :6]), "errors has shape"),
        (lambda: best_of_k([1], np.where(TIED == 0.1, np.nan, TIED), ERRORS), "scores has the entry nan"),
        (lambda: softmax_of_k([1], TIED, ERRORS, temperature=0.0), "temperature is 0"),
        (lambda: softmax_of_k([1], TIED, ERRORS, temperature=1e-4), "differ by 6e\\+03 temperatures"),
        (lambda: best_of_k([1], np.zeros((1, 1001)), np.zeros((1, 1001))), "has 1001 candidates"),
        (lambda: next_candidate([[1.0]], [[1.0]], temperature=1.0), "at least 2"),
        (lambda: doubling(TIED, ERRORS, temperature=1.0, rng=None), "has 7 candidates; a multiple of 4"),
        (lambda: halving(TIED, ERRORS, temperature=1.0, rng=None), "has 7 candidates; only an even number"),
        (
            lambda: next_candidate([[0.0, -700.0]], [[1.0, 0.0]], temperature=1.0),
            "differ by 700 temperatures",
        ),
        (lambda: selection_response(TIED, ERRORS, bins=8), "bins is 8"),
        (lambda: selection_response(TIED, ERRORS, bins=2.0), "bins is 2.0"),
    ],
)
def test_what_a_pool_cannot_tell_is_refused(refused, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        refused()
