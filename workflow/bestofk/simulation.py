"""Monte Carlo of the model: random numbers of a replicate, its fit, and the selection at its test inputs.

One pass over the candidates, in `bestofk._candidates`, serves every k, every temperature and every reward.
The rules that combine candidates are in `bestofk.aggregation_simulation`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike

from bestofk._candidates import BLOCK, block_errors, blocks, standard_gaps
from bestofk._checks import count, finite_array, increasing_counts
from bestofk.model import Overshoot, TeacherStudent
from bestofk.posterior import Posterior, fit


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
    posterior, inputs = draw_replicate(model, n_inputs=n_inputs, rng=rng)
    return errors_of_fit(model, posterior, inputs, k=k, temperatures=temperatures, rewards=rewards, rng=rng)


def draw_replicate(
    model: TeacherStudent, *, n_inputs: int, rng: np.random.Generator
) -> tuple[Posterior, Iterator[np.ndarray]]:
    """Draw one training set and fit it, and draw fresh test inputs part by part.

    Parameters
    ----------
    model : TeacherStudent
    n_inputs : int
        Number of test inputs, >= 1.
    rng : numpy.random.Generator

    Returns
    -------
    posterior : Posterior
    inputs : iterator of ndarray of shape (m, d)
        Parts of at most `BLOCK` inputs, each drawn when it is asked for.

    Raises
    ------
    ValueError
        If `n_inputs` is no integer of at least 1.

    Examples
    --------
    >>> model = TeacherStudent([1.0], [1.0], Overshoot(0.0), n_train=4, noise_var=1.0, prior_var=1.0)
    >>> _, inputs = draw_replicate(model, n_inputs=3000, rng=np.random.default_rng(0))
    >>> [part.shape for part in inputs]
    [(2048, 1), (952, 1)]
    """
    n_inputs = count("n_inputs", n_inputs)
    features, labels = model.draw_reduced_training_set(rng)
    posterior = fit(features, labels, noise_var=model.noise_var, prior_var=model.prior_var)
    sizes = (min(BLOCK, n_inputs - start) for start in range(0, n_inputs, BLOCK))
    return posterior, (model.draw_inputs(rng, size) for size in sizes)


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
    return sum(
        selected_errors(teacher, reward, k=k, temperature=temperatures, predictive_std=std, rng=rng)
        for teacher, reward, std in map(gaps_of_fit(model, posterior, rewards), inputs)
    )


def gaps_of_fit(
    model: TeacherStudent, posterior: Posterior, rewards: Sequence[Overshoot | ArrayLike]
) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Return what turns test inputs into the gaps and the spread that every rule of choice starts from.

    Parameters
    ----------
    model : TeacherStudent
        Its teacher judges the error, its own reward is not used.
    posterior : Posterior
        The fit.
    rewards : sequence of Overshoot or array_like of shape (d,)

    Returns
    -------
    callable
        From inputs, shape (m, d), to the teacher gap (m,), the reward gap (n_rewards, m) and the standard
        deviation (m,) of the candidates, in output units.

    Raises
    ------
    ValueError
        If there is no reward, or one is no vector of d numbers.

    Examples
    --------
    >>> model = TeacherStudent([1.0], [1.0], Overshoot(0.0), n_train=1, noise_var=1.0, prior_var=1.0)
    >>> posterior = fit([[1.0]], [1.0], noise_var=1.0, prior_var=1.0)
    >>> teacher, reward, std = gaps_of_fit(model, posterior, [Overshoot(2.0)])(np.ones((1, 1)))
    >>> teacher.round(9).tolist(), reward.round(9).tolist(), (std**2).round(9).tolist()
    ([-0.5], [[-1.5]], [1.5])
    """
    if len(rewards) == 0:
        raise ValueError("rewards is empty; at least one reward is needed")
    teacher_weights = posterior.mean - model.teacher
    reward_weights = np.stack([_gap_weights(reward, posterior.mean, teacher_weights) for reward in rewards])

    def gaps(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        _, variance = posterior.predictive(inputs)
        return inputs @ teacher_weights, reward_weights @ inputs.T, np.sqrt(variance)

    return gaps


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
    teacher_gap, reward_gap, variance = standard_gaps(teacher_gap, reward_gap, predictive_std)
    temperature = np.asarray(temperature, dtype=float)
    if temperature.ndim != 1 or temperature.size == 0 or not (temperature >= 0).all():
        raise ValueError(f"temperature is {temperature}; it must be a list of numbers from 0 to inf")
    k = increasing_counts("k", k)
    return sum(
        block_errors(teacher_gap[part], reward_gap[:, part], variance[part], k, temperature, candidates)
        for part, candidates in blocks(teacher_gap.size, rng)
    )
