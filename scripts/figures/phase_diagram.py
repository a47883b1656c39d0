"""Figure phase_diagram: the best number of candidates over reduced variables, and the price of a formula."""

import candidate_maps as maps
import drawing
import numpy as np
import pandas as pd
from bestofk import boundaries, provenance
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from scipy.optimize import brentq

#: Height in inches.
HEIGHT = 4.3

#: Dots per inch of the cells inside the PDF.
CELL_RESOLUTION = 400

#: Range of the colour scale of the regret, in units of s^2.
REGRET = (1e-2, 1e2)

#: Points on a line of theory.
LINE_POINTS = 400

#: How the boundaries are drawn.
LINES = {
    "line": ("proved line", {"color": "black", "linestyle": "-", "linewidth": 1.3}),
    "condensed": ("heuristic line", {"color": "black", "linestyle": (0, (4, 2)), "linewidth": 1.3}),
    "searched": ("exact search", {"color": "tab:red", "linestyle": "-", "linewidth": 0.9}),
    "published": ("published", {"color": "black", **drawing.PUBLISHED}),
    "kappa_e": ("$\\kappa_e(t)$", {"color": "0.45", "linestyle": "-", "linewidth": 0.6}),
}

COLUMNS = ["panel", "series", "reduced_temperature", "kappa", "rho", "value"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the exact optimal k at several rho and at T = 0, and what the published k costs.

    Parameters
    ----------
    tables : list of str
        The table of phase_diagram.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    warm, cold = table[table["reduced_temperature"] > 0], table[table["reduced_temperature"] == 0]
    rhos = sorted(warm["rho"].unique())
    letters = "abcdefghijkl"
    numbers = []
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT), dpi=CELL_RESOLUTION)
        axes = figure.subplots(2, len(rhos))
        for axis, letter in zip(axes.ravel(), letters, strict=False):
            drawing.panel_label(axis, letter)
        # No rho as large as the last one has a finite optimum; its place is taken by T = 0.
        for axis, letter, rho in zip(axes[0, :-1], letters, rhos, strict=False):
            cells, lines = warm[warm["rho"] == rho], warm_lines(warm[warm["rho"] == rho], rho)
            candidates = draw_candidates(axis, cells, "reduced_temperature")
            draw_lines(axis, lines, "reduced_temperature")
            dress(axis, f"best $k$,  $\\rho = {fraction(rho)}$", "reduced_temperature")
            numbers += [cell_rows(cells, "optimal_k", letter), lines.assign(panel=letter)]
        axis, letter = axes[0, -1], letters[len(rhos) - 1]
        candidates = draw_candidates(axis, cold, "rho")
        lines = cold_lines(cold)
        draw_lines(axis, lines, "rho")
        dress(axis, "best $k$,  $T = 0$", "rho")
        numbers += [cell_rows(cold, "optimal_k", letter), lines.assign(panel=letter)]
        for axis, letter, rho in zip(axes[1], letters[len(rhos) :], rhos, strict=False):
            cells = warm[warm["rho"] == rho]
            cells = cells.assign(regret=cells["published_excess"] - cells["optimal_excess"])
            lines = warm_lines(cells, rho)
            lines = lines[lines["series"].isin(["line", "condensed", "published"])]
            price = draw_regret(axis, cells)
            draw_lines(axis, lines, "reduced_temperature")
            dress(axis, f"regret,  $\\rho = {fraction(rho)}$", "reduced_temperature")
            numbers += [cell_rows(cells, "regret", letter), lines.assign(panel=letter)]
        scales(figure, axes, candidates, price)
        frame = pd.concat(numbers, ignore_index=True).reindex(columns=COLUMNS)
        drawing.save(figure, frame, pdf=pdf, png=png, csv=csv)


def cell_rows(cells: pd.DataFrame, name: str, panel: str) -> pd.DataFrame:
    """The value of every cell of a panel, in long form."""
    place = cells[["reduced_temperature", "kappa", "rho"]]
    return place.assign(panel=panel, series=name, value=cells[name].to_numpy())


