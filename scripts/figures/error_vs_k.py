"""Figure error_vs_k: error against the number of candidates, a shallow minimum, and the third order."""

import drawing
import numpy as np
import pandas as pd
from bestofk import expansions, provenance
from bestofk.equivalents import OrderParameters
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

#: Series by name: the column of the table, and how it is drawn.
EXPANSIONS = {
    "second_order": ("high_temperature_2", drawing.EXPANSION),
    "third_order": ("high_temperature_3", {**drawing.EXPANSION, "linestyle": (0, (5, 1.5, 1, 1.5))}),
    "third_order_published": ("high_temperature_published", drawing.PUBLISHED),
}

#: How many rewards the third panel shows: the first ones, for which the expansion holds there.
REWARDS_BY_ORDER = 2

#: Largest finite k of the magnified panel.
LARGEST_K_MAGNIFIED = 2048.0

#: Range of k in the third panel: at k = 1 no order contributes, and beyond the last nothing happens.
K_BY_ORDER = (2.0, 300.0)

#: Columns of the numbers drawn: the last three for points, the first for lines and marks.
VALUES = ["value", "simulation", "standard_error", "replicates"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the error against k for several rewards, magnify one minimum, and isolate the third order.

    Parameters
    ----------
    tables : list of str
        The table of the experiment error_vs_k. Its lowest temperature is simulated; at its highest one the
        expansion holds.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    temperatures = table["temperature"].dropna()
    low = table[table["temperature"] == temperatures.min()]
    high = table[table["temperature"] == temperatures.max()]
    optima = best_candidates(low, order_parameters(table))
    shown = shallowest(low)
    magnified = low[(low["reward_value"] == shown) & ((low["k"] <= LARGEST_K_MAGNIFIED) | np.isinf(low["k"]))]
    numbers = pd.concat(
        [
            errors(low, ["exact", "second_order"]).assign(panel="a"),
            optima[optima["series"] == "optimum"].assign(panel="a"),
            errors(magnified, ["exact", *EXPANSIONS]).assign(panel="b"),
            optima[optima["c"] == shown].assign(panel="b"),
            third_order(high, order_parameters(table)).assign(panel="c"),
        ],
        ignore_index=True,
    )[["panel", "series", "c", "temperature_over_noise", "k", *VALUES]]
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def order_parameters(table: pd.DataFrame) -> dict[float, OrderParameters]:
    """The two-point order parameters of each reward, by its overshoot."""
    rows = table[table["quantity"].isin(["s2", "q_tt", "q_tr", "q_rr"])]
    wide = rows.pivot(index="reward_value", columns="quantity", values="two_point")
    return {c: OrderParameters(**row) for c, row in wide.to_dict("index").items()}


def errors(table: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """Simulated and computed errors in units of the noise variance, one row a value."""
    rows = table[table["quantity"] == "error"].sort_values(["reward_value", "k"])
    unit = rows["noise_var"]
    reduced = rows["temperature"] / (2.0 * unit)
    base = pd.DataFrame({"c": rows["reward_value"], "temperature_over_noise": reduced, "k": rows["k"]})
    parts = [
        base.assign(series=name, value=rows[EXPANSIONS[name][0] if name in EXPANSIONS else name] / unit)
        for name in methods
    ]
    simulated = base.assign(
        series="simulation",
        simulation=rows["simulation"] / unit,
        standard_error=rows["standard_error"] / unit,
        replicates=rows["replicates"],
    )
    return pd.concat([*parts, simulated[rows["simulation"].notna()]])


def best_candidates(table: pd.DataFrame, parameters: dict[float, OrderParameters]) -> pd.DataFrame:
    """Finite optimal numbers of candidates: the exact one, and the published one on the second-order line."""
    least = table[table["quantity"] == "optimal_error"].set_index("reward_value")["exact"]
    rows = []
    for row in table[table["quantity"] == "optimal_k"].sort_values("reward_value").to_dict("records"):
        c, temperature, unit = row["reward_value"], row["temperature"], row["noise_var"]
        second = {"temperature": temperature, "order": 2}
        published = expansions.high_temperature_error(row["published"], parameters[c], **second)
        for series, k, error in (
            ("optimum", row["exact"], least[c]),
            ("published_optimum", row["published"], published),
        ):
            if np.isfinite(k):
                rows.append((series, c, temperature / (2.0 * unit), k, error / unit))
    columns = ["series", "c", "temperature_over_noise", "k", "value"]
    # With no row at all the columns would not be known as numbers.
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[1:], float))


