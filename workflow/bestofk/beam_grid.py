"""The beams of an experiment: which ones it compares, and the steps of each.

Units: s = 1. The steps of a beam are even: each has the gap Delta_T/L and the variance 1/L, so that all of
them together make a candidate of best-of-k, which is the beam of one step. At equal k two beams generate as
much: k times the L-th part of an answer, L times.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: What makes a beam; kappa takes the place of teacher_gap where the error is averaged over inputs.
COLUMNS = ["steps", "teacher_gap", "kappa", "partial_reward", "reward_bias", "width"]

#: How a judge that is wrong by b at the end judges before the end.
WRONG = ("ramp", "constant", "corrected")


def beams(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the beams of an experiment, none of them twice.

    Parameters
    ----------
    settings : mapping
        The block ``beam``.

    Returns
    -------
    list of dict
        The values of `COLUMNS`, of teacher_gap and kappa only the one that applies.

    Examples
    --------
    >>> settings = {"steps": [1, 2], "teacher_gap": [0.0], "width": [2], "biased_steps": 2,
    ...             "biased_teacher_gap": [0.0], "bias": 0.8, "averaged_steps": [1], "averaged_kappa": 0.5}
    >>> for beam in beams(settings):
    ...     print(beam["steps"], beam["partial_reward"], beam["width"])
    1 right 1
    2 right 1
    1 constant 1
    2 ramp 1
    2 constant 1
    2 corrected 1
    2 right 2
    2 corrected 2
    1 right 1
    """
    found = list(_beams(settings))
    return [beam for place, beam in enumerate(found) if beam not in found[:place]]


def _beams(settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    def beam(steps: int, gap: dict[str, float], partial_reward: str = "right", width: int = 1) -> dict:
        bias = float(settings["bias"]) if partial_reward in WRONG else 0.0
        judged = {"partial_reward": partial_reward, "reward_bias": bias}
        return {"steps": steps, **gap, **judged, "width": width}

    gaps, biased_gaps = (
        [{"teacher_gap": float(gap)} for gap in settings[key]]
        for key in ("teacher_gap", "biased_teacher_gap")
    )
    many = settings["biased_steps"]
    for gap in gaps:
        yield from (beam(steps, gap) for steps in settings["steps"])
        # Without a gap nothing is still to come.
        if gap["teacher_gap"]:
            yield beam(settings["steps"][-1], gap, "ahead")
    for gap in biased_gaps:
        yield beam(many, gap)
        # Best-of-k by the judge of the end alone.
        yield beam(1, gap, "constant")
        yield from (beam(many, gap, partial_reward) for partial_reward in WRONG)
    for partial_reward in ("right", "corrected"):
        yield from (beam(many, biased_gaps[0], partial_reward, width) for width in settings["width"])
    average = {"kappa": float(settings["averaged_kappa"])}
    yield from (beam(steps, average) for steps in settings["averaged_steps"])


def steps_of(beam: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Return what the functions of `bestofk.beam` want to know of the steps of a beam at one input.

    Parameters
    ----------
    beam : mapping
        A row of the grid table.

    Returns
    -------
    dict of ndarray, shape (n_steps,)
        ``teacher_gaps``, ``step_stds`` and ``reward_biases``: b l/L (``ramp``), b (``constant``), b but 0 at
        the last step (``corrected``), 0 (``right``), Delta_T (L - l)/L, what the student will still add
        (``ahead``).

    Examples
    --------
    >>> beam = {"steps": 4, "teacher_gap": 1.0, "partial_reward": "ramp", "reward_bias": 0.5}
    >>> steps_of(beam)["reward_biases"].tolist()
    [0.125, 0.25, 0.375, 0.5]
    """
    steps = int(beam["steps"])
    biases = np.full(steps, float(beam["reward_bias"]))
    if beam["partial_reward"] == "ramp":
        biases *= np.arange(1, steps + 1) / steps
    elif beam["partial_reward"] == "corrected":
        biases[-1] = 0.0
    elif beam["partial_reward"] == "ahead":
        biases = float(beam["teacher_gap"]) * np.arange(steps - 1, -1, -1) / steps
    return {
        "teacher_gaps": np.full(steps, float(beam["teacher_gap"]) / steps),
        "step_stds": np.full(steps, steps**-0.5),
        "reward_biases": biases,
    }
