"""Figure replicate_spread: how single replicates scatter, and what they owe to their training sets."""

from collections.abc import Iterator

import drawing
import numpy as np
import pandas as pd
import seaborn as sns
import spread
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

#: Height in inches.
HEIGHT = 2.6

#: Quantiles of the bands: median, quartiles, and a standard 95 % range.
QUANTILES = (0.025, 0.25, 0.5, 0.75, 0.975)

COLUMNS = ["panel", "series", "c", "reduced_temperature", "x", "value", "low", "high"]

#: Training sets alone, over the spread of replicates.
TRAINING = "C1"

#: Fewest blocks of replicates between whose means a standard error is measured.
BLOCKS = 10


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw quantiles of replicates, their standard deviation against inputs, and that of means of replicates.

    Parameters
    ----------
    tables : list of str
        The table of replicate_spread, one row a replicate.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    cases = list(spread.settings(provenance.read_table(tables[0])))
    # From nearly all inputs to nearly all training set: these two span what the others do.
    shares = [np.divide(*case.variance_parts(max(case.errors))) for case in cases]
    ends = [cases[int(np.argmin(shares))], cases[int(np.argmax(shares))]]
    rows = [row for case in cases for row in quantiles(case)]
    rows += [row for case in ends for row in deviations(case)]
    numbers = pd.DataFrame(rows).reindex(columns=COLUMNS)
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        left, middle, right = figure.subplots(1, 3, width_ratios=(1.25, 1, 1))
        coloured = list(zip(ends, drawing.colours(3), strict=False))
        draw_quantiles(left, cases, numbers[numbers["panel"] == "a"], coloured)
        draw_inputs(middle, coloured, numbers[numbers["panel"] == "b"])
        draw_replicates(right, coloured, numbers[numbers["panel"] == "c"])
        legends(figure, coloured)
        for axes, letter in zip((left, middle, right), "abc", strict=True):
            drawing.panel_label(axes, letter)
        drawing.save(figure, numbers, pdf=pdf, png=png, csv=csv)


def quantiles(case: spread.Setting) -> Iterator[dict]:
    """Quantiles of one setting, and the range that training sets alone give."""
    shared = {"c": case.c, "reduced_temperature": case.reduced_temperature}
    last = max(case.errors)
    for level, value in zip(QUANTILES, np.quantile(case.errors[last], QUANTILES), strict=True):
        yield shared | {"panel": "a", "series": "replicates", "x": value, "value": level}
    training = np.sqrt(case.variance_parts(last)[0])
    yield shared | {"panel": "a", "series": "training sets", "x": 1 - 2 * training, "value": 0.025}
    yield shared | {"panel": "a", "series": "training sets", "x": 1 + 2 * training, "value": 0.975}


