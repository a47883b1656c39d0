"""Monte Carlo of selection: one pass over the candidates serves every k, every temperature and every reward.

Everything is done in standard units, gap/s and Z ~ N(0, 1): forming m + s Z with s much smaller than m would
lose the digits that decide which candidate is the best. Candidates are drawn and compared in float64, which
costs no more than float32, because drawing a normal number takes longer than all the rest. Only the softmax
weights, relative to the best candidate, and the errors that they multiply are float32.

Arrays are laid out as (candidates, inputs), so that every operation runs along contiguous inputs, and are
small enough to stay in cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike

from bestofk._checks import count, finite_array
from bestofk.model import Overshoot, TeacherStudent
from bestofk.posterior import Posterior, fit

#: Inputs that share one stream of candidates. Part of the meaning of a seed: another value, other numbers.
BLOCK = 2048

#: Candidates times inputs in memory at once: 512 kB for an array of float64. Not part of a seed's meaning.
_CHUNK = 2**16

#: Largest |gap|/s: there float64 still resolves distances of 1e-10 s between candidate and reward.
_LARGEST_GAP = 1e6

#: Largest s^2/T. Colder is best-of-k to all digits, and the exponents would leave the range of float32.
_COLDEST = 1e25


def generator(seed: int, experiment: str, seed_key: int, replicate: int) -> np.random.Generator:
    """Return the random numbers of one replicate of one training problem.

    Parameters
    ----------
    seed : int
        The root seed, >= 0.
    experiment : str
        Name of the experiment.
    seed_key : int
        Stands for the training problem: the column of the grid, CRC-32 of its canonical JSON. Rewards, k and
        temperatures are not part of it: all of them share training set, inputs and candidates, so that the
        curves of one problem are paired.
    replicate : int
        0, 1, 2, ...

    Returns
    -------
    numpy.random.Generator
        SFC64. It depends neither on the other replicates, problems or experiments nor on the order of work.

    Raises
    ------
    ValueError
        If `seed` or `replicate` is negative.

    Examples
    --------
    >>> generator(1, "error_vs_k", 7, 0).random() == generator(1, "error_vs_k", 7, 0).random()
    True
    >>> generator(1, "error_vs_k", 7, 0).random() == generator(1, "error_vs_k", 7, 1).random()
    False
    """
    if seed < 0 or replicate < 0:
        raise ValueError(f"seed is {seed} and replicate is {replicate}; neither may be negative")
    key = (crc32(experiment.encode()), seed_key, replicate)
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))


def simulate_selection(
    model: TeacherStudent,
    *,
    k: ArrayLike,
    temperatures: ArrayLike,
    rewards: Sequence[Overshoot | ArrayLike],
    n_inputs: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Simulate one replicate: one training set, its fit, fresh test inputs and fresh candidates for each.

    Parameters
    ----------
    model : TeacherStudent
        The training problem; its own reward is not used.
    k : array_like of int, shape (n_k,)
        Numbers of candidates, >= 1, strictly increasing.
    temperatures : array_like, shape (n_temperatures,)
        T in squared output units, >= 0; 0 is best-of-k, inf a candidate at random.
    rewards : sequence of Overshoot or array_like of shape (d,)
        All of them judge the same candidates.
    n_inputs : int
        Number of test inputs, >= 1. Memory does not grow with it.
    rng : numpy.random.Generator
        From `generator`, freshly made: the candidates come from generators that it spawns.

    Returns
    -------
    numpy.ndarray, shape (n_rewards, n_temperatures, n_k)
        Sum over the inputs of the selected squared error, in squared output units. Divide by `n_inputs`.

    Raises
    ------
    ValueError
        If an argument is outside the domain stated above.

    See Also
    --------
    selected_errors : the selection itself, for given gaps.

    Notes
    -----
    The model of Halder and Pehlevan (arXiv:2512.19905): y_1, ..., y_k ~ N(m(x), s^2(x)), the posterior
    predictive of Bayesian linear regression; y_i is chosen with probability proportional to
    exp(-(y_i - mu_R)^2/T). The gaps come from differences of weights, (w_hat - w_T).phi, not of outputs.

    The numbers at one k do not depend on the other k in the grid: at T = 0 to the last bit, at T > 0 up to
    where sums in float32 are cut (relative 1e-6).

    Examples
    --------
    >>> from bestofk.model import Overshoot, TeacherStudent
    >>> model = TeacherStudent(spectrum=np.ones(4), teacher=np.full(4, 2.0), reward=Overshoot(0.0),
    ...                        n_train=40, noise_var=0.01, prior_var=1.0)
    >>> total = simulate_selection(model, k=[1, 4, 16], temperatures=[0.0, 0.05], rewards=[Overshoot(0.0)],
    ...                            n_inputs=2000, rng=generator(0, "doctest", 7, 0))
    >>> total.shape
    (1, 2, 3)
    >>> bool(np.all(np.diff(total) < 0))  # the teacher as the reward: more candidates, smaller error
    True
    """
    n_inputs = count("n_inputs", n_inputs)
    features, labels = model.draw_reduced_training_set(rng)
    posterior = fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    sizes = (min(BLOCK, n_inputs - start) for start in range(0, n_inputs, BLOCK))
    inputs = (model.draw_inputs(rng, size) for size in sizes)
    return errors_of_fit(model, posterior, inputs, k=k, temperatures=temperatures, rewards=rewards, rng=rng)


