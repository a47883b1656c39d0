"""Rule paper: typeset the paper, and refuse to when its numbers, figures or references are out of step."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import typst
from bestofk import provenance

#: The file that Typst is given; it includes the others.
ENTRY = Path("paper/paper.typ")


def main(
    numbers: str,
    claims: str,
    figures: list[str],
    paper: str,
    run: str,
    configuration: dict[str, object] | None = None,
    root: str | Path = ".",
) -> None:
    """Typeset the paper of one run, after checking that text, numbers, figures and references agree.

    Parameters
    ----------
    numbers : str
        ``numbers.json`` of the run: key to ``{"value", "text", "from"}``.
    claims : str
        ``claims.json`` of the run; the table of claims is set from it.
    figures : list of str
        Files of the figures that the run made for the paper; their stems are the figures' names.
    paper : str
        Output: the PDF, written under a temporary name and renamed.
    run : str
        Name of the run. The text reads ``/results/<run>/``.
    configuration : dict, optional
        Not used: recorded by the rule.
    root : str or Path
        The project's root; the other paths are relative to it.

    Raises
    ------
    ValueError
        In one sentence: a number, caption, citation or file that the text names is missing; a number or a
        reference is never used; a figure is made and not printed, or printed and not made, or has no caption,
        no label or no mention in the text; or Typst does not compile the text.
    """
    root = Path(root)
    for path in (numbers, claims):
        if not (root / path).is_file():
            raise ValueError(f"{path} is missing; the rule that makes it runs before the paper.")
    keys = set(json.loads((root / numbers).read_text(encoding="utf-8")))
    references = bibliography_keys(root)
    check_sources(root, run, keys, references)

    document = _compiler(root, run)
    pdf = _compile(document)
    used = set(_query(document, "<number>", "value"))
    cited = {key.strip("<>") for key in _query(document, "cite", "key")}
    for leftover, complaint in (
        (keys - used, f'{numbers} has "{{}}", which the text never uses'),
        (references - cited, 'references.bib has "{}", which the text never cites'),
    ):
        if leftover:
            raise ValueError(complaint.format('", "'.join(sorted(leftover))) + ".")
    check_figures(_figures(document), _mentioned(document), made={Path(path).stem for path in figures})
    provenance.write_atomic(root / paper, pdf)


def cited_figures(root: str | Path, run: str) -> list[str]:
    """List the figures of the paper in the order in which they are printed.

    Parameters
    ----------
    root : str or Path
        The project's root.
    run : str
        Name of the run whose results the text reads.

    Returns
    -------
    list of str
        Names, which are the labels without ``fig:``.

    Raises
    ------
    ValueError
        If Typst does not compile the text, or a figure has no label.
    """
    document = _compiler(Path(root), run)
    _compile(document)
    return [_name(figure) for figure in _figures(document)]


def check_sources(root: Path, run: str, numbers: set[str], references: set[str]) -> None:
    """Check what can be read off the text itself, so that a complaint names the file to mend.

    Parameters
    ----------
    root : Path
        The project's root.
    run : str
        Name of the run.
    numbers : set of str
        Keys of ``numbers.json``.
    references : set of str
        Keys of ``references.bib``.

    Raises
    ------
    ValueError
        If the text asks for a number or cites a work that does not exist, or a figure lacks one of its files.
    """
    for source, text in _sources(root):
        where = source.relative_to(root / "paper").as_posix()
        for key in re.findall(r'num\("([^"]*)"\)', text):
            if key not in numbers:
                raise ValueError(f'numbers.json has no "{key}" (used in {where}).')
        for name in re.findall(r'#fig\("([^"]*)"', text):
            stem = f"results/{run}/figures/{name}"
            for path in (f"{stem}.pdf", f"{stem}.record.json", f"workflow/captions/{name}.rst"):
                if not (root / path).is_file():
                    raise ValueError(f"The figure {name} (in {where}) has no file {path}.")
            if not (root / f"workflow/captions/{name}.rst").read_text(encoding="utf-8").strip():
                raise ValueError(f"The caption workflow/captions/{name}.rst (figure in {where}) is empty.")
        # The labels of the paper's own parts hold a colon; what holds none cites a work.
        for key in re.findall(r"(?<!\w)@([A-Za-z][\w-]*)(?![\w:-])", text):
            if key not in references:
                raise ValueError(f'references.bib has no "{key}" (cited in {where}).')


def check_figures(figures: list[dict], mentioned: set[str], made: set[str]) -> None:
    """Check that the figures printed are the figures made, each with a caption, a label and a mention.

    Parameters
    ----------
    figures : list of dict
        Figure elements, as Typst's query gives them.
    mentioned : set of str
        Labels that the text refers to.
    made : set of str
        Names of the figures that the run made for the paper.

    Raises
    ------
    ValueError
        In one sentence, for the first figure that fails.
    """
    names = [_name(figure) for figure in figures]
    for name, figure in zip(names, figures, strict=True):
        if not figure.get("caption"):
            raise ValueError(f"The figure {name} has no caption.")
        if f"fig:{name}" not in mentioned:
            raise ValueError(f"The figure {name} is never referred to in the text (as @fig:{name}).")
        if name not in made:
            raise ValueError(f"The paper prints the figure {name}, which the run does not make for it.")
    if missing := sorted(made - set(names)):
        raise ValueError(f"The run makes the figure {missing[0]} for the paper, which does not print it.")


def bibliography_keys(root: Path) -> set[str]:
    """Read the keys of ``references.bib``.

    Parameters
    ----------
    root : Path
        The project's root.

    Returns
    -------
    set of str
    """
    text = (root / "paper/references.bib").read_text(encoding="utf-8")
    return set(re.findall(r"^@\w+\{\s*([^,\s]+)", text, flags=re.MULTILINE))


def _sources(root: Path) -> Iterator[tuple[Path, str]]:
    """The text without its comments, file by file."""
    for path in sorted((root / "paper").rglob("*.typ")):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield path, "\n".join(line for line in lines if not line.lstrip().startswith("//"))


def _compiler(root: Path, run: str) -> typst.Compiler:
    # Only the fonts inside Typst: those of a machine would change the pages.
    return typst.Compiler(
        str(root / ENTRY), root=str(root), ignore_system_fonts=True, sys_inputs={"run": run}
    )


def _compile(document: typst.Compiler) -> bytes:
    try:
        pdf, warnings = document.compile_with_warnings(format="pdf")
    except typst.TypstError as error:
        place = re.search(r"─ (\S+)", error.diagnostic)
        where = f" ({place[1]})" if place else ""
        raise ValueError(f"Typst does not compile the paper{where}: {error.message}.") from error
    if warnings:
        raise ValueError(f"Typst warns about the paper: {warnings[0].message}.")
    return pdf


def _query(document: typst.Compiler, selector: str, field: str | None = None) -> list:
    return json.loads(document.query(selector, field=field))


#: The pictures of a document; tables are figures of another kind.
_figures = partial(_query, selector="figure.where(kind: image)")


def _mentioned(document: typst.Compiler) -> set[str]:
    return {target.strip("<>") for target in _query(document, "ref", "target")}


def _name(figure: dict) -> str:
    label = figure.get("label", "").strip("<>")
    if not label.startswith("fig:"):
        raise ValueError(f'A figure of the paper has the label "{label}"; it must be fig: and its name.')
    return label.removeprefix("fig:")


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
