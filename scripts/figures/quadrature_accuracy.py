"""Figure quadrature_accuracy: errors of the exact integrals over their domain, and what a rule costs."""

import drawing
import numpy as np
import pandas as pd
from bestofk import accuracy, provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Reward gaps that are drawn, and their lines.
GAPS = {0.0: "-", 6.0: (0, (4, 1.6)), 50.0: (0, (5, 1.2, 1, 1.2))}

#: What is drawn of the relative error.
RANGE = (2e-12, 1e-1)

#: Where T = 0 stands on the axis of temperatures, over its smallest positive value.
ZERO = 0.06

POINTS = {"linestyle": "none", "markersize": 3.0, "markerfacecolor": "none", "markeredgewidth": 0.8}
COLUMNS = ["panel", "series", "nodes", "reduced_temperature", "reward_gap", "kappa", "digits", "value"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the largest errors at one input and of averages, and the cost of a rule.

    Parameters
    ----------
    tables : list of str
        The table of the experiment quadrature_accuracy.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    numbers = drawn(table)
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def drawn(table: pd.DataFrame) -> pd.DataFrame:
    """What each panel shows: digits, drawn as errors, and costs, at the gaps that are drawn."""
    table = table[table["reward_gap"].isna() | table["reward_gap"].isin(GAPS)]
    cost = table["quantity"].isin(["terms", "evaluations"])
    panel = table["quantity"].map({"input": "a", "average": "b", "terms": "c", "evaluations": "c"})
    series = table["route"].where(~cost, table["quantity"])
    numbers = table.assign(panel=panel, series=series)
    return numbers.sort_values("panel", kind="stable", ignore_index=True)[COLUMNS]


def draw(numbers: pd.DataFrame) -> Figure:
    """Two panels of errors on one vertical axis, and one of costs."""
    figure = Figure(figsize=(drawing.PAGE, 2.75))
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.15, 1, 1))
    shades = dict(zip((6, 9), drawing.colours(3)[:0:-1], strict=True))
    draw_inputs(left, numbers[numbers["panel"] == "a"], shades)
    draw_averages(middle, numbers[numbers["panel"] == "b"], shades)
    draw_costs(right, numbers[numbers["panel"] == "c"])
    for axes, letter in zip((left, middle, right), "abc", strict=True):
        drawing.panel_label(axes, letter)
    return figure


def places(t: pd.Series, smallest: float) -> np.ndarray:
    """Temperatures on a logarithmic axis that also shows 0."""
    return np.where(t > 0.0, t, ZERO * smallest)


def colour_of(count: int, shades: dict):
    """The colour of a rule: the library's own is the darkest."""
    return shades.get(count, drawing.colours(3)[0])


def error_axis(axes: Axes, promised: list[float]) -> None:
    """The vertical axis of relative errors, with what is promised."""
    drawing.log_axis(axes.yaxis, *RANGE)
    ticks = 10.0 ** np.arange(-11, -1)
    axes.set_yticks(ticks, [drawing.plain_number(value) for value in ticks])
    axes.set_yticks([], minor=True)
    axes.set_ylim(*RANGE)
    for level in promised:
        axes.axhline(level, color="0.45", linestyle=(0, (1, 1.5)), linewidth=0.9, zorder=0)


def draw_errors(axes: Axes, rows: pd.DataFrame, x: np.ndarray, promised: float, line: dict) -> None:
    """A line against more nodes, points against plain sums, triangles where only a bound is told."""
    lines = (rows["series"] == "more nodes").to_numpy()
    error = 10.0 ** -rows["digits"].to_numpy()
    floor = error < promised / 3.0
    points = ~lines & ~floor
    axes.plot(x[lines], error[lines], **line)
    axes.plot(x[points], error[points], marker="o", color=line["color"], **POINTS)
    below = {**POINTS, "markerfacecolor": line["color"], "markersize": 2.6}
    axes.plot(x[~lines & floor], error[~lines & floor], marker="v", color=line["color"], **below)


