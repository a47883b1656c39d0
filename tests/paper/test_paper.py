"""The paper is typeset from what a run made, and not at all when text and results are out of step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import typst

PROJECT = Path(__file__).resolve().parents[2]


TEXT = """
#import "template.typ": article, claims_table, fig, num
#show: article.with(title: "T", author: "A", abstract: [Nothing.])
= Results <sec:results>
The best number is $k = #num("best_k")$, of #num("tried") tried @gumbel1954.
See @fig:curve, @fig:wide, @sec:results.
$ a = b $ <eq:identity>
By @eq:identity nothing follows.
#fig("curve")
#fig("wide")
#figure(claims_table, kind: table, caption: [Claims.]) <tab:claims>
#include "sections/more.typ"
#bibliography("references.bib")
"""
REFERENCES = (
    "@book{gumbel1954, author = {Gumbel, E. J.}, title = {Extremes}, publisher = {NBS}, year = {1954}}\n"
)
FIGURES = [
    f"results/toy/figures/{name}.{suffix}" for name in ("curve", "wide") for suffix in ("pdf", "png", "csv")
]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of two figures and two numbers, with the template of the real paper."""
    sections = tmp_path / "paper/sections"
    sections.mkdir(parents=True)
    shutil.copy(PROJECT / "paper/template.typ", tmp_path / "paper/template.typ")
    (tmp_path / "paper/paper.typ").write_text(TEXT, encoding="utf-8")
    (sections / "more.typ").write_text(
        '// num("in_a_comment") counts for nothing.\nMore.\n', encoding="utf-8"
    )
    (tmp_path / "paper/references.bib").write_text(REFERENCES, encoding="utf-8")
    figures = tmp_path / "results/toy/figures"
    captions = tmp_path / "workflow/captions"
    figures.mkdir(parents=True)
    captions.mkdir(parents=True)
    for name, width in (("curve", "80mm"), ("wide", "170mm")):
        drawing = f"#set page(width: {width}, height: 30mm)\n{name}".encode()
        (figures / f"{name}.pdf").write_bytes(
            typst.compile(drawing, root=str(tmp_path), ignore_system_fonts=True)
        )
        write_json(
            figures / f"{name}.record.json", {"rule": f"fig_{name}", "recipe": "1a2b3c4d5e6f" + 52 * "0"}
        )
        (captions / f"{name}.rst").write_text("The error has its least value at k⋆.\n", encoding="utf-8")
    write_json(
        tmp_path / "results/toy/claims.json",
        [
            {
                "id": verdict,
                "sentence": "A claim.",
                "source": "new",
                "evidence": "simulation",
                "experiment": "curve",
                "quantity": "error",
                "measured": "1",
                "expected": "2",
                "verdict": verdict,
            }
            for verdict in ("holds", "fails", "undecided")
        ],
    )
    numbers = {key: {"value": 8, "text": "8", "from": "tables/curve.parquet"} for key in ("best_k", "tried")}
    write_json(tmp_path / "results/toy/numbers.json", numbers)
    return tmp_path


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def paper(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("paper")


@pytest.fixture
def build(paper: ModuleType, tree: Path) -> Callable[..., Path]:
    def build(output: str = "results/toy/paper.pdf", figures: list[str] = FIGURES) -> Path:
        paper.main(
            numbers="results/toy/numbers.json",
            claims="results/toy/claims.json",
            figures=figures,
            paper=output,
            run="toy",
            root=tree,
        )
        return tree / output

    return build


def test_two_builds_give_the_same_bytes(build: Callable[..., Path]) -> None:
    first = build().read_bytes()
    second = build("results/toy/again.pdf").read_bytes()
    assert first.startswith(b"%PDF")
    assert first == second


def test_a_number_reaches_the_page(tree: Path, build: Callable[..., Path]) -> None:
    before = build().read_bytes()
    edit(tree / "results/toy/numbers.json", '"text": "8"', '"text": "9"')
    assert build().read_bytes() != before


def test_figures_are_listed_in_the_order_of_the_paper(tree: Path, paper: ModuleType) -> None:
    assert printed(tree, paper) == ["curve", "wide"]
    edit(tree / "paper/paper.typ", '#fig("curve")\n#fig("wide")', '#fig("wide")\n#fig("curve")')
    assert printed(tree, paper) == ["wide", "curve"]


def printed(tree: Path, paper: ModuleType) -> list[str]:
    from pictures import printed_figures

    document = paper.Document(tree, paper.ENTRY, run="toy")
    document.pdf()
    return printed_figures(document)


def test_number_of_the_appendix_alone_is_used(tree: Path, build: Callable[..., Path]) -> None:
    edit(tree / "results/toy/numbers.json", '"tried"', '"other": {"text": "1"}, "tried"')
    with pytest.raises(ValueError, match='has "other", which the text never uses'):
        build()
    (tree / "paper/appendix.typ").write_text('#import "template.typ": num\n#num("other")\n', encoding="utf-8")
    assert build().read_bytes().startswith(b"%PDF")


def test_an_unknown_number_is_named_with_the_file_that_uses_it(
    tree: Path, build: Callable[..., Path]
) -> None:
    (tree / "paper/sections/more.typ").write_text('#import "../template.typ": num\n#num("depth")\n')
    with pytest.raises(ValueError, match=r'^numbers\.json has no "depth" \(used in sections/more\.typ\)\.$'):
        build()


def test_a_number_that_the_text_never_uses_is_named(tree: Path, build: Callable[..., Path]) -> None:
    numbers = json.loads((tree / "results/toy/numbers.json").read_text())
    write_json(tree / "results/toy/numbers.json", numbers | {"idle": numbers["tried"]})
    with pytest.raises(ValueError, match=r'numbers\.json has "idle", which the text never uses'):
        build()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "@gumbel1954",
            "@gumbel1954 @nobody1900",
            r'references\.bib has no "nobody1900" \(cited in paper\.typ\)',
        ),
        ("@gumbel1954", "", 'references.bib has "gumbel1954", which the text never cites'),
        (", @fig:wide", "", r"The figure wide is never referred to in the text \(as @fig:wide\)"),
        ('#fig("wide")', '#figure(image("/results/toy/figures/wide.pdf")) <fig:wide>', "wide has no caption"),
        (
            '#fig("wide")',
            '#figure(image("/results/toy/figures/wide.pdf"), caption: [C]) <wide>',
            'label "wide"',
        ),
        ('#fig("wide")', '#fig("missing") @fig:wide', r"no file results/toy/figures/missing\.pdf"),
        ("@sec:results", "@sec:nowhere", r"does not compile the paper \(.*paper\.typ.*\): .*sec:nowhere"),
        (" tried", ' #text(font: "No Such Font")[tried]', "warns about the paper: unknown font family"),
    ],
)
def test_text_out_of_step_is_refused(
    tree: Path, old: str, new: str, complaint: str, build: Callable[..., Path]
) -> None:
    edit(tree / "paper/paper.typ", old, new)
    # The labels that an edit takes away are not what is tested.
    if "<wide>" in new:
        edit(tree / "paper/paper.typ", ", @fig:wide", "")
    with pytest.raises(ValueError, match=complaint):
        build()


