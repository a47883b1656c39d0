"""Numbers about the best reward."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from tables import at, errors

from quoted.curves import halder_pehlevan
from quoted.formats import count, figures, fixed, largest_deviation, listing


def optimal_reward(frame: pd.DataFrame, block: dict) -> dict:
    """Error against the overshoot, and the best one."""
    s2, q_tt = (at(frame, "two_point", quantity=name) for name in ("s2", "q_tt"))
    temperatures = sorted(frame["temperature"].dropna().unique())
    hot = temperatures[-1]
    t, k = hot / (2 * s2), block["selection"]["k"]
    finite = [number for number in block["selection"]["k_theory"] if math.isfinite(number)]
    curves = errors(frame)

    def best(column: str, number: float, quantity: str = "optimal_overshoot") -> float:
        return at(frame, column, quantity=quantity, k=float(number), temperature=hot)

    def ratio(number: float) -> tuple[float, str]:
        return figures(best("exact", number) / t, 4 if number == 64 else 3)

    teacher = curves[(curves["reward_value"] == 0) & np.isclose(curves["temperature"], hot, rtol=1e-9)]
    judged = {number: at(teacher, "exact", k=float(number)) / s2 for number in (2, 64)}
    extreme = 1 + q_tt / s2 - 2 / math.pi * math.sqrt(2 * q_tt / s2)
    two = best("exact", 2, "optimal_error") / s2
    return halder_pehlevan(block) | {
        "temperatures": listing(block["selection"]["reduced_temperature"]),
        "hottest": listing(block["selection"]["reduced_temperature"][-1:]),
        "k": listing([*k, math.inf]),
        "overshoots_simulated": count(len(block["selection"]["overshoot"])),
        "largest_deviation": largest_deviation(curves[curves["exact"].notna()]),
        "ratio_k3": ratio(3),
        "ratio_k8": ratio(8),
        "ratio_k64": ratio(64),
        "law_k64": figures(best("large_k_law", 64) / t, 4),
        "second_order_k3": figures(best("high_temperature_2", 3) / t, 3),
        "second_order_below": fixed(best("exact", math.inf) - best("high_temperature_2", math.inf), 3),
        "law_k": count(finite[-1]),
        "beyond_k": figures(finite[-1] * (best("exact", finite[-1]) - t), 4),
        "beyond_law": figures(finite[-1] * (best("large_k_law", finite[-1]) - t), 4),
        "two_overshoots": listing(
            float(f"{at(frame, 'exact', quantity='optimal_overshoot', k=2.0, temperature=T):.3g}")
            for T in temperatures
        ),
        "two_error": figures(two, 4),
        "two_extreme": figures(extreme, 4),
        "two_law": count(round(best("two_candidates_law", 2)))
        if math.isfinite(best("two_candidates_law", 2))
        else listing([]),
        "teacher_two": figures(judged[2], 4),
        "teacher_64": figures(judged[64], 4),
        "best_64": figures(best("exact", 64, "optimal_error") / s2, 4),
        "limit": figures(best("exact", math.inf, "optimal_error") / s2, 4),
    }
