"""How ridge, degrees of freedom and order parameters change with the number of training points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from bestofk._checks import finite_array, spectrum_array
from bestofk.equivalents import OrderParameters, equivalent_order_parameters, renormalized_ridge
from bestofk.model import Overshoot


@dataclass(frozen=True)
class DataSlopes:
    """Derivatives with respect to log n at fixed d: spectrum, weights and both variances stay as they are.

    Attributes
    ----------
    ridge : float
        dR/d log n, in the units of the spectrum; never positive.
    df1, df2 : float
        Of the degrees of freedom per training point.
    s2, q_tt, q_tr, q_rr : float
        Of the two-point order parameters, in squared output units.
    """

    ridge: float
    df1: float
    df2: float
    s2: float
    q_tt: float
    q_tr: float
    q_rr: float


def data_slopes(
    spectrum: ArrayLike,
    teacher: ArrayLike,
    reward: ArrayLike | Overshoot,
    *,
    aspect_ratio: float,
    noise_var: float,
    prior_var: float,
) -> tuple[OrderParameters, DataSlopes]:
    """Return the two-point order parameters and their derivatives with respect to log n.

    Parameters
    ----------
    spectrum, teacher : array_like, shape (d,)
        Eigenvalues of the input covariance, zeros allowed, and teacher weights in its eigenbasis.
    reward : array_like, shape (d,), or Overshoot
        Reward weights in the same basis, or a reward tied to the student's error.
    aspect_ratio : float
        alpha = d/n > 0; n need not be an integer.
    noise_var : float
        sigma^2 >= 0. At 0 the limit is returned, which exists for n below the rank of the covariance.
    prior_var : float
        gamma^2 > 0.

    Returns
    -------
    values : OrderParameters
    slopes : DataSlopes

    Raises
    ------
    ValueError
        As `equivalents.equivalent_order_parameters`.

    Notes
    -----
    By implicit differentiation of R (1 - df1) = alpha sigma^2/gamma^2 (derivation in the paper's appendix),
    with a dot for d/d log n, df3 = (1/n) sum (lambda_i/(lambda_i + R))^3 and u = w_T - w_R,

        R' = -R/(1 - df2),   df1' = -df2 (1 - df1)/(1 - df2),   (s^2)' = -s^2 df2/(1 - df2),
        df2' = -df2 + 2 (df2 - df3)/(1 - df2),
        q_TT' = [B' + (sigma^2 + q_TT) df2']/(1 - df2),
        B' = -(2/(1 - df2)) (R^2/d) sum lambda_i^2 w_Ti^2/(lambda_i + R)^3,
        q_TR' = q_TT' + h',  q_RR' = q_TT' + 2 h',
        h' = (1/(1 - df2)) (R/d) sum lambda_i^2 w_Ti u_i/(lambda_i + R)^2,

    and the factors (1 + c), (1 + c)^2 for an overshooting reward. The model is that of Halder and Pehlevan
    (arXiv:2512.19905); the order parameters are the two-point ones.

    Examples
    --------
    >>> values, slopes = data_slopes(
    ...     [1, 1], [1, 1], Overshoot(0), aspect_ratio=0.5, noise_var=0.25, prior_var=1
    ... )
    >>> round(values.q_tt, 5), round(slopes.q_tt, 5), round(slopes.s2, 5)
    (0.17539, -0.21913, -0.21913)
    """
    problem = {"aspect_ratio": aspect_ratio, "noise_var": noise_var, "prior_var": prior_var}
    values = equivalent_order_parameters(spectrum, teacher, reward, **problem)
    spectrum = spectrum_array(spectrum)
    teacher = finite_array("teacher", teacher, spectrum.shape)
    ridge = renormalized_ridge(spectrum, **problem)
    n_train = spectrum.size / aspect_ratio
    share, shrinkage = spectrum / (spectrum + ridge), ridge / (spectrum + ridge)
    # Sums of terms of one sign, as far as they have one: 1 - df1 and 1 - df2 keep their digits near 0.
    df2, leak = np.sum(share**2) / n_train, np.sum(share**2 * shrinkage) / n_train
    free_1 = aspect_ratio * noise_var / prior_var / ridge
    free_2 = free_1 + np.sum(share * shrinkage) / n_train
    bias = -2.0 / free_2 * np.mean(share * spectrum * (shrinkage * teacher) ** 2)
    df2_slope = -df2 + 2.0 * leak / free_2
    q_tt = (bias + (noise_var + values.q_tt) * df2_slope) / free_2
    if isinstance(reward, Overshoot):
        factor = 1.0 + reward.c
        q_tr, q_rr = factor * q_tt, factor**2 * q_tt
    else:
        difference = teacher - finite_array("reward", reward, spectrum.shape)
        h = np.mean(share * shrinkage * spectrum * teacher * difference) / free_2
        q_tr, q_rr = q_tt + h, q_tt + 2.0 * h
    slopes = DataSlopes(
        ridge=float(-ridge / free_2),
        df1=float(-df2 * free_1 / free_2),
        df2=float(df2_slope),
        s2=float(-values.s2 * df2 / free_2),
        q_tt=float(q_tt),
        q_tr=float(q_tr),
        q_rr=float(q_rr),
    )
    return values, slopes
