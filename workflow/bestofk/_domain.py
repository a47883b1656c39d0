"""Domain of the exact errors at finite k, and how what lies outside is refused."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

K_MAX, K_MAX_BEST_OF_K = 1e6, 2.0**30
T_MIN, T_MAX = 1e-3, 1e3
GAP_MAX, KAPPA_MAX = 50.0, 50.0
STD_MIN = 1e-100
WITHIN = "its magnitude may be at most 50 predictive_std"
#: How far nu_0 may be from 1 before a result is refused.
TOLERANCE, TOLERANCE_OF_AVERAGE = 1e-10, 1e-9


def at_input(
    k: ArrayLike,
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    predictive_std: ArrayLike,
    temperature: ArrayLike,
) -> tuple[NDArray, NDArray, NDArray, NDArray, NDArray]:
    """The arguments of an error at one input, broadcast and checked, with t in place of the temperature."""
    k, teacher_gap, reward_gap, s, temperature = broadcast(
        k=k,
        teacher_gap=teacher_gap,
        reward_gap=reward_gap,
        predictive_std=predictive_std,
        temperature=temperature,
    )
    in_range = (s >= STD_MIN) & (s <= 1.0 / STD_MIN)
    require(in_range, "predictive_std", s, "it must be from 1e-100 to 1e100")
    require(np.abs(teacher_gap) <= GAP_MAX * s, "teacher_gap", teacher_gap, WITHIN)
    require(np.abs(reward_gap) <= GAP_MAX * s, "reward_gap", reward_gap, WITHIN)
    return k, teacher_gap, reward_gap, s, reduced(temperature, s**2)


def reduced(temperature: NDArray, s2: NDArray | float) -> NDArray:
    """t = T/(2 s^2), which must not turn into 0 or inf by underflow or overflow."""
    with np.errstate(over="ignore", under="ignore"):
        t = temperature / (2.0 * s2)
    in_range = (t == temperature) | ((t != 0.0) & (t != np.inf))
    require(in_range, "temperature", temperature, "T/(2 s^2) must be 0, from 1e-3 to 1e3, or inf")
    return t


def check(k: NDArray, gap: NDArray, t: NDArray | float) -> None:
    """Refuse what the quadrature cannot do: a number of candidates, a gap in units of s, or a t."""
    t = np.asarray(t)
    allowed = (t == 0.0) | ((t >= T_MIN) & (t <= T_MAX)) | (t == np.inf)
    require(allowed, "the reduced temperature T/(2 s^2)", t, "it must be 0, from 1e-3 to 1e3, or inf")
    require(np.abs(gap) <= GAP_MAX, "reward_gap", gap, WITHIN)
    require(k >= 1.0, "k", k, "it must be at least 1 (inf is allowed)")
    largest = np.where(t == 0.0, K_MAX_BEST_OF_K, np.where(t == np.inf, np.inf, K_MAX))
    require((k <= largest) | (k == np.inf), "k", k, "finite k may be at most 1e6 at T > 0 and 2^30 at T = 0")


def check_nodes(nodes: int | None) -> None:
    """Refuse a number of nodes that is no integer of at least 2; None is the default."""
    if nodes is not None and (not isinstance(nodes, int) or nodes < 2):
        raise ValueError(f"nodes is {nodes!r}; it must be an integer of at least 2")


def check_normalization(nu_0: NDArray, tolerance: float) -> None:
    """Refuse results whose probabilities do not sum to 1."""
    error = np.max(np.abs(nu_0 - 1.0))
    if not error <= tolerance:
        raise ArithmeticError(f"the quadrature is off by {error:.1e}, more than the {tolerance:.0e} allowed")


def require(allowed: NDArray | bool, name: str, value: NDArray, rule: str) -> None:
    """Refuse the first value that is not allowed, in a sentence with its name and the rule."""
    if not np.all(allowed):
        where = np.broadcast_to(value, np.shape(allowed))[~np.asarray(allowed)].flat[0]
        raise ValueError(f"{name} has the value {where:g}; {rule}")


def real(name: str, value: ArrayLike) -> NDArray:
    """A number or an array of real numbers, as a new float64 array; inf and nan pass."""
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{name} is {value!r}; it must be a real number or an array of real numbers")
    return array.astype(float)


def one_number(name: str, value: ArrayLike) -> float:
    """One real number, as a float."""
    array = real(name, value)
    if array.ndim:
        raise ValueError(f"{name} has shape {array.shape}; it must be one number")
    return float(array)


def broadcast(**arguments: ArrayLike) -> list[NDArray]:
    """Real arguments of one shape, in their order."""
    arrays = [real(name, value) for name, value in arguments.items()]
    try:
        return list(np.broadcast_arrays(*arrays))
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in zip(arguments, arrays, strict=True))
        raise ValueError(f"the shapes do not broadcast: {shapes}") from error
