"""Rule paper: typeset the paper, and refuse to when its numbers, figures or references are out of step."""

import json
import re
from pathlib import Path

from bestofk import provenance
from typesetting import Document, bibliography_keys, check_keys, text_files, uncommented

#: The file that Typst is given; it includes the others.
ENTRY = Path("paper/paper.typ")

#: The pictures of a document; tables are figures of another kind.
FIGURES = "figure.where(kind: image)"


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
    check_keys(root, ENTRY, keys)
    check_figure_files(root, run)

    document = Document(root, ENTRY, run=run)
    pdf = document.pdf()
    used = set(document.query("<number>", "value"))
    cited = {key.strip("<>") for key in document.query("cite", "key")}
    for leftover, complaint in (
        (keys - used, f'{numbers} has "{{}}", which the text never uses'),
        (bibliography_keys(root) - cited, 'references.bib has "{}", which the text never cites'),
    ):
        if leftover:
            raise ValueError(complaint.format('", "'.join(sorted(leftover))) + ".")
    mentioned = {target.strip("<>") for target in document.query("ref", "target")}
    check_figures(document.query(FIGURES), mentioned, made={Path(path).stem for path in figures})
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
    document = Document(root, ENTRY, run=run)
    document.pdf()
    return [_name(figure) for figure in document.query(FIGURES)]


def check_figure_files(root: Path, run: str) -> None:
    """Check that every figure that the text names has its files, so that a complaint names the text.

    Parameters
    ----------
    root : Path
        The project's root.
    run : str
        Name of the run.

    Raises
    ------
    ValueError
        If a figure lacks a file, or its caption is empty.
    """
    for source in text_files(root, ENTRY):
        where = source.removeprefix("paper/")
        for name in re.findall(r'#fig\("([^"]*)"', uncommented(root / source)):
            stem = f"results/{run}/figures/{name}"
            for path in (f"{stem}.pdf", f"{stem}.record.json", f"workflow/captions/{name}.rst"):
                if not (root / path).is_file():
                    raise ValueError(f"The figure {name} (in {where}) has no file {path}.")
            if not (root / f"workflow/captions/{name}.rst").read_text(encoding="utf-8").strip():
                raise ValueError(f"The caption workflow/captions/{name}.rst (figure in {where}) is empty.")


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


def _name(figure: dict) -> str:
    label = figure.get("label", "").strip("<>")
    if not label.startswith("fig:"):
        raise ValueError(f'A figure of the paper has the label "{label}"; it must be fig: and its name.')
    return label.removeprefix("fig:")


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
