"""Claims about beam search: simulation, laws, wrong partial rewards, wider beams."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement
from tables import errors

from ledger.entries import INTEGRALS, NEW, PROOF, SIMULATION, agreement_claim, claim, interval

#: What tells one beam of width 1 from another.
BEAM = ["steps", "teacher_gap", "partial_reward"]


def beam_search(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Agreement, laws of the last step, the criterion under wrong partial rewards, averages, widths."""
    curves = errors(frame)
    narrow = curves[curves["width"] == 1]
    yield from agreement_claims(narrow, settings)
    yield from law_claims(last_excess(frame), settings)
    yield ahead_claim(last_excess(frame), settings)
    yield from criterion_claims(last_excess(frame), best(frame))
    yield average_claim(frame[frame["beam_law"].notna() & (frame["quantity"] == "averaged_error")], settings)
    yield from width_claims(ratios_to_width_one(curves), settings)


def last_excess(frame: pd.DataFrame) -> pd.DataFrame:
    """The last point of every beam of width 1: how far the exact error and its law are from the limit."""
    rows = errors(frame)
    rows = rows[(rows["width"] == 1) & (rows["k"] == rows["k"].max())]
    limit = rows["point"].map(frame[frame["quantity"] == "limit"].set_index("point")["exact"])
    return rows.assign(limit=limit, excess=rows["exact"] - limit, law=rows["beam_law"] - limit)


def best(frame: pd.DataFrame) -> pd.Series:
    """The best k of every beam of width 1 at one input, infinity where the limit is best."""
    return frame[frame["quantity"] == "optimal_k"].set_index("point")["exact"]


def ratios_to_width_one(curves: pd.DataFrame) -> pd.DataFrame:
    """Wider beams, with simulated errors over the exact error of width 1 at the same k."""
    place = [*BEAM, "k"]
    narrow = curves[curves["width"] == 1].set_index(place)["exact"].rename("narrow")
    rows = curves[curves["width"] > 1].join(narrow, on=place)
    return rows.assign(
        ratio=rows["simulation"] / rows["narrow"], error=rows["standard_error"] / rows["narrow"]
    )


