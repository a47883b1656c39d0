"""Figure inference_vs_data: where a factor of candidates is worth more than the same factor of data."""

import drawing
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

#: Height in inches.
HEIGHT = 4.5

#: Regions by what a factor of it is worth: name, colour, and a hatch that survives grey print.
REGIONS = (
    ("candidates worth more", "#fff3d6", None),
    ("data worth more", "#9fc5e3", None),
    ("candidates harm", "#d9d9d9", "////"),
)

#: The lines of the slopes: name and style of each training problem, in the order of `drawing.colours`.
SETTINGS = {
    "matched": r"data, $\sigma^2$ = {:g}",
    "clean": r"data, $\sigma \to 0$",
    "published": "data, published",
}

COLUMNS = ["panel", "series", "setting", "reduced_temperature", "overshoot", "candidate_price", "budget"]
COLUMNS += ["points_per_feature", "k", "kappa", "value"]


def main(tables: list[str], pdf: str, png: str, csv: str, configuration: dict) -> None:
    """Draw the regions over (n/d, k), the slopes against the gap, and the best split of a budget.

    Parameters
    ----------
    tables : list of str
        The table of inference_vs_data.
    pdf, png, csv : str
        Outputs: the figure in two forms, and the numbers drawn.
    configuration : dict
        Empty: everything is in the table.
    """
    table = provenance.read_table(tables[0])
    table = table.assign(points_per_feature=1 / table["aspect_ratio"], kappa=table["q_tt"] / table["s2"])
    cells, law, splits = (table[table["part"] == part] for part in ("map", "law", "split"))
    numbers = []
    with drawing.style():
        figure = Figure(figsize=(drawing.PAGE, HEIGHT))
        axes = figure.subplots(2, 3)
        for axis, letter in zip(axes.ravel(), "abcdef", strict=True):
            drawing.panel_label(axis, letter)
        for row, t in zip(axes, sorted(cells["reduced_temperature"].unique()), strict=True):
            for axis, c in zip(row, sorted(cells["overshoot"].unique()), strict=False):
                here = cells[(cells["reduced_temperature"] == t) & (cells["overshoot"] == c)]
                draw_map(axis, here)
                judge = "teacher judges" if c == 0 else f"judge with $c$ = {c:g}"
                axis.set_title(("$T$ = 0, " if t == 0 else f"$t$ = {t:g}, ") + judge)
                letter = "abde"[2 * (t > 0) + (c > 0)]
                numbers += map_rows(here, letter)
        draw_paths(axes[0, 0], splits)
        draw_slopes(axes[0, 2], law)
        draw_shares(axes[1, 2], splits)
        decorate(figure, axes)
        numbers += slope_rows(law) + split_rows(splits)
        frame = pd.concat(numbers, ignore_index=True).reindex(columns=COLUMNS)
        drawing.save(figure, frame, pdf=pdf, png=png, csv=csv)


def map_rows(cells: pd.DataFrame, panel: str) -> list[pd.DataFrame]:
    """Error and slopes of every cell of a map, in long form."""
    place = cells[["setting", "reduced_temperature", "overshoot", "points_per_feature", "k"]]
    names = {"error": "error", "candidates_slope": "slope in k", "data_slope": "slope in n"}
    values = {"error": cells["error"] / cells["noise_var"]}
    return [
        place.assign(panel=panel, series=series, value=values.get(name, cells[name]))
        for name, series in names.items()
    ]


def slope_rows(law: pd.DataFrame) -> list[pd.DataFrame]:
    """The lines of panel c in long form."""
    place = law[["setting", "reduced_temperature", "overshoot", "points_per_feature", "k", "kappa"]]
    names = {"candidates_slope": "slope in k", "data_slope": "slope in n", "data_slope_law": "law in n"}
    frames = [place.assign(panel="c", series=series, value=law[name]) for name, series in names.items()]
    ratio = place.assign(panel="c", series="ridge over noise", value=law["ridge"] / law["noise_var"])
    return [frame.dropna(subset=["value"]) for frame in [*frames, ratio]]