def shallowest(table: pd.DataFrame) -> float:
    """The overshoot with the shallowest finite optimum; the largest one if none has any."""
    wide = table.pivot_table(index="reward_value", columns="quantity", values="exact", dropna=False)
    finite = wide[np.isfinite(wide["optimal_k"])]
    depth = finite["limit"] - finite["optimal_error"]
    return float(depth.idxmin() if len(finite) else table["reward_value"].max())


def third_order(table: pd.DataFrame, parameters: dict[float, OrderParameters]) -> pd.DataFrame:
    """What exceeds the second order, times t^3 and in units of s^2: computed, expanded, and as published."""
    rows = table[(table["quantity"] == "error") & table["k"].between(*K_BY_ORDER)]
    rows = rows[rows["reward_value"].isin(np.unique(rows["reward_value"])[:REWARDS_BY_ORDER])]
    rows = rows.sort_values(["reward_value", "k"])
    s2 = rows["reward_value"].map(lambda c: parameters[c].s2)
    scale = (rows["temperature"] / (2.0 * s2)) ** 3 / s2
    columns = {"exact": "exact", **{name: column for name, (column, _) in EXPANSIONS.items()}}
    parts = [
        pd.DataFrame(
            {
                "series": name,
                "c": rows["reward_value"],
                "temperature_over_noise": rows["temperature"] / (2.0 * rows["noise_var"]),
                "k": rows["k"],
                "value": scale * (rows[columns[name]] - rows["high_temperature_2"]),
            }
        )
        for name in ("exact", "third_order", "third_order_published")
    ]
    return pd.concat(parts)


def draw(numbers: pd.DataFrame) -> Figure:
    """Put the three panels beside each other, under one legend of line styles."""
    overshoots = np.unique(numbers["c"])
    colours = dict(zip(overshoots, drawing.colours(overshoots.size), strict=True))
    figure = Figure(figsize=(drawing.PAGE, 2.65))
    left, middle, right = figure.subplots(1, 3, width_ratios=[1.4, 1.15, 1.0])
    panels = dict(zip("abc", (left, middle, right), strict=True))
    for letter, axes in panels.items():
        rows = numbers[numbers["panel"] == letter]
        (draw_third_order if letter == "c" else draw_errors)(axes, rows, colours)
        drawing.panel_label(axes, letter)
    temperatures = numbers.groupby("panel")["temperature_over_noise"].first()
    titles = [f"$T/(2\\sigma^2)={temperatures[letter]:g}$" for letter in "abc"]
    titles[1] += f", $c={numbers[numbers['panel'] == 'b']['c'].iloc[0]:g}$"
    for axes, title in zip(panels.values(), titles, strict=True):
        axes.set_title(title, loc="right", fontsize=7.5)
    frame(left, numbers[numbers["panel"] == "a"], below=0.17, above=0.15)
    middle.yaxis.set_major_locator(MaxNLocator(4))
    frame(middle, numbers[numbers["panel"] == "b"], below=1.0, above=3.0)
    handles = [Line2D([], [], color=colour, lw=1.6, label=f"{c:g}") for c, colour in colours.items()]
    left.legend(handles=handles, title="overshoot $c$", loc="center right", bbox_to_anchor=(1.0, 0.585))
    figure.legend(handles=style_handles(), loc="outside upper center", ncols=7, columnspacing=1.1)
    return figure


