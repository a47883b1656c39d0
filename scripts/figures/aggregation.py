"""Figure aggregation: every way to spend k candidates, which one wins where, and the mean with best-of-k."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from bestofk.weighted_mean import winning_overshoots
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from theories.aggregation_map import COMPARED

#: Height in inches.
HEIGHT = 4.9

#: Rules that look at the judge in colour, rules that do not in grey.
_DARK, _MIDDLE, _LIGHT, _PALE = drawing.colours(4)
RULES = {
    "best_of_k": ("best of k", {"color": _DARK, **drawing.EXACT}),
    "softmax": ("softmax", {"color": _MIDDLE, **drawing.EXACT}),
    "weighted_mean": ("weighted mean", {"color": _LIGHT, **drawing.EXACT}),
    "weighted_vote": ("weighted vote", {"color": _PALE, **drawing.EXACT}),
    "mean": ("mean", {"color": "black", **drawing.EXACT}),
    "median": ("median", {"color": "0.45", **drawing.EXPANSION}),
    "vote": ("vote", {"color": "0.45", **drawing.PUBLISHED}),
}

#: What has no line, because it is exact at a few k only.
SIMULATED = {"linestyle": "none", "marker": "o", "markersize": 3}

#: Combinations with the mean, and what they are compared with.
COMBINATIONS = {
    "combination": ("mean with best of k", drawing.EXACT),
    "weighted_combination": ("mean with weighted mean", drawing.PUBLISHED),
    "single rule": ("best single rule", drawing.EXPANSION),
}

#: The single rules with which the combination is compared: the best of those that the map compares.
SINGLE = [rule for rule in COMPARED if rule != "softmax"]

#: Where the names of the winners stand in the map, in 1 + c and k.
NAMES = {"best_of_k": (0.58, 100.0), "weighted_mean": (2.35, 100.0), "mean": (7.5, 100.0)}

COLUMNS = ["panel", "series", "overshoot", "k", "value", "simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the errors of all rules for three judges, the map of winners, and the combination.

    Parameters
    ----------
    tables : list of str
        The tables of aggregation and aggregation_map.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the tables.
    """
    table, judges = (provenance.read_table(path) for path in tables)
    curves = scaled(table)
    numbers = pd.concat([of_rules(curves), winners(judges), of_combination(curves)], ignore_index=True)
    numbers = numbers.reindex(columns=COLUMNS)
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        figure.get_layout_engine().set(wspace=0.07)
        above, below = figure.subplots(2, 3)
        for axes, letter in zip([*above, *below], "abcdef", strict=True):
            drawing.panel_label(axes, letter)
        for axes, letter in zip(above, "abc", strict=True):
            draw_rules(axes, numbers[numbers["panel"] == letter])
        above[0].set_ylabel(r"error $\delta/s^2$")
        handles = [
            Line2D([], [], label=label, **style | (SIMULATED if rule == "weighted_vote" else {}))
            for rule, (label, style) in RULES.items()
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=len(handles), columnspacing=1.2)
        draw_map(below[0], numbers[numbers["panel"] == "d"], judges["reduced_temperature"].iloc[0])
        draw_combination(below[1], numbers[numbers["panel"] == "e"])
        draw_shares(below[2], numbers[numbers["panel"] == "f"])
        drawing.save(figure, numbers, pdf=pdf, png=png, csv=csv)


def scaled(table: pd.DataFrame) -> pd.DataFrame:
    """What is known of every quantity, with errors in units of s^2."""
    s2 = table[table["quantity"] == "s2"].set_index("point")["two_point"]
    names = [*RULES, "combination", "weighted_combination", "combination_share"]
    rows = table[table["quantity"].isin(names)].rename(columns={"quantity": "series", "exact": "value"})
    unit = np.where(rows["series"] == "combination_share", 1.0, rows["point"].map(s2))
    for column in ("value", "simulation", "standard_error"):
        rows[column] = rows[column] / unit
    return rows.assign(overshoot=rows["reward_value"])


def of_rules(curves: pd.DataFrame) -> pd.DataFrame:
    """Errors of every rule, one panel a judge."""
    judges = np.sort(curves["overshoot"].unique())[:3]
    rows = curves[curves["series"].isin(RULES) & curves["overshoot"].isin(judges)]
    return rows.assign(panel=rows["overshoot"].map(dict(zip(judges, "abc", strict=True))))


def winners(judges: pd.DataFrame) -> pd.DataFrame:
    """The best rule, and its error, at every judge and number of candidates."""
    errors = judges[list(COMPARED)]
    best = errors.idxmin(axis="columns")
    return judges[["overshoot", "k"]].assign(panel="d", series=best, value=errors.min(axis="columns"))


def of_combination(curves: pd.DataFrame) -> pd.DataFrame:
    """The combination, the best single rule beside it, and the share of best-of-k."""
    known = curves[curves["series"].isin(SINGLE) & curves["value"].notna()]
    single = known.groupby(["overshoot", "k"], as_index=False)["value"].min().assign(series="single rule")
    combined = curves[curves["series"].isin(["combination", "weighted_combination"])]
    shares = curves[curves["series"] == "combination_share"]
    return pd.concat([single.assign(panel="e"), combined.assign(panel="e"), shares.assign(panel="f")])


