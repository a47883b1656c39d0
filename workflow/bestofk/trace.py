"""Follow an artifact back to the configuration keys it came from, and check every artifact against its record."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bestofk import config, provenance
from bestofk.provenance import ArtifactError

#: Where the finished set is published, and the list of records that goes with it.
MANIFEST = Path("figures/manifest.json")


@dataclass
class Link:
    """One step of a chain: a rule, what it used, and what no longer fits.

    Attributes
    ----------
    record : dict
        The record of the job.
    copies : list of str
        Records of sibling jobs of the same rule, script and configuration (batches), traced together.
    broken : list of str
        One sentence for each thing that no longer is what the record says.
    absent : list of str
        Artifacts that are not on this machine, so that their bytes cannot be compared.
    """

    record: dict[str, Any]
    path: str
    copies: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    inputs: list[Link] = field(default_factory=list)

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Link]]:
        """Yield this link and those behind it, each with its distance from the start."""
        yield depth, self
        for link in self.inputs:
            yield from link.walk(depth + 1)


def lookup(configuration: Mapping[str, Any], key: str) -> Any:
    """Return the value at a dotted key.

    Parameters
    ----------
    configuration : mapping
        A loaded configuration.
    key : str
        For instance ``experiments.error_vs_k.problem``.

    Returns
    -------
    object

    Raises
    ------
    KeyError
        If a part of the key is not there.

    Examples
    --------
    >>> lookup({"experiments": {"a": {"k": [1]}}}, "experiments.a.k")
    [1]
    """
    value: Any = configuration
    for part in key.split("."):
        value = value[part]
    return value


def resolve(target: str, run: str) -> list[str]:
    """Return the record paths that stand for a target: a file, the key of a number, or the id of a claim.

    Parameters
    ----------
    target : str
        A figure (.pdf, .png, .csv), a table, ``paper/paper.pdf``, a key of numbers.json or an id of claims.json.
    run : str
        Whose numbers and claims are meant.

    Returns
    -------
    list of str

    Raises
    ------
    ArtifactError
        If nothing of that name is known.
    """
    path = Path(target)
    if path.is_absolute():
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    if path.parts[:1] == ("figures",):
        return [provenance.record_path(Path("results/paper") / path).as_posix()]
    if path == Path("paper/paper.pdf"):
        return ["results/paper/paper.record.json"]
    if len(path.parts) > 1:
        return [provenance.record_path(path).as_posix()]
    folder = Path("results") / run
    known: list[str] = []
    for name in ("numbers", "claims"):
        path = folder / f"{name}.json"
        entries = provenance.read_json(path) if path.exists() else {}
        if isinstance(entries, list):
            entries = {entry["id"]: entry for entry in entries}
        if target in entries:
            own = (folder / f"{name}.record.json").as_posix()
            return [own, *(provenance.record_path(source).as_posix() for source in entries[target]["from"])]
        known += entries
    hint = (
        f"; known are {', '.join(sorted(known))}"
        if known
        else f"; results/{run} holds no numbers or claims yet"
    )
    raise ArtifactError(f"{target} is no file, no number and no claim of the run {run}{hint}.")


class Tracer:
    """Builds chains of `Link` from the records on disk or, for the published set, from the manifest.

    Parameters
    ----------
    configuration : mapping or None
        The present configuration of the run; None leaves configuration values uncompared.
    """

    def __init__(self, configuration: Mapping[str, Any] | None):
        self.configuration = configuration
        self.published = provenance.read_json(MANIFEST)["records"] if MANIFEST.exists() else {}
        self._versions: dict[tuple[str, ...], dict[str, str]] = {}

    def record(self, path: str) -> dict[str, Any]:
        """Return a record from disk, else from the manifest of the published set."""
        if Path(path).exists():
            return provenance.read_json(path)
        if path in self.published:
            return self.published[path]
        raise ArtifactError(
            f"{path} is missing: nothing says how its file was made. `make reproduce` makes it again."
        )

    def link(self, path: str) -> Link:
        """Return the chain that ends in the artifact whose record is at `path`."""
        record = self.record(path)
        link = Link(record, path)
        self._compare_files(link)
        self._compare_configuration(link)
        seen: dict[str, Link] = {}
        for upstream in record["recipes"]:
            known = self.record(upstream)
            # Batches differ only in their outputs: one line stands for all of them.
            kind = provenance.canonical_json([known["rule"], known["sources"], known["configuration"]])
            if kind in seen:
                self._merge(seen[kind], upstream, known)
            else:
                seen[kind] = self.link(upstream)
            if known["recipe"] != record["recipes"][upstream]:
                link.broken.append(f"{upstream} has another recipe now than when it was read")
        link.inputs = list(seen.values())
        return link

    def _merge(self, link: Link, path: str, record: dict[str, Any]) -> None:
        link.copies.append(path)
        sibling = Link(record, path)
        self._compare_files(sibling)
        link.broken += [sentence for sentence in sibling.broken if sentence not in link.broken]
        link.absent += sibling.absent

    def _compare_files(self, link: Link) -> None:
        record = link.record
        for path, expected in record["sources"].items():
            if not Path(path).exists():
                link.broken.append(f"{path} is gone")
            elif provenance.file_hash(path) != expected:
                link.broken.append(f"{path} was edited since")
        for path, expected in {**record["inputs"], **record["outputs"]}.items():
            if not Path(path).exists():
                link.absent.append(path)
            elif provenance.file_hash(path) != expected:
                link.broken.append(f"{path} holds other bytes now")
        names = tuple(record["sources"])
        if names not in self._versions:
            self._versions[names] = provenance.package_versions(
                [path for path in names if Path(path).exists()]
            )
        for name, used in record["versions"].items():
            now = self._versions[names].get(name, "absent")
            if now != used:
                link.broken.append(f"{name} was {used} and is {now}")
        if provenance.recipe_hash(record) != record["recipe"]:
            link.broken.append(f"{link.path} was edited by hand: its recipe hash does not fit its content")

    def _compare_configuration(self, link: Link) -> None:
        if self.configuration is None:
            return
        for key, used in link.record["configuration"].items():
            try:
                now = lookup(self.configuration, key)
            except (KeyError, TypeError):
                link.broken.append(f"the configuration has no {key} any more")
                continue
            if provenance.canonical_json(now) != provenance.canonical_json(used):
                link.broken.append(f"the configuration's {key} was changed since")


def trace(target: str, run: str = "paper") -> tuple[str, bool]:
    """Tell how an artifact was made, back to configuration keys and seeds, and whether each link still holds.

    Parameters
    ----------
    target : str
        See `resolve`.
    run : str
        The run whose numbers and claims are meant; a path names its run itself.

    Returns
    -------
    text : str
        One block a link, indented by its distance from the target.
    holds : bool
        False if some link no longer is what its record says.

    Raises
    ------
    ArtifactError
        If the target or a record is unknown.
    """
    paths = resolve(target, run)
    parts = Path(paths[0]).parts
    parameter_file = Path("workflow/config") / f"{parts[1]}.yaml" if parts[0] == "results" else None
    present = config.load(parameter_file) if parameter_file and parameter_file.exists() else None
    tracer = Tracer(present)
    blocks = [target]
    links = [tracer.link(path) for path in paths]
    holds = True
    printed: dict[str, str] = {}
    for link in links:
        for depth, step in link.walk(1):
            holds &= not step.broken
            blocks.append(_describe(step, depth, printed))
    count = len(printed)
    verdict = "every link holds" if holds else "some links no longer hold"
    return "\n".join([*blocks, f"{count} rules in the chain: {verdict}."]), holds


def _describe(link: Link, depth: int, printed: dict[str, str]) -> str:
    record, pad = link.record, "  " * depth
    outputs = ", ".join(record["outputs"])
    more = f" and {len(link.copies)} more batches" if link.copies else ""
    lines = [f"{pad}{outputs}{more}"]
    if link.path in printed:
        return f"{lines[0]}  (shown above)"
    printed[link.path] = record["rule"]
    helpers = len(record["sources"]) - 1
    lines.append(f"{pad}| rule {record['rule']}, recipe {record['recipe'][:12]}")
    lines.append(f"{pad}| script {record['script']} and {helpers} more source files")
    if record["versions"]:
        lines.append(
            f"{pad}| with " + ", ".join(f"{name} {used}" for name, used in record["versions"].items())
        )
    for key, value in record["configuration"].items():
        text = provenance.canonical_json(value)
        lines.append(f"{pad}| {key}: {text if len(text) <= 90 else text[:87] + '...'}")
    if record["seeds"]:
        lines.append(f"{pad}| seeds: {record['seeds']}")
    status = "BROKEN: " + "; ".join(link.broken) if link.broken else "holds"
    if link.absent:
        status += f" ({len(link.absent)} files of it are not on this machine)"
    lines.append(f"{pad}| {status}")
    return "\n".join(lines)


def check(run: str, *, discard: bool = False) -> list[str]:
    """Compare every record of a run with the files it names.

    Parameters
    ----------
    run : str
        Name of the run: results/<run>.
    discard : bool
        Move what does not match to results/<run>/discarded, so that the next run makes it again.

    Returns
    -------
    list of str
        One sentence for each mismatch; empty if everything matches.
    """
    folder = Path("results") / run
    problems: list[str] = []
    for path in sorted(folder.rglob("*.record.json")):
        if "discarded" in path.relative_to(folder).parts:
            continue
        wrong, outputs = _mismatches(path)
        if wrong:
            moved = _set_aside([path, *outputs], folder) if discard else ""
            problems += [f"{sentence}{moved}" for sentence in wrong]
    return problems


def _mismatches(path: Path) -> tuple[list[str], list[Path]]:
    """What is wrong with one record or its outputs, and the outputs it is known to have."""
    try:
        record = provenance.read_json(path)
        outputs = {Path(name): expected for name, expected in record["outputs"].items()}
        if provenance.recipe_hash(record) != record["recipe"]:
            return [f"{path} was altered: its recipe hash does not fit its content."], list(outputs)
    except (ArtifactError, KeyError, TypeError, AttributeError):
        stem = path.name.removesuffix(".record.json")
        siblings = [other for other in path.parent.glob(f"{stem}.*") if other != path and other.is_file()]
        return [f"{path} is not a readable record."], siblings
    wrong = []
    for output, expected in outputs.items():
        if not output.exists():
            wrong.append(f"{output} is missing although {path.name} names it.")
        elif provenance.file_hash(output) != expected:
            wrong.append(f"{output} is truncated or altered: its bytes are not those that {path.name} names.")
    return wrong, list(outputs)


def _set_aside(paths: list[Path], folder: Path) -> str:
    """Move files of the run under results/<run>/discarded; published files stay, their stamp goes."""
    for path in paths:
        if path.exists() and path.is_relative_to(folder):
            target = folder / "discarded" / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
    return f" Moved aside to {folder / 'discarded'}; the next run makes it again."
