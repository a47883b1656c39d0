"""Claims about beam search: each is shown to hold and to fail on a table made for it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from bestofk.beam_grid import steps_of
from bestofk.beam_laws import last_step_law
from ledger.beam import beam_search

SETTINGS = {"confidence": 0.99, "margin": 0.01, "beam_margin": 0.05, "limit_tolerance": 1e-3}
K = (8.0, 2.0**20)
WRONG = [(4, 0.5, "ramp"), (4, 0.5, "constant"), (4, 0.5, "corrected"), (1, 0.5, "constant")]


def beam_frame(
    *,
    simulated=1.0,
    error=1e-3,
    gain=1.0,
    excess=1.0,
    limit=0.0,
    best=2.0,
    average=1.0,
    right_width=1.1,
    wrong_width=0.9,
    end_width=1.0,
) -> pd.DataFrame:
    """Beams that follow their laws, the small k simulated, everything as claimed unless asked."""
    rows = []
    kinds = [(steps, gap, "right") for steps, gap in itertools.product((1, 4), (0.0, 0.5))] + WRONG
    kinds.append((4, 0.5, "ahead"))
    for steps, gap, kind in kinds:
        beam = {"steps": steps, "teacher_gap": gap, "partial_reward": kind, "width": 1, "replicates": 100.0}
        beam |= {"reward_bias": 0.0 if kind in ("right", "ahead") else 0.8, "point": f"{steps} {gap} {kind}"}
        end, coefficient = last_step_law(**steps_of(beam))
        for k in K:
            law = end + coefficient / ((k + 1) * (k + 2))
            exact = law * (gain if kind in ("right", "ahead") and steps > 1 else 1.0)
            if kind == "constant" and steps > 1:
                exact = end + (law - end) * excess
            exact += limit * (kind == "corrected")
            row = beam | {"quantity": "error", "k": k, "exact": exact, "beam_law": law}
            if k == K[0]:
                row |= {"simulation": simulated * exact, "standard_error": error * exact}
            rows.append(row)
        finite = best if kind in ("ramp", "constant") else math.inf
        rows += [
            beam | {"quantity": "limit", "exact": end},
            beam | {"quantity": "optimal_k", "exact": finite},
        ]
        if steps > 1 and gap == 0.5 and kind in ("right", "corrected"):
            for k, ratio in zip(K, (right_width if kind == "right" else wrong_width, end_width), strict=True):
                narrow = next(
                    row["exact"] for row in rows if row["point"] == beam["point"] and row.get("k") == k
                )
                wide = {"simulation": ratio * narrow, "standard_error": error * narrow}
                rows.append(beam | {"width": 2, "point": f"wide {kind}", "quantity": "error", "k": k} | wide)
    common = {"quantity": "averaged_error", "steps": 4, "width": 1, "kappa": 1.0, "k": K[1], "beam_law": 1e-9}
    rows.append(common | {"point": "average", "partial_reward": "right", "exact": average * 1e-9})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("change", "name", "verdict"),
    [
        ({}, "beam_agrees", "holds"),
        ({"simulated": 1.1}, "beam_agrees", "fails"),
        ({"error": 0.05}, "beam_agrees", "undecided"),
        ({}, "beam_agrees_on_average", "holds"),
        ({"simulated": 1.02}, "beam_agrees_on_average", "fails"),
        ({"simulated": 1.02}, "beam_agrees", "holds"),
        ({}, "beam_ahead_gain", "holds"),
        ({"gain": 1.01}, "beam_ahead_gain", "fails"),
        ({}, "beam_last_step_law", "holds"),
        ({"gain": 1.01}, "beam_last_step_law", "fails"),
        ({"excess": 0.9}, "beam_last_step_law", "fails"),
        ({}, "beam_limit", "holds"),
        ({"limit": 0.01}, "beam_limit", "fails"),
        ({}, "beam_gain", "holds"),
        ({"gain": 1.01}, "beam_gain", "fails"),
        ({}, "beam_criterion", "holds"),
        ({"excess": -1.0}, "beam_criterion", "fails"),
        ({}, "beam_criterion_not_necessary", "holds"),
        ({"best": math.inf}, "beam_criterion_not_necessary", "fails"),
        ({}, "beam_average_law", "holds"),
        ({"average": 1.01}, "beam_average_law", "fails"),
        ({}, "beam_width_right", "holds"),
        ({"right_width": 0.9}, "beam_width_right", "fails"),
        ({"right_width": 0.96, "error": 0.01}, "beam_width_right", "undecided"),
        ({}, "beam_width_wrong", "holds"),
        ({"wrong_width": 1.1, "end_width": 1.1}, "beam_width_wrong", "fails"),
        ({"wrong_width": 1.0}, "beam_width_wrong", "undecided"),
        ({}, "beam_width_at_large_k", "holds"),
        ({"end_width": 1.1}, "beam_width_at_large_k", "fails"),
        ({"error": 0.05}, "beam_width_at_large_k", "undecided"),
    ],
)
def test_claims_of_beam_search(change, name, verdict):
    verdicts = {entry["id"]: entry["verdict"] for entry in beam_search(beam_frame(**change), SETTINGS)}
    assert verdicts[name] == verdict


def test_law_of_one_step_is_that_of_best_of_k():
    limit, coefficient = last_step_law(np.array([0.7]), np.array([1.0]), np.array([0.9]))
    assert limit == pytest.approx(0.81)
    # Gaps 0.7 to the teacher and 1.6 to the judge.
    assert coefficient == pytest.approx(math.pi * math.exp(1.6**2) * (1 + 2 * 0.7 * 1.6 - 2 * 1.6**2))
