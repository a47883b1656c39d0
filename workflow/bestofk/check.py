"""Compare every file of a run with its record, and what was published with what the run made."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bestofk import config, provenance
from bestofk.provenance import MANIFEST, ArtifactError
from bestofk.store import STAMP

#: What a run leaves that is no artifact and therefore has no record.
WITHOUT_RECORD = {"logs", "benchmarks", "discarded", "report.html", "run.json", "verify.txt"}


class Problem(NamedTuple):
    """One sentence on what does not match, and the files to set aside, which the next run makes again."""

    sentence: str
    files: tuple[Path, ...] = ()


def is_run_name(text: str) -> bool:
    """Say whether a run can have a name; a path never is one.

    Parameters
    ----------
    text : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_run_name("paper"), is_run_name("../paper")
    (True, False)
    """
    return re.search(config.schema()["properties"]["run"]["pattern"], text) is not None


def check(run: str, *, discard: bool = False) -> list[str]:
    """Compare every file of a run with its record; for the run paper, figures/ and paper/*.pdf too.

    Parameters
    ----------
    run : str
        Name of the run: results/<run>. Nothing there is nothing wrong.
    discard : bool
        Move what does not match to results/<run>/discarded, so that the next run makes it again. Published
        files stay where they are: only the stamp is moved, so that the next run publishes again.

    Returns
    -------
    list of str
        One sentence for each mismatch; empty if everything matches.

    Raises
    ------
    ValueError
        If no run can have that name.
    """
    if not is_run_name(run):
        raise ValueError(f'"{run}" is no name of a run, such as paper or smoke.')
    folder = Path("results", run)
    problems = [*_artifacts(folder), *(_published() if run == "paper" else ())]
    if not discard:
        return [problem.sentence for problem in problems]
    # Two problems of one record name the same files, which are moved once.
    paths = dict.fromkeys(path for problem in problems for path in problem.files)
    moved = {path: _set_aside(path, folder) for path in paths}
    return [
        problem.sentence + _note(sorted(filter(None, (moved[path] for path in problem.files))), folder)
        for problem in problems
    ]


def _note(names: list[str], folder: Path) -> str:
    if not names:
        return ""
    discarded = f"{folder.as_posix()}/discarded"
    return f" Moved aside to {discarded}: {', '.join(names)}; the next run makes again what it needs."


def _artifacts(folder: Path) -> Iterator[Problem]:
    """What is wrong under results/<run>."""
    files = [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in WITHOUT_RECORD
    ]
    records = [path for path in files if path == provenance.record_path(path)]
    known = set(records)
    for path in records:
        outputs, wrong = _mismatches(path)
        known.update(outputs)
        for sentence in wrong:
            yield Problem(sentence, (path, *outputs))
    for path in files:
        if path not in known:
            yield Problem(f"{path} has no record: nothing says how it was made.", (path,))


def _mismatches(path: Path) -> tuple[list[Path], list[str]]:
    """The outputs that a record is known to have, and what is wrong with it or with them."""
    try:
        record = provenance.read_record(path)
    except ArtifactError as error:
        stem = path.name.removesuffix(".record.json")
        return [other for other in path.parent.glob(f"{stem}.*") if other != path], [str(error)]
    outputs = {Path(name): expected for name, expected in record["outputs"].items()}
    wrong = []
    if provenance.recipe_hash(record) != record["recipe"]:
        wrong.append(f"{path} was altered: its recipe hash does not fit its content.")
    for output, expected in outputs.items():
        if not output.exists():
            wrong.append(f"{output} is missing although {path.name} names it.")
        elif provenance.file_hash(output) != expected:
            wrong.append(f"{output} is truncated or altered: its bytes are not those that {path.name} names.")
    return list(outputs), wrong


def _published() -> Iterator[Problem]:
    """What is wrong with figures/ and paper/*.pdf: compared with the stamp, else with the manifest."""
    stamp = (STAMP, provenance.record_path(STAMP))
    source = STAMP if STAMP.exists() else MANIFEST
    try:
        expected = provenance.read_json(STAMP) if STAMP.exists() else provenance.read_manifest()["files"]
    except ArtifactError as error:
        yield Problem(str(error), stamp)
        return
    if not isinstance(expected, dict):
        yield Problem(f"{source} does not list what was published.", stamp)
        return
    for name, digest in expected.items():
        if not Path(name).exists():
            yield Problem(f"{name} is missing although {source} names it.", stamp)
        elif provenance.file_hash(name) != digest:
            yield Problem(f"{name} was altered: its bytes are not those that {source} names.", stamp)
    for path in sorted(Path("figures").rglob("*")):
        # A hidden file keeps an empty folder, or belongs to the system.
        ours = path == MANIFEST or path.as_posix() in expected or path.name.startswith(".")
        if path.is_file() and not ours:
            yield Problem(f"{path} was made by no figure; remove it or add its rule.")


def _set_aside(path: Path, folder: Path) -> str:
    """Move a file of the run under results/<run>/discarded; return its name there, "" if there is none."""
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return ""
    name = path.resolve().relative_to(folder.resolve())
    target = folder / "discarded" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, target)
    return name.as_posix()
