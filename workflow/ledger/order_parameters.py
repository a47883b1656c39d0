"""Claims about fitted posteriors and their deterministic equivalents."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement

from ledger.entries import HP, NEW, RIDGE, SIMULATION, claim, interval


def equivalents(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Which deterministic equivalent the fits agree with."""
    names = {"s2": "s²", "q_tt": "q_TT", "q_tr": "q_TR", "q_rr": "q_RR"}
    fits = frame[frame["simulation"].notna() & frame["quantity"].isin(names)].copy()
    scale = natural_scale(fits)
    fits["ratio"] = 1 + (fits["simulation"] - fits["two_point"]) / scale
    fits["ratio_error"] = fits["standard_error"] / scale
    setting = ["spectrum", "aspect_ratio", "quantity"]
    extrapolated = fits.groupby(setting).apply(extrapolate, include_groups=False)
    for quantity, symbol in names.items():
        of_quantity = extrapolated.xs(quantity, level="quantity")
        # The mean over settings, at a margin finer than the errors of single settings.
        mean = of_quantity["intercept"].mean()
        error = np.sqrt((of_quantity["error"] ** 2).sum()) / len(of_quantity)
        result = agreement.equivalence(
            [mean],
            [error],
            int(fits["replicates"].min()),
            expected=1.0,
            margin=settings["margin"],
            confidence=settings["confidence"],
        )
        yield claim(
            f"two_point_{quantity}",
            f"For d → ∞ at fixed d/n the two-point equivalent of {symbol} agrees with fitted posteriors, "
            "on average over the settings.",
            {"s2": HP, "q_tt": RIDGE}.get(quantity, NEW),
            f"{measure(quantity)} at 1/d → 0, mean over {len(of_quantity)} settings",
            interval(result.low, result.high),
            f"1 ± {settings['margin']:g}",
            result.verdict,
            SIMULATION,
        )
    result = agreement.equivalence(
        extrapolated["intercept"],
        extrapolated["error"],
        int(fits["replicates"].min()),
        expected=1.0,
        margin=settings["setting_margin"],
        confidence=settings["confidence"],
    )
    spectrum, ratio, quantity = extrapolated.index[result.worst]
    yield claim(
        "two_point_every_setting",
        "For d → ∞ at fixed d/n every two-point equivalent agrees with fitted posteriors at every setting, "
        "q_TR in units of √(q_TT q_RR).",
        NEW,
        f"fit/theory (q_TR: {measure('q_tr')}) at 1/d → 0, {len(extrapolated)} intervals together",
        f"farthest {interval(result.low, result.high)}, {names[quantity]}, "
        f"{spectrum.replace('_', ' ')}, d/n = {ratio:.3g}",
        f"1 ± {settings['setting_margin']:g}",
        result.verdict,
        SIMULATION,
    )
    yield bias_claim(frame, fits[fits["quantity"] == "s2"], settings)
    yield spread_claim(frame[frame["quantity"] == "variance_spread"], settings)
    yield gap_variance_claim(frame, settings)
    largest = fits[fits["n_features"] == fits["n_features"].max()]
    largest = largest[(largest["spectrum"] == "isotropic") & (largest["quantity"] == "q_tt")]
    row = largest.iloc[(largest["aspect_ratio"] - 0.5).abs().argmin()]
    result = agreement.equivalence(
        [row["simulation"] / row["one_point"]],
        [row["standard_error"] / row["one_point"]],
        [row["replicates"]],
        expected=1.0,
        margin=settings["margin"],
        confidence=settings["confidence"],
    )
    yield claim(
        "one_point_fails",
        f"The one-point equivalent, put into the quadratic, misses q_TT at d/n = {row.aspect_ratio:g}.",
        NEW,
        "fit/one-point equivalent of q_TT",
        interval(result.low, result.high, 2),
        f"not 1 ± {settings['margin']:g}; two-point/one-point is {row['two_point'] / row['one_point']:.2f}",
        {"holds": False, "fails": True, "undecided": None}[result.verdict],
        SIMULATION,
    )
    matched = fits[fits["quantity"].isin(["s2", "q_tt"])].pivot(
        index=["spectrum", "aspect_ratio", "n_features"],
        columns="quantity",
        values=["simulation", "standard_error", "replicates"],
    )
    noise = float(frame["noise_var"].iloc[0])
    expected = matched["simulation"]["s2"] - noise
    ratio = matched["simulation"]["q_tt"] / expected
    # Both come from the same fits: the sum of their errors bounds that of the ratio, however they depend.
    error = (matched["standard_error"]["q_tt"] + ratio * matched["standard_error"]["s2"]) / expected
    weight = 1 / error**2
    result = agreement.equivalence(
        [(ratio * weight).sum() / weight.sum()],
        [weight.sum() ** -0.5],
        int(fits["replicates"].min()),
        expected=1.0,
        margin=settings["margin"],
        confidence=settings["confidence"],
    )
    yield claim(
        "matched_prior",
        "With |w_T|² = γ² in every component, q_TT = s² − σ² on average over training sets and settings.",
        RIDGE,
        f"q_TT/(s² − σ²), weighted mean over {len(ratio)} settings, the largest d weighing most",
        interval(result.low, result.high),
        f"1 ± {settings['margin']:g}",
        result.verdict,
        SIMULATION,
    )


