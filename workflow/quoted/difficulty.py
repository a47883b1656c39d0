"""Numbers about the difficulty of the task."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tables import at, errors

from quoted.formats import count, figures, fixed, largest_deviation, listing, percent, power

#: Where the law of the inverse square stops.
TRANSITION = 0.5


def two_to(k: float) -> tuple[float, str]:
    """A number of candidates as a power of two if it is one."""
    exponent = np.log2(k)
    raised = str(round(exponent)).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return (k, f"2{raised}") if exponent == round(exponent) else count(k)


def task_difficulty(frame: pd.DataFrame, block: dict) -> dict:
    """Errors along k at stated difficulties."""
    fits = frame[frame["quantity"] == "kappa"].set_index("point")
    frame = frame.assign(kappa=frame["point"].map(fits["two_point"].round(9)))
    curves = errors(frame)
    simulated = curves[curves["simulation"].notna()]
    simulated_k, largest_k = simulated["k"].max(), curves["k"].max()
    # Relative spread of the difficulty between training sets, and by how much it raises the mean error.
    spread = fits["standard_error"] * np.sqrt(fits["replicates"]) / fits["two_point"]
    bent = frame[(frame["quantity"] == "curvature") & (frame["k"] == simulated_k)].set_index("point")
    exact = curves[curves["k"] == simulated_k].set_index("point")
    raised = bent["exact"] / exact["exact"] * spread**2 / 2
    hardest = raised.idxmax()
    direct = frame[frame["quantity"] == "error_direct"]
    direct = direct.assign(relative=direct["standard_error"] / direct["exact"])
    stretched = simulated.assign(relative=simulated["standard_error"] / simulated["exact"])
    last_direct = direct[direct["k"] == direct["k"].max()]
    # Relative standard deviation of one input: what stretching saves in inputs is its square.
    inputs, plain = block["simulation"]["inputs"], block["simulation"]["direct_inputs"]
    at_direct = stretched[stretched["k"] == direct["k"].max()].set_index("kappa")["relative"]
    saved = (last_direct.set_index("kappa")["relative"] / at_direct) ** 2 * plain / inputs
    ends = curves[curves["k"] == largest_k].assign(ratio=curves["exact"] / curves["decay_law"])
    half = {"quantity": "error", "kappa": TRANSITION}
    s2 = at(frame, "two_point", quantity="s2", kappa=TRANSITION)

    def scaled(k: float) -> tuple[float, str]:
        return figures(at(frame, "exact", k=k, **half) / s2 * k**2, 3)

    first, last = ends.loc[ends["kappa"].idxmin()], ends.loc[ends["kappa"].idxmax()]
    return {
        "kappas": listing(sorted(fits["two_point"].round(9))),
        "n_train": count(block["problem"]["n_train"][0]),
        "n_features": count(block["problem"]["n_features"][0]),
        "noise_var": power(block["problem"]["noise_var"]),
        "prior_var": power(block["problem"]["prior_var"]),
        "replicates": count(block["simulation"]["replicates"]),
        "inputs": count(inputs),
        "direct_inputs": count(plain),
        "simulated_k": two_to(simulated_k),
        "direct_k": two_to(direct["k"].max()),
        "largest_k": two_to(largest_k),
        "largest_deviation": largest_deviation(simulated),
        "largest_standard_error": percent(float(stretched["relative"].max()), 2),
        "largest_z": figures(float(simulated["z"].abs().max()), 2),
        "direct_largest_z": figures(float(direct["z"].abs().max()), 2),
        "points": count(len(simulated)),
        "margin": percent(block["general"]["claims"]["rare_margin"], 1),
        "direct_points": count(len(direct)),
        "saved_inputs": figures(float(saved.max()), 2),
        "saved_kappa": listing([saved.idxmax()]),
        "kappa_spread": percent(float(spread.max()), 1),
        "raised": percent(float(raised.max()), 1),
        "raised_kappa": listing([round(fits["two_point"][hardest], 9)]),
        # The relative variance of q_TT is inversely proportional to n.
        "raised_published_n": percent(float(raised.max() * block["problem"]["n_train"][0] / 1e4), 1),
        "half_scaled_simulated_k": scaled(simulated_k),
        "half_scaled_largest_k": scaled(largest_k),
        "half_over_law": fixed(float(ends.loc[ends["kappa"] == TRANSITION, "ratio"].iloc[0]), 5),
        "easiest_kappa": listing([first["kappa"]]),
        "hardest_kappa": listing([last["kappa"]]),
        "easiest_error": scientific(first["exact"] / s2),
        "hardest_error": scientific(last["exact"] / s2),
    }


def scientific(value: float) -> tuple[float, str]:
    """A small number as mantissa and power of ten, for mathematical text."""
    mantissa, _, exponent = f"{value:.1e}".partition("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return value, f"{mantissa}·10{raised}"


def decay_exponent(frame: pd.DataFrame, block: dict) -> dict:
    """Local exponents against the difficulty."""
    last = frame[frame["k"] == frame["k"].max()]
    first = frame[frame["k"] == frame["k"].min()]
    beyond = last[last["kappa"] > TRANSITION]
    slope_off = (beyond["exponent"] - beyond["law_exponent"]).abs()
    limit_off = (beyond["exponent"] - beyond["limit_exponent"]).abs()
    far = beyond[beyond["kappa"] >= block["general"]["claims"]["law_from_kappa"]]
    ratio = far["error"] / far["decay_law"]
    below = last[last["kappa"] <= TRANSITION / 2]
    half = last[np.isclose(last["kappa"], TRANSITION)]
    return {
        "largest_k": two_to(last["k"].max()),
        "smallest_k": two_to(first["k"].max()),
        "span": count(block["decay"]["span"]),
        "exponent_below": fixed(float(below["exponent"].iloc[-1]), 3),
        "kappa_below": figures(float(below["kappa"].iloc[-1]), 2),
        "exponent_at_half": fixed(float(half["exponent"].iloc[0]), 3),
        "slope_off": fixed(float(slope_off.max()), 3),
        "limit_off": fixed(float(limit_off.max()), 3),
        "kappa_largest": figures(float(beyond["kappa"].max()), 1),
        "law_from_kappa": listing([block["general"]["claims"]["law_from_kappa"]]),
        "law_best": fixed(float(ratio.max()), 2),
        "law_worst": fixed(float(ratio.min()), 2),
        "law_near_half": fixed(float((beyond["error"] / beyond["decay_law"]).iloc[0]), 2),
        "kappa_near_half": figures(float(beyond["kappa"].iloc[0]), 2),
    }
