"""Pools of answers that are numbers: order parameters, and softmax selection from groups of a pool.

A pool holds N independent candidates at each of m inputs, a row for each input.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kurtosis

from bestofk._checks import finite_array, positive_number
from bestofk._pools import checked
from bestofk.equivalents import OrderParameters
from bestofk.measured import measured_order_parameters


def order_parameters(answers: ArrayLike, labels: ArrayLike, judged: ArrayLike) -> OrderParameters:
    """Estimate order parameters from a pool without a bias of the number of candidates.

    Parameters
    ----------
    answers : array_like, shape (m, N)
        Candidates, in output units; N at least 2.
    labels : array_like, shape (m,)
        What the answers should be.
    judged : array_like, shape (m,)
        The answer of the judge.

    Returns
    -------
    OrderParameters
        In squared output units.

    Raises
    ------
    ValueError
        If a shape is wrong, an entry is not finite or there is one candidate only; or if the gaps do not
        stand out from the noise of so few candidates, so that no gaps have the estimated products.

    Notes
    -----
    s^2 is the mean over inputs of the variance of the candidates with N - 1. The mean of N candidates stands
    in for the predictive mean and scatters about it with variance s^2/N, which all three products share: it
    is taken off (derivation in the paper's appendix).

    Examples
    --------
    >>> order_parameters([[1.0, 3.0], [0.0, 2.0]], [0.0, 0.0], [0.0, 4.0])
    OrderParameters(s2=2.0, q_tt=1.5, q_tr=-0.5, q_rr=5.5)
    """
    answers = _answers(answers)
    mean, variance = answers.mean(axis=1), answers.var(axis=1, ddof=1)
    labels, judged = (
        finite_array(name, values, mean.shape) for name, values in (("labels", labels), ("judged", judged))
    )
    raw = measured_order_parameters(mean - labels, mean - judged, variance)
    noise = raw.s2 / answers.shape[1]
    return OrderParameters(raw.s2, raw.q_tt - noise, raw.q_tr - noise, raw.q_rr - noise)


def variance_spread(answers: ArrayLike) -> float:
    """Estimate the relative variance over inputs of the variance s^2(x) of the candidates.

    Parameters
    ----------
    answers : array_like, shape (m, N)
        Candidates; N at least 2.

    Returns
    -------
    float
        Mean of s^4(x) over the squared mean of s^2(x), less 1; dimensionless.

    Raises
    ------
    ValueError
        If an entry is not finite, there is one candidate only, or none differ.

    Notes
    -----
    The square of a variance that N Gaussian candidates give is (N + 1)/(N - 1) too large on average. Of
    other candidates the remainder is (kurtosis - 3)/N.

    Examples
    --------
    >>> draws = np.random.default_rng(0).standard_normal((40000, 8))
    >>> abs(variance_spread(draws)) < 0.02
    True
    """
    answers = _answers(answers)
    variance = answers.var(axis=1, ddof=1)
    if not variance.max() > 0:
        raise ValueError("no candidates differ; there is no variance to compare")
    n = answers.shape[1]
    return float(np.mean(variance**2) / variance.mean() ** 2 * (n - 1) / (n + 1) - 1.0)


def candidate_kurtosis(answers: ArrayLike) -> float:
    """Estimate the kurtosis of the candidates at one input, averaged over the inputs.

    Parameters
    ----------
    answers : array_like, shape (m, N)
        Candidates that differ at every input; N at least 4.

    Returns
    -------
    float
        3 for Gaussian candidates, without a bias of N; of other candidates with one of order 1/N.

    Raises
    ------
    ValueError
        If an entry is not finite, or there are fewer than 4 candidates.

    Examples
    --------
    >>> draws = np.random.default_rng(0).standard_normal((40000, 8))
    >>> abs(candidate_kurtosis(draws) - 3.0) < 0.02
    True
    """
    answers = _answers(answers, least=4)
    return float(kurtosis(answers, axis=1, fisher=False, bias=False).mean())


def softmax_of_groups(
    k: ArrayLike, scores: ArrayLike, errors: ArrayLike, *, temperature: float
) -> NDArray[np.float64]:
    """Estimate the error of one of k candidates drawn with weights exp(score/T), from groups of the pool.

    Parameters
    ----------
    k : array_like of int, shape (n_k,)
        Increasing numbers of candidates, 1 to N.
    scores, errors : array_like, shape (m, N)
        Of every candidate, in an order that tells nothing of them; N at most 1000.
    temperature : float
        T > 0 in the units of the scores.

    Returns
    -------
    ndarray, shape (m, n_k)
        In the units of the errors.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The mean over the first N/k groups, rounded down, of k candidates that follow one another: unbiased as
    `estimators.softmax_of_k` is, which averages over all subsets and takes a thousand times as long. Where
    inputs are many, it is not the choice of subsets that limits the accuracy of a mean over them.

    Examples
    --------
    >>> softmax_of_groups([1, 2], [[0.0, 0.0, 1.0]], [[0.0, 0.0, 3.0]], temperature=1.0).tolist()
    [[1.0, 0.0]]
    """
    k, scores, errors = checked(k, scores, errors)
    temperature = positive_number("temperature", temperature)
    inputs, n = scores.shape
    result = np.empty((inputs, k.size))
    for place, size in enumerate(k):
        shape = inputs, n // size, size
        score, error = (values[:, : n // size * size].reshape(shape) for values in (scores, errors))
        weight = np.exp((score - score.max(axis=2, keepdims=True)) / temperature)
        result[:, place] = ((weight * error).sum(axis=2) / weight.sum(axis=2)).mean(axis=1)
    return result


def _answers(answers: ArrayLike, least: int = 2) -> NDArray[np.float64]:
    answers = finite_array("answers", answers, (None, None))
    if answers.shape[1] < least:
        raise ValueError(f"there are {answers.shape[1]} candidates an input; at least {least} are needed")
    return answers
