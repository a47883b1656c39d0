"""Figure best_of_k: at T = 0 and with the teacher as judge the error falls as 1/k^2."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 2.5

#: Where the guide of slope -2 stands: the part of the range of k, and the factor below the error.
GUIDE = (0.25, 0.6, 0.2)

#: The magnified panel shows k from here on, where the error is this close to its law, relatively.
NEAR_LAW = 0.045

#: In the magnified panel points of different n stand side by side: factor on k between neighbours.
SHIFT = 1.03

COLUMNS = ["panel", "series", "n_train", "k", "value", "simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against k, its local slope, and k^2 times the error beside the coefficient of the law.

    Parameters
    ----------
    tables : list of str
        The table of best_of_k.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    errors = table[(table["quantity"] == "error") & (table["temperature"] == 0)]
    errors = errors.sort_values(["n_train", "k"])
    numbers = pd.concat([scaled_errors(errors), local_slopes(errors)], ignore_index=True)
    numbers = numbers.reindex(columns=COLUMNS)
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        left, right = figure.subplots(1, 2)
        draw_errors(left, numbers[numbers["panel"] == "a"])
        draw_slopes(left.inset_axes((0.60, 0.60, 0.40, 0.40)), numbers[numbers["panel"] == "a, inset"])
        draw_coefficients(right, numbers[numbers["panel"] == "b"])
        for axes, letter in zip((left, right), "ab", strict=True):
            drawing.panel_label(axes, letter)
        drawing.save(figure, numbers, pdf=pdf, png=png, csv=csv)


def scaled_errors(errors: pd.DataFrame) -> pd.DataFrame:
    """Errors in units of the noise (panel a), and times k^2 where they are near the law (panel b)."""
    near = errors[np.abs(errors["exact"] / errors["best_of_k_law"] - 1) < NEAR_LAW]
    frames = []
    shared = {
        "a": (errors, 1 / errors["noise_var"], ["exact"]),
        "b": (near, near["k"] ** 2 / near["noise_var"], ["exact", "one_point", "best_of_k_law"]),
    }
    for panel, (rows, factor, methods) in shared.items():
        base = rows[["n_train", "k", "replicates"]].assign(panel=panel)
        frames += [
            base.drop(columns="replicates").assign(series=name, value=rows[name] * factor) for name in methods
        ]
        measured = {name: rows[name] * factor for name in ("simulation", "standard_error")}
        frames.append(base.assign(series="simulation", **measured).dropna(subset=["simulation"]))
    numbers = pd.concat(frames, ignore_index=True)
    # The one-point form makes the largest difference at the fewest training points, and is drawn there.
    return numbers[(numbers["series"] != "one_point") | (numbers["n_train"] == numbers["n_train"].min())]


def local_slopes(errors: pd.DataFrame) -> pd.DataFrame:
    """Slopes of log error against log k between neighbouring k of the exact theory, and -2 + 3/k."""
    first = errors[errors["n_train"] == errors["n_train"].min()]
    k, error = first["k"].to_numpy(), first["exact"].to_numpy()
    middle = np.sqrt(k[1:] * k[:-1])
    slopes = {"local slope": np.diff(np.log(error)) / np.diff(np.log(k)), "-2 + 3/k": -2 + 3 / middle}
    shared = {"panel": "a, inset", "n_train": first["n_train"].iloc[0], "k": middle}
    frame = pd.concat([pd.DataFrame({"series": name, "value": v, **shared}) for name, v in slopes.items()])
    return frame[frame["k"] <= first.loc[first["simulation"].notna(), "k"].max()]


def palette(numbers: pd.DataFrame) -> dict:
    """Colour of each number of training points."""
    sizes = sorted(numbers["n_train"].unique())
    return dict(zip(sizes, drawing.colours(len(sizes)), strict=True))


def draw_errors(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the error against k on logarithmic axes."""
    for n_train, colour in palette(numbers).items():
        rows = numbers[numbers["n_train"] == n_train]
        exact, measured = (rows[rows["series"] == name] for name in ("exact", "simulation"))
        axes.plot(exact["k"], exact["value"], color=colour, **drawing.EXACT)
        bars = measured["simulation"], measured["standard_error"]
        drawing.with_bars(axes, measured["k"], *bars, color=colour)
    axes.set_yscale("log")
    drawing.candidates_axis(axes, numbers["k"].max())
    axes.set_ylabel(r"error $\delta/\sigma^2$")
    exact = numbers[numbers["series"] == "exact"]
    span = np.log(exact["k"].max())
    k = np.exp(span * np.array(GUIDE[:2]))
    height = (
        GUIDE[2] * np.exp(np.interp(np.log(k[0]), np.log(exact["k"]), np.log(exact["value"]))) * k[0] ** 2
    )
    axes.plot(k, height / k**2, color="0.45", linewidth=0.8)
    middle = np.sqrt(k.prod())
    offset = {"xytext": (-3, -3), "textcoords": "offset points", "ha": "right", "va": "top"}
    axes.annotate(r"$k^{-2}$", (middle, height / middle**2), color="0.35", **offset)


