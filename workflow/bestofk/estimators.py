"""What selection among k candidates gives, estimated from pools of real ones.

A pool holds N candidates for each of many prompts, with the score that a judge gives to each (larger is
better) and the error of each. An estimate at k is the average over all subsets of k of the N candidates,
which are k independent candidates each: it is unbiased for every k up to N, and adds no randomness of its
own. Prompts are independent of one another and candidates of one prompt are not: intervals come from
resampling prompts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import comb

from bestofk import _ballots
from bestofk._checks import finite_array, positive_number
from bestofk._pools import chances, checked, weights

#: How far a set of weights may be from summing to 1.
_TOLERANCE = 1e-10


def best_of_k(k: ArrayLike, scores: ArrayLike, errors: ArrayLike) -> NDArray[np.float64]:
    """Estimate the error of the best of k candidates, prompt by prompt.

    Parameters
    ----------
    k : array_like of int, shape (n_k,)
        Increasing numbers of candidates, 1 to N.
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate; N at most 1000. Errors are of any kind whose mean is of interest.

    Returns
    -------
    ndarray, shape (n_prompts, n_k)
        In the units of the errors. Candidates that tie for the best share the choice equally.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Of the C(N, k) subsets, C(i - 1, k - 1) have the candidate of rank i at the top. Tied candidates share the
    subsets of their ranks (derivation in the paper's appendix).

    Examples
    --------
    >>> best_of_k([1, 2, 3], [[0.1, 0.3, 0.2]], [[3.0, 0.0, 6.0]]).tolist()
    [[3.0, 2.0, 0.0]]
    """
    k, scores, errors = checked(k, scores, errors)
    n = scores.shape[1]
    # The chance that all k are among the m lowest.
    within = comb(np.arange(n + 1), k[:, None]) / comb(n, k)[:, None]
    result = np.empty((scores.shape[0], k.size))
    for row, (score, error) in enumerate(zip(scores, errors, strict=True)):
        _, group, size = np.unique(score, return_inverse=True, return_counts=True)
        last = np.cumsum(size)
        result[row] = (within[:, last] - within[:, last - size]) @ (np.bincount(group, error) / size)
    return result


def softmax_of_k(
    k: ArrayLike, scores: ArrayLike, errors: ArrayLike, *, temperature: float
) -> NDArray[np.float64]:
    """Estimate the error of one of k candidates drawn with weights exp(score/T), prompt by prompt.

    Parameters
    ----------
    k : array_like of int, shape (n_k,)
        Increasing numbers of candidates, 1 to N.
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate; N at most 1000.
    temperature : float
        T > 0 in the units of the scores; the scores of a prompt may differ by at most 600 T.

    Returns
    -------
    ndarray, shape (n_prompts, n_k)
        In the units of the errors.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the weights of a prompt do not sum to 1 within 1e-10.

    Notes
    -----
    With weights w_i and 1/sum(w) = int exp(-u sum(w)) du, the average over subsets is

        int sum_i w_i e_i x_i S_{k-1}(x without x_i) du / C(N, k),  x_i = exp(-u w_i),

    S_j the elementary symmetric polynomials. They are built from the left and from the right, so that nothing
    is ever subtracted (derivation in the paper's appendix).

    Examples
    --------
    >>> softmax_of_k([1, 2], [[0.0, 0.0, 1.0]], [[0.0, 0.0, 3.0]], temperature=1.0).round(6).tolist()
    [[1.0, 1.462117]]
    """
    k, scores, errors = checked(k, scores, errors)
    temperature = positive_number("temperature", temperature)
    result = np.empty((scores.shape[0], k.size))
    for row, (weight, error) in enumerate(zip(weights(scores, temperature), errors, strict=True)):
        chance = chances(k, weight)
        if np.abs(chance.sum(axis=1) - 1.0).max() > _TOLERANCE:
            raise ArithmeticError(f"the chances of the candidates of prompt {row} do not sum to 1")
        result[row] = chance @ error
    return result


def softmax_of_groups(
    k: ArrayLike, scores: ArrayLike, errors: ArrayLike, *, temperature: float
) -> NDArray[np.float64]:
    """Estimate the error of one of k candidates drawn with weights exp(score/T), from groups of the pool.

    Parameters
    ----------
    k : array_like of int, shape (n_k,)
        Increasing numbers of candidates, 1 to N.
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate, in an order that tells nothing of them; N at most 1000.
    temperature : float
        T > 0 in the units of the scores.

    Returns
    -------
    ndarray, shape (n_prompts, n_k)
        In the units of the errors.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The mean over the first N/k groups, rounded down, of k candidates that follow one another: unbiased as
    `softmax_of_k` is, which averages over all subsets and takes a thousand times as long. Where
    prompts are many, it is not the choice of subsets that limits the accuracy of a mean over them.

    Examples
    --------
    >>> softmax_of_groups([1, 2], [[0.0, 0.0, 1.0]], [[0.0, 0.0, 3.0]], temperature=1.0).tolist()
    [[1.0, 0.0]]
    """
    k, scores, errors = checked(k, scores, errors)
    temperature = positive_number("temperature", temperature)
    prompts, n = scores.shape
    result = np.empty((prompts, k.size))
    for place, size in enumerate(k):
        shape = prompts, n // size, size
        score, error = (values[:, : n // size * size].reshape(shape) for values in (scores, errors))
        weight = np.exp((score - score.max(axis=2, keepdims=True)) / temperature)
        result[:, place] = ((weight * error).sum(axis=2) / weight.sum(axis=2)).mean(axis=1)
    return result


def vote_of_k(k: ArrayLike, answers: ArrayLike, errors: ArrayLike) -> NDArray[np.float64]:
    """Estimate the error of the majority vote of k candidates, prompt by prompt.

    Parameters
    ----------
    k : array_like of int, shape (n_k,)
        Increasing numbers of candidates, 1 to N.
    answers : array_like, shape (n_prompts, N)
        The answer of every candidate, numbers or text; N at most 1000. Equal ones vote together.
    errors : array_like, shape (n_prompts, N)
        The error of every candidate; of an answer it is the mean over those who give it.

    Returns
    -------
    ndarray, shape (n_prompts, n_k)
        In the units of the errors. Answers that tie for the most votes share the win equally.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the chances of the answers of a prompt do not sum to 1 within 1e-10.

    Notes
    -----
    The votes of a subset of k are binomial numbers of parameter k/N given that they sum to k. What
    `votes.plurality` does for Poisson numbers then holds for them, with the coefficient of x^k as a finite
    sum over the N + 1 roots of 1 (derivation in the paper's appendix).

    Examples
    --------
    >>> vote_of_k([1, 2, 3], [["a", "b", "a"]], [[0.0, 3.0, 0.0]]).round(12).tolist()
    [[1.0, 1.0, 0.0]]
    """
    answers = np.asarray(answers)
    k, _, errors = checked(k, np.zeros(answers.shape), errors)
    result = np.empty((errors.shape[0], k.size))
    for row, (answer, error) in enumerate(zip(answers, errors, strict=True)):
        _, group, size = np.unique(answer, return_inverse=True, return_counts=True)
        wins = np.array([_wins(int(number), size) for number in k])
        if np.abs(wins.sum(axis=1) - 1.0).max() > _TOLERANCE:
            raise ArithmeticError(f"the chances of the answers of prompt {row} do not sum to 1")
        result[row] = wins @ (np.bincount(group, error) / size)
    return result


def bootstrap_interval(
    values: ArrayLike, *, confidence: float, resamples: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return intervals of the mean over prompts, from resampled prompts.

    Parameters
    ----------
    values : array_like, shape (n_prompts, n)
        Estimates or differences of estimates, prompt by prompt; at least 2 prompts.
    confidence : float
        Of each interval by itself, between 0 and 1.
    resamples : int
    rng : numpy.random.Generator

    Returns
    -------
    low, high : ndarray, shape (n,)
        In the units of the values; both the mean where all prompts have the same value.

    Raises
    ------
    ValueError
        If a value is not finite, or an argument is outside its domain.

    Notes
    -----
    Bias-corrected and accelerated, by `scipy.stats.bootstrap`. All columns see the same resamples.

    Examples
    --------
    >>> low, high = bootstrap_interval(np.eye(100), confidence=0.95, resamples=999,
    ...                                rng=np.random.default_rng(0))
    >>> bool(low[0] < 0.01 < high[0])
    True
    """
    values = finite_array("values", values, (None, None))
    low, high = np.tile(values.mean(axis=0), (2, 1))
    # The correction for bias is undefined where nothing varies.
    varying = np.ptp(values, axis=0) > 0
    if varying.any():
        found = stats.bootstrap(
            (values[:, varying],),
            np.mean,
            axis=0,
            n_resamples=resamples,
            batch=100,
            confidence_level=confidence,
            rng=rng,
        )
        low[varying], high[varying] = found.confidence_interval
    return low, high


def _wins(k: int, size: NDArray) -> NDArray:
    """Chance of each answer, given by so many of the candidates, to win the vote of a subset of k."""
    n, votes = int(size.sum()), np.arange(min(k, size.max()) + 1)
    # Of k candidates some answer gets at least as many votes as they are answers.
    first = -(-k // size.size)
    share = k / n
    mass = comb(size[:, None], votes) * share**votes * (1.0 - share) ** np.maximum(size[:, None] - votes, 0)
    angles = n + 1
    sum_is_k = comb(n, k) * share**k * (1.0 - share) ** (n - k)
    # The lower half of the circle follows from the upper one.
    roots = np.exp(2j * np.pi * np.arange(angles // 2 + 1) / angles)
    times = np.where(np.isclose(roots.imag, 0.0), 1.0, 2.0)
    marks = zip(roots, times * roots**-k / (angles * sum_is_k), strict=True)
    return _ballots.most_votes(mass, marks, first=first, ties=min(k, size.size))