def agreement_claims(narrow: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Every point by itself, and at each k the mean over the beams, which scatters less."""
    yield agreement_claim(
        "beam_agrees",
        "The density recursion agrees with simulated beams of width 1 at every number of steps, gap, k and "
        "kind of partial reward.",
        NEW,
        narrow,
        settings | {"margin": settings["beam_margin"]},
    )
    rows = narrow[narrow["simulation"].notna()]
    means = (
        rows.assign(
            ratio=rows["simulation"] / rows["exact"], square=(rows["standard_error"] / rows["exact"]) ** 2
        )
        .groupby("k")
        .agg(ratio=("ratio", "mean"), square=("square", "sum"), count=("k", "size"), n=("replicates", "min"))
    )
    result = agreement.equivalence(
        means["ratio"],
        # Beams have random numbers of their own.
        np.sqrt(means["square"]) / means["count"],
        means["n"],
        expected=1.0,
        margin=settings["margin"],
        confidence=settings["confidence"],
    )
    yield claim(
        "beam_agrees_on_average",
        "On average over the beams of width 1 the density recursion agrees with simulation at every k.",
        NEW,
        f"simulation/theory, mean over {int(means['count'].max())} beams, {len(means)} k",
        f"farthest interval {interval(result.low, result.high)}, k = {means.index[result.worst]:g}",
        f"1 ± {settings['margin']:g}",
        result.verdict,
        SIMULATION,
    )


def law_claims(last: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """The excess over the limit against the law of the last step, the limit itself, and the gain of steps."""
    limit, k = settings["limit_tolerance"], last["k"].max()
    miss = float((last["excess"] / last["law"] - 1).abs().max())
    yield claim(
        "beam_last_step_law",
        "With many candidates only the last step and the last two biases count: with b' the bias before the "
        "last and R = (Δ_L − b' + b_L)/s_L the error is b_L² + π s_L² exp(R²) (1 − 2 R b_L/s_L)/k² to "
        "leading order.",
        NEW,
        f"farthest exact/law − 1 of the excess over b_L², with (k+1)(k+2) for k², {len(last)} beams at "
        f"k = {k:g}",
        f"{miss:.1e}".replace("-", "−"),
        f"at most {limit:g}",
        miss <= limit,
        PROOF,
    )
    wrong = last[last["reward_bias"] > 0]
    miss = float((wrong["exact"] - wrong["limit"]).abs().max())
    yield claim(
        "beam_limit",
        "Under wrong partial rewards the error tends to the squared bias of the last one, and to 0 if that "
        "one is right.",
        NEW,
        f"farthest distance in s² of {len(wrong)} beams at k = {k:g}",
        f"{miss:.1e}".replace("-", "−"),
        f"at most {limit:g}",
        miss <= limit,
        PROOF,
    )
    right = last[last["partial_reward"] == "right"]
    single = right[right["steps"] == 1].set_index("teacher_gap")["exact"]
    several = right[(right["steps"] > 1) & right["teacher_gap"].isin(single.index)]
    gain = several["teacher_gap"].map(single) / several["exact"]
    steps = several["steps"]
    formula = steps * np.exp(several["teacher_gap"] ** 2 * (1 - 1 / steps))
    miss = float((gain / formula - 1).abs().max())
    yield claim(
        "beam_gain",
        "With right partial rewards and as many candidates at each step as best-of-k has, L even steps "
        "divide its error by L exp((Δ_T²/s²)(1 − 1/L)) at large k.",
        NEW,
        f"farthest exact/formula − 1, {len(several)} beams at k = {k:g}, gains from {gain.min():.3g} to "
        f"{gain.max():.3g}",
        f"{miss:.1e}".replace("-", "−"),
        f"at most {limit:g}",
        miss <= limit,
        PROOF,
    )


def ahead_claim(last: pd.DataFrame, settings: dict) -> dict:
    """Whether partial rewards that look ahead make the law the same at every gap."""
    single = last[(last["partial_reward"] == "right") & (last["steps"] == 1)].set_index("teacher_gap")[
        "exact"
    ]
    ahead = last[last["partial_reward"] == "ahead"]
    gain = ahead["teacher_gap"].map(single) / ahead["exact"]
    miss = float((gain / (ahead["steps"] * np.exp(ahead["teacher_gap"] ** 2)) - 1).abs().max())
    return claim(
        "beam_ahead_gain",
        "With partial rewards that look ahead at what the student will still add, L even steps divide the "
        "error of best-of-k by L exp(Δ_T²/s²) at large k.",
        NEW,
        f"farthest exact/formula − 1, {len(ahead)} beams at k = {last['k'].max():g}, gains from "
        f"{gain.min():.3g} to {gain.max():.3g}",
        f"{miss:.1e}".replace("-", "−"),
        f"at most {settings['limit_tolerance']:g}",
        miss <= settings["limit_tolerance"],
        PROOF,
    )


def criterion_claims(last: pd.DataFrame, best_k: pd.Series) -> Iterator[dict]:
    """Whether the criterion says from which side a curve reaches its limit, and what it does not say."""
    wrong = last[last["reward_bias"] > 0]
    below = wrong["law"] < 0
    missed = int((below != (wrong["excess"] < 0)).sum())
    yield claim(
        "beam_criterion",
        "Under wrong partial rewards the error reaches its limit from below, so that a finite k is best, if "
        "2 b_L (Δ_L − b' + b_L) > s_L² with b' the bias before the last, and from above if it is smaller.",
        NEW,
        f"beams of {len(wrong)} ({int(below.sum())} from below) that end otherwise, k = {last['k'].max():g}",
        str(missed),
        "0",
        missed == 0 if below.any() and not below.all() else None,
        PROOF,
    )
    # At one step the same condition is necessary: a single valley is proved there.
    above = wrong[~below & (wrong["steps"] > 1)]
    finite = above[np.isfinite(above["point"].map(best_k))]
    example = finite.iloc[0] if len(finite) else None
    yield claim(
        "beam_criterion_not_necessary",
        "For more than one step the criterion is not necessary: a finite k can be best on a curve that "
        "reaches its limit from above.",
        NEW,
        f"such beams of {len(above)} that end above their limit",
        f"{len(finite)}"
        + (
            ""
            if example is None
            else f": {example['partial_reward']} bias, Δ_T/s = {example['teacher_gap']:g}, best "
            f"k = {best_k[example['point']]:g}"
        ),
        "at least one",
        bool(len(finite)) if len(above) else None,
        INTEGRALS,
    )


def average_claim(rows: pd.DataFrame, settings: dict) -> dict:
    """The average over inputs against its law at the largest k."""
    last = rows[rows["k"] == rows["k"].max()]
    miss = float((last["exact"] / last["beam_law"] - 1).abs().max())
    steps = " and ".join(f"{count:g}" for count in sorted(last["steps"]))
    return claim(
        "beam_average_law",
        "Averaged over inputs, L even steps with right partial rewards keep the quadratic law as long as "
        "κ < L/2: the error is π s²/(L k²) (1 − 2κ/L)^(−1/2) at large k.",
        NEW,
        f"farthest exact/law − 1, with (k+1)(k+2) for k², κ = {last['kappa'].max():g}, "
        f"L = {steps}, k = {last['k'].max():g}",
        f"{miss:.1e}".replace("-", "−"),
        f"at most {settings['limit_tolerance']:g}",
        miss <= settings["limit_tolerance"],
        INTEGRALS,
    )


def width_claims(rows: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Whether keeping more partial answers helps, where partial rewards are right and where they are not."""
    margin, confidence = settings["beam_margin"], {"confidence": settings["confidence"]}

    def reach(part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        return agreement.simultaneous_interval(part["ratio"], part["error"], part["replicates"], **confidence)

    right, wrong = (rows[rows["partial_reward"] == name] for name in ("right", "corrected"))
    low, high = reach(right)
    worst = int(low.argmin())
    yield claim(
        "beam_width_right",
        "With right partial rewards a wider beam has no smaller error than one of width 1 at the same k.",
        NEW,
        f"error over that of width 1, {len(right)} widths and k",
        f"lowest interval {interval(low[worst], high[worst])}",
        f"not below 1 − {margin:g}",
        True if (low >= 1 - margin).all() else (False if (high < 1 - margin).any() else None),
        SIMULATION,
    )
    low, high = reach(wrong)
    lowest = int(high.argmin())
    yield claim(
        "beam_width_wrong",
        "Where partial rewards are wrong until the last one, some wider beam has a smaller error than one of "
        "width 1 at the same k.",
        NEW,
        f"error over that of width 1, {len(wrong)} widths and k",
        f"lowest interval {interval(low[lowest], high[lowest])}, width {wrong['width'].iloc[lowest]:g}, "
        f"k = {wrong['k'].iloc[lowest]:g}",
        "one below 1",
        True if high[lowest] < 1 else (False if (low >= 1).all() else None),
        SIMULATION,
    )
    last = rows[rows["k"] == rows["k"].max()]
    result = agreement.equivalence(
        last["ratio"], last["error"], last["replicates"], expected=1.0, margin=margin, **confidence
    )
    yield claim(
        "beam_width_at_large_k",
        "At the largest simulated k the width makes no difference, be partial rewards right or wrong until "
        "the last one.",
        NEW,
        f"error over that of width 1 at k = {last['k'].max():g}, {len(last)} beams",
        f"farthest interval {interval(result.low, result.high)}",
        f"1 ± {margin:g}",
        result.verdict,
        SIMULATION,
    )
