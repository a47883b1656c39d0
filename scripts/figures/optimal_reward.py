"""Figure optimal_reward: error against the overshoot of the judge, and the best overshoot against k."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.markers import CARETDOWN, CARETUP
from matplotlib.ticker import MaxNLocator

#: Columns of the numbers drawn: the last three for points, value for lines and marks.
COLUMNS = ["panel", "series", "temperature_over_noise", "k", "c", "value"]
COLUMNS += ["simulation", "standard_error", "replicates"]

#: Overshoots that the axis names; it is logarithmic in 1 + c, which keeps the teacher, c = 0, in sight.
NAMED = np.array([0.0, 1.0, 3.0, 10.0, 30.0])
NAMED_FAR = np.array([0.0, 1.0, 10.0, 100.0, 1000.0])

#: A panel ends at this many t, or beyond its largest best overshoot by this factor.
WIDTH, BEYOND = 12.0, 1.45

#: How far above the largest error of the teacher a panel reaches, relative to what lies below.
HEADROOM = 0.22

#: Triangles touch their curve from below or above, in turn from the largest k: neighbours are close there.
BELOW, ABOVE = CARETUP, CARETDOWN

#: Lines of the last panel, by temperature.
SHADES = ["0.62", "0.38", "0.0"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against the overshoot, a panel a temperature, and the best overshoot against k.

    Parameters
    ----------
    tables : list of str
        The table of the experiment optimal_reward.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    temperatures = np.unique(table["temperature"].dropna() / (2.0 * table["noise_var"].iloc[0]))
    letters = "abcdefghijkl"
    curves = pd.concat([errors(table), optima(table)])
    near = np.abs(curves["temperature_over_noise"].to_numpy()[:, None] / temperatures - 1.0).argmin(axis=1)
    curves["panel"] = np.array(list(letters))[near]
    last = excess(table).assign(panel=letters[temperatures.size])
    numbers = pd.concat([curves, last], ignore_index=True)[COLUMNS]
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def errors(table: pd.DataFrame) -> pd.DataFrame:
    """Simulated and computed errors in units of the noise variance, one row a value."""
    rows = table[table["quantity"] == "error"].sort_values(["temperature", "k", "reward_value"])
    unit = rows["noise_var"]
    reduced = rows["temperature"] / (2.0 * unit)
    base = pd.DataFrame({"temperature_over_noise": reduced, "k": rows["k"], "c": rows["reward_value"]})
    exact = base.assign(series="exact", value=rows["exact"] / unit)
    simulation = base.assign(
        series="simulation",
        simulation=rows["simulation"] / unit,
        standard_error=rows["standard_error"] / unit,
        replicates=rows["replicates"],
    )
    return pd.concat([exact[rows["exact"].notna()], simulation[rows["simulation"].notna()]])


def optima(table: pd.DataFrame) -> pd.DataFrame:
    """The best overshoot and its error for each number of candidates that has a curve."""
    shown = table[table["quantity"] == "error"]["k"].unique()
    rows = table[table["k"].isin(shown) & table["quantity"].isin(["optimal_overshoot", "optimal_error"])]
    wide = rows.pivot(index=["temperature", "k", "noise_var"], columns="quantity", values="exact")
    wide = wide.reset_index()
    return pd.DataFrame(
        {
            "series": "optimum",
            "temperature_over_noise": wide["temperature"] / (2.0 * wide["noise_var"]),
            "k": wide["k"],
            "c": wide["optimal_overshoot"],
            "value": wide["optimal_error"] / wide["noise_var"],
        }
    )


def excess(table: pd.DataFrame) -> pd.DataFrame:
    """By how much the best overshoot exceeds t, relative to t: exact, and by the law at large k."""
    s2 = float(table[table["quantity"] == "s2"]["two_point"].iloc[0])
    rows = table[(table["quantity"] == "optimal_overshoot") & np.isfinite(table["k"])]
    rows = rows.sort_values(["temperature", "k"])
    t = rows["temperature"] / (2.0 * s2)
    base = pd.DataFrame(
        {"temperature_over_noise": rows["temperature"] / (2.0 * rows["noise_var"]), "k": rows["k"]}
    )
    return pd.concat(
        base.assign(series=series, c=rows[column], value=rows[column] / t - 1.0)
        for series, column in (("exact", "exact"), ("law", "large_k_law"))
    )


def draw(numbers: pd.DataFrame) -> Figure:
    """One panel for each temperature and one for the best overshoot, under one legend."""
    *letters, last = sorted(numbers["panel"].unique())
    candidates = np.unique(numbers[numbers["panel"] != last]["k"])
    colours = dict(zip(candidates, drawing.colours(candidates.size), strict=True))
    figure = Figure(figsize=(drawing.PAGE, 2.9))
    ratios = [1.0] * len(letters) + [1.12]
    panels = figure.subplots(1, len(ratios), width_ratios=ratios, squeeze=False)[0]
    for axes, letter in zip(panels, letters, strict=False):
        rows = numbers[numbers["panel"] == letter]
        draw_errors(axes, rows, colours)
        drawing.panel_label(axes, letter)
        t = rows["temperature_over_noise"].iloc[0]
        axes.set_title(f"$T/(2\\sigma^2)={t:g}$", loc="right", fontsize=7.5)
    panels[0].set_ylabel("error $\\delta/\\sigma^2$")
    draw_excess(panels[-1], numbers[numbers["panel"] == last], colours)
    drawing.panel_label(panels[-1], last)
    figure.legend(
        handles=handles(colours), loc="outside upper center", ncols=10, columnspacing=1.0, handlelength=1.5
    )
    return figure


def draw_errors(axes: Axes, numbers: pd.DataFrame, colours: dict[float, tuple]) -> None:
    """Points, lines and optima at one temperature."""
    t = numbers["temperature_over_noise"].iloc[0]
    best = numbers[numbers["series"] == "optimum"]
    end = max(WIDTH * t, BEYOND * best["c"].max())
    axes.axvline(1.0 + t, color="0.75", lw=0.8, zorder=0)
    for (k, series), rows in numbers.groupby(["k", "series"], sort=False):
        place, colour = 1.0 + rows["c"], colours[k]
        if series == "simulation":
            drawing.with_bars(axes, place, rows["simulation"], rows["standard_error"], color=colour, zorder=3)
        elif series == "exact":
            axes.plot(place, rows["value"], color=colour, **drawing.EXACT)
    for place, row in enumerate(best.sort_values("k", ascending=False).to_dict("records")):
        mark = {"marker": ABOVE if place % 2 else BELOW, "markersize": 6.5}
        mark |= {"markeredgecolor": "white", "markeredgewidth": 0.5}
        axes.plot(1.0 + row["c"], row["value"], color=colours[row["k"]], zorder=5, **mark)
    exact = numbers[numbers["series"] == "exact"]
    lowest, teacher = best["value"].min(), exact[exact["c"] == 0.0]["value"].max()
    axes.set_ylim(lowest - 0.11 * (teacher - lowest), teacher + HEADROOM * (teacher - lowest))
    axes.set_xscale("log")
    axes.set_xlim(0.93, 1.12 * (1.0 + end))
    named = NAMED if end < 100.0 else NAMED_FAR
    named = named[named <= end]
    axes.set_xticks(1.0 + named, [f"{c:g}" for c in named])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel("overshoot $c$")
    name = {"xytext": (-2.5, -1), "textcoords": "offset points", "ha": "right", "va": "top", "fontsize": 7}
    axes.annotate("$c=t$", (1.0 + t, 1.0), xycoords=axes.get_xaxis_transform(), color="0.4", **name)


def draw_excess(axes: Axes, numbers: pd.DataFrame, colours: dict[float, tuple]) -> None:
    """How the best overshoot comes down to t, with the numbers of candidates of the other panels marked."""
    temperatures = np.unique(numbers["temperature_over_noise"])
    shades = dict(zip(temperatures, SHADES[-temperatures.size :], strict=True))
    for (t, series), rows in numbers.groupby(["temperature_over_noise", "series"], sort=False):
        style = drawing.EXACT if series == "exact" else drawing.EXPANSION
        axes.plot(rows["k"], rows["value"], color=shades[t], zorder=2, **style)
        if series == "exact":
            marked = rows[rows["k"].isin(colours)]
            mark = {**drawing.OPTIMUM, "markersize": 4.2, "markeredgecolor": "white", "markeredgewidth": 0.4}
            for k, value in zip(marked["k"], marked["value"], strict=True):
                axes.plot(k, value, color=colours[k], zorder=4, **mark)
    names = [Line2D([], [], color=shades[t], label=f"{t:g}", **drawing.EXACT) for t in temperatures[::-1]]
    axes.legend(
        handles=names, title="$T/(2\\sigma^2)$", title_fontsize=7, loc="upper right", borderaxespad=0.0
    )
    positive = numbers[numbers["value"] > 0.0]
    drawing.log_axis(axes.yaxis, positive["value"].min(), positive["value"].max() * 1.6)
    drawing.log_axis(axes.xaxis, 1.0, positive["k"].max())
    axes.set_xlim(0.5, positive["k"].max() * 1.2)
    axes.set(xlabel="candidates $k$", ylabel="best overshoot, $c^\\star/t-1$")


def handles(colours: dict[float, tuple]) -> list[Line2D]:
    """Colours of the numbers of candidates, and what points, lines and marks mean."""
    grey = "0.3"
    names = ["\u221e" if np.isinf(k) else f"{k:g}" for k in colours]
    return [
        *(
            Line2D([], [], color=colour, lw=1.8, label=f"$k={name}$")
            for name, colour in zip(names, colours.values(), strict=True)
        ),
        Line2D([], [], color=grey, label="simulation", linestyle="none", marker="o", markersize=3.2),
        Line2D([], [], color=grey, label="exact", **drawing.EXACT),
        Line2D([], [], color=grey, label="best", **drawing.OPTIMUM),
        Line2D([], [], color=grey, label="law of order $1/k$", **drawing.EXPANSION),
    ]


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
