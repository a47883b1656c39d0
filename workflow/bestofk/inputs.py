"""Laws of the inputs with one covariance: Gaussian, two-valued, heavy-tailed, and images of digits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk._checks import spectrum_array
from bestofk.digits import population

#: Names of the laws.
LAWS = ("gaussian", "rademacher", "student_t", "digits")

#: Degrees of freedom of Student's t.
STUDENT_T = 5

#: Fourth cumulant of a component of unit variance; images have no independent components.
EXCESS_KURTOSIS = {"gaussian": 0.0, "rademacher": -2.0, "student_t": 6.0 / (STUDENT_T - 4)}

#: How far the eigenvalues of a problem may be from those of the images, relative to the mean of the latter.
_ROUNDING = 1e-4


def stream(law: str, spectrum: ArrayLike, rng: np.random.Generator) -> Callable[[int], NDArray[np.float64]]:
    """Return a function that draws feature vectors phi = x / sqrt(d), new ones at every call.

    Parameters
    ----------
    law : str
        ``gaussian``, ``rademacher`` (signs), ``student_t`` (5 degrees of freedom) or ``digits``.
    spectrum : array_like, shape (d,)
        Eigenvalues lambda_i of the covariance; for ``digits`` those of its population, up to rounding.
    rng : numpy.random.Generator

    Returns
    -------
    callable
        From a number of inputs to an ndarray of shape (number, d) in the eigenbasis of the covariance.

    Raises
    ------
    ValueError
        If the law is unknown or the spectrum is not that of the images; by the function, if all images are
        used up.

    Notes
    -----
    x_i = sqrt(lambda_i) z_i with independent z_i of mean 0 and variance 1; images instead are drawn without
    replacement, so that none is both in a training set and among its test inputs.

    Examples
    --------
    >>> draw = stream("rademacher", [4.0, 0.0], np.random.default_rng(0))
    >>> np.abs(draw(3) * np.sqrt(2)).round(12).tolist()
    [[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]]
    """
    spectrum = spectrum_array(spectrum)
    if law not in LAWS:
        raise ValueError(f"the law of the inputs is {law!r}; it must be one of {', '.join(LAWS)}.")
    if law == "digits":
        return _images(spectrum, rng)
    scales = np.sqrt(spectrum / spectrum.size)

    def draw(size: int) -> NDArray[np.float64]:
        shape = (size, spectrum.size)
        if law == "gaussian":
            z = rng.standard_normal(shape)
        elif law == "rademacher":
            z = 2.0 * rng.integers(0, 2, size=shape) - 1.0
        else:
            z = rng.standard_t(STUDENT_T, size=shape) * np.sqrt(1 - 2 / STUDENT_T)
        return z * scales

    return draw


def _images(spectrum: np.ndarray, rng: np.random.Generator) -> Callable[[int], NDArray[np.float64]]:
    coordinates, eigenvalues = population()
    if spectrum.shape != eigenvalues.shape or np.abs(spectrum - eigenvalues).max() > _ROUNDING:
        raise ValueError("the spectrum is not that of the images of digits, which `digits.population` gives.")
    order = rng.permutation(len(coordinates))
    used = 0

    def draw(size: int) -> NDArray[np.float64]:
        nonlocal used
        if used + size > len(order):
            raise ValueError(
                f"{used + size} images are wanted and there are {len(order)}; training points and test "
                "inputs together must be no more."
            )
        used += size
        return coordinates[order[used - size : used]] / np.sqrt(spectrum.size)

    return draw