def errors_of_fit(
    model: TeacherStudent,
    posterior: Posterior,
    inputs: Iterable[np.ndarray],
    *,
    k: ArrayLike,
    temperatures: ArrayLike,
    rewards: Sequence[Overshoot | ArrayLike],
    rng: np.random.Generator,
) -> np.ndarray:
    """Simulate the selection for one fit at given test inputs, with fresh candidates for each.

    Parameters
    ----------
    model : TeacherStudent
        The training problem; its teacher judges the error, its own reward is not used.
    posterior : Posterior
        The fit.
    inputs : iterable of ndarray of shape (m, d)
        Feature vectors, in parts that are drawn or read one after the other.
    k, temperatures, rewards
        As for `simulate_selection`.
    rng : numpy.random.Generator
        It must be able to spawn: the candidates come from generators that it spawns.

    Returns
    -------
    numpy.ndarray, shape (n_rewards, n_temperatures, n_k)
        Sum over the inputs of the selected squared error, in squared output units.

    Raises
    ------
    ValueError
        If there is no reward, or as `selected_errors`.

    Examples
    --------
    >>> model = TeacherStudent([1.0], [1.0], Overshoot(0.0), n_train=1, noise_var=1.0, prior_var=1.0)
    >>> posterior = fit([[1.0]], [1.0], noise_var=1.0, prior_var=1.0)
    >>> errors_of_fit(model, posterior, [np.ones((5, 1))], k=[1, 2], temperatures=[0.0],
    ...               rewards=[Overshoot(0.0)], rng=np.random.default_rng(0)).shape
    (1, 1, 2)
    """
    if len(rewards) == 0:
        raise ValueError("rewards is empty; at least one reward is needed")
    teacher_weights = posterior.mean - model.teacher
    reward_weights = np.stack([_gap_weights(reward, posterior.mean, teacher_weights) for reward in rewards])
    total = 0.0
    for part in inputs:
        _, variance = posterior.predictive(part)
        total = total + selected_errors(
            part @ teacher_weights,
            reward_weights @ part.T,
            k=k,
            temperature=temperatures,
            predictive_std=np.sqrt(variance),
            rng=rng,
        )
    return total


def _gap_weights(reward: Overshoot | ArrayLike, mean: np.ndarray, teacher_weights: np.ndarray) -> np.ndarray:
    if isinstance(reward, Overshoot):
        return (1 + reward.c) * teacher_weights
    return mean - finite_array("a reward", reward, mean.shape)


