"""Figure phase_edges: the first-order strip, where it begins, and the zone that rare inputs carry."""

import drawing
import numpy as np
import pandas as pd
from bestofk import boundaries, provenance
from ledger.phase_edges import jumps, tricritical_temperature
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Height in inches.
HEIGHT = 2.35

COLUMNS = ["panel", "series", "reduced_temperature", "kappa", "rho", "k", "value"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw curves across the strip, the k at its edge, and the approach to the line beyond kappa_e.

    Parameters
    ----------
    tables : list of str
        The table of phase_edges.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    parts = dict(iter(table.groupby("part")))
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        axes = figure.subplots(1, 4, width_ratios=[1.15, 1.1, 1, 1])
        for axis, letter in zip(axes, "abcd", strict=True):
            drawing.panel_label(axis, letter)
        numbers = [
            draw_strip(axes[0], parts["strip"]).assign(panel="a"),
            draw_edges(axes[1], parts["edge"]).assign(panel="b"),
            draw_lines(axes[2], parts["condensed"]).assign(panel="c"),
            draw_exponents(axes[3], parts["condensed"]).assign(panel="d"),
        ]
        drawing.save(figure, pd.concat(numbers, ignore_index=True)[COLUMNS], pdf=pdf, png=png, csv=csv)


def draw_strip(axes: Axes, strip: pd.DataFrame) -> pd.DataFrame:
    """k times the excess along k, which tends to a constant."""
    strip = strip.assign(series="excess", value=strip["k"] * strip["excess"])
    colours = drawing.colours(strip["rho"].nunique())
    shown = strip[strip["k"] <= 1e4]
    axes.axhline(0.0, color="0.6", linewidth=0.8, zorder=0)
    for (rho, rows), colour in zip(shown.groupby("rho"), colours, strict=True):
        axes.plot(rows["k"], rows["value"], color=colour, **drawing.EXACT)
        end = (rows["k"].iloc[-1], rows["value"].iloc[-1] + 0.003)
        axes.text(*end, f"$\\rho$ = {rho:g}", color=colour, fontsize=7, ha="right", va="bottom")
        best = rows.loc[rows["excess"].idxmin()]
        if best["excess"] < 0:
            axes.plot(best["k"], best["value"], "^", color=colour, markersize=4)
    drawing.candidates_axis(axes, shown["k"].max())
    # One candidate alone is far above.
    axes.set_ylim(-0.115, 0.075)
    axes.set_ylabel(r"$k\,[\delta(k)-\delta_\infty]/s^2$", labelpad=1)
    axes.set_title(f"$t$ = {strip['reduced_temperature'].iloc[0]:g}, $\\kappa$ = {strip['kappa'].iloc[0]:g}")
    return shown


def draw_edges(axes: Axes, edges: pd.DataFrame) -> pd.DataFrame:
    """The k at the edge against t, and where it diverges."""
    colours = drawing.colours(edges["kappa"].nunique())
    drawn = []
    for (kappa, rows), colour in zip(edges.groupby("kappa"), colours, strict=True):
        rows = rows[jumps(rows)].sort_values("reduced_temperature")
        axes.plot(rows["reduced_temperature"], rows["edge_k"], color=colour, **drawing.EXACT)
        # Over the middle of its trough, where the curve itself does not pass.
        trough = rows.loc[rows["edge_k"] == rows["edge_k"].min(), "reduced_temperature"]
        place = (trough.median(), 1.15 * rows["edge_k"].min())
        axes.text(*place, f"$\\kappa$ = {kappa:g}", color=colour, fontsize=7, ha="center", va="bottom")
        t = tricritical_temperature(kappa)
        axes.axvline(t, color=colour, linestyle=":", linewidth=1.0)
        drawn.append(rows.assign(series="edge", value=rows["edge_k"]))
        drawn.append(pd.DataFrame({"series": ["tricritical"], "reduced_temperature": t, "kappa": kappa}))
    drawing.log_axis(axes.yaxis, 1.0, 1000.0)
    axes.set_ylim(2.0, 300.0)
    axes.set_xlim(0.0, 1.75)
    axes.set_xlabel("temperature $t$")
    axes.set_ylabel("best $k$ at the edge", labelpad=1)
    return pd.concat(drawn, ignore_index=True).assign(rho=np.nan, k=np.nan)


def pairs(rare: pd.DataFrame):
    """The pairs beyond condensation, with their names, colours and markers."""
    groups = list(rare.groupby(["reduced_temperature", "kappa"]))
    for ((t, kappa), rows), colour, marker in zip(
        groups, drawing.colours(len(groups)), "osDv"[: len(groups)], strict=True
    ):
        yield (
            f"$t$ = {t:g}, $\\kappa$ = {kappa:g}",
            rows.sort_values("k"),
            {"color": colour, "marker": marker, "markersize": 3},
        )


def draw_lines(axes: Axes, rare: pd.DataFrame) -> pd.DataFrame:
    """The rho below which k beats the limit, against 1/log k."""
    drawn = []
    for name, rows, style in pairs(rare):
        axes.plot(1 / np.log10(rows["k"]), rows["edge_rho"], linewidth=0.8, **style)
        place = (1 / np.log10(rows["k"].iloc[0]), rows["edge_rho"].iloc[0] - 0.008)
        axes.text(*place, name, color=style["color"], fontsize=7, ha="right", va="top")
        limit = rows.iloc[-1:].assign(k=np.inf, series="line", value=rows["line_rho"].iloc[-1])
        axes.plot(0.0, limit["value"], "x", color=style["color"], markersize=4, clip_on=False)
        drawn += [rows.assign(series="searched", value=rows["edge_rho"]), limit]
    axis_of_logarithm(axes, rare)
    axes.set_ylabel(r"$\rho$ below which $k$ beats $\infty$", labelpad=1)
    axes.set_ylim(0.4, 0.8)
    return pd.concat(drawn, ignore_index=True)


def draw_exponents(axes: Axes, rare: pd.DataFrame) -> pd.DataFrame:
    """The local exponent, and that of the law with its logarithm."""
    drawn = []
    for _, rows, style in pairs(rare):
        rows = rows.dropna(subset=["exponent"])
        axes.plot(1 / np.log10(rows["k"]), rows["exponent"], linestyle="none", **style)
        axes.plot(1 / np.log10(rows["k"]), rows["law_exponent"], color=style["color"], linewidth=0.8)
        first = rows.iloc[-1]
        limit = boundaries.condensation(first["kappa"], reduced_temperature=first["reduced_temperature"])
        axes.plot(0.0, limit.exponent, "x", color=style["color"], markersize=4, clip_on=False)
        drawn += [
            rows.assign(series="exponent", value=rows["exponent"]),
            rows.assign(series="law", value=rows["law_exponent"]),
            rows.iloc[-1:].assign(k=np.inf, series="law", value=limit.exponent),
        ]
    axis_of_logarithm(axes, rare)
    axes.set_ylabel("local exponent", labelpad=1)
    axes.set_ylim(0.0, 0.8)
    axes.text(0.5, 0.5, "colours as in c", transform=axes.transAxes, fontsize=7, ha="center")
    return pd.concat(drawn, ignore_index=True)


def axis_of_logarithm(axes: Axes, rare: pd.DataFrame) -> None:
    """An axis of 1/log10 k, labelled by k."""
    ticks = [np.inf, 1e20, 1e9, 1e6, 1e4]
    axes.set_xticks(
        [1 / np.log10(k) for k in ticks], ["\u221e", *(drawing.plain_number(k) for k in ticks[1:])]
    )
    axes.set_xlim(0.0, 1.05 / np.log10(rare["k"].min()))
    axes.set_xlabel("candidates $k$")


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
