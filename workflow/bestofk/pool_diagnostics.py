"""What a pool of candidates says about more of them: the half-temperature test, and errors by rank of score.

Pools are those of `bestofk.estimators`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import count, finite_array, positive_number
from bestofk._pools import checked, weights
from bestofk.agreement import single_interval

#: Smallest median effective number of candidates, and confidence, with which the test gives a sign.
LEAST_EFFECTIVE, CONFIDENCE = 10.0, 0.95

#: Ways to halve a pool over which the error of half of it is averaged.
HALVINGS = 64


def next_candidate(
    scores: ArrayLike, errors: ArrayLike, *, temperature: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate what the next candidate takes off the error of softmax selection: the half-temperature test.

    Parameters
    ----------
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate; N from 2 to 1000.
    temperature : float
        T > 0 in the units of the scores; the scores of a prompt may differ by at most 600 T.

    Returns
    -------
    gain : ndarray, shape (n_prompts,)
        N(N - 1) times the error of selection among N - 1 minus that among N, in the units of the errors; its
        mean over prompts is positive where more candidates help.
    effective : ndarray, shape (n_prompts,)
        Effective number of candidates at half the temperature, (sum w^2)^2/sum w^4. Where it is small few
        candidates decide, and the gain is not to be trusted.

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
    _, scores, errors = checked([1], scores, errors)
    n, temperature = scores.shape[1], positive_number("temperature", temperature)
    if n < 2:
        raise ValueError("a pool of one candidate cannot tell what one more would do; at least 2 are needed")
    weight = weights(scores, temperature)
    total = weight.sum(axis=1, keepdims=True)
    # The weights of the others, without a difference that cancels where one candidate has nearly all.
    others = np.stack([np.delete(weight, place, axis=1).sum(axis=1) for place in range(n)], axis=1)
    mean = (weight * errors).sum(axis=1, keepdims=True) / total
    # Without candidate i the weighted mean moves by w_i (mean - e_i)/others.
    gain = (n - 1) * (weight * (mean - errors) / others).sum(axis=1)
    effective = (weight**2).sum(axis=1) ** 2 / (weight**4).sum(axis=1)
    return gain, effective


def half_temperature(scores: ArrayLike, errors: ArrayLike, *, temperature: float) -> NDArray[np.float64]:
    """Return how much larger the error of softmax selection is than at half the temperature.

    Parameters
    ----------
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate; N at most 1000.
    temperature : float
        T > 0 in the units of the scores; the scores of a prompt may differ by at most 600 T.

    Returns
    -------
    ndarray, shape (n_prompts,)
        In the units of the errors; for one prompt it has, for large N, the sign of the gain of
        `next_candidate`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Its mean over prompts weights them alike, and may have the other sign than the mean gain: it is no test
    of what more candidates do on average.

    Examples
    --------
    >>> half_temperature([[0.0, 1.0]], [[1.0, 0.0]], temperature=1.0).round(4).tolist()
    [0.1497]
    """
    _, scores, errors = checked([1], scores, errors)
    temperature = positive_number("temperature", temperature)
    weight = weights(scores, temperature)
    squared = weight**2
    at, at_half = ((part * errors).sum(axis=1) / part.sum(axis=1) for part in (weight, squared))
    return at - at_half


def verdict(gain: ArrayLike, effective: ArrayLike) -> int:
    """Say whether more candidates help on average, if a pool can tell.

    Parameters
    ----------
    gain, effective : array_like, shape (n_prompts,)
        From `next_candidate`; at least 2 prompts.

    Returns
    -------
    int
        1 if they help, -1 if they harm; 0 if Student's interval of the mean gain at `CONFIDENCE` holds 0 or
        the median effective number of candidates is below `LEAST_EFFECTIVE`.

    Raises
    ------
    ValueError
        If there are fewer than 2 prompts, or a number is not finite.

    Examples
    --------
    >>> verdict([0.5, 0.6, 0.4], [20, 30, 25]), verdict([0.5, -0.6, 0.4], [20, 30, 25])
    (1, 0)
    >>> verdict([0.5, 0.6, 0.4], [2, 30, 3])
    0
    """
    gain = finite_array("gain", gain, (None,))
    effective = finite_array("effective", effective, gain.shape)
    error = gain.std(ddof=1) / np.sqrt(gain.size) if gain.size > 1 else 0.0
    low, high = single_interval([gain.mean()], [error], [gain.size], confidence=CONFIDENCE)
    if np.median(effective) < LEAST_EFFECTIVE:
        return 0
    return int(low[0] > 0) - int(high[0] < 0)


def halving(
    scores: ArrayLike, errors: ArrayLike, *, temperature: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Estimate what the second half of the candidates takes off the error of softmax selection.

    Parameters
    ----------
    scores, errors : array_like, shape (n_prompts, N)
        Of every candidate; N even, from 2 to 1000.
    temperature : float
        T > 0 in the units of the scores; the scores of a prompt may differ by at most 600 T.
    rng : numpy.random.Generator
        Draws ways to halve the candidates; each stands for all prompts.

    Returns
    -------
    ndarray, shape (n_prompts,)
        Error of selection among N/2 less that among N, in the units of the errors.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Unbiased. The error among N/2 is a mean over both halves and `HALVINGS` ways to halve: nearly as good as
    over all subsets, at a small part of the cost.

    Examples
    --------
    >>> halving([[0.0, 1.0]], [[1.0, 0.0]], temperature=1.0, rng=np.random.default_rng(0)).round(4).tolist()
    [0.2311]
    """
    _, scores, errors = checked([1], scores, errors)
    half, odd = divmod(scores.shape[1], 2)
    if odd:
        raise ValueError(f"a prompt has {scores.shape[1]} candidates; only an even number can be halved")
    weight = weights(scores, positive_number("temperature", temperature))
    first = half > np.argsort(rng.random((HALVINGS, 2 * half)), axis=1).T
    # Each half is summed by itself: a difference from the whole would cancel where one weight rules.
    before = sum(
        ((weight * errors) @ part / (weight @ part)).mean(axis=1) for part in (1.0 * first, 1.0 * ~first)
    )
    after = (weight * errors).sum(axis=1) / weight.sum(axis=1)
    return before / 2.0 - after