def deviations(case: spread.Setting) -> Iterator[dict]:
    """Standard deviations of one setting over test inputs, and over replicates."""
    shared = {"c": case.c, "reduced_temperature": case.reduced_temperature}
    last = max(case.errors)
    for n_inputs, errors in case.errors.items():
        reach = drawing.BARS * case.variance_ratio_error(n_inputs) / case.variance_ratio(n_inputs)
        deviation = errors.std(ddof=1)
        bars = {"low": deviation * np.sqrt(max(1 - reach, 0.0)), "high": deviation * np.sqrt(1 + reach)}
        at = shared | {"panel": "b", "x": float(n_inputs)}
        yield at | {"series": "simulation", "value": deviation} | bars
    for n_inputs in np.geomspace(min(case.errors), 4 * last, 40):
        from_training, from_inputs = case.variance_parts(n_inputs)
        at = shared | {"panel": "b", "x": float(n_inputs)}
        yield at | {"series": "sum", "value": np.sqrt(from_training + from_inputs)}
        yield at | {"series": "training sets", "value": np.sqrt(from_training)}
    errors, size = case.errors[last], 1
    while len(errors) // size >= BLOCKS:
        blocks = errors[: len(errors) // size * size].reshape(-1, size).mean(axis=1)
        deviation, reach = blocks.std(ddof=1), drawing.BARS / np.sqrt(2 * (len(blocks) - 1))
        bars = {"low": deviation * (1 - reach), "high": deviation * (1 + reach)}
        yield shared | {"panel": "c", "series": "simulation", "x": float(size), "value": deviation} | bars
        size *= 2
    for size in (1.0, float(len(errors))):
        value = errors.std(ddof=1) / np.sqrt(size)
        yield shared | {"panel": "c", "series": "inverse root", "x": size, "value": value}


def label(case: spread.Setting) -> str:
    """A setting in words."""
    return f"$T/(2\\sigma^2)$ = {case.reduced_temperature:g}, $c$ = {case.c:g}"


def of(numbers: pd.DataFrame, case: spread.Setting, series: str) -> pd.DataFrame:
    """The rows of one series of one setting."""
    same = (numbers["c"] == case.c) & (numbers["reduced_temperature"] == case.reduced_temperature)
    return numbers[same & (numbers["series"] == series)].sort_values("x")


def draw_quantiles(
    axes: Axes, cases: list[spread.Setting], numbers: pd.DataFrame, coloured: list[tuple]
) -> None:
    """Draw the quantiles of the relative error, and beneath them the range that training sets alone give."""
    named = {label(case): colour for case, colour in coloured}
    errors = pd.concat(
        pd.DataFrame({"setting": label(case), "error": case.errors[max(case.errors)]}) for case in cases
    )
    low, *_, high = (100 * level for level in QUANTILES)
    style = {"color": "0.8", "linecolor": "0.15", "linewidth": 0.9, "width": 0.34, "showcaps": False}
    sns.boxplot(errors, x="error", y="setting", whis=(low, high), showfliers=False, ax=axes, **style)
    for place, case in enumerate(cases):
        training = of(numbers, case, "training sets")["x"]
        axes.plot(training, [place + 0.36] * 2, color=TRAINING, linewidth=2.2, solid_capstyle="butt")
        if label(case) in named:
            # On the axis, to find the setting in the other panels.
            style = {"marker": "o", "markersize": 4.5, "color": named[label(case)], "clip_on": False}
            axes.plot(0, place, transform=axes.get_yaxis_transform(), zorder=5, **style)
    axes.axvline(1.0, color="0.6", linewidth=0.7, zorder=0)
    axes.tick_params(axis="y", labelsize=7)
    axes.set_ylim(len(cases) - 0.3, -0.5)
    axes.set(xlabel=r"error of a replicate over $\delta$", ylabel="")


def legends(figure: Figure, coloured: list[tuple]) -> None:
    """What colours and lines mean: in the panel of all settings, and in those of two."""
    row = {"ncols": 3, "handlelength": 1.5, "columnspacing": 1.3, "borderaxespad": 0.2}
    quantiles = [
        Line2D([], [], color="0.15", linewidth=0.9, label="replicates"),
        Line2D([], [], color=TRAINING, linewidth=2.2, label="training sets"),
    ]
    figure.legend(handles=quantiles, loc="outside upper left", **row)
    two = [
        Line2D([], [], color=colour, marker="o", markersize=3.2, label=label(case))
        for case, colour in coloured
    ]
    two.append(Line2D([], [], color="0.3", label="training sets", **drawing.EXPANSION))
    # Not outside once more: that would be a second row.
    figure.legend(handles=two, loc="upper right", **row)


def draw_inputs(axes: Axes, coloured: list[tuple], numbers: pd.DataFrame) -> None:
    """Draw the relative standard deviation of replicates against their test inputs."""
    for case, colour in coloured:
        total, training, measured = (
            of(numbers, case, name) for name in ("sum", "training sets", "simulation")
        )
        axes.plot(total["x"], total["value"], color=colour, **drawing.EXACT)
        axes.plot(training["x"], training["value"], color=colour, **drawing.EXPANSION)
        bars = np.abs(measured[["low", "high"]].sub(measured["value"], axis=0)).to_numpy().T
        axes.errorbar(measured["x"], measured["value"], yerr=bars, color=colour, **drawing.SIMULATION)
    drawing.log_axis(axes.xaxis, numbers["x"].min(), numbers["x"].max())
    drawing.log_axis(axes.yaxis, numbers["value"].min(), numbers["value"].max())
    axes.set_ylim(numbers["value"].min() / 1.5, numbers["value"].max() * 1.5)
    axes.set(xlabel="test inputs a replicate", ylabel=r"standard deviation$/\delta$")


def draw_replicates(axes: Axes, coloured: list[tuple], numbers: pd.DataFrame) -> None:
    """Draw the standard deviation of means of replicates against their number."""
    for case, colour in coloured:
        line, measured = (of(numbers, case, name) for name in ("inverse root", "simulation"))
        axes.plot(line["x"], line["value"], color=colour, **drawing.EXACT)
        bars = np.abs(measured[["low", "high"]].sub(measured["value"], axis=0)).to_numpy().T
        axes.errorbar(measured["x"], measured["value"], yerr=bars, color=colour, **drawing.SIMULATION)
    drawing.log_axis(axes.xaxis, 1.0, numbers["x"].max())
    drawing.log_axis(axes.yaxis, numbers["value"].min(), numbers["value"].max())
    axes.set_ylim(numbers["value"].min() / 1.5, numbers["value"].max() * 1.5)
    axes.set(xlabel="replicates", ylabel=r"standard error$/\delta$")


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
