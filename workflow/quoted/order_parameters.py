"""Numbers about fitted posteriors and their deterministic equivalents."""

from __future__ import annotations

import pandas as pd
from bestofk import agreement
from tables import at

from quoted.formats import count, figures, fixed, largest_deviation, listing, uncertain

POWER_LAW_S2 = ("power_law", "s2")


def equivalents(frame: pd.DataFrame, block: dict) -> dict:
    """Fits against the deterministic equivalents."""
    problem = block["problem"]
    measured = frame[frame["simulation"].notna()]
    fits = measured[measured["quantity"] != "variance_spread"].copy()
    spread = measured[measured["quantity"] == "variance_spread"]
    spread = spread[spread["n_features"] == spread["n_features"].max()]
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
    allowed = block["general"]["claims"]["standard_errors"]
    beyond = {key: abs(line[0]) > allowed * line[1] for key, line in lines.items()}
    point = isotropic[(isotropic["aspect_ratio"] == reference) & (isotropic["quantity"] == "s2")].iloc[-1]
    bias = frame[(frame["quantity"] == "s2_bias") & (frame["point"] == point["point"])]["two_point"].iloc[0]
    # b/n in units of s² is C/d with C = b s² d/n.
    predicted = float(bias * point["two_point"] * point["aspect_ratio"])
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
        "replicates": listing(block["simulation"]["replicates"]),
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
        "bias_s2_predicted": figures(predicted, 2),
        "bias_s2": uncertain(*lines["isotropic", reference, "s2"][2:]),
        "largest_deviation_s2": largest_deviation(largest[largest["quantity"] == "s2"], "two_point"),
        "largest_deviation": largest_deviation(
            largest[largest["quantity"].isin(["q_tt", "q_rr"])], "two_point"
        ),
        "largest_z": figures(largest.loc[largest["quantity"].isin(["q_tt", "q_rr"]), "z"].abs().max(), 2),
        "spread_deviation": largest_deviation(spread, "two_point"),
        "spread_largest": figures(float(spread["two_point"].max()), 1),
        "extrapolated_total": count(len(beyond)),
        "extrapolated_outside": count(sum(beyond.values())),
        "extrapolated_outside_s2_power_law": count(
            sum(
                outside for (spectrum, _, name), outside in beyond.items() if (spectrum, name) == POWER_LAW_S2
            )
        ),
    }
