"""What can be traced: a published file, a file of a run, a number, a claim; and why other things cannot."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import NamedTuple

from bestofk import provenance
from bestofk.provenance import MANIFEST, ArtifactError
from bestofk.store import STAMP, TOLD, Store

#: Where the paper and its appendix are published; figures go to figures/.
DOCUMENTS = (Path("paper/paper.pdf"), Path("paper/appendix.pdf"))


class Target(NamedTuple):
    """One thing to trace.

    Attributes
    ----------
    heading : list of str
        What is said of it before the chain.
    record : str
        Path of the record to start at.
    artifact : str or None
        The file that the record must name; None for a record itself.
    copy : str or None
        Where `artifact` is published.
    behind : list of str or None
        Records of the tables that decide a number or a claim; None: everything behind the record.
    """

    heading: list[str]
    record: str
    artifact: str | None = None
    copy: str | None = None
    behind: list[str] | None = None


def resolve(target: str, run: str, store: Store) -> list[Target]:
    """Say what a name or path stands for: one file, or the number and the claim of that name.

    Parameters
    ----------
    target : str
        A figure (its name, or its .pdf, .png or .csv), a table, ``paper/paper.pdf``, ``paper/appendix.pdf``,
        a key of numbers.json, or a claim's id.
    run : str
        Whose numbers and claims are meant. A path names its run itself: beside one, ``paper``, the default,
        stands for any run, and another run that is not the path's is refused.
    store : Store

    Returns
    -------
    list of Target
        One, or two where a number and a claim share the name.

    Raises
    ------
    ArtifactError
        If nothing of that name is known, or nothing is recorded about the file.

    Examples
    --------
    >>> from bestofk.store import Store
    >>> [found.record for found in resolve("figures/error_vs_k.pdf", "paper", Store())]
    ['results/paper/figures/error_vs_k.record.json']
    """
    path = Path(os.path.abspath(target))
    if len(Path(target).parts) > 1 or path.exists():
        inside = path.is_relative_to(Path.cwd())
        return [_file(path.relative_to(Path.cwd()) if inside else path, target, run, store)]
    if (figure := f"figures/{target}.pdf") in store.published["files"]:
        return [_file(Path(figure), figure, run, store)]
    return _statements(target, run, store)


def _file(path: Path, target: str, run: str, store: Store) -> Target:
    made = None if path.is_dir() else _made(path)
    if made is None:
        raise ArtifactError(_not_made(path, store))
    owner, record = run_of(made), provenance.record_path(made)
    if run not in ("paper", owner):
        other = Path("results", run, *made.parts[2:])
        held = f"the run {run} has {'' if other.exists() else 'no '}{other.as_posix()}"
        raise ArtifactError(f"{target} belongs to the run {owner}, not to {run}; {held}.")
    if not store.has_record(record.as_posix()):
        raise ArtifactError(_not_recorded(path, record))
    artifact = None if made == record else made.as_posix()
    return Target([target], record.as_posix(), artifact, None if made == path else path.as_posix())


def _made(path: Path) -> Path | None:
    """Where a run makes a file, or makes what is published as it; None for what no rule makes."""
    if path == MANIFEST:
        return STAMP
    if path in DOCUMENTS:
        return Path("results/paper", path.name)
    if path.parts[0] == "figures":
        return Path("results/paper", path)
    # A pool of candidates is committed with its record.
    return path if path.parts[0] == "data" or (path.parts[0] == "results" and len(path.parts) > 2) else None


def run_of(path: str | Path) -> str:
    """Return the run that an artifact, or its record, belongs to.

    Parameters
    ----------
    path : str or Path
        Below results or data.

    Returns
    -------
    str

    Examples
    --------
    >>> run_of("results/smoke/tables/error_vs_k.parquet"), run_of("data/language_model.record.json")
    ('smoke', 'language_model')
    """
    folder, name = Path(path).parts[:2]
    return name.split(".")[0] if folder == "data" else name


def _not_made(path: Path, store: Store) -> str:
    if path.is_dir():
        return f"{path} is a folder; name one file in it."
    if not path.exists():
        return f"{path} is missing; rules make only what is in results/<run>, data, figures and paper/*.pdf."
    records = store.published["records"].values()
    rules = sorted({record["rule"] for record in records if path.as_posix() in record["sources"]})
    sentence = f"{path} has no record: no rule makes it, a person writes or keeps it."
    if rules:
        sentence += f" It is a source of the rule{'s' if len(rules) > 1 else ''} {', '.join(rules)}."
    return sentence


def _not_recorded(path: Path, record: Path) -> str:
    if path == MANIFEST and path.exists():
        return (
            f"{MANIFEST} is written by the rule publish of the run paper: the records, numbers and claims "
            f"behind figures/ and {DOCUMENTS[0]}. Its own record, {record}, cannot be in it and comes with "
            "`make reproduce`."
        )
    held = "has no record" if path.exists() else "is missing"
    return f"{path} {held}: {record} is neither there nor in {MANIFEST}."


def _statements(name: str, run: str, store: Store) -> list[Target]:
    """The number and the claim of a name."""
    found, known = [], set()
    for kind in TOLD:
        entries = store.entries(kind, run)
        known |= entries.keys()
        if name in entries:
            entry, file = entries[name], f"results/{run}/{kind}.json"
            told = {key: entry[key] for key in TOLD[kind]}
            found.append(
                Target(
                    [f"{name}, a {kind.removesuffix('s')} of the run {run}", *map(_line, told.items())],
                    provenance.record_path(file).as_posix(),
                    file,
                    behind=[provenance.record_path(table).as_posix() for table in entry["from"]],
                )
            )
    if found:
        return found
    if not known:
        hint = f"results/{run} holds no numbers and no claims yet"
    else:
        close = difflib.get_close_matches(name, known, n=3) or sorted(known)[:3]
        hint = f"{len(known)} numbers and claims are known, such as {', '.join(close)}"
    raise ArtifactError(f"{name} is no file, no number and no claim of the run {run}; {hint}.")


def _line(told: tuple[str, object]) -> str:
    key, value = told
    return f"| {key}: {value if isinstance(value, str) else provenance.canonical_json(value)}"


def faults(target: Target, store: Store) -> list[str]:
    """List what does not hold between a target and its record.

    Parameters
    ----------
    target : Target
    store : Store

    Returns
    -------
    list of str
        Phrases; a published copy that is absent is none.

    Raises
    ------
    ArtifactError
        If the record does not name the target.
    """
    outputs = store.record(target.record)["outputs"]
    if target.artifact is None:
        return []
    if target.artifact not in outputs:
        raise ArtifactError(f"{target.record} names {', '.join(outputs)}, and not {target.artifact}.")
    if target.behind is not None:
        return _statement_faults(target, outputs[target.artifact], store)
    if target.copy is None or not Path(target.copy).exists():
        return []
    return _copy_faults(target, outputs[target.artifact], store)


def _statement_faults(target: Target, made: str, store: Store) -> list[str]:
    """Numbers told from the manifest must be those of the run; the chain compares those on disk by itself."""
    kind = Path(target.artifact).stem
    if Path(target.artifact).exists() or store.published_hash(kind) == made:
        return []
    return [f"the {kind} in {MANIFEST} are not those that {target.record} names"]


def _copy_faults(target: Target, made: str, store: Store) -> list[str]:
    """The published copy holds what the record names; otherwise it is older, or was altered."""
    copy, held = target.copy, provenance.file_hash(target.copy)
    if Path(copy) == MANIFEST:
        listed = provenance.read_json(STAMP) if STAMP.exists() else {copy: held}
        if isinstance(listed, dict) and listed.get(copy) == held:
            return []
        return [f"{copy} does not hold the bytes that {STAMP} names"]
    if held == made:
        return []
    if held == store.published["files"].get(copy):
        return [
            f"{copy} is older than {target.artifact}: it holds the bytes that {MANIFEST} lists, not those "
            f"that {target.record} names; this chain is that of the newer file, which `make reproduce` "
            "publishes"
        ]
    return [
        f"{copy} was altered: it holds neither the bytes that {MANIFEST} lists nor those that "
        f"{target.record} names; `make reproduce` publishes it again"
    ]
