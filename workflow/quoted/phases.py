"""Numbers about where a finite number of candidates is best."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd

from quoted.formats import count, figures, percent


def phase_diagram(frame: pd.DataFrame, block: dict) -> dict:
    """Cells of the phase diagram against the criteria."""
    phases, limits = block["phases"], block["general"]["claims"]
    finite, predicted = np.isfinite(frame["optimal_k"]), frame["rho"] < frame["rho_critical"]
    warm, condensed = frame["reduced_temperature"] > 0, frame["kappa"] >= frame["kappa_condensation"]
    line, zero = warm & ~condensed, ~warm
    strip = line & finite & ~predicted
    outside = strip & (
        (frame["reduced_temperature"] >= limits["line_from_temperature"])
        | (frame["kappa"] >= limits["line_from_kappa"])
    )
    published = np.isfinite(frame["published_k"])
    both = warm & finite & published
    # For the teacher as judge no finite k is best at any T > 0.
    open_rho = frame["rho"] < 1
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
        "published_disagree_open": percent(float((published != finite)[warm & open_rho].mean()), 2),
        "published_alone": count(int((warm & published & ~finite).sum())),
        "published_disagreements": count(int((published != finite)[warm].sum())),
        "regret_median": figures(float(regret.median()), 1),
        "regret_largest": figures(float(regret.max()), 2),
    }
