"""What runs again after which edit, and what a run leaves and does not touch."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml
from project_copy import ROOT, Plan, ProjectCopy, figure_table

SMOKE = "workflow/config/smoke.yaml"
FIGURES = figure_table()
EXPERIMENTS = sorted({name for entry in FIGURES.values() for name in entry["experiments"]})

#: Rules that wait for everything; what follows every edit of a number is not what a test is about.
AT_THE_END = {"claims", "numbers", "paper", "appendix", "verify", "all"}


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


def test_touching_every_file_reruns_nothing(smoke_run: ProjectCopy) -> None:
    for path in smoke_run.root.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            os.utime(path)
    assert smoke_run.plan("all").rules == Counter()


def test_edited_figure_script_reruns_that_figure_and_the_paper(smoke_run: ProjectCopy) -> None:
    figure = "error_vs_k"
    with smoke_run.changed(f"scripts/figures/{figure}.py", add_comment):
        plan = smoke_run.plan("all")
    # verify compares the numbers that were drawn.
    # The appendix names the packages of every figure.
    assert plan.rules == Counter([f"fig_{figure}", "paper", "appendix", "verify", "all"])


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("workflow/captions/best_of_k.rst", ["paper"]),
        # The appendix repeats the paper's equations.
        ("paper/sections/methods.typ", ["paper", "appendix"]),
    ],
)
def test_edited_caption_or_text_reruns_what_prints_it(smoke_run, path: str, again: list[str]) -> None:
    with smoke_run.changed(path, lambda text: text + "\nEdited.\n"):
        plan = smoke_run.plan("all")
    assert plan.rules == Counter([*again, "all"])


def test_edited_style_reruns_every_figure_and_nothing_before(smoke_run: ProjectCopy) -> None:
    with smoke_run.changed("workflow/drawing.py", add_comment):
        plan = smoke_run.plan("all")
    assert drawn(plan) == set(FIGURES)
    assert steps(plan) == set()


def of_kind(*kinds: str) -> set[str]:
    """The experiments of some kinds."""
    blocks = yaml.safe_load((ROOT / SMOKE).read_text())["experiments"]
    return {name for name, block in blocks.items() if block["kind"] in kinds}


def test_edited_selection_reruns_what_uses_it(smoke_run: ProjectCopy) -> None:
    module = "workflow/bestofk/selection.py"
    with smoke_run.changed(module, add_comment):
        plan = smoke_run.plan("all")
    using = of_kind(
        *("selection", "phase_diagram", "phase_edges", "one_input", "expansion_orders", "universality"),
        *("task_difficulty", "decay_exponent", "replicate_spread", "quadrature"),
        *("aggregation", "aggregation_map", "half_temperature"),
    )
    edited = {message for message, reason in plan.jobs.items() if module in reason}
    assert edited >= {f"Computing the theory of {experiment}" for experiment in using}
    # The Monte Carlo engine draws candidates: were it to use the theory, it could not test it. One experiment
    # averages the theory over the inputs that it simulates, beside what it simulates; another takes from it
    # the share by which it combines two answers, whose error it then simulates; the last predicts from the
    # order parameters of a split the error that it then measures on it.
    simulated = [message for message in edited if message.startswith("Simulating")]
    simulating = {message.split()[1].rstrip(",") for message in simulated}
    assert simulating == {"universality", "aggregation", "real_data", "neural_networks"}
    assert steps(plan) == {"theory", "simulate", "collect"}
    assert plan.rules["theory"] == len(using)
    assert plan.rules["simulate"] == len(simulated)
    assert drawn(plan) == drawn_from(*using, "real_data", "neural_networks")


@pytest.mark.parametrize(("folder", "rule"), [("theories", "theory"), ("simulations", "simulate")])
def test_edited_kind_reruns_its_experiments(smoke_run: ProjectCopy, folder: str, rule: str) -> None:
    with smoke_run.changed(f"workflow/{folder}/illustration.py", add_comment):
        plan = smoke_run.plan("all")
    assert steps(plan) == {rule, "collect"}
    assert drawn(plan) == drawn_from(*of_kind("illustration"))


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
        ("equivalents", "replicates: [40, 20, 20]", "replicates: [40, 22, 20]", {"simulate"}),
        ("error_vs_temperature", "k_theory: [2, 8, .inf]", "k_theory: [2, 9, .inf]", {"theory", "simulate"}),
        ("best_of_k", "noise_var: 1e-8", "noise_var: 1e-7", {"grid", "theory", "simulate"}),
        ("phase_diagram", "k_max: 1000", "k_max: 2000", {"theory"}),
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
    with smoke_run.changed(SMOKE, lambda text: text.replace("seed: 20261125", "seed: 1")):
        plan = smoke_run.plan("all")
    assert plan.rules["grid"] == 0
    assert plan.rules["simulate"] == len(list(smoke_run.root.glob("results/smoke/simulation/*/*.parquet")))


def test_committed_figures_do_not_look_like_a_finished_run(smoke_run: ProjectCopy) -> None:
    assert all((smoke_run.root / f"figures/{name}.pdf").exists() for name in FIGURES)
    plan = smoke_run.plan("all", parameters="workflow/config/paper.yaml")
    assert drawn(plan) == set(FIGURES)
    assert steps(plan) == {
        *("grid", "data_grid", "pool_grid", "theory", "simulate", "collect", "estimate", "publish")
    }


# What a run leaves


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
