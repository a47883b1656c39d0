"""Checks of numbers and arrays that describe a problem: a float64 copy, or one sentence on what is wrong."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def finite_number(name: str, value: Any) -> float:
    """One real finite number, as a float."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} is {value!r}; it must be one real finite number") from error
    if not np.isfinite(number):
        raise ValueError(f"{name} is {number}; it must be finite")
    return number


def positive_number(name: str, value: Any) -> float:
    """One finite number above 0, as a float."""
    number = finite_number(name, value)
    if number <= 0:
        raise ValueError(f"{name} is {number}; it must be positive")
    return number


def nonnegative_number(name: str, value: Any) -> float:
    """One finite number of at least 0, as a float."""
    number = finite_number(name, value)
    if number < 0:
        raise ValueError(f"{name} is {number}; it must not be negative")
    return number


def count(name: str, value: Any) -> int:
    """An integer of at least 1; a float or a boolean is not one."""
    try:
        number = operator.index(value)
    except TypeError as error:
        raise ValueError(f"{name} is {value!r}; it must be an integer of at least 1") from error
    if isinstance(value, (bool, np.bool_)) or number < 1:
        raise ValueError(f"{name} is {value!r}; it must be an integer of at least 1")
    return number


def increasing_counts(name: str, values: ArrayLike) -> NDArray[np.integer]:
    """A list of integers of at least 1, each larger than the one before."""
    array = np.asarray(values)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu":
        raise ValueError(f"{name} is {values}; it must be a list of integers")
    if array[0] < 1 or (array[1:] <= array[:-1]).any():
        raise ValueError(f"{name} is {array}; it must start at 1 or more and increase")
    return array


def finite_array(name: str, value: ArrayLike, shape: tuple[int | None, ...]) -> NDArray[np.float64]:
    """A new float64 array of the given shape, where None stands for any length of at least 1."""
    try:
        array = np.array(value)
        if np.iscomplexobj(array):
            raise TypeError("it holds complex numbers")
        array = array.astype(np.float64, copy=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is not an array of real numbers: {error}") from error
    fits = len(array.shape) == len(shape) and all(
        length >= 1 if wanted is None else length == wanted
        for length, wanted in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any length" if length is None else str(length) for length in shape)
        raise ValueError(f"{name} has shape {array.shape}; it must be ({wanted})")
    if not np.isfinite(array).all():
        where = np.argwhere(~np.isfinite(array))[0].tolist()
        raise ValueError(f"{name} has the entry {array[tuple(where)]} at index {where}; it must be finite")
    return array


def spectrum_array(value: ArrayLike) -> NDArray[np.float64]:
    """Eigenvalues of an input covariance, as a new float64 vector."""
    spectrum = finite_array("spectrum", value, (None,))
    if (spectrum < 0).any():
        where = int(np.argmax(spectrum < 0))
        raise ValueError(
            f"spectrum has the entry {spectrum[where]} at index {where}; it must not be negative"
        )
    if not spectrum.any():
        raise ValueError("spectrum is zero everywhere; at least one eigenvalue must be positive")
    return spectrum
