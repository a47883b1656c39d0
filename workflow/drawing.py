"""One style for every figure, and one way to save it: vector PDF, PNG, and the numbers that were drawn."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
import pandas as pd
from bestofk import provenance
from matplotlib import style as styles
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

#: Widths in inches: one column of the paper (84 mm), and the page (174 mm).
COLUMN, PAGE = 3.31, 6.85

#: Dots per inch of the PNG.
RESOLUTION = 200

#: One look for one kind of value, in every figure.
EXACT = {"linestyle": "-", "linewidth": 1.3}
EXPANSION = {"linestyle": (0, (4, 2)), "linewidth": 1.0}
PUBLISHED = {"linestyle": (0, (1, 1.3)), "linewidth": 1.2}
SIMULATION = {"linestyle": "none", "marker": "o", "markersize": 3.2, "capsize": 0, "elinewidth": 0.9}

#: What stands for k = infinity at the right of a logarithmic axis.
LIMIT = {"linestyle": "none", "marker": "_", "markersize": 9, "markeredgewidth": 1.5}

#: An optimum on its curve: the exact one in the colour of the curve, a published one with a white face.
OPTIMUM = {"linestyle": "none", "marker": "^", "markersize": 4.6, "markeredgewidth": 0.9}

#: Bars reach this many standard errors to either side.
BARS = 2.0


@contextmanager
def style() -> Iterator[None]:
    """Apply the style of the paper to everything drawn inside."""
    settings = {
        # Seaborn's ticks as matplotlib keeps them: importing seaborn takes longer than drawing most figures.
        **styles.library["seaborn-v0_8-ticks"],
        "font.size": 8,
        "axes.labelsize": 8,
        "axes.titlesize": 8,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "legend.fontsize": 7,
        "legend.frameon": False,
        "legend.handlelength": 1.8,
        "axes.linewidth": 0.7,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.major.size": 3.5,
        "ytick.major.size": 3.5,
        "xtick.minor.size": 2.0,
        "ytick.minor.size": 2.0,
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
        "xtick.minor.width": 0.5,
        "ytick.minor.width": 0.5,
        "font.family": "DejaVu Sans",
        "mathtext.fontset": "dejavusans",
        "pdf.fonttype": 42,
        "svg.hashsalt": "bestofk",
        "figure.constrained_layout.use": True,
    }
    with mpl.rc_context(settings):
        yield


def colours(count: int) -> list[tuple[float, float, float]]:
    """Colours of an ordered series, from dark to light: they survive grey print and colour blindness.

    Parameters
    ----------
    count : int
        At least 1.
    """
    return [tuple(row[:3]) for row in mpl.colormaps["viridis"](np.linspace(0.0, 0.82, count))]


def with_bars(axes: Axes, x, y, standard_error, **kwargs) -> None:
    """Draw simulated points with bars of two standard errors."""
    axes.errorbar(x, y, yerr=BARS * np.asarray(standard_error), **{**SIMULATION, **kwargs})


def plain_number(value: float) -> str:
    """A tick label on a logarithmic axis: 0.1, 1, 10, 100, and powers of ten beyond.

    Parameters
    ----------
    value : float
        Greater than 0.

    Returns
    -------
    str
    """
    return f"{value:g}" if 1e-3 <= value < 1e3 else f"$10^{{{np.log10(value):.0f}}}$"


def log_axis(axis: Axis, smallest: float, largest: float) -> None:
    """Make an axis logarithmic, with a plain number at each power of ten between two values, and no other.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        ``axes.xaxis`` or ``axes.yaxis``.
    smallest, largest : float
        Range of what is drawn, greater than 0.
    """
    low, high = np.log10([smallest, largest])
    decades = 10.0 ** np.arange(np.ceil(low - 1e-9), np.floor(high + 1e-9) + 1.0)
    axis.axes.set(**{f"{axis.axis_name}scale": "log"})
    axis.set_ticks(decades, [plain_number(value) for value in decades])
    minor = np.outer([decades[0] / 10.0, *decades], np.arange(2, 10)).ravel()
    axis.set_ticks(minor[(smallest <= minor) & (minor <= largest)], minor=True)
    axis.set_minor_formatter(NullFormatter())


def infinity_place(largest: float) -> float:
    """Where infinity stands on a logarithmic axis that shows finite values up to `largest`."""
    return 6.0 * largest


def candidates_axis(axes: Axes, largest: float, *, infinity: bool = False) -> None:
    """Make x a logarithmic axis of candidates with a tick at each power of ten, and one for infinity.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    largest : float
        Largest finite number of candidates drawn.
    infinity : bool
        Whether k = infinity is drawn, at `infinity_place`, after a gap in the axis.
    """
    log_axis(axes.xaxis, 1.0, largest)
    axes.set_xlabel("candidates $k$")
    end = infinity_place(largest) if infinity else largest
    axes.set_xlim(0.85, end * (1.6 if infinity else 1.2))
    if infinity:
        finite = axes.get_xticks()
        axes.set_xticks([*finite, end], [*map(plain_number, finite), "\u221e"])
        gap = np.sqrt(largest * end) * np.array([0.88, 1.12])
        style = {"marker": [(-0.4, -1), (0.4, 1)], "markersize": 6, "linestyle": "none", "color": "black"}
        axes.plot(gap, [0, 0], transform=axes.get_xaxis_transform(), clip_on=False, mew=0.7, **style)


def panel_label(axes: Axes, letter: str) -> None:
    """Put a bold letter at the upper left, outside the axes."""
    axes.set_title(letter, loc="left", fontweight="bold", fontsize=9)


def save(figure: Figure, numbers: pd.DataFrame, *, pdf: str, png: str, csv: str) -> None:
    """Write a figure in its three forms, with the same bytes whenever the numbers are the same.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    numbers : pandas.DataFrame
        Everything that is drawn; one row a value, with units in the data dictionary.
    pdf, png, csv : str
        Outputs.
    """
    # One layout for both forms.
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    figure.savefig(pdf, metadata={"CreationDate": None, "Creator": None, "Producer": None})
    figure.savefig(png, dpi=RESOLUTION, metadata={"Software": None})
    provenance.write_table(numbers, csv)
