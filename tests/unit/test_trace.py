"""A trace follows an artifact to configuration keys and seeds, and says which links no longer hold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from bestofk import provenance
from bestofk.provenance import ArtifactError
from bestofk.trace import lookup, resolve, trace


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
    assert "| seed: 251219905" in simulated
    assert "seeds: SeedSequence(seed, spawn_key=(crc32(experiment)" in simulated
    assert 'experiments.error_vs_k.problem: {"n_features":[10]' in simulated
    assert text.endswith("4 steps in the chain: every link holds.")


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


@pytest.mark.parametrize("target", ["error_vs_k_best", "curves_agree"])
def test_number_and_claim_show_only_the_tables_behind_them(project, target):
    text, holds = trace(target)
    assert holds
    assert text.splitlines()[0] == target
    assert "| rule simulate" in text
    assert "error_vs_k.parquet" in text
    assert "equivalents" not in text


def test_number_from_the_configuration_alone_needs_no_table(project):
    text, holds = trace("seed")
    assert holds
    assert "| rule numbers" in text
    assert "| seed: 251219905" in text
    assert "rule collect" not in text


def test_numbers_of_another_run_are_its_own(project):
    assert "results/smoke/numbers.json" in trace("error_vs_k_best", "smoke")[0]


def test_unknown_target_is_a_sentence_with_near_names(project):
    with pytest.raises(ArtifactError, match=r"error_vs_k_bets is no file, no number and no claim of the run"):
        trace("error_vs_k_bets")
    with pytest.raises(ArtifactError, match=r"3 numbers and claims are known, such as error_vs_k_best"):
        trace("error_vs_k_bets")


def test_without_results_an_unknown_name_says_so(project):
    shutil.rmtree("results")
    with pytest.raises(ArtifactError, match="results/paper holds no numbers and no claims yet"):
        trace("error_vs_k_best")


def test_file_that_its_record_does_not_name_is_refused(project):
    with pytest.raises(ArtifactError, match=r"names .*, and not results/paper/figures/error_vs_k.svg"):
        trace("figures/error_vs_k.svg")


@pytest.mark.parametrize("target", ["figures/nothing.pdf", "results/paper/tables/nothing.csv", "/x/y.pdf"])
def test_file_without_record_is_refused(project, target):
    with pytest.raises(ArtifactError, match="is missing"):
        trace(target)


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
    replace("workflow/config/paper.yaml", "seed: 251219905", "seed: 7")
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert "the configuration's seed was changed since" in block(text, "results/paper/simulation")
    assert block(text, "results/paper/grid").endswith("| holds")


def test_configuration_of_another_run_does_not_matter(project):
    replace("workflow/config/smoke.yaml", "seed: 251219905", "seed: 7")
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
    assert "no-such-package was 2.0 and is absent" in text


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
    assert "figures/error_vs_k.pdf holds other bytes than were made" in text
    assert trace("figures/error_vs_k.png")[1]


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
        assert "| holds (1 files of it are not on this machine)" in text
        assert "files are not on this machine; their bytes were not compared." in text

    def test_edited_source_is_a_failure(self):
        replace("scripts/simulate.py", "simulate", "edited")
        text, holds = trace("figures/error_vs_k.pdf")
        assert not holds
        assert "scripts/simulate.py was edited since" in text

    def test_changed_configuration_is_a_failure(self):
        replace("workflow/config/paper.yaml", "seed: 251219905", "seed: 7")
        assert not trace("paper/paper.pdf")[1]

    def test_edited_published_file_is_a_failure(self):
        Path("paper/paper.pdf").write_text("other pages")
        text, holds = trace("paper/paper.pdf")
        assert not holds
        assert "paper/paper.pdf holds other bytes than were made" in text

    def test_absent_published_file_is_said(self):
        Path("figures/error_vs_k.pdf").unlink()
        text, holds = trace("figures/error_vs_k.pdf")
        assert holds
        assert "(4 files of it are not on this machine)" in block(text, "results/paper/figures")

    def test_edited_manifest_is_a_failure(self):
        replace("figures/manifest.json", '"rule": "collect"', '"rule": "invent"')
        text, holds = trace("paper/paper.pdf")
        assert not holds
        assert "was edited by hand: its recipe hash does not fit its content" in text

    @pytest.mark.parametrize("content", ["{", "[]", '{"files": {}}', '{"files": {}, "records": {"a": {}}}'])
    def test_unreadable_manifest_is_a_sentence(self, content):
        Path("figures/manifest.json").write_text(content)
        with pytest.raises(ArtifactError, match=r"figures/manifest.json is not (a manifest|readable)"):
            trace("figures/error_vs_k.pdf")


def test_record_on_disk_counts_before_the_manifest(project):
    project.make("fig_error_vs_k", {"results/paper/figures/error_vs_k.pdf": "newer"})
    assert resolve("figures/error_vs_k.pdf", "paper").copy == "figures/error_vs_k.pdf"
    text, holds = trace("figures/error_vs_k.pdf")
    assert not holds
    assert text.count("| rule ") == 1


@pytest.mark.parametrize("key", ["a.c", "b", "a.b.c", "a.k.0"])
def test_lookup_of_an_absent_key_is_a_key_error(key):
    with pytest.raises(KeyError):
        lookup({"a": {"b": 1, "k": [1]}}, key)
