"""Records: what made a file, from what, and whether its bytes are still the ones that were made.

Every artifact ``results/<run>/.../<stem>.<ext>`` has a record ``<stem>.record.json`` beside it, written by the
job that made it. A record holds no time, host, revision or absolute path, so it is byte-identical between runs.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: Packages whose version can change a number, a picture or a page: import name -> distribution name.
TRACKED_PACKAGES = {
    name: name
    for name in ("numpy", "scipy", "pandas", "pyarrow", "matplotlib", "seaborn", "typst", "tabulate")
}

#: Folders whose modules a script may import and that are therefore sources of its output.
SOURCE_FOLDERS = (Path("workflow"),)


class ArtifactError(ValueError):
    """A file does not match its record, or a record is missing or unreadable."""


def canonical_json(value: Any) -> str:
    """Write a value as the one JSON text that stands for it: sorted keys, no spaces, inf as ``"inf"``.

    Parameters
    ----------
    value : dict, list, str, int, float, bool or None
        Nested as deep as needed.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If a number is nan.

    Examples
    --------
    >>> canonical_json({"b": float("inf"), "a": (1, 2.5)})
    '{"a":[1,2.5],"b":"inf"}'
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value


def file_hash(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    with open(path, "rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def record_path(path: str | Path) -> Path:
    """Return where the record of an artifact stands.

    Parameters
    ----------
    path : str or Path
        An artifact, or a record already.

    Returns
    -------
    Path

    Examples
    --------
    >>> record_path("results/paper/figures/error_vs_k.png").as_posix()
    'results/paper/figures/error_vs_k.record.json'
    """
    path = Path(path)
    return path if path.name.endswith(".record.json") else path.with_suffix(".record.json")


def write_atomic(path: str | Path, content: bytes | str) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, never a part.

    Parameters
    ----------
    path : str or Path
    content : bytes or str
        Text is written as UTF-8 with Unix line ends.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: str | Path, value: Any) -> None:
    """Write a value as indented, key-sorted JSON, atomically.

    Parameters
    ----------
    path : str or Path
    value : dict or list
        Infinite numbers are written as ``"inf"``; nan is refused.
    """
    text = json.dumps(_plain(value), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomic(path, text + "\n")


def read_json(path: str | Path) -> Any:
    """Read a JSON file that this project wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    dict or list

    Raises
    ------
    ArtifactError
        If the file is missing or is not JSON; the sentence names it.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing.") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ArtifactError(f"{path} is not readable as JSON ({error}).") from None


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table (Parquet, or CSV by its suffix), atomically and with the same bytes for the same rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        The index is not written.
    path : str or Path
        Ends in ``.parquet`` or ``.csv``. CSV numbers are the shortest that read back exactly.
    """
    path = Path(path)
    if path.suffix == ".csv":
        write_atomic(path, frame.to_csv(index=False, lineterminator="\n"))
        return
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, sink, compression="zstd")
    write_atomic(path, sink.getvalue().to_pybytes())


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table after comparing its bytes with its record, if it has one.

    Parameters
    ----------
    path : str or Path
        A file written by `write_table`.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    ArtifactError
        If the file is missing or does not match its record.
    """
    import pandas as pd

    path = Path(path)
    if not path.exists():
        raise ArtifactError(f"{path} is missing.")
    if record_path(path).exists():
        expected = read_json(record_path(path))["outputs"].get(path.as_posix())
        if expected is not None and expected != file_hash(path):
            raise ArtifactError(
                f"{path} does not hold the bytes that its record names; "
                "`bestofk check --discard` moves it aside, and the next run makes it again."
            )
    if path.suffix == ".csv":
        return pd.read_csv(path, float_precision="round_trip", keep_default_na=False, na_values=[""])
    import pyarrow.parquet as pq

    return pq.read_table(path, partitioning=None).to_pandas()


def module_closure(script: str | Path) -> list[str]:
    """List every module of this project that a script imports, directly or not.

    Read from the source text, so that nothing is imported; the tests compare the list with what Python loads.

    Parameters
    ----------
    script : str or Path
        Relative to the project's root, which is the working folder.

    Returns
    -------
    list of str
        Sorted POSIX paths relative to the root, without `script` itself.
    """
    found: set[str] = set()
    waiting = [Path(script)]
    while waiting:
        for name in _imported_names(waiting.pop()):
            for path in _project_files(name):
                if path.as_posix() not in found:
                    found.add(path.as_posix())
                    waiting.append(path)
    found.discard(Path(script).as_posix())
    return sorted(found)


def _imported_names(path: Path) -> Iterable[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _project_files(name: str) -> Iterable[Path]:
    """The files that ``import name`` runs: each package on the way and the module itself."""
    parts = name.split(".")
    for folder in SOURCE_FOLDERS:
        for length in range(1, len(parts) + 1):
            stem = folder.joinpath(*parts[:length])
            for path in (stem.with_suffix(".py"), stem / "__init__.py"):
                if path.is_file():
                    yield path


def package_versions(sources: Iterable[str | Path]) -> dict[str, str]:
    """Return the installed versions of the tracked packages that some source files import.

    Parameters
    ----------
    sources : iterable of str or Path
        Python files; others are passed over.

    Returns
    -------
    dict of str to str
        Distribution name to version; ``"absent"`` if it is not installed.
    """
    names: set[str] = set()
    for path in map(Path, sources):
        if path.suffix == ".py":
            names.update(name.split(".")[0] for name in _imported_names(path))
    versions = {}
    for name in sorted(names & TRACKED_PACKAGES.keys()):
        try:
            versions[TRACKED_PACKAGES[name]] = version(TRACKED_PACKAGES[name])
        except PackageNotFoundError:
            versions[TRACKED_PACKAGES[name]] = "absent"
    return versions


def recipe_hash(record: Mapping[str, Any]) -> str:
    """Return the hash of everything that decides an artifact: its own rule and, through them, its inputs'.

    Parameters
    ----------
    record : mapping
        With ``rule``, ``wildcards``, ``sources``, ``configuration``, ``seeds``, ``versions`` and ``recipes``
        (those of the inputs).

    Returns
    -------
    str
        64 hexadecimal digits; the same on every machine, because no data enters.
    """
    keys = ("rule", "wildcards", "sources", "configuration", "seeds", "versions", "recipes")
    return hashlib.sha256(canonical_json({key: record[key] for key in keys}).encode()).hexdigest()


def make_record(
    *,
    rule: str,
    sources: Sequence[str | Path],
    inputs: Sequence[str | Path],
    outputs: Sequence[str | Path],
    configuration: Mapping[str, Any],
    versions: Mapping[str, str],
    wildcards: Mapping[str, str],
    seeds: str = "",
) -> dict[str, Any]:
    """Describe one finished job.

    Parameters
    ----------
    rule : str
        Name of the rule.
    sources : sequence of path
        The script first, then modules, style, captions and text: what a person wrote.
    inputs : sequence of path
        Artifacts that the job read; each has a record.
    outputs : sequence of path
        Artifacts that the job wrote, without the record itself.
    configuration : mapping
        Dotted configuration key to the value that the job used.
    versions : mapping
        From `package_versions`.
    wildcards : mapping
        What tells this job from its siblings of the same rule: experiment, batch.
    seeds : str
        Where the job's random numbers come from; empty if it draws none.

    Returns
    -------
    dict
        Ready for `write_json`.

    Raises
    ------
    ArtifactError
        If an input has no record.
    """
    record: dict[str, Any] = {
        "rule": rule,
        "script": Path(sources[0]).as_posix(),
        "sources": {Path(path).as_posix(): file_hash(path) for path in sources},
        "inputs": {Path(path).as_posix(): file_hash(path) for path in inputs},
        "outputs": {Path(path).as_posix(): file_hash(path) for path in outputs},
        "configuration": _plain(configuration),
        "versions": dict(versions),
        "wildcards": dict(wildcards),
        "seeds": seeds,
        "recipes": {record_path(path).as_posix(): read_json(record_path(path))["recipe"] for path in inputs},
    }
    record["recipe"] = recipe_hash(record)
    return record