def draw_errors(axes: Axes, numbers: pd.DataFrame, colours: dict[float, tuple]) -> None:
    """Points, lines, their limits at infinity, and the optima from below."""
    finite = numbers[np.isfinite(numbers["k"])]
    largest = finite["k"].max()
    for (c, series), rows in numbers.groupby(["c", "series"], sort=False):
        line = rows[np.isfinite(rows["k"])]
        limit = rows[np.isinf(rows["k"])]
        if series == "simulation":
            drawing.with_bars(axes, line["k"], line["simulation"], line["standard_error"], color=colours[c])
        elif series in ("optimum", "published_optimum"):
            mark_optimum(axes, line["k"].item(), line["value"].item(), colours[c], series == "optimum")
        else:
            style = drawing.EXACT if series == "exact" else EXPANSIONS[series][1]
            axes.plot(line["k"], line["value"], color=colours[c], **style)
            if series == "exact":
                place = drawing.infinity_place(largest)
                axes.plot(np.full(len(limit), place), limit["value"], color=colours[c], **drawing.LIMIT)
    drawing.candidates_axis(axes, largest, infinity=bool(np.isinf(numbers["k"]).any()))
    axes.set_ylabel("error $\\delta/\\sigma^2$")


def frame(axes: Axes, numbers: pd.DataFrame, *, below: float, above: float) -> None:
    """Show the range from the least exact error to the largest limit, and some of it beyond.

    Expansions may leave the frame, and so does k = 1 where a shallow minimum is magnified.
    """
    exact = numbers[numbers["series"] == "exact"]
    least, largest = exact["value"].min(), exact[np.isinf(exact["k"])]["value"].max()
    axes.set_ylim(least - below * (largest - least), largest + above * (largest - least))


def mark_optimum(axes: Axes, k: float, value: float, colour: tuple, exact: bool) -> None:
    """A triangle on the curve, full or (published) empty, with the number of candidates beside it."""
    axes.plot(
        k, value, color=colour, markerfacecolor=colour if exact else "white", zorder=5, **drawing.OPTIMUM
    )
    box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8}
    place = {"xytext": (0, -7), "ha": "center", "va": "top"}
    place |= {"textcoords": "offset points", "fontsize": 7, "color": "0.2", "zorder": 6, "bbox": box}
    axes.annotate(f"{k:.2g}", (k, value), **place)


def draw_third_order(axes: Axes, numbers: pd.DataFrame, colours: dict[float, tuple]) -> None:
    """The computed third order against both coefficients."""
    for (c, series), rows in numbers.groupby(["c", "series"], sort=False):
        # The computed values lie under their expansion: a broad pale line shows both.
        style = {"linewidth": 3.0, "alpha": 0.4} if series == "exact" else EXPANSIONS[series][1]
        axes.plot(rows["k"], rows["value"], color=colours[c], **style)
        if series == "exact":
            first = rows.loc[rows["k"].idxmin(), ["k", "value"]]
            place = {"xytext": (0, 4), "textcoords": "offset points", "ha": "center", "fontsize": 7}
            axes.annotate(f"c = {c:g}", first, color=colours[c], **place)
    axes.axhline(0.0, color="0.7", linewidth=0.6, zorder=0)
    drawing.candidates_axis(axes, numbers["k"].max())
    axes.set_ylabel("third order $t^3(\\delta-\\delta_2)/s^2$")


def style_handles() -> list[Line2D]:
    """What points, lines and marks mean, in grey."""
    labels = {"second_order": "second order", "third_order": "third order"}
    labels["third_order_published"] = "third order, published"
    return [
        Line2D([], [], color="0.3", label="simulation", linestyle="none", marker="o", markersize=3.2),
        Line2D([], [], color="0.3", label="exact", **drawing.EXACT),
        *(
            Line2D([], [], color="0.3", label=labels[name], **style)
            for name, (_, style) in EXPANSIONS.items()
        ),
        Line2D([], [], color="0.3", label="optimal $k$", **drawing.OPTIMUM),
        Line2D([], [], color="0.3", label="published", markerfacecolor="white", **drawing.OPTIMUM),
    ]


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
