"""Figure half_temperature_test: does the test tell what twice as many candidates would do?"""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from bestofk.pool_diagnostics import CONFIDENCE
from ledger.half_temperature import T_SHOWN, decisions, shares
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FormatStrFormatter, NullLocator
from scipy import stats

#: Height in inches.
HEIGHT = 2.55

#: What became of a prediction: face of the marker, or how it is drawn.
OUTCOMES = {"hit": "0.15", "miss": "tab:red", "no sign seen": "0.75", "no sign predicted": "white"}

#: Sources of the last panel: name and marker.
SOURCES = {"language_model": ("language model", "o"), "neural_networks": ("networks", "s")}

COLUMNS = ["panel", "series", "kappa", "rho", "task", "judge", "judge_labels", "metric", "temperature"]
COLUMNS += ["simulation", "value", "standard_error", "replicates", "outcome"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the shares of signs on pools of the model, and prediction against observation elsewhere.

    Parameters
    ----------
    tables : list of str
        The tables of half_temperature_test, language_model and neural_networks.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the tables.
    """
    model, language, networks = map(provenance.read_table, tables)
    # The table of networks has T/s^2.
    networks["temperature"] /= 2.0
    parts = [
        of_model(model),
        of_pools("language_model", language, ["task", "judge", "metric", "temperature"]),
        of_pools("neural_networks", networks, ["judge_labels", "temperature"]),
    ]
    numbers = pd.concat(parts, ignore_index=True).reindex(columns=COLUMNS)
    numbers = numbers.sort_values(COLUMNS[:9], ignore_index=True)
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def of_model(table: pd.DataFrame) -> pd.DataFrame:
    """Shares of pools by the sign that the test gives, and where theory changes sign."""
    parts = []
    for panel, prefix in (("a", ""), ("b", "plain_")):
        rows = shares(table, prefix)
        rows = rows[rows["reduced_temperature"] == T_SHOWN]
        for series in ("more", "fewer"):
            share = rows[series]
            error = np.sqrt(share * (1 - share) / rows["replicates"])
            columns = {"panel": panel, "series": series, "temperature": T_SHOWN}
            parts.append(rows.assign(simulation=share, standard_error=error, **columns))
        edges = [
            {"panel": panel, "series": "edge", "kappa": kappa, "temperature": T_SHOWN, "value": edge}
            for kappa, of in rows.groupby("kappa")
            for edge in crossings(of.sort_values("rho"))
        ]
        parts.append(pd.DataFrame(edges))
    return pd.concat(parts, ignore_index=True)


def crossings(rows: pd.DataFrame) -> list[float]:
    """Where the exact fall, linear between points, passes zero."""
    rho, fall = rows["rho"].to_numpy(), rows["fall"].to_numpy()
    places = np.flatnonzero(np.diff(np.sign(fall)))
    return [float(rho[i] - fall[i] * (rho[i + 1] - rho[i]) / (fall[i + 1] - fall[i])) for i in places]


def of_pools(series: str, table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Prediction and observation of every judge, measure of error and temperature, in standard errors."""
    rows = decisions(table, by)
    return rows.assign(
        panel="c",
        series=series,
        value=rows["gain_simulation"] / rows["gain_standard_error"],
        simulation=rows["fall_simulation"] / rows["fall_standard_error"],
        replicates=rows["gain_replicates"],
    )


def draw(numbers: pd.DataFrame) -> Figure:
    """Two panels of shares and one of predictions."""
    figure = Figure(figsize=(drawing.PAGE, HEIGHT))
    left, middle, right = figure.subplots(1, 3, gridspec_kw={"width_ratios": [1, 1, 1.15]})
    kappas = sorted(numbers["kappa"].dropna().unique())
    for axes, letter, title in ((left, "a", "weighted by $\\omega$"), (middle, "b", "all prompts alike")):
        draw_shares(axes, numbers[numbers["panel"] == letter], kappas)
        drawing.panel_label(axes, letter)
        axes.set_title(title, fontsize=7.5, loc="right")
    left.set_ylabel(f"share of pools, $t={T_SHOWN:g}$")
    middle.tick_params(labelleft=False)
    handles = [
        Line2D([], [], color=colour, linewidth=1.3, label=f"$\\kappa={kappa:g}$")
        for kappa, colour in zip(kappas, drawing.colours(len(kappas)), strict=True)
    ]
    signs = [
        Line2D([], [], color="0.3", marker="o", markersize=3.2, linewidth=1.1, label="more help"),
        Line2D(
            [],
            [],
            color="0.3",
            marker="o",
            markersize=3.2,
            markerfacecolor="white",
            linewidth=1.1,
            linestyle="--",
            label="more harm",
        ),
        Line2D([], [], color="0.3", linestyle=":", linewidth=1.0, label="sign changes"),
    ]
    figure.legend(handles=[*handles, *signs], loc="outside upper left", ncols=6)
    draw_decisions(right, numbers[numbers["panel"] == "c"])
    drawing.panel_label(right, "c")
    return figure


def draw_shares(axes: Axes, rows: pd.DataFrame, kappas: list[float]) -> None:
    """Share of pools of either sign against rho."""
    for kappa, colour in zip(kappas, drawing.colours(len(kappas)), strict=True):
        of = rows[rows["kappa"] == kappa]
        for series, line, face in (("more", "-", colour), ("fewer", "--", "white")):
            points = of[of["series"] == series].sort_values("rho")
            drawing.with_bars(
                axes,
                *(points[name] for name in ("rho", "simulation", "standard_error")),
                color=colour,
                linestyle=line,
                linewidth=1.0,
                markerfacecolor=face,
                markeredgewidth=0.8,
            )
        for edge in of.loc[of["series"] == "edge", "value"]:
            axes.axvline(edge, color=colour, linestyle=":", linewidth=1.0, zorder=0)
    axes.set(xlabel=r"$\rho=q_{TR}/q_{RR}$", ylim=(-0.04, 1.04))


def draw_decisions(axes: Axes, rows: pd.DataFrame) -> None:
    """Observed against predicted change, in standard errors, on a scale that is linear near zero."""
    rows = rows[rows["outcome"] != "not trusted"]
    reach = 1.3 * np.abs(rows[["value", "simulation"]].to_numpy()).max()
    for quadrant in (1, -1):
        axes.fill_between([0, quadrant * reach], 0, -quadrant * reach, color="0.93", zorder=0, linewidth=0)
    axes.axhline(0, color="0.5", linewidth=0.6, zorder=1)
    axes.axvline(0, color="0.5", linewidth=0.6, zorder=1)
    for series, (_, marker) in SOURCES.items():
        for outcome, face in OUTCOMES.items():
            of = rows[(rows["series"] == series) & (rows["outcome"] == outcome)]
            axes.plot(
                of["value"],
                of["simulation"],
                linestyle="none",
                marker=marker,
                markersize=4,
                markerfacecolor=face,
                markeredgecolor="0.15",
                markeredgewidth=0.6,
                zorder=2,
            )
    width = float(stats.norm.isf((1 - CONFIDENCE) / 2))
    for scale in (axes.set_xscale, axes.set_yscale):
        scale("symlog", linthresh=width, linscale=0.6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(FixedLocator([-30, -10, -2, 0, 2, 10, 30]))
        axis.set_major_formatter(FormatStrFormatter("%g"))
        axis.set_minor_locator(NullLocator())
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    axes.set(xlabel="predicted gain (standard errors)", ylabel="observed fall (standard errors)")
    handles = [
        Line2D([], [], color="0.15", linestyle="none", marker=marker, markersize=4, label=label)
        for label, marker in SOURCES.values()
    ]
    axes.legend(handles=handles, loc="lower right", handletextpad=0.2, borderaxespad=0.3)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
