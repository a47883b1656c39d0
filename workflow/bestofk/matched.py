"""Best of k with a teacher drawn from the prior: the error at an input follows from its predictive variance.

This holds for every law of the inputs, every number of training points and every dimension.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import finite_array, positive_number
from bestofk.equivalents import OrderParameters
from bestofk.selection import mean_selection_error

#: Chebyshev nodes in kappa; the interpolation is then exact to 1e-5 for k up to 1000.
_NODES = 20


def best_of_k_error(variance: ArrayLike, *, k: tuple[int, ...], noise_var: float) -> NDArray[np.float64]:
    """Return the error of best-of-k at inputs of given predictive variance, averaged over the teacher.

    Parameters
    ----------
    variance : array_like, shape (m,)
        s^2(x) of each input, at least `noise_var`, in squared output units.
    k : tuple of int, length n_k
        Numbers of candidates, from 1 to 1000.
    noise_var : float
        sigma^2 > 0.

    Returns
    -------
    ndarray, shape (m, n_k)
        E[delta | x, training inputs] at T = 0 with the teacher as the reward, over teacher, labels and
        candidates. Relative error below 1e-5, and below 1e-6 for k up to 128.

    Raises
    ------
    ValueError
        If a value is outside its domain.

    Notes
    -----
    With w_T ~ N(0, gamma^2 I) the posterior of w_T - w_hat is N(0, Omega), and Omega depends on the training
    inputs alone: the gap at x is N(0, s^2(x) - sigma^2), whatever the law of the inputs. The error is
    s^2(x) F_k(kappa(x)), kappa(x) = 1 - sigma^2/s^2(x), F_k the averaged error of Gaussian gaps. log F_k is
    interpolated in kappa. Derivation in the paper's appendix.

    Examples
    --------
    >>> best_of_k_error([1.0, 2.0], k=(1,), noise_var=1.0).round(6).tolist()
    [[1.0], [3.0]]
    """
    variance = finite_array("variance", variance, (None,))
    noise_var = positive_number("noise_var", noise_var)
    if (variance < noise_var).any():
        raise ValueError(f"variance has the entry {variance.min():g}, below noise_var, {noise_var:g}.")
    if min(k) < 1 or max(k) > 1000:
        raise ValueError(f"k is {k}; each must be from 1 to 1000.")
    logarithm = chebyshev.chebval(1.0 - 2.0 * noise_var / variance, _coefficients(tuple(map(int, k))))
    return variance[:, None] * np.exp(logarithm).T


@cache
def _coefficients(k: tuple[int, ...]) -> NDArray[np.float64]:
    """Chebyshev coefficients of log F_k in 2 kappa - 1, one column a k."""
    nodes = chebyshev.chebpts1(_NODES)
    values = [
        mean_selection_error(k, OrderParameters.overshoot(1.0, (1.0 + node) / 2.0, 0.0), temperature=0.0)
        for node in nodes
    ]
    return chebyshev.chebfit(nodes, np.log(values), _NODES - 1)
