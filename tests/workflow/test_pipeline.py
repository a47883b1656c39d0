"""What runs again after which edit, what becomes of damaged files and stopped runs, and that runs repeat."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from project_copy import Plan, ProjectCopy, figure_table, stop_after

SMOKE = "workflow/config/smoke.yaml"
FIGURES = figure_table()
EXPERIMENTS = sorted({name for entry in FIGURES.values() for name in entry["experiments"]})

#: Rules that wait for everything; what follows every edit of a number is not what a test is about.
AT_THE_END = {"claims", "numbers", "paper", "verify", "all"}


def add_comment(text: str) -> str:
    return text + "\n# edited\n"


def in_block(experiment: str, old: str, new: str):
    """An edit of the first occurrence of some text inside one experiment's block."""

    def change(text: str) -> str:
        start = text.index(f"  {experiment}:\n")
        return text[:start] + text[start:].replace(old, new, 1)

    return change


def drawn(plan: Plan) -> set[str]:
    """The figures that a plan draws."""
    return {name.removeprefix("fig_") for name in plan.rules if name.startswith("fig_")}


def steps(plan: Plan) -> set[str]:
    """The rules of a plan before the figures."""
    return set(plan.rules) - AT_THE_END - {f"fig_{name}" for name in drawn(plan)}


def drawn_from(*experiments: str) -> set[str]:
    """The figures that draw from one of some experiments."""
    return {name for name, entry in FIGURES.items() if set(experiments) & set(entry["experiments"])}


# What runs again


def test_finished_run_has_nothing_left_to_do(smoke_run: ProjectCopy) -> None:
    assert smoke_run.plan("all").rules == Counter()


def test_touching_every_file_reruns_nothing(smoke_run: ProjectCopy) -> None:
    for path in smoke_run.root.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path)
    assert smoke_run.plan("all").rules == Counter()


@pytest.mark.parametrize("figure", ["error_vs_k", "phase_diagram"])
def test_edited_figure_script_reruns_that_figure_and_the_paper(smoke_run: ProjectCopy, figure: str) -> None:
    with smoke_run.changed(f"scripts/figures/{figure}.py", add_comment):
        plan = smoke_run.plan("all")
    # verify compares the numbers that were drawn.
    assert plan.rules == Counter([f"fig_{figure}", "paper", "verify", "all"])


@pytest.mark.parametrize("path", ["workflow/captions/best_of_k.rst", "paper/sections/methods.typ"])
def test_edited_caption_or_text_reruns_the_paper_only(smoke_run: ProjectCopy, path: str) -> None:
    with smoke_run.changed(path, lambda text: text + "\nEdited.\n"):
        plan = smoke_run.plan("all")
    assert plan.rules == Counter(["paper", "all"])


def test_edited_style_reruns_every_figure_and_nothing_before(smoke_run: ProjectCopy) -> None:
    with smoke_run.changed("workflow/drawing.py", add_comment):
        plan = smoke_run.plan("all")
    assert drawn(plan) == set(FIGURES)
    assert steps(plan) == set()


def test_edited_selection_reruns_what_uses_it(smoke_run: ProjectCopy) -> None:
    module = "workflow/bestofk/selection.py"
    with smoke_run.changed(module, add_comment):
        plan = smoke_run.plan("all")
    directly = {message for message, reason in plan.jobs.items() if module in reason}
    using = {f"Computing the theory of {experiment}" for experiment in EXPERIMENTS}
    assert using <= directly
    # The Monte Carlo engine draws candidates: were it to use the theory, it could not test it.
    assert steps(plan) == {"theory", "collect"}
    assert drawn(plan) == set(FIGURES)


def test_edited_module_of_one_rule_leaves_the_others(smoke_run: ProjectCopy) -> None:
    with smoke_run.changed("scripts/claims.py", add_comment):
        plan = smoke_run.plan("all")
    assert set(plan.rules) == AT_THE_END


