"""Rule paper: typeset the paper, and refuse to when its numbers, figures or references are out of step."""

import json
from pathlib import Path

from bestofk import provenance
from pictures import check_figure_files, check_figures
from typesetting import Document, bibliography_keys, check_keys, number_keys

#: The file that Typst is given; it includes the others.
ENTRY = Path("paper/paper.typ")

#: The appendix by itself prints numbers, too.
APPENDIX = Path("paper/appendix.typ")


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
    check_figure_files(root, ENTRY, run)

    document = Document(root, ENTRY, run=run)
    pdf = document.pdf()
    used = set(document.query("<number>", "value")) | number_keys(root, APPENDIX).keys()
    cited = {key.strip("<>") for key in document.query("cite", "key")}
    for leftover, complaint in (
        (keys - used, f'{numbers} has "{{}}", which the text never uses'),
        (bibliography_keys(root) - cited, 'references.bib has "{}", which the text never cites'),
    ):
        if leftover:
            raise ValueError(complaint.format('", "'.join(sorted(leftover))) + ".")
    check_figures(document, made={Path(path).stem for path in figures})
    provenance.write_atomic(root / paper, pdf)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