def selected_errors(
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    k: ArrayLike,
    temperature: ArrayLike,
    rng: np.random.Generator,
    predictive_std: ArrayLike = 1.0,
) -> np.ndarray:
    """Sum over inputs the squared error of the candidate that a reward selects.

    Parameters
    ----------
    teacher_gap : array_like, shape (m,)
        Delta_T = m(x) - mu_T(x) of each input, in output units; at most 1e6 `predictive_std` in size.
    reward_gap : array_like, shape (n_rewards, m)
        Delta_R = m(x) - mu_R(x) of each input under each reward; the same bound.
    k : array_like of int, shape (n_k,)
        Numbers of candidates, >= 1, strictly increasing.
    temperature : array_like, shape (n_temperatures,)
        T in squared output units, >= 0; 0 is best-of-k, inf a candidate at random.
    rng : numpy.random.Generator
        It must be able to spawn; those of `generator` and `numpy.random.default_rng` are. Each `BLOCK` inputs
        draw their candidates from one spawned generator; `rng` itself draws nothing.
    predictive_std : array_like, shape () or (m,)
        s(x) > 0, in output units.

    Returns
    -------
    numpy.ndarray, shape (n_rewards, n_temperatures, n_k)
        In squared output units, float64. All entries see the same candidates.

    Raises
    ------
    ValueError
        If an argument is outside the domain stated above.

    Notes
    -----
    Selection among k candidates Delta_T + s Z_i by a softmax of temperature T (Halder and Pehlevan,
    arXiv:2512.19905), with its randomness averaged out: the estimate is the weighted mean

        sum_i p_i (Delta_T + s Z_i)^2,   p_i proportional to exp(-(Delta_R + s Z_i)^2/T),

    which has the expectation of the chosen candidate's error and a smaller variance than drawing the index.
    The weights are relative to the best candidate so far, and the running sums are rescaled when a better one
    comes, so that nothing overflows and no sum of weights vanishes. At T = 0 all arithmetic is float64.

    Examples
    --------
    >>> sums = selected_errors(np.zeros(10_000), np.zeros((1, 10_000)), k=[1, 8], temperature=[0.0, np.inf],
    ...                        rng=np.random.default_rng(0))
    >>> np.round(sums[0] / 10_000, 1)
    array([[1., 0.],
           [1., 1.]])
    """
    teacher_gap = finite_array("teacher_gap", teacher_gap, (None,))
    reward_gap = finite_array("reward_gap", reward_gap, (None, teacher_gap.size))
    shape = () if np.ndim(predictive_std) == 0 else teacher_gap.shape
    predictive_std = finite_array("predictive_std", predictive_std, shape)
    if (predictive_std <= 0).any():
        raise ValueError(f"predictive_std has the entry {predictive_std.min()}; it must be positive")
    temperature = np.asarray(temperature, dtype=float)
    if temperature.ndim != 1 or temperature.size == 0 or not (temperature >= 0).all():
        raise ValueError(f"temperature is {temperature}; it must be a list of numbers from 0 to inf")
    k = _checked_k(k)
    teacher_gap, reward_gap = teacher_gap / predictive_std, reward_gap / predictive_std
    for name, gap in (("teacher_gap", teacher_gap), ("reward_gap", reward_gap)):
        if np.abs(gap).max() > _LARGEST_GAP:
            largest = np.abs(gap).max()
            raise ValueError(f"{name} is {largest:g} predictive_std; it must be at most {_LARGEST_GAP:g}")
    variance = np.full(teacher_gap.shape, predictive_std**2)
    total = np.zeros((reward_gap.shape[0], temperature.size, k.size))
    for start in range(0, teacher_gap.size, BLOCK):
        part = slice(start, start + BLOCK)
        total += _block_errors(
            teacher_gap[part], reward_gap[:, part], variance[part], k, temperature, rng.spawn(1)[0]
        )
    return total