def draw_slopes(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the local slope and its law."""
    exact, law = (numbers[numbers["series"] == name] for name in ("local slope", "-2 + 3/k"))
    axes.plot(law["k"], law["value"], color="0.45", **drawing.EXPANSION)
    axes.plot(exact["k"], exact["value"], color=drawing.colours(2)[0], **drawing.EXACT)
    axes.set_xscale("log")
    axes.set_ylim(-2.1, -1.2)
    axes.set_yticks([-2.0, -1.5])
    axes.tick_params(labelsize=7)
    decades = 10.0 ** np.arange(np.floor(np.log10(exact["k"].max())) + 1)
    axes.set_xticks(decades, [drawing.plain_number(k) for k in decades])
    axes.set_ylabel("local slope", fontsize=7)
    axes.text(
        0.95, 0.9, r"$-2 + 3/k$", transform=axes.transAxes, ha="right", va="top", fontsize=7, color="0.35"
    )


def draw_coefficients(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw k^2 times the error, magnified, with the coefficients of the law at the right."""
    colours = palette(numbers)
    end = numbers["k"].max()
    for order, (n_train, colour) in enumerate(colours.items()):
        rows = numbers[numbers["n_train"] == n_train]
        exact, one_point = (rows[rows["series"] == name] for name in ("exact", "one_point"))
        axes.plot(exact["k"], exact["value"], color=colour, zorder=2, **drawing.EXACT)
        axes.plot(one_point["k"], one_point["value"], color=colour, zorder=2, **drawing.PUBLISHED)
        measured = rows[rows["series"] == "simulation"]
        shift = SHIFT ** (order - (len(colours) - 1) / 2)
        bars = measured["simulation"], measured["standard_error"]
        drawing.with_bars(axes, measured["k"] * shift, *bars, color=colour, zorder=3)
        law = rows.loc[rows["series"] == "best_of_k_law", "value"].iloc[-1]
        axes.plot(end * 2, law, "<", color=colour, markersize=3.5, clip_on=False)
    axes.set_xscale("log")
    axes.set_xlim(numbers["k"].min() * 0.8, end * 2.8)
    decades = 10.0 ** np.arange(np.ceil(np.log10(numbers["k"].min())), np.log10(end) + 1)
    axes.set_xticks(decades, [drawing.plain_number(k) for k in decades])
    axes.set(xlabel="candidates $k$", ylabel=r"$k^2\delta/\sigma^2$")
    labels = [f"$n$ = {n:,.0f}".replace(",", "\u2009") for n in colours]
    handles = [
        Line2D([], [], color=colour, label=label)
        for label, colour in zip(labels, colours.values(), strict=True)
    ]
    first = next(iter(colours.values()))
    handles.append(Line2D([], [], color=first, label="one-point", **drawing.PUBLISHED))
    axes.legend(handles=handles, loc="lower right", ncols=2, columnspacing=1.0, borderaxespad=0.2)
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom - 0.15 * (top - bottom), top)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
