"""Figure real_data: measured errors on two data sets, and what measured order parameters predict."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from ledger.real_data import ratios
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

#: Height in inches.
HEIGHT = 4.0

#: Data sets in the order of the rows, and what their panels are called.
SETS = {"diabetes": "patients", "digits": "images"}

#: Marker of each judge, from few labels to many.
MARKERS = ("o", "s", "^")

#: Judges stand side by side in the panels of misses: factor on k between neighbours.
SHIFT = 1.13

#: Misses that are drawn: name of the series, measured quantity, its miss, and the face of the marker.
MISSES = {
    "own_variance": ("error_validation", "miss_validation", None),
    "one_variance": ("error_equal_spread", "miss_equal_spread", "white"),
}

COLUMNS = ["panel", "series", "data", "judge_labels", "reduced_temperature", "k", "value", "simulation"]
COLUMNS += ["standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw errors and misses against k, a row for each data set.

    Parameters
    ----------
    tables : list of str
        The table of real_data.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    numbers = collect(provenance.read_table(tables[0]))
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def collect(table: pd.DataFrame) -> pd.DataFrame:
    """Errors in units of the label variance, and misses in percent, panel by panel."""
    temperatures = sorted(table["temperature"].dropna().unique())
    parts = []
    for row, data in enumerate(SETS):
        of_set = table[table["data"] == data]
        for column, temperature in enumerate(temperatures):
            rows = of_set[of_set["temperature"] == temperature]
            place = {"data": data, "reduced_temperature": temperature / 2.0}
            base = rows[["judge_labels", "k", "quantity", "simulation", "standard_error", "replicates"]]
            predicted = base[base["quantity"] == "predicted"].rename(columns={"simulation": "value"})
            # Lines carry no bars: those of the points are the error of measured less predicted and of both.
            predicted = predicted.assign(standard_error=np.nan, series="predicted")
            measured = base[base["quantity"] == "error"].assign(series="measured")
            parts += [part.assign(panel=4 * row + column, **place) for part in (predicted, measured)]
            for series, (quantity, miss, _) in MISSES.items():
                ratio = ratios(rows, quantity, miss)
                percent = {
                    "simulation": 100.0 * (ratio["ratio"] - 1.0),
                    "standard_error": 100.0 * ratio["error"],
                }
                parts.append(ratio.assign(panel=4 * row + 2 + column, series=series, **percent, **place))
    numbers = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    numbers["panel"] = numbers["panel"].map(dict(enumerate("abcdefgh")))
    return numbers.sort_values(["panel", "series", "judge_labels", "k"], ignore_index=True)


def draw(numbers: pd.DataFrame) -> Figure:
    """Two panels of errors and two of misses for each data set."""
    figure = Figure(figsize=(drawing.PAGE, HEIGHT))
    grid = figure.subplots(len(SETS), 4, sharex=True)
    palette = drawing.colours(len(MARKERS))
    for row, (data, name) in enumerate(SETS.items()):
        for column, axes in enumerate(grid[row]):
            letter = "abcdefgh"[4 * row + column]
            rows = numbers[numbers["panel"] == letter]
            (draw_errors if column < 2 else draw_misses)(axes, rows, palette)
            drawing.panel_label(axes, letter)
            drawing.candidates_axis(axes, numbers["k"].max())
            axes.set_xlim(0.75, 1.5 * numbers["k"].max())
            axes.set_title(f"{name}, $t={rows['reduced_temperature'].iloc[0]:g}$", loc="right", fontsize=7.5)
            axes.set_xlabel("candidates $k$" if row else "")
            axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        for left, right in (grid[row, :2], grid[row, 2:]):
            limits = [*left.get_ylim(), *right.get_ylim()]
            for axes in (left, right):
                axes.set_ylim(min(limits), max(limits))
            right.tick_params(labelleft=False)
        grid[row, 0].set_ylabel("error (label variance)")
        grid[row, 2].set_ylabel("deviation from\nprediction (%)")
        judges = numbers.loc[numbers["data"] == data, "judge_labels"].unique()
        handles = [
            Line2D([], [], color=colour, marker=marker, markersize=3.2, linewidth=1.3, label=f"{labels:g}")
            for labels, colour, marker in zip(sorted(judges), palette, MARKERS, strict=True)
        ]
        grid[row, 1].legend(
            handles=handles,
            title="labels of the judge",
            title_fontsize=7,
            loc="lower right",
            borderaxespad=0.0,
        )
    point = {"color": "0.3", "linestyle": "none", "markersize": 3.6}
    figure.legend(
        handles=[
            Line2D([], [], color="0.3", label="predicted", **drawing.EXACT),
            Line2D([], [], marker="o", label="measured, $s^2(x)$ at each input", **point),
            Line2D([], [], marker="o", markerfacecolor="white", label="measured, one $s^2$ for all", **point),
        ],
        loc="outside upper center",
        ncols=3,
    )
    return figure


def draw_errors(axes: Axes, rows: pd.DataFrame, palette: list[tuple]) -> None:
    """Predicted lines and measured points of every judge."""
    for labels, colour, marker in zip(sorted(rows["judge_labels"].unique()), palette, MARKERS, strict=True):
        judge = rows[rows["judge_labels"] == labels]
        line, points = (judge[judge["series"] == series] for series in ("predicted", "measured"))
        axes.plot(line["k"], line["value"], color=colour, zorder=2, **drawing.EXACT)
        bars = points["simulation"], points["standard_error"]
        drawing.with_bars(axes, points["k"], *bars, color=colour, marker=marker, zorder=3)


def draw_misses(axes: Axes, rows: pd.DataFrame, palette: list[tuple]) -> None:
    """Misses of every judge, with the student's own variances and with one for all inputs."""
    axes.axhline(0.0, color="0.3", zorder=0, **drawing.EXACT)
    judges = zip(sorted(rows["judge_labels"].unique()), palette, MARKERS, strict=True)
    for place, (labels, colour, marker) in enumerate(judges):
        for series, (_, _, face) in MISSES.items():
            points = rows[(rows["judge_labels"] == labels) & (rows["series"] == series)]
            bars = points["simulation"], points["standard_error"]
            drawing.with_bars(
                axes,
                points["k"] * SHIFT ** (place - 1),
                *bars,
                color=colour,
                marker=marker,
                markerfacecolor=face or colour,
                markersize=2.8,
                markeredgewidth=0.7,
                elinewidth=0.7,
                zorder=3 if face is None else 2,
            )


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
