"""Reward-weighted majority votes: every candidate adds its softmax weight to the cell of its answer.

The grid is that of `bestofk.votes`, the weights exp(-(y - mu_R)^2/T) are those of `bestofk.selection`. Sums
of weights have no closed form: they are followed on lattices, and how far those agree is measured each time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import fft, ifft, next_fast_len

from bestofk import _ballots, _domain, votes
from bestofk._checks import positive_number
from bestofk._gaps import annealed_share, averaged

if TYPE_CHECKING:
    from bestofk.equivalents import OrderParameters

#: Largest k, and how far the mean square of the winner's offset may be off, in units of s^2.
K_MAX, TOLERANCE = 10_000, 1e-3
#: Points of a cell that stand for the weights in it.
_POINTS = 512
#: Steps of the coarsest and of the finest lattice, and the longest step, in the largest weight, that is short
#: next to it.
_COARSEST, _FINEST, _SHORT = 512, 16384, 1.0 / 16.0
#: What part of the tolerance two extrapolations must agree to, before the finest lattice and with it, and
#: fewest steps in a deviation of the weights.
_CERTAIN, _AGREED, _SPREAD = 0.1, 0.3, 0.5
#: How far a sum of weights may exceed its mean, in deviations and in weights.
_REACH, _REACH_WEIGHTS = 8.0, 6.0
#: Steps that tell weights apart, and how often all of them may be smaller.
_RESOLVED, _MANY, _UNLIKELY = 4.0, 16.0, 1e-4
#: What is as good as impossible, for an error of 1e-3: candidates in a cell, or a sum of weights that wins.
_NEVER, _NEGLIGIBLE = 1e-7, 1e-8
#: Fewest phases of the grid, phases for cells of one deviation, Gauss-Hermite nodes of the gap, and what part
#: of an average is rare.
_PHASES, _PHASES_OF_WIDTH, _GAPS, _RARE = 6, 16, 12, 1e-4
#: Largest width of an average, in predictive standard deviations.
_WIDEST = 5.0


def weighted_vote_error_at(
    k: ArrayLike,
    teacher_gap: float,
    reward_gap: float,
    *,
    width: float,
    phase: float,
    predictive_std: float = 1.0,
    temperature: float,
) -> NDArray | float:
    """Return the squared error of a reward-weighted majority vote of k candidates at one input.

    Parameters
    ----------
    k : array_like of int
        Number of candidates, 1 to 10^4; inf is the limit.
    teacher_gap, reward_gap : float
        Predictive mean minus teacher, and minus the reward's favourite, in output units; at most 50
        predictive standard deviations in magnitude.
    width, phase : float
        Of the grid, as for `votes.vote_error_at`.
    predictive_std : float
        Standard deviation s > 0 of the predictive distribution.
    temperature : float
        T of the weights in squared output units: T/(2 s^2) from 10^-3 to 10^3, or inf (the plain vote).

    Returns
    -------
    float or ndarray
        In squared output units, of the shape of `k`, to 10^-3 s^2 (1 + |Delta_T|/s). At k = inf the cell
        nearest to the weighted mean wins; where two are equally near, half of each.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the lattice does not resolve the weights: where few of the candidates carry nearly all of them, or
        where they are so even that they decide only between cells with equal numbers of votes.

    Notes
    -----
    Given x, which marks a candidate, the sums of weights of the cells are independent compound Poisson
    numbers with the characteristic functions exp(k p_c (x psi_c - 1)), psi_c that of the weight of a
    candidate in cell c. The probability that the sum of a cell is the largest is a coefficient of x^k
    (derivation in the paper's appendix). Lattices of more and more steps are extrapolated, until two
    extrapolations agree.

    Examples
    --------
    >>> error = weighted_vote_error_at([1, 64, np.inf], 0.5, 1.5, width=0.5, phase=0.3, temperature=4.0)
    >>> error.round(3).tolist()
    [1.271, 0.146, 0.023]
    """
    s = positive_number("predictive_std", predictive_std)
    a, b = (
        _domain.one_number(name, value) / s
        for name, value in (("teacher_gap", teacher_gap), ("reward_gap", reward_gap))
    )
    t = float(_domain.reduced(np.array(_domain.one_number("temperature", temperature)), s**2))
    _check(b, t)
    if np.isinf(t):
        return votes.vote_error_at(k, teacher_gap, width=width, phase=phase, predictive_std=s)
    first, second = _offsets(k, b, t, _ballots.checked_width(width / s), _ballots.checked_phase(phase))
    return (s**2 * (a**2 + 2.0 * a * first + second))[()]


def weighted_vote_error(
    k: ArrayLike, order_parameters: OrderParameters, *, width: float, temperature: float
) -> NDArray | float:
    """Return the squared error of a reward-weighted vote, averaged over Gaussian inputs and the grid's phase.

    Parameters
    ----------
    k : array_like of int
        Number of candidates, 1 to 10^4; inf is the limit.
    order_parameters : OrderParameters
        Predictive variance and second moments of the gaps.
    width : float
        Width of a cell, in output units; from 0.05 to 5 predictive standard deviations.
    temperature : float
        T of the weights in squared output units: T/(2 s^2) from 10^-3 to 10^3, or inf (the plain vote).

    Returns
    -------
    float or ndarray
        In squared output units, of the shape of `k`, to about 10^-3 s2.

    Raises
    ------
    ValueError
        If an argument is outside its domain.
    ArithmeticError
        If the lattice does not resolve the weights at an input that counts: where q_rr is large and the
        temperature low, few candidates carry nearly all of the weight.

    Notes
    -----
    q_TT + 2 E[rho b e] s^2 + E[e^2] s^2, with e the winner's offset from the predictive mean in units of s at
    the reward gap b ~ N(0, q_RR/s^2), rho = q_TR/q_RR, and the phase uniform and independent of b. At k = inf
    it is the error of the weighted mean there plus width^2/12 (derivation in the paper's appendix).

    Examples
    --------
    >>> from bestofk.equivalents import OrderParameters
    >>> p = OrderParameters.overshoot(s2=1.0, q_tt=0.25, c=0.5)
    >>> round(float(weighted_vote_error(np.inf, p, width=0.6, temperature=2.0)), 4)
    0.0456
    """
    p = order_parameters
    t = float(_domain.reduced(np.array(_domain.one_number("temperature", temperature)), p.s2))
    _check(0.0, t)
    if np.isinf(t):
        return votes.vote_error(k, p, width=width)
    k = _ballots.checked_k(k, K_MAX)
    scaled = _ballots.checked_width(width / np.sqrt(p.s2))
    if scaled > _WIDEST:
        raise ValueError(f"width is {scaled:g} predictive_std; of an average it may be at most {_WIDEST:g}")
    error = np.full(k.shape, p.s2 * averaged(p).squared_mean(float(annealed_share(temperature, p.s2))))
    error += width**2 / 12.0
    finite = np.isfinite(k)
    if finite.any():
        rho, spread = (p.q_tr / p.q_rr, np.sqrt(p.q_rr / p.s2)) if p.q_rr > 0 else (0.0, 0.0)
        # An input and its mirror image on the mirrored grid have mirrored winners: the gaps above 0 tell all.
        gaps, weights = np.polynomial.hermite_e.hermegauss(_GAPS)
        gaps, weights = spread * gaps[_GAPS // 2 :], weights[_GAPS // 2 :] / weights[_GAPS // 2 :].sum()
        kept = weights * (1.0 + gaps**2) > _RARE
        # The winner of many candidates is the nearest cell: a sawtooth of its phase, as wide as the cell.
        phases, square = max(_PHASES, int(np.ceil(_PHASES_OF_WIDTH * scaled))), 0.0
        for gap, weight in zip(gaps[kept], weights[kept], strict=True):
            for phase in np.arange(phases) / phases:
                first, second = _offsets(k[finite], gap, t, scaled, phase)
                square = square + weight / phases * (2.0 * rho * gap * first + second)
        error[finite] = p.q_tt + p.s2 * square
    return error[()]


def _check(gap: float, t: float) -> None:
    _domain.check(np.ones(1), np.array(gap), np.array(t))
    if t == 0.0:
        raise ValueError(
            "temperature is 0; of a weighted vote it must be positive: at 0 only the best counts"
        )


def _offsets(k: ArrayLike, gap: float, t: float, width: float, phase: float) -> tuple[NDArray, NDArray]:
    """Mean and mean square of the winner's offset from the predictive mean, in units of s."""
    k = _ballots.checked_k(k, K_MAX)
    centres, probabilities = votes.cells(width, phase)
    distinct, where = np.unique(k, return_inverse=True)
    powers = np.stack([centres, centres**2], axis=1)
    moments = np.stack(
        [
            probabilities @ powers if number == 1 else _wins(number, gap, t, width, centres) @ powers
            for number in distinct
        ]
    )
    return tuple(moments[where, power].reshape(k.shape) for power in (0, 1))


def _wins(k: float, gap: float, t: float, width: float, centres: NDArray) -> NDArray:
    """The probability of each cell to win, from lattices whose extrapolations agree."""
    if np.isinf(k):
        far = np.abs(centres + gap / (1.0 + t))
        nearest = np.isclose(far, far.min(), rtol=1e-12, atol=1e-12)
        return nearest / nearest.sum()
    steps, extrapolated = _COARSEST, np.full(centres.size, np.nan)
    fine = _on_lattice(int(k), gap, t, width, centres, steps)
    while steps < _FINEST:
        steps *= 2
        coarse, fine = fine, _on_lattice(int(k), gap, t, width, centres, steps)
        # The error falls with the square of the step, where it falls at all: two extrapolations must agree.
        before, extrapolated = extrapolated, fine + (fine - coarse) / 3.0
        change = extrapolated - before
        off = max(np.abs(change @ centres), np.abs(change @ centres**2))
        if off <= TOLERANCE * (_AGREED if steps == _FINEST else _CERTAIN):
            return extrapolated
    raise ArithmeticError(
        f"lattices of weights differ by {off:.1e} s^2, more than the {_AGREED * TOLERANCE:.0e} allowed, for "
        f"{k:g} candidates at the reward gap {gap:.3g} s and T/(2 s^2) = {t:.3g}: few of them carry "
        "nearly all of the weight, or their weights are so even that they only break ties"
    )


def _on_lattice(k: int, gap: float, t: float, width: float, centres: NDArray, steps: int) -> NDArray:
    """The same on a lattice of so many steps, nan where it does not tell the weights apart."""
    # Midpoints: their sum is a smooth function of the edges of the lattice.
    inside = width * ((np.arange(_POINTS) + 0.5) / _POINTS - 0.5)
    z = centres[:, None] + inside
    mass = np.exp(-0.5 * z**2) * width / _POINTS / np.sqrt(2.0 * np.pi)
    exponent = -((gap + z) ** 2) / (2.0 * t)
    cells = np.flatnonzero(k * mass.sum(axis=1) > _NEVER)
    p, weight = mass[cells].sum(axis=1), np.exp(exponent[cells] - exponent[cells].max())
    mean, square = ((mass[cells] * weight**power).sum(axis=1) for power in (1, 2))
    longest = min(float(k), np.max(k * mean + _REACH * np.sqrt(k * square)) + _REACH_WEIGHTS)
    # Where all weights and their sums may be this small they are as good as equal, on any lattice.
    small = _RESOLVED * longest / steps
    if k * mean.max() < _MANY * small and (mass[cells][weight < small].sum() / p.sum()) ** k > _UNLIKELY:
        return np.full(centres.size, np.nan)
    # Between cells with as many votes the weights decide, and a step that blurs them makes it a draw; unless
    # the sums of as many weights are spread over more than one weight.
    deviation = np.sqrt(square.sum() / p.sum() - (mean.sum() / p.sum()) ** 2)
    if deviation < min(_SPREAD * longest / steps, 1.0 / np.sqrt(k * p.max())):
        return np.full(centres.size, np.nan)
    # A weight between two points is split between them, so that its mean is kept. Where so few candidates
    # count that all weights may be tiny, none becomes nothing.
    place = weight * steps / longest
    place = np.maximum(place, 1.0 if longest < _SHORT * steps else 0.0)
    length = next_fast_len(steps + 2)
    low, rows = np.floor(place).astype(int), length * np.arange(cells.size)[:, None]
    law = np.zeros(cells.size * length)
    for point, share in ((low, 1.0 - (place - low)), (low + 1, place - low)):
        law += np.bincount((rows + point).ravel(), (mass[cells] / p[:, None] * share).ravel(), law.size)
    characteristic = fft(law.reshape(cells.size, length), axis=1)
    wins = np.zeros(centres.size)
    # Smaller sums than the first never win, and some cells never get as far: no other mark has more there.
    total = np.cumsum(ifft(np.exp(k * p[:, None] * (characteristic - 1.0)), axis=1).real, axis=1)
    first = max(1, int(np.searchsorted(total.prod(axis=0), _NEVER)))
    left = 1.0 - total[:, first] > _NEVER
    cells, p, characteristic = cells[left], p[left], characteristic[left]
    free = max(0.0, 1.0 - p.sum())
    for mark, factor in _ballots.circle(k, free, _NEGLIGIBLE):
        jump = ifft(np.exp(k * p[:, None] * (mark * characteristic - 1.0)), axis=1)
        below = np.cumsum(jump, axis=1) - 0.5 * jump
        # Sums that are as large as each other to a lattice step share the win.
        others = _ballots.products_of_others(below[:, first:])
        outside = np.exp(k * free * (mark - 1.0)) * mark**-k
        wins[cells] += factor * (outside * (jump[:, first:] * others).sum(axis=1)).real
    return wins / wins.sum() if abs(wins.sum() - 1.0) < TOLERANCE else np.full(wins.size, np.nan)
