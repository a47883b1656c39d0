"""Rule numbers: every number that the text of the paper quotes, formatted where it is declared."""

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from bestofk import agreement, provenance

MINUS, NARROW, INFINITY = "−", "\u00a0", "∞"


def main(tables: list[str], claims: str, numbers: str, configuration: dict) -> None:
    """Write the numbers of the text.

    Parameters
    ----------
    tables : list of str
        One table an experiment, named after it.
    claims : str
        The ledger; read for its presence: the text counts its verdicts itself.
    numbers : str
        Output: key to ``{"value", "text", "from"}``, the raw value, its text and the tables it comes from.
    configuration : dict
        The run's parameters, some of which are quoted.
    """
    frames = {Path(path).stem: provenance.read_table(path) for path in tables}
    paths = {Path(path).stem: path for path in tables}
    entries: dict[str, dict] = {}
    for experiment, declare in DECLARATIONS.items():
        block = configuration["experiments"].get(experiment, {}) | {"general": configuration}
        for key, (value, text) in declare(frames.get(experiment), block).items():
            full = key if experiment == "general" else f"{experiment}_{key}"
            sources = [paths[experiment]] if experiment in paths else []
            entries[full] = {"value": plain(value), "text": text, "from": sources}
    provenance.write_json(numbers, entries)


def plain(value):
    """The value as JSON can hold it."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def fixed(value: float, digits: int) -> tuple[float, str]:
    """A number with a given number of decimals."""
    return value, signed(f"{value:z.{digits}f}") if math.isfinite(value) else signed(f"{value}")


def figures(value: float, digits: int) -> tuple[float, str]:
    """A number with a given number of significant digits, or all before the point; never exponential."""
    if value == 0 or not math.isfinite(value):
        return value, signed(f"{value:g}")
    # The exponent after rounding: 0.9996 to three digits is 1.00.
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    return value, signed(f"{value:.{max(digits - 1 - exponent, 0)}f}")


def count(value: float) -> tuple[float, str]:
    """An integer, with thin groups of three from five digits on; infinity as its sign."""
    if math.isinf(value):
        return value, INFINITY
    if value != int(value):
        raise ValueError(f"A count must be an integer; it is {value}.")
    text = f"{int(value):,}".replace(",", "\u202f") if value >= 10_000 else f"{int(value)}"
    return value, text


def power(value: float) -> tuple[float, str]:
    """A number as mantissa and power of ten, such as 10⁻⁸."""
    exponent = math.floor(math.log10(value) + 1e-9)
    mantissa = value / 10**exponent
    raised = f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    return value, raised if math.isclose(mantissa, 1) else f"{mantissa:g}·{raised}"


def percent(value: float, digits: int) -> tuple[float, str]:
    """A share as a percentage with some significant digits."""
    return value, f"{figures(100 * value, digits)[1]}{NARROW}%"


def uncertain(value: float, error: float) -> tuple[list[float], str]:
    """A value with its standard error in the last digit or two, such as 3.27(1)."""
    decimals = max(
        -math.floor(math.log10(error)) + (1 if error / 10 ** math.floor(math.log10(error)) < 2 else 0), 0
    )
    return [value, error], signed(f"{value:.{decimals}f}({round(error * 10**decimals)})")


def listing(values) -> tuple[list[float], str]:
    """Numbers as words join them: 0, 5 and 15; none if there are none."""
    values = list(values)
    words = [signed(f"{value:g}") if math.isfinite(value) else INFINITY for value in values]
    if not words:
        return values, "none"
    return values, words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def signed(text: str) -> str:
    """Text of a number with typographic minus and infinity."""
    return text.replace("-", MINUS).replace("inf", INFINITY)


def errors(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that hold selection errors."""
    return frame[frame["quantity"] == "error"]


def at(frame: pd.DataFrame, column: str, **where: float | str) -> float:
    """The one value of a column where other columns have given values."""
    for name, value in where.items():
        same = frame[name] == value
        if isinstance(value, float) and math.isfinite(value):
            same = np.isclose(frame[name], value, rtol=1e-9, atol=0)
        frame = frame[same]
    if len(frame) != 1:
        raise ValueError(f"{column} at {where} has {len(frame)} rows in its table; it must have one.")
    return float(frame[column].iloc[0])


def largest_deviation(frame: pd.DataFrame, theory: str = "exact") -> tuple[float, str]:
    """The largest relative distance of simulation and theory over all simulated points."""
    rows = frame[frame["simulation"].notna()]
    return percent(float((rows["simulation"] / rows[theory] - 1).abs().max()), 2)


def general(frame: None, block: dict) -> dict:
    """Numbers that belong to no experiment."""
    configuration = block["general"]
    claims = configuration["claims"]
    return {
        "seed": (configuration["seed"], str(configuration["seed"])),
        "claims_margin": percent(claims["margin"], 1),
        "claims_confidence": percent(configuration["confidence"], 2),
        "claims_standard_errors": figures(claims["standard_errors"], 1),
    }


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


