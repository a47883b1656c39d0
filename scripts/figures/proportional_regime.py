"""Figure proportional_regime: two-point and one-point equivalents in the error, with d and n of one order."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

#: Height in inches.
HEIGHT = 4.9

#: In the middle row points of different curves stand side by side: factor on k between neighbours.
SHIFT = 1.14

#: Two-point theory: a curve in the colour of its reward in the top row, one in the others.
ONE = {"color": "0.3", **drawing.EXACT}

#: Markers of the temperatures, in order.
MARKERS = "osD^v"

COLUMNS = ["panel", "series", "aspect_ratio", "c", "reduced_temperature", "k", "value", "simulation"]
COLUMNS += ["standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against k, a column for each aspect ratio, and relative to two-point theory below.

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
    """Errors in units of the noise (top row), and relative to two-point theory (the others)."""
    s2 = table[table["quantity"] == "s2"].set_index("point")["two_point"]
    rows = table[table["quantity"] == "error"].sort_values(
        ["aspect_ratio", "reward_value", "temperature", "k"]
    )
    reduced = (rows["temperature"] / (2.0 * rows["point"].map(s2))).round(9)
    base = rows[["aspect_ratio", "k"]].assign(c=rows["reward_value"], reduced_temperature=reduced)
    parts = []
    # What is simulated stays so near theory that it has a row of its own.
    for place, unit, drawn in (
        (0, rows["noise_var"], ("two_point", "one_point", "simulation")),
        (1, rows["exact"], ("two_point", "simulation")),
        (2, rows["exact"], ("two_point", "one_point")),
    ):
        panel = rows["aspect_ratio"].map(letters(rows["aspect_ratio"], place))
        for series, column in (("two_point", "exact"), ("one_point", "one_point")):
            if series in drawn:
                parts.append(base.assign(panel=panel, series=series, value=rows[column] / unit))
        if "simulation" in drawn:
            measured = {name: rows[name] / unit for name in ("simulation", "standard_error")}
            points = base.assign(panel=panel, series="simulation", **measured, replicates=rows["replicates"])
            parts.append(points.dropna(subset=["simulation"]))
    return pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)


def letters(ratios: pd.Series, row: int) -> dict[float, str]:
    """The letter of each aspect ratio's panel in one of the rows."""
    unique = sorted(ratios.unique())
    return {ratio: chr(ord("a") + row * len(unique) + index) for index, ratio in enumerate(unique)}


def draw(numbers: pd.DataFrame) -> Figure:
    """A column for each aspect ratio: errors, and below them simulation and one-point form over theory."""
    curves = numbers[["c", "reduced_temperature"]].drop_duplicates().sort_values(["c", "reduced_temperature"])
    pairs = list(curves.itertuples(index=False, name=None))
    palette = dict(zip(np.unique(numbers["c"]), drawing.colours(curves["c"].nunique()), strict=True))
    reduced = np.unique(numbers["reduced_temperature"])
    markers = dict(zip(reduced, MARKERS, strict=False))
    figure = Figure(figsize=(drawing.PAGE, HEIGHT))
    columns, shared = numbers["aspect_ratio"].nunique(), {"sharex": True, "sharey": "row", "squeeze": False}
    grid = figure.subplots(3, columns, height_ratios=[1.3, 0.95, 1.0], **shared)
    for panel, axes in zip(sorted(numbers["panel"].unique()), grid.ravel(), strict=True):
        rows = numbers[numbers["panel"] == panel]
        row = axes.get_subplotspec().rowspan.start
        for place, pair in enumerate(pairs):
            shift = SHIFT ** (place - (len(pairs) - 1) / 2) if row == 1 else 1.0
            of_pair = rows[(rows["c"] == pair[0]) & (rows["reduced_temperature"] == pair[1])]
            line = ONE if row else {"color": palette[pair[0]], **drawing.EXACT}
            style = {"color": palette[pair[0]], "marker": markers[pair[1]]}
            draw_curve(axes, of_pair, line, style, shift=shift, place=place)
        drawing.panel_label(axes, panel)
        drawing.candidates_axis(axes, rows["k"].max())
        axes.set_xlim(0.7, 1.25 * rows["k"].max())
        if row == 0:
            axes.set_title(f"$\\alpha=d/n={rows['aspect_ratio'].iloc[0]:g}$", loc="right", fontsize=7.5)
        if row < 2:
            axes.set_xlabel("")
    top, middle, bottom = grid[:, 0]
    drawing.log_axis(top.yaxis, *numbers.loc[numbers["panel"] == "a", "value"].agg(["min", "max"]) * [0.9, 8])
    top.set_ylabel(r"error $\delta/\sigma^2$")
    middle.set_ylabel("simulation over\ntwo-point theory")
    middle.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    bottom.set(ylabel="one-point over\ntwo-point theory", ylim=(-0.06, 1.1))
    figure.align_ylabels(grid[:, 0])
    figure.legend(handles=handles(palette, markers), loc="outside upper center", ncols=7)
    return figure


def draw_curve(axes: Axes, rows: pd.DataFrame, line: dict, style: dict, *, shift: float, place: int) -> None:
    """What a panel has of one reward at one temperature: two-point line, one-point line, points."""
    two, one, points = (rows[rows["series"] == name] for name in ("two_point", "one_point", "simulation"))
    axes.plot(two["k"], two["value"], zorder=1, **line)
    axes.plot(one["k"], one["value"], color=style["color"], **drawing.PUBLISHED)
    # An open marker tells the temperature of a dotted line: each curve has it at a k of its own.
    marked = one.iloc[::-1].iloc[place : place + 1]
    axes.plot(marked["k"], marked["value"], markersize=3.6, markerfacecolor="white", zorder=2, **style)
    bars = points["simulation"], points["standard_error"]
    drawing.with_bars(axes, points["k"] * shift, *bars, **style, markersize=2.8, zorder=3)


def handles(palette: dict, markers: dict) -> list[Line2D]:
    """What colours, markers and lines mean."""
    point = {"linestyle": "none", "markersize": 3.6}
    return [
        *(Line2D([], [], color=colour, lw=2.2, label=f"$c={c:g}$") for c, colour in palette.items()),
        *(
            Line2D([], [], color="0.3", marker=mark, label=f"$t={t:g}$", **point)
            for t, mark in markers.items()
        ),
        Line2D([], [], color="0.3", label="two-point theory", **drawing.EXACT),
        Line2D([], [], color="0.3", label="one-point", **drawing.PUBLISHED),
    ]


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
