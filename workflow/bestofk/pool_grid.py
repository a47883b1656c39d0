"""The points of an experiment on pools drawn from the model: gaps of their prompts, and a temperature."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any
from zlib import crc32

from bestofk.grid import _identifier
from bestofk.provenance import canonical_json

if TYPE_CHECKING:
    import pandas as pd

#: Columns of the grid table of pools.
COLUMNS = ["point", "problem", "kappa", "rho", "reduced_temperature", "seed_key"]


def points(pools: Mapping[str, Any]) -> pd.DataFrame:
    """List the points: every kappa and rho with every temperature.

    Parameters
    ----------
    pools : mapping
        ``kappa``, q_RR/s^2 > 0; ``rho``, q_TR/q_RR; ``reduced_temperature``, T/(2 s^2) > 0: each a list.

    Returns
    -------
    pandas.DataFrame
        The grid table, with the columns `COLUMNS`. Temperatures of one kappa and rho share a problem, and so
        their pools.

    Examples
    --------
    >>> table = points({"kappa": [0.8], "rho": [0.0, 0.5], "reduced_temperature": [1.0, 2.0]})
    >>> len(table), table["problem"].nunique()
    (4, 2)
    """
    import pandas as pd

    rows = []
    for kappa, rho, t in product(pools["kappa"], pools["rho"], pools["reduced_temperature"]):
        gaps = {"kappa": float(kappa), "rho": float(rho)}
        point = {**gaps, "reduced_temperature": float(t)}
        text = canonical_json({"pools": gaps})
        shared = {"problem": _identifier(text), "seed_key": crc32(text.encode())}
        rows.append({"point": _identifier(canonical_json({"pools": point})), **shared, **point})
    return pd.DataFrame(rows, columns=COLUMNS)
