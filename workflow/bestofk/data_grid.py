"""The points of an experiment on data sets: a data set with the sizes of its parts, and one judge of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

from bestofk.grid import _identifier
from bestofk.provenance import canonical_json

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the grid table of data sets.
COLUMNS = ["point", "problem", "data", "training", "validation", "test", "judge_labels", "seed_key"]


def points(sets: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """List the points: every data set with every judge.

    Parameters
    ----------
    sets : mapping
        From the name of a data set to its ``training``, ``validation``, ``test`` and ``judge_labels``, the
        numbers of labels that its judges see.

    Returns
    -------
    pandas.DataFrame
        The grid table, with the columns `COLUMNS`. Judges of one data set share a problem, and so its splits
        and candidates.

    Examples
    --------
    >>> sizes = {"training": 100, "validation": 90, "test": 90, "judge_labels": [8, 150]}
    >>> table = points({"diabetes": sizes})
    >>> table["judge_labels"].tolist(), table["problem"].nunique()
    ([8, 150], 1)
    """
    import pandas as pd

    rows = []
    for data, sizes in sets.items():
        parts = {name: int(sizes[name]) for name in ("training", "validation", "test")}
        # All judges learn from one pool, in its order: its size is part of the split.
        text = canonical_json({"data": data, **parts, "judge_labels": list(sizes["judge_labels"])})
        for labels in sizes["judge_labels"]:
            point = {"data": data, **parts, "judge_labels": int(labels)}
            name = _identifier(canonical_json({"problem": text, **point}))
            shared = {"problem": _identifier(text), "seed_key": crc32(text.encode())}
            rows.append({"point": name, **shared, **point})
    return pd.DataFrame(rows, columns=COLUMNS)
