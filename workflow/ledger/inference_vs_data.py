"""Claims about what more candidates and more training points are worth."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ledger.entries import HP_AND_NEW, INTEGRALS, NEW, PROOF, claim

#: d/n at which data and candidates are worth the same without noise, many candidates, a matched prior.
EXCHANGE = (4 - np.sqrt(2)) / 7

#: Below this kappa the local slope in k is -2 + 3/k, and the law of 1/k^2 has no slower correction.
KAPPA_OF_SLOPE = 1 / 3


def inference_vs_data(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Slopes against closed forms, exchange points, thresholds, best splits, and regions cell by cell."""
    frame = frame.assign(kappa=frame["q_tt"] / frame["s2"])
    cells, law, points, thresholds, splits = (
        frame[frame["part"] == part] for part in ("map", "law", "exchange", "threshold", "split")
    )
    tolerance = settings["limit_tolerance"]
    yield from slope_claims(law, tolerance)
    yield from exchange_claims(points, tolerance)
    yield threshold_claim(thresholds)
    yield split_claim(splits)
    yield from region_claims(cells)
    yield condition_claim(law)


def slope_claims(law: pd.DataFrame, tolerance: float) -> Iterator[dict]:
    """Exact slopes at many candidates against their laws."""
    near = law[(law["kappa"] < KAPPA_OF_SLOPE) & law["data_slope_law"].notna()]
    miss = (near["data_slope"] / near["data_slope_law"] - 1).abs().max()
    yield claim(
        "data_slope_closed_form",
        "Best of many, teacher as judge, matched prior: "
        "d log δ/d log n = −df₂/(1 − df₂) (2 − 3 df₁)/(1 − 2 df₁).",
        NEW,
        f"largest relative difference of exact slope and law over {len(near)} problems",
        f"{miss:.1e}".replace("-", "−"),
        f"at most {tolerance:g}",
        bool(miss <= tolerance) if len(near) else None,
        INTEGRALS,
    )
    rows = law[law["kappa"] < KAPPA_OF_SLOPE]
    miss = (rows["candidates_slope"] - (-2 + 3 / rows["k"])).abs().max()
    yield claim(
        "candidates_slope_closed_form",
        "Best of many, teacher as judge, κ < 1/3: d log δ/d log k = −2 + 3/k.",
        HP_AND_NEW,
        f"largest difference of exact slope and law over {len(rows)} problems",
        f"{miss:.1e}".replace("-", "−"),
        f"at most {tolerance:g}",
        bool(miss <= tolerance) if len(rows) else None,
        INTEGRALS,
    )


def without_noise(points: pd.DataFrame) -> pd.Series:
    """Exchange points d/n by spectrum, with the first order in the noise of the two cleanest removed."""
    found = {}
    for exponent, rows in points.groupby("spectrum_exponent"):
        rows = rows.sort_values("noise_var")
        (low, high), (near, far) = rows["noise_var"].iloc[:2], rows["aspect_ratio"].iloc[:2]
        found[exponent] = near - low * (far - near) / (high - low)
    return pd.Series(found)


def exchange_claims(points: pd.DataFrame, tolerance: float) -> Iterator[dict]:
    """Where both are worth the same as the noise vanishes."""
    found = without_noise(points)
    miss = (found / EXCHANGE - 1).abs()
    yield claim(
        "exchange_point",
        "As the noise vanishes, for any full-rank spectrum under a matched prior, data and candidates (best "
        "of many, teacher as judge) are worth the same at d/n = (4 − √2)/7.",
        NEW,
        f"d/n on the exact slopes, extrapolated to no noise, {len(found)} spectra",
        ", ".join(f"{value:.5f}" for value in found),
        f"{EXCHANGE:.5f}, relative tolerance {tolerance:g}",
        bool((miss <= tolerance).all()) if len(found) else None,
        INTEGRALS,
    )


def threshold_claim(thresholds: pd.DataFrame) -> dict:
    """Whether the sum without a ridge decides as df1 does."""
    quadratic, explicit = thresholds["df1"] < 0.5, thresholds["explicit_df1"] < 0.5
    flat = thresholds["spectrum_exponent"] == 0
    # Isotropic, S^2 = 1: n > 2 d (1 - sigma^2/(gamma^2 S^2)), which the explicit sum also says.
    wrong = int((quadratic != explicit).sum())
    both = bool(quadratic.any() and (~quadratic).any())
    return claim(
        "quadratic_threshold",
        "df₁ < 1/2, the condition for quadratic decay in k under a matched prior, is the same as "
        "Σᵢ λᵢ/(λᵢ + 2dσ²/(nγ²))/n < 1/2, which needs no ridge.",
        NEW,
        f"problems of {len(thresholds)} ({int(flat.sum())} isotropic, {int(quadratic.sum())} quadratic) that "
        "disagree",
        str(wrong),
        "0",
        False if wrong else (True if both else None),
        PROOF,
    )


