"""Figure one_input: at one input the error has one valley in k, and two gaps say whether it is there."""

import candidate_maps as maps
import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from ledger.one_input import excess_over_law
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 2.35

#: Largest k of the curves; beyond it they are at their limit.
LARGEST_K = 1000

#: Points on the line of the theorem.
LINE_POINTS = 400

#: Below this distance from its law a curve is rounding.
ROUNDING = 1e-7

COLUMNS = [
    "panel",
    "series",
    "reduced_temperature",
    "teacher_gap",
    "reward_gap",
    "kappa",
    "rho",
    "k",
    "value",
]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw curves along k, the best k over the two gaps at T > 0 and T = 0, and the approach to the laws.

    Parameters
    ----------
    tables : list of str
        The table of one_input.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    t = table.loc[table["reduced_temperature"] > 0, "reduced_temperature"].min()
    warm, cold = table[table["reduced_temperature"] == t], table[table["reduced_temperature"] == 0]
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        axes = figure.subplots(1, 4, width_ratios=[1.15, 1, 1, 1.15])
        for axis, letter in zip(axes, "abcd", strict=True):
            drawing.panel_label(axis, letter)
        numbers = [draw_curves(axes[0], warm[warm["quantity"] == "excess"]).assign(panel="a")]
        for axis, rows, letter in ((axes[1], warm, "b"), (axes[2], cold, "c")):
            mesh, drawn = draw_map(axis, rows)
            numbers.append(drawn.assign(panel=letter))
        numbers.append(draw_laws(axes[3], table).assign(panel="d"))
        axes[0].set_title(f"$t$ = {t:g}")
        axes[1].set_title(f"best $k$, $t$ = {t:g}")
        axes[1].set_ylabel(r"teacher gap $\Delta_T/s$", labelpad=0)
        axes[2].set_title("best $k$, $T$ = 0")
        maps.candidates_bar(figure, mesh, axes[2], aspect=15)
        frame = pd.concat(numbers, ignore_index=True).reindex(columns=COLUMNS)
        drawing.save(figure, frame, pdf=pdf, png=png, csv=csv)


def draw_curves(axes: Axes, curves: pd.DataFrame) -> pd.DataFrame:
    """Draw the error minus its limit along k, with the least value of each curve."""
    curves = curves[curves["k"] <= LARGEST_K]
    gaps = sorted(curves["teacher_gap"].unique())
    for gap, colour in zip(gaps, drawing.colours(len(gaps)), strict=True):
        curve = curves[curves["teacher_gap"] == gap]
        excess = curve["value"]
        axes.plot(curve["k"], excess, color=colour, label=f"{gap:g}".replace("-", "\u2212"), **drawing.EXACT)
        if excess.min() < 0:
            best = excess.idxmin()
            axes.plot(curve.loc[best, "k"], excess[best], color=colour, clip_on=False, **drawing.OPTIMUM)
    axes.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    drawing.candidates_axis(axes, LARGEST_K)
    axes.set_yscale("symlog", linthresh=0.01, linscale=0.5)
    axes.set_ylim(-3, 3)
    axes.set_yticks([-1, -0.1, 0, 0.1, 1], ["\u22121", "\u22120.1", "0", "0.1", "1"])
    axes.minorticks_off()
    axes.set_ylabel(r"$[\delta(x;k) - \delta_\infty]/s^2$", labelpad=0)
    axes.legend(
        title=r"$\Delta_T/s$", loc="upper right", title_fontsize=7, handlelength=1.2, borderaxespad=0.1
    )
    return curves.assign(series="excess")


def draw_map(axes: Axes, rows: pd.DataFrame) -> tuple[QuadMesh, pd.DataFrame]:
    """Draw the best k of the search over both gaps, and the line of the theorem."""
    t = rows["reduced_temperature"].iloc[0]
    cells = rows[rows["quantity"] == "optimal_k"].assign(series="optimal_k")
    wide = cells.pivot(index="teacher_gap", columns="reward_gap", values="value")
    x, y = wide.columns.to_numpy(), wide.index.to_numpy()
    mesh = maps.draw_candidates(axes, maps.edges(x, log=False), maps.edges(y, log=False), wide.to_numpy())
    reward_gap = np.linspace(x[0], x[-1], LINE_POINTS + 1)[1:]
    share = 1 / (1 + t) + 2 / (2 + t) if t > 0 else 2.0
    line = pd.DataFrame({"reward_gap": reward_gap, "value": (reward_gap**2 * share - 1) / (2 * reward_gap)})
    line = line[line["value"].between(y[0], y[-1])].assign(series="line", reduced_temperature=t)
    axes.plot(line["reward_gap"], line["value"], color="black", linewidth=1.3)
    axes.set_xlabel(r"reward gap $\Delta_R/s$")
    axes.set_yticks([-2, 0, 2], ["\u22122", "0", "2"])
    axes.text(0.05, 0.95, "none", transform=axes.transAxes, va="top", fontsize=7, color="0.3")
    return mesh, pd.concat([cells, line])


def draw_laws(axes: Axes, table: pd.DataFrame) -> pd.DataFrame:
    """Draw how far the excess over the limit is from its law at large k."""
    rows = table[table["quantity"].isin(["excess", "mean_excess"])]
    rows = rows.assign(series="ratio", value=excess_over_law(rows).abs())
    rows = rows[(rows["value"] > ROUNDING) & (rows["k"] > 1)]
    warm, mean = rows["reduced_temperature"] > 0, rows["kappa"].notna()
    kinds = {
        "one input, $T$ > 0": ~mean & warm,
        "average, $T$ > 0": mean & warm,
        "one input, $T$ = 0": ~mean & ~warm,
        "average, $T$ = 0": mean & ~warm,
    }
    handles = []
    for (name, chosen), colour in zip(kinds.items(), drawing.colours(len(kinds)), strict=True):
        handles.append(Line2D([], [], color=colour, label=name))
        for _, curve in rows[chosen].groupby(["teacher_gap", "kappa", "rho"], dropna=False):
            axes.plot(curve["k"], curve["value"], color=colour, linewidth=0.9)
    drawing.candidates_axis(axes, rows["k"].max())
    drawing.log_axis(axes.yaxis, 1e-6, 1e1)
    axes.set_ylim(1e-6, 1e4)
    axes.set_ylabel("|excess/law \u2212 1|", labelpad=5)
    axes.legend(handles=handles, loc="upper right", handlelength=1.0, borderaxespad=0.0)
    return rows


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
