"""Compare the numbers of a run with blessed ones, each within its own tolerance."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bestofk import provenance

if TYPE_CHECKING:
    import pandas as pd

#: Folder of the blessed numbers; tolerances.json in it says how far each column may be off.
REFERENCE = Path("tests/reference")

#: Rows that are kept of a long table.
LARGEST_TABLE = 2000


@dataclass(frozen=True)
class Mismatch:
    """One number, verdict or file that differs from its reference by more than is allowed."""

    quantity: str
    expected: str
    got: str
    allowed: str


def blessed_name(path: str | Path) -> str:
    """Return where the reference of an artifact stands inside tests/reference/<run>.

    Parameters
    ----------
    path : str or Path
        Such as ``results/smoke/theory/best_of_k.parquet``.

    Returns
    -------
    str

    Examples
    --------
    >>> blessed_name("results/smoke/theory/best_of_k.parquet")
    'theory/best_of_k.csv'
    """
    return Path(*Path(path).parts[2:]).with_suffix(".csv").as_posix()


def essence(path: str | Path) -> pd.DataFrame:
    """Return the table that stands for an artifact in the reference.

    Parameters
    ----------
    path : str or Path
        A grid, a theory table, the CSV of a figure, or claims.json (one row a claim).

    Returns
    -------
    pandas.DataFrame
        Long tables are thinned evenly to at most `LARGEST_TABLE` rows.
    """
    import pandas as pd

    if Path(path).suffix == ".json":
        return pd.DataFrame(provenance.read_json(path))[["id", "sentence", "verdict"]]
    frame = provenance.read_table(path)
    step = max(-(-len(frame) // LARGEST_TABLE), 1)
    return frame.iloc[::step].reset_index(drop=True)


def compare(
    expected: pd.DataFrame, got: pd.DataFrame, name: str, tolerances: Mapping[str, Any]
) -> list[Mismatch]:
    """List where two tables differ by more than their tolerances.

    Parameters
    ----------
    expected, got : pandas.DataFrame
        The same columns and rows, in the same order; anything else is a mismatch of its own.
    name : str
        Names the table in the result.
    tolerances : mapping
        ``{"relative": r, "columns": {column: rule}}`` with one of ``{"relative": r}``, ``{"absolute": a}``
        and ``{"standard_errors": m}``, which allows m times the table's own ``standard_error``; in a table
        without that column the general ``relative`` holds.

    Returns
    -------
    list of Mismatch
    """
    if list(expected.columns) != list(got.columns) or len(expected) != len(got):
        shape = f"{len(expected)} rows of {', '.join(expected.columns)}"
        return [Mismatch(name, shape, f"{len(got)} rows of {', '.join(got.columns)}", "the same")]
    found: list[Mismatch] = []
    for column in expected.columns:
        old, new = expected[column], got[column]
        if not (_is_number(old) and _is_number(new)):
            wrong = np.flatnonzero(old.astype(str).to_numpy() != new.astype(str).to_numpy())
            found += [_mismatch(name, column, row, old, new, "the same") for row in wrong]
            continue
        rule = tolerances["columns"].get(column, {})
        old_values, new_values = old.to_numpy(float), new.to_numpy(float)
        if "standard_errors" in rule and "standard_error" in expected:
            allowed = rule["standard_errors"] * np.nan_to_num(expected["standard_error"].to_numpy(float))
            text = f"{rule['standard_errors']} standard errors"
        elif "absolute" in rule:
            allowed = np.full(len(old_values), rule["absolute"])
            text = f"{rule['absolute']:g}"
        else:
            relative = rule.get("relative", tolerances["relative"])
            # Rounding leaves a small number of a table of large ones unsure.
            floor = 1e-6 * np.abs(old_values[np.isfinite(old_values)]).max(initial=0.0)
            allowed = relative * np.maximum(np.abs(old_values), floor)
            text = f"relative {relative:g}"
        same = (old_values == new_values) | (np.isnan(old_values) & np.isnan(new_values))
        finite = np.isfinite(old_values) & np.isfinite(new_values)
        same[finite] |= np.abs(new_values[finite] - old_values[finite]) <= allowed[finite]
        found += [_mismatch(name, column, row, old, new, text) for row in np.flatnonzero(~same)]
    return found


def _is_number(column: pd.Series) -> bool:
    return column.dtype.kind in "iuf"


def _mismatch(name: str, column: str, row: int, old: pd.Series, new: pd.Series, allowed: str) -> Mismatch:
    return Mismatch(f"{name}: {column}, row {row}", str(old.iloc[row]), str(new.iloc[row]), allowed)


def verify(artifacts: Iterable[str | Path], run: str) -> list[Mismatch]:
    """Compare artifacts of a run with their references.

    Parameters
    ----------
    artifacts : iterable of path
        Files under results/<run>.
    run : str

    Returns
    -------
    list of Mismatch
        An artifact without reference and a reference without artifact are mismatches too.
    """
    folder = REFERENCE / run
    tolerances = provenance.read_json(REFERENCE / "tolerances.json")
    found: list[Mismatch] = []
    seen = set()
    for path in artifacts:
        name = blessed_name(path)
        blessed = folder / name
        seen.add(blessed)
        if not blessed.exists():
            found.append(Mismatch(name, "a reference", "none", f"make bless RUN={run} writes it"))
            continue
        # Through text and back, so that both sides went the same way.
        got = provenance.read_csv(io.StringIO(essence(path).to_csv(index=False)))
        found += compare(provenance.read_csv(blessed), got, name, tolerances)
    for path in sorted(set(folder.rglob("*.csv")) - seen):
        found.append(
            Mismatch(path.relative_to(folder).as_posix(), "an artifact", "none", "remove the reference")
        )
    return found


def bless(artifacts: Iterable[str | Path], run: str) -> None:
    """Make the present artifacts of a run its reference; nothing is replaced if one cannot be read.

    Parameters
    ----------
    artifacts : iterable of path
    run : str
    """
    folder = REFERENCE / run
    texts = {
        blessed_name(path): essence(path).to_csv(index=False, float_format="%.12g", lineterminator="\n")
        for path in artifacts
    }
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in texts.items():
        provenance.write_atomic(folder / name, text)


def as_rows(mismatches: Iterable[Mismatch]) -> list[dict[str, str]]:
    """Return mismatches as plain dictionaries, for JSON and for tables."""
    return [asdict(item) for item in mismatches]
