"""Figure beam_search: answers made in steps of which the best go on, against best-of-k."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 4.7

#: Of the curves under wrong partial rewards: name in the figure, and style.
JUDGES = {
    "right": ("right", drawing.EXACT),
    "corrected": ("corrected last", drawing.EXACT),
    "ramp": ("ramp", drawing.EXACT),
    "constant": ("constant", drawing.EXACT),
    "best of k": ("best of $k$, biased", drawing.EXPANSION),
}

COLUMNS = ["panel", "series", "steps", "teacher_gap", "kappa", "partial_reward", "width", "k"]
COLUMNS += ["value", "simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against k by steps, partial reward and width.

    Parameters
    ----------
    tables : list of str
        The table of beam_search.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    numbers = pd.concat([*right(table), *wrong(table), wide(table), *averages(table)], ignore_index=True)
    numbers = numbers.reindex(columns=COLUMNS)
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        figure.get_layout_engine().set(wspace=0.07)
        axes = figure.subplots(2, 3)
        panels = dict(iter(numbers.groupby("panel")))
        draw_right(axes[0], [panels[letter] for letter in "abc"])
        draw_wrong(axes[1, 0], panels["d"])
        draw_widths(axes[1, 1], panels["e"])
        draw_averages(axes[1, 2], panels["f"])
        for axis, letter in zip(axes.ravel(), "abcdef", strict=True):
            drawing.panel_label(axis, letter)
            axis.set_xlabel("candidates at each step, $k$")
        drawing.save(figure, numbers, pdf=pdf, png=png, csv=csv)


def curves(rows: pd.DataFrame, panel: str) -> list[pd.DataFrame]:
    """Exact and simulated errors of some beams in long form."""
    exact, simulated = (rows[rows[name].notna()] for name in ("exact", "simulation"))
    values = ["simulation", "standard_error", "replicates"]
    return [
        exact.drop(columns=values).assign(panel=panel, series="exact", value=exact["exact"]),
        simulated.assign(panel=panel, series="simulation"),
    ]


def right(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Panels a to c: right partial rewards, one gap each, without the gap of one beam alone."""
    rows = table[(table["quantity"] == "error") & (table["width"] == 1)]
    rows = rows[rows["partial_reward"].isin(["right", "ahead"])]
    several = rows.groupby("teacher_gap")["steps"].nunique()
    gaps = several[several > 1].index
    return [
        frame
        for gap, letter in zip(gaps, "abc", strict=True)
        for frame in curves(rows[rows["teacher_gap"] == gap], letter)
    ]


def biased_gap(table: pd.DataFrame) -> float:
    """The gap that is drawn of wrong partial rewards: that of the wider beams."""
    return float(table.loc[table["width"] > 1, "teacher_gap"].iloc[0])


