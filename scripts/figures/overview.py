"""Figure overview: the model in one picture, drawn from one real training set and real candidates."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch
from matplotlib.ticker import MaxNLocator

#: Colours of the student, the teacher and the judge; they differ in lightness too.
STUDENT, TEACHER, JUDGE = "0.45", drawing.colours(3)[0], "#d55e00"

#: How far the answers are shown to either side of the prediction, in standard deviations.
REACH = 2.7

#: What each panel takes from the table; the rest follows from it in closed form.
TAKEN = {
    "a": ["training_label", "teacher", "predictive_mean", "predictive_std"],
    "b": ["input_mean", "input_std", "teacher_target", "reward_target"],
    "c": ["selection_probability", "temperature"],
}


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw training and prediction, the candidates at one input with their gaps, and their selection.

    Parameters
    ----------
    tables : list of str
        The table of the experiment overview.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    numbers = series(provenance.read_table(tables[0]))
    with drawing.style():
        drawing.save(draw(numbers), numbers, pdf=pdf, png=png, csv=csv)


def series(table: pd.DataFrame) -> pd.DataFrame:
    """The experiment's series, and the density, the softmax and the two errors that follow from them."""
    given = {name: rows[["input", "value"]] for name, rows in table.groupby("quantity", sort=False)}
    scalar = {name: rows["value"].iloc[0] for name, rows in given.items()}
    mean, std, target = scalar["input_mean"], scalar["input_std"], scalar["teacher_target"]
    answers, probabilities = given["selection_probability"].to_numpy().T
    grid = mean + std * np.linspace(-REACH, REACH, 109)
    density = np.exp(-0.5 * ((grid - mean) / std) ** 2) / (np.sqrt(2.0 * np.pi) * std)
    weight, total = (
        np.exp(-((y - scalar["reward_target"]) ** 2) / scalar["temperature"]) for y in (grid, answers)
    )
    squared = (answers - target) ** 2
    computed = {
        ("b", "predictive_density"): (grid, density),
        ("c", "softmax"): (grid, weight / total.sum()),
        ("c", "error_selected"): ([np.nan], [probabilities @ squared]),
        ("c", "error_any"): ([np.nan], [squared.mean()]),
    }
    taken = {(panel, name): given[name].to_numpy().T for panel, names in TAKEN.items() for name in names}
    parts = [
        pd.DataFrame({"panel": panel, "series": name, "x": x, "value": value})
        for (panel, name), (x, value) in {**taken, **computed}.items()
    ]
    return pd.concat(parts, ignore_index=True)


def draw(numbers: pd.DataFrame) -> Figure:
    """Put training, candidates and selection beside each other; the last two share the axis of answers."""
    data = {name: rows[["x", "value"]].to_numpy().T for name, rows in numbers.groupby("series", sort=False)}
    figure = Figure(figsize=(drawing.PAGE, 2.3))
    grid = figure.add_gridspec(1, 3, width_ratios=[1.25, 1.0, 1.0])
    left = figure.add_subplot(grid[0])
    middle = figure.add_subplot(grid[1])
    right = figure.add_subplot(grid[2], sharey=middle)
    draw_training(left, data)
    draw_candidates(middle, data)
    draw_selection(right, data)
    titles = ("training", "$k$ candidates at one input", "selection by a judge")
    for axes, letter, title in zip((left, middle, right), "abc", titles, strict=True):
        drawing.panel_label(axes, letter)
        axes.set_title(title, fontsize=8)
    connect(figure, left, middle, data)
    return figure


def draw_training(axes: Axes, data: dict[str, np.ndarray]) -> None:
    """Teacher, training points and the posterior predictive with its standard deviation."""
    x, mean = data["predictive_mean"]
    std = data["predictive_std"][1]
    band = axes.fill_between(x, mean - std, mean + std, color=STUDENT, alpha=0.25, linewidth=0)
    (line,) = axes.plot(x, mean, color=STUDENT, linewidth=1.3)
    (teacher,) = axes.plot(*data["teacher"], color=TEACHER, linewidth=1.3)
    cross = {"color": "black", "linestyle": "none", "marker": "x", "markersize": 4.5}
    (points,) = axes.plot(*data["training_label"], **cross)
    answers = data["predictive_density"][0]
    place = data["input_mean"][0, 0]
    axes.plot([place, place], [answers[0], answers[-1]], color="black", linewidth=0.9)
    labels = ["labels $y$", "teacher $\\mu_T$", "student $m \\pm s$"]
    best = "upper right" if mean[0] > mean[-1] else "upper left"
    axes.legend(
        [points, teacher, (band, line)],
        labels,
        loc=best,
        bbox_to_anchor=(0.0, 0.0, 0.94, 1.02),
        borderaxespad=0.0,
        labelspacing=0.3,
        handlelength=1.4,
    )
    axes.set_xlim(x[0], x[-1])
    axes.set_xlabel("input $\\phi$")
    axes.set_ylabel("answer $y$")


