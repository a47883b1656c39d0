"""The verdicts on the edges of the phases: each is shown to hold, to fail and to stay undecided."""

import numpy as np
import pandas as pd
import pytest
from bestofk.boundaries import tricritical_kappa
from ledger import phase_edges

SETTINGS = {"condensed_margin": 0.01}


def frame(*, jumps_above=False, jumps_below=True, above=True, rho=0.56, exponent=0.636) -> pd.DataFrame:
    """One edge below the tricritical line, one above it, and a pair whose rho goes to 0.56 like 1/log k."""
    t = 1.2
    line = float(tricritical_kappa(t))
    edges = pd.DataFrame({"part": "edge", "reduced_temperature": t, "kappa": [0.9 * line, 1.05 * line]})
    edges = edges.assign(line_rho=0.2, edge_rho=0.2 + 0.01 * np.array([jumps_below, jumps_above]) - 1e-9)
    k = np.array([1e4, 1e20, 1e40])
    rare = pd.DataFrame({"part": "condensed", "reduced_temperature": 1.0, "kappa": 5.0, "k": k})
    rare = rare.assign(edge_rho=rho - 0.2 / np.log(k), line_rho=0.56, exponent=exponent, law_exponent=0.636)
    return pd.concat([edges if above else edges[:1], rare], ignore_index=True)


@pytest.mark.parametrize(
    ("changes", "name", "verdict"),
    [
        ({}, "phase_tricritical", "holds"),
        ({"jumps_above": True}, "phase_tricritical", "fails"),
        ({"jumps_below": False}, "phase_tricritical", "fails"),
        ({"above": False}, "phase_tricritical", "undecided"),
        ({}, "condensed_line", "holds"),
        ({"rho": 0.58}, "condensed_line", "fails"),
        ({}, "condensed_exponent", "holds"),
        ({"exponent": 0.6}, "condensed_exponent", "fails"),
        # Within the margin, but that is ν itself: the logarithm does not show.
        ({"exponent": 0.6434}, "condensed_exponent", "fails"),
    ],
)
def test_edges_are_judged(script, changes, name, verdict):
    entries = phase_edges.phase_edges(frame(**changes), SETTINGS)
    assert {entry["id"]: entry["verdict"] for entry in entries}[name] == verdict
