"""Figure equivalents: order parameters of fits against the two-point and the one-point equivalent."""

from collections.abc import Iterator

import drawing
import numpy as np
import pandas as pd
from bestofk import equivalents, grid, provenance
from bestofk.finite_size import variance_bias
from bestofk.model import Overshoot, TeacherStudent
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Points on a line of theory.
LINE_POINTS = 61

#: Markers of the dimensions, in order, and their sizes: where points coincide the larger one shows behind.
MARKERS = (("o", 5.0), ("s", 3.4), ("^", 2.2))

#: In the panel of the bias, where bars would hide each other, dimensions stand side by side: factor on alpha.
SHIFT = 1.09

#: Height of a row of panels, in inches.
ROW_HEIGHT = 1.95

COLUMNS = ["panel", "spectrum", "series", "n_features", "aspect_ratio", "value"]
COLUMNS += ["simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw order parameters, their finite-size bias and the error of the one-point form, a row a spectrum.

    Parameters
    ----------
    tables : list of str
        The tables of equivalents and of best_of_k.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the tables.
    """
    fits, published = (provenance.read_table(path) for path in tables)
    fits = fits.assign(shape=fits["spectrum"], spectrum=fits.apply(spectrum_name, axis=1))
    names = list(dict.fromkeys(fits.sort_values("spectrum_exponent", kind="stable")["spectrum"]))
    numbers = pd.concat(
        [panels_of(fits[fits["spectrum"] == name], "abcdefghi"[3 * row :]) for row, name in enumerate(names)]
        + [published_settings(published)],
        ignore_index=True,
    ).reindex(columns=COLUMNS)
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, ROW_HEIGHT * len(names)))
        rows = figure.subplots(len(names), 3, sharex="col", squeeze=False)
        for axes, name in zip(rows, names, strict=True):
            draw_row(axes, numbers[numbers["spectrum"] == name], name)
        decorate(rows, numbers)
        drawing.save(figure, numbers, pdf=pdf, png=png, csv=csv)


def spectrum_name(row: pd.Series) -> str:
    """Name of a spectrum as it is printed."""
    if row["spectrum"] == "isotropic":
        return "isotropic"
    return f"power law, exponent {row['spectrum_exponent']:g}"


def panels_of(fits: pd.DataFrame, letters: str) -> pd.DataFrame:
    """Everything drawn of one spectrum: measured points and lines of theory."""
    measured = fits.dropna(subset=["simulation"])
    noise = measured["noise_var"]
    scaled = {"a": (1 / noise, 0.0), "b": (measured["n_train"] / measured["two_point"], -measured["n_train"])}
    scaled["c"] = (1 / measured["one_point"], 0.0)
    frames = []
    for panel, (factor, offset) in scaled.items():
        shown = measured["quantity"].isin({"a": ["s2", "q_tt"], "b": ["s2"], "c": ["q_tt"]}[panel])
        points = measured.assign(
            panel=letters["abc".index(panel)],
            series=measured["quantity"] + {"a": "/noise_var", "b": "_bias", "c": "/one_point"}[panel],
            simulation=measured["simulation"] * factor + offset,
            standard_error=measured["standard_error"] * factor,
        )
        frames.append(points[shown])
    # Lines that do not depend on the dimension are drawn once.
    sizes = sorted(fits["n_features"].unique())
    sizes = sizes[-1:] if (fits["spectrum_exponent"] == 0).all() else sizes
    rows = [row for size in sizes for row in lines(fits, int(size), letters)]
    return pd.concat([*frames, pd.DataFrame(rows)], ignore_index=True)


def lines(fits: pd.DataFrame, size: int, letters: str) -> Iterator[dict]:
    """Lines of theory at one dimension, for a teacher whose components have equal squares."""
    row = fits.iloc[0]
    name = row["spectrum"]
    # The seed decides the teacher alone, which is replaced here.
    row = {**row, "spectrum": row["shape"], "n_features": size}
    spectrum = grid.build_model(row, "equivalents", 0).spectrum
    teacher = np.full(size, np.sqrt(row["teacher_mean_square"]))
    ends = fits["aspect_ratio"].min(), fits["aspect_ratio"].max()
    for n_train in np.unique(np.round(size / np.geomspace(*ends, LINE_POINTS)).astype(int)):
        scales = {"noise_var": float(row["noise_var"]), "prior_var": float(row["prior_var"])}
        model = TeacherStudent(spectrum, teacher, Overshoot(0.0), n_train=int(n_train), **scales)
        two, one = (equivalents.order_parameters(model, kind=kind) for kind in ("two_point", "one_point"))
        values = {
            (letters[0], "s2/noise_var two_point"): two.s2 / model.noise_var,
            (letters[0], "q_tt/noise_var two_point"): two.q_tt / model.noise_var,
            (letters[0], "q_tt/noise_var one_point"): one.q_tt / model.noise_var,
            (letters[1], "s2_bias predicted"): variance_bias(model),
            (letters[2], "q_tt two_point/one_point"): two.q_tt / one.q_tt,
        }
        shared = {"spectrum": name, "n_features": size, "aspect_ratio": model.aspect_ratio}
        for (panel, series), value in values.items():
            yield {"panel": panel, "series": series, "value": value, **shared}


def published_settings(table: pd.DataFrame) -> pd.DataFrame:
    """Ratio of the two forms at the settings of the published code."""
    rows = table[table["quantity"] == "q_tt"]
    return pd.DataFrame(
        {
            "panel": "c",
            "spectrum": "isotropic",
            "series": "q_tt two_point/one_point, published settings",
            "n_features": rows["n_features"],
            "aspect_ratio": rows["aspect_ratio"],
            "value": rows["two_point"] / rows["one_point"],
        }
    )


def draw_row(axes: np.ndarray, numbers: pd.DataFrame, name: str) -> None:
    """Draw the three panels of one spectrum."""
    sizes = sorted(numbers["n_features"].dropna().unique())
    sizes = [size for size in sizes if numbers.loc[numbers["n_features"] == size, "simulation"].notna().any()]
    palette = dict(zip(sizes, drawing.colours(len(sizes)), strict=True))
    theory = numbers.dropna(subset=["value"])
    settings = theory["series"].str.endswith("published settings")
    once = theory[~settings].groupby("panel")["n_features"].nunique().max() == 1
    for (panel, series, size), line in theory[~settings].groupby(["panel", "series", "n_features"]):
        look = drawing.PUBLISHED if series.endswith(" one_point") else drawing.EXACT
        colour = "0.25" if once else palette[size]
        place(axes, panel).plot(line["aspect_ratio"], line["value"], color=colour, zorder=1.5, **look)
    for order, size in enumerate(sizes):
        points = numbers[(numbers["n_features"] == size) & numbers["simulation"].notna()]
        for panel, group in points.groupby("panel"):
            axis, (marker, marker_size) = place(axes, panel), MARKERS[order % len(MARKERS)]
            shift = SHIFT ** (order - (len(sizes) - 1) / 2) if axis is axes[1] else 1.0
            drawing.with_bars(
                axis,
                group["aspect_ratio"] * shift,
                group["simulation"],
                group["standard_error"],
                color=palette[size],
                marker=marker,
                markersize=3.2 if axis is axes[1] else marker_size,
                label=f"d = {size:g}",
                zorder=2 + order,
            )
    if settings.any():
        marks = theory[settings]
        axes[2].plot(marks["aspect_ratio"], marks["value"], "x", color="black", markersize=4)
        place_of_text = (marks["aspect_ratio"].min(), marks["value"].max())
        offset = {"xytext": (-2, 5), "textcoords": "offset points", "ha": "left", "va": "bottom"}
        axes[2].annotate("published\nsettings", place_of_text, fontsize=7, **offset)
    axes[0].set_title(name, loc="center")
    for letter, axis in zip(sorted(numbers["panel"].unique()), axes, strict=True):
        drawing.panel_label(axis, letter)


def place(axes: np.ndarray, panel: str) -> Axes:
    """The axes of a panel in its row."""
    return axes["abcdefghi".index(panel) % 3]


def decorate(rows: np.ndarray, numbers: pd.DataFrame) -> None:
    """Scales, labels and the words beside the lines."""
    values = numbers.loc[numbers["series"].str.contains("/noise_var"), ["value", "simulation"]].to_numpy()
    alpha = numbers.loc[numbers["simulation"].notna(), "aspect_ratio"]
    for axes in rows:
        axes[0].set(xscale="log", yscale="log", ylabel=r"$s^2/\sigma^2$ and $q_{TT}/\sigma^2$")
        axes[0].set_ylim(np.nanmin(values) / 2, np.nanmax(values) * 4)
        axes[1].set(xscale="log", ylabel=r"$n \times$ relative bias of $s^2$")
        axes[2].set(xscale="log", yscale="log", ylabel=r"$q_{TT}$ over its one-point form")
        axes[1].axhline(0, color="0.7", linewidth=0.6, zorder=0)
        axes[2].axhline(1, color="0.7", linewidth=0.6, zorder=0)
        axes[2].yaxis.set_major_formatter(plain)
        for axis in axes:
            axis.xaxis.set_major_formatter(plain)
    for axis in rows[-1]:
        axis.set_xlabel(r"$\alpha = d/n$")
    rows[0, 0].text(alpha.min(), 1.4, "$s^2$", va="bottom")
    words = {"q_tt/noise_var two_point": ("$q_{TT}$", -3, 2, "right", "bottom")}
    words["q_tt/noise_var one_point"] = ("one-point", 4, -2, "left", "top")
    line = numbers[(numbers["spectrum"] == numbers["spectrum"].iloc[0]) & numbers["value"].notna()]
    for series, (word, x, y, across, along) in words.items():
        values = line[line["series"] == series].sort_values("aspect_ratio")
        middle = values.iloc[len(values) * 2 // 5]
        rows[0, 0].annotate(
            word,
            (middle["aspect_ratio"], middle["value"]),
            xytext=(x, y),
            textcoords="offset points",
            ha=across,
            va=along,
        )
    rows[0, 1].legend(loc="upper left", handletextpad=0.2, borderaxespad=0.0)


def plain(value: float, position: int | None = None) -> str:
    """Tick label without an exponent."""
    return f"{value:g}"


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
