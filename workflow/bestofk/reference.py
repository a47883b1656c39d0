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
from bestofk.coordinates import coordinates, labels, settings

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
    """Return the table of which the reference of an artifact holds every row, or one row in several.

    Parameters
    ----------
    path : str or Path
        A grid, a theory table, the CSV of a figure, or claims.json (one row a claim).

    Returns
    -------
    pandas.DataFrame
    """
    import pandas as pd

    if Path(path).suffix == ".json":
        return pd.DataFrame(provenance.read_json(path))[["id", "sentence", "verdict"]]
    return provenance.read_table(path)


def stride(rows: int) -> int:
    """Return how a long table is thinned: one row in how many is kept, so that `LARGEST_TABLE` is enough.

    Parameters
    ----------
    rows : int

    Returns
    -------
    int

    Examples
    --------
    >>> stride(2000), stride(2001)
    (1, 2)
    """
    return max(-(-rows // LARGEST_TABLE), 1)


def compare(
    expected: pd.DataFrame,
    got: pd.DataFrame,
    name: str,
    tolerances: Mapping[str, Any],
    points: Mapping[str, str] | None = None,
) -> list[Mismatch]:
    """List where two tables differ by more than their tolerances.

    Parameters
    ----------
    expected, got : pandas.DataFrame
        The same columns in the same order. Rows are compared by their coordinates; missing and additional
        rows and another order are mismatches of their own.
    name : str
        Names the table in the result.
    tolerances : mapping
        ``{"relative": r, "columns": {column: rule}}`` with one of ``{"relative": r}``, ``{"absolute": a}``
        and ``{"standard_errors": m}``, which allows m times the table's own ``standard_error``, or 1e-11 of
        the largest value where that is more; in a table without that column the general ``relative`` holds.
    points : mapping, optional
        What a point of the grid stands for.

    Returns
    -------
    list of Mismatch
    """
    if list(expected.columns) != list(got.columns):
        return [Mismatch(name, ", ".join(expected.columns), ", ".join(got.columns), "the same columns")]
    columns = coordinates(expected)
    before, now = (
        {label: row for row, label in enumerate(labels(frame, columns, points))} for frame in (expected, got)
    )
    found = [
        *(Mismatch(f"{name}, {row}", "a row", "none", "the same rows") for row in before if row not in now),
        *(Mismatch(f"{name}, {row}", "no row", "a row", "the same rows") for row in now if row not in before),
    ]
    shared = [row for row in before if row in now]
    if shared != [row for row in now if row in before]:
        found.append(Mismatch(name, "its rows in order", "another order", "the same order"))
    expected = expected.iloc[[before[row] for row in shared]]
    got = got.iloc[[now[row] for row in shared]]
    for column in expected.columns:
        differs, allowed = _differs(column, expected, got, tolerances)
        found += [
            Mismatch(f"{name}, {shared[row]}: {column}", str(old), str(new), allowed)
            for row, (old, new) in enumerate(zip(expected[column], got[column], strict=True))
            if differs[row]
        ]
    return found


def _differs(
    column: str, expected: pd.DataFrame, got: pd.DataFrame, tolerances: Mapping[str, Any]
) -> tuple[np.ndarray, str]:
    """In which rows a column differs by more than is allowed, and what is allowed."""
    if not (_is_number(expected[column]) and _is_number(got[column])):
        old, new = (frame[column].map(str).to_numpy(dtype=object) for frame in (expected, got))
        return old != new, "the same"
    rule = tolerances["columns"].get(column, {})
    old, new = expected[column].to_numpy(float), got[column].to_numpy(float)
    largest = np.abs(old[np.isfinite(old)]).max(initial=0.0)
    if "standard_errors" in rule and "standard_error" in expected:
        allowed = rule["standard_errors"] * np.nan_to_num(expected["standard_error"].to_numpy(float))
        # Where all replicates agree nothing but rounding is left, which differs between machines.
        allowed = np.maximum(allowed, 1e-11 * largest)
        text = f"{rule['standard_errors']} standard errors"
    elif "absolute" in rule:
        allowed = np.full(len(old), rule["absolute"])
        text = f"{rule['absolute']:g}"
    else:
        relative = rule.get("relative", tolerances["relative"])
        # Rounding leaves a small number of a table of large ones unsure.
        allowed = relative * np.maximum(np.abs(old), 1e-6 * largest)
        text = f"relative {relative:g}"
    same = (old == new) | (np.isnan(old) & np.isnan(new))
    finite = np.isfinite(old) & np.isfinite(new)
    same[finite] |= np.abs(new[finite] - old[finite]) <= allowed[finite]
    return ~same, text


def _is_number(column: pd.Series) -> bool:
    return column.dtype.kind in "iuf"


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
        whole = essence(path)
        step = stride(len(whole))
        # Through text and back, so that both sides went the same way.
        got = provenance.read_csv(io.StringIO(whole.iloc[::step].to_csv(index=False)))
        title = name if step == 1 else f"{name} (one row in {step})"
        grid = folder / "grid" / blessed.name
        points = settings(provenance.read_csv(grid)) if grid.exists() else {}
        found += compare(provenance.read_csv(blessed), got, title, tolerances, points)
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
    texts = {}
    for path in artifacts:
        kept = (whole := essence(path)).iloc[:: stride(len(whole))]
        texts[blessed_name(path)] = kept.to_csv(index=False, float_format="%.12g", lineterminator="\n")
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in texts.items():
        provenance.write_atomic(folder / name, text)


def as_rows(mismatches: Iterable[Mismatch]) -> list[dict[str, str]]:
    """Return mismatches as plain dictionaries, for JSON and for tables."""
    return [asdict(item) for item in mismatches]
