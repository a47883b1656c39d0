"""Figure task_difficulty: beyond kappa = 1/2 best-of-k decays more slowly the harder the task."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 2.9

#: Where the guide of slope -2 stands: the part of the range of k, and the factor below the easiest task.
GUIDE = (0.60, 0.82, 0.02)

#: Distance of the names at the ends of the curves, in decades of the error.
SPACING = 1.3

#: Where the exponent changes its law.
TRANSITION = 0.5

#: What draws of all candidates at inputs of their own law look like.
DIRECT = {"marker": "x", "markersize": 2.6, "markeredgewidth": 0.8, "elinewidth": 0.6}

COLUMNS = ["panel", "series", "kappa", "k", "value", "simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against k for every difficulty, and its local exponent against the difficulty.

    Parameters
    ----------
    tables : list of str
        The tables of task_difficulty and decay_exponent.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the tables.
    """
    table, decay = (provenance.read_table(path) for path in tables)
    errors = scaled_errors(table)
    numbers = pd.concat([errors, exponents(errors, decay)], ignore_index=True).reindex(columns=COLUMNS)
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        left, right = figure.subplots(1, 2)
        draw_errors(left, numbers[numbers["panel"] == "a"])
        draw_exponents(right, numbers[numbers["panel"] == "b"])
        drawing.panel_label(left, "a")
        drawing.panel_label(right, "b")
        drawing.save(figure, numbers, pdf=pdf, png=png, csv=csv)


def scaled_errors(table: pd.DataFrame) -> pd.DataFrame:
    """Errors in units of s^2, by difficulty."""
    scalars = table[table["quantity"].isin(["s2", "kappa"])].pivot(
        index="point", columns="quantity", values="two_point"
    )
    rows = table[table["quantity"].isin(["error", "error_direct"])].join(scalars, on="point")
    # Twelve digits of the teacher's norm are kept: what was asked for is the rounded difficulty.
    base = rows[["k", "replicates", "quantity"]].assign(panel="a", kappa=rows["kappa"].round(9))
    frames = []
    for series, quantity, column in (
        ("exact", "error", "exact"),
        ("law", "error", "decay_law"),
    ):
        of = rows["quantity"] == quantity
        value = rows.loc[of, column] / rows.loc[of, "s2"]
        frames.append(base[of].drop(columns="replicates").assign(series=series, value=value))
    for series, quantity in (("simulation", "error"), ("direct", "error_direct")):
        of = (rows["quantity"] == quantity) & rows["simulation"].notna()
        scaled = {name: rows.loc[of, name] / rows.loc[of, "s2"] for name in ("simulation", "standard_error")}
        frames.append(base[of].assign(series=series, **scaled))
    numbers = pd.concat(frames, ignore_index=True).drop(columns="quantity")
    # The law with logarithms is drawn from where the inverse square ends.
    return numbers[(numbers["series"] != "law") | (numbers["kappa"] >= TRANSITION)]


def exponents(errors: pd.DataFrame, decay: pd.DataFrame) -> pd.DataFrame:
    """Local exponents: exact and of the law at every difficulty, simulated where both k were."""
    last = decay[decay["k"] == decay["k"].max()]
    base = decay[["kappa", "k"]].assign(panel="b")
    frames = [
        base.assign(series="exact", value=decay["exponent"]),
        base.loc[last.index].assign(series="law", value=last["law_exponent"])[last["kappa"] > TRANSITION],
        base.loc[last.index].assign(series="limit", value=last["limit_exponent"], k=np.inf),
    ]
    measured = errors[errors["series"] == "simulation"].set_index(["kappa", "k"])
    k = measured.index.get_level_values("k")
    for start, end in decay[["k_first", "k"]].drop_duplicates().itertuples(index=False):
        if not {start, end} <= set(k):
            continue
        first, second = (measured.xs(value, level="k") for value in (start, end))
        span = np.log(end / start)
        relative = [rows["standard_error"] / rows["simulation"] for rows in (first, second)]
        frames.append(
            pd.DataFrame(
                {
                    "simulation": np.log(first["simulation"] / second["simulation"]) / span,
                    "standard_error": np.hypot(*relative) / span,
                    "replicates": second["replicates"],
                }
            )
            .reset_index()
            .assign(panel="b", series="simulation", k=end)
        )
    return pd.concat(frames, ignore_index=True)