def test_other_version_of_a_package_reruns_what_imports_it(smoke_run: ProjectCopy) -> None:
    def other_matplotlib(text: str) -> str:
        return text.replace("from importlib.metadata import", "from sources_patch import", 1)

    patch = smoke_run.root / "workflow/sources_patch.py"
    patch.write_text(
        "from importlib.metadata import PackageNotFoundError, version as installed\n"
        "def version(name):\n"
        "    return '0.1' if name == 'matplotlib' else installed(name)\n"
    )
    try:
        with smoke_run.changed("workflow/bestofk/sources.py", other_matplotlib):
            plan = smoke_run.plan("all")
    finally:
        patch.unlink()
    assert drawn(plan) == set(FIGURES)
    assert steps(plan) == set()
    assert all("Params have changed" in plan.jobs[f"Drawing {figure}"] for figure in FIGURES)


@pytest.mark.parametrize(
    ("experiment", "old", "new", "again"),
    [
        ("equivalents", "replicates: 20", "replicates: 22", {"simulate"}),
        ("error_vs_k", "inputs: 200", "inputs: 300", {"simulate"}),
        ("error_vs_temperature", "k_theory: [2, 8, .inf]", "k_theory: [2, 8]", {"theory", "simulate"}),
        ("best_of_k", "noise_var: 1e-8", "noise_var: 1e-7", {"grid", "theory", "simulate"}),
        ("phase_diagram", "k_max: 1000", "k_max: 2000", {"theory"}),
        ("overview", "noise_var: 0.36", "noise_var: 0.25", {"grid", "theory", "simulate"}),
    ],
)
def test_edited_block_reruns_that_experiment_only(smoke_run, experiment, old, new, again) -> None:
    with smoke_run.changed(SMOKE, in_block(experiment, old, new)):
        plan = smoke_run.plan("all")
    assert steps(plan) == {*again, "collect"}
    assert drawn(plan) == drawn_from(experiment)
    verbs = "Laying|Computing|Simulating|Putting"
    before_figures = [message for message in plan.jobs if re.match(verbs, message)]
    assert len(before_figures) == sum(plan.rules[rule] for rule in steps(plan))
    assert all(re.search(rf"\b{experiment}\b", message) for message in before_figures)


def test_other_seed_reruns_what_draws_random_numbers(smoke_run: ProjectCopy) -> None:
    with smoke_run.changed(SMOKE, lambda text: text.replace("seed: 251219905", "seed: 1")):
        plan = smoke_run.plan("all")
    assert plan.rules["grid"] == 0
    assert plan.rules["simulate"] == len(list(smoke_run.root.glob("results/smoke/simulation/*/*.parquet")))


def test_committed_figures_do_not_look_like_a_finished_run(smoke_run: ProjectCopy) -> None:
    assert all((smoke_run.root / f"figures/{name}.pdf").exists() for name in FIGURES)
    plan = smoke_run.plan("all", parameters="workflow/config/paper.yaml")
    assert drawn(plan) == set(FIGURES)
    assert steps(plan) == {"grid", "theory", "simulate", "collect", "publish"}


# Damage


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


def test_no_figure_is_drawn_from_a_flipped_table(smoke_run: ProjectCopy) -> None:
    table = smoke_run.root / "results/smoke/tables/overview.parquet"
    picture = smoke_run.root / "results/smoke/figures/overview.pdf"
    whole, drawing = table.read_bytes(), picture.read_bytes()
    flip_one_bit(table)
    done = smoke_run.snakemake("--forcerun", "fig_overview", "--", "results/smoke/figures/overview.pdf")
    assert done.returncode != 0
    assert not picture.exists()
    said = done.stderr
    assert (
        "Rule fig_overview failed: results/smoke/tables/overview.parquet does not hold the bytes that "
        "its record names" in said
    )
    # The way to the error is shown once, from the log.
    assert said.count("Traceback") == 1
    table.write_bytes(whole)
    done = smoke_run.snakemake("results/smoke/figures/overview.pdf")
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes() == drawing


