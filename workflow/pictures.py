"""The figures of a typeset document: what is printed is what the run made for it, and is spoken of."""

from __future__ import annotations

import re
from pathlib import Path

from typesetting import Document, text_files, uncommented

#: The pictures of a document; tables are figures of another kind.
PICTURES = "figure.where(kind: image)"


def check_figure_files(root: Path, entry: Path, run: str) -> None:
    """Check that every figure that a text names has its files, so that a complaint names the text.

    Parameters
    ----------
    root : Path
        The project's root.
    entry : Path
        The document, relative to the root.
    run : str
        Name of the run.

    Raises
    ------
    ValueError
        If a figure lacks a file, or its caption is empty.
    """
    for source in text_files(root, entry):
        where = source.removeprefix("paper/")
        for name in re.findall(r'#fig\("([^"]*)"', uncommented(root / source)):
            stem = f"results/{run}/figures/{name}"
            for path in (f"{stem}.pdf", f"{stem}.record.json", f"workflow/captions/{name}.rst"):
                if not (root / path).is_file():
                    raise ValueError(f"The figure {name} (in {where}) has no file {path}.")
            if not (root / f"workflow/captions/{name}.rst").read_text(encoding="utf-8").strip():
                raise ValueError(f"The caption workflow/captions/{name}.rst (figure in {where}) is empty.")


def printed_figures(document: Document) -> list[str]:
    """List the figures of a document in the order in which they are printed.

    Parameters
    ----------
    document : Document
        A typeset document.

    Returns
    -------
    list of str
        Names, which are the labels without ``fig:``.

    Raises
    ------
    ValueError
        If a figure has no label.
    """
    return [_name(figure) for figure in document.query(PICTURES)]


def check_figures(document: Document, made: set[str]) -> None:
    """Check that the figures printed are the figures made, each with a caption, a label and a mention.

    Parameters
    ----------
    document : Document
        A typeset document.
    made : set of str
        Names of the figures that the run made for it.

    Raises
    ------
    ValueError
        In one sentence, for the first figure that fails.
    """
    mentioned = {target.strip("<>") for target in document.query("ref", "target")}
    names = printed_figures(document)
    for name, figure in zip(names, document.query(PICTURES), strict=True):
        if not figure.get("caption"):
            raise ValueError(f"The figure {name} has no caption.")
        if f"fig:{name}" not in mentioned:
            raise ValueError(f"The figure {name} is never referred to in the text (as @fig:{name}).")
        if name not in made:
            raise ValueError(
                f"The {document.name} prints the figure {name}, which the run does not make for it."
            )
    if missing := sorted(made - set(names)):
        raise ValueError(
            f"The run makes the figure {missing[0]} for the {document.name}, which does not print it."
        )


def _name(figure: dict) -> str:
    label = figure.get("label", "").strip("<>")
    if not label.startswith("fig:"):
        raise ValueError(f'A figure has the label "{label}"; it must be fig: and its name.')
    return label.removeprefix("fig:")
