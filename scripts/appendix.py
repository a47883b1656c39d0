"""Rule appendix: typeset the appendix by itself, with the parameters of the run and the packages behind it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bestofk import config, provenance
from typesetting import Document, check_keys

#: The file that Typst is given; it includes the others.
ENTRY = Path("paper/appendix.typ")

#: Keys of an axis, which is printed as one value.
AXIS = {"from", "to", "points"}


def main(
    numbers: str,
    claims: str,
    artifacts: list[str],
    appendix: str,
    configuration: dict[str, Any],
    versions_here: dict[str, str],
    root: str | Path = ".",
) -> None:
    """Typeset the appendix of one run.

    Parameters
    ----------
    numbers : str
        ``numbers.json`` of the run: the text of the paper, whose equations the appendix repeats, reads it.
    claims : str
        ``claims.json`` of the run; the ledger is set from it.
    artifacts : list of str
        What the run made; the packages are those that their records name.
    appendix : str
        Output: the PDF, written under a temporary name and renamed.
    configuration : dict
        The whole configuration of the run.
    versions_here : dict
        Versions of the packages of this rule itself, which has no record yet.
    root : str or Path
        The project's root; the other paths are relative to it.

    Raises
    ------
    ValueError
        In one sentence: a number or work that the text names is missing, an artifact has no record, or Typst
        does not compile the text.
    """
    root = Path(root)
    for path in (numbers, claims):
        if not (root / path).is_file():
            raise ValueError(f"{path} is missing; the rule that makes it runs before the appendix.")
    check_keys(root, ENTRY, set(json.loads((root / numbers).read_text(encoding="utf-8"))))
    records = [
        provenance.read_record(root / path) for path in sorted({provenance.record_path(p) for p in artifacts})
    ]
    used = [(record["rule"], record["versions"]) for record in records]
    document = Document(
        root,
        ENTRY,
        run=configuration["run"],
        parameters=json.dumps(parameters(configuration)),
        environment=json.dumps(environment([*used, ("appendix", versions_here)])),
    )
    provenance.write_atomic(root / appendix, document.pdf())
