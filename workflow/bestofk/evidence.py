"""Evidence of Bayesian linear regression: which noise and which prior make the labels most likely."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from bestofk._checks import finite_array, positive_number

#: Prior variances that are tried: those of `RANGE` over noise_var/(mean square of a row of the features).
RANGE = (1e-6, 1e6)

#: Values of the scan that brackets the highest of several maxima: four for each power of ten.
_SCAN = 49


@dataclass(frozen=True, eq=False)
class _Spectrum:
    """Labels in the eigenbasis of the features' Gram matrix: all that the evidence depends on."""

    n_labels: int
    eigenvalues: NDArray[np.float64]
    squares: NDArray[np.float64]
    rest: float

    def variances(self, ratio: float) -> NDArray[np.float64]:
        """Variance of a label along each eigenvector with an eigenvalue, over the noise."""
        return 1.0 + ratio * self.eigenvalues

    def mean_square(self, ratio: float) -> float:
        """Noise that makes the labels most likely at a given ratio of prior and noise."""
        return float((np.sum(self.squares / self.variances(ratio)) + self.rest) / self.n_labels)


def log_evidence(features: ArrayLike, labels: ArrayLike, *, noise_var: float, prior_var: float) -> float:
    """Return the logarithm of the probability density of the labels, the weights integrated out.

    Parameters
    ----------
    features : array_like, shape (n, d)
        Feature vectors phi as rows.
    labels : array_like, shape (n,)
    noise_var : float
        sigma^2 > 0, variance of the label noise, in squared label units.
    prior_var : float
        gamma^2 > 0: the prior of the weights is N(0, gamma^2 I).

    Returns
    -------
    float
        In natural logarithms.

    Raises
    ------
    ValueError
        If a shape or a value is outside its domain.

    Notes
    -----
    log N(y; 0, sigma^2 I + gamma^2 Phi Phi'), the marginal likelihood of MacKay, Neural Computation 4, 415
    (1992). In the eigenbasis of Phi Phi' the labels are independent, with variances sigma^2 + gamma^2 l_i.

    Examples
    --------
    >>> round(log_evidence([[1.0]], [0.0], noise_var=0.5, prior_var=0.5), 12)
    -0.918938533205
    """
    noise_var, prior_var = positive_number("noise_var", noise_var), positive_number("prior_var", prior_var)
    spectrum = _spectrum(features, labels)
    ratio = prior_var / noise_var
    n = spectrum.n_labels
    log_determinant = n * np.log(2 * np.pi * noise_var) + np.log(spectrum.variances(ratio)).sum()
    return float(-0.5 * (log_determinant + n * spectrum.mean_square(ratio) / noise_var))


def maximal_evidence(features: ArrayLike, labels: ArrayLike) -> tuple[float, float]:
    """Return the noise and the prior that make the labels most likely.

    Parameters
    ----------
    features : array_like, shape (n, d)
        Feature vectors phi as rows, not all zero.
    labels : array_like, shape (n,)
        At least two, not all zero.

    Returns
    -------
    noise_var, prior_var : float
        sigma^2 in squared label units, and gamma^2. The prior is searched where gamma^2 times the mean square
        |phi|^2 is from 1e-6 to 1e6 sigma^2: where features say nothing, or all, the maximum is at an end.

    Raises
    ------
    ValueError
        If a shape or a value is outside its domain.

    Notes
    -----
    At a given ratio r = gamma^2/sigma^2 the best noise is (1/n) y'(I + r Phi Phi')^-1 y. What is left is a
    function of r alone, -(n/2) log sigma^2(r) - (1/2) sum log(1 + r l_i), which may have several maxima: a
    scan brackets the highest, and Brent's method refines it.

    Examples
    --------
    One weight: three directions without a feature share a squared length of 4, and along the feature there is
    one of 16, noise_var + 4 prior_var.

    >>> noise_var, prior_var = maximal_evidence([[1.0], [1.0], [-1.0], [-1.0]], [3.0, 1.0, -1.0, -3.0])
    >>> round(noise_var, 5), round(prior_var, 5)
    (1.33333, 3.66667)
    """
    spectrum = _spectrum(features, labels)
    total = spectrum.squares.sum() + spectrum.rest
    if spectrum.n_labels < 2 or not (total > 0 and spectrum.eigenvalues.sum() > 0):
        raise ValueError(
            "the evidence has no maximum; at least two labels, not all zero, and features that are not all "
            "zero are needed"
        )
    unit = spectrum.n_labels / spectrum.eigenvalues.sum()

    def cost(log_ratio: float) -> float:
        ratio = unit * np.exp(log_ratio)
        noise = spectrum.n_labels * np.log(spectrum.mean_square(ratio))
        return float(noise + np.log(spectrum.variances(ratio)).sum())

    scan = np.linspace(*np.log(RANGE), _SCAN)
    best = int(np.argmin([cost(value) for value in scan]))
    bounds = scan[max(best - 1, 0)], scan[min(best + 1, _SCAN - 1)]
    refined = minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-9})
    ratio = unit * np.exp(min((scan[best], float(refined.x)), key=cost))
    noise_var = spectrum.mean_square(ratio)
    return noise_var, float(ratio * noise_var)


def _spectrum(features: ArrayLike, labels: ArrayLike) -> _Spectrum:
    features = finite_array("features", features, (None, None))
    labels = finite_array("labels", labels, (features.shape[0],))
    vectors, singular, _ = np.linalg.svd(features, full_matrices=False)
    along = vectors.T @ labels
    # What the features cannot reach is formed as a vector: a difference of squares would lose its digits.
    across = labels - vectors @ along
    return _Spectrum(labels.size, singular**2, along**2, float(across @ across))
