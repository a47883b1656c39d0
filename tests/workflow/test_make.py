"""The front doors: what make lists exists, cleaning keeps what was published, and old Pythons are told so."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from project_copy import ROOT, ProjectCopy, figure_table

MAKEFILE = (ROOT / "Makefile").read_text()


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the project's Makefile in some folder."""
    return subprocess.run(
        ["make", "-f", str(ROOT / "Makefile"), *arguments], cwd=folder, capture_output=True, text=True
    )


def test_help_lists_every_target_with_a_sentence() -> None:
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE, flags=re.MULTILINE)[1].split()
    listed = dict(re.findall(r"^ *make (\S+) +(\S.*)$", make(ROOT, "help").stdout, flags=re.MULTILINE))
    assert set(listed) == {*targets, "fig-<name>"}
    assert {"reproduce", "test", "smoke", "verify", "bless", "appendix", "report", "trace", "clean"} <= set(
        targets
    )


def test_make_alone_helps(tmp_path: Path) -> None:
    assert make(tmp_path).stdout == make(tmp_path, "help").stdout


def test_clean_keeps_what_was_published(tmp_path: Path) -> None:
    kept = ["figures/curve.pdf", "paper/paper.pdf", ".venv/bin/python", "workflow/alone.py"]
    gone = ["results/smoke/claims.json", "results/paper/paper.pdf", ".snakemake/log/one.log"]
    for name in (*kept, *gone):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / "workflow/alone.py", tmp_path / "workflow")
    assert make(tmp_path, "clean").returncode == 0
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(kept)


def commands(smoke_run: ProjectCopy, *arguments: str) -> list[str]:
    """What make would run."""
    done = smoke_run.make("-n", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def rules(smoke_run: ProjectCopy) -> dict[str, set[str]]:
    """The rules of each run."""
    return {
        run: set(smoke_run.snakemake("--list-rules", parameters=f"workflow/config/{run}.yaml").stdout.split())
        for run in ("smoke", "paper")
    }


def test_only_the_paper_is_published(rules: dict[str, set[str]]) -> None:
    assert rules["paper"] - rules["smoke"] == {"publish"}


@pytest.mark.parametrize("target", ["reproduce", "smoke", "report", "appendix"])
def test_target_asks_the_engine_for_a_rule_that_exists(smoke_run: ProjectCopy, rules, target: str) -> None:
    asked = [line for line in commands(smoke_run, target) if "--cores" in line]
    assert asked
    for line in asked:
        after_cores = line.split("--cores ")[1].split()
        assert after_cores[0].isdigit()
        # Words after --config would be taken for configuration, not for a target.
        assert after_cores[1] in rules["smoke" if target == "smoke" else "paper"]


@pytest.mark.parametrize("target", ["reproduce", "smoke", "report", "appendix", "fig-overview"])
def test_every_run_is_checked_before_it(smoke_run: ProjectCopy, target: str) -> None:
    run = "smoke" if target == "smoke" else "paper"
    asked = commands(smoke_run, target)
    checks = [f"bestofk check --run {run} --discard" in line for line in asked]
    engine = ["snakemake --config" in line for line in asked]
    assert checks.count(True) == 1
    assert checks.index(True) < engine.index(True)


def test_runs_do_not_mix(smoke_run: ProjectCopy) -> None:
    done = [line for line in commands(smoke_run, "smoke") if not line.startswith("echo ")]
    assert done and not [line for line in done if "paper" in line]
    assert not [line for line in commands(smoke_run, "reproduce") if "smoke" in line]


def test_finished_run_is_finished_for_make_too(smoke_run: ProjectCopy) -> None:
    before = {path: path.stat().st_mtime_ns for path in smoke_run.records()}
    done = smoke_run.make("smoke")
    assert done.returncode == 0, done.stderr
    assert "Nothing to be done" in done.stderr
    assert {path: path.stat().st_mtime_ns for path in smoke_run.records()} == before
    # The ledger of claims is printed whatever was made.
    assert re.search(r"holds|fails|undecided", done.stdout)


def test_cluster_gets_its_profile(smoke_run: ProjectCopy) -> None:
    asked = commands(smoke_run, "reproduce", "PROFILE=slurm", "CORES=200")
    assert [line for line in asked if "--profile profiles/slurm --cores 200 all" in line]


@pytest.mark.parametrize("name", figure_table())
def test_every_figure_has_a_door(smoke_run: ProjectCopy, name: str) -> None:
    assert f"results/paper/figures/{name}.pdf" in commands(smoke_run, f"fig-{name}")[-1]


def test_unknown_figure_is_answered_with_those_that_exist(smoke_run: ProjectCopy) -> None:
    done = smoke_run.make("fig-error_vs_q")
    assert done.returncode == 2
    assert done.stdout == ""
    figures = " ".join(sorted(figure_table()))
    assert done.stderr.splitlines()[0] == f"There is no figure error_vs_q; the figures are: {figures}."


def test_unknown_profile_is_answered_with_those_that_exist(smoke_run: ProjectCopy) -> None:
    done = smoke_run.make("reproduce", "PROFILE=slrum")
    assert done.returncode == 2
    assert "There is no profile slrum; the profiles are: default slurm" in done.stderr


@pytest.mark.skipif(find_spec("snakemake_executor_plugin_slurm") is not None, reason="the plugin is there")
def test_profile_without_its_plugin_is_refused_with_the_way_to_get_it(smoke_run: ProjectCopy) -> None:
    done = smoke_run.make("reproduce", "PROFILE=slurm")
    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert said[0].startswith("PROFILE=slurm needs a package that the locks do not hold: ")
    assert said[0].endswith("/pip install snakemake-executor-plugin-slurm")
    assert len(said) == 2, "make adds one line"


def test_report_opens_with_the_totals_of_the_claims(smoke_run: ProjectCopy) -> None:
    done = smoke_run.make("report", "RUN=smoke")
    assert done.returncode == 0, done.stderr
    claims = json.loads((smoke_run / "results/smoke/claims.json").read_text())
    count = Counter(entry["verdict"] for entry in claims)
    sentence = f"{count['holds']} hold, {count['fails']} fail and {count['undecided']} are undecided."
    assert sentence in (smoke_run / "results/smoke/report.html").read_text()


def test_old_python_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "envs").mkdir()
    for name in ("envs/build.lock", "envs/requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    old = tmp_path / "python3.9"
    pretend = 'exec "$REAL" -c "import sys; sys.version_info = (3, 9, 2)\n$2"'
    old.write_text(f'#!/bin/sh\nREAL="{sys.executable}"\n{pretend}\n')
    old.chmod(0o755)
    done = make(tmp_path, "smoke", f"PYTHON={old}")
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed; this is 3.9. Name another one with: make PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()