def halder_pehlevan(block: dict) -> dict:
    """The setting shared by the three experiments on Halder and Pehlevan's parameters."""
    return {
        "replicates": count(block["simulation"]["replicates"]),
        "inputs": count(block["simulation"]["inputs"]),
    }


def error_vs_k(frame: pd.DataFrame, block: dict) -> dict:
    """Error against k at one temperature."""
    problem = block["problem"]
    overshoots = sorted(frame["reward_value"].unique())
    curves = errors(frame)
    measured = curves[curves["simulation"].notna()]
    main_t, inset_t = float(measured["temperature"].iloc[0]), float(curves["temperature"].max())
    noise = float(problem["noise_var"])
    teacher = frame[frame["reward_value"] == overshoots[0]]
    parameters = {
        c: {
            kind: {
                name: at(frame[frame["reward_value"] == c], kind, quantity=name)
                for name in ("s2", "q_tt", "q_tr", "q_rr")
            }
            for kind in ("two_point", "one_point")
        }
        for c in overshoots
    }
    s2 = parameters[overshoots[0]]["two_point"]["s2"]
    best = {
        c: {
            column: at(frame[frame["reward_value"] == c], column, quantity="optimal_k", temperature=main_t)
            for column in ("exact", "published")
        }
        for c in overshoots
    }
    depth = {
        c: at(frame[frame["reward_value"] == c], "exact", quantity="limit", temperature=main_t)
        - at(frame[frame["reward_value"] == c], "exact", quantity="optimal_error", temperature=main_t)
        for c in overshoots
    }
    t = main_t / (2 * s2)
    predicted = [
        c
        for c, kinds in parameters.items()
        if 3 * kinds["two_point"]["q_rr"] / (1 + t) > s2 + 2 * kinds["two_point"]["q_tr"]
    ]
    second, last = overshoots[-2], overshoots[-1]
    hot = {"quantity": "error", "temperature": inset_t, "k": 2.0}
    unit = s2 / (inset_t / (2 * s2)) ** 3
    cold = errors(teacher)
    cold = cold[np.isclose(cold["temperature"], main_t, rtol=1e-9)]
    effect = ((cold["high_temperature_3"] - cold["high_temperature_published"]).abs() / cold["exact"]).max()
    shortfall = parameters[overshoots[0]]
    return halder_pehlevan(block) | {
        "n_train": count(problem["n_train"][0]),
        "n_features": count(problem["n_features"][0]),
        "noise_var": power(noise),
        "prior_var": power(problem["prior_var"]),
        "teacher_mean_square": figures(problem["teacher"]["mean_square"], 1),
        "overshoots": listing(overshoots),
        "second_overshoot": listing([second]),
        "largest_overshoot": listing([last]),
        "temperature_over_noise": listing([round(main_t / (2 * noise), 9)]),
        "inset_temperature": listing([round(inset_t / (2 * noise), 9)]),
        "teacher_kappa": figures(shortfall["two_point"]["q_tt"] / s2, 3),
        "one_point_shortfall": percent(
            shortfall["two_point"]["q_tt"] / shortfall["one_point"]["q_tt"] - 1, 2
        ),
        "largest_deviation": largest_deviation(measured),
        "largest_standard_error": percent(
            float((measured["standard_error"] / measured["simulation"]).max()), 2
        ),
        "with_optimum": listing([c for c in overshoots if math.isfinite(best[c]["exact"])]),
        "predicted_with_optimum": listing(predicted),
        "best_k_second": count(best[second]["exact"]),
        "best_k_largest": count(best[last]["exact"]),
        "depth_second": figures(depth[second] / s2, 1),
        "depth_largest": figures(depth[last] / s2, 2),
        "published_k_second": fixed(best[second]["published"], 1),
        "published_k_largest": fixed(best[last]["published"], 1),
        "third_computed": figures(
            (at(teacher, "exact", **hot) - at(teacher, "high_temperature_2", **hot)) / unit, 3
        ),
        "third_exact": figures(
            (at(teacher, "high_temperature_3", **hot) - at(teacher, "high_temperature_2", **hot)) / unit, 3
        ),
        "third_effect": percent(float(effect), 1),
    }