def test_an_empty_caption_is_refused(tree: Path, build: Callable[..., Path]) -> None:
    (tree / "workflow/captions/wide.rst").write_text("\n")
    with pytest.raises(ValueError, match=r"caption workflow/captions/wide\.rst .* is empty"):
        build()


def test_figures_made_and_figures_printed_are_the_same(build: Callable[..., Path]) -> None:
    with pytest.raises(ValueError, match="makes the figure extra for the paper, which does not print it"):
        build(figures=[*FIGURES, "results/toy/figures/extra.pdf"])
    with pytest.raises(ValueError, match="prints the figure wide, which the run does not make"):
        build(figures=FIGURES[:3])


def test_nothing_is_written_when_the_paper_is_refused(tree: Path, build: Callable[..., Path]) -> None:
    old = build().read_bytes()
    edit(tree / "paper/paper.typ", 'num("tried")', 'num("untried")')
    with pytest.raises(ValueError, match="untried"):
        build()
    assert (tree / "results/toy/paper.pdf").read_bytes() == old
    assert sorted(path.name for path in (tree / "results/toy").iterdir()) == [
        "claims.json",
        "figures",
        "numbers.json",
        "paper.pdf",
    ]


def test_missing_results_are_named(tree: Path, build: Callable[..., Path]) -> None:
    (tree / "results/toy/claims.json").unlink()
    with pytest.raises(ValueError, match=r"results/toy/claims\.json is missing"):
        build()