def grid_of(cells: pd.DataFrame, column: str, rows: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """kappa, the other axis, and a column of the cells as an array with kappa along its rows."""
    wide = cells.pivot(index=rows, columns="kappa", values=column)
    return wide.columns.to_numpy(), wide.index.to_numpy(), wide.to_numpy(dtype=float)


def warm_lines(cells: pd.DataFrame, rho: float) -> pd.DataFrame:
    """Boundaries at one rho and T > 0: where each says that finite optima end."""
    kappa_cells, t_cells, searched = grid_of(cells, "rho_searched", "reduced_temperature")
    kappa = np.geomspace(kappa_cells[0], kappa_cells[-1], LINE_POINTS)
    t = np.array([boundary_temperature(value, rho, t_cells[0], t_cells[-1]) for value in kappa])
    # The published formula has a finite optimum for t C1 < 3 C2.
    published = segment("published", kappa, 3.0 + 3.0 * kappa / (1.0 + 2.0 * rho * kappa))
    kappa, t = kappa[np.isfinite(t)], t[np.isfinite(t)]
    condensed = kappa >= boundaries.condensation_kappa(t)
    t_thin = np.geomspace(t_cells[0], t_cells[-1], LINE_POINTS)
    frames = [
        segment("line", kappa[~condensed], t[~condensed]),
        segment("condensed", kappa[condensed], t[condensed]),
        published,
        segment("kappa_e", boundaries.condensation_kappa(t_thin), t_thin),
        searched_boundary(kappa_cells, t_cells, searched, rho),
    ]
    frame = pd.concat(frames, ignore_index=True).rename(columns={"other": "reduced_temperature"})
    inside = frame["reduced_temperature"].between(t_cells[0], t_cells[-1])
    return frame[inside & frame["kappa"].between(kappa_cells[0], kappa_cells[-1])].assign(rho=rho)


def segment(series: str, kappa: np.ndarray, other: np.ndarray) -> pd.DataFrame:
    """One boundary in long form."""
    return pd.DataFrame({"series": series, "kappa": kappa, "other": other}).dropna()


def boundary_temperature(kappa: float, rho: float, low: float, high: float) -> float:
    """Temperature at which the critical rho of theory passes rho, or nan if it does not in between."""

    def distance(t: float) -> float:
        return float(boundaries.critical_rho(kappa, reduced_temperature=t)) - rho

    return brentq(distance, low, high) if distance(low) > 0 > distance(high) else np.nan


def searched_boundary(kappa: np.ndarray, other: np.ndarray, searched: np.ndarray, rho: float) -> pd.DataFrame:
    """Highest place on the other axis at each kappa where the exact search still finds a finite optimum."""
    places = np.full(kappa.size, np.nan)
    for column in range(kappa.size):
        above = searched[:, column] - rho
        last = np.flatnonzero((above[:-1] > 0) & (above[1:] <= 0))
        if last.size:
            row = last[-1]
            share = above[row] / (above[row] - above[row + 1])
            places[column] = other[row] * (other[row + 1] / other[row]) ** share
    return segment("searched", kappa, places)


def cold_lines(cells: pd.DataFrame) -> pd.DataFrame:
    """The theorem at T = 0, and the boundary of the exact search."""
    kappa_cells, rho_cells, _ = grid_of(cells, "rho_searched", "rho")
    kappa = np.geomspace(kappa_cells[0], kappa_cells[-1], LINE_POINTS)
    line = segment("line", kappa, boundaries.critical_rho(kappa, reduced_temperature=0.0))
    first = cells.drop_duplicates("kappa")
    searched = segment("searched", first["kappa"].to_numpy(), first["rho_searched"].to_numpy())
    frame = pd.concat([line, searched], ignore_index=True).rename(columns={"other": "rho"})
    return frame[frame["rho"].between(rho_cells[0], rho_cells[-1])].assign(reduced_temperature=0.0)


def draw_candidates(axes: Axes, cells: pd.DataFrame, rows: str) -> QuadMesh:
    """Draw the optimal k in classes, and grey where there is no finite one."""
    kappa, other, k = grid_of(cells, "optimal_k", rows)
    set_scales(axes, rows)
    return maps.draw_candidates(axes, maps.edges(kappa), maps.edges(other, log=rows != "rho"), k)


def draw_regret(axes: Axes, cells: pd.DataFrame) -> QuadMesh:
    """Draw how much larger the error at the published k is than at the best one."""
    kappa, other, regret = grid_of(cells, "regret", "reduced_temperature")
    set_scales(axes, "reduced_temperature")
    axes.set_facecolor(maps.NONE_COLOUR)
    style = {"cmap": "magma_r", "norm": LogNorm(*REGRET), "rasterized": True}
    shown = np.ma.masked_less_equal(regret, 0.0)
    return axes.pcolormesh(maps.edges(kappa), maps.edges(other), shown, **style)


def set_scales(axes: Axes, rows: str) -> None:
    """Make the axes of a panel logarithmic, except that of rho."""
    axes.set_xscale("log")
    axes.set_yscale("linear" if rows == "rho" else "log")


def draw_lines(axes: Axes, lines: pd.DataFrame, rows: str) -> None:
    """Draw the boundaries."""
    for series, line in lines.groupby("series"):
        axes.plot(line["kappa"], line[rows], **LINES[series][1])


def fraction(rho: float) -> str:
    """A rho as it is printed."""
    nearest = [number for number in range(2, 7) if abs(rho * number - 1) < 1e-9]
    return f"1/{nearest[0]}" if nearest else f"{rho:g}"


def dress(axes: Axes, title: str, rows: str) -> None:
    """Title and ticks of a panel."""
    axes.set_title(title, loc="center")
    axes.set_xticks([0.1, 1, 10], ["0.1", "1", "10"])
    if rows != "rho":
        axes.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])


def scales(figure: Figure, axes: np.ndarray, candidates: QuadMesh, price: QuadMesh) -> None:
    """Labels of the axes, colour bars of both rows, words for grey, and the legend of the lines."""
    for axis in axes[1]:
        axis.set_xlabel(r"$\kappa = q_{RR}/s^2$")
    for axis in axes[:, 0]:
        axis.set_ylabel(r"$t = T/(2 s^2)$")
    axes[0, -1].set_ylabel(r"$\rho = q_{TR}/q_{RR}$", labelpad=0)
    for row, word in zip(axes, ("none", "no regret"), strict=True):
        row[0].text(0.05, 0.93, word, transform=row[0].transAxes, va="top", fontsize=7, color="0.3")
    maps.candidates_bar(figure, candidates, axes[0], aspect=15)
    bar = figure.colorbar(price, ax=axes[1], aspect=15, pad=0.01, extend="both")
    bar.set_ticks([0.01, 0.1, 1, 10, 100], labels=["0.01", "0.1", "1", "10", "100"])
    bar.set_label("units of $s^2$", labelpad=1)
    handles = [Line2D([], [], label=name, **look) for name, look in LINES.values()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
