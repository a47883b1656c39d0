"""A task of stated difficulty: the teacher's size that gives a wanted kappa = q_TT/s^2."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bestofk._checks import finite_number, spectrum_array
from bestofk.equivalents import equivalent_order_parameters
from bestofk.model import Overshoot


def teacher_mean_square(
    kappa: float, spectrum: ArrayLike, *, aspect_ratio: float, noise_var: float, prior_var: float
) -> float:
    """Return the teacher norm |w_T|^2/d at which the teacher gap has a stated mean square.

    Parameters
    ----------
    kappa : float
        q_TT/s^2, the task difficulty: above what label noise alone gives, sigma^2 df2/((1 - df2) s^2).
    spectrum : array_like, shape (d,)
        Eigenvalues of the input covariance: nonnegative, at least one positive.
    aspect_ratio : float
        alpha = d/n > 0.
    noise_var : float
        sigma^2 > 0.
    prior_var : float
        gamma^2 > 0.

    Returns
    -------
    float
        In squared weight units, above 0, for a teacher whose components all have the same square; with an
        isotropic spectrum for any teacher.

    Raises
    ------
    ValueError
        If a parameter is outside its domain, or no teacher makes the task as easy.

    Notes
    -----
    The two-point equivalent of q_TT is linear in |w_T|^2 and s^2 does not depend on it, so that two values
    determine the rest: q_TT without a teacher, and the squared bias at |w_T|^2 = d (derivation in the paper's
    appendix).

    Examples
    --------
    >>> problem = {"aspect_ratio": 1e-3, "noise_var": 1e-8, "prior_var": 1e-6}
    >>> round(teacher_mean_square(1.0, [1.0] * 10, **problem), 6)
    99.702301
    """
    kappa, spectrum = finite_number("kappa", kappa), spectrum_array(spectrum)

    def moments(weight: float, kind: str) -> tuple[float, float]:
        parameters = {"aspect_ratio": aspect_ratio, "noise_var": noise_var, "prior_var": prior_var}
        weights = np.full(spectrum.size, weight)
        values = equivalent_order_parameters(spectrum, weights, Overshoot(0.0), kind=kind, **parameters)
        return values.s2, values.q_tt

    s2, from_noise = moments(0.0, "two_point")
    _, squared_bias = moments(1.0, "one_point")
    if kappa * s2 <= from_noise:
        raise ValueError(
            f"kappa is {kappa:g}; it must be above {from_noise / s2:.3g}, which label noise alone gives"
        )
    # q_TT = squared bias + df2 (squared bias + sigma^2)/(1 - df2), and the second part at 0 is from_noise.
    return (kappa * s2 - from_noise) / (squared_bias * (1.0 + from_noise / noise_var))
