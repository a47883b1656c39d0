"""Records: what made a file, from what, and whether its bytes are still the ones that were made.

Every artifact ``results/<run>/.../<stem>.<ext>`` has a record ``<stem>.record.json`` beside it, written by
the job that made it. A record holds no time, host, revision or absolute path, so it is byte-identical between
runs.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    import pandas as pd

#: Where the records of everything behind the published figures and paper stand.
MANIFEST = Path("figures/manifest.json")

#: What decides an artifact, for the recipe hash.
RECIPE_KEYS = ("rule", "wildcards", "sources", "configuration", "seeds", "versions", "recipes")

#: What else a record holds.
OTHER_KEYS = ("script", "inputs", "outputs", "recipe")


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
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any, where: str = "") -> Any:
    """The value as JSON can hold it; `where` names its place in the whole."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, f"{where}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{where}[{place}]") for place, item in enumerate(value)]
    if isinstance(value, float) and math.isnan(value):
        raise ValueError(f"{where.removeprefix('.') or 'The value'} is nan, which JSON cannot hold.")
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
    text = json.dumps(_plain(value), sort_keys=True, indent=1, ensure_ascii=False)
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
        If the file is missing or is not JSON; the sentence names it. NaN, which JSON lacks, is refused.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"), parse_constant=_refuse)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing.") from None
    except ValueError as error:
        raise ArtifactError(f"{path} is not readable as JSON ({error}).") from None


def _refuse(constant: str) -> None:
    raise ValueError(f"it holds {constant}")


def read_record(path: str | Path) -> dict[str, Any]:
    """Read a record and check that it has the form of one.

    Parameters
    ----------
    path : str or Path
        The record itself.

    Returns
    -------
    dict
        With the keys that `make_record` writes.

    Raises
    ------
    ArtifactError
        If the file is missing, is not JSON, or lacks what every record has.
    """
    record = read_json(path)
    if not _is_record(record):
        raise ArtifactError(f"{path} is not a record: it lacks what every record has.")
    return record


def read_manifest() -> dict[str, dict[str, Any]]:
    """Read what was published and the records of everything behind it.

    Returns
    -------
    dict
        ``files``: published path to hash; ``records``: path to record. Both empty if nothing was published.

    Raises
    ------
    ArtifactError
        If there is a manifest and it cannot be read or is not one.
    """
    if not MANIFEST.exists():
        return {"files": {}, "records": {}}
    manifest = read_json(MANIFEST)
    parts = [manifest.get(name) for name in ("files", "records")] if isinstance(manifest, dict) else [None]
    if not all(isinstance(part, dict) for part in parts) or not all(map(_is_record, parts[1].values())):
        raise ArtifactError(f"{MANIFEST} is not a manifest: it lacks what every manifest has.")
    return manifest


def _is_record(value: Any) -> bool:
    texts = {"rule", "script", "seeds", "recipe"}
    return isinstance(value, dict) and all(
        isinstance(value.get(key), str if key in texts else dict) for key in (*RECIPE_KEYS, *OTHER_KEYS)
    )


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
        If the file is missing or is not what its record names.
    """
    path = Path(path)
    if not path.exists():
        raise ArtifactError(f"{path} is missing.")
    if record_path(path).exists():
        # By name, not by path: a table is also read from another working folder.
        outputs = read_record(record_path(path))["outputs"]
        expected = {Path(name).name: digest for name, digest in outputs.items()}
        if expected.get(path.name) != file_hash(path):
            raise ArtifactError(
                f"{path} does not hold the bytes that its record names; "
                "`bestofk check --discard` moves it aside, and the next run makes it again."
            )
    if path.suffix == ".csv":
        return read_csv(path)
    import pyarrow.parquet as pq

    return pq.read_table(path, partitioning=None).to_pandas()


def read_csv(source: str | Path | TextIO) -> pd.DataFrame:
    """Read CSV as this project writes it: numbers exactly, identifiers as text, only empty cells missing.

    Parameters
    ----------
    source : str, Path or text file

    Returns
    -------
    pandas.DataFrame
    """
    import pandas as pd

    # An identifier is hexadecimal: one without letters, or with a single e, would pass for a number.
    identifiers = {"point": str, "problem": str}
    return pd.read_csv(
        source, float_precision="round_trip", keep_default_na=False, na_values=[""], dtype=identifiers
    )


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
    return hashlib.sha256(canonical_json({key: record[key] for key in RECIPE_KEYS}).encode()).hexdigest()


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
        From `sources.package_versions`.
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
        "recipes": {path.as_posix(): read_record(path)["recipe"] for path in map(record_path, inputs)},
    }
    record["recipe"] = recipe_hash(record)
    return record
