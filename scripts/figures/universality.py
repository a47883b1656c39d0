"""Figure universality: inputs of four laws with one covariance against Gaussian theory."""

import drawing
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 4.3

#: Name and marker of each law of the inputs, in the order in which they are drawn.
LAWS = {
    "gaussian": ("Gaussian", "o"),
    "rademacher": ("Rademacher", "s"),
    "student_t": ("Student-t, 5 d.o.f.", "^"),
    "digits": ("images of digits", "D"),
}

#: Deviations of different laws stand side by side: factor on k between neighbours.
SHIFT = 1.1

#: Errors of different laws lie on each other: the first marker is the largest, and shows around the last.
SIZES = (4.6, 3.6, 2.7, 1.6)

#: Room for a name above the highest curve: factor on the error.
ROOM = 5.0

#: Gaussian theory: a curve in the left column, zero in the others.
THEORY = {"color": "0.3", **drawing.EXACT}

COLUMNS = ["panel", "series", "n_train", "inputs", "c", "reduced_temperature", "k", "value", "simulation"]
COLUMNS += ["standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against k, a row for each number of training points, and deviations from theory.

    Parameters
    ----------
    tables : list of str
        The table of universality.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    numbers = collect(provenance.read_table(tables[0]))
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def collect(table: pd.DataFrame) -> pd.DataFrame:
    """Errors in units of the noise, and their deviation from theory in percent for two of the curves."""
    s2 = table[table["quantity"] == "s2"].set_index("point")["two_point"]
    rows = table[table["quantity"].isin(["error", "averaged_error"])].copy()
    rows["reduced_temperature"] = (rows["temperature"] / (2.0 * rows["point"].map(s2))).round(9)
    rows["c"] = rows["reward_value"]
    rows = rows.sort_values(["n_train", "c", "reduced_temperature", "k"])
    # With many training points first: there all laws agree.
    sizes = sorted(rows["n_train"].unique(), reverse=True)
    row = {size: 3 * index for index, size in enumerate(sizes)}
    base = ["n_train", "inputs", "c", "reduced_temperature", "k"]
    measured = rows[rows["simulation"].notna()]
    errors = rows[rows["quantity"] == "error"]
    theory = errors[errors["inputs"] == errors["inputs"].iloc[0]]
    parts = [
        theory[base].assign(
            panel=0, series="theory", inputs=None, value=theory["exact"] / theory["noise_var"]
        ),
        points(measured[measured["quantity"] == "error"], base, 0, measured["noise_var"], 0.0),
    ]
    hottest = rows["reduced_temperature"].max()
    for panel, chosen in ((1, (0.0, 0.0)), (2, (rows["c"].max(), hottest))):
        curve = measured[(measured["c"] == chosen[0]) & (measured["reduced_temperature"] == chosen[1])]
        unit = curve["exact"] / 100.0
        parts.append(points(curve[curve["quantity"] == "error"], base, panel, unit, 100.0))
        averaged = curve[curve["quantity"] == "averaged_error"]
        # A column assigned to no rows at all would add some.
        if len(averaged):
            parts.append(averages(averaged, base, panel))
    numbers = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    place = numbers["panel"].astype(int) + numbers["n_train"].map(row)
    numbers["panel"] = place.map(dict(enumerate("abcdefghijkl")))
    return numbers


def averages(rows: pd.DataFrame, base: list[str], panel: int) -> pd.DataFrame:
    """What the predictive variances imply, relative to theory in percent."""
    unit = rows["exact"] / 100.0
    values = {"value": rows["simulation"] / unit - 100.0, "standard_error": rows["standard_error"] / unit}
    return rows[[*base, "replicates"]].assign(panel=panel, series="averaged_error", **values)


def points(rows: pd.DataFrame, base: list[str], panel: int, unit: pd.Series, offset: float) -> pd.DataFrame:
    """Simulated points of one column of panels."""
    unit = unit.reindex(rows.index)
    values = {
        "simulation": rows["simulation"] / unit - offset,
        "standard_error": rows["standard_error"] / unit,
    }
    return rows[[*base, "replicates"]].assign(panel=panel, series="simulation", **values)


def draw(numbers: pd.DataFrame) -> Figure:
    """Three panels for each number of training points."""
    laws = [law for law in LAWS if law in set(numbers["inputs"].dropna())]
    palette = dict(zip(laws, drawing.colours(len(laws)), strict=True))
    panels = sorted(numbers["panel"].unique())
    figure = Figure(figsize=(drawing.PAGE, HEIGHT))
    grid = figure.subplots(len(panels) // 3, 3, sharex=True, squeeze=False)
    for place, (letter, axes) in enumerate(zip(panels, grid.ravel(), strict=True)):
        rows = numbers[numbers["panel"] == letter]
        (draw_deviations if place % 3 else draw_errors)(axes, rows, palette)
        drawing.panel_label(axes, letter)
        drawing.candidates_axis(axes, numbers["k"].max())
        axes.set_xlim(0.75, 1.4 * numbers["k"].max())
        size, c, t = rows[["n_train", "c", "reduced_temperature"]].iloc[0]
        title = f"$n={size:g}$" + (f", $c={c:g}$, $t={t:g}$" if place % 3 else "")
        axes.set_title(title, loc="right", fontsize=7.5)
        axes.set_xlabel("candidates $k$" if place >= len(panels) - 3 else "")
    low, high = numbers.loc[numbers["series"] == "theory", "value"].agg(["min", "max"])
    for axes in grid[:, 0]:
        drawing.log_axis(axes.yaxis, 0.7 * low, ROOM * high)
        axes.set(ylabel=r"error $\delta/\sigma^2$", ylim=(0.7 * low, ROOM * high))
    for axes in grid[:, 1:].ravel():
        axes.set_ylabel("deviation from theory (%)")
    figure.legend(
        **handles(palette),
        loc="outside upper center",
        ncols=6,
        columnspacing=1.2,
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0.0)},
    )
    return figure


