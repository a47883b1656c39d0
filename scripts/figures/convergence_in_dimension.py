"""Figure convergence_in_dimension: how simulations approach the theory of large dimension, like 1/d."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 4.0

#: Points of different k, or d/n, stand side by side: part of the largest 1/d between neighbours.
SHIFT = 0.018

#: Rows of the figure: which judge at T = 0, and which at T > 0.
TEACHER, OTHER = 0, -1

COLUMNS = ["panel", "series", "quantity", "aspect_ratio", "temperature_over_noise", "c", "k", "n_features"]
COLUMNS += ["value", "simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw relative differences of simulation and theory against 1/d, and the bias of the order parameters.

    Parameters
    ----------
    tables : list of str
        The tables of convergence_in_dimension and of equivalents.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the tables.
    """
    errors, fits = (provenance.read_table(path) for path in tables)
    errors = errors[(errors["quantity"] == "error") & errors["simulation"].notna()]
    ratios = sorted(errors["aspect_ratio"].unique())
    judges, temperatures = sorted(errors["reward_value"].unique()), sorted(errors["temperature"].unique())
    rows = [(temperatures[0], judges[TEACHER]), (temperatures[-1], judges[OTHER])]
    numbers = []
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        axes = figure.subplots(2, len(ratios) + 1)
        letters = iter("abcdefgh")
        for row, (temperature, c), quantity in zip(axes, rows, ("s2", "q_tt"), strict=True):
            drawn = []
            for axis, ratio in zip(row, ratios, strict=False):
                here = errors[
                    (errors["aspect_ratio"] == ratio)
                    & (errors["temperature"] == temperature)
                    & (errors["reward_value"] == c)
                ]
                letter = next(letters)
                drawing.panel_label(axis, letter)
                frame = difference_rows(here, letter)
                draw_differences(axis, frame)
                axis.set_title(f"$d/n$ = {ratio:g}")
                numbers.append(frame)
                drawn.append(axis)
            share_range(drawn)
            t = temperature / (2 * errors["noise_var"].iloc[0])
            judge = "teacher" if c == 0 else f"$c$ = {c:g}"
            name = "best of $k$" if temperature == 0 else f"$T/(2\\sigma^2)$ = {t:g}"
            row[0].set_ylabel(f"{name}, {judge}\nsimulation/theory $-$ 1 (%)")
            letter = next(letters)
            drawing.panel_label(row[-1], letter)
            frame = bias_rows(fits, quantity, ratios, letter)
            draw_bias(row[-1], frame, quantity)
            numbers.append(frame)
        for axis in axes[1]:
            axis.set_xlabel("$1/d$")
        legends(axes, errors, ratios)
        drawing.save(
            figure, pd.concat(numbers, ignore_index=True).reindex(columns=COLUMNS), pdf=pdf, png=png, csv=csv
        )


def difference_rows(rows: pd.DataFrame, panel: str) -> pd.DataFrame:
    """Relative differences in per cent, and the fitted line through zero at each d."""
    frames = []
    for k, curve in rows.groupby("k"):
        place = curve[["aspect_ratio", "n_features", "replicates"]].assign(
            panel=panel,
            quantity="error",
            k=k,
            c=curve["reward_value"],
            temperature_over_noise=curve["temperature"] / (2 * curve["noise_var"]),
        )
        value = 100 * (curve["simulation"] / curve["exact"] - 1)
        error = 100 * curve["standard_error"] / curve["exact"]
        frames.append(place.assign(series="simulation", simulation=value, standard_error=error))
        frames.append(place.assign(series="line", value=fitted(curve["n_features"], value, error)))
    return pd.concat(frames, ignore_index=True)


