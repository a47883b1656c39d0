"""Numbers about fitted posteriors and their deterministic equivalents."""

from __future__ import annotations

import pandas as pd
from bestofk import agreement
from tables import at

from quoted.formats import count, figures, fixed, largest_deviation, listing, uncertain


def equivalents(frame: pd.DataFrame, block: dict) -> dict:
    """Fits against the deterministic equivalents."""
    problem = block["problem"]
    fits = frame[frame["simulation"].notna()].copy()
    ratios, dimensions = sorted(fits["aspect_ratio"].unique()), sorted(fits["n_features"].unique())
    reference = min(ratios, key=lambda ratio: abs(ratio - 0.5))
    isotropic = fits[fits["spectrum"] == "isotropic"]
    here = {"quantity": "q_tt", "aspect_ratio": reference, "n_features": dimensions[-1]}
    smallest = here | {"aspect_ratio": ratios[0]}
    two_point, one_point = at(isotropic, "two_point", **here), at(isotropic, "one_point", **here)
    fits["difference"] = fits["simulation"] - fits["two_point"]
    groups = fits.groupby(["spectrum", "aspect_ratio", "quantity"])
    lines = {
        key: agreement.line_at_zero(
            1 / rows["n_features"].to_numpy(float), rows["difference"], rows["standard_error"]
        )
        for key, rows in groups
    }
    beyond = [
        abs(line[0]) > block["general"]["claims"]["standard_errors"] * line[1] for line in lines.values()
    ]
    largest = fits[fits["n_features"] == dimensions[-1]]
    exponents = [entry["exponent"] for entry in problem["spectrum"] if entry["shape"] == "power_law"]
    return {
        "noise_var": figures(problem["noise_var"], 2),
        "prior_var": figures(problem["prior_var"], 1),
        "aspect_ratio_smallest": (ratios[0], f"{ratios[0]:.3g}"),
        "aspect_ratio_largest": (ratios[-1], f"{ratios[-1]:.3g}"),
        "exponent": listing(exponents),
        "n_features": listing(dimensions),
        "n_features_largest": count(dimensions[-1]),
        "replicates": count(block["simulation"]["replicates"]),
        "reference_aspect_ratio": (reference, f"{reference:g}"),
        "q_tt_simulated": uncertain(
            at(isotropic, "simulation", **here), at(isotropic, "standard_error", **here)
        ),
        "q_tt_two_point": fixed(two_point, 4),
        "q_tt_one_point": fixed(one_point, 4),
        "ratio": figures(two_point / one_point, 3),
        "ratio_smallest_aspect_ratio": figures(
            at(isotropic, "two_point", **smallest) / at(isotropic, "one_point", **smallest), 3
        ),
        "bias_s2": uncertain(*lines["isotropic", reference, "s2"][2:]),
        "largest_deviation": largest_deviation(largest[largest["quantity"] != "q_tr"], "two_point"),
        "extrapolated_total": count(len(beyond)),
        "extrapolated_outside": count(sum(beyond)),
    }
