"""What becomes of damaged files and of stopped runs: named, moved aside, made again, with the same bytes."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from project_copy import ProjectCopy, figure_table, stop_after

FIGURES = figure_table()


def flip_one_bit(path: Path) -> None:
    """Change one bit and keep the time, as a failing disk does."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def edit_value(path: Path) -> None:
    """Leave a table that reads well and holds another number."""
    frame = pd.read_parquet(path)
    column = frame.select_dtypes("number").columns[-1]
    frame.loc[0, column] = 0.123
    frame.to_parquet(path)


#: One table of each step, harmed in each way.
DAMAGE = {
    "simulation/overview/0.parquet": flip_one_bit,
    "theory/best_of_k.parquet": truncate,
    "tables/one_input.parquet": edit_value,
    "tables/error_vs_k.parquet": flip_one_bit,
}
EXPERIMENTS = {name.split("/")[1].removesuffix(".parquet") for name in DAMAGE}


@dataclass
class Damaged:
    """What was said and left at each step of `damaged`."""

    before: dict[str, str]
    drawing: subprocess.CompletedProcess[str]
    drawn: bool
    check: subprocess.CompletedProcess[str]
    make: subprocess.CompletedProcess[str]
    after: dict[str, str]
    aside: dict[str, str]


@pytest.fixture(scope="module")
def damaged(smoke_run: ProjectCopy) -> Damaged:
    """Tables are harmed; a figure is asked for; the run is checked; and made again, on one core, not two."""
    before = smoke_run.hashes()
    for name, harm in DAMAGE.items():
        harm(smoke_run / "results/smoke" / name)
    figure = "results/smoke/figures/error_vs_k.pdf"
    drawing = smoke_run.snakemake("--forcerun", "fig_error_vs_k", "--", figure)
    drawn_at_all = (smoke_run / figure).exists()
    check = smoke_run.bestofk("check", "--run", "smoke")
    make = smoke_run.make("smoke", "CORES=1")
    aside = smoke_run.hashes("results/smoke/discarded")
    shutil.rmtree(smoke_run / "results/smoke/discarded", ignore_errors=True)
    return Damaged(before, drawing, drawn_at_all, check, make, smoke_run.hashes(), aside)


def test_no_figure_is_drawn_from_a_damaged_table(damaged: Damaged) -> None:
    assert damaged.drawing.returncode != 0
    assert not damaged.drawn
    said = damaged.drawing.stderr
    sentence = "results/smoke/tables/error_vs_k.parquet does not hold the bytes that its record names"
    assert f"Rule fig_error_vs_k failed: {sentence}" in said
    # The way to the error is shown once, from the log.
    assert said.count("Traceback") == 1


def test_every_damaged_table_is_named(damaged: Damaged) -> None:
    assert damaged.check.returncode == 1
    for name in DAMAGE:
        assert f"results/smoke/{name} " in damaged.check.stdout
        assert f"results/smoke/{name} " in damaged.make.stdout
    whole = {path for path in damaged.before if path.endswith((".parquet", ".csv"))} - {
        *(f"results/smoke/{name}" for name in DAMAGE),
        "results/smoke/figures/error_vs_k.csv",
    }
    assert not [path for path in whole if f"{path} " in damaged.check.stdout]


def test_every_damaged_table_is_moved_aside(damaged: Damaged) -> None:
    assert {f"results/smoke/discarded/{name}" for name in DAMAGE} <= set(damaged.aside)


def test_damaged_run_is_made_again_with_the_same_bytes_on_another_number_of_cores(damaged: Damaged) -> None:
    assert damaged.make.returncode == 0, damaged.make.stderr
    assert damaged.after == damaged.before
    # What was damaged and what was made from it, and nothing else.
    verbs = Counter(message.split()[0] for message in jobs_told(damaged.make.stderr))
    assert verbs["Computing"] == verbs["Simulating"] == 1
    assert verbs["Typesetting"] == 2
    assert verbs["Laying"] == 0
    assert verbs["Putting"] == len(EXPERIMENTS)
    drawn = {name for name, entry in FIGURES.items() if EXPERIMENTS & set(entry["experiments"])}
    told = jobs_told(damaged.make.stderr)
    assert {message for message in told if message.startswith("Drawing")} == {
        f"Drawing {name}" for name in drawn
    }


def jobs_told(said: str) -> list[str]:
    """The messages of the jobs that make told, one line each."""
    return re.findall(r"^\[ *\d+/\d+\] (.*)$", said, flags=re.MULTILINE)


@dataclass
class Stopped:
    """A copy in which make was stopped twice and went on, and what was said and left meanwhile."""

    copy: ProjectCopy
    interrupted: str
    times: dict[Path, int]
    recorded_last: set[Path]
    ended: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Two figures, on one core: interrupted, then killed without warning, then made."""
    copy = ProjectCopy(tmp_path_factory.mktemp("stopped") / "elsewhere")
    command = ("fig-overview", "fig-best_of_k", "RUN=smoke", "CORES=1")
    said, times, recorded_last = [], {}, set()
    for jobs, how in ((2, signal.SIGINT), (5, signal.SIGKILL)):
        said.append(stop_after(copy.start_make(*command), copy, jobs, how))
        records = copy.records()
        times = {path: path.stat().st_mtime_ns for path in records} | times
        # The job may have recorded it and the engine not yet: then it is made again.
        recorded_last.add(records[-1])
    return Stopped(copy, said[0], times, recorded_last, copy.make(*command))


def test_stopped_run_goes_on_and_ends_with_the_same_bytes(smoke_run: ProjectCopy, stopped: Stopped) -> None:
    assert stopped.ended.returncode == 0, stopped.ended.stderr
    finished = set(stopped.times) - stopped.recorded_last
    assert len(finished) >= 3
    assert not [path for path in finished if path.stat().st_mtime_ns != stopped.times[path]], "made twice"
    again, first = stopped.copy.hashes(), smoke_run.hashes()
    assert len(again) >= 20
    assert again == {path: first[path] for path in again}


def test_interrupt_is_told_in_one_line(stopped: Stopped) -> None:
    *jobs, last, from_make = stopped.interrupted.splitlines()
    assert last == "Interrupted. Nothing that was finished is lost: the same command goes on from there."
    assert from_make.startswith("make: *** ")
    assert not [
        line for line in jobs if not re.match(r"\[ *\d+/\d+\] |Using workflow specific profile", line)
    ]


def test_failed_job_is_told_with_its_log_and_again_at_the_end(stopped: Stopped) -> None:
    def fail(text: str) -> str:
        start = "    numbers = series("
        return text.replace(start, f'    raise ValueError("k is 0; it must be at least 1.")\n{start}', 1)

    with stopped.copy.changed("scripts/figures/overview.py", fail):
        done = stopped.copy.make("fig-overview", "RUN=smoke")
    assert done.returncode == 2
    error = "ValueError: k is 0; it must be at least 1."
    shown, _, end = done.stderr.partition("These jobs failed, and what depends on them was left out:\n")
    assert "Drawing overview failed. Its log, results/smoke/logs/fig_overview.log:\n    Traceback" in shown
    assert f"    {error}\n" in shown
    assert end.splitlines()[0] == f"    Drawing overview: {error}"
    # What the engine adds says no more.
    assert "CalledProcessError" not in done.stderr
