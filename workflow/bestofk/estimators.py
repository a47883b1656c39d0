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
from scipy.special import comb

from bestofk._checks import finite_array, increasing_counts, positive_number
from bestofk._subsets import chances

#: Most candidates in a pool: the number of its subsets is then a finite double.
N_MAX = 1000
#: How far a set of weights may be from summing to 1.
_TOLERANCE = 1e-10
#: Largest range of scores over the temperature: beyond it weights underflow.
_RANGE = 600.0


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
    k, scores, errors = _pools(k, scores, errors)
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
    k, scores, errors = _pools(k, scores, errors)
    temperature = positive_number("temperature", temperature)
    span = float(np.ptp(scores, axis=1).max()) / temperature
    if span > _RANGE:
        raise ValueError(
            f"the scores of a prompt differ by {span:.3g} temperatures; they may by at most {_RANGE:g}: "
            "best_of_k is the limit of low temperature"
        )
    result = np.empty((scores.shape[0], k.size))
    for row, (score, error) in enumerate(zip(scores, errors, strict=True)):
        weight = np.exp((score - score.max()) / temperature)
        chance = chances(k, weight)
        if np.abs(chance.sum(axis=1) - 1.0).max() > _TOLERANCE:
            raise ArithmeticError(f"the chances of the candidates of prompt {row} do not sum to 1")
        result[row] = chance @ error
    return result


def next_candidate(
    scores: ArrayLike, errors: ArrayLike, *, temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate what the next candidate takes off the error of softmax selection: the half-temperature test.

    Parameters
    ----------
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate; N from 2 to 1000.
    temperature : float
        T > 0 in the units of the scores.

    Returns
    -------
    gain : ndarray, shape (n_prompts,)
        N(N - 1) times the error of selection among N - 1 minus that among N, in the units of the errors; its
        mean over prompts is positive where more candidates help.
    effective : ndarray, shape (n_prompts,)
        Effective number of candidates at half the temperature, (sum w^2)^2/sum w^4. Where it is below about
        ten few candidates decide, and the gain is not to be trusted.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Unbiased for N(N - 1) [delta(N - 1) - delta(N)], which tends to omega [delta_inf(t) - delta_inf(t/2)],
    omega = E[w^2]/(E w)^2 and t/2 half the temperature: the sign of the approach to the limit. The mean over
    prompts is weighted by omega, as it must be (derivation in the paper's appendix).

    Examples
    --------
    >>> gain, effective = next_candidate([[0.0, 1.0, 2.0]], [[1.0, 0.5, 0.0]], temperature=1.0)
    >>> gain.round(4).tolist(), effective.round(4).tolist()
    ([0.5019], [1.3065])
    """
    _, scores, errors = _pools([1], scores, errors)
    n, temperature = scores.shape[1], positive_number("temperature", temperature)
    if n < 2:
        raise ValueError("a pool of one candidate cannot tell what one more would do; at least 2 are needed")
    weight = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    total = weight.sum(axis=1, keepdims=True)
    # The weights of the others, without a difference that cancels where one candidate has nearly all.
    others = np.stack([np.delete(weight, place, axis=1).sum(axis=1) for place in range(n)], axis=1)
    mean = (weight * errors).sum(axis=1, keepdims=True) / total
    # Without candidate i the weighted mean moves by w_i (mean - e_i)/others.
    gain = (n - 1) * (weight * (mean - errors) / others).sum(axis=1)
    effective = (weight**2).sum(axis=1) ** 2 / (weight**4).sum(axis=1)
    return gain, effective


def selection_response(
    scores: ArrayLike, errors: ArrayLike, *, bins: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean error of candidates by their quantile of score within the prompt.

    Parameters
    ----------
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate; N at most 1000.
    bins : int
        Number of bins of equal probability, 1 to N; N is best a multiple of it.

    Returns
    -------
    quantile : ndarray, shape (bins,)
        Middle of each bin, from 0 (lowest scores) to 1.
    error : ndarray, shape (n_prompts, bins)
        Mean error in each bin, prompt by prompt. Tied candidates share the ranks that they take.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Best-of-k is an average of this curve with the density k p^(k - 1): the error falls with k as long as the
    weight moves to where the curve is lower, and rises where the curve turns up towards 1. N candidates say
    nothing of quantiles nearer to 1 than 1/N.

    Examples
    --------
    >>> quantile, error = selection_response([[0.4, 0.1, 0.3, 0.2]], [[4.0, 1.0, 3.0, 2.0]], bins=2)
    >>> quantile.tolist(), error.tolist()
    ([0.25, 0.75], [[1.5, 3.5]])
    """
    _, scores, errors = _pools([1], scores, errors)
    n = scores.shape[1]
    if not isinstance(bins, (int, np.integer)) or not 1 <= bins <= n:
        raise ValueError(f"bins is {bins}; it must be an integer from 1 to the {n} candidates of a prompt")
    edges = np.arange(bins + 1) / bins
    result = np.empty((scores.shape[0], bins))
    for row, (score, error) in enumerate(zip(scores, errors, strict=True)):
        _, group, size = np.unique(score, return_inverse=True, return_counts=True)
        # The error is a step function of the quantile: its integral is linear between the ends of groups.
        ends = np.append(0, np.cumsum(size)) / n
        integral = np.append(0.0, np.cumsum(np.bincount(group, error))) / n
        result[row] = np.diff(np.interp(edges, ends, integral)) * bins
    return (edges[1:] + edges[:-1]) / 2.0, result


def _pools(k: ArrayLike, scores: ArrayLike, errors: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    """Numbers of candidates, scores and errors, checked against one another."""
    scores = finite_array("scores", scores, (None, None))
    errors = finite_array("errors", errors, scores.shape)
    n, k = scores.shape[1], increasing_counts("k", k)
    if n > N_MAX:
        raise ValueError(f"a prompt has {n} candidates; it may have at most {N_MAX}")
    if k[-1] > n:
        raise ValueError(f"k is {k[-1]}, but a prompt has {n} candidates: no estimate goes beyond the pool")
    return k, scores, errors
