"""Claims about the scatter of single replicates."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import spread
from bestofk import agreement

from ledger.entries import NEW, SIMULATION, claim, interval

#: Replicates that are too few for Student's intervals.
FEW = 10


def replicate_spread(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """The two parts of the variance of replicates, and the coverage of the intervals that rest on it."""
    cases = list(spread.settings(frame))
    places = [(case, n_inputs) for case in cases for n_inputs in case.errors]
    ratios = [case.variance_ratio(n_inputs) for case, n_inputs in places]
    errors = [case.variance_ratio_error(n_inputs) for case, n_inputs in places]
    replicates = len(cases[0].from_training)
    result = agreement.equivalence(
        ratios,
        errors,
        replicates,
        expected=1.0,
        margin=settings["spread_margin"],
        confidence=settings["confidence"],
    )
    case, n_inputs = places[result.worst]
    yield claim(
        "variance_of_replicates",
        "The variance of replicates is that of training sets plus that of inputs over their number.",
        NEW,
        f"measured/sum of parts, {len(places)} intervals together",
        f"farthest {interval(result.low, result.high, 3)}, c = {case.c:g}, T/(2σ²) = "
        f"{case.reduced_temperature:g}, {n_inputs} inputs",
        f"1 ± {settings['spread_margin']:g}",
        result.verdict,
        SIMULATION,
    )
    size, last = max(replicates // 10, 2), max(cases[0].errors)
    coverages = [case.coverage(last, size, settings["confidence"]) for case in cases]
    off = [abs(value - settings["confidence"]) for value in coverages]
    yield claim(
        "student_coverage",
        f"Student intervals that state {settings['confidence']:g} from {size} replicates of {last} inputs, "
        "a tenth of those simulated, hold the mean as often.",
        NEW,
        f"coverage over resamples, {len(cases)} settings",
        f"{min(coverages):.4f} to {max(coverages):.4f}",
        f"{settings['confidence']:g} ± {settings['coverage_margin']:g}",
        max(off) < settings["coverage_margin"],
        SIMULATION,
    )
    first, bound = min(cases[0].errors), settings["confidence"] - settings["coverage_margin"]
    least = min(case.coverage(first, FEW, settings["confidence"]) for case in cases)
    yield claim(
        "student_coverage_of_few",
        f"From as few as {FEW} replicates of {first} inputs they can hold it less often than {bound:g}.",
        NEW,
        f"least coverage over resamples, {len(cases)} settings",
        f"{least:.4f}",
        f"below {bound:g}",
        bool(least < bound),
        SIMULATION,
    )
