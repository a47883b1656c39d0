"""What every typeset document shares: the files it is made of, their keys and citations, and Typst."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

#: How a text names another file of its folder: #import "a.typ": x, include "a.typ", bibliography("a.bib").
_NAMED_FILE = re.compile(r'\b(?:(?:import|include)\s+|bibliography\(\s*)"([^"]+)"')


def text_files(root: str | Path, entry: str | Path) -> list[str]:
    """List the files that a document is made of: its entry, and what that includes, directly or not.

    Parameters
    ----------
    root : str or Path
        The project's root.
    entry : str or Path
        The file that Typst is given, relative to the root.

    Returns
    -------
    list of str
        Sorted POSIX paths relative to the root. A named file that is not there is left to Typst to report.
    """
    root = Path(root).resolve()
    found: set[str] = set()
    waiting = [root / entry]
    while waiting:
        path = waiting.pop()
        name = path.relative_to(root).as_posix()
        if name in found or not path.is_file():
            continue
        found.add(name)
        if path.suffix == ".typ":
            waiting += [(path.parent / other).resolve() for other in _NAMED_FILE.findall(uncommented(path))]
    return sorted(found)


def uncommented(path: Path) -> str:
    """Read a text without the lines that are comments.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("//"))


def bibliography_keys(root: str | Path) -> set[str]:
    """Read the keys of ``references.bib``.

    Parameters
    ----------
    root : str or Path
        The project's root.

    Returns
    -------
    set of str
    """
    text = (Path(root) / "paper/references.bib").read_text(encoding="utf-8")
    return set(re.findall(r"^@\w+\{\s*([^,\s]+)", text, flags=re.MULTILINE))


def check_keys(root: str | Path, entry: str | Path, numbers: set[str]) -> None:
    """Check that every number and work that a text names exists, so that a complaint names the file to mend.

    Parameters
    ----------
    root : str or Path
        The project's root.
    entry : str or Path
        The document, relative to the root.
    numbers : set of str
        Keys of ``numbers.json``.

    Raises
    ------
    ValueError
        In one sentence, for the first key that does not exist.
    """
    references = bibliography_keys(root)
    for key, where in number_keys(root, entry).items():
        if key not in numbers:
            raise ValueError(f'numbers.json has no "{key}" (used in {where}).')
    for name in text_files(root, entry):
        if not name.endswith(".typ"):
            continue
        text, where = uncommented(Path(root) / name), name.removeprefix("paper/")
        # The labels of a document's own parts hold a colon; what holds none cites a work.
        for key in re.findall(r"(?<!\w)@([A-Za-z][\w-]*)(?![\w:-])", text):
            if key not in references:
                raise ValueError(f'references.bib has no "{key}" (cited in {where}).')


def number_keys(root: str | Path, entry: str | Path) -> dict[str, str]:
    """Find the numbers that the text of a document names.

    Parameters
    ----------
    root : str or Path
        The project's root.
    entry : str or Path
        The document, relative to the root.

    Returns
    -------
    dict of str to str
        Key of a number to a file, below paper/, that names it.
    """
    return {
        key: name.removeprefix("paper/")
        for name in text_files(root, entry)
        if name.endswith(".typ")
        for key in re.findall(r'num\("([^"]*)"\)', uncommented(Path(root) / name))
    }


class Document:
    """A text in Typst's hands.

    Parameters
    ----------
    root : str or Path
        The project's root; the text's absolute paths start there.
    entry : str or Path
        The file to typeset, relative to the root. Its stem names the document in complaints.
    **inputs : str
        What the text reads as ``sys.inputs``.
    """

    def __init__(self, root: str | Path, entry: str | Path, **inputs: str):
        # Not at the top: Snakemake itself asks for `text_files` and needs no Typst.
        import typst

        self.name = Path(entry).stem
        # Only the fonts inside Typst: those of a machine would change the pages.
        self._compiler = typst.Compiler(
            str(Path(root) / entry), root=str(root), ignore_system_fonts=True, sys_inputs=inputs
        )

    def pdf(self) -> bytes:
        """Typeset the document; the same text and data give the same bytes.

        Returns
        -------
        bytes
            A PDF.

        Raises
        ------
        ValueError
            If Typst does not compile the text, or warns about it; the sentence names the place.
        """
        import typst

        try:
            pdf, warnings = self._compiler.compile_with_warnings(format="pdf")
        except typst.TypstError as error:
            place = re.search(r"─ (\S+)", error.diagnostic)
            where = f" ({place[1]})" if place else ""
            raise ValueError(f"Typst does not compile the {self.name}{where}: {error.message}.") from error
        if warnings:
            raise ValueError(f"Typst warns about the {self.name}: {warnings[0].message}.")
        return pdf

    def query(self, selector: str, field: str | None = None) -> list[Any]:
        """Find elements of the typeset document, in reading order.

        Parameters
        ----------
        selector : str
            In Typst's notation.
        field : str, optional
            Return this field of each element in place of the element.

        Returns
        -------
        list
        """
        return json.loads(self._compiler.query(selector, field=field))
