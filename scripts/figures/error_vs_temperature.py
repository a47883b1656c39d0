"""Figure error_vs_temperature: error against the selection temperature, one panel for each overshoot."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from bestofk.equivalents import OrderParameters
from bestofk.selection import mean_selection_error
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Columns of the numbers drawn: the last three for points, value for lines and marks.
COLUMNS = ["panel", "series", "c", "k", "temperature_over_noise", "value"]
COLUMNS += ["simulation", "standard_error", "replicates"]

#: The second order is drawn where it is this near to the exact error, relatively; elsewhere it says nothing.
NEAR = 0.1

#: How far above the error at the highest temperature a panel reaches, relatively.
HEADROOM = 0.15


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against T at several numbers of candidates, a panel for each overshoot.

    Parameters
    ----------
    tables : list of str
        The table of the experiment error_vs_temperature.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    overshoots = np.unique(table["reward_value"])
    panels = dict(zip(overshoots, "abcdefghijkl", strict=False))
    numbers = pd.concat([errors(table), optima(table)], ignore_index=True)
    numbers["panel"] = numbers["c"].map(panels)
    numbers = numbers[COLUMNS]
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Simulated and computed errors in units of the noise variance, one row a value."""
    rows = table[table["quantity"] == "error"].sort_values(["reward_value", "k", "temperature"])
    unit = rows["noise_var"]
    reduced = rows["temperature"] / (2.0 * unit)
    base = pd.DataFrame({"c": rows["reward_value"], "k": rows["k"], "temperature_over_noise": reduced})
    exact = base.assign(series="exact", value=rows["exact"] / unit)
    second = base.assign(series="second_order", value=rows["high_temperature_2"] / unit)
    simulation = base.assign(
        series="simulation",
        simulation=rows["simulation"] / unit,
        standard_error=rows["standard_error"] / unit,
        replicates=rows["replicates"],
    )
    near = (second["value"] / exact["value"] - 1.0).abs() <= NEAR
    return pd.concat([exact, second[near], simulation[rows["simulation"].notna()]])


def optima(table: pd.DataFrame) -> pd.DataFrame:
    """Optimal temperatures above zero, exact and published, with the exact error at each."""
    given = table[table["quantity"].isin(["s2", "q_tt", "q_tr", "q_rr"])]
    wide = given.pivot(index="reward_value", columns="quantity", values="two_point")
    parameters = {c: OrderParameters(**row) for c, row in wide.to_dict("index").items()}
    rows = []
    best = table[table["quantity"] == "optimal_temperature"].sort_values(["reward_value", "k"])
    for row in best.to_dict("records"):
        c, k, unit = row["reward_value"], row["k"], row["noise_var"]
        for series, temperature in (("optimum", row["exact"]), ("published_optimum", row["published"])):
            if 0.0 < temperature < np.inf:
                error = mean_selection_error([k], parameters[c], temperature=temperature)[0]
                rows.append((c, k, temperature / (2.0 * unit), series, error / unit))
    return pd.DataFrame(rows, columns=["c", "k", "temperature_over_noise", "series", "value"])


def draw(numbers: pd.DataFrame) -> Figure:
    """One panel for each overshoot, under one legend of candidates and line styles."""
    candidates = np.unique(numbers["k"])
    colours = dict(zip(candidates, drawing.colours(candidates.size), strict=True))
    panels = list(numbers.groupby("panel"))
    figure = Figure(figsize=(drawing.PAGE, 2.5))
    for axes, (letter, rows) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        draw_panel(axes, rows, colours)
        drawing.panel_label(axes, letter)
        axes.set_title(f"overshoot $c={rows['c'].iloc[0]:g}$", loc="right", fontsize=7.5)
        axes.set_xlabel("temperature $T/(2\\sigma^2)$")
        if letter == panels[0][0]:
            axes.set_ylabel("error $\\delta/\\sigma^2$")
            handles = [Line2D([], [], color=colour, lw=1.6, label=name(k)) for k, colour in colours.items()]
            axes.legend(handles=handles, title="candidates $k$", loc="lower right")
    figure.legend(handles=style_handles(), loc="outside upper center", ncols=5)
    return figure


def draw_panel(axes: Axes, numbers: pd.DataFrame, colours: dict[float, tuple]) -> None:
    """Points, lines and optima of one reward."""
    for (k, series), rows in numbers.groupby(["k", "series"], sort=False):
        t, colour = rows["temperature_over_noise"], colours[k]
        if series == "simulation":
            drawing.with_bars(axes, t, rows["simulation"], rows["standard_error"], color=colour)
        elif series in ("optimum", "published_optimum"):
            face = colour if series == "optimum" else "white"
            axes.plot(t, rows["value"], color=colour, markerfacecolor=face, zorder=5, **drawing.OPTIMUM)
        else:
            style = drawing.EXACT if series == "exact" else drawing.EXPANSION
            axes.plot(t, rows["value"], color=colour, **style)
    exact = numbers[numbers["series"] == "exact"]
    hottest = exact[exact["temperature_over_noise"] == exact["temperature_over_noise"].max()]["value"].max()
    lowest, highest = exact["value"].min(), min(exact["value"].max(), (1.0 + HEADROOM) * hottest)
    axes.set_ylim(lowest - 0.08 * (highest - lowest), highest + 0.03 * (highest - lowest))
    drawing.log_axis(axes.xaxis, exact["temperature_over_noise"].min(), exact["temperature_over_noise"].max())


def name(k: float) -> str:
    """A number of candidates as the legend writes it."""
    return "\u221e" if np.isinf(k) else f"{k:g}"


def style_handles() -> list[Line2D]:
    """What points, lines and marks mean, in grey."""
    grey = "0.3"
    return [
        Line2D([], [], color=grey, label="simulation", linestyle="none", marker="o", markersize=3.2),
        Line2D([], [], color=grey, label="exact", **drawing.EXACT),
        Line2D([], [], color=grey, label="second order", **drawing.EXPANSION),
        Line2D([], [], color=grey, label="optimal $T$", **drawing.OPTIMUM),
        Line2D([], [], color=grey, label="published", markerfacecolor="white", **drawing.OPTIMUM),
    ]


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
