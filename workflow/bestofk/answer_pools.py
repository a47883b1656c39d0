"""Pools of answers that are numbers: order parameters, and how far the answers are from Gaussian ones.

A pool holds N independent candidates at each of m inputs, a row for each input.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import kurtosis

from bestofk._checks import finite_array
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


def _answers(answers: ArrayLike, least: int = 2) -> NDArray[np.float64]:
    answers = finite_array("answers", answers, (None, None))
    if answers.shape[1] < least:
        raise ValueError(f"there are {answers.shape[1]} candidates an input; at least {least} are needed")
    return answers