def bias_rows(fits: pd.DataFrame, quantity: str, ratios: list[float], panel: str) -> pd.DataFrame:
    """Relative differences of an order parameter in per cent, and the closed form of its bias."""
    rows = fits[(fits["spectrum"] == "isotropic") & fits["aspect_ratio"].isin(ratios)]
    bias = rows[rows["quantity"] == "s2_bias"].set_index("point")["two_point"]
    s2 = rows[(rows["quantity"] == "s2") & rows["simulation"].notna()].set_index("point")["two_point"]
    rows = rows[(rows["quantity"] == quantity) & rows["simulation"].notna()]
    place = rows[["aspect_ratio", "n_features", "replicates"]].assign(panel=panel, quantity=quantity)
    measured = {
        "simulation": 100 * (rows["simulation"] / rows["two_point"] - 1),
        "standard_error": 100 * rows["standard_error"] / rows["two_point"],
    }
    # With a matched prior q_TT = s^2 - sigma^2 on average, so that both have the same absolute bias.
    absolute = rows["point"].map(bias) / rows["n_train"] * rows["point"].map(s2)
    frames = [
        place.assign(series="simulation", **measured),
        place.assign(series="closed form", value=100 * absolute / rows["two_point"]),
    ]
    return pd.concat(frames, ignore_index=True)


def fitted(dimensions: pd.Series, value: pd.Series, error: pd.Series) -> np.ndarray:
    """The line through zero in 1/d that fits best, at the given d."""
    x = 1 / dimensions.to_numpy(float)
    slope = np.sum(x * value / error**2) / np.sum((x / error) ** 2)
    return slope * x


def draw_family(axes: Axes, frame: pd.DataFrame, by: str, line: str) -> None:
    """Points with bars and a line through zero for each value of a column."""
    values = sorted(frame[by].unique())
    for order, (value, colour) in enumerate(zip(values, drawing.colours(len(values)), strict=True)):
        rows = frame[frame[by] == value].sort_values("n_features")
        points, lines = rows[rows["series"] == "simulation"], rows[rows["series"] == line]
        x = 1 / lines["n_features"].to_numpy(float)
        axes.plot(np.append(x, 0.0), np.append(lines["value"], 0.0), color=colour, linewidth=1.0)
        shift = SHIFT * x.max() * (order - (len(values) - 1) / 2)
        bars = points["simulation"], points["standard_error"]
        drawing.with_bars(axes, 1 / points["n_features"] + shift, *bars, color=colour)
    axes.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    axes.set_xlim(0.0, 1.1 / frame["n_features"].min())


def draw_differences(axes: Axes, frame: pd.DataFrame) -> None:
    """Draw the differences of one panel, a colour a number of candidates."""
    draw_family(axes, frame, "k", "line")


def draw_bias(axes: Axes, frame: pd.DataFrame, quantity: str) -> None:
    """Draw the bias of an order parameter, a colour a d/n."""
    draw_family(axes, frame, "aspect_ratio", "closed form")
    axes.set_title({"s2": "$s^2$", "q_tt": "$q_{TT}$"}[quantity])


def share_range(axes: list[Axes]) -> None:
    """Give the panels of a row one range."""
    low, high = (pick(axis.get_ylim()[end] for axis in axes) for end, pick in ((0, min), (1, max)))
    for axis in axes:
        axis.set_ylim(low, high)


def legends(axes: np.ndarray, errors: pd.DataFrame, ratios: list[float]) -> None:
    """Colours of k below, colours of d/n in the last column."""
    numbers = sorted(errors["k"].unique())
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=3.2, label=f"$k$ = {k:g}")
        for k, colour in zip(numbers, drawing.colours(len(numbers)), strict=True)
    ]
    axes[0, 0].figure.legend(handles=handles, loc="outside lower left", ncols=len(handles))
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=3.2, label=f"$d/n$ = {ratio:g}")
        for ratio, colour in zip(ratios, drawing.colours(len(ratios)), strict=True)
    ]
    axes[0, 0].figure.legend(handles=handles, loc="outside lower right", ncols=len(handles))


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
