"""One run works in a folder at a time, and a lock does not outlive the process that took it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from project_copy import ROOT, ProjectCopy


@contextmanager
def held(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A folder whose lock is held by a process that does nothing else."""
    command = [sys.executable, "workflow/alone.py", "sh", "-c", "echo held; exec sleep 100"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def refusal(process: subprocess.Popen[str]) -> str:
    return f"Another run works in this folder (process {process.pid}); wait for it or stop it."


@pytest.mark.parametrize(
    "arguments",
    [("smoke",), ("report", "RUN=smoke"), ("fig-overview", "RUN=smoke"), ("bless", "RUN=smoke"), ("clean",)],
)
def test_second_make_stops_with_a_sentence(smoke_run: ProjectCopy, arguments: tuple[str, ...]) -> None:
    before = smoke_run.hashes("results")
    with held(smoke_run.root) as holder:
        done = smoke_run.make(*arguments)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == refusal(holder)
    assert done.stdout == ""
    assert smoke_run.hashes("results") == before


def test_second_make_does_not_build_the_environment_too(tmp_path: Path) -> None:
    for name in ("envs/build.lock", "envs/requirements.lock", "pyproject.toml", "workflow/alone.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    with held(tmp_path) as holder:
        command = ["make", "-f", str(ROOT / "Makefile"), f"PYTHON={sys.executable}", "test"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[0] == refusal(holder)
    assert not (tmp_path / ".venv").exists()


def test_engine_started_by_hand_is_held_to_it_too(smoke_run: ProjectCopy) -> None:
    before = smoke_run.hashes()
    with held(smoke_run.root) as holder:
        done = smoke_run.snakemake("--forcerun", "grid", "--", "results/smoke/grid/overview.csv")
        looking = smoke_run.snakemake("-n", "--forcerun", "grid", "--", "results/smoke/grid/overview.csv")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == refusal(holder)
    assert smoke_run.hashes() == before
    assert looking.returncode == 0, "a dry run changes nothing and needs no lock"


def test_lock_ends_with_the_process_that_took_it(tmp_path: Path) -> None:
    def second() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "workflow/alone.py"), "echo", "mine"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    (tmp_path / "workflow").mkdir()
    shutil.copy(ROOT / "workflow/alone.py", tmp_path / "workflow")
    with held(tmp_path) as holder:
        assert second().returncode == 1
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        done = second()
    assert (done.returncode, done.stdout, done.stderr) == (0, "mine\n", "")


def test_command_takes_the_place_of_the_process_that_took_the_lock(tmp_path: Path) -> None:
    """Signals go to the number that make knows, and the lock names it."""
    command = [sys.executable, str(ROOT / "workflow/alone.py"), "sh", "-c", "echo $$"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        number = process.stdout.read().strip()
    assert number == str(process.pid) == (tmp_path / ".snakemake/run.lock").read_text()
