"""Tell the rows of a table apart, in words: by the columns that say where a value stands."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

#: Columns of a grid that a person cannot read a setting from.
IDENTIFIERS = {"point", "problem", "seed_key"}


def coordinates(frame: pd.DataFrame) -> list[str]:
    """Return the columns that tell the rows of a table apart: as few of the leading ones as do.

    Parameters
    ----------
    frame : pandas.DataFrame
        Coordinates stand before values, as in every table of this project.

    Returns
    -------
    list of str
        All columns if some rows are the same.

    Examples
    --------
    >>> import pandas as pd
    >>> coordinates(pd.DataFrame({"series": ["a", "a"], "k": [1, 2], "value": [0.5, 0.5]}))
    ['series', 'k']
    """
    columns = list(frame.columns)
    for count in range(1, len(columns)):
        if len(set(_texts(frame, columns[:count], {}))) == len(frame):
            return columns[:count]
    return columns


def labels(frame: pd.DataFrame, columns: Sequence[str], points: Mapping[str, str] | None = None) -> list[str]:
    """Name each row by its coordinates.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : sequence of str
        Coordinates; those that a row lacks are left out.
    points : mapping, optional
        What a point of the grid stands for; from `settings`.

    Returns
    -------
    list of str
        No two are the same: a row that comes again is counted.

    Examples
    --------
    >>> import pandas as pd
    >>> labels(pd.DataFrame({"series": ["a", "b"], "k": [8.0, float("nan")]}), ["series", "k"])
    ['series a, k = 8', 'series b']
    """
    seen: Counter[str] = Counter()
    named = []
    for text in _texts(frame, columns, points or {}):
        seen[text] += 1
        named.append(text if seen[text] == 1 else f"{text} (occurrence {seen[text]})")
    return named


def settings(grid: pd.DataFrame) -> dict[str, str]:
    """Say what each point of a grid stands for, by as few of the columns in which the points differ as do.

    Parameters
    ----------
    grid : pandas.DataFrame

    Returns
    -------
    dict of str to str
        Empty if the table has no points, or only one.

    Examples
    --------
    >>> import pandas as pd
    >>> settings(pd.DataFrame({"point": ["a1", "b2"], "n_features": [10, 10], "reward_value": [0.0, 5.0]}))
    {'a1': 'reward_value = 0', 'b2': 'reward_value = 5'}
    """
    if "point" not in grid:
        return {}
    different = [name for name in grid if name not in IDENTIFIERS and grid[name].nunique() > 1]
    told = labels(grid, coordinates(grid[different]))
    return dict(zip(grid["point"], told, strict=True)) if different else {}


def _texts(frame: pd.DataFrame, columns: Sequence[str], points: Mapping[str, str]) -> list[str]:
    parts = [[_text(name, value, points) for value in frame[name].tolist()] for name in columns]
    return [", ".join(filter(None, row)) for row in zip(*parts, strict=True)]


def _text(name: str, value: object, points: Mapping[str, str]) -> str:
    """One coordinate, to six digits, so that rounding in the last place leaves a row what it is."""
    if isinstance(value, float) and math.isnan(value):
        return ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        whole = math.isfinite(value) and value == int(value)
        return f"{name} = {int(value) if whole else format(value, '.6g')}"
    setting = points.get(str(value)) if name == "point" else None
    return f"{name} {value} ({setting})" if setting else f"{name} {value}"