def test_damaged_tables_are_named_moved_aside_and_made_again(smoke_run: ProjectCopy) -> None:
    assert smoke_run.snakemake("all").returncode == 0
    before = smoke_run.hashes()
    damage = {
        "simulation/overview/0.parquet": flip_one_bit,
        "theory/best_of_k.parquet": truncate,
        "tables/phase_diagram.parquet": edit_value,
    }
    for name, harm in damage.items():
        harm(smoke_run.root / "results/smoke" / name)
    checked = smoke_run.bestofk("check", "--run", "smoke")
    assert checked.returncode == 1
    named = [line for line in checked.stdout.splitlines() if line]
    assert len(named) == len(damage)
    for name in damage:
        assert sum(f"results/smoke/{name} " in line for line in named) == 1

    # Another number of cores than in the run before.
    done = smoke_run.make("smoke", "CORES=1")
    assert done.returncode == 0, done.stderr
    for name in damage:
        assert f"results/smoke/{name} " in done.stdout
        assert (smoke_run.root / "results/smoke/discarded" / name).exists()
    assert smoke_run.hashes() == before
    assert smoke_run.bestofk("check", "--run", "smoke").returncode == 0
    # Not what was damaged alone: what was made from it was made again, and nothing else.
    done_rules = re.findall(r"^rule|^Finished jobid: \d+ \(Rule: (\w+)\)", done.stderr, flags=re.MULTILINE)
    assert Counter(done_rules)["theory"] == 1
    assert Counter(done_rules)["simulate"] == 1


# Stopping


def test_stopped_run_goes_on_and_ends_with_the_same_bytes(smoke_run: ProjectCopy, tmp_path: Path) -> None:
    copy = ProjectCopy(tmp_path / "elsewhere")
    targets = [f"results/smoke/figures/{name}.pdf" for name in ("overview", "best_of_k")]
    stop_after(copy.start(*targets, cores=1), copy, 2, signal.SIGINT)
    interrupted = {path: path.stat().st_mtime_ns for path in copy.records()}
    stop_after(copy.start(*targets, cores=1), copy, len(interrupted) + 3, signal.SIGKILL)
    # The last one may have been recorded by its job and not by the engine.
    finished = {path: path.stat().st_mtime_ns for path in copy.records()[:-1]}
    assert interrupted.items() <= finished.items()
    assert copy.snakemake(*targets, cores=1).returncode != 0, "the kill left no lock: nothing was tested"
    for name in ("overview", "best_of_k"):
        done = copy.make(f"fig-{name}", "RUN=smoke", "CORES=1")
        assert done.returncode == 0, done.stderr
    assert all(path.stat().st_mtime_ns == time for path, time in finished.items())
    again, first = copy.hashes(), smoke_run.hashes()
    assert len(again) >= 20
    assert again == {path: first[path] for path in again}


# What a run leaves


def test_one_core_draws_and_typesets_the_same_bytes(smoke_run: ProjectCopy) -> None:
    before = smoke_run.hashes()
    rules = ["numbers", "paper", *(f"fig_{name}" for name in FIGURES)]
    done = smoke_run.snakemake("--forcerun", *rules, "--", "all", cores=1)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Drawing ") == len(FIGURES)
    assert smoke_run.hashes() == before


def strings(value: object) -> list[str]:
    """Every key and text inside a JSON value."""
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in (key, *strings(item))]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    return [value] if isinstance(value, str) else []


def test_records_hold_nothing_of_machine_or_time(smoke_run: ProjectCopy) -> None:
    records = smoke_run.records()
    assert len(records) > 30
    for path in records:
        record = json.loads(path.read_text())
        assert set(record) == {
            *("rule", "script", "sources", "inputs", "outputs", "configuration", "versions", "wildcards"),
            *("seeds", "recipes", "recipe"),
        }
        texts = strings(record)
        assert not [text for text in texts if Path(text).is_absolute() or ".." in Path(text).parts]
        assert not [text for text in texts if re.search(r"\d{4}-\d\d-\d\d|\d\d:\d\d|@|://|\\", text)]
        assert str(Path.home()) not in path.read_text()


def test_smoke_run_leaves_the_published_files_alone(smoke_run: ProjectCopy) -> None:
    assert {"paper/paper.pdf", "figures/overview.pdf"} <= set(smoke_run.published)
    assert smoke_run.hashes("figures") | smoke_run.hashes("paper") == smoke_run.published


def test_rules_run_without_publishing_in_smoke(smoke_run: ProjectCopy) -> None:
    listed = smoke_run.snakemake("--list-rules").stdout.split()
    assert "publish" not in listed
    assert (
        "publish"
        in smoke_run.snakemake("--list-rules", parameters="workflow/config/paper.yaml").stdout.split()
    )
