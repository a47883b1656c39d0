"""The command line says what does not hold, and its exit status says that something does not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bestofk import provenance
from bestofk.cli import main

ROOT = Path(__file__).resolve().parents[2]


def damage(path: str) -> None:
    Path(path).write_text("damaged")


class TestTrace:
    def test_chain_is_printed_and_holds(self, project, capsys):
        assert main(["trace", "figures/error_vs_k.pdf"]) == 0
        out, err = capsys.readouterr()
        assert out.startswith("figures/error_vs_k.pdf\n")
        assert "and 2 more batches" in out
        assert "seeds: SeedSequence" in out
        assert err == ""

    def test_broken_link_is_status_1(self, project, capsys):
        damage("scripts/collect.py")
        assert main(["trace", "curves_agree"]) == 1
        assert "BROKEN: scripts/collect.py was edited since" in capsys.readouterr().out

    def test_absent_data_of_a_fresh_clone_is_status_0(self, project, capsys):
        shutil.rmtree("results")
        assert main(["trace", "figures/error_vs_k.pdf"]) == 0
        assert "are not on this machine" in capsys.readouterr().out

    def test_edited_source_of_a_fresh_clone_is_status_1(self, project):
        shutil.rmtree("results")
        damage("scripts/collect.py")
        assert main(["trace", "figures/error_vs_k.pdf"]) == 1

    def test_number_and_claim_of_a_fresh_clone_are_told(self, project, capsys):
        shutil.rmtree("results")
        assert main(["trace", "law"]) == 0
        out = capsys.readouterr().out
        assert "law, a number of the run paper\n| text: 0.50\n" in out
        assert "law, a claim of the run paper\n| sentence: The error has a limit.\n" in out

    def test_run_beside_a_published_file_is_one_sentence(self, project, capsys):
        assert main(["trace", "figures/error_vs_k.pdf", "--run", "smoke"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err == (
            "figures/error_vs_k.pdf belongs to the run paper, not to smoke; "
            "the run smoke has results/smoke/figures/error_vs_k.pdf.\n"
        )

    def test_unknown_target_is_one_sentence(self, project, capsys):
        assert main(["trace", "nonsense", "--run", "smoke"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("nonsense is no file, no number and no claim of the run smoke; ")
        assert err.count("\n") == 1

    def test_present_configuration_that_is_not_allowed_is_a_sentence(self, project, capsys):
        damage("workflow/config/paper.yaml")
        assert main(["trace", "figures/error_vs_k.pdf"]) == 1
        assert "the configuration is" in capsys.readouterr().err


class TestCheck:
    def test_intact_run_is_status_0(self, project, capsys):
        assert main(["check"]) == 0
        assert main(["check", "--run", "smoke", "--discard"]) == 0
        assert capsys.readouterr().out == "Every file of the run paper matches its record.\n"

    def test_damage_is_status_1_and_discarding_it_is_status_0(self, project, capsys):
        damage("results/paper/tables/error_vs_k.parquet")
        damage("figures/error_vs_k.png")
        assert main(["check"]) == 1
        assert len(capsys.readouterr().out.splitlines()) == 2
        assert main(["check", "--discard"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 2
        assert Path("figures/error_vs_k.png").read_text() == "damaged"

    def test_fresh_clone_is_compared_with_its_manifest(self, project, capsys):
        shutil.rmtree("results")
        assert main(["check"]) == 0
        assert "what is published matches figures/manifest.json" in capsys.readouterr().out
        damage("paper/paper.pdf")
        assert main(["check"]) == 1

    def test_run_that_is_not_there_is_status_1_unless_files_are_only_set_aside(self, project, capsys):
        assert main(["check", "--run", "other"]) == 1
        assert capsys.readouterr().err == "results/other is not there: there is nothing to check.\n"
        assert main(["check", "--run", "other", "--discard"]) == 0

    def test_path_as_run_is_misuse(self, project, capsys):
        with pytest.raises(SystemExit) as stopped:
            main(["check", "--run", "..", "--discard"])
        assert stopped.value.code == 2
        assert '".." is no name of a run' in capsys.readouterr().err


def test_claims_are_a_table_with_verdicts(project, capsys):
    assert main(["claims"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["claim", "measured", "expected", "verdict"]
    assert out.splitlines()[2].split() == ["curves_agree", "1.001", "1", "±", "0.01", "holds"]


@pytest.mark.parametrize(
    ("run", "remedy"),
    [
        ("paper", "`make reproduce` makes it."),
        ("smoke", "`make smoke` makes it."),
        ("mine", "`make reproduce RUN=mine` makes it from workflow/config/mine.yaml."),
    ],
)
@pytest.mark.parametrize(
    ("command", "file"), [("claims", "claims"), ("verify", "verify"), ("bless", "verify")]
)
def test_command_without_its_run_says_how_to_make_it(project, capsys, command, file, run, remedy):
    shutil.rmtree("results")
    assert main([command, "--run", run]) == 1
    missing = f"results/{run}/{file}.json is missing: the run {run} has not been made or not finished; "
    assert capsys.readouterr().err == f"{missing}{remedy}\n"


def test_commands_that_are_recommended_are_those_of_the_makefile():
    makefile = (ROOT / "Makefile").read_text()
    assert re.search(r"^reproduce:", makefile, flags=re.MULTILINE)
    assert re.search(r"^smoke:", makefile, flags=re.MULTILINE)
    assert "PARAMETERS = workflow/config/$(RUN).yaml" in makefile


def help_of(capsys, *command: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main([*command, "--help"])
    assert stopped.value.code == 0
    return " ".join(capsys.readouterr().out.split())


def test_help_says_what_can_be_traced_and_what_the_answer_means(capsys):
    said = help_of(capsys, "trace")
    for fact in (
        "the key of a number",
        "the id of a claim",
        "in a fresh clone",
        "belongs to the run paper",
        "Exit status",
        "BROKEN",
    ):
        assert fact in said


def test_help_lists_every_command_and_the_exit_status(capsys):
    said = help_of(capsys)
    for command in ("trace", "check", "claims", "verify", "bless", "config"):
        assert f" {command} " in said
    assert "Exit status: 0" in said
    for command in ("check", "verify", "bless"):
        assert help_of(capsys, command) != said


class TestReference:
    @pytest.fixture(autouse=True)
    def verified(self, project):
        provenance.write_json("tests/reference/tolerances.json", {"relative": 1e-6, "columns": {}})
        compared = ["results/smoke/claims.json", "results/smoke/grid/error_vs_k.csv"]
        provenance.write_json("results/smoke/verify.json", {"compared": compared, "mismatches": []})

    def test_blessed_run_verifies(self, capsys):
        assert main(["bless", "--run", "smoke"]) == 0
        assert "now holds 2 files; 2 entries changed" in capsys.readouterr().out
        assert main(["verify", "--run", "smoke"]) == 0
        assert "2 files of the run smoke agree with tests/reference/smoke" in capsys.readouterr().out

    def test_run_without_reference_is_one_sentence(self, capsys):
        assert main(["verify", "--run", "smoke"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err == "There is no tests/reference/smoke to compare with; make bless RUN=smoke writes it.\n"

    def test_difference_is_printed_and_status_1(self, capsys):
        main(["bless", "--run", "smoke"])
        reference = Path("tests/reference/smoke/claims.csv")
        reference.write_text(reference.read_text().replace("holds", "fails"))
        capsys.readouterr()
        assert main(["verify", "--run", "smoke"]) == 1
        out = capsys.readouterr().out
        assert "claims.csv, id curves_agree: verdict" in out
        assert main(["bless", "--run", "smoke"]) == 0
        assert "claims.csv, id curves_agree: verdict" in capsys.readouterr().out
        assert main(["verify", "--run", "smoke"]) == 0

    def test_long_list_of_differences_is_cut(self, capsys):
        table = "results/smoke/grid/error_vs_k.csv"
        provenance.record_path(table).unlink()
        for offset in (0, 1):
            Path(table).write_text("point,x\n" + "".join(f"p{row},{row + offset}\n" for row in range(50)))
            if not offset:
                main(["bless", "--run", "smoke"])
                capsys.readouterr()
        assert main(["verify", "--run", "smoke"]) == 1
        said = capsys.readouterr().out
        assert "... and 10 more.\n" in said
        assert said.endswith("then run again.\n")


def test_configuration_is_checked(project, capsys):
    assert main(["config", "workflow/config/paper.yaml"]) == 0
    assert "is a valid configuration" in capsys.readouterr().out
    damage("workflow/config/paper.yaml")
    assert main(["config", "workflow/config/paper.yaml"]) == 1
    assert main(["config", "nowhere.yaml"]) == 1
    assert "nowhere.yaml cannot be read" in capsys.readouterr().err


def test_configuration_that_the_run_would_refuse_is_not_called_valid(project, capsys):
    shutil.copy("workflow/config/smoke.yaml", "workflow/config/mine.yaml")
    assert main(["config", "workflow/config/mine.yaml"]) == 1
    out = capsys.readouterr().out
    assert "workflow/config/mine.yaml has `run: smoke`; it must be `run: mine`" in out
    assert "is a valid configuration" not in out


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["trace"], ["config"], ["check", "--nonsense"]])
def test_misuse_is_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: bestofk" in capsys.readouterr().err


def test_reader_that_stops_early_is_no_error():
    read, write = os.pipe()
    os.close(read)
    # Without a buffer the error comes at once; with one it comes again when Python ends.
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "bestofk.cli", "config", "workflow/config/smoke.yaml"],
            cwd=ROOT,
            env=buffered,
            stdout=write,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")
