"""Numbers about the accuracy and the cost of the quadrature."""

from __future__ import annotations

import pandas as pd
from bestofk import accuracy
from ledger.quadrature import both, kept

from quoted.formats import count, figures, fixed, listing


def quadrature_accuracy(frame: pd.DataFrame, block: dict) -> dict:
    """Where the quadrature was compared, how many digits it keeps, and what it costs."""
    settings = block["quadrature"]
    rows = frame[frame["nodes"] == accuracy.NODES]
    counts = {
        quantity: rows.loc[rows["quantity"] == quantity, "value"] for quantity in ("terms", "evaluations")
    }
    inputs = rows[rows["quantity"] == "input"]
    averages = frame[(frame["quantity"] == "average") & (frame["nodes"] == accuracy.NODES_OF_AVERAGE)]
    coarse = frame[(frame["quantity"] == "input") & (frame["route"] == "more nodes")]
    fewest = coarse.groupby("nodes")["digits"].min()
    few, more = settings["nodes"][:2]
    return {
        "settings": count((inputs["route"] == "more nodes").sum()),
        "settings_plain": count((inputs["route"] == "plain sums").sum()),
        "averages": count((averages["route"] == "more nodes").sum()),
        "averages_plain": count((averages["route"] == "plain sums").sum()),
        "teachers": count(settings["teachers"]),
        "nodes": count(accuracy.NODES),
        "nodes_of_average": count(accuracy.NODES_OF_AVERAGE),
        "refinement": figures(settings["refinement"], 3),
        "near": fixed(min(kept(frame, "input", near=True).values()), 1),
        "beyond": fixed(min(kept(frame, "input", near=False).values()), 1),
        "average": fixed(min(kept(frame, "average").values()), 1),
        "coarse_nodes": listing([few, more]),
        "coarse_few": fixed(float(fewest[few]), 1),
        "coarse_more": fixed(float(fewest[more]), 1),
        "both": count(len(both(frame))),
        "terms_least": count(counts["terms"].min()),
        "terms_most": count(counts["terms"].max()),
        "evaluations_most": count(counts["evaluations"].max()),
    }
