"""Figure language_model: selection among the answers of a real language model."""

import drawing
import pandas as pd
from bestofk import provenance
from bestofk.agreement import ratio_of_means
from bestofk.language_estimates import VOTE
from ledger.language_model import PLANNED, TASKS
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

#: Height in inches.
HEIGHT = 3.9

#: Who selects: name in the legend, marker, place in the palette (the vote is black), and whether the end of
#: the line counts; where it does not the line is broken and the marker empty.
SERIES = {
    "ll2": ("examples as equations", "o", 0, True),
    "ll2_open": ("equations, end of line left out", "o", 0, False),
    "ll": ("own likelihood", "s", 1, True),
    "gen_ll": ("own, end of line left out", "s", 1, False),
    "yes0": ("Yes or No", "^", 2, True),
    VOTE: ("vote", "P", None, True),
}

#: Ends and ticks of squared errors, over that of a single answer.
ERRORS, ERROR_TICKS = (0.1, 10.0), (0.1, 0.3, 1.0, 3.0, 10.0)

COLUMNS = ["panel", "series", "task", "temperature", "k", "quantile", "simulation", "standard_error"]
COLUMNS += ["replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw accuracy and error against k, and accuracy against the quantile of the score.

    Parameters
    ----------
    tables : list of str
        The table of language_model.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    numbers = collect(provenance.read_table(tables[0]))
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def collect(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of each panel, with errors in units of that of a single answer."""
    parts = []
    for row, task in enumerate(TASKS):
        rows = table[table["task"] == task].rename(columns={"judge": "series"})
        mean, accuracy = rows["quantity"] == "mean", rows["metric"] == "accuracy"
        cold = (rows["temperature"] == 0) | (rows["series"] == VOTE)
        squared = over_single(rows[cold & ~accuracy])
        panels = [
            rows[mean & accuracy & cold],
            rows[mean & accuracy & (rows["series"] == PLANNED)],
            squared,
            rows[rows["quantity"] == "response"],
        ]
        parts += [part.assign(panel="abcdefgh"[4 * row + place]) for place, part in enumerate(panels)]
    return pd.concat(parts, ignore_index=True)[COLUMNS]


def over_single(rows: pd.DataFrame) -> pd.DataFrame:
    """Squared errors over that of a single answer, which all judges share, with errors of the ratio."""
    squared = rows[rows["quantity"] == "mean"]
    single = squared[squared["k"] == 1].iloc[0]
    difference = rows[rows["quantity"] == "over_single"].set_index(["series", "k"])["standard_error"]
    ratio, error = ratio_of_means(
        squared["simulation"],
        squared["standard_error"],
        single["simulation"],
        single["standard_error"],
        # One answer differs from itself by nothing.
        difference.reindex(pd.MultiIndex.from_frame(squared[["series", "k"]]), fill_value=0.0),
    )
    return squared.assign(simulation=ratio, standard_error=error)


def draw(numbers: pd.DataFrame) -> Figure:
    """A row of panels for each task."""
    figure = Figure(figsize=(drawing.PAGE, HEIGHT))
    grid = figure.subplots(len(TASKS), 4)
    warm = sorted(numbers["temperature"].dropna().unique())
    for row, name in enumerate(TASKS.values()):
        for column, axes in enumerate(grid[row]):
            letter = "abcdefgh"[4 * row + column]
            rows = numbers[numbers["panel"] == letter]
            if column == 1:
                draw_temperatures(axes, rows, warm)
            else:
                draw_series(axes, rows, "quantile" if column == 3 else "k")
            drawing.panel_label(axes, letter)
            if column == 3:
                axes.set_xlabel("quantile of the score" if row else "")
                axes.set_xlim(0, 1)
            else:
                drawing.candidates_axis(axes, rows["k"].max())
                axes.set_xlabel("candidates $k$" if row else "")
            if column == 2:
                axes.set(yscale="log", ylim=ERRORS)
                axes.set_yticks(ERROR_TICKS, [f"{tick:g}" for tick in ERROR_TICKS])
                axes.yaxis.set_minor_locator(NullLocator())
            else:
                axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        grid[row, 0].set_ylabel(f"{name}\naccuracy")
        grid[row, 1].set_ylim(grid[row, 0].get_ylim())
        grid[row, 1].tick_params(labelleft=False)
        grid[row, 2].set_ylabel("squared error\n(single answer = 1)")
        grid[row, 2].axhline(1.0, color="0.6", linewidth=0.7, zorder=0)
        grid[row, 3].set_ylabel("accuracy")
    grid[1, 1].legend(
        handles=[
            Line2D([], [], color=colour, marker="o", markersize=3.2, linewidth=1.0, label=f"{t:g}")
            for t, colour in zip(warm, drawing.colours(len(warm)), strict=True)
        ],
        title="$T$ (nats)",
        title_fontsize=7,
        loc="upper center",
        ncols=3,
        labelspacing=0.25,
        columnspacing=0.8,
        handlelength=1.2,
    )
    handles = [
        Line2D([], [], markersize=3.6, label=label, **look_of(series))
        for series, (label, *_) in SERIES.items()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles) // 2)
    return figure


def look_of(series: str) -> dict:
    """Line and marker of a judge, or of the vote."""
    _, marker, place, closed = SERIES[series]
    colour = "black" if place is None else drawing.colours(3)[place]
    return {
        "color": colour,
        "marker": marker,
        "linestyle": "-" if closed else "--",
        "linewidth": 0.9,
        "markerfacecolor": colour if closed else "white",
    }


def draw_series(axes: Axes, rows: pd.DataFrame, x: str) -> None:
    """One line a judge, with bars."""
    for place, series in enumerate(SERIES):
        of = rows[rows["series"] == series].sort_values(x)
        if of.empty:
            continue
        # Bars of neighbours stand side by side.
        at = of[x] * 1.03 ** (place - 2.5) if x == "k" else of[x] + 0.004 * (place - 2.5)
        drawing.with_bars(axes, at, of["simulation"], of["standard_error"], **look_of(series))


def draw_temperatures(axes: Axes, rows: pd.DataFrame, warm: list[float]) -> None:
    """One line a temperature of the planned judge."""
    for place, (temperature, colour) in enumerate(zip(warm, drawing.colours(len(warm)), strict=True)):
        of = rows[rows["temperature"] == temperature].sort_values("k")
        at = of["k"] * 1.03 ** (place - (len(warm) - 1) / 2)
        bars = of["simulation"], of["standard_error"]
        drawing.with_bars(axes, at, *bars, color=colour, linestyle="-", linewidth=0.9)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
