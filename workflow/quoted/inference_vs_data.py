"""Numbers about what more candidates and more training points are worth."""

from __future__ import annotations

import pandas as pd
from ledger.inference_vs_data import EXCHANGE, without_noise

from quoted.formats import count, figures, fixed, listing, percent, power


def inference_vs_data(frame: pd.DataFrame, block: dict) -> dict:
    """Regions, exchange points and best splits."""
    settings = block["tradeoff"]
    frame = frame.assign(kappa=frame["q_tt"] / frame["s2"])
    cells, law, points, thresholds, splits = (
        frame[frame["part"] == part] for part in ("map", "law", "exchange", "threshold", "split")
    )
    cold = cells["reduced_temperature"] == 0
    teacher = cells["overshoot"] == 0
    data = cells["data_slope"] < cells["candidates_slope"]
    harm = cells["candidates_slope"] > 0
    here = points[(points["noise_var"] == settings["noise_var"]) & (points["spectrum_exponent"] == 0)]
    here = here.sort_values("n_train").iloc[-1]
    clean = without_noise(points)
    marked = law[law["setting"] == "published"]
    marked = marked.iloc[(marked["n_train"] - 1e4).abs().argmin()]
    tongue = cells[cold & teacher & data]
    richest = splits[splits["budget"] == splits["budget"].max()].sort_values("candidate_price")
    first, last = richest.iloc[0], richest.iloc[-1]
    edge = splits[(splits["candidate_price"] == first["candidate_price"]) & (splits["at_edge"] == 1)]
    flat = thresholds[
        (thresholds["spectrum_exponent"] == 0) & (thresholds["noise_var"] == settings["noise_var"])
    ]
    return {
        "n_features": count(settings["n_features"]),
        "noise_var": figures(settings["noise_var"], 2),
        "t": figures(settings["reduced_temperature"][1], 1),
        "overshoot": figures(settings["overshoot"][1], 1),
        "k_max": count(settings["k"]["to"]),
        "cells": count(int((cold & teacher).sum())),
        "cells_data": count(len(tongue)),
        "data_from_k": listing(float(f"{k:.2g}") for k in sorted(tongue["k"].unique())[:1]),
        "cells_data_misjudged": count(int((cold & ~teacher & data & ~harm).sum())),
        "cells_harm": count(int((cold & ~teacher & harm).sum())),
        "cells_harm_warm": count(int((~cold & ~teacher & harm).sum())),
        "cells_candidates_warm": count(int((~cold & teacher & ~data).sum())),
        "exchange": fixed(1 / here["aspect_ratio"], 2),
        "exchange_kappa": fixed(here["kappa"], 3),
        "exchange_clean": fixed(float(clean.iloc[0]), 4),
        "exchange_closed_form": fixed(float(EXCHANGE), 4),
        "exchange_spectra": count(len(clean)),
        "quadratic_from": fixed(2 * (1 - settings["noise_var"] / settings["prior_var"]), 1),
        "quadratic_seen": fixed(float(1 / flat.loc[flat["df1"] < 0.5, "aspect_ratio"].max()), 2),
        "published_n": count(marked["n_train"]),
        "published_ridge": count(round(marked["ridge"] / marked["noise_var"], -1)),
        "published_kappa": fixed(marked["kappa"], 3),
        "published_data_slope": fixed(-marked["data_slope"], 3),
        "budget_largest": power(first["budget"]),
        "share_largest": percent(first["training_share"], 2),
        "price_last": count(last["candidate_price"]),
        "share_largest_last": percent(last["training_share"], 2),
        "edge_budgets": count(len(edge)),
        "budgets": count(int((splits["candidate_price"] == first["candidate_price"]).sum())),
        "n_fewest": count(round(settings["n_features"] * settings["points_per_feature"]["from"])),
        "scan_points": count(settings["scan_points"]),
    }