def draw_errors(axes: Axes, rows: pd.DataFrame, palette: dict) -> None:
    """Theory of every judge and temperature, and the points of every law."""
    lines = rows[rows["series"] == "theory"]
    for _, line in lines.groupby(["c", "reduced_temperature"]):
        axes.plot(line["k"], line["value"], **THEORY)
    name_curves(axes, lines)
    for (law, colour), size in zip(palette.items(), SIZES, strict=False):
        measured = rows[(rows["series"] == "simulation") & (rows["inputs"] == law)]
        draw_points(axes, measured, law, colour, markersize=size)


def name_curves(axes: Axes, lines: pd.DataFrame) -> None:
    """Judge and temperature of every curve; the judges of one positive temperature share a name."""
    name = {"textcoords": "offset points", "fontsize": 7, "color": "0.2"}
    leader = {"arrowstyle": "-", "color": "0.2", "linewidth": 0.6, "shrinkA": 0.5, "shrinkB": 3.0}
    for (c, t), line in lines.groupby(["c", "reduced_temperature"]):
        if t == 0 and c == 0:
            at = line.iloc[len(line) // 2]
            axes.annotate(
                "$c=0$, $t=0$", (at["k"], at["value"]), xytext=(-6, -8), ha="right", va="top", **name
            )
        elif t == 0:
            lowest = line.loc[line["value"].idxmin()]
            axes.annotate(
                f"$c={c:g}$, $t=0$",
                (lowest["k"], lowest["value"]),
                xytext=(14, -16),
                ha="left",
                va="center",
                arrowprops=leader,
                **name,
            )
    for t, warm in lines[lines["reduced_temperature"] > 0].groupby("reduced_temperature"):
        judges = " and ".join(f"${c:g}$" for c in sorted(warm["c"].unique()))
        highest = warm.groupby("k")["value"].max()
        middle = highest.index[len(highest) // 3]
        axes.annotate(
            f"$c=${judges}, $t={t:g}$",
            (middle, highest[middle]),
            xytext=(0, 12),
            ha="center",
            va="bottom",
            arrowprops=leader,
            **name,
        )


def draw_deviations(axes: Axes, rows: pd.DataFrame, palette: dict) -> None:
    """Points of every law relative to Gaussian theory, and where they are predicted to be."""
    axes.axhline(0.0, zorder=0, **THEORY)
    for place, (law, colour) in enumerate(palette.items()):
        of_law = rows[rows["inputs"] == law]
        line, measured = (of_law[of_law["series"] == name] for name in ("averaged_error", "simulation"))
        axes.plot(line["k"], line["value"], color=colour, zorder=2, **drawing.EXACT)
        factor = SHIFT ** (place - (len(palette) - 1) / 2)
        draw_points(axes, measured.assign(k=measured["k"] * factor), law, colour)


def draw_points(axes: Axes, measured: pd.DataFrame, law: str, colour: tuple, **kwargs) -> None:
    """Simulated points of one law, with their bars."""
    bars = measured["simulation"], measured["standard_error"]
    kwargs |= {"color": colour, "marker": LAWS[law][1], "zorder": 3}
    drawing.with_bars(axes, measured["k"], *bars, **kwargs)


def handles(palette: dict) -> dict[str, list]:
    """What colours, markers and lines mean; a piece of line in every colour stands for all of them."""
    point = {"linestyle": "none", "markersize": 3.6}
    named = {
        LAWS[law][0]: Line2D([], [], color=colour, marker=LAWS[law][1], **point)
        for law, colour in palette.items()
    }
    named["Gaussian theory"] = Line2D([], [], **THEORY)
    pieces = tuple(Line2D([], [], color=colour, **drawing.EXACT) for colour in palette.values())
    named["implied by $s^2(x)$"] = pieces
    return {"handles": list(named.values()), "labels": list(named)}


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
