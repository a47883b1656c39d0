"""The appendix by itself holds the whole configuration, ledger and environment, and agrees with the paper."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typst
import yaml
from bestofk import config, provenance
from project_copy import figure_table

PROJECT = Path(__file__).resolve().parents[2]
SECTIONS = ("notation", "parameters", "ledger", "environment")
FIGURES = [
    f"results/toy/figures/{name}.pdf"
    for name, entry in figure_table().items()
    if entry["place"] == "appendix"
]
FIELDS = ("id", "sentence", "source", "evidence", "experiment", "quantity", "measured", "expected", "verdict")

#: Labels and numbers of a document's equations, put at its end.
PROBE = """
#include "{entry}"
#context {{
  let labelled = query(math.equation.where(block: true)).filter(it => it.has("label"))
  let number(it) = counter(math.equation).at(it.location()).first()
  [#metadata(labelled.map(it => (str(it.label), number(it))))<equations>]
}}
"""

#: Millimetres that each numbered equation, centred in its column, leaves between itself and its number.
ROOM = """
#import "template.typ": article, column-width
#include "{entry}"
#show: article.with(title: "T", author: "A", abstract: [None.])
#context {{
  let numbered = query(math.equation.where(block: true)).filter(it => it.numbering != none)
  let room(it) = {{
    let (number,) = counter(math.equation).at(it.location())
    let width = measure(math.equation(block: true, numbering: none, it.body)).width
    (number, ((column-width - width) / 2 - measure[(#number)].width).mm())
  }}
  [#metadata(numbered.map(room))<room>]
}}
"""


@pytest.fixture
def appendix(script: Callable[[str], ModuleType]) -> ModuleType:
    return script("appendix")


@pytest.fixture(scope="module")
def configuration() -> dict[str, Any]:
    return config.load(PROJECT / "workflow/config/paper.yaml") | {"run": "toy"}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The text of the paper with made-up results and figures."""
    shutil.copytree(PROJECT / "paper", tmp_path / "paper")
    shutil.copytree(PROJECT / "workflow/captions", tmp_path / "workflow/captions")
    drawing = typst.compile(b"#set page(width: 80mm, height: 30mm)\nA", ignore_system_fonts=True)
    for caption in (tmp_path / "workflow/captions").iterdir():
        stem = tmp_path / "results/toy/figures" / caption.stem
        provenance.write_atomic(stem.with_suffix(".pdf"), drawing)
        provenance.write_json(stem.with_suffix(".record.json"), {"rule": "fig", "recipe": 64 * "0"})
    results = tmp_path / "results/toy"
    text = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "paper").rglob("*.typ"))
    numbers = {key: {"value": 1, "text": "1", "from": []} for key in re.findall(r'num\("([^"]+)"\)', text)}
    provenance.write_json(results / "numbers.json", numbers)
    verdicts = ("holds", "fails", "undecided")
    claims = [{field: f"{field} {n}" for field in FIELDS} | {"verdict": verdicts[n]} for n in range(3)]
    provenance.write_json(results / "claims.json", claims)
    for rule, version in (("grid", "1.0"), ("theory", "2.0"), ("numbers", "2.0")):
        table = tmp_path / f"{rule}.csv"
        table.write_text(rule)
        record = provenance.make_record(
            rule=rule,
            sources=[table],
            inputs=[],
            outputs=[table],
            configuration={},
            versions={"numpy": version},
            wildcards={},
        )
        provenance.write_json(results / f"{rule}.record.json", record)
    return tmp_path


@pytest.fixture
def build(appendix: ModuleType, tree: Path, configuration: dict[str, Any]) -> Callable[..., Path]:
    def build(output: str = "results/toy/appendix.pdf") -> Path:
        appendix.main(
            numbers="results/toy/numbers.json",
            claims="results/toy/claims.json",
            figures=FIGURES,
            made=[f"results/toy/{rule}.record.json" for rule in ("grid", "theory", "numbers")],
            appendix=output,
            configuration=configuration,
            root=tree,
        )
        return tree / output

    return build


@pytest.fixture
def document(appendix: ModuleType, tree: Path, configuration: dict[str, Any]) -> Callable[[str], Any]:
    def document(entry: str) -> Any:
        return appendix.Document(
            tree,
            entry,
            run="toy",
            parameters=json.dumps(appendix.parameters(configuration)),
            environment=json.dumps(appendix.environment([])),
        )

    return document


def words(element: Any) -> str:
    """The text of what a query found."""
    if isinstance(element, list):
        return " ".join(map(words, element))
    if not isinstance(element, dict):
        return ""
    text = element.get("text", "")
    inner = " ".join(words(value) for key, value in element.items() if key != "text")
    return f"{text if isinstance(text, str) else words(text)} {inner}"


def as_written(text: str) -> Any:
    """A value read back from its YAML; YAML 1.1 reads 1e-8 and 1e+8 as text."""

    def number(value: Any) -> Any:
        if isinstance(value, list):
            return [number(item) for item in value]
        if isinstance(value, dict):
            return {key: number(item) for key, item in value.items()}
        return float(value) if isinstance(value, str) and re.fullmatch(r"\de[-+]\d+", value) else value

    return number(yaml.safe_load(text))


def leaves(block: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in block.items():
        if isinstance(value, dict) and "points" not in value:
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def test_two_builds_give_the_same_bytes(build: Callable[..., Path]) -> None:
    first = build().read_bytes()
    assert first.startswith(b"%PDF")
    assert build("results/toy/again.pdf").read_bytes() == first


def test_equations_have_the_numbers_of_the_paper(tree: Path, document: Callable[[str], Any]) -> None:
    found = {}
    for entry in ("paper", "appendix"):
        (tree / f"paper/probe_{entry}.typ").write_text(PROBE.format(entry=f"{entry}.typ"), encoding="utf-8")
        (equations,) = document(f"paper/probe_{entry}.typ").query("<equations>", "value")
        found[entry] = dict(equations)

    def labelled(pattern: str) -> set[str]:
        texts = [path.read_text(encoding="utf-8") for path in (PROJECT / "paper/sections").glob(pattern)]
        return {label for text in texts for label in re.findall(r"<(eq:\w+)>", text)}

    further = labelled("appendix_*.typ")
    shared = {label: number for label, number in found["appendix"].items() if label not in further}
    assert labelled("derivations*.typ") < shared.keys()
    assert shared.items() < found["paper"].items()
    assert further < found["appendix"].keys() and not further & found["paper"].keys()
    assert all(found["appendix"][label] > max(found["paper"].values()) for label in further)


@pytest.mark.parametrize("entry", ["paper", "appendix"])
def test_equations_leave_room_for_their_numbers(
    tree: Path, document: Callable[[str], Any], entry: str
) -> None:
    probe = tree / "paper/probe.typ"
    probe.write_text(ROOM.format(entry=f"{entry}.typ"), encoding="utf-8")
    (rooms,) = document("paper/probe.typ").query("<room>", "value")
    assert len(rooms) > 40
    assert [(number, room) for number, room in rooms if room < 0.5] == []


def test_every_parameter_is_in_the_table_of_its_experiment(
    appendix: ModuleType, configuration: dict[str, Any]
) -> None:
    shared, *blocks = appendix.parameters(configuration)
    assert [block["name"] for block in blocks] == list(configuration["experiments"])
    given = [{key: value for key, value in configuration.items() if key != "experiments"}]
    given += configuration["experiments"].values()
    for block, expected in zip((shared, *blocks), given, strict=True):
        read = {row["key"]: as_written(row["value"]) for row in block["rows"]}
        assert read == dict(leaves(expected))


def test_meaning_and_unit_of_a_parameter_are_those_of_the_schema(
    appendix: ModuleType, configuration: dict[str, Any]
) -> None:
    rows = {
        (block["name"], row["key"]): (row["meaning"], row["unit"])
        for block in appendix.parameters(configuration)
        for row in block["rows"]
    }
    assert rows["best_of_k", "problem.noise_var"] == ("label noise variance", "squared output units")
    assert rows["overview", "problem.noise_var"] == rows["best_of_k", "problem.noise_var"]
    assert rows["overview", "problem.n_features"] == ("dimension d of the inputs that are drawn", "count")
    assert rows["best_of_k", "kind"] == ("what the experiment measures", None)


def test_the_ledger_prints_every_part_of_every_claim(document: Callable[[str], Any], tree: Path) -> None:
    (tree / "paper/ledger_alone.typ").write_text('#include "sections/ledger.typ"', encoding="utf-8")
    alone = document("paper/ledger_alone.typ")
    printed = " ".join((words(alone.query("table")) + words(alone.query("heading"))).split())
    for claim in json.loads((tree / "results/toy/claims.json").read_text()):
        assert [value for value in claim.values() if value not in printed] == []


def test_a_package_used_in_two_versions_is_listed_twice(appendix: ModuleType, tree: Path) -> None:
    names = ("grid", "theory", "numbers")
    records = [provenance.read_record(tree / f"results/toy/{rule}.record.json") for rule in names]
    assert appendix.environment(records)[:2] == [
        {"package": "numpy", "version": "1.0", "rules": ["grid"]},
        {"package": "numpy", "version": "2.0", "rules": ["numbers", "theory"]},
    ]


def test_names_in_the_notation_are_names_of_the_code() -> None:
    def code_names(section: str) -> set[str]:
        text = (PROJECT / f"paper/sections/{section}.typ").read_text(encoding="utf-8")
        columns = re.findall(r"^\s*\(?\[\$.*?\], \[(`.*?`)\], \[", text, flags=re.MULTILINE)
        return {name for column in columns for name in re.findall(r"`(\w+)`", column)}

    library = " ".join(path.read_text() for path in (PROJECT / "workflow/bestofk").glob("*.py"))
    known = set(re.findall(r"\w+", library))
    assert len(code_names("notation")) > 30
    assert code_names("notation") <= known
    assert code_names("model") and code_names("model") <= code_names("notation")


def test_the_appendix_is_made_of_all_text_and_the_paper_of_all_but_its_sections(
    script: Callable[[str], ModuleType],
) -> None:
    script("paper")
    from typesetting import text_files

    everything = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "paper").rglob("*")
        if path.suffix in {".typ", ".bib"}
    }
    own = [name for name in everything if name.startswith("paper/sections/appendix_")]
    alone = {"paper/appendix.typ", *(f"paper/sections/{name}.typ" for name in SECTIONS), *own}
    assert set(text_files(PROJECT, "paper/appendix.typ")) == everything
    assert set(text_files(PROJECT, "paper/paper.typ")) == everything - alone


@pytest.mark.parametrize(
    ("addition", "complaint"),
    [
        ('#import "../template.typ": num\n#num("depth")', r'has no "depth" \(used in sections/ledger\.typ\)'),
        ("By @nobody1900.", r'has no "nobody1900" \(cited in sections/ledger\.typ\)'),
        ("By @eq:nothing.", r"does not compile the appendix \(.*ledger\.typ.*\): .*eq:nothing"),
    ],
)
def test_text_out_of_step_is_refused(
    build: Callable[..., Path], tree: Path, addition: str, complaint: str
) -> None:
    with (tree / "paper/sections/ledger.typ").open("a", encoding="utf-8") as section:
        section.write(f"\n{addition}\n")
    with pytest.raises(ValueError, match=complaint):
        build()
    assert not (tree / "results/toy/appendix.pdf").exists()


@pytest.mark.parametrize("missing", ["numbers.json", "claims.json", "grid.record.json"])
def test_missing_results_are_named(build: Callable[..., Path], tree: Path, missing: str) -> None:
    (tree / "results/toy" / missing).unlink()
    with pytest.raises(ValueError, match=rf"results/toy/{re.escape(missing)} is missing"):
        build()
