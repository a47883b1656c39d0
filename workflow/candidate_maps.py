"""Maps of the best number of candidates: classes of k in colour, and grey where no finite k is best."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.colorbar import Colorbar
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure

#: Upper ends of the classes of the optimal k; the last class is open.
CLASSES = [1, 2, 4, 8, 16, 64, 256, 1024]

#: Cells without a finite optimum.
NONE_COLOUR = "0.92"


def edges(values: np.ndarray, *, log: bool = True) -> np.ndarray:
    """Edges of cells around evenly spaced centres.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Centres, at least 2.
    log : bool
        Whether they are evenly spaced in the logarithm.

    Returns
    -------
    ndarray, shape (n + 1,)
    """
    x = np.log(values) if log else values
    half = np.diff(x) / 2
    result = np.concatenate([[x[0] - half[0]], x[:-1] + half, [x[-1] + half[-1]]])
    return np.exp(result) if log else result


def draw_candidates(axes: Axes, x: np.ndarray, y: np.ndarray, k: np.ndarray) -> QuadMesh:
    """Draw the optimal k in classes, and grey where there is no finite one.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x, y : ndarray, shapes (nx + 1,) and (ny + 1,)
        Edges of the cells.
    k : ndarray, shape (ny, nx)
        Best number of candidates; inf for none.

    Returns
    -------
    matplotlib.collections.QuadMesh
        For `candidates_bar`.
    """
    ends = [0.5, *(end + 0.5 for end in CLASSES), np.inf]
    colours = mpl.colormaps["viridis"](np.linspace(0.0, 1.0, len(CLASSES) + 1))
    # Drawn by the number of the class: a colour bar cannot end at infinity.
    number = np.digitize(np.where(np.isfinite(k), k, 1.0), ends[1:])
    norm = BoundaryNorm(np.arange(len(CLASSES) + 2), len(CLASSES) + 1)
    axes.set_facecolor(NONE_COLOUR)
    shown = np.ma.array(number, mask=~np.isfinite(k))
    return axes.pcolormesh(x, y, shown, cmap=ListedColormap(colours), norm=norm, rasterized=True)


def candidates_bar(figure: Figure, mesh: QuadMesh, ax: Axes | np.ndarray, **kwargs) -> Colorbar:
    """Draw the colour bar of the classes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    mesh : matplotlib.collections.QuadMesh
        From `draw_candidates`.
    ax : Axes or array of Axes
        From which space is taken.
    **kwargs
        For ``figure.colorbar``.

    Returns
    -------
    matplotlib.colorbar.Colorbar
    """
    bar = figure.colorbar(mesh, ax=ax, pad=0.01, **kwargs)
    starts = [1, *(end + 1 for end in CLASSES)]
    names = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(starts, CLASSES, strict=False)]
    bar.set_ticks(np.arange(len(CLASSES) + 1) + 0.5, labels=[*names, f"> {CLASSES[-1]}"], fontsize=7)
    bar.ax.tick_params(length=0, which="both")
    return bar
