"""Rule appendix: typeset the appendix by itself, with the parameters of the run and its packages."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bestofk import config, provenance
from bestofk.sources import installed_version
from pictures import check_figure_files, check_figures
from typesetting import Document, check_keys

#: The file that Typst is given; it includes the others.
ENTRY = Path("paper/appendix.typ")

#: Keys of an axis, which is one value of the table.
AXIS = {"from", "to", "points"}


def main(
    numbers: str,
    claims: str,
    figures: list[str],
    made: list[str],
    appendix: str,
    configuration: dict[str, Any],
    root: str | Path = ".",
) -> None:
    """Typeset the appendix of one run.

    Parameters
    ----------
    numbers : str
        ``numbers.json`` of the run, which the text of the paper reads: its equations are repeated.
    claims : str
        ``claims.json`` of the run; the ledger is set from it.
    figures : list of str
        Files of the figures that the run made for the appendix; their stems are the figures' names.
    made : list of str
        Records of everything that the run made; they name the packages.
    appendix : str
        Output: the PDF, written under a temporary name and renamed.
    configuration : dict
        All of the run's configuration.
    root : str or Path
        The project's root; the other paths are relative to it.

    Raises
    ------
    ValueError
        In one sentence: a result, or a number, work or figure that the text names, is missing; a figure is
        made and not printed, or printed and not made; or Typst does not compile the text.
    """
    root = Path(root)
    for path in (numbers, claims):
        if not (root / path).is_file():
            raise ValueError(f"{path} is missing; the rule that makes it runs before the appendix.")
    check_keys(root, ENTRY, set(json.loads((root / numbers).read_text(encoding="utf-8"))))
    check_figure_files(root, ENTRY, configuration["run"])
    document = Document(
        root,
        ENTRY,
        run=configuration["run"],
        parameters=json.dumps(parameters(configuration)),
        environment=json.dumps(environment(provenance.read_record(root / path) for path in made)),
    )
    pdf = document.pdf()
    check_figures(document, made={Path(path).stem for path in figures})
    provenance.write_atomic(root / appendix, pdf)


def parameters(configuration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Lay out a configuration as tables, with the meaning and unit of each key from the schema.

    Parameters
    ----------
    configuration : mapping
        A loaded configuration.

    Returns
    -------
    list of dict
        What concerns all experiments, then one entry an experiment: ``name``, ``meaning`` and ``rows`` with
        ``key``, ``value`` (as in YAML), ``meaning`` and ``unit`` (None where a unit makes no sense).
    """
    shared = {key: value for key, value in configuration.items() if key != "experiments"}
    blocks = [{"name": "All experiments", "meaning": "What is common to them", "rows": _rows(shared)}]
    for name, block in configuration["experiments"].items():
        path = ("experiments", name)
        meaning = _description(path)[0]
        blocks.append(
            {
                "name": name,
                "meaning": meaning[0].upper() + meaning[1:],
                "rows": _rows(block, path),
            }
        )
    return blocks


def environment(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """List the packages behind some artifacts, each version with the rules that used it.

    Parameters
    ----------
    records : iterable of mapping
        Records; this rule, which has none yet, is added with the version of Typst.

    Returns
    -------
    list of dict
        ``package``, ``version`` and ``rules``, sorted. A package that rules used in several versions has
        several entries.
    """
    rules: dict[tuple[str, str], set[str]] = {("typst", installed_version("typst")): {"appendix"}}
    for record in records:
        for package in record["versions"].items():
            rules.setdefault(package, set()).add(record["rule"])
    return [
        {"package": name, "version": version, "rules": sorted(rules[name, version])}
        for name, version in sorted(rules)
    ]


def _rows(block: Mapping[str, Any], path: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    rows = []
    for inner, value in _leaves(block):
        meaning, unit, _ = _description((*path, *inner))
        shown = None if unit in config.NO_UNITS else unit
        rows.append({"key": ".".join(inner), "value": as_yaml(value), "meaning": meaning, "unit": shown})
    return rows


def _leaves(block: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in block.items():
        if isinstance(value, Mapping) and value.keys() != AXIS:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def as_yaml(value: Any) -> str:
    """Write a value as one line of YAML, with numbers as short as they read back exactly.

    Parameters
    ----------
    value : dict, list, str, bool, int or float

    Returns
    -------
    str
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {as_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_yaml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isinf(value):
            return ".inf" if value > 0 else "-.inf"
        short = f"{value:g}" if float(f"{value:g}") == value else repr(value)
        return re.sub(r"e([+-])0*", r"e\1", short)
    return str(value)


def _description(path: tuple[str, ...]) -> list[str]:
    """Meaning, unit and what is allowed of a key. A block's own word goes before that of its reference."""
    nodes = [config.schema()]
    for key in path:
        blocks = [node["properties"][key] for node in nodes if key in node.get("properties", {})]
        nodes = [node for block in blocks for node in (block, _referred(block))]
    return next(node["description"] for node in nodes if "description" in node).split("; ")


def _referred(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return config.schema()["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else {}


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