def doubling(
    scores: ArrayLike, errors: ArrayLike, *, temperature: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Estimate from half of the candidates whether more help, and from all what twice as many do.

    Parameters
    ----------
    scores, errors : array_like, shape (n_prompts, 2 N)
        Of every candidate, in an order that tells nothing of them; N even, from 2 to 500.
    temperature : float
        T > 0 in the units of the scores; the scores of a prompt may differ by at most 600 T.
    rng : numpy.random.Generator
        Draws ways to halve the candidates.

    Returns
    -------
    gain, effective : ndarray, shape (n_prompts,)
        `next_candidate` of the first N candidates.
    previous : ndarray, shape (n_prompts,)
        `halving` of the first N: the plain alternative to the gain.
    fall : ndarray, shape (n_prompts,)
        `halving` of all.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The sign of the mean gain predicts that of the mean fall. The two share candidates: an honest test takes
    the gain of some prompts and the fall of others.

    Examples
    --------
    >>> pool, rng = ([[0.0, 1.0, 2.0, 0.5]], [[1.0, 0.5, 0.0, 0.7]]), np.random.default_rng(0)
    >>> gain, _, previous, fall = doubling(*pool, temperature=1.0, rng=rng)
    >>> bool(gain[0] > 0), bool(previous[0] > 0), bool(fall[0] > 0)
    (True, True, True)
    """
    _, scores, errors = checked([1], scores, errors)
    half, rest = divmod(scores.shape[1], 4)
    if rest:
        raise ValueError(
            f"a prompt has {scores.shape[1]} candidates; a multiple of 4 can be halved twice for a test"
        )
    few = scores[:, : 2 * half], errors[:, : 2 * half]
    gain, effective = next_candidate(*few, temperature=temperature)
    previous = halving(*few, temperature=temperature, rng=rng)
    return gain, effective, previous, halving(scores, errors, temperature=temperature, rng=rng)


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
    _, scores, errors = checked([1], scores, errors)
    n = scores.shape[1]
    if count("bins", bins) > n:
        raise ValueError(f"bins is {bins}; it may be at most the {n} candidates of a prompt")
    edges = np.arange(bins + 1) / bins
    result = np.empty((scores.shape[0], bins))
    for row, (score, error) in enumerate(zip(scores, errors, strict=True)):
        _, group, size = np.unique(score, return_inverse=True, return_counts=True)
        # The error is a step function of the quantile: its integral is linear between the ends of groups.
        ends = np.append(0, np.cumsum(size)) / n
        integral = np.append(0.0, np.cumsum(np.bincount(group, error))) / n
        result[row] = np.diff(np.interp(edges, ends, integral)) * bins
    return (edges[1:] + edges[:-1]) / 2.0, result
