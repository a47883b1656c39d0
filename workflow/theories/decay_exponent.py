"""Theory of the decay: the local exponent of best-of-k with the teacher as judge, against the difficulty."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk import grid as layout
from bestofk import selection as exact
from bestofk.decay import decay_exponent, decay_law, layer_law


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """One row a difficulty and number of candidates, in units s = 1; there are no points."""
    decay = block["decay"]
    # Rounded, because the law at exactly 1/2 is another one than beside it.
    kappa = np.round(layout.axis(decay["kappa"]), 12)
    k, span = np.array(decay["k"], dtype=np.float64), decay["span"]
    m2, m1 = exact.excess_coefficients([*k / span, *k], kappa, reduced_temperature=0.0)
    law = decay_law(np.array([*k / span, *k])[:, None], kappa)
    # The limit of the teacher as judge is 0 and rho = 1: the excess is the error.
    first, last = np.split(m2 + m1, 2)
    law_first, law_last = np.split(law, 2)
    # What rare inputs take from the quadratic law, where they do.
    layer = np.full(last.shape, np.nan)
    corrected = (kappa > 0.25) & (kappa < 0.5)
    layer[:, corrected] = layer_law(k[:, None], kappa[corrected])
    with np.errstate(invalid="ignore", divide="ignore"):
        quadratic = np.where(
            kappa < 0.5, np.pi / (np.sqrt(1 - 2 * kappa) * ((k + 1) * (k + 2))[:, None]), np.nan
        )
    rows = {
        "k": np.repeat(k, kappa.size),
        "k_first": np.repeat(k / span, kappa.size),
        "kappa": np.tile(kappa, k.size),
        "error": last.ravel(),
        "decay_law": law_last.ravel(),
        "quadratic_law": quadratic.ravel(),
        "layer_law": layer.ravel(),
        "exponent": (np.log(first / last) / np.log(span)).ravel(),
        "law_exponent": (np.log(law_first / law_last) / np.log(span)).ravel(),
        "limit_exponent": np.tile(decay_exponent(kappa), k.size),
    }
    return pd.DataFrame(rows)
