"""Follow an artifact back to the configuration keys it came from, and say whether each link still holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bestofk import config, language_config, provenance, sources
from bestofk.store import Store
from bestofk.targets import faults, resolve, run_of


@dataclass
class Link:
    """One step of a chain.

    Attributes
    ----------
    depth : int
        Distance from the target, from 1.
    records : list of dict
        The record of the job; for batches, of all jobs that differ in nothing but the batch.
    broken : list of str
        One phrase for each thing that no longer is what the record says.
    absent : list of str
        Artifacts that are not on this machine, so that their bytes cannot be compared.
    repeated : bool
        Whether the step, and all behind it, came up before.
    """

    depth: int
    records: list[dict[str, Any]]
    broken: list[str]
    absent: list[str]
    repeated: bool = False


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
        if not isinstance(value, Mapping):
            raise KeyError(key)
        value = value[part]
    return value


class Tracer:
    """Walks from record to record.

    Parameters
    ----------
    store : Store
        Where the records are.
    configuration : callable
        From the name of a run to its present configuration; None leaves the run's values uncompared.
    """

    def __init__(self, store: Store, configuration: Callable[[str], Mapping[str, Any] | None]):
        self.record = store.record
        self.configuration = configuration
        self.file_hash = cache(provenance.file_hash)
        self.seen: set[str] = set()

    def walk(self, paths: list[str], behind: Collection[str] | None = None, depth: int = 1) -> Iterator[Link]:
        """Yield the step of some sibling records, then the steps behind it, each described once."""
        records = [self.record(path) for path in paths]
        if paths[0] in self.seen:
            yield Link(depth, records, [], [], repeated=True)
            return
        self.seen.update(paths)
        broken = [phrase for path in paths for phrase in self._broken(path, behind)]
        outputs = [output for record in records for output in record["outputs"]]
        absent = [output for output in outputs if not Path(output).exists()]
        yield Link(depth, records, list(dict.fromkeys(broken)), absent)
        upstream = dict.fromkeys(path for record in records for path in record["recipes"])
        for group in self._grouped([path for path in upstream if behind is None or path in behind]):
            yield from self.walk(group, depth=depth + 1)

    def _grouped(self, paths: list[str]) -> list[list[str]]:
        """Records that differ in nothing but the batch, put together."""
        groups: dict[str, list[str]] = {}
        for path in paths:
            record = self.record(path)
            wildcards = {name: value for name, value in record["wildcards"].items() if name != "batch"}
            kind = [record["rule"], wildcards, record["sources"], record["configuration"], record["versions"]]
            groups.setdefault(provenance.canonical_json(kind), []).append(path)
        return list(groups.values())

    def _broken(self, path: str, behind: Collection[str] | None) -> Iterator[str]:
        record = self.record(path)
        for source, expected in record["sources"].items():
            if not Path(source).exists():
                yield f"{source} is gone"
            elif self.file_hash(source) != expected:
                yield f"{source} was edited since"
        for output, expected in record["outputs"].items():
            if Path(output).exists() and self.file_hash(output) != expected:
                yield f"{output} holds other bytes now"
        for upstream, recipe in record["recipes"].items():
            if behind is not None and upstream not in behind:
                continue
            known = self.record(upstream)
            if known["recipe"] != recipe:
                yield f"{upstream} has another recipe now than when it was read"
            for output, made in known["outputs"].items():
                if record["inputs"].get(output, made) != made:
                    yield f"{output} was made again, with other bytes, after it was read"
        for name, used in record["versions"].items():
            if not _absent(name) and (now := sources.installed_version(name)) != used:
                yield f"{name} was {used} and is {now}"
        for key, used in record["configuration"].items():
            yield from self._changed(run_of(path), key, used)
        if provenance.recipe_hash(record) != record["recipe"]:
            yield f"{path} was edited by hand: its recipe hash does not fit its content"

    def _changed(self, run: str, key: str, used: Any) -> Iterator[str]:
        if (configuration := self.configuration(run)) is None:
            return
        try:
            now = lookup(configuration, key)
        except KeyError:
            yield f"the configuration has no {key} any more"
            return
        if provenance.canonical_json(now) != provenance.canonical_json(used):
            yield f"the configuration's {key} was changed since"


def _absent(package: str) -> bool:
    """Whether a package is not installed: without a language model's runtime its pool can still be read."""
    return sources.installed_version(package) == "absent"


