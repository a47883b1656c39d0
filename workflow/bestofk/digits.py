"""Real inputs: the 1797 images of digits, 8 x 8 pixels, that scikit-learn carries, as a finite population."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

#: Images in the population, and pixels of an image.
N_IMAGES, N_PIXELS = 1797, 64

#: Eigenvalues below this are those of pixels that never change.
_ZERO = 1e-12


@cache
def population() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return all images in the eigenbasis of their covariance, and its eigenvalues.

    Returns
    -------
    coordinates : ndarray, shape (1797, 64)
        Rows x: centred, in units in which the mean eigenvalue is 1. Read-only.
    spectrum : ndarray, shape (64,)
        Eigenvalues of the population's covariance, falling; 0 for directions in which no image varies.
        Read-only.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.

    Notes
    -----
    A copy of the test set of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI
    Machine Learning Repository (1998); pixels are integers from 0 to 16.

    Examples
    --------
    >>> coordinates, spectrum = population()
    >>> coordinates.shape, round(float(spectrum.mean()), 9), int((spectrum > 0).sum())
    ((1797, 64), 1.0, 61)
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "The images of digits come with scikit-learn, which is not installed; install "
            "envs/requirements.lock or leave `digits` out of `inputs`."
        ) from error
    pixels = load_digits().data
    centred = pixels - pixels.mean(axis=0)
    centred *= np.sqrt(N_PIXELS / np.mean((centred**2).sum(axis=1)))
    values, vectors = np.linalg.eigh(centred.T @ centred / N_IMAGES)
    spectrum = np.where(values > _ZERO, values, 0.0)[::-1].copy()
    coordinates = centred @ vectors[:, ::-1]
    for array in (coordinates, spectrum):
        array.setflags(write=False)
    return coordinates, spectrum
