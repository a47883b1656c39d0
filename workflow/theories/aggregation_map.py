"""Which rule spends k candidates best, over the overshoot of the judge and the number of candidates."""

from __future__ import annotations

import pandas as pd
from bestofk import grid as layout
from bestofk.combination import mean_and_weighted_mean
from bestofk.equivalents import OrderParameters

from theories.aggregation import blind_curves, judged_rules

#: Rules that are compared; the first of those that are equally good wins.
COMPARED = ("best_of_k", "softmax", "mean", "weighted_mean", "vote")
COLUMNS = ["reduced_temperature", "overshoot", "k", *COMPARED, "combination", "combination_share"]


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row an overshoot and a number of candidates: the error of every rule in units s = 1; no points."""
    settings = block["map"]
    k = layout.search_grid(settings["k_max"], settings["k_points_per_octave"])
    k = k[k > 1]
    temperature = 2.0 * settings["reduced_temperature"]
    frames, known = [], {}
    for ratio in layout.axis(settings["gap_ratio"]):
        values = OrderParameters.overshoot(s2=1.0, q_tt=settings["q_tt"], c=float(ratio) - 1.0)
        known |= blind_curves(k, values, settings) if not known else {}
        judged = {name: rule(k) for name, rule in judged_rules(values, temperature).items()}
        errors = {name: (known | judged)[name] for name in COMPARED}
        share, combined = mean_and_weighted_mean(k, values, temperature=0.0)
        frame = pd.DataFrame({"k": k, **errors, "combination": combined, "combination_share": share})
        frames.append(
            frame.assign(overshoot=ratio - 1.0, reduced_temperature=settings["reduced_temperature"])
        )
    return pd.concat(frames, ignore_index=True)[COLUMNS]