def bias_claim(frame: pd.DataFrame, fits: pd.DataFrame, settings: dict) -> dict:
    """Whether the bias of s² at finite size is its closed form, b/n, at all settings taken together."""
    bias = fits["point"].map(frame[frame["quantity"] == "s2_bias"].set_index("point")["two_point"])
    predicted = bias / fits["n_train"]
    weight = (predicted / fits["ratio_error"]) ** 2
    mean = ((fits["ratio"] - 1) / predicted * weight).sum() / weight.sum()
    result = agreement.equivalence(
        [mean],
        [weight.sum() ** -0.5],
        int(fits["replicates"].min()),
        expected=1.0,
        margin=settings["bias_margin"],
        confidence=settings["confidence"],
    )
    return claim(
        "finite_size_bias",
        "At finite size s² is biased by the factor 1 + b/n, b = (df₃ − df₂²)/(1 − df₂)².",
        NEW,
        f"measured/predicted bias, weighted mean over {len(fits)} settings",
        interval(result.low, result.high, 3),
        f"1 ± {settings['bias_margin']:g}",
        result.verdict,
        SIMULATION,
    )


def spread_claim(rows: pd.DataFrame, settings: dict) -> dict:
    """Whether s²(x) varies over inputs as the closure says, extrapolated and averaged over the settings."""
    rows = rows.assign(
        ratio=rows["simulation"] / rows["two_point"], ratio_error=rows["standard_error"] / rows["two_point"]
    )
    lines = rows.groupby(["spectrum", "aspect_ratio"]).apply(extrapolate, include_groups=False)
    result = agreement.equivalence(
        [lines["intercept"].mean()],
        [np.sqrt((lines["error"] ** 2).sum()) / len(lines)],
        int(rows["replicates"].min()),
        expected=1.0,
        margin=settings["setting_margin"],
        confidence=settings["confidence"],
    )
    return claim(
        "closure_spread",
        "The predictive variance is the same at all inputs up to Var_x s²(x)/s⁴ = (2/n) df₂/(1 − df₂).",
        NEW,
        f"fit/theory at 1/d → 0, mean over {len(lines)} settings",
        interval(result.low, result.high),
        f"1 ± {settings['setting_margin']:g}",
        result.verdict,
        SIMULATION,
    )


def gap_variance_claim(frame: pd.DataFrame, settings: dict) -> dict:
    """Whether q_TT varies between training sets as the closed form says, on average over the settings."""
    known = frame[frame["quantity"] == "gap_variance"].set_index("point")["two_point"]
    fits = frame[(frame["quantity"] == "q_tt") & frame["point"].isin(known.index)]
    ratio = fits["standard_error"] ** 2 * fits["replicates"] / fits["point"].map(known)
    # Settings draw their own training sets: how their ratios scatter is the error of the mean.
    result = agreement.equivalence(
        [ratio.mean()],
        [ratio.std(ddof=1) / np.sqrt(len(ratio))],
        len(ratio),
        expected=1.0,
        margin=settings["bias_margin"],
        confidence=settings["confidence"],
    )
    return claim(
        "gap_variance",
        "Between training sets q_TT has the variance s⁴ (2/n) df₂/(1 − df₂) − (2/d) [B/(1 − df₂)]²; equal "
        "eigenvalues, a teacher of the norm of the prior.",
        NEW,
        f"measured/predicted variance, mean over {len(ratio)} settings",
        interval(result.low, result.high, 3),
        f"1 ± {settings['bias_margin']:g}",
        result.verdict,
        SIMULATION,
    )


def measure(quantity: str) -> str:
    """What is compared with 1: q_TR can vanish, so that its deviation is measured by a scale."""
    return "1 + (fit − theory)/√(q_TT q_RR)" if quantity == "q_tr" else "fit/theory"


def natural_scale(fits: pd.DataFrame) -> pd.Series:
    """What a deviation is measured by: the value itself, and √(q_TT q_RR) for q_TR, which can vanish."""
    by_point = fits.pivot(index="point", columns="quantity", values="two_point")
    cross = np.sqrt(by_point["q_tt"] * by_point["q_rr"])
    return fits["two_point"].where(fits["quantity"] != "q_tr", fits["point"].map(cross))


def extrapolate(rows: pd.DataFrame) -> pd.Series:
    """The ratio fit/theory extrapolated linearly to 1/d = 0."""
    intercept, error, slope, slope_error = agreement.line_at_zero(
        1 / rows["n_features"].to_numpy(float), rows["ratio"], rows["ratio_error"]
    )
    return pd.Series({"intercept": intercept, "error": error, "slope": slope, "slope_error": slope_error})
