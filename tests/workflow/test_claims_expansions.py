"""The verdicts on the orders of the expansion: each is shown to hold and to fail."""

from __future__ import annotations

import pandas as pd
import pytest

SETTINGS = {"slope_margin": 0.05, "limit_tolerance": 1e-3}


@pytest.fixture
def expansions(script):
    from ledger import expansions

    return expansions


def frame(*, powers=(2.0, 3.0, 4.0), published=3.0, mismatch=1e-4, misses=(1e-3, 1e-2, 2e-3), last=1e3):
    """Misses that are powers of t at k = 8, and single values where claims look."""
    rows = []
    for t in (1.0, 10.0, 100.0):
        cases = [*zip((1, 2, 3), ["truncation"] * 3, powers, strict=True), (3, "published", published)]
        for order, form, power in cases:
            rows.append((8.0, 0.0, t, order, form, 0.9 * (1 + 0.1 * t**-power), 0.9))
    for order, form, value in ((2, "truncation", 1.0), (3, "truncation", 1.5), (3, "published", 1.5)):
        shifted = value + 0.5 * mismatch * (form == "published")
        rows.append((512.0, 0.0, 1.0, order, form, shifted, 1.2))
    for order, form, miss in zip((2, 3, 3), ("truncation", "truncation", "published"), misses, strict=True):
        rows.append((5.0, 15.0, 10.0, order, form, 0.9 * (1 - miss), 0.9))
    for order, miss in ((1, 0.1), (3, 0.01), (5, last)):
        rows.append((2.0, 0.0, 0.5, order, "two_candidates", 0.9 * (1 + miss), 0.9))
    columns = ["k", "overshoot", "reduced_temperature", "order", "form", "value", "exact"]
    return pd.DataFrame(rows, columns=columns)


def verdicts(expansions, **changes) -> dict[str, str]:
    entries = expansions.expansion_orders(frame(**changes), SETTINGS)
    return {entry["id"]: entry["verdict"] for entry in entries}


def test_claims_hold_for_the_powers_of_theory(expansions):
    assert verdicts(expansions) == {
        "expansion_slopes": "holds",
        "published_third_order_slope": "holds",
        "published_third_order_at_large_k": "holds",
        "no_order_is_safe_at_large_gaps": "holds",
        "expansion_diverges": "holds",
    }


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"powers": (2.0, 3.0, 3.0)}, "expansion_slopes"),
        ({"powers": (2.0, 3.1, 4.0)}, "expansion_slopes"),
        ({"published": 4.0}, "published_third_order_slope"),
        ({"mismatch": 0.01}, "published_third_order_at_large_k"),
        ({"misses": (2e-2, 1e-2, 2e-3)}, "no_order_is_safe_at_large_gaps"),
        ({"misses": (1e-3, 1e-2, 2e-2)}, "no_order_is_safe_at_large_gaps"),
        ({"last": 0.5}, "expansion_diverges"),
    ],
)
def test_each_claim_can_fail(expansions, changes, name):
    found = verdicts(expansions, **changes)
    assert found.pop(name) == "fails"
    assert set(found.values()) == {"holds"}
