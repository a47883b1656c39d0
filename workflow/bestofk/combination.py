"""Two rules at once: the best convex combination of their answers, such as the mean corrected by best-of-k.

The answers of two rules to the same candidates are (1 - share) of the first plus share of the second. Its
squared error is a parabola in the share, and knows of the rules no more than their errors and the mean
product of their errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _domain
from bestofk.aggregation import mean_error
from bestofk.selection import excess_coefficients
from bestofk.weighted_mean import weighted_mean_error

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: Moments that differ by less, relatively, are equal: about as far as errors are computed.
_SAME = 1e-9


def best_combination(
    first: ArrayLike, second: ArrayLike, product: ArrayLike
) -> tuple[NDArray | float, NDArray | float]:
    """Return the best convex combination of two answers, from the moments of their errors.

    Parameters
    ----------
    first, second : array_like
        Mean squared errors E[e_1^2] and E[e_2^2], at least 0, in squared output units.
    product : array_like
        E[e_1 e_2], at most sqrt(first second) in magnitude; all arguments broadcast.

    Returns
    -------
    share, error : float or ndarray
        Share of the second answer, from 0 to 1, and the squared error of the combination. Where the two
        answers are the same, to a relative 10^-9 of their mean square, the share is 0.

    Raises
    ------
    ValueError
        If no two answers have these moments.

    Notes
    -----
    The error (1 - x)^2 E[e_1^2] + 2 x (1 - x) E[e_1 e_2] + x^2 E[e_2^2] is least at
    x = (E[e_1^2] - E[e_1 e_2])/E[(e_1 - e_2)^2], cut to 0 <= x <= 1.

    Examples
    --------
    >>> share, error = best_combination(1.0, 4.0, 0.0)
    >>> float(share), round(float(error), 12)
    (0.2, 0.8)
    """
    first, second, product = _domain.broadcast(first=first, second=second, product=product)
    finite = np.isfinite(first) & np.isfinite(second)
    _domain.require(finite, "an error", np.where(np.isfinite(first), second, first), "it must be finite")
    possible = (first >= 0) & (second >= 0) & (product**2 <= first * second * (1.0 + _SAME))
    _domain.require(possible, "product", product, "its square may be at most first times second, both from 0")
    distance = first - 2.0 * product + second
    apart = distance > _SAME * (first + second)
    share = np.clip(np.divide(first - product, distance, out=np.zeros_like(distance), where=apart), 0.0, 1.0)
    error = (1.0 - share) ** 2 * first + 2.0 * share * (1.0 - share) * product + share**2 * second
    return share[()], error[()]


def mean_and_weighted_mean(
    k: ArrayLike, order_parameters: OrderParameters, *, temperature: float
) -> tuple[NDArray, NDArray]:
    """Return the best convex combination of mean and weighted mean of k candidates, over Gaussian inputs.

    Parameters
    ----------
    k : array_like
        Number of candidates, from 1 to 10^6 (2^30 at T = 0) or inf, at least one-dimensional.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps, with 0 < q_rr <= 50 s2.
    temperature : float
        Of the weights, in squared output units: 0 (the best candidate), or T/(2 s2) from 10^-3 to 10^3.

    Returns
    -------
    share, error : ndarray
        Share of the weighted mean, and the squared error of the combination in squared output units, of the
        shape of `k`.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    The mean tends to where the student stands, the weighted mean goes g = 1/(1 + t) of the way to the judge:
    at k = inf its share is rho/g, rho = q_TR/q_RR, cut to 0 to 1, and for rho between 0 and g the error is
    q_TT - q_TR^2/q_RR, what the judge does not know of the teacher's gap.

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=0.5)
    >>> share, error = mean_and_weighted_mean([8, 512], p, temperature=0.0)
    >>> share.round(4).tolist(), error.round(6).tolist()
    ([0.7414, 0.668], [0.055388, 0.000243])
    """
    return best_combination(
        mean_error(k, order_parameters),
        weighted_mean_error(k, order_parameters, temperature=temperature),
        product_with_mean(k, order_parameters, temperature=temperature),
    )


def product_with_mean(
    k: ArrayLike, order_parameters: OrderParameters, *, temperature: float
) -> NDArray | float:
    """Return the mean product of the errors of the mean and of the selected candidate, over Gaussian inputs.

    Parameters
    ----------
    k : array_like
        Number of candidates, from 1 to 10^6 (2^30 at T = 0), at least one-dimensional.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps, with 0 < q_rr <= 50 s2.
    temperature : float
        Of the softmax, in squared output units: 0 (best-of-k), or T/(2 s2) from 10^-3 to 10^3.

    Returns
    -------
    ndarray
        In squared output units, of the shape of `k`. The weighted mean of the same temperature has the same
        product: given the candidates, it is the mean of what is selected.

    Raises
    ------
    ValueError
        If an argument is outside its domain.

    Notes
    -----
    What moves all candidates and the judge moves the answer along, so that by Gaussian integration by parts
    E[Z_mean Z_chosen] = (1/k) dE[Y]/db at one input, Y = b + Z_chosen. On average over b ~ N(0, kappa) the
    product is q_TT + s^2 (rho E[b Z_chosen] + E[b Y]/(k kappa)) (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=1.0)
    >>> product_with_mean([1, 1000], p, temperature=0.0).round(6).tolist()
    [1.25, -0.248831]
    """
    p = order_parameters
    (k,) = _domain.broadcast(k=k)
    kappa = p.q_rr / p.s2
    _domain.require(kappa > 0.0, "kappa = q_rr/s2", np.array(kappa), "it must be positive")
    t = float(_domain.reduced(np.array(_domain.one_number("temperature", temperature)), p.s2))
    _domain.require(np.isfinite(t), "temperature", np.array(temperature), "it must be finite")
    _, m1 = excess_coefficients(k.ravel(), [kappa], reduced_temperature=t)
    # E[b Y] - kappa t/(1 + t), that is beyond its limit.
    excess = m1[:, 0].reshape(k.shape) / 2.0
    chosen = excess - kappa / (1.0 + t)
    return p.q_tt + p.s2 * (p.q_tr / p.q_rr * chosen + (excess / kappa + t / (1.0 + t)) / k)