def error_vs_temperature(frame: pd.DataFrame, block: dict) -> dict:
    """Error against the temperature."""
    overshoots, simulated = sorted(frame["reward_value"].unique()), block["selection"]["k"]
    largest = frame[frame["reward_value"] == overshoots[-1]]
    s2 = at(largest, "two_point", quantity="s2")
    kappa = at(frame[frame["reward_value"] == overshoots[0]], "two_point", quantity="q_tt") / s2
    best = frame[frame["quantity"] == "optimal_temperature"]
    interior = best[(best["exact"] > 0) & np.isfinite(best["exact"])]

    def reduced(column: str, k: float) -> tuple[float, str]:
        return fixed(at(largest, column, quantity="optimal_temperature", k=k) / (2 * s2), 1)

    middle = float(simulated[1])
    return halder_pehlevan(block) | {
        "overshoots": listing(overshoots),
        "largest_overshoot": listing(overshoots[-1:]),
        "smallest_k": count(simulated[0]),
        "middle_k": count(middle),
        "largest_deviation": largest_deviation(errors(frame)),
        "best_t_middle_k": reduced("exact", middle),
        "published_t_middle_k": reduced("published", middle),
        "best_t_limit": reduced("exact", math.inf),
        "published_t_limit": reduced("published", math.inf),
        # 2 q_RR > s² + 2 q_TR with q_TR = (1+c) q, q_RR = (1+c)² q: a quadratic in 1 + c.
        "threshold_overshoot": fixed((1 + math.sqrt(1 + 2 / kappa)) / 2 - 1, 2),
        "interior_teacher": count(len(interior[interior["reward_value"] == 0])),
        "interior_smallest_k": count(len(interior[interior["k"] == simulated[0]])),
    }


def best_of_k(frame: pd.DataFrame, block: dict) -> dict:
    """The law of 1/k² at T = 0."""
    noise = float(block["problem"]["noise_var"])
    sizes = sorted(frame["n_train"].unique())
    first = frame[frame["n_train"] == sizes[0]]
    curves = errors(first)
    simulated_k = float(curves.loc[curves["simulation"].notna(), "k"].max())
    exact_k = float(curves.loc[np.isfinite(curves["k"]), "k"].max())

    def coefficient(rows: pd.DataFrame, column: str, k: float) -> float:
        return at(errors(rows), column, k=k) * k**2 / noise

    def law(kind: str) -> float:
        s2, q_tt = (at(first, kind, quantity=name) for name in ("s2", "q_tt"))
        return math.pi * s2 / noise / math.sqrt(1 - 2 * q_tt / s2)

    return halder_pehlevan(block) | {
        "n_train_smallest": count(sizes[0]),
        "n_train_largest": count(sizes[-1]),
        "simulated_k": count(simulated_k),
        "exact_k": count(exact_k),
        "simulated": uncertain(
            coefficient(first, "simulation", simulated_k), coefficient(first, "standard_error", simulated_k)
        ),
        "exact_at_simulated_k": fixed(coefficient(first, "exact", simulated_k), 4),
        "exact": fixed(coefficient(first, "exact", exact_k), 4),
        "law": fixed(law("two_point"), 4),
        "law_largest_n": fixed(
            coefficient(frame[frame["n_train"] == sizes[-1]], "best_of_k_law", exact_k), 4
        ),
        "one_point_shortfall": percent(1 - law("one_point") / law("two_point"), 2),
        "kappa": figures(at(first, "two_point", quantity="q_tt") / at(first, "two_point", quantity="s2"), 3),
        "largest_deviation": largest_deviation(errors(frame)),
    }


def phase_diagram(frame: pd.DataFrame, block: dict) -> dict:
    """Cells of the phase diagram against the criteria."""
    phases = block["phases"]
    finite, predicted = np.isfinite(frame["optimal_k"]), frame["rho"] < frame["rho_critical"]
    warm, condensed = frame["reduced_temperature"] > 0, frame["kappa"] >= frame["kappa_condensation"]
    line, zero = warm & ~condensed, ~warm
    strip = line & finite & ~predicted
    outside = strip & ((frame["reduced_temperature"] >= 1.8) | (frame["kappa"] >= 1))
    published = np.isfinite(frame["published_k"])
    both = warm & finite & published
    regret = (frame["published_excess"] - frame["optimal_excess"])[both]
    cells = [phases["kappa"]["points"], phases["reduced_temperature"]["points"]]
    fractions = [str(Fraction(value).limit_denominator(100)) for value in phases["rho"]]
    return {
        "rho": (phases["rho"], f"{', '.join(fractions[:-1])} and {fractions[-1]}"),
        "cells": (cells, f"{cells[0]} × {cells[1]}"),
        "k_max": count(phases["k_max"]),
        "k_points_per_octave": count(phases["k_points_per_octave"]),
        "t_smallest": (phases["reduced_temperature"]["from"], f"{phases['reduced_temperature']['from']:g}"),
        "line_cells": count(line.sum()),
        "line_disagree": count((line & (finite != predicted)).sum()),
        "strip_cells": count(strip.sum()),
        "strip_cells_outside": count(outside.sum()),
        "condensed_cells": count((warm & condensed).sum()),
        "condensed_disagree": count((warm & condensed & (finite != predicted)).sum()),
        "zero_cells": count(zero.sum()),
        "zero_disagree": count((zero & (finite != predicted)).sum()),
        "published_disagree": percent(float((published != finite)[warm].mean()), 2),
        "regret_median": figures(float(regret.median()), 1),
        "regret_largest": figures(float(regret.max()), 2),
    }


DECLARATIONS = {
    "general": general,
    "equivalents": equivalents,
    "error_vs_k": error_vs_k,
    "error_vs_temperature": error_vs_temperature,
    "best_of_k": best_of_k,
    "phase_diagram": phase_diagram,
}


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