def _configuration(run: str) -> Mapping[str, Any] | None:
    """The present configuration of a run, if its file is there."""
    path = _parameters(run)
    load = language_config.load if run.startswith("language_model") else config.load
    return load(path) if path.exists() else None


def _parameters(run: str) -> Path:
    return Path("workflow/config", f"{run}.yaml")


def trace(target: str, run: str = "paper") -> tuple[str, bool]:
    """Tell how an artifact was made, back to configuration keys and seeds, and whether each link still holds.

    Parameters
    ----------
    target : str
        See `targets.resolve`.
    run : str
        The run whose numbers and claims are meant; a path names its run itself.

    Returns
    -------
    text : str
        What a number or a claim says, then one block a step, indented by its distance from the target.
    holds : bool
        False if something no longer is what its record says. What is merely absent is said, no more.

    Raises
    ------
    ArtifactError
        If the target or a record is unknown, or the target belongs to another run.
    """
    store = Store()
    starts = resolve(target, run, store)
    parameters = _parameters(run_of(starts[0].record))
    # Read anew each time: it may have been edited between two calls.
    tracer = Tracer(store, cache(_configuration))
    lines, steps = [], []
    for start in starts:
        links = list(tracer.walk([start.record], start.behind))
        links[0].broken += faults(start, store)
        if start.copy is not None and not Path(start.copy).exists():
            links[0].absent.append(start.copy)
        lines += [*start.heading, *map(_describe, links)]
        steps += [link for link in links if not link.repeated]
    broken = sum(bool(link.broken) for link in steps)
    absent = sum(len(link.absent) for link in steps)
    verdict = f"{broken} of them broken" if broken else "every link holds"
    if absent and not broken:
        verdict = "every link that could be checked holds"
    lines.append(f"{len(steps)} steps in the chain: {verdict}.")
    if absent:
        lines.append(f"{absent} files are not on this machine; their bytes were not compared.")
    named = {name for link in steps for record in link.records for name in record["versions"]}
    if missing := sorted(filter(_absent, named)):
        lines.append(f"{', '.join(missing)}: not installed on this machine; the version was not compared.")
    if not parameters.exists():
        lines.append(f"{parameters} is not there; its values were not compared.")
    return "\n".join(lines), not broken


def _describe(link: Link) -> str:
    record, pad = link.records[0], "  " * link.depth
    others = len(link.records) - 1
    more = f" and {others} more batch{'es' if others > 1 else ''}" if others else ""
    title = f"{pad}{', '.join(record['outputs'])}{more}"
    if link.repeated:
        return f"{title} (see above)"
    used = [f"script {record['script']} and {len(record['sources']) - 1} more source files"]
    if record["versions"]:
        used.append("with " + ", ".join(f"{name} {number}" for name, number in record["versions"].items()))
    for key, value in record["configuration"].items():
        text = provenance.canonical_json(value)
        used.append(f"{key}: {text if len(text) <= 90 else text[:87] + '...'}")
    if record["seeds"]:
        used.append(f"seeds: {record['seeds']}")
    status = "BROKEN: " + "; ".join(link.broken) if link.broken else "holds"
    if link.absent:
        status += f" ({len(link.absent)} of its files not on this machine)"
    lines = [f"rule {record['rule']}, recipe {record['recipe'][:12]}", *used, status]
    return "\n".join([title, *(f"{pad}| {line}" for line in lines)])
