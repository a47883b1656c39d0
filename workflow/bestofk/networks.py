"""Small neural networks: one fitted to examples, and an ensemble whose members disagree.

The networks are scikit-learn's, with one hidden layer, fitted by L-BFGS. With the sizes of the paper its Adam
took about four times as long to the same error and spread. All networks in one stack of arrays, trained at
once by Adam as a tensor library would, took a bit less than half as long: a larger dependency would not pay.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import count, finite_array, nonnegative_number


@dataclass(frozen=True)
class Network:
    """Size and training of a network with one hidden layer of rectified linear units.

    Parameters
    ----------
    hidden_units : int
        Units of the hidden layer, at least 1.
    penalty : float
        Factor alpha >= 0 of the squared weights, in squared output units.
    iterations : int
        Steps of L-BFGS after which training stops, at least 1, unless it has converged before.

    Raises
    ------
    ValueError
        If a value is outside its domain.

    Notes
    -----
    Training lowers (1/2n) [sum (answer - label)^2 + alpha sum w^2] over the n examples.

    Examples
    --------
    >>> Network(hidden_units=4, penalty=0.0, iterations=50)
    Network(hidden_units=4, penalty=0.0, iterations=50)
    """

    hidden_units: int
    penalty: float
    iterations: int

    def __post_init__(self) -> None:
        count("hidden_units", self.hidden_units)
        nonnegative_number("penalty", self.penalty)
        count("iterations", self.iterations)

    def answers(
        self, examples: ArrayLike, labels: ArrayLike, inputs: ArrayLike, *, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Fit a network from a random initialisation and return its answers at some inputs.

        Parameters
        ----------
        examples : array_like, shape (n, d)
            Feature vectors to learn from, of the order of 1.
        labels : array_like, shape (n,)
        inputs : array_like, shape (m, d)
        rng : numpy.random.Generator
            Draws the seed of the initialisation.

        Returns
        -------
        ndarray, shape (m,)
            In the units of the labels.

        Raises
        ------
        ValueError
            If a shape is wrong or an entry is not finite.
        ModuleNotFoundError
            If scikit-learn is not installed.

        Examples
        --------
        >>> line = np.linspace(-1.0, 1.0, 20)[:, None]
        >>> network = Network(hidden_units=8, penalty=0.0, iterations=200)
        >>> answer = network.answers(line, line[:, 0], [[0.5]], rng=np.random.default_rng(0))
        >>> bool(abs(answer[0] - 0.5) < 0.05)
        True
        """
        examples = finite_array("examples", examples, (None, None))
        labels = finite_array("labels", labels, examples.shape[:1])
        inputs = finite_array("inputs", inputs, (None, examples.shape[1]))
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor

        network = MLPRegressor(
            hidden_layer_sizes=(self.hidden_units,),
            solver="lbfgs",
            alpha=self.penalty,
            max_iter=self.iterations,
            random_state=int(rng.integers(2**31)),
        )
        with warnings.catch_warnings():
            # Stopping early is part of what these networks are: that they have not converged is no news.
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(examples, labels)
        return network.predict(inputs)


def ensemble(
    network: Network,
    examples: ArrayLike,
    labels: ArrayLike,
    inputs: ArrayLike,
    *,
    members: int,
    resampled: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the answers of an ensemble, each member with its own initialisation and its own examples.

    Parameters
    ----------
    network : Network
    examples : array_like, shape (n, d)
        Feature vectors to learn from.
    labels : array_like, shape (n,)
    inputs : array_like, shape (m, d)
    members : int
        N, at least 1.
    resampled : int
        Examples of one member, drawn from the n with replacement; at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (m, N)
        A row holds the candidates at one input, in the units of the labels.

    Raises
    ------
    ValueError
        If a shape or a value is outside its domain.

    Notes
    -----
    Given the n examples the members are independent and alike: at each input the N answers are independent
    draws from one law. At two inputs they are the same networks.

    Examples
    --------
    >>> line = np.linspace(-1.0, 1.0, 20)[:, None]
    >>> network = Network(hidden_units=2, penalty=0.0, iterations=20)
    >>> rng = np.random.default_rng(0)
    >>> ensemble(network, line, line[:, 0], [[0.0], [0.5]], members=3, resampled=10, rng=rng).shape
    (2, 3)
    """
    examples = finite_array("examples", examples, (None, None))
    labels = finite_array("labels", labels, examples.shape[:1])
    resampled = count("resampled", resampled)
    answers = []
    for _ in range(count("members", members)):
        own = rng.integers(labels.size, size=resampled)
        answers.append(network.answers(examples[own], labels[own], inputs, rng=rng))
    return np.stack(answers, axis=1)


def centred(inputs: ArrayLike, training: ArrayLike) -> NDArray[np.float64]:
    """Return inputs of one unit, less their means over the training part and over their common scale there.

    Parameters
    ----------
    inputs : array_like, shape (m, d)
        All in the same unit, such as pixels.
    training : array_like of int, shape (n,)
        Places of the training inputs, which differ from one another.

    Returns
    -------
    ndarray, shape (m, d)
        With a mean square of 1 over the training part.

    Raises
    ------
    ValueError
        If the inputs are no table of finite numbers, or the training inputs do not differ.

    Notes
    -----
    A scale for each input would blow up those that hardly vary in the training part and vary elsewhere, as
    pixels at the edge do: a network has no weight that was fitted to them.

    Examples
    --------
    >>> centred([[0.0, 1.0], [2.0, 1.0], [5.0, 3.0]], [0, 1]).round(6).tolist()
    [[-1.414214, 0.0], [1.414214, 0.0], [5.656854, 2.828427]]
    """
    inputs = finite_array("inputs", inputs, (None, None))
    seen = inputs[np.asarray(training)]
    scale = np.sqrt(seen.var(axis=0).mean())
    if not scale > 0:
        raise ValueError("the training inputs do not differ; their scale would be 0")
    return (inputs - seen.mean(axis=0)) / scale
