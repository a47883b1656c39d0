"""Laws of greedy beams with many candidates: only the last step and the last two biases count."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bestofk._checks import finite_array


def last_step_law(
    teacher_gaps: ArrayLike, step_stds: ArrayLike, reward_biases: ArrayLike
) -> tuple[float, float]:
    """Return the limit of the error of a beam of width 1, and the coefficient of 1/((k + 1)(k + 2)).

    Parameters
    ----------
    teacher_gaps, step_stds, reward_biases : array_like, shape (n_steps,)
        As for `beam.beam_error_at`, one value a step.

    Returns
    -------
    limit, coefficient : float
        In squared output units.

    Raises
    ------
    ValueError
        If an argument is no vector of finite numbers, their lengths differ, or a deviation is not positive.

    Notes
    -----
    b_L^2 and pi s_L^2 exp(R^2) (1 - 2 R b_L/s_L), R = (gap_L - b_(L-1) + b_L)/s_L, b_0 = 0: before the last
    step the kept partial answer has gone to where its partial reward wants it (derivation in the paper's
    appendix). A partial reward before the last with b_(L-1) = gap_L + b_L, which looks ahead at what the
    student will still add, makes R = 0 and the coefficient the smallest there is for b_L = 0.

    Examples
    --------
    >>> limit, coefficient = last_step_law([0.5, 0.5], [0.6, 0.8], [0.0, 0.0])
    >>> limit, round(coefficient, 6)
    (0.0, 2.971503)
    """
    gaps = finite_array("teacher_gaps", teacher_gaps, (None,))
    stds = finite_array("step_stds", step_stds, gaps.shape)
    biases = finite_array("reward_biases", reward_biases, gaps.shape)
    if (stds <= 0).any():
        raise ValueError(f"step_stds has the entry {stds.min():g}; it must be positive")
    std, last = stds[-1], biases[-1]
    before = biases[-2] if biases.size > 1 else 0.0
    reach = (gaps[-1] - before + last) / std
    return float(last**2), float(np.pi * std**2 * np.exp(reach**2) * (1 - 2 * reach * last / std))
