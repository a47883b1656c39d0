"""The verdicts on the quadrature: each is shown to hold and to fail, and digits are rounded down."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def quadrature(script):
    from ledger import quadrature

    return quadrature


def frame(*, near=10.5, beyond=9.5, average=9.5, shift=0.0, routes=("plain sums", "more nodes")):
    """Digits of the library by quantity, and those of rules with fewer nodes, shifted for one route."""
    rows = []
    for route in routes:
        for gap, digits in ((0.0, near), (6.0, 10.5), (50.0, beyond)):
            # The last route alone is worse, so that a claim has to look at both.
            rows.append(
                ("input", route, 15, 1.0, gap, np.nan, digits if route == routes[-1] else 10.5, np.nan)
            )
        rows.append(("average", route, 13, 1.0, np.nan, 2.0, average, np.nan))
        moved = shift if route == "plain sums" else 0.0
        rows.append(("input", route, 6, 1.0, 0.0, np.nan, 4.0 + moved, np.nan))
        rows.append(("average", route, 6, 1.0, np.nan, 2.0, 5.0 + moved, np.nan))
    rows.append(("input", "more nodes", 6, 0.1, 0.0, np.nan, 4.0, np.nan))
    rows.append(("terms", "rule", 15, 1.0, 0.0, np.nan, np.nan, 400.0))
    columns = ["quantity", "route", "nodes", "reduced_temperature", "reward_gap", "kappa", "digits", "value"]
    return pd.DataFrame(rows, columns=columns)


def verdicts(quadrature, **changes) -> dict[str, str]:
    entries = quadrature.quadrature_accuracy(frame(**changes), {})
    return {entry["id"]: entry["verdict"] for entry in entries}


NAMES = ["quadrature_at_one_input", "quadrature_of_averages", "quadrature_routes_agree"]


@pytest.mark.parametrize("changes", [{}, {"near": 10.0, "beyond": 9.0, "average": 9.0, "shift": 0.1}])
def test_claims_hold_up_to_what_is_promised(quadrature, changes):
    assert verdicts(quadrature, **changes) == dict.fromkeys(NAMES, "holds")


@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        ({"near": 9.9}, NAMES[:1]),
        ({"beyond": 8.9}, NAMES[:1]),
        ({"near": -math.inf}, NAMES[:1]),
        ({"average": 8.9}, NAMES[1:2]),
        ({"shift": 0.2}, NAMES[2:]),
        ({"shift": -0.2}, NAMES[2:]),
        ({"routes": ("more nodes",)}, NAMES),
    ],
)
def test_a_claim_fails_when_digits_are_lost_or_a_route_is_missing(quadrature, changes, failing):
    found = verdicts(quadrature, **changes)
    assert [name for name, verdict in found.items() if verdict == "fails"] == failing


def test_digits_are_rounded_down_and_end_half_a_digit_after_the_promise(script):
    from theories.quadrature import digits

    assert digits(2e-5, 1e-10) == 4.6
    assert digits(1e-9, 1e-10) == 9.0
    assert digits(0.99e-10, 1e-10) == 10.0
    assert digits(1.01e-10, 1e-10) == 9.9
    assert digits(1e-13, 1e-10) == digits(0.0, 1e-10) == 10.5
    assert digits(1e-13, 1e-9) == 9.5
    assert digits(2.0, 1e-9) == -0.4
    assert digits(math.inf, 1e-9) == digits(math.nan, 1e-9) == -math.inf
