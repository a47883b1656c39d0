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
EXPERIMENTS = {name for entry in FIGURES.values() for name in entry["experiments"]}


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


#: One table of each kind, and the last one of every other experiment, so that every figure is drawn again.
DAMAGE = {
    "simulation/overview/0.parquet": flip_one_bit,
    "theory/best_of_k.parquet": truncate,
    "tables/phase_diagram.parquet": edit_value,
    "tables/equivalents.parquet": flip_one_bit,
    "tables/error_vs_k.parquet": flip_one_bit,
    "tables/error_vs_temperature.parquet": flip_one_bit,
}


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
    finished = re.compile(r"^Finished jobid: \d+ \(Rule: (\w+)\)", flags=re.MULTILINE)
    rules = Counter(finished.findall(damaged.make.stderr))
    # What was damaged and what was made from it, and nothing else.
    assert rules["theory"] == rules["simulate"] == rules["paper"] == 1
    assert rules["grid"] == 0
    assert rules["collect"] == len(EXPERIMENTS)
    assert {name for name in rules if name.startswith("fig_")} == {f"fig_{name}" for name in FIGURES}


def test_stopped_run_goes_on_and_ends_with_the_same_bytes(smoke_run: ProjectCopy, tmp_path: Path) -> None:
    copy = ProjectCopy(tmp_path / "elsewhere")
    targets = [f"results/smoke/figures/{name}.pdf" for name in ("overview", "best_of_k")]
    times, recorded_last = {}, set()
    for jobs, how in ((2, signal.SIGINT), (5, signal.SIGKILL)):
        stop_after(copy.start(*targets, cores=1), copy, jobs, how)
        records = copy.records()
        times = {path: path.stat().st_mtime_ns for path in records} | times
        # The job may have recorded it and the engine not yet: then it is made again.
        recorded_last.add(records[-1])
    assert copy.snakemake(*targets, cores=1).returncode != 0, "the kill left no lock: nothing was tested"
    for name in ("overview", "best_of_k"):
        done = copy.make(f"fig-{name}", "RUN=smoke", "CORES=1")
        assert done.returncode == 0, done.stderr
    finished = set(times) - recorded_last
    assert len(finished) >= 3
    assert not [path for path in finished if path.stat().st_mtime_ns != times[path]], "made twice"
    again, first = copy.hashes(), smoke_run.hashes()
    assert len(again) >= 20
    assert again == {path: first[path] for path in again}