def draw_errors(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the error against k on logarithmic axes, the name of each difficulty at the end of its curve."""
    difficulties = np.sort(numbers["kappa"].unique())
    for kappa, colour in zip(difficulties, drawing.colours(difficulties.size), strict=True):
        rows = numbers[numbers["kappa"] == kappa].sort_values("k")
        exact, law, simulation, direct = (
            rows[rows["series"] == name] for name in ("exact", "law", "simulation", "direct")
        )
        axes.plot(exact["k"], exact["value"], color=colour, **drawing.EXACT)
        axes.plot(law["k"], law["value"], color=colour, **drawing.EXPANSION)
        bars = simulation["simulation"], simulation["standard_error"]
        drawing.with_bars(axes, simulation["k"], *bars, color=colour)
        bars = direct["simulation"], direct["standard_error"]
        drawing.with_bars(axes, direct["k"], *bars, color="black", zorder=3, **DIRECT)
    exact = numbers[numbers["series"] == "exact"]
    largest = exact["k"].max()
    drawing.log_axis(axes.yaxis, exact["value"].min(), exact["value"].max())
    decades = axes.get_yticks()
    axes.set_yticks(decades[::-4], [drawing.plain_number(value) for value in decades[::-4]])
    axes.set_yticks(decades, minor=True)
    axes.set_ylim(exact["value"].min() / 30, exact["value"].max() * 4)
    drawing.candidates_axis(axes, largest)
    decades = axes.get_xticks()
    axes.set_xticks(decades[::3], [drawing.plain_number(value) for value in decades[::3]])
    axes.set_xticks(decades, minor=True)
    axes.set_xlim(0.7, largest * 30)
    axes.set_ylabel(r"error $\delta/s^2$")
    ends = exact[exact["k"] == largest].sort_values("value")
    height = -np.inf
    for kappa, value in zip(ends["kappa"], ends["value"], strict=True):
        # From the lowest upwards, the first half a SPACING below its end, and none closer to the next.
        lowest = value == ends["value"].min()
        height = np.log10(value) - SPACING / 2 if lowest else max(np.log10(value), height + SPACING)
        label = rf"$\kappa$ = {kappa:g}" if value == ends["value"].max() else f"{kappa:g}"
        colour = drawing.colours(difficulties.size)[int(np.searchsorted(difficulties, kappa))]
        axes.text(largest * 2, 10**height, label, fontsize=7, color=colour, va="center")
    black = {"color": "black"}
    handles = [
        Line2D([], [], marker="o", markersize=3.2, linestyle="none", label="inputs stretched", **black),
        Line2D([], [], marker="x", markersize=3.0, linestyle="none", label="inputs plain", **black),
        Line2D([], [], label=r"law, $\kappa \geq 1/2$", **black, **drawing.EXPANSION),
    ]
    axes.legend(handles=handles, loc="lower left", borderaxespad=0.3)
    easiest = exact[exact["kappa"] == difficulties[0]]
    k = np.exp(np.log(largest) * np.array(GUIDE[:2]))
    start = np.exp(np.interp(np.log(k[0]), np.log(easiest["k"]), np.log(easiest["value"])))
    height = GUIDE[2] * start * k[0] ** 2
    axes.plot(k, height / k**2, color="0.45", linewidth=0.8)
    middle = np.sqrt(k.prod())
    axes.annotate(
        r"$k^{-2}$",
        (middle, height / middle**2),
        xytext=(-3, -3),
        textcoords="offset points",
        ha="right",
        va="top",
        color="0.35",
    )


def draw_exponents(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the local exponent against the difficulty, with the degrees of freedom above."""
    exact = numbers[numbers["series"] == "exact"]
    sizes = np.sort(exact["k"].unique())
    colours = dict(zip(sizes, drawing.colours(sizes.size), strict=True))
    axes.axvspan(TRANSITION, numbers["kappa"].max(), color="0.93", linewidth=0, zorder=0)
    limit, law = (numbers[numbers["series"] == name].sort_values("kappa") for name in ("limit", "law"))
    axes.plot(limit["kappa"], limit["value"], color="black", zorder=2.5, **drawing.PUBLISHED)
    axes.plot(law["kappa"], law["value"], color=colours[sizes[-1]], **drawing.EXPANSION)
    for k, colour in colours.items():
        rows = exact[exact["k"] == k].sort_values("kappa")
        axes.plot(rows["kappa"], rows["value"], color=colour, **drawing.EXACT)
        measured = numbers[(numbers["series"] == "simulation") & (numbers["k"] == k)]
        bars = measured["simulation"], measured["standard_error"]
        drawing.with_bars(axes, measured["kappa"], *bars, color=colour, zorder=3)
    axes.set_xscale("log")
    axes.set_xlim(exact["kappa"].min(), exact["kappa"].max())
    ticks = [tick for tick in (0.05, 0.1, 0.25, 0.5, 1, 2, 5) if tick >= exact["kappa"].min()]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_ylim(0, 2.25)
    axes.set_yticks([0, 0.5, 1, 1.5, 2])
    axes.set_xlabel(r"task difficulty $\kappa = q_{TT}/s^2$")
    axes.set_ylabel(r"local exponent $-\mathrm{d}\log\delta/\mathrm{d}\log k$")
    above = axes.secondary_xaxis("top")
    below_one = [tick for tick in ticks if tick <= 1]
    above.set_xticks(below_one, [f"{tick:g}" for tick in below_one])
    above.set_xticks([], minor=True)
    # Beside the ticks, which end at 1.
    label = r"$\mathrm{df}_1$ (matched)"
    axes.text(0.98, 1.06, label, transform=axes.transAxes, ha="right", va="center", fontsize=7.5)
    labels = [rf"$k = 2^{{{np.log2(k):.0f}}}$" for k in sizes]
    handles = [
        Line2D([], [], color=colours[k], label=label, **drawing.EXACT)
        for k, label in zip(sizes, labels, strict=True)
    ]
    handles.append(Line2D([], [], color=colours[sizes[-1]], label=f"law, {labels[-1]}", **drawing.EXPANSION))
    handles.append(Line2D([], [], color="black", label=r"$\min(2,\,1/\kappa)$", **drawing.PUBLISHED))
    axes.legend(handles=handles, loc="lower left", borderaxespad=0.3)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