def split_claim(splits: pd.DataFrame) -> dict:
    """Whether the solved splits are at least as good as every split of a scan, and next to the best one."""
    inner = splits[splits["at_edge"] == 0]
    share = inner["data_slope"] / (inner["data_slope"] + inner["candidates_slope"])
    odds = np.log(splits["training_share"] / (1 - splits["training_share"]))
    scanned = np.log(splits["scanned_share"] / (1 - splits["scanned_share"]))
    beaten = splits["scanned_error"] < splits["error"] * (1 - 1e-9)
    # Two minima nearly as good as each other may change places on a scan.
    apart = ((odds - scanned).abs() > splits["scan_step"] * 1.001) & (
        splits["scanned_error"] > splits["error"] * 1.05
    )
    off = (share - inner["training_share"]).abs() > 1e-6
    wrong = int(beaten.sum() + apart.sum() + off.sum())
    return claim(
        "best_split",
        "The best split of a budget spends on training the share e_n/(e_n + e_k) of the two slopes, or lies "
        "at the fewest training points or a single candidate.",
        NEW,
        f"budgets of {len(splits)} ({len(inner)} not at an edge) where a scan finds a better split, or the "
        "best far away, or the share differs",
        str(wrong),
        "0",
        False if wrong else (True if len(inner) else None),
        PROOF,
    )


def region_claims(cells: pd.DataFrame) -> Iterator[dict]:
    """Which of the two is worth more, cell by cell."""
    teacher = cells[cells["overshoot"] == 0]
    cold, warm = (teacher[(teacher["reduced_temperature"] > 0) == hot] for hot in (False, True))
    close = cold[cold["kappa"] < KAPPA_OF_SLOPE]
    losing = int((close["data_slope"] <= close["candidates_slope"]).sum())
    yield claim(
        "inference_beats_data",
        "Best of k, teacher as judge, matched prior, isotropic inputs: wherever q_TT < s²/3 a factor of "
        "candidates is worth more than the same factor of data, at every k.",
        HP_AND_NEW,
        f"cells of {len(close)} where data is worth more",
        str(losing),
        "0",
        False if losing else (True if len(close) else None),
        INTEGRALS,
    )
    beyond = cold[cold["kappa"] >= 0.5]
    won = int((beyond["data_slope"] < beyond["candidates_slope"]).sum())
    lost = len(beyond) - won
    yield claim(
        "data_beats_inference_only_at_large_k",
        "Best of k, teacher as judge, matched prior, q_TT ≥ s²/2: data is worth more at some n and large k, "
        "but candidates remain worth more at small k and where data is very scarce.",
        NEW,
        f"cells of {len(beyond)} where data and where candidates are worth more",
        f"{won} and {lost}",
        "both at least 1",
        bool(won and lost) if len(beyond) else None,
        INTEGRALS,
    )
    last = warm[warm["k"] == warm["k"].max()]
    failing = int((last["data_slope"] >= last["candidates_slope"]).sum())
    yield claim(
        "data_beats_inference_when_warm",
        "Teacher as judge, matched prior, T > 0: data is worth more from some k on, at every n, because the "
        "error tends to a limit in k.",
        NEW,
        f"n of {len(last)} at which candidates are worth more at the largest k",
        str(failing),
        "0",
        False if failing else (True if len(last) else None),
        PROOF,
    )


def condition_claim(law: pd.DataFrame) -> dict:
    """Whether a renormalized ridge small against the noise is needed."""
    rows = law[(law["setting"] == "published") & (law["ridge"] > 100 * law["noise_var"])]
    rows = rows[rows["kappa"] < 0.1]
    ratio = (rows["candidates_slope"] / rows["data_slope"]).min()
    return claim(
        "gap_not_ridge",
        "In the published settings a factor of candidates is worth more than one of data where q_TT < s²/10, "
        "with a ridge R > 100 σ²: a ridge small against the noise is not needed.",
        HP_AND_NEW,
        f"least ratio of the slopes in k and n over {len(rows)} settings",
        f"{ratio:.1f}",
        "greater than 1",
        bool(ratio > 1) if len(rows) else None,
        INTEGRALS,
    )
