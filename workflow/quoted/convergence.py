"""Numbers about the approach to the theory of large dimension."""

from __future__ import annotations

import pandas as pd
from ledger.convergence import extrapolations

from quoted.formats import count, figures, listing, percent, uncertain


def convergence_in_dimension(frame: pd.DataFrame, block: dict) -> dict:
    """Sizes of the finite-d corrections, and how many extrapolations miss zero."""
    lines = extrapolations(frame)
    allowed = block["general"]["claims"]["standard_errors"]
    outside = int((lines["intercept"].abs() > allowed * lines["error"]).sum())
    problem = block["problem"]
    smallest = frame[(frame["n_features"] == frame["n_features"].min()) & frame["simulation"].notna()]
    k = block["selection"]["k"][-1]
    middle = min(problem["aspect_ratio"], key=lambda ratio: abs(ratio - 0.5))
    here = lines.xs((middle, 0.0, 0.0, float(k)), level=("aspect_ratio", "temperature", "reward_value", "k"))
    first = lines.xs((middle, 0.0, 0.0, 1.0), level=("aspect_ratio", "temperature", "reward_value", "k"))
    return {
        "n_features": listing(problem["n_features"]),
        "n_features_smallest": count(problem["n_features"][0]),
        "aspect_ratio": listing(problem["aspect_ratio"]),
        "replicates": count(block["simulation"]["replicates"]),
        "k": listing(block["selection"]["k"]),
        "k_largest": count(k),
        "total": count(len(lines)),
        "outside": count(outside),
        "reference_aspect_ratio": figures(middle, 1),
        "size_one": uncertain(float(first["size"].iloc[0]), float(first["size_error"].iloc[0])),
        "size_largest_k": uncertain(float(here["size"].iloc[0]), float(here["size_error"].iloc[0])),
        "largest_difference_smallest": percent(
            float((smallest["simulation"] / smallest["exact"] - 1).abs().max()), 2
        ),
    }
