"""Best-of-k with the teacher as judge, simulated where rare inputs carry the mean and k is out of reach.

Two things make it possible: test inputs stretched along the error of the fit, with weights that keep every
mean unbiased, and the nearest candidate drawn without the others (`nearest`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from bestofk._checks import count, finite_array, finite_number
from bestofk.model import TeacherStudent
from bestofk.nearest import nearest_distance


def stretched_inputs(
    model: TeacherStudent, direction: ArrayLike, factor: float, *, size: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw test inputs, half of them stretched along a direction, and the weights that undo it.

    Parameters
    ----------
    model : TeacherStudent
        Gives the law of the inputs.
    direction : array_like, shape (d,)
        Weights v != 0; the output v.phi is stretched, all that is independent of it is not. With
        w_hat - w_T it is the teacher gap that is stretched.
    factor : float
        By which the standard deviation of v.phi grows in the stretched part, at least 1.
    size : int
        Number of inputs, at least 1; the last ``size // 2`` are stretched.
    rng : numpy.random.Generator

    Returns
    -------
    features : ndarray, shape (size, d)
        phi = x/sqrt(d).
    weights : ndarray, shape (size,)
        From 0 to size/(size - size // 2), which is 2 for even sizes: the mean of weights f(phi) has the
        expectation of f over inputs of the model.

    Raises
    ------
    ValueError
        If an argument is outside its domain, or v.phi does not vary.

    Notes
    -----
    The weights of the balance heuristic (Veach and Guibas, SIGGRAPH 1995): the density of the model over that
    of the mixture. With z the standardized v.phi and a the stretched share,

        w = 1/(1 - a + a exp(z^2 (1 - 1/factor^2)/2)/factor).

    Examples
    --------
    >>> from bestofk.model import Overshoot
    >>> model = TeacherStudent([1.0, 0.5], [1.0, 1.0], Overshoot(0.0), 4, noise_var=1.0, prior_var=1.0)
    >>> features, weights = stretched_inputs(model, [1, 0], 3.0, size=20_000, rng=np.random.default_rng(0))
    >>> round(float(np.mean(weights * features[:, 0] ** 2)), 2), bool(weights.max() <= 2)
    (0.5, True)
    """
    size, factor = count("size", size), finite_number("factor", factor)
    if factor < 1:
        raise ValueError(f"factor is {factor}; it must be at least 1")
    scales = np.sqrt(model.spectrum / model.n_features)
    along = finite_array("direction", direction, scales.shape) * scales
    length = np.linalg.norm(along)
    if length == 0:
        raise ValueError("direction gives an output that does not vary; there is nothing to stretch")
    along /= length
    draws = rng.standard_normal((size, scales.size))
    stretched = size // 2
    place = draws @ along
    added = np.zeros(size)
    added[size - stretched :] = (factor - 1.0) * place[size - stretched :]
    place += added
    share = stretched / size
    excess = place**2 * (1.0 - factor**-2.0) / 2.0 - np.log(factor)
    # 1/(1 - a + a e^x) without overflow; at a = 0 it is 1.
    weights = expit(np.log1p(-share) - np.log(share) - excess) / (1.0 - share) if stretched else np.ones(size)
    return (draws + np.outer(added, along)) * scales, weights


def nearest_errors(
    gap: ArrayLike, k: ArrayLike, *, predictive_std: ArrayLike = 1.0, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw the error of best-of-k with the teacher as judge, at each input and for every k of a list.

    Parameters
    ----------
    gap : array_like, shape (m,)
        Delta_T, predictive mean minus teacher, in output units; at most 30 predictive_std in magnitude.
    k : array_like of int, shape (n_k,)
        Numbers of candidates, at least 1, strictly increasing.
    predictive_std : array_like, shape () or (m,)
        s > 0 in output units.
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n_k, m)
        Squared errors in squared output units. At one input they fall with k: the candidates at one k are
        among those at the next, as in `simulation.selected_errors`, and the joint law is the same.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    Between two numbers of candidates the nearest of those added is drawn by `nearest.nearest_distance`. At
    T = 0 the judge of Halder and Pehlevan (arXiv:2512.19905) takes the nearest candidate.

    Examples
    --------
    >>> errors = nearest_errors(np.zeros(50_000), [1, 2**20], rng=np.random.default_rng(0))
    >>> errors.mean(axis=1).round(2)[0], round(float(errors.mean(axis=1)[1] * 2**40 / np.pi), 1)
    (np.float64(1.0), 1.0)
    """
    gap = finite_array("gap", gap, (None,))
    std = finite_array("predictive_std", predictive_std, () if np.ndim(predictive_std) == 0 else gap.shape)
    if (std <= 0).any():
        raise ValueError(f"predictive_std has the entry {std.min()}; it must be positive")
    k = np.asarray(k)
    if k.ndim != 1 or k.size == 0 or k.dtype.kind not in "iu" or k[0] < 1 or (k[1:] <= k[:-1]).any():
        raise ValueError(f"k is {k}; it must be a list of integers that starts at 1 or more and increases")
    gap, nearest = gap / std, np.full(gap.size, np.inf)
    errors = np.empty((k.size, gap.size))
    for row, added in enumerate(np.diff(k, prepend=0)):
        drawn = nearest_distance(rng.standard_exponential(gap.size), gap, added)
        errors[row] = (std * np.minimum(nearest, drawn, out=nearest)) ** 2
    return errors