def split_rows(splits: pd.DataFrame) -> list[pd.DataFrame]:
    """The best splits in long form, once for the paths of panel a and once for the shares."""
    place = splits[["setting", "reduced_temperature", "overshoot", "candidate_price", "budget"]]
    paths = place.assign(
        panel="a", series="best split", points_per_feature=splits["points_per_feature"], k=splits["k"]
    )
    return [paths, place.assign(panel="f", series="training share", value=splits["training_share"])]


def draw_map(axes: Axes, cells: pd.DataFrame) -> None:
    """Colour the regions and draw lines of equal error over them."""
    wide = {
        name: cells.pivot(index="k", columns="points_per_feature", values=name)
        for name in ("error", "candidates_slope", "data_slope")
    }
    x, y = wide["error"].columns.to_numpy(), wide["error"].index.to_numpy()
    in_k, in_n = wide["candidates_slope"].to_numpy(), wide["data_slope"].to_numpy()
    # Both fall: the steeper one is worth more. A number between -1 and 1, smooth across the boundary.
    lead = (in_n - in_k) / (np.abs(in_n) + np.abs(in_k))
    axes.set_facecolor(REGIONS[0][1])
    if lead.min() < 0:
        axes.contourf(x, y, lead, levels=[-1.1, 0.0], colors=[REGIONS[1][1]])
        axes.contour(x, y, lead, levels=[0.0], colors="#1b5e91", linewidths=1.3)
    if in_k.max() > 0:
        filled = axes.contourf(
            x, y, in_k, levels=[0.0, 10.0], colors=[REGIONS[2][1]], hatches=[REGIONS[2][2]]
        )
        filled.set_edgecolor("0.6")
        filled.set_linewidth(0.0)
        axes.contour(x, y, in_k, levels=[0.0], colors="0.35", linewidths=1.0)
    error = (wide["error"] / cells["noise_var"].iloc[0]).to_numpy()
    lines = axes.contour(x, y, error, levels=round_levels(error), colors="0.25", linewidths=0.6)
    # Labels on the lines, not in them: what is cut out of a line for a label may span decades of these axes.
    for label in axes.clabel(lines, fmt=drawing.plain_number, fontsize=6.5, inline=False):
        label.set_bbox({"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.4})
    drawing.log_axis(axes.xaxis, x[0], x[-1])
    drawing.log_axis(axes.yaxis, y[0], y[-1])
    axes.set_xlim(x[0], x[-1])
    axes.set_ylim(y[0], y[-1])


def round_levels(values: np.ndarray) -> np.ndarray:
    """Round numbers inside a range: about five, evenly spaced in the logarithm."""
    low, high = np.log10([values.min(), values.max()])
    if high - low > 3:
        step = 2 if high - low > 6 else 1
        return 10.0 ** (step * np.arange(np.floor(low / step) + 1, np.ceil(high / step)))
    steps = (1.0, 3.0) if high - low > 1.5 else (1.0, 1.5, 2.5, 4.0, 6.0)
    levels = np.outer(10.0 ** np.arange(np.floor(low), np.ceil(high)), steps).ravel()
    return levels[(levels > values.min()) & (levels < values.max())]


def looks(splits: pd.DataFrame) -> dict:
    """Line style of each price."""
    prices = sorted(splits["candidate_price"].unique())
    dashes = ["-", (0, (5, 1.5)), (0, (1.5, 1.2))]
    colours = ["#7a0177", "#ae017e", "#dd3497"]
    return {
        price: {"color": colours[index % 3], "linestyle": dashes[index % 3], "linewidth": 1.5}
        for index, price in enumerate(prices)
    }


def draw_paths(axes: Axes, splits: pd.DataFrame) -> None:
    """Draw where the best splits of growing budgets lead."""
    for price, look in looks(splits).items():
        # At the fewest training points the path would run along the edge of the map.
        inner = splits[(splits["candidate_price"] == price) & (splits["at_edge"] == 0)]
        path = inner.sort_values("budget")
        axes.plot(path["points_per_feature"], path["k"], **look)


def draw_slopes(axes: Axes, law: pd.DataFrame) -> None:
    """Draw both slopes of best of very many against the mean squared gap."""
    colours = dict(zip(SETTINGS, drawing.colours(len(SETTINGS)), strict=True))
    handles = []
    every = law.sort_values("kappa")
    axes.plot(every["kappa"], -every["candidates_slope"], color="black", **drawing.EXACT)
    handles.append(Line2D([], [], color="black", label="candidates", **drawing.EXACT))
    for name, text in SETTINGS.items():
        rows = law[law["setting"] == name].sort_values("kappa")
        axes.plot(rows["kappa"], -rows["data_slope"], color=colours[name], **drawing.EXACT)
        axes.plot(
            rows["kappa"],
            -rows["data_slope_law"],
            color=colours[name],
            **{**drawing.EXPANSION, "linewidth": 2},
        )
        label = text.format(rows["noise_var"].iloc[0]) if "{" in text else text
        handles.append(Line2D([], [], color=colours[name], label=label, **drawing.EXACT))
    handles.append(Line2D([], [], color="0.3", label="closed form", **drawing.EXPANSION))
    drawing.log_axis(axes.xaxis, 0.01, 1.0)
    drawing.log_axis(axes.yaxis, 0.0015, 30.0)
    axes.set_xlim(0.01, 0.8)
    axes.set_ylim(0.0015, 30.0)
    axes.legend(handles=handles, loc="lower right", borderaxespad=0.0, labelspacing=0.2)
    mark = law[law["setting"] == "published"]
    mark = mark.iloc[(mark["n_train"] - 1e4).abs().argmin()]
    other = law[law["setting"] == "matched"]
    other = other.iloc[(other["kappa"] - mark["kappa"]).abs().argmin()]
    for row, name, offset in ((mark, "published", (-27, 25)), (other, "matched", (-36, 12))):
        ratio = row["ridge"] / row["noise_var"]
        text = f"$R = {ratio:.0f}\\,\\sigma^2$" if ratio > 10 else f"$R = {ratio:.2f}\\,\\sigma^2$"
        place = row["kappa"], -row["data_slope"]
        axes.plot(*place, "o", color=colours[name], markersize=4, zorder=4)
        axes.annotate(
            text,
            place,
            xytext=offset,
            textcoords="offset points",
            fontsize=7,
            color=colours[name],
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": colours[name]},
        )
    axes.set_title("$T$ = 0, very many $k$")
    axes.set_xlabel(r"$q_{TT}/s^2$")
    axes.set_ylabel(r"$-\,\mathrm{d}\log\delta/\mathrm{d}\log(k\ \mathrm{or}\ n)$")


def draw_shares(axes: Axes, splits: pd.DataFrame) -> None:
    """Draw the training share of the best split against the budget."""
    handles = []
    for price, look in looks(splits).items():
        rows = splits[splits["candidate_price"] == price].sort_values("budget")
        axes.plot(rows["budget"], rows["training_share"], **look | {"linewidth": 0.6})
        axes.plot(rows["budget"], rows["training_share"].where(rows["at_edge"] == 0), **look)
        handles.append(Line2D([], [], label=f"1 : {price:g}", **look))
    budgets = splits["budget"]
    drawing.log_axis(axes.xaxis, budgets.min(), budgets.max())
    axes.set_xlim(budgets.min(), budgets.max())
    axes.set_ylim(0.0, 0.62)
    axes.set_title("best split, $T$ = 0")
    axes.set_xlabel("budget (training points)")
    axes.set_ylabel("training share")
    axes.legend(handles=handles, title="point : candidate", loc="upper right", title_fontsize=7)


def decorate(figure: Figure, axes: np.ndarray) -> None:
    """Labels of the maps, and the legend of the regions."""
    for axis in axes[1, :2]:
        axis.set_xlabel("training points per feature $n/d$")
    for axis in axes[:, 0]:
        axis.set_ylabel("candidates $k$")
    handles = [
        Patch(facecolor=colour, hatch=hatch, edgecolor="0.6", linewidth=0.5, label=name)
        for name, colour, hatch in REGIONS
    ]
    handles.append(Line2D([], [], color="0.25", linewidth=0.6, label=r"error $\delta/\sigma^2$"))
    handles.append(Line2D([], [], color="#7a0177", linewidth=1.5, label="best splits (a, f)"))
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