def draw_inputs(axes: Axes, numbers: pd.DataFrame, shades: dict) -> None:
    """Errors at one input against t."""
    smallest = numbers.loc[numbers["reduced_temperature"] > 0, "reduced_temperature"].min()
    for (gap, count), rows in numbers.groupby(["reward_gap", "nodes"]):
        x, promised = places(rows["reduced_temperature"], smallest), accuracy.promised(gap)
        colour = colour_of(count, shades)
        positive = (rows["reduced_temperature"] > 0).to_numpy()
        line = {"color": colour, "linestyle": GAPS[gap], "linewidth": 1.2}
        draw_errors(axes, rows[positive], x[positive], promised, line)
        zero = rows[~positive]
        draw_errors(axes, zero, x[~positive], promised, line | {"marker": "_", "markersize": 7})
    temperature_axis(axes, numbers, smallest)
    error_axis(axes, [accuracy.PROMISED, accuracy.PROMISED_BEYOND])
    axes.set_ylabel("largest relative error of $\\delta$")
    axes.set_title("one input", loc="right", fontsize=7.5)
    for count, level in ((6, 1.6e-5), (9, 2.4e-8), (accuracy.NODES, 3.5e-12)):
        name = f"{count} nodes" + (", the library" if count == accuracy.NODES else "")
        axes.text(
            axes.get_xlim()[1],
            level,
            name,
            color=colour_of(count, shades),
            fontsize=7,
            ha="right",
            va="bottom",
        )
    axes.text(axes.get_xlim()[1], 1.15e-9, "promised", color="0.35", fontsize=7, ha="right", va="bottom")
    handles = [
        Line2D([], [], color="0.3", linestyle=style, linewidth=1.2, label=f"gap ${gap:g}\\,s$")
        for gap, style in GAPS.items()
    ]
    axes.legend(handles=handles, loc="upper center", ncols=2, borderaxespad=0.0)


def draw_averages(axes: Axes, numbers: pd.DataFrame, shades: dict) -> None:
    """Errors of averages against kappa."""
    temperatures = sorted(numbers["reduced_temperature"].unique())
    styles = dict(zip(temperatures, ["-", (0, (4, 1.6)), (0, (5, 1.2, 1, 1.2)), (0, (1.5, 1))], strict=False))
    for (t, count), rows in numbers.groupby(["reduced_temperature", "nodes"]):
        line = {"color": colour_of(count, shades), "linestyle": styles[t], "linewidth": 1.2}
        draw_errors(axes, rows, rows["kappa"].to_numpy(), accuracy.promised(None), line)
    drawing.log_axis(axes.xaxis, numbers["kappa"].min(), numbers["kappa"].max())
    error_axis(axes, [accuracy.PROMISED_BEYOND])
    axes.set_xlabel("$\\kappa = q_{RR}/s^2$")
    axes.set_title("averages", loc="right", fontsize=7.5)
    handles = [
        Line2D([], [], color="0.3", linestyle=styles[t], linewidth=1.2, label=f"$t={t:g}$")
        for t in temperatures
    ]
    axes.legend(handles=handles, loc="upper center", ncols=2, borderaxespad=0.0)
    axes.text(
        numbers["kappa"].max(),
        1e-10,
        f"{accuracy.NODES_OF_AVERAGE} nodes, the library",
        color=colour_of(0, shades),
        fontsize=7,
        ha="right",
    )


def draw_costs(axes: Axes, numbers: pd.DataFrame) -> None:
    """Evaluations behind a rule, and terms of a sum, against t."""
    smallest = numbers.loc[numbers["reduced_temperature"] > 0, "reduced_temperature"].min()
    colours = dict(zip(GAPS, drawing.colours(len(GAPS)), strict=True))
    for (gap, series), rows in numbers.groupby(["reward_gap", "series"]):
        x, positive = (
            places(rows["reduced_temperature"], smallest),
            (rows["reduced_temperature"] > 0).to_numpy(),
        )
        style = drawing.EXACT if series == "evaluations" else drawing.EXPANSION
        axes.plot(x[positive], rows["value"][positive], color=colours[gap], **style)
        axes.plot(x[~positive], rows["value"][~positive], "_", color=colours[gap], markersize=7)
    temperature_axis(axes, numbers, smallest)
    drawing.log_axis(axes.yaxis, 100.0, 1e5)
    axes.set_ylim(100.0, 3e5)
    axes.set_title("cost of a rule", loc="right", fontsize=7.5)
    axes.set_ylabel("number")
    axes.text(1.0, 1.25e5, "evaluations", fontsize=7, ha="center")
    axes.text(1.0, 200.0, "terms for one more $k$", fontsize=7, ha="center")
    handles = [Line2D([], [], color=colour, label=f"gap ${gap:g}\\,s$") for gap, colour in colours.items()]
    axes.legend(handles=handles, loc="center", bbox_to_anchor=(0.55, 0.5))


def temperature_axis(axes: Axes, numbers: pd.DataFrame, smallest: float) -> None:
    """A logarithmic axis of temperatures with a place for 0."""
    largest = numbers["reduced_temperature"].max()
    drawing.log_axis(axes.xaxis, smallest, largest)
    ticks = 10.0 ** np.arange(np.log10(smallest), np.log10(largest) + 0.5, 2.0)
    axes.set_xticks([ZERO * smallest, *ticks], ["0", *map(drawing.plain_number, ticks)])
    axes.set_xlim(0.6 * ZERO * smallest, 1.3 * largest)
    axes.set_xlabel("temperature $t$")


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
