"""Order parameters of a training problem: what the selection error depends on, and their large-d values.

The deterministic equivalents hold for n, d -> infinity at fixed d/n: n above or below d, any spectrum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import (
    finite_array,
    finite_number,
    nonnegative_number,
    positive_number,
    spectrum_array,
)
from bestofk.model import Overshoot, TeacherStudent

#: "two_point" has the fluctuations between training sets; "one_point" puts the mean student into the squares.
Kind = Literal["two_point", "one_point"]


@dataclass(frozen=True)
class OrderParameters:
    """Predictive variance and the second moments of the gaps over Gaussian inputs.

    Parameters
    ----------
    s2 : float
        Mean predictive variance s^2 > 0, in squared output units, as all four.
    q_tt : float
        E[Delta_T^2] >= 0, Delta_T the teacher gap.
    q_tr : float
        E[Delta_T Delta_R], with q_tr^2 <= q_tt q_rr.
    q_rr : float
        E[Delta_R^2] >= 0, Delta_R the reward gap.

    Raises
    ------
    ValueError
        If no pair of Gaussian gaps has these moments.

    Notes
    -----
    Given the training set the gaps are a centred Gaussian pair; the averaged error of Halder and Pehlevan
    (arXiv:2512.19905) depends on the training problem only through these four numbers.

    Examples
    --------
    >>> parameters = OrderParameters(s2=2.0, q_tt=0.5, q_tr=0.5, q_rr=1.0)
    >>> parameters.kappa, parameters.rho
    (0.5, 0.5)
    """

    s2: float
    q_tt: float
    q_tr: float
    q_rr: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "s2", positive_number("s2", self.s2))
        object.__setattr__(self, "q_tt", nonnegative_number("q_tt", self.q_tt))
        object.__setattr__(self, "q_tr", finite_number("q_tr", self.q_tr))
        object.__setattr__(self, "q_rr", nonnegative_number("q_rr", self.q_rr))
        # Compared as roots, which neither overflow nor underflow; the slack is for rounding.
        if abs(self.q_tr) > np.sqrt(self.q_tt) * np.sqrt(self.q_rr) * (1 + 5e-10):
            raise ValueError(
                f"q_tr is {self.q_tr}, with q_tt = {self.q_tt} and q_rr = {self.q_rr}; "
                "q_tr^2 must not exceed q_tt q_rr"
            )

    @classmethod
    def overshoot(cls, s2: float, q_tt: float, c: float) -> OrderParameters:
        """Return the order parameters of a reward that errs along the student's own error.

        Parameters
        ----------
        s2 : float
            Mean predictive variance, positive.
        q_tt : float
            E[Delta_T^2] >= 0.
        c : float
            Overshoot, above -1.

        Returns
        -------
        OrderParameters
            With q_tr = (1 + c) q_tt and q_rr = (1 + c)^2 q_tt, because Delta_R = (1 + c) Delta_T.

        Raises
        ------
        ValueError
            If a parameter is outside its domain.

        Examples
        --------
        >>> OrderParameters.overshoot(1.0, 0.1, 1.0)
        OrderParameters(s2=1.0, q_tt=0.1, q_tr=0.2, q_rr=0.4)
        """
        factor = 1 + Overshoot(c).c
        q_tt = nonnegative_number("q_tt", q_tt)
        return cls(s2, q_tt, factor * q_tt, factor**2 * q_tt)

    @property
    def kappa(self) -> float:
        """Spread of the reward gap in units of the predictive variance, q_rr / s2."""
        return self.q_rr / self.s2

    @property
    def rho(self) -> float:
        """Regression of the teacher gap on the reward gap, q_tr / q_rr; nan if q_rr is 0."""
        return self.q_tr / self.q_rr if self.q_rr > 0 else float("nan")

    def scaled(self) -> OrderParameters:
        """Return the same order parameters in units in which s2 = 1.

        Returns
        -------
        OrderParameters

        Examples
        --------
        >>> OrderParameters(2.0, 0.5, 0.5, 1.0).scaled()
        OrderParameters(s2=1.0, q_tt=0.25, q_tr=0.25, q_rr=0.5)
        """
        return OrderParameters(1.0, self.q_tt / self.s2, self.q_tr / self.s2, self.q_rr / self.s2)


def renormalized_ridge(
    spectrum: ArrayLike, *, aspect_ratio: float, noise_var: float, prior_var: float
) -> float:
    """Return the renormalized ridge R, the penalty that the population covariance sees.

    Parameters
    ----------
    spectrum : array_like, shape (d,)
        Eigenvalues of the input covariance: nonnegative, at least one positive.
    aspect_ratio : float
        alpha = d/n > 0.
    noise_var : float
        sigma^2 >= 0. At 0 the limit is returned: positive if n is below the rank of the covariance, else 0.
    prior_var : float
        gamma^2 > 0.

    Returns
    -------
    float
        R >= 0, in the units of the spectrum; relative error below 1e-15 / (1 - df2).

    Raises
    ------
    ValueError
        If a parameter is outside its domain, or alpha sigma^2 / gamma^2 leaves the range of double precision.

    Notes
    -----
    The root of R (1 - df1(R)) = alpha sigma^2 / gamma^2, df1(R) = (1/n) sum lambda_i / (lambda_i + R).
    Halder and Pehlevan (arXiv:2512.19905); derivation in the paper's appendix.

    Examples
    --------
    >>> round(renormalized_ridge([1, 1], aspect_ratio=0.5, noise_var=0.25, prior_var=1), 6)
    0.212695
    """
    spectrum = spectrum_array(spectrum)
    aspect_ratio = positive_number("aspect_ratio", aspect_ratio)
    noise_var = nonnegative_number("noise_var", noise_var)
    bare = aspect_ratio * noise_var / positive_number("prior_var", prior_var)
    if not np.isfinite(bare) or (bare == 0) != (noise_var == 0):
        raise ValueError(
            f"aspect_ratio * noise_var / prior_var is {bare}, out of range for noise_var = {noise_var}; "
            "rescale the weights or the outputs"
        )
    positive = spectrum[spectrum > 0]
    n_train = _samples(spectrum.size, aspect_ratio)
    if bare == 0 and n_train >= positive.size:
        return 0.0
    return _ridge_root(positive, n_train, bare)


def _ridge_root(positive: NDArray, n_train: float, bare: float) -> float:
    """Root in R of n (1 - df1(R)) - n bare / R, which increases with R."""
    excess = n_train - positive.size

    def imbalance(ridge: float) -> float:
        # n (1 - df1) in the form whose terms are not larger than n: no digits are lost at n near the rank
        # or far below it.
        if n_train < positive.size / 2:
            free = n_train - np.sum(positive / (positive + ridge))
        else:
            free = excess + np.sum(ridge / (positive + ridge))
        return float(free - n_train * bare / ridge)

    # df1 >= 0 gives R >= bare; R df1 <= Tr Sigma / n gives the upper end; without noise the smallest
    # eigenvalue alone bounds R from below. The factors 2 leave room for rounding.
    lower = max(bare, positive.min() * -excess / n_train) / 2
    upper = 2 * (bare + positive.sum() / n_train)
    # By its full name: scipy loads this part when it is first used, and few of the scripts get here.
    log_ridge = scipy.optimize.brentq(
        lambda log_ridge: imbalance(np.exp(log_ridge)), np.log(lower), np.log(upper), xtol=1e-8
    )
    ridge = np.exp(log_ridge)
    # Two Newton steps on the convex R (1 - df1) - bare, whose slope is 1 - df2, take 1e-8 to rounding error.
    for _ in range(2):
        slope = bare / ridge + np.sum(positive * ridge / (positive + ridge) ** 2) / n_train
        ridge -= ridge * imbalance(ridge) / (n_train * slope)
    return float(ridge)


def _samples(n_features: int, aspect_ratio: float) -> float:
    """n = d / alpha, an integer when alpha is the nearest double to d/n."""
    n_train = n_features / aspect_ratio
    return round(n_train) if abs(n_train - round(n_train)) <= 4 * np.spacing(n_train) else n_train


def degrees_of_freedom(spectrum: ArrayLike, ridge: float, *, aspect_ratio: float) -> tuple[float, float]:
    """Return the degrees of freedom per training point at a ridge.

    Parameters
    ----------
    spectrum : array_like, shape (d,)
        Eigenvalues of the input covariance: nonnegative, at least one positive.
    ridge : float
        R >= 0 in the units of the spectrum; 0 gives the limit, rank/n twice.
    aspect_ratio : float
        alpha = d/n > 0.

    Returns
    -------
    df1 : float
        (1/n) sum lambda_i / (lambda_i + R).
    df2 : float
        (1/n) sum lambda_i^2 / (lambda_i + R)^2, at most df1.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.

    Notes
    -----
    At the renormalized ridge df2 <= df1 < 1 and s^2 = sigma^2 / (1 - df1). Derivation in the paper's
    appendix.

    Examples
    --------
    >>> degrees_of_freedom([1.0, 1.0], 1.0, aspect_ratio=0.5)
    (0.25, 0.125)
    """
    spectrum = spectrum_array(spectrum)
    ridge = nonnegative_number("ridge", ridge)
    n_train = spectrum.size / positive_number("aspect_ratio", aspect_ratio)
    positive = spectrum[spectrum > 0]
    shares = positive / (positive + ridge)
    return float(shares.sum() / n_train), float((shares**2).sum() / n_train)


def order_parameters(model: TeacherStudent, *, kind: Kind = "two_point") -> OrderParameters:
    """Return the deterministic equivalents of the order parameters of a training problem.

    Parameters
    ----------
    model : TeacherStudent
    kind : {"two_point", "one_point"}
        "two_point" is right for n, d -> infinity; "one_point" neglects the spread between training sets.

    Returns
    -------
    OrderParameters
        Off by O(1/d) from the mean over training sets.

    Raises
    ------
    ValueError
        If `kind` is neither of the two.

    See Also
    --------
    equivalent_order_parameters : the equations.

    Examples
    --------
    >>> ones = np.ones(100)
    >>> model = TeacherStudent(ones, ones, Overshoot(0), n_train=200, noise_var=0.25, prior_var=1)
    >>> round(order_parameters(model).q_tt, 5)
    0.17539
    """
    return equivalent_order_parameters(
        model.spectrum,
        model.teacher,
        model.reward,
        aspect_ratio=model.aspect_ratio,
        noise_var=model.noise_var,
        prior_var=model.prior_var,
        kind=kind,
    )


def equivalent_order_parameters(
    spectrum: ArrayLike,
    teacher: ArrayLike,
    reward: ArrayLike | Overshoot,
    *,
    aspect_ratio: float,
    noise_var: float,
    prior_var: float,
    kind: Kind = "two_point",
) -> OrderParameters:
    """Return the deterministic equivalents of the order parameters at any aspect ratio, n an integer or not.

    Parameters
    ----------
    spectrum, teacher : array_like, shape (d,)
        Eigenvalues of the input covariance, and teacher weights in its eigenbasis.
    reward : array_like, shape (d,), or Overshoot
        Reward weights in the same basis, or a reward tied to the student's error.
    aspect_ratio : float
        alpha = d/n > 0.
    noise_var : float
        sigma^2 >= 0. At 0 the limit is returned, which exists for n below the rank of the covariance.
    prior_var : float
        gamma^2 > 0.
    kind : {"two_point", "one_point"}

    Returns
    -------
    OrderParameters

    Raises
    ------
    ValueError
        If a parameter is outside its domain, or if noise_var = 0 with n not below the rank of the covariance,
        where the predictive variance vanishes.

    Notes
    -----
    With the renormalized ridge R, the mean student w_bar = Sigma (Sigma + R)^-1 w_T and, for a, b in {T, R},

        q_ab = (1/d) sum lambda_i (w_bar - w_a)_i (w_bar - w_b)_i + V,   V = df2 (B + sigma^2) / (1 - df2),

    where B is the first term at a = b = T. V is the variance of the student over training sets; the one-point
    kind, the form inserted by Halder and Pehlevan (arXiv:2512.19905), has V = 0. An overshooting reward has
    q_tr = (1 + c) q_tt and q_rr = (1 + c)^2 q_tt. In both kinds s^2 = gamma^2 R / alpha, which is
    sigma^2 / (1 - df1). Derivation in the paper's appendix.

    Examples
    --------
    >>> equivalent_order_parameters([1, 1], [1, 1], [1, 1], aspect_ratio=2, noise_var=0, prior_var=1)
    OrderParameters(s2=0.5, q_tt=0.5, q_tr=0.5, q_rr=0.5)
    """
    if kind not in ("two_point", "one_point"):
        raise ValueError(f'kind is {kind!r}; it must be "two_point" or "one_point"')
    spectrum = spectrum_array(spectrum)
    teacher = finite_array("teacher", teacher, spectrum.shape)
    ridge = renormalized_ridge(spectrum, aspect_ratio=aspect_ratio, noise_var=noise_var, prior_var=prior_var)
    if ridge == 0:
        raise ValueError(
            "noise_var is 0 and n is not below the rank of the covariance; no predictive variance is left"
        )
    # Everything below is a sum of terms of one sign: no cancellation, even at df2 near 1.
    shrinkage = ridge / (spectrum + ridge)
    n_train = spectrum.size / aspect_ratio
    bare = aspect_ratio * noise_var / prior_var
    free = bare / ridge + np.sum(spectrum * shrinkage / (spectrum + ridge)) / n_train
    df2 = np.sum((spectrum / (spectrum + ridge)) ** 2) / n_train
    bias = np.mean(spectrum * (shrinkage * teacher) ** 2)
    spread = df2 / free * (bias + noise_var) if kind == "two_point" else 0.0
    s2 = prior_var * ridge / aspect_ratio
    if isinstance(reward, Overshoot):
        return OrderParameters.overshoot(s2, bias + spread, reward.c)
    teacher_gap = -shrinkage * teacher
    reward_gap = teacher_gap + teacher - finite_array("reward", reward, spectrum.shape)
    return OrderParameters(
        s2,
        bias + spread,
        np.mean(spectrum * teacher_gap * reward_gap) + spread,
        np.mean(spectrum * reward_gap**2) + spread,
    )
