"""Figure neural_networks: errors of selection among networks, and what measured order parameters predict."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from ledger.half_temperature import decisions
from ledger.real_data import ratios
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

#: Height in inches.
HEIGHT = 4.2

#: Marker of each judge, from few labels to many.
MARKERS = ("o", "s", "^")

#: Reduced temperatures whose misses are drawn.
COMPARED = (0.0, 1.0)

#: Judges stand side by side in the panels of misses: factor on k between neighbours.
SHIFT = 1.07

#: Lines of misses: name of the series, measured quantity, its miss, and the look of the line.
CONTROLS = {
    "gaussian": ("error_gaussian", "miss_gaussian", {"linestyle": (0, (4, 1.5)), "linewidth": 1.0}),
    "one_variance": ("error_equal_spread", "miss_equal_spread", {"linestyle": (0, (1, 1)), "linewidth": 1.2}),
}

#: The last panel is linear up to here, in units of the label variance, with ticks at zero and powers of ten.
LINEAR, POWERS = 1e-3, (1e-3, 1e-2, 1e-1, 1.0)

COLUMNS = ["panel", "series", "judge_labels", "reduced_temperature", "k", "simulation", "standard_error"]
COLUMNS += ["replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw errors and misses against k, and falls against what half of the candidates say of them.

    Parameters
    ----------
    tables : list of str
        The table of neural_networks.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    numbers = collect(provenance.read_table(tables[0]))
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def collect(table: pd.DataFrame) -> pd.DataFrame:
    """Errors and falls in units of the label variance, and misses in percent, panel by panel."""
    parts = []
    for panel, temperature in zip("abc", sorted(table["temperature"].dropna().unique()), strict=False):
        rows = table[table["temperature"] == temperature].assign(panel=panel)
        # Predictions follow from what is measured, and have an error over splits as well; none is drawn.
        for series, quantity in (("predicted", "predicted"), ("measured", "error")):
            parts.append(rows[rows["quantity"] == quantity].assign(series=series))
    for panel, t in zip("de", COMPARED, strict=True):
        rows = table[table["temperature"] == 2.0 * t]
        for series, quantity, miss in (
            ("networks", "error_validation", "miss_validation"),
            *((series, quantity, miss) for series, (quantity, miss, _) in CONTROLS.items()),
        ):
            ratio = ratios(rows, quantity, miss)
            percent = {"simulation": 100.0 * (ratio["ratio"] - 1.0), "standard_error": 100.0 * ratio["error"]}
            parts.append(ratio.assign(panel=panel, series=series, **percent))
    # The gain of N candidates over the 2 N of the pool is, to first order, what the other N take off.
    falls, pool = decisions(table, ["judge_labels", "temperature"]), table["k"].max()
    for series, quantity, unit in (("predicted", "gain", pool), ("measured", "fall", 1.0)):
        columns = {name: falls[f"{quantity}_{name}"] / unit for name in ("simulation", "standard_error")} | {
            "replicates": falls[f"{quantity}_replicates"]
        }
        parts.append(falls.assign(panel="f", series=series, **columns))
    numbers = pd.concat(parts, ignore_index=True)
    numbers["reduced_temperature"] = numbers["temperature"] / 2.0
    numbers = numbers.reindex(columns=COLUMNS)
    return numbers.sort_values(
        ["panel", "series", "judge_labels", "reduced_temperature", "k"], ignore_index=True
    )


def draw(numbers: pd.DataFrame) -> Figure:
    """Three panels of errors, two of misses, and one of the half-temperature test."""
    figure = Figure(figsize=(drawing.PAGE, HEIGHT))
    grid = figure.subplots(2, 3)
    panels = dict(zip("abcdef", grid.ravel(), strict=True))
    judges = sorted(numbers["judge_labels"].unique())
    looks = dict(zip(judges, zip(drawing.colours(len(judges)), MARKERS, strict=True), strict=True))
    for letter, axes in panels.items():
        rows = numbers[numbers["panel"] == letter]
        drawing.panel_label(axes, letter)
        if letter == "f":
            draw_doubled(axes, rows, looks)
            continue
        (draw_errors if letter in "abc" else draw_misses)(axes, rows, looks)
        drawing.candidates_axis(axes, numbers["k"].max())
        axes.set_xlim(0.85, 1.25 * numbers["k"].max())
        t = rows["reduced_temperature"].iloc[0]
        axes.set_title(f"$t={t:g}$", loc="right", fontsize=7.5)
        axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    for group in ("abc", "de"):
        limits = [limit for letter in group for limit in panels[letter].get_ylim()]
        for letter in group:
            panels[letter].set_ylim(0.0 if group == "abc" else min(limits), max(limits))
            panels[letter].tick_params(labelleft=letter == group[0])
    panels["a"].set_ylabel("error (label variance)")
    panels["d"].set_ylabel("deviation from\nprediction (%)")
    handles = [
        Line2D([], [], color=colour, marker=marker, markersize=3.2, linewidth=1.3, label=f"{labels:g}")
        for labels, (colour, marker) in looks.items()
    ]
    panels["c"].legend(
        handles=handles,
        title="labels of the judge",
        title_fontsize=7,
        loc="lower center",
        ncols=3,
        handlelength=1.4,
        columnspacing=1.0,
    )
    point = {"color": "0.3", "linestyle": "none", "markersize": 3.6}
    figure.legend(
        handles=[
            Line2D([], [], color="0.3", label="predicted", **drawing.EXACT),
            Line2D([], [], marker="o", label="networks", **point),
            Line2D([], [], color="0.3", label="Gaussian, $s^2(x)$ at each input", **CONTROLS["gaussian"][2]),
            Line2D([], [], color="0.3", label="Gaussian, one $s^2$ for all", **CONTROLS["one_variance"][2]),
        ],
        loc="outside upper center",
        ncols=4,
    )
    return figure


def draw_errors(axes: Axes, rows: pd.DataFrame, looks: dict) -> None:
    """Predicted lines and measured points of every judge."""
    for labels, (colour, marker) in looks.items():
        judge = rows[rows["judge_labels"] == labels]
        line, points = (judge[judge["series"] == series] for series in ("predicted", "measured"))
        axes.plot(line["k"], line["simulation"], color=colour, zorder=2, **drawing.EXACT)
        bars = points["simulation"], points["standard_error"]
        drawing.with_bars(axes, points["k"], *bars, color=colour, marker=marker, zorder=3)


def draw_misses(axes: Axes, rows: pd.DataFrame, looks: dict) -> None:
    """Misses of every judge: of the networks, and of Gaussian candidates in their place."""
    axes.axhline(0.0, color="0.3", zorder=0, **drawing.EXACT)
    for place, (labels, (colour, marker)) in enumerate(looks.items()):
        judge = rows[rows["judge_labels"] == labels]
        points = judge[judge["series"] == "networks"]
        bars = points["simulation"], points["standard_error"]
        drawing.with_bars(
            axes, points["k"] * SHIFT ** (place - 1), *bars, color=colour, marker=marker, zorder=3
        )
        for series, (_, _, look) in CONTROLS.items():
            line = judge[judge["series"] == series]
            axes.plot(line["k"], line["simulation"], color=colour, zorder=2, **look)


def draw_doubled(axes: Axes, rows: pd.DataFrame, looks: dict) -> None:
    """What doubling the candidates takes off the error, against what the first half says of it."""
    reach = drawing.BARS * rows["standard_error"]
    ends = np.array([(rows["simulation"] - reach).min(), (rows["simulation"] + reach).max()])
    # Room beyond the last bars, and both signs in the picture.
    ends = np.array([min(1.6 * ends[0], -2.0 * LINEAR), max(1.6 * ends[1], 2.0 * LINEAR)])
    # Ticks of three powers of ten would run into one another.
    powers = [power for power in POWERS if power < np.abs(ends).max()][-2:]
    ticks = [tick for power in powers for tick in (-power, power) if ends[0] < tick < ends[1]]
    # A point in a grey quadrant has the other sign than was predicted.
    for across, up in ((ends[:1], ends[1:]), (ends[1:], ends[:1])):
        axes.fill_between([0.0, *across], *up, facecolor="0.9", linewidth=0.0, zorder=0)
    axes.plot(ends, ends, color="0.3", zorder=1, linewidth=0.7)
    for labels, (colour, marker) in looks.items():
        of_judge = rows[rows["judge_labels"] == labels].set_index("reduced_temperature").sort_index()
        said, found = (of_judge[of_judge["series"] == series] for series in ("predicted", "measured"))
        axes.errorbar(
            said["simulation"],
            found["simulation"],
            xerr=drawing.BARS * said["standard_error"],
            yerr=drawing.BARS * found["standard_error"],
            color=colour,
            **{**drawing.SIMULATION, "marker": marker},
        )
    axes.set_xscale("symlog", linthresh=LINEAR)
    axes.set_yscale("symlog", linthresh=LINEAR)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_ticks([0.0, *ticks])
        axis.set_minor_locator(NullLocator())
    axes.set(xlim=ends, ylim=ends, xlabel="predicted fall (label variance)", ylabel="measured fall")


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
