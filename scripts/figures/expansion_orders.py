"""Figure expansion_orders: how far truncated high-temperature expansions are from the exact error."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Number of candidates and overshoot of the first three panels.
SETTINGS = [(8.0, 0.0), (64.0, 0.0), (5.0, 15.0)]

#: What is drawn of the relative distance: below, rounding begins; above, the expansion says nothing.
RANGE = (3e-13, 5.0)

#: Dashes of the orders; the published third order has the colour of the exact one.
DASHES = {1: (0, (1.2, 1.2)), 2: (0, (4, 1.6)), 3: "-"}

COLUMNS = ["panel", "series", "k", "c", "reduced_temperature", "order", "value"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the relative distance of each truncation from the exact error, against t and against the order.

    Parameters
    ----------
    tables : list of str
        The table of the experiment expansion_orders.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    table = table.assign(value=(table["value"] / table["exact"] - 1.0).abs())
    table = table.rename(columns={"form": "series", "overshoot": "c"})
    two = table["series"] == "two_candidates"
    parts = [
        table[(table["k"] == k) & (table["c"] == c) & ~two].assign(panel=letter)
        for letter, (k, c) in zip("abc", SETTINGS, strict=True)
    ]
    numbers = pd.concat([*parts, table[two].assign(panel="d")], ignore_index=True)[COLUMNS]
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def draw(numbers: pd.DataFrame) -> Figure:
    """Four panels on one vertical axis, under one legend of orders."""
    figure = Figure(figsize=(drawing.PAGE, 2.6))
    panels = figure.subplots(1, 4, sharey=True)
    colours = dict(zip((1, 2, 3), reversed(drawing.colours(3)), strict=True))
    for axes, letter, (k, c) in zip(panels, "abc", SETTINGS, strict=False):
        draw_orders(axes, numbers[numbers["panel"] == letter], colours)
        axes.set_title(f"$k={k:g}$, $c={c:g}$", loc="right", fontsize=7.5)
        drawing.panel_label(axes, letter)
    draw_series(panels[3], numbers[numbers["panel"] == "d"])
    panels[3].set_title("$k=2$, $c=0$", loc="right", fontsize=7.5)
    drawing.panel_label(panels[3], "d")
    drawing.log_axis(panels[0].yaxis, *RANGE)
    ticks = 10.0 ** np.arange(-12, 1, 3)
    panels[0].set_yticks(ticks, [drawing.plain_number(value) for value in ticks])
    panels[0].set_yticks([], minor=True)
    panels[0].set_ylim(*RANGE)
    panels[0].set_ylabel("distance from the exact error, relative")
    figure.legend(handles=handles(colours), loc="outside upper center", ncols=4)
    return figure


def draw_orders(axes: Axes, numbers: pd.DataFrame, colours: dict[int, tuple]) -> None:
    """Distance against t for each truncation at one k and overshoot."""
    for (order, series), rows in numbers.groupby(["order", "series"]):
        style = drawing.PUBLISHED if series == "published" else {"linestyle": DASHES[order], "linewidth": 1.4}
        axes.plot(rows["reduced_temperature"], rows["value"], color=colours[order], **style)
    t = numbers["reduced_temperature"]
    drawing.log_axis(axes.xaxis, t.min(), t.max())
    axes.set_xlim(t.min(), t.max())
    axes.set_xlabel("temperature $t$")


def draw_series(axes: Axes, numbers: pd.DataFrame) -> None:
    """Distance against the order at several temperatures, as far as the axis reaches."""
    groups = list(numbers.groupby("reduced_temperature"))
    for shade, (t, rows) in zip(np.linspace(0.65, 0.0, len(groups)), groups, strict=True):
        colour = str(shade)
        axes.plot(rows["order"], rows["value"], color=colour, lw=0.9, marker="o", markersize=2.0)
        # Beside the last point that the axis reaches; the last line ends at the edge.
        last = rows[rows["value"] < RANGE[1]].iloc[-1]
        inside = last["order"] < 0.8 * numbers["order"].max()
        name = {"textcoords": "offset points", "xytext": (3, -1) if inside else (-5, 0), "fontsize": 7}
        name["ha"] = "left" if inside else "right"
        label = f"${t:g}$" if inside else f"$t={t:g}$"
        axes.annotate(label, (last["order"], last["value"]), color=colour, va="center", **name)
    axes.set_xlim(0.0, numbers["order"].max() + 1.0)
    axes.set_xlabel("order of the expansion")


def handles(colours: dict[int, tuple]) -> list[Line2D]:
    """What the lines of the first three panels are."""
    names = {1: "first order", 2: "second order", 3: "third order, exact in $k$"}
    lines = [
        Line2D([], [], color=colours[order], linestyle=DASHES[order], linewidth=1.4, label=name)
        for order, name in names.items()
    ]
    return [*lines, Line2D([], [], color=colours[3], label="third order, published", **drawing.PUBLISHED)]


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
