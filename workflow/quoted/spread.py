"""Numbers about the scatter of single replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import spread
from ledger.spread import FEW
from scipy import stats

from quoted.formats import count, figures, fixed, listing, percent


def replicate_spread(frame: pd.DataFrame, block: dict) -> dict:
    """How much of the scatter comes from training sets, and how normal it is."""
    cases = list(spread.settings(frame))
    replicates = len(cases[0].from_training)
    few, last = min(cases[0].errors), max(cases[0].errors)
    shares = {}
    for case in cases:
        training, inputs = case.variance_parts(last)
        shares[case.c, case.reduced_temperature] = training / (training + inputs)
    least, most = min(shares, key=shares.get), max(shares, key=shares.get)
    ratios = [case.variance_ratio(n) for case in cases for n in case.errors]
    q_tt = frame[(frame["quantity"] == "q_tt") & frame["replicate"].notna()].drop_duplicates("replicate")[
        "mean"
    ]
    skewness = {n: max(float(stats.skew(case.errors[n])) for case in cases) for n in (few, last)}
    size = max(replicates // 10, 2)
    confidence = block["general"]["confidence"]
    coverages = [case.coverage(last, size, confidence) for case in cases]
    return {
        "replicates": count(replicates),
        "k": count(cases[0].k),
        "overshoots": listing(sorted({case.c for case in cases})),
        "temperatures": listing(sorted({case.reduced_temperature for case in cases})),
        "fewest_inputs": count(few),
        "most_inputs": count(last),
        "q_tt_spread": percent(float(q_tt.std(ddof=1) / q_tt.mean()), 2),
        "least_share": percent(shares[least], 1),
        "least_c": listing([least[0]]),
        "least_temperature": listing([least[1]]),
        "most_share": percent(shares[most], 2),
        "most_c": listing([most[0]]),
        "most_temperature": listing([most[1]]),
        "lowest_ratio": fixed(min(ratios), 2),
        "highest_ratio": fixed(max(ratios), 2),
        "largest_spread": percent(max(float(case.errors[last].std(ddof=1)) for case in cases), 2),
        "skewness_few": figures(skewness[few], 2),
        "skewness_most": figures(skewness[last], 2),
        "coverage_replicates": count(size),
        "lowest_coverage": percent(min(coverages), 4),
        "highest_coverage": percent(max(coverages), 4),
        "confidence": percent(confidence, 2),
        "lowest_coverage_few": percent(min(case.coverage(few, FEW, confidence) for case in cases), 3),
        "few_replicates": count(FEW),
        "inputs_for_equal_parts": listing(
            [
                int(np.ceil(case.variance_parts(1)[1] / case.variance_parts(1)[0]))
                for case in cases
                if (case.c, case.reduced_temperature) == most
            ]
        ),
    }
