"""Moments of the two gaps in units of the predictive variance, at one input or averaged over inputs.

Every expansion of the selection error is a polynomial in a = Delta_T/s and b = Delta_R/s, multiplied for
some laws by exp(tilt b^2). Written in terms of the moments below, one formula serves a single input, where
the moments are plain products, and the average over Gaussian inputs, where they are tilted Gaussian averages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

# exp(700) is just below the largest double.
_LARGEST_EXPONENT = 700.0


class Moments(NamedTuple):
    """E[e^(tilt b^2)] and, under that weight, the normalised means of a b, b^2, a b^3 and b^4."""

    weight: NDArray | float
    ab: NDArray | float
    bb: NDArray | float
    abbb: NDArray | float
    bbbb: NDArray | float


@dataclass(frozen=True, eq=False)
class InputGaps:
    """Gaps of one input; arrays broadcast."""

    a: NDArray
    b: NDArray
    s2: NDArray

    def moments(self, tilt: ArrayLike = 0.0) -> Moments:
        a, b = self.a, self.b
        exponent = np.asarray(tilt) * b**2
        if np.any(exponent > _LARGEST_EXPONENT):
            raise ValueError(
                "reward_gap is too large: the coefficient, which grows like the exponential of its square, "
                f"overflows (exponent {np.max(exponent):.3g}, at most {_LARGEST_EXPONENT:g} allowed)"
            )
        return Moments(np.exp(exponent), a * b, b**2, a * b**3, b**4)

    @property
    def error_of_mean(self) -> NDArray:
        """Squared teacher gap: the error of the predictive mean."""
        return self.a**2

    def squared_mean(self, share: ArrayLike) -> NDArray:
        """(a - share b)^2."""
        return (self.a - share * self.b) ** 2


@dataclass(frozen=True, eq=False)
class MeanGaps:
    """Centred Gaussian pair of gaps, averaged over inputs."""

    tt: float
    tr: float
    rr: float
    s2: float

    def moments(self, tilt: ArrayLike = 0.0) -> Moments:
        # The weight e^(tilt b^2) turns the variance rr of b into rr/(1 - 2 tilt rr), and a stays rho b plus
        # an independent part, so ab is scaled by the same factor.
        tilt = np.asarray(tilt, dtype=float)
        shrink = 1.0 - 2.0 * tilt * self.rr
        if np.any(shrink <= 0.0):
            limit = 1.0 / (2.0 * np.max(tilt))
            raise ValueError(
                f"the average over inputs diverges: q_rr/s2 = {self.rr:.6g} must be below {limit:.6g} here"
            )
        ab, bb = self.tr / shrink, self.rr / shrink
        return Moments(shrink**-0.5, ab, bb, 3.0 * ab * bb, 3.0 * bb**2)

    @property
    def error_of_mean(self) -> float:
        """Mean squared teacher gap: the error of the predictive mean."""
        return self.tt

    def squared_mean(self, share: ArrayLike) -> NDArray | float:
        """E[(a - share b)^2]."""
        return self.tt - 2.0 * self.tr * share + self.rr * np.asarray(share) ** 2


Gaps = InputGaps | MeanGaps


def at_input(teacher_gap: ArrayLike, reward_gap: ArrayLike, predictive_std: ArrayLike) -> InputGaps:
    """Gaps of one input in units of its predictive standard deviation."""
    a, b = _finite("teacher_gap", teacher_gap), _finite("reward_gap", reward_gap)
    std = _finite("predictive_std", predictive_std)
    if np.any(std <= 0):
        raise ValueError(f"predictive_std must be positive, not {np.min(std):g}")
    return InputGaps(a / std, b / std, std**2)


def averaged(order_parameters: OrderParameters) -> MeanGaps:
    """Gaps averaged over inputs, in units of the predictive variance."""
    p = order_parameters
    return MeanGaps(p.q_tt / p.s2, p.q_tr / p.s2, p.q_rr / p.s2, p.s2)


def inverse_candidates(k: ArrayLike) -> NDArray:
    """1/k for k >= 1 (0 at k = inf)."""
    k = np.asarray(k, dtype=float)
    if not np.all(k >= 1):
        raise ValueError("k, the number of candidates, must be at least 1 (inf is allowed)")
    return 1.0 / k


def inverse_reduced_temperature(temperature: ArrayLike, s2: ArrayLike) -> NDArray:
    """1/t = 2 s^2/T for T > 0 (0 at T = inf)."""
    temperature = np.asarray(temperature, dtype=float)
    if not np.all(temperature > 0):
        raise ValueError("temperature must be positive here (inf is allowed)")
    return 2.0 * np.asarray(s2) / temperature


def annealed_share(temperature: ArrayLike, s2: ArrayLike, power: int = 1) -> NDArray:
    """g_j = j/(j + t): how far the weight at temperature T/j moves a candidate towards the reward."""
    temperature = np.asarray(temperature, dtype=float)
    if not np.all(temperature >= 0):
        raise ValueError("temperature must be 0 or positive (inf is allowed)")
    return power / (power + temperature / (2.0 * np.asarray(s2)))


def _finite(name: str, value: ArrayLike) -> NDArray:
    value = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(value)):
        raise ValueError(f"{name} must be finite")
    return value