def _checked_k(k: ArrayLike) -> np.ndarray:
    k = np.asarray(k)
    if k.ndim != 1 or k.size == 0 or k.dtype.kind not in "iu":
        raise ValueError(f"k is {k}; it must be a list of integers")
    if k[0] < 1 or (k[1:] <= k[:-1]).any():
        raise ValueError(f"k is {k}; it must start at 1 or more and increase")
    return k


def _block_errors(
    teacher_gap: np.ndarray,
    reward_gap: np.ndarray,
    variance: np.ndarray,
    k: np.ndarray,
    temperature: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:
    """`selected_errors` for one block of inputs, gaps in units of s; walks through the candidates once."""
    n_rewards, n_inputs = reward_gap.shape
    cold = temperature == 0
    warm = temperature[~cold, None]
    # Y = Delta_R/s + Z; weights are exp(-rate Y^2).
    rate = variance / np.maximum(warm, variance / _COLDEST)
    exponent = (-rate).astype(np.float32)
    above = np.full((n_rewards, n_inputs), np.inf)  # least positive Y so far
    below = np.full((n_rewards, n_inputs), -np.inf)  # greatest negative Y so far
    sums = np.zeros((n_rewards, 2, *rate.shape))  # of the weights and of the weighted errors
    added = np.empty(sums.shape[1:], dtype=np.float32)
    scratch = np.empty_like(rate)
    # Two allocations, not five: the allocator then keeps the memory for the next block, and fresh memory
    # costs more than the arithmetic in it.
    rows = min(max(1, _CHUNK // n_inputs), int(k[-1]))
    buffers = [
        *np.empty((2, rows, n_inputs)),
        *np.empty((3, rows, n_inputs), dtype=np.float32),
    ]
    softmax, nearest = np.empty((n_rewards, warm.size, k.size)), np.empty((n_rewards, k.size))
    drawn = 0
    for column, stop in enumerate(k):
        while drawn < stop:
            z, y, error, excess, weight = (b[: min(rows, stop - drawn)] for b in buffers)
            rng.standard_normal(out=z)
            if warm.size:
                np.add(z, teacher_gap, out=y)
                np.multiply(y, y, out=error, casting="same_kind")
            for r in range(n_rewards):
                np.add(z, reward_gap[r], out=y)
                before = np.minimum(above[r], -below[r])
                # Read as integers, the bits of positive floats come before those of negative ones (unsigned)
                # or after them (signed), and negative floats are ordered by size.
                _lower(above[r].view(np.uint64), y.view(np.uint64))
                _lower(below[r].view(np.int64), y.view(np.int64))
                if not warm.size:
                    continue
                least = np.minimum(above[r], -below[r]) ** 2
                if drawn:
                    np.multiply(rate, least - before**2, out=scratch)
                    sums[r] *= np.exp(scratch, out=scratch)
                np.multiply(y, y, out=y)
                np.subtract(y, least, out=excess, casting="same_kind")
                for i, factor in enumerate(exponent):
                    np.exp(np.multiply(excess, factor, out=weight), out=weight)
                    np.add.reduce(weight, axis=0, out=added[0, i])
                    np.multiply(weight, error, out=weight)
                    np.add.reduce(weight, axis=0, out=added[1, i])
                sums[r] += added
            drawn += len(z)
        for r in range(n_rewards if warm.size else 0):
            np.divide(sums[r, 1], sums[r, 0], out=scratch)
            softmax[r, :, column] = np.multiply(scratch, variance, out=scratch).sum(axis=-1)
        if warm.size < temperature.size:
            chosen = teacher_gap - reward_gap + np.where(above < -below, above, below)
            nearest[:, column] = (variance * chosen**2).sum(axis=-1)
    totals = np.empty((n_rewards, temperature.size, k.size))
    totals[:, ~cold], totals[:, cold] = softmax, nearest[:, None]
    return totals


def _lower(least: np.ndarray, values: np.ndarray) -> None:
    """Lower each entry of `least`, in place, to the smallest value in its column."""
    np.minimum(least, np.minimum.reduce(values, axis=0), out=least)
