"""A trace follows an artifact to configuration keys and seeds, and says which links no longer hold."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from bestofk import provenance
from bestofk.provenance import ArtifactError
from bestofk.trace import lookup, trace


def replace(path: str, old: str, new: str) -> None:
    text = Path(path).read_text()
    assert old in text
    Path(path).write_text(text.replace(old, new, 1))


def block(text: str, title: str) -> str:
    """The lines about one step."""
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if line.strip().startswith(title))
    rest = lines[start + 1 :]
    end = next((index for index, line in enumerate(rest) if not line.strip().startswith("|")), len(rest))
    return "\n".join(lines[start : start + 1 + end])


def test_chain_of_a_figure_ends_at_configuration_keys_and_seeds(project):
    text, holds = trace("figures/error_vs_k.pdf")
    assert holds
    rules = [line.split("rule ")[1].split(",")[0] for line in text.splitlines() if "| rule " in line]
    assert rules == ["fig_error_vs_k", "collect", "grid", "simulate"]
    simulated = block(text, "results/paper/simulation/error_vs_k/0.parquet")
    assert "| seed: 20261125" in simulated
    assert "seeds: SeedSequence(seed, spawn_key=(crc32(experiment)" in simulated
    assert 'experiments.error_vs_k.problem: {"n_features":[10]' in simulated
    assert text.endswith("4 steps in the chain: every link holds.")


@pytest.mark.parametrize("target", ["error_vs_k", "../project/figures/error_vs_k.pdf"])
def test_figure_is_found_by_its_name_and_from_outside(project, target):
    text, holds = trace(target)
    published, _ = trace("figures/error_vs_k.pdf")
    assert holds
    assert text.splitlines()[1:] == published.splitlines()[1:]


@pytest.mark.parametrize(
    "target",
    [
        "figures/error_vs_k.png",
        "./figures/error_vs_k.csv",
        "results/paper/figures/error_vs_k.csv",
        "results/paper/figures/error_vs_k.record.json",
        "results/smoke/tables/error_vs_k.parquet",
        "paper/paper.pdf",
    ],
)
def test_every_kind_of_file_has_a_chain(project, target):
    text, holds = trace(target)
    assert holds
    assert "| rule simulate" in text
    assert trace(str(Path(target).absolute()))[0].splitlines()[1:] == text.splitlines()[1:]


def test_batches_are_told_together(project):
    text, _ = trace("figures/error_vs_k.pdf")
    assert "simulation/error_vs_k/0.parquet and 2 more batches" in text
    assert "simulation/error_vs_k/1.parquet" not in text


def test_one_broken_batch_breaks_its_group(project):
    Path("results/paper/simulation/error_vs_k/2.parquet").write_text("other rows")
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert "simulation/error_vs_k/2.parquet holds other bytes now" in block(text, "results/paper/simulation")


def test_tables_of_different_experiments_are_not_told_together(project):
    text, _ = trace("results/paper/claims.json")
    for experiment in ("equivalents", "error_vs_k"):
        assert f"results/paper/tables/{experiment}.parquet\n" in text
        assert f"| experiments.{experiment}.problem: " in text


def test_step_used_twice_is_described_once(project):
    text, _ = trace("paper/paper.pdf")
    assert text.count("| rule collect") == 2
    assert text.count("results/paper/tables/error_vs_k.parquet (see above)") >= 1


def test_number_is_told_with_its_text_and_value(project):
    expected = ["error_vs_k_best, a number of the run paper", "| text: 8.2(5)", "| value: [8.25,0.5]"]
    assert trace("error_vs_k_best")[0].splitlines()[:3] == expected


def test_claim_is_told_with_what_was_measured_and_expected(project):
    assert trace("curves_agree")[0].splitlines()[:5] == [
        "curves_agree, a claim of the run paper",
        "| sentence: Theory agrees with simulation.",
        "| measured: 1.001",
        "| expected: 1 ± 0.01",
        "| verdict: holds",
    ]


def test_name_of_a_number_and_a_claim_shows_both(project):
    text, holds = trace("law")
    assert holds
    number, claim = text.split("law, a claim of the run paper")
    assert number.startswith("law, a number of the run paper\n| text: 0.50\n")
    assert "results/paper/numbers.json" in number
    assert "tables/equivalents.parquet" in number
    assert "error_vs_k" not in number
    assert "| measured: 0.51" in claim
    assert "results/paper/claims.json" in claim
    assert "tables/error_vs_k.parquet" in claim
    assert "equivalents" not in claim
    assert text.endswith("8 steps in the chain: every link holds.")


def test_broken_link_behind_a_number_of_two_parts_is_counted(project):
    Path("results/paper/tables/equivalents.parquet").write_text("other rows")
    text, holds = trace("law")
    assert not holds
    assert text.endswith("8 steps in the chain: 1 of them broken.")


@pytest.mark.parametrize("kind", ["numbers", "claims"])
@pytest.mark.parametrize("content", ["3", '{"law": {}}', '[{"id": "law"}]', '{"law": 1}', "[1]"])
def test_numbers_and_claims_of_another_form_are_a_sentence(project, kind, content):
    Path(f"results/paper/{kind}.json").write_text(content)
    with pytest.raises(ArtifactError, match=rf"^results/paper/{kind}.json does not hold {kind} in the form"):
        trace("law")


@pytest.mark.parametrize("target", ["error_vs_k_best", "curves_agree"])
def test_number_and_claim_show_only_the_tables_behind_them(project, target):
    text, holds = trace(target)
    assert holds
    assert "| rule simulate" in text
    assert "error_vs_k.parquet" in text
    assert "equivalents" not in text


def test_number_from_the_configuration_alone_needs_no_table(project):
    text, holds = trace("seed")
    assert holds
    assert "| rule numbers" in text
    assert "| seed: 20261125" in text
    assert "rule collect" not in text


def test_numbers_of_another_run_are_its_own(project):
    assert "results/smoke/numbers.json" in trace("error_vs_k_best", "smoke")[0]


def test_unknown_target_is_a_sentence_with_near_names(project):
    with pytest.raises(ArtifactError, match=r"error_vs_k_bets is no file, no number and no claim of the run"):
        trace("error_vs_k_bets")
    with pytest.raises(ArtifactError, match=r"4 numbers and claims are known, such as error_vs_k_best"):
        trace("error_vs_k_bets")


def test_run_without_numbers_says_so(project):
    shutil.rmtree("results")
    with pytest.raises(ArtifactError, match="results/smoke holds no numbers and no claims yet"):
        trace("error_vs_k_best", "smoke")


def test_file_that_its_record_does_not_name_is_refused(project):
    with pytest.raises(ArtifactError, match=r"names .*, and not results/paper/figures/error_vs_k.svg"):
        trace("figures/error_vs_k.svg")


@pytest.mark.parametrize("target", ["figures/nothing.pdf", "results/paper/tables/nothing.csv"])
def test_missing_file_is_refused(project, target):
    with pytest.raises(ArtifactError, match=rf"^{target} is missing: .*nothing.record.json is neither"):
        trace(target)


def test_file_of_a_run_without_record_is_refused(project):
    Path("results/paper/notes.txt").write_text("mine")
    with pytest.raises(ArtifactError, match=r"^results/paper/notes.txt has no record: .*notes.record.json"):
        trace("results/paper/notes.txt")


@pytest.mark.parametrize("target", ["workflow/nothing.py", "/x/y.pdf", "results/y.pdf"])
def test_missing_file_that_no_rule_makes_is_refused(project, target):
    with pytest.raises(ArtifactError, match=rf"^{target} is missing; rules make only what is in"):
        trace(target)


@pytest.mark.parametrize("target", ["README.md", "workflow/config/paper.yaml", "paper/paper.typ"])
def test_file_that_a_person_writes_says_so(project, target):
    provenance.write_atomic("README.md", "text")
    provenance.write_atomic("paper/paper.typ", "text")
    with pytest.raises(ArtifactError) as refused:
        trace(target)
    assert str(refused.value) == f"{target} has no record: no rule makes it, a person writes or keeps it."


def test_source_names_the_rules_that_read_it(project):
    with pytest.raises(ArtifactError, match=r"a person .* keeps it\. .* source of the rule simulate\.$"):
        trace("scripts/simulate.py")
    with pytest.raises(
        ArtifactError, match=r"source of the rules appendix, claims, collect, fig_equivalents, "
    ):
        trace("workflow/adapter.py")


@pytest.mark.parametrize("target", ["figures", "results/paper", "scripts"])
def test_folder_is_refused(project, target):
    with pytest.raises(ArtifactError, match=rf"^{target} is a folder; name one file in it\.$"):
        trace(target)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("figures/error_vs_k.pdf", "has results/smoke/figures/error_vs_k.pdf."),
        ("paper/paper.pdf", "has results/smoke/paper.pdf."),
        ("results/paper/tables/error_vs_k.parquet", "has results/smoke/tables/error_vs_k.parquet."),
        ("figures/manifest.json", "has no results/smoke/published.json."),
    ],
)
def test_file_of_one_run_is_refused_under_another(project, target, sentence):
    with pytest.raises(ArtifactError) as refused:
        trace(target, "smoke")
    assert str(refused.value) == f"{target} belongs to the run paper, not to smoke; the run smoke {sentence}"


def test_manifest_leads_back_to_the_rule_that_published_it(project):
    text, holds = trace("figures/manifest.json")
    assert holds
    assert "| rule publish" in block(text, "results/paper/published.json")
    assert "| rule simulate" in text


def test_edited_manifest_is_not_what_was_published(project):
    replace("figures/manifest.json", '"text": "8.2(5)"', '"text": "9"')
    text, holds = trace("figures/manifest.json")
    assert not holds
    assert "figures/manifest.json does not hold the bytes that results/paper/published.json names" in text


def test_edited_and_removed_sources_are_named(project):
    replace("scripts/simulate.py", "simulate", "edited")
    Path("scripts/grid.py").unlink()
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert "BROKEN: scripts/simulate.py was edited since" in block(text, "results/paper/simulation")
    assert "BROKEN: scripts/grid.py is gone" in block(text, "results/paper/grid")
    assert block(text, "results/paper/tables").endswith("| holds")
    assert text.endswith("4 steps in the chain: 2 of them broken.")


def test_changed_configuration_is_named_by_its_key(project):
    replace("workflow/config/paper.yaml", "seed: 20261125", "seed: 7")
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert "the configuration's seed was changed since" in block(text, "results/paper/simulation")
    assert block(text, "results/paper/grid").endswith("| holds")


def test_configuration_of_another_run_does_not_matter(project):
    replace("workflow/config/smoke.yaml", "seed: 20261125", "seed: 7")
    assert trace("figures/error_vs_k.pdf")[1]
    assert not trace("results/smoke/figures/error_vs_k.pdf")[1]


def test_key_that_the_configuration_lost_is_named(project):
    record = Path("results/paper/grid/error_vs_k.record.json")
    content = json.loads(record.read_text())
    content["configuration"]["experiments.error_vs_k.problem.colour"] = 1
    content["recipe"] = provenance.recipe_hash(content)
    provenance.write_json(record, content)
    text, _ = trace("results/paper/grid/error_vs_k.csv")
    assert "the configuration has no experiments.error_vs_k.problem.colour any more" in text


def test_run_without_configuration_file_says_that_nothing_was_compared(project):
    Path("workflow/config/paper.yaml").unlink()
    text, holds = trace("figures/error_vs_k.pdf")
    assert holds
    assert text.endswith("workflow/config/paper.yaml is not there; its values were not compared.")


def test_other_package_version_is_named(project):
    table = "results/paper/tables/error_vs_k.parquet"
    project.make("collect", {table: "table"}, versions={"numpy": "1.0", "no-such-package": "2.0"})
    text, holds = trace(table)
    assert not holds
    assert "numpy was 1.0 and is " in text
    assert "no-such-package: not installed on this machine; the version was not compared." in text


def test_edited_record_is_named(project):
    replace("results/paper/tables/error_vs_k.record.json", '"rule": "collect"', '"rule": "invent"')
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert "tables/error_vs_k.record.json was edited by hand" in block(text, "results/paper/tables")


def test_input_made_again_after_it_was_read_is_named(project):
    table = "results/paper/tables/error_vs_k.parquet"
    project.make("collect", {table: "new table"}, wildcards={"experiment": "error_vs_k"})
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    figure = block(text, "results/paper/figures/error_vs_k.csv")
    assert f"{table} was made again, with other bytes, after it was read" in figure
    assert "tables/error_vs_k.record.json has another recipe now than when it was read" in figure


def test_edited_published_figure_is_named(project):
    Path("figures/error_vs_k.pdf").write_text("other picture")
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert (
        "figures/error_vs_k.pdf was altered: it holds neither the bytes that figures/manifest.json lists nor "
        "those that results/paper/figures/error_vs_k.record.json names; `make reproduce` publishes it again"
    ) in text
    assert trace("figures/error_vs_k.png")[1]


def test_figure_drawn_anew_and_not_yet_published_is_told_apart(project):
    drawn = {f"results/paper/figures/error_vs_k.{suffix}": "new" for suffix in ("pdf", "png", "csv")}
    project.make("fig_error_vs_k", drawn, inputs=["results/paper/tables/error_vs_k.parquet"])
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert (
        "figures/error_vs_k.pdf is older than results/paper/figures/error_vs_k.pdf: it holds the bytes that "
        "figures/manifest.json lists, not those that results/paper/figures/error_vs_k.record.json names; "
        "this chain is that of the newer file, which `make reproduce` publishes"
    ) in text
    assert text.endswith("4 steps in the chain: 1 of them broken.")
    assert trace("results/paper/figures/error_vs_k.pdf")[1]


class TestFreshClone:
    """Only what is committed is there: sources, configuration, figures/ with its manifest, the paper."""

    @pytest.fixture(autouse=True)
    def clone(self, project):
        shutil.rmtree("results")

    @pytest.mark.parametrize("target", ["figures/error_vs_k.pdf", "paper/paper.pdf"])
    def test_absent_data_is_said_and_is_no_failure(self, target):
        text, holds = trace(target)
        assert holds
        assert "| seeds: SeedSequence" in text
        assert "| holds (1 of its files not on this machine)" in text
        assert "files are not on this machine; their bytes were not compared." in text

    def test_edited_source_is_a_failure(self):
        replace("scripts/simulate.py", "simulate", "edited")
        text, holds = trace("figures/error_vs_k.pdf")
        assert not holds
        assert "scripts/simulate.py was edited since" in text

    def test_changed_configuration_is_a_failure(self):
        replace("workflow/config/paper.yaml", "seed: 20261125", "seed: 7")
        assert not trace("paper/paper.pdf")[1]

    def test_edited_published_file_is_a_failure(self):
        Path("paper/paper.pdf").write_text("other pages")
        text, holds = trace("paper/paper.pdf")
        assert not holds
        assert "paper/paper.pdf was altered" in text

    def test_absent_published_file_is_said(self):
        Path("figures/error_vs_k.pdf").unlink()
        text, holds = trace("figures/error_vs_k.pdf")
        assert holds
        assert "(4 of its files not on this machine)" in block(text, "results/paper/figures")

    def test_edited_manifest_is_a_failure(self):
        replace("figures/manifest.json", '"rule": "collect"', '"rule": "invent"')
        text, holds = trace("paper/paper.pdf")
        assert not holds
        assert "was edited by hand: its recipe hash does not fit its content" in text

    @pytest.mark.parametrize("target", ["error_vs_k_best", "curves_agree", "law", "seed"])
    def test_number_and_claim_are_those_of_the_published_set(self, finished_project, monkeypatch, target):
        text, holds = trace(target)
        assert holds
        assert "files are not on this machine; their bytes were not compared." in text
        with monkeypatch.context() as patch:
            patch.chdir(finished_project)
            full, _ = trace(target)
        text = text.replace("every link that could be checked holds", "every link holds")
        assert re.sub(r" \(\d of its files not on this machine\)", "", text).startswith(full)

    def test_unknown_name_gets_near_ones(self):
        with pytest.raises(ArtifactError, match=r"4 numbers and claims are known, such as error_vs_k_best"):
            trace("error_vs_k_bets")

    @pytest.mark.parametrize(
        ("target", "kind", "old", "new"),
        [
            ("error_vs_k_best", "numbers", '"text": "8.2(5)"', '"text": "9"'),
            ("curves_agree", "claims", '"verdict": "holds"', '"verdict": "fails"'),
        ],
    )
    def test_edited_number_and_claim_are_a_failure(self, target, kind, old, new):
        replace("figures/manifest.json", old, new)
        text, holds = trace(target)
        assert not holds
        assert (
            f"BROKEN: the {kind} in figures/manifest.json are not those that "
            f"results/paper/{kind}.record.json names"
        ) in text

    def test_manifest_from_before_it_held_numbers_says_that_there_are_none(self):
        manifest = json.loads(Path("figures/manifest.json").read_text())
        provenance.write_json("figures/manifest.json", {key: manifest[key] for key in ("files", "records")})
        with pytest.raises(ArtifactError, match="results/paper holds no numbers and no claims yet"):
            trace("error_vs_k_best")

    def test_manifest_says_what_it_is(self):
        with pytest.raises(ArtifactError) as refused:
            trace("figures/manifest.json")
        assert str(refused.value) == (
            "figures/manifest.json is written by the rule publish of the run paper: the records, numbers and "
            "claims behind figures/ and paper/paper.pdf. Its own record, "
            "results/paper/published.record.json, cannot be in it and comes with `make reproduce`."
        )

    @pytest.mark.parametrize("kind", ["numbers", "claims"])
    def test_published_numbers_of_another_form_are_a_sentence(self, kind):
        manifest = json.loads(Path("figures/manifest.json").read_text())
        provenance.write_json("figures/manifest.json", manifest | {kind: {"law": 1}})
        with pytest.raises(ArtifactError, match=rf"figures/manifest.json does not hold {kind} in the form"):
            trace("law")

    @pytest.mark.parametrize("content", ["{", "[]", '{"files": {}}', '{"files": {}, "records": {"a": {}}}'])
    def test_unreadable_manifest_is_a_sentence(self, content):
        Path("figures/manifest.json").write_text(content)
        with pytest.raises(ArtifactError, match=r"figures/manifest.json is not (a manifest|readable)"):
            trace("figures/error_vs_k.pdf")


def test_record_on_disk_counts_before_the_manifest(project):
    project.make("fig_error_vs_k", {"results/paper/figures/error_vs_k.pdf": "newer"})
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert text.count("| rule ") == 1


@pytest.mark.parametrize("key", ["a.c", "b", "a.b.c", "a.k.0"])
def test_lookup_of_an_absent_key_is_a_key_error(key):
    with pytest.raises(KeyError):
        lookup({"a": {"b": 1, "k": [1]}}, key)
