"""Figure convergence_in_dimension: how simulations approach the theory of large dimension, like 1/d."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 4.2

#: Points of different k, or d/n, stand side by side: part of the largest 1/d between neighbours.
SHIFT = 0.018

#: Shades and markers of d/n in the last column, in order: colours are numbers of candidates.
SHADES, MARKERS = ("0.66", "0.4", "0.0"), "osD"

#: What the last panel of each row shows.
TITLES = {"s2": "$s^2$, difference (%)", "q_tt_variance": "$q_{TT}$, variance (%)"}

#: Rows of the figure: which judge at T = 0, and which at T > 0.
TEACHER, OTHER = 0, -1

COLUMNS = ["panel", "series", "quantity", "aspect_ratio", "temperature_over_noise", "c", "k", "n_features"]
COLUMNS += ["value", "simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw relative differences of simulation and theory against 1/d, and how the order parameters differ.

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
        for row, (temperature, c), order_rows in zip(axes, rows, (bias_rows, variance_rows), strict=True):
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
            frame = order_rows(isotropic(fits, ratios), letter)
            draw_order(row[-1], frame)
            numbers.append(frame)
        for axis in axes[1, :-1]:
            axis.set_xlabel(dimensions(errors))
        axes[1, -1].set_xlabel(dimensions(frame))
        legend(figure, sorted(errors["k"].unique()))
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


def isotropic(fits: pd.DataFrame, ratios: list[float]) -> pd.DataFrame:
    """The order parameters at these d/n whose equivalents do not depend on d."""
    return fits[(fits["spectrum"] == "isotropic") & fits["aspect_ratio"].isin(ratios)]


def bias_rows(fits: pd.DataFrame, panel: str) -> pd.DataFrame:
    """Relative differences of the predictive variance in per cent, and the closed form of its bias."""
    bias = fits[fits["quantity"] == "s2_bias"].set_index("point")["two_point"]
    rows = fits[(fits["quantity"] == "s2") & fits["simulation"].notna()]
    place = rows[["aspect_ratio", "n_features", "replicates"]].assign(panel=panel, quantity="s2")
    measured = {
        "simulation": 100 * (rows["simulation"] / rows["two_point"] - 1),
        "standard_error": 100 * rows["standard_error"] / rows["two_point"],
    }
    frames = [
        place.assign(series="simulation", **measured),
        place.assign(series="closed form", value=100 * rows["point"].map(bias) / rows["n_train"]),
    ]
    return pd.concat(frames, ignore_index=True)


def variance_rows(fits: pd.DataFrame, panel: str) -> pd.DataFrame:
    """Relative variance of the teacher's gap between training sets in per cent, and lines through zero."""
    rows = fits[(fits["quantity"] == "q_tt") & fits["simulation"].notna()]
    variance = 100 * rows["replicates"] * (rows["standard_error"] / rows["two_point"]) ** 2
    # Of a variance, for normal replicates.
    error = variance * np.sqrt(2 / (rows["replicates"] - 1))
    place = rows[["aspect_ratio", "n_features", "replicates"]].assign(panel=panel, quantity="q_tt_variance")
    place = place.assign(simulation=variance, standard_error=error)
    frames = [place.assign(series="simulation")]
    for _, line in place.groupby("aspect_ratio"):
        value = fitted(line["n_features"], line.pop("simulation"), line.pop("standard_error"))
        frames.append(line.assign(series="line", value=value))
    return pd.concat(frames, ignore_index=True)


def fitted(dimensions: pd.Series, value: pd.Series, error: pd.Series) -> np.ndarray:
    """The line through zero in 1/d that fits best, at the given d."""
    x = 1 / dimensions.to_numpy(float)
    slope = np.sum(x * value / error**2) / np.sum((x / error) ** 2)
    return slope * x


def dimensions(rows: pd.DataFrame) -> str:
    """Name of the horizontal axis, with the dimensions of its points from left to right."""
    values = ", ".join(f"{d:g}" for d in sorted(rows["n_features"].unique(), reverse=True))
    return f"$1/d$\n$d$ = {values}"


def draw_family(axes: Axes, frame: pd.DataFrame, by: str, styles: list[dict]) -> None:
    """Points with bars and a line through zero for each value of a column."""
    values = sorted(frame[by].unique())
    for order, (value, style) in enumerate(zip(values, styles, strict=True)):
        rows = frame[frame[by] == value].sort_values("n_features")
        simulated = rows["series"] == "simulation"
        points, lines = rows[simulated], rows[~simulated]
        x = 1 / lines["n_features"].to_numpy(float)
        axes.plot(np.append(x, 0.0), np.append(lines["value"], 0.0), color=style["color"], linewidth=1.0)
        shift = SHIFT * x.max() * (order - (len(values) - 1) / 2)
        bars = points["simulation"], points["standard_error"]
        drawing.with_bars(axes, 1 / points["n_features"] + shift, *bars, **style)
    axes.axhline(0.0, color="0.6", linewidth=0.6, zorder=0)
    axes.set_xlim(0.0, 1.1 / frame["n_features"].min())


def draw_differences(axes: Axes, frame: pd.DataFrame) -> None:
    """Draw the differences of one panel, a colour a number of candidates."""
    draw_family(axes, frame, "k", [{"color": colour} for colour in drawing.colours(frame["k"].nunique())])


def draw_order(axes: Axes, frame: pd.DataFrame) -> None:
    """Draw what an order parameter does, a shade and a marker a d/n."""
    ratios = sorted(frame["aspect_ratio"].unique())
    styles = [
        {"color": shade, "marker": marker} for _, shade, marker in zip(ratios, SHADES, MARKERS, strict=False)
    ]
    draw_family(axes, frame, "aspect_ratio", styles)
    axes.set_title(TITLES[frame["quantity"].iloc[0]], fontsize=7.5)
    handles = [
        Line2D([], [], markersize=3.2, label=f"$d/n$ = {ratio:g}", **style)
        for ratio, style in zip(ratios, styles, strict=True)
    ]
    axes.legend(handles=handles, loc="upper left", borderaxespad=0.1, handlelength=1.4, fontsize=6.5)


def share_range(axes: list[Axes]) -> None:
    """Give the panels of a row one range."""
    low, high = (pick(axis.get_ylim()[end] for axis in axes) for end, pick in ((0, min), (1, max)))
    for axis in axes:
        axis.set_ylim(low, high)


def legend(figure: Figure, candidates: list[float]) -> None:
    """Colours of the numbers of candidates, over all panels of errors."""
    handles = [
        Line2D([], [], color=colour, marker="o", markersize=3.2, label=f"$k$ = {k:g}")
        for k, colour in zip(candidates, drawing.colours(len(candidates)), strict=True)
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
