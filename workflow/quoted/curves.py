"""Numbers about the selection error along k and T."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from tables import at, errors

from quoted.formats import count, figures, fixed, largest_deviation, listing, percent, power, uncertain


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
    # The largest overshoot without a finite best k, and the two with one.
    third, second, last = overshoots[-3:]
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
        "teacher_mean_square": figures(teacher["teacher_mean_square"].iloc[0], 1),
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
        "third_overshoot": listing([third]),
        "published_k_third": fixed(best[third]["published"], 1),
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