def draw_candidates(axes: Axes, data: dict[str, np.ndarray]) -> None:
    """The predictive density, the candidates, the three centres and the two gaps."""
    answers, density = data["predictive_density"]
    top = density.max()
    axes.fill_betweenx(answers, 0, density, color=STUDENT, alpha=0.25, linewidth=0)
    axes.plot(density, answers, color=STUDENT, linewidth=1.0)
    candidates = data["selection_probability"][0]
    axes.plot(np.zeros(candidates.size), candidates, **dot("black"), clip_on=False, zorder=5)
    mean, target, reward = (data[name][1, 0] for name in ("input_mean", "teacher_target", "reward_target"))
    centres = [(mean, STUDENT, "$m$"), (target, TEACHER, "$\\mu_T$"), (reward, JUDGE, "$\\mu_R$")]
    for value, colour, label in centres:
        axes.axhline(value, color=colour, linewidth=1.0, xmax=0.93)
        axes.text(1.84 * top, value, label, color=colour, va="center", ha="left", fontsize=8)
    for place, end, colour, label in (
        (1.15 * top, target, TEACHER, "$\\Delta_T$"),
        (1.5 * top, reward, JUDGE, "$\\Delta_R$"),
    ):
        neighbour = mean if end == target else target
        arrow = {"arrowstyle": "<->", "color": colour, "linewidth": 1.0, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (place, mean), (place, end), arrowprops=arrow)
        axes.text(place + 0.04 * top, 0.5 * (neighbour + end), label, color=colour, va="center", fontsize=8)
    axes.set_xlim(0, 1.8 * top)
    axes.set_ylim(answers[0], answers[-1])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set_xticks([])
    axes.set_xlabel("$y_i \\sim \\mathcal{N}(m, s^2)$")


def draw_selection(axes: Axes, data: dict[str, np.ndarray]) -> None:
    """The probability of each candidate, the softmax it lies on, and what error results."""
    answers, softmax = data["softmax"]
    axes.fill_betweenx(answers, 0, softmax, color=JUDGE, alpha=0.15, linewidth=0)
    candidates, probabilities = data["selection_probability"]
    axes.hlines(candidates, 0, probabilities, color="black", linewidth=1.2)
    axes.plot(probabilities, candidates, **dot("black"))
    axes.axhline(data["teacher_target"][1, 0], color=TEACHER, linewidth=1.0)
    axes.axhline(data["reward_target"][1, 0], color=JUDGE, linewidth=1.0)
    selected, unselected = (data[name][1, 0] for name in ("error_selected", "error_any"))
    text = (
        "$r(y) = -(y-\\mu_R)^2$\n"
        "$p_i \\propto \\exp[r(y_i)/T]$\n"
        f"error $\\Sigma_i\\, p_i (y_i-\\mu_T)^2 = {selected:.2f}$\n"
        f"picked at random: ${unselected:.2f}$"
    )
    # In the corner that the selected candidates leave free.
    above = data["reward_target"][1, 0] > data["input_mean"][1, 0]
    height, align = (0.03, "bottom") if above else (0.98, "top")
    axes.text(
        0.98, height, text, transform=axes.transAxes, ha="right", va=align, fontsize=7.5, linespacing=1.35
    )
    axes.set_xlim(0, 1.15 * max(probabilities.max(), softmax.max()))
    axes.tick_params(labelleft=False)
    axes.set_xlabel("softmax weight (dots: $p_i$)")


def dot(colour: str) -> dict:
    """A candidate."""
    return {"color": colour, "linestyle": "none", "marker": "o", "markersize": 3.6}


def connect(figure: Figure, left: Axes, middle: Axes, data: dict[str, np.ndarray]) -> None:
    """Thin lines from the answers at the chosen input to the panel that magnifies them."""
    place = data["input_mean"][0, 0]
    for answer in middle.get_ylim():
        ends = {
            "xyA": (place, answer),
            "coordsA": left.transData,
            "xyB": (0, answer),
            "coordsB": middle.transData,
        }
        figure.add_artist(ConnectionPatch(**ends, color="0.6", linewidth=0.6, linestyle=(0, (1, 2))))


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
