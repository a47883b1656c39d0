"""Real data: two sets that scikit-learn carries, and their splits into parts that share no example."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import count, finite_array

#: Examples of each data set; `load` refuses a copy that differs.
N_EXAMPLES = {"diabetes": 442, "digits": 1797}


@cache
def load(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return inputs and labels of a data set.

    Parameters
    ----------
    name : str
        ``diabetes`` (442 patients, 10 measurements, the label how far the disease went in a year) or
        ``digits`` (1797 images of 8 x 8 pixels, the label the digit that is written).

    Returns
    -------
    inputs : ndarray, shape (m, number of features)
        In the units of the source. Read-only.
    labels : ndarray, shape (m,)
        With mean 0 and variance 1 over the set, which fixes the output unit. Read-only.

    Raises
    ------
    ValueError
        If the name is unknown, or the installed copy has another number of examples.
    ModuleNotFoundError
        If scikit-learn is not installed.

    Notes
    -----
    Diabetes: B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, Annals of Statistics 32, 407 (2004).
    Digits: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository (1998).

    Examples
    --------
    >>> inputs, labels = load("diabetes")
    >>> inputs.shape, round(float(labels.var()), 9)
    ((442, 10), 1.0)
    """
    if name not in N_EXAMPLES:
        raise ValueError(f"the data set is {name!r}; it must be one of {', '.join(N_EXAMPLES)}")
    try:
        from sklearn import datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "The data sets come with scikit-learn, which is not installed; install envs/requirements.lock."
        ) from error
    source = datasets.load_diabetes(scaled=False) if name == "diabetes" else datasets.load_digits()
    inputs, labels = np.array(source.data, float), np.array(source.target, float)
    if labels.size != N_EXAMPLES[name]:
        raise ValueError(f"{name} holds {labels.size} examples; it must hold {N_EXAMPLES[name]}")
    labels = (labels - labels.mean()) / labels.std()
    for array in (inputs, labels):
        array.setflags(write=False)
    return inputs, labels


def split(n_examples: int, sizes: Sequence[int], rng: np.random.Generator) -> list[NDArray[np.intp]]:
    """Draw parts of a data set at random, none of which shares an example with another.

    Parameters
    ----------
    n_examples : int
        Examples of the set, at least 1.
    sizes : sequence of int
        Examples of each part, each at least 1; together at most `n_examples`.
    rng : numpy.random.Generator

    Returns
    -------
    list of ndarray
        Places of the examples, one array for each part; every order is equally likely.

    Raises
    ------
    ValueError
        If a size is no integer of at least 1, or the parts hold more examples than there are.

    Examples
    --------
    >>> parts = split(10, [4, 5], np.random.default_rng(0))
    >>> [part.size for part in parts], np.unique(np.concatenate(parts)).size
    ([4, 5], 9)
    """
    ends = np.cumsum([count("a size", size) for size in sizes])
    if ends[-1] > count("n_examples", n_examples):
        raise ValueError(
            f"the parts hold {ends[-1]} examples and there are {n_examples}; they must not overlap"
        )
    return np.split(rng.permutation(n_examples)[: ends[-1]], ends[:-1])


def features(inputs: ArrayLike, training: ArrayLike) -> NDArray[np.float64]:
    """Return feature vectors phi of all inputs, in the units that the training inputs give.

    Parameters
    ----------
    inputs : array_like, shape (m, number of inputs)
    training : array_like of int, shape (n,)
        Places of the training inputs, at least one.

    Returns
    -------
    ndarray, shape (m, d)
        1/sqrt(d), then each input less its mean over the training part, in units of its standard deviation
        there and of sqrt(d), d one more than the number of inputs. What does not vary in the training part is
        centred only.

    Raises
    ------
    ValueError
        If the inputs are no table of finite numbers, or there is no training input.

    Notes
    -----
    Nothing but the training part decides the features, so that no other part is seen before its turn.

    Examples
    --------
    >>> features([[0.0], [2.0], [5.0]], [0, 1]).round(6).tolist()
    [[0.707107, -0.707107], [0.707107, 0.707107], [0.707107, 2.828427]]
    """
    inputs = finite_array("inputs", inputs, (None, None))
    training = np.asarray(training)
    if training.size == 0:
        raise ValueError("training is empty; at least one training input is needed")
    seen = inputs[training]
    scale = seen.std(axis=0)
    standard = (inputs - seen.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    return np.column_stack([np.ones(len(inputs)), standard]) / np.sqrt(inputs.shape[1] + 1)