def wrong(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Panel d: each kind of partial reward, the limits that are not 0, and the best k where there is one."""
    steps = table.loc[table["partial_reward"] == "ramp", "steps"].iloc[0]
    here = table[(table["teacher_gap"] == biased_gap(table)) & (table["width"] == 1)]
    here = here[(here["steps"] == steps) | (here["partial_reward"] == "constant")]
    limits = here[(here["quantity"] == "limit") & (here["exact"] > 0)]
    best = here[(here["quantity"] == "optimal_k") & np.isfinite(here["exact"])]
    reached = here[here["quantity"] == "optimal_error"].set_index("point")["exact"]
    best = best.assign(k=best["exact"], value=best["point"].map(reached))
    return [
        *curves(here[here["quantity"] == "error"], "d"),
        limits.assign(panel="d", series="limit", k=np.inf, value=limits["exact"]),
        best.assign(panel="d", series="best k"),
    ]


def wide(table: pd.DataFrame) -> pd.DataFrame:
    """Panel e: errors of beams of several widths over the exact one of width 1 at the same k."""
    rows = table[(table["quantity"] == "error") & (table["teacher_gap"] == biased_gap(table))]
    place = ["steps", "partial_reward", "k"]
    narrow = rows[rows["width"] == 1].set_index(place)["exact"].rename("narrow")
    rows = rows[rows["width"] > 1].join(narrow, on=place)
    ratios = {name: rows[name] / rows["narrow"] for name in ("simulation", "standard_error")}
    return rows.assign(panel="e", series="ratio to width 1", **ratios)


def averages(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Panel f: averages over inputs, and their law where there is one."""
    rows = table[table["quantity"] == "averaged_error"]
    frames = [("exact", rows), ("beam_law", rows[rows["beam_law"].notna()])]
    return [
        part.assign(panel="f", series=name.removeprefix("beam_"), value=part[name]) for name, part in frames
    ]


def error_axis(axes: Axes, smallest: float, largest: float) -> None:
    """Make y a logarithmic axis with at most five numbers on it."""
    drawing.log_axis(axes.yaxis, smallest, largest)
    decades = axes.get_yticks()
    every = -(-decades.size // 5)
    axes.set_yticks(decades[::-every], [drawing.plain_number(value) for value in decades[::-every]])
    axes.set_yticks(decades, minor=True)


def draw_right(row: np.ndarray, panels: list[pd.DataFrame]) -> None:
    """Draw the error against k for each number of steps, one panel a gap, on the same scale."""
    every = pd.concat(panels)
    counts = np.sort(every["steps"].unique())
    exact = every[every["series"] == "exact"]
    for axes, numbers in zip(row, panels, strict=True):
        for steps, colour in zip(counts, drawing.colours(counts.size), strict=True):
            rows = numbers[numbers["steps"] == steps]
            for judge, style in (("right", drawing.EXACT), ("ahead", drawing.EXPANSION)):
                draw_curve(axes, rows[rows["partial_reward"] == judge], color=colour, style=style)
        drawing.candidates_axis(axes, exact["k"].max())
        error_axis(axes, exact["value"].min(), exact["value"].max())
        axes.set_ylim(exact["value"].min() / 2, exact["value"].max() * 2)
        axes.set_title(rf"$\Delta_T/s$ = {numbers['teacher_gap'].iloc[0]:g}")
    row[0].set_ylabel(r"error $\delta/s^2$")
    handles = [
        Line2D([], [], color=colour, label="1 (best of $k$)" if steps == 1 else f"{steps:g}", **drawing.EXACT)
        for steps, colour in zip(counts, drawing.colours(counts.size), strict=True)
    ]
    handles.append(Line2D([], [], color=colour, label=f"{counts[-1]:g}, ahead", **drawing.EXPANSION))
    row[0].legend(
        handles=handles,
        title="steps $L$",
        title_fontsize=7,
        loc="lower left",
        borderaxespad=0.2,
        labelspacing=0.3,
    )


def draw_curve(axes: Axes, numbers: pd.DataFrame, *, color, style: dict = drawing.EXACT) -> None:
    """Draw one exact curve and what was simulated of it."""
    exact, simulated = (numbers[numbers["series"] == name] for name in ("exact", "simulation"))
    exact = exact.sort_values("k")
    axes.plot(exact["k"], exact["value"], color=color, **style)
    bars = simulated["simulation"], simulated["standard_error"]
    drawing.with_bars(axes, simulated["k"], *bars, color=color)


def draw_wrong(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the error against k for each kind of partial reward."""
    largest, single = numbers.loc[np.isfinite(numbers["k"]), "k"].max(), numbers["steps"] == 1
    for (judge, (_, style)), colour in zip(JUDGES.items(), drawing.colours(len(JUDGES)), strict=True):
        rows = numbers[single if judge == "best of k" else ~single & (numbers["partial_reward"] == judge)]
        draw_curve(axes, rows, color=colour, style=style)
        limit, best = (rows[rows["series"] == name] for name in ("limit", "best k"))
        axes.plot(
            [drawing.infinity_place(largest)] * len(limit), limit["value"], color=colour, **drawing.LIMIT
        )
        axes.plot(best["k"], best["value"], color=colour, zorder=3, **drawing.OPTIMUM)
    drawing.candidates_axis(axes, largest, infinity=True)
    axes.set_ylim(0, None)
    axes.set_ylabel(r"error $\delta/s^2$")
    axes.set_title(rf"$\Delta_T/s$ = {numbers['teacher_gap'].iloc[0]:g}")
    handles = [
        Line2D([], [], color=colour, label=label, **style)
        for (label, style), colour in zip(JUDGES.values(), drawing.colours(len(JUDGES)), strict=True)
    ]
    axes.legend(handles=handles, loc="upper right", borderaxespad=0.2, labelspacing=0.3)


def draw_widths(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the ratio to width 1 at equal k, circles for right partial rewards, squares for the others."""
    widths = np.sort(numbers["width"].unique())
    axes.axhline(1.0, color="0.6", linewidth=0.8, zorder=0)
    for place, (width, colour) in enumerate(zip(widths, drawing.colours(widths.size), strict=True)):
        for judge, marker, face in (("right", "o", colour), ("corrected", "s", "white")):
            rows = numbers[(numbers["width"] == width) & (numbers["partial_reward"] == judge)].sort_values(
                "k"
            )
            # Beside each other: they are at the same k.
            k = rows["k"] * 1.06 ** (2 * place - widths.size + 1)
            bars = rows["simulation"], rows["standard_error"]
            drawing.with_bars(axes, k, *bars, color=colour, marker=marker, markerfacecolor=face)
            axes.plot(
                k, rows["simulation"], color=colour, linewidth=0.6, linestyle="-" if face == colour else ":"
            )
    drawing.candidates_axis(axes, numbers["k"].max())
    axes.set_xlim(numbers["k"].min() / 2, numbers["k"].max() * 2)
    axes.set_yscale("log", base=2)
    # Room for the names above the largest ratio.
    axes.set_ylim(0.5, 4 * max(numbers["simulation"].max(), 4))
    ticks = [0.5, 1, 2, 4]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylabel("error over that of width 1")
    axes.set_title("wider beams")
    handles = [
        Line2D([], [], color=colour, label=f"width {width:g}", **drawing.EXACT)
        for width, colour in zip(widths, drawing.colours(widths.size), strict=True)
    ]
    marks = {"color": "black", "linestyle": "none", "markersize": 3.2}
    handles.append(Line2D([], [], marker="o", label="right", **marks))
    handles.append(Line2D([], [], marker="s", markerfacecolor="white", label="corrected last", **marks))
    axes.legend(handles=handles, loc="upper right", borderaxespad=0.2, labelspacing=0.3, handlelength=1.2)


def draw_averages(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the average over inputs against k for each number of steps, with its law."""
    counts = np.sort(numbers["steps"].unique())
    exact = numbers[numbers["series"] == "exact"]
    for steps, colour in zip(counts, drawing.colours(counts.size), strict=True):
        rows = numbers[numbers["steps"] == steps].sort_values("k")
        for name, style in (("exact", drawing.EXACT), ("law", drawing.EXPANSION)):
            part = rows[rows["series"] == name]
            axes.plot(part["k"], part["value"], color=colour, **style)
    drawing.candidates_axis(axes, numbers["k"].max())
    error_axis(axes, exact["value"].min(), exact["value"].max())
    axes.set_title(rf"average, $\kappa$ = {numbers['kappa'].iloc[0]:g}")
    axes.set_ylabel(r"error $\delta/s^2$")
    handles = [
        Line2D([], [], color=colour, label=f"$L$ = {steps:g}", **drawing.EXACT)
        for steps, colour in zip(counts, drawing.colours(counts.size), strict=True)
    ]
    handles.append(Line2D([], [], color="black", label="law", **drawing.EXPANSION))
    axes.legend(handles=handles, loc="lower left", borderaxespad=0.2)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
