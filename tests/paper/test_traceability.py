"""Every figure, number and claim of a finished run leads back to scripts, configuration keys and seeds."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from bestofk import config, trace
from bestofk.store import Store
from project_copy import ROOT, ProjectCopy, figure_table

FIGURES = figure_table()
SMOKE = config.load(ROOT / "workflow/config/smoke.yaml")


def stems(pattern: str, root: Path = ROOT) -> set[str]:
    return {path.stem for path in root.glob(pattern)}


@pytest.fixture
def run(smoke_run: ProjectCopy, monkeypatch: pytest.MonkeyPatch) -> ProjectCopy:
    """The finished run, with its folder as the working folder."""
    monkeypatch.chdir(smoke_run.root)
    return smoke_run


# One name everywhere


def test_printed_figures_are_those_made_for_the_paper_in_their_order(smoke_run: ProjectCopy, script) -> None:
    paper = script("paper")
    document = paper.Document(smoke_run.root, paper.ENTRY, run="smoke")
    document.pdf()
    from pictures import printed_figures

    in_paper = [name for name, entry in FIGURES.items() if entry["place"] == "paper"]
    assert printed_figures(document) == in_paper


def test_rules_scripts_and_captions_are_those_of_the_figures(smoke_run: ProjectCopy) -> None:
    rules = smoke_run.snakemake("--list-rules").stdout.split()
    assert {name.removeprefix("fig_") for name in rules if name.startswith("fig_")} == set(FIGURES)
    assert stems("scripts/figures/*.py") == set(FIGURES)
    # Some texts of the report belong to no figure.
    others = {"claims", "report", "paper", "appendix"}
    assert stems("workflow/captions/*.rst") - others == set(FIGURES)
    assert stems("results/smoke/figures/*.pdf", smoke_run.root) == set(FIGURES)


@pytest.mark.parametrize("suffix", ["pdf", "png", "csv"])
def test_published_figures_are_those_of_the_rules_or_none(suffix: str) -> None:
    assert stems(f"figures/*.{suffix}") in (set(), set(FIGURES))


def test_every_experiment_is_drawn() -> None:
    assert {name for entry in FIGURES.values() for name in entry["experiments"]} == set(SMOKE["experiments"])


@pytest.mark.parametrize("name", FIGURES)
def test_caption_is_plain_text(name: str) -> None:
    """The report (reStructuredText with Jinja) and the paper (Typst) read it: neither may see markup."""
    text = (ROOT / f"workflow/captions/{name}.rst").read_text()
    assert not re.findall(r"[`{}$\\#<>]|\*|\b_|_\b|::", text)
    # A number in a caption would not follow the configuration.
    assert not re.findall(r"(?<![\w/^])\d+\.\d+|\d{3,}", text)


# The way back


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("suffix", ["pdf", "png", "csv"])
def test_figure_leads_back_to_its_experiments(run: ProjectCopy, name: str, suffix: str) -> None:
    text, holds = trace.trace(f"results/smoke/figures/{name}.{suffix}", "smoke")
    assert holds, text
    assert f"scripts/figures/{name}.py" in text
    for experiment in FIGURES[name]["experiments"]:
        own = set(SMOKE["experiments"][experiment]) - {"kind"}
        for part in own:
            assert f"experiments.{experiment}.{part}: " in text
        if "simulation" in own:
            assert "seed: 20261125" in text
            assert "spawn_key" in text
    strangers = set(SMOKE["experiments"]) - set(FIGURES[name]["experiments"])
    assert not [other for other in strangers if f"experiments.{other}." in text]


@pytest.mark.parametrize("name", ["paper", "appendix"])
def test_document_leads_back_to_every_experiment(run: ProjectCopy, name: str) -> None:
    text, holds = trace.trace(f"results/smoke/{name}.pdf", "smoke")
    assert holds, text
    for experiment in SMOKE["experiments"]:
        assert f"experiments.{experiment}." in text


@pytest.mark.parametrize("name", ["numbers", "claims"])
def test_every_number_and_claim_names_tables_of_its_run(run: ProjectCopy, name: str) -> None:
    entries = json.loads(Path(f"results/smoke/{name}.json").read_text())
    tables = {f"results/smoke/tables/{experiment}.parquet" for experiment in SMOKE["experiments"]}
    for entry in entries if isinstance(entries, list) else entries.values():
        assert set(entry["from"]) <= {*tables, "results/smoke/claims.json"}
        if name == "claims":
            assert f"results/smoke/tables/{entry['experiment']}.parquet" in entry["from"]


@pytest.mark.parametrize("name", ["numbers", "claims"])
def test_number_and_claim_lead_back(run: ProjectCopy, name: str) -> None:
    entries = json.loads(Path(f"results/smoke/{name}.json").read_text())
    keys = [entry["id"] for entry in entries] if isinstance(entries, list) else list(entries)
    for key in keys[:: max(1, len(keys) // 5)]:
        text, holds = trace.trace(key, "smoke")
        assert holds, text
        assert f"scripts/{name}.py" in text


@pytest.mark.parametrize("name", ["numbers", "claims"])
def test_published_number_and_claim_lead_back_without_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Nothing but figures/ is there, so that no source can hold."""
    shutil.copytree(ROOT / "figures", tmp_path / "figures")
    monkeypatch.chdir(tmp_path)
    entries = Store().entries(name, "paper")
    keys = list(entries)
    for key in keys[:: max(1, len(keys) // 5)]:
        text, _ = trace.trace(key)
        assert f"results/paper/{name}.json\n" in text
        assert "in figures/manifest.json are not those" not in text
        # A table is collected, or estimated from a committed pool.
        rules = ("collect", "estimate") if entries[key]["from"] else (name,)
        assert any(f"rule {rule}, recipe" in text for rule in rules)


def test_command_tells_the_chain_and_its_break(run: ProjectCopy) -> None:
    target = "results/smoke/figures/best_of_k.pdf"
    whole = run.bestofk("trace", target, "--run", "smoke")
    assert whole.returncode == 0
    assert "every link holds" in whole.stdout
    assert str(run.root) not in whole.stdout
    with run.changed("workflow/bestofk/selection.py", lambda text: text + "\n# edited\n"):
        broken = run.bestofk("trace", target, "--run", "smoke")
    assert broken.returncode == 1
    assert "workflow/bestofk/selection.py was edited since" in broken.stdout


# Prose that no build checks


def test_readme_counts_the_published_claims() -> None:
    claims = json.loads((ROOT / "figures/manifest.json").read_text(encoding="utf-8"))["claims"]
    count = {
        word: sum(claim["verdict"] == word for claim in claims) for word in ("holds", "fails", "undecided")
    }
    says = f"{count['holds']} claims that hold, {count['fails']} that fail and {count['undecided']} undecided"
    assert says in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("path", sorted((ROOT / "paper").rglob("*.typ")), ids=lambda path: path.stem)
def test_no_semicolon_is_swallowed_after_a_macro(path: Path) -> None:
    """In Typst a semicolon ends the expression before it and is not printed: it must be escaped."""
    prose = (line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#let"))
    assert not [line for line in prose if re.search(r"#(num|claim_count|fig)\([^)]*\);", line)]