def draw_rules(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the error of every rule against k for one judge."""
    largest = numbers.loc[numbers["simulation"].notna(), "k"].max()
    for rule, (_, style) in RULES.items():
        rows = numbers[(numbers["series"] == rule)].sort_values("k")
        exact = rows[rows["value"].notna() & (rows["k"] <= largest)]
        if rule == "weighted_vote":
            # Counted at a few k only: crosses on the simulated points.
            axes.plot(exact["k"], exact["value"], "x", color=style["color"], markersize=5, zorder=4)
        else:
            axes.plot(exact["k"], exact["value"], **style)
        drawn = rows[rows["simulation"].notna()]
        bars = drawn["simulation"], drawn["standard_error"]
        drawing.with_bars(axes, drawn["k"], *bars, color=style["color"], markersize=2.2)
    drawing.candidates_axis(axes, largest)
    # One scale for the three judges; the best of many falls below it where the judge is the teacher.
    drawing.log_axis(axes.yaxis, 0.01, 1.5)
    axes.set_ylim(0.008, 2.2)
    axes.set_title(f"overshoot $c$ = {numbers['overshoot'].iloc[0]:g}")


def draw_map(axes: Axes, numbers: pd.DataFrame, reduced_temperature: float) -> None:
    """Draw which rule is the best over the judge and k."""
    order = [rule for rule in COMPARED if rule in set(numbers["series"])]
    place = numbers["series"].map({rule: number for number, rule in enumerate(order)})
    cells = numbers.assign(place=place, ratio=1.0 + numbers["overshoot"]).pivot(
        index="k", columns="ratio", values="place"
    )
    # Pale, so that names and lines stand out.
    pale = [tuple(1.0 - 0.35 * (1.0 - np.array(to_rgb(RULES[rule][1]["color"])))) for rule in order]
    axes.pcolormesh(
        cells.columns,
        cells.index,
        cells,
        cmap=ListedColormap(pale),
        vmin=-0.5,
        vmax=len(order) - 0.5,
        shading="nearest",
        rasterized=True,
    )
    for rule in order:
        if rule in NAMES:
            label = RULES[rule][0].replace(" mean", "\nmean")
            axes.text(*NAMES[rule], label, fontsize=6.5, ha="center", va="center")
    for overshoot in winning_overshoots(reduced_temperature):
        axes.axvline(1.0 + overshoot, color="black", linestyle=":", linewidth=1.0)
    drawing.log_axis(axes.xaxis, cells.columns.min(), cells.columns.max())
    drawing.log_axis(axes.yaxis, 2.0, cells.index.max())
    axes.set_ylim(cells.index.min(), cells.index.max())
    axes.set_xlim(cells.columns.min(), cells.columns.max())
    axes.set_xlabel(r"judge's gap over teacher's, $1 + c$")
    axes.set_ylabel("candidates $k$")


def judge_colours(count: int) -> list[tuple]:
    """Colours of the judges, none of them that of a rule."""
    return [tuple(row[:3]) for row in colormaps["plasma"](np.linspace(0.05, 0.8, count))]


def draw_combination(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the error of the mean combined with best-of-k beside that of the best single rule."""
    judges = np.sort(numbers["overshoot"].unique())
    largest = numbers.loc[np.isfinite(numbers["k"]), "k"].max()
    for overshoot, colour in zip(judges, judge_colours(judges.size), strict=True):
        rows = numbers[(numbers["overshoot"] == overshoot) & np.isfinite(numbers["k"])].sort_values("k")
        for series, (_, style) in COMBINATIONS.items():
            curve = rows[rows["series"] == series]
            axes.plot(curve["k"], curve["value"], color=colour, **style)
            drawn = curve[curve["simulation"].notna()] if series != "single rule" else curve[:0]
            bars = drawn["simulation"], drawn["standard_error"]
            drawing.with_bars(axes, drawn["k"], *bars, color=colour, markersize=2.6)
    drawing.candidates_axis(axes, largest)
    drawing.log_axis(axes.yaxis, 1e-7, 1.0)
    # Room for the names below the curves.
    axes.set_ylim(1e-8, 2.0)
    axes.set_ylabel(r"error $\delta/s^2$")
    handles = [
        Line2D([], [], color=colour, label=f"$c$ = {overshoot:g}", **drawing.EXACT)
        for overshoot, colour in zip(judges, judge_colours(judges.size), strict=True)
    ]
    handles += [Line2D([], [], color="0.3", label=label, **style) for label, style in COMBINATIONS.values()]
    axes.legend(handles=handles, loc="lower left", borderaxespad=0.2, labelspacing=0.25, fontsize=6.3)


def draw_shares(axes: Axes, numbers: pd.DataFrame) -> None:
    """Draw the share of best-of-k in the combination, and its limit 1/(1 + c)."""
    judges = np.sort(numbers["overshoot"].unique())
    finite = numbers[np.isfinite(numbers["k"])]
    for overshoot, colour in zip(judges, judge_colours(judges.size), strict=True):
        rows = finite[(finite["overshoot"] == overshoot) & (finite["k"] > 1)].sort_values("k")
        axes.plot(rows["k"], rows["value"], color=colour, **drawing.EXACT)
        limit = numbers[(numbers["overshoot"] == overshoot) & np.isinf(numbers["k"])]["value"]
        axes.plot([drawing.infinity_place(finite["k"].max())], limit, color=colour, **drawing.LIMIT)
    drawing.candidates_axis(axes, finite["k"].max(), infinity=True)
    axes.set_ylim(0.0, 1.05)
    axes.set_ylabel("share of best of $k$")
    axes.set_title("colours as in e")


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
