"""Figure proportional_regime: two-point and one-point equivalents in the error, with d and n of one order."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 4.1

#: In the bottom row points of different curves stand side by side: factor on k between neighbours.
SHIFT = 1.09

#: Markers of the temperatures, in order.
MARKERS = "osD^v"

COLUMNS = ["panel", "series", "aspect_ratio", "c", "reduced_temperature", "k", "value", "simulation"]
COLUMNS += ["standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against k, a column for each aspect ratio, and its ratio to two-point theory below.

    Parameters
    ----------
    tables : list of str
        The table of proportional_regime.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    numbers = errors(provenance.read_table(tables[0]))
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Errors in units of the noise (top row), and relative to two-point theory (bottom row)."""
    s2 = table[table["quantity"] == "s2"].set_index("point")["two_point"]
    rows = table[table["quantity"] == "error"].sort_values(
        ["aspect_ratio", "reward_value", "temperature", "k"]
    )
    reduced = (rows["temperature"] / (2.0 * rows["point"].map(s2))).round(9)
    base = rows[["aspect_ratio", "k"]].assign(c=rows["reward_value"], reduced_temperature=reduced)
    parts = []
    for row, unit in (("top", rows["noise_var"]), ("bottom", rows["exact"])):
        panel = rows["aspect_ratio"].map(letters(rows["aspect_ratio"], row))
        for series, column in (("two_point", "exact"), ("one_point", "one_point")):
            parts.append(base.assign(panel=panel, series=series, value=rows[column] / unit))
        measured = {name: rows[name] / unit for name in ("simulation", "standard_error")}
        points = base.assign(panel=panel, series="simulation", **measured, replicates=rows["replicates"])
        parts.append(points.dropna(subset=["simulation"]))
    return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)


def letters(ratios: pd.Series, row: str) -> dict[float, str]:
    """The letter of each aspect ratio's panel in one of the two rows."""
    unique = sorted(ratios.unique())
    start = len(unique) if row == "bottom" else 0
    return {ratio: chr(ord("a") + start + index) for index, ratio in enumerate(unique)}


def draw(numbers: pd.DataFrame) -> Figure:
    """A column for each aspect ratio: errors above, ratios below."""
    curves = numbers[["c", "reduced_temperature"]].drop_duplicates().sort_values(["c", "reduced_temperature"])
    pairs = list(curves.itertuples(index=False, name=None))
    palette = dict(zip(np.unique(numbers["c"]), drawing.colours(curves["c"].nunique()), strict=True))
    ratios = np.unique(numbers["aspect_ratio"])
    figure = Figure(figsize=(drawing.PAGE, HEIGHT))
    grid = figure.subplots(2, len(ratios), sharex=True, sharey="row", squeeze=False, height_ratios=[1.25, 1])
    for panel, axes in zip(sorted(numbers["panel"].unique()), grid.ravel(), strict=True):
        rows = numbers[numbers["panel"] == panel]
        below = axes in grid[1]
        for place, pair in enumerate(pairs):
            shift = SHIFT ** (place - (len(pairs) - 1) / 2) if below else 1.0
            marker = MARKERS[np.flatnonzero(np.unique(numbers["reduced_temperature"]) == pair[1])[0]]
            draw_curve(axes, rows, pair, palette[pair[0]], marker, shift)
        drawing.panel_label(axes, panel)
        drawing.candidates_axis(axes, rows["k"].max())
        if not below:
            axes.set_title(f"$\\alpha=d/n={rows['aspect_ratio'].iloc[0]:g}$", loc="right", fontsize=7.5)
            axes.set_xlabel("")
    top, bottom = grid[0, 0], grid[1, 0]
    drawing.log_axis(top.yaxis, *numbers.loc[numbers["panel"] == "a", "value"].agg(["min", "max"]) * [0.9, 8])
    top.set_ylabel(r"error $\delta/\sigma^2$")
    bottom.set(ylabel=r"$\delta$ over two-point theory", ylim=(0.0, 1.22))
    for axes in grid[1]:
        axes.axhline(1.0, color="0.6", linewidth=0.8, zorder=0)
    figure.legend(handles=handles(pairs, palette, numbers), loc="outside upper center", ncols=7)
    return figure


def draw_curve(axes: Axes, rows: pd.DataFrame, pair: tuple, colour: tuple, marker: str, shift: float) -> None:
    """Both lines and the points of one reward at one temperature."""
    rows = rows[(rows["c"] == pair[0]) & (rows["reduced_temperature"] == pair[1])]
    two, one, points = (rows[rows["series"] == name] for name in ("two_point", "one_point", "simulation"))
    if shift == 1.0:
        axes.plot(two["k"], two["value"], color=colour, **drawing.EXACT)
    axes.plot(one["k"], one["value"], color=colour, **drawing.PUBLISHED)
    # An open marker at its end tells the temperature of a dotted line.
    end = {"color": colour, "marker": marker, "markersize": 3.6, "markerfacecolor": "white"}
    axes.plot(one["k"].iloc[-1:], one["value"].iloc[-1:], zorder=2, **end)
    bars = points["simulation"], points["standard_error"]
    drawing.with_bars(axes, points["k"] * shift, *bars, color=colour, marker=marker, zorder=3)


def handles(pairs: list[tuple], palette: dict, numbers: pd.DataFrame) -> list[Line2D]:
    """What colours, markers and lines mean."""
    reduced = np.unique(numbers["reduced_temperature"])
    point = {"linestyle": "none", "markersize": 3.6}
    return [
        *(Line2D([], [], color=colour, lw=2.2, label=f"$c={c:g}$") for c, colour in palette.items()),
        *(
            Line2D([], [], color="0.3", marker=mark, label=f"$t={t:g}$", **point)
            for t, mark in zip(reduced, MARKERS, strict=False)
        ),
        Line2D([], [], color="0.3", label="two-point theory", **drawing.EXACT),
        Line2D([], [], color="0.3", label="one-point", **drawing.PUBLISHED),
    ]


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
