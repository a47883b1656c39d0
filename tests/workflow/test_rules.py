"""How the rules are written: each says what it does, logs, is measured, and names what decides its output."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from project_copy import ROOT, ProjectCopy

RULE_FILES = sorted((ROOT / "workflow/rules").glob("*.smk"))


def rules_with_a_script() -> dict[str, tuple[Path, str]]:
    """The file and the text of each rule that runs a script."""
    found = {}
    for path in RULE_FILES:
        for block in re.split(r"^ *(?:rule|checkpoint)\b", path.read_text(), flags=re.MULTILINE)[1:]:
            if re.search(r"^\s+(script|shell|run|notebook|wrapper):", block, flags=re.MULTILINE):
                name = re.match(r" *(\w*):(?:\s*name:\s*f?\"(.*)\")?", block)
                found[name[1] or name[2]] = path, block
    return found


RULES = rules_with_a_script()


def test_rules_are_found() -> None:
    assert {"grid", "theory", "simulate", "collect", "claims", "numbers", "paper", "verify"} <= set(RULES)
    assert "fig_{figure}" in RULES


@pytest.mark.parametrize("name", RULES)
def test_rule_is_complete(name: str) -> None:
    _, text = RULES[name]
    directives = set(re.findall(r"^\s+(\w+):$", text, flags=re.MULTILINE))
    assert {"input", "output", "params", "log", "benchmark", "message", "conda", "script"} <= directives
    for named in (
        r"sources=(lambda wildcards: )?sources\(",
        "record=",
        "configuration=",
        r"versions=.*versions\(",
    ):
        assert re.search(named, text), f"the rule {name} has no {named}"
    assert "run" not in directives


@pytest.mark.parametrize("name", sorted(set(RULES) - {"fig_{figure}"}))
def test_rule_and_script_bear_the_same_name(name: str) -> None:
    text = re.sub(r"\s", "", RULES[name][1])
    assert f'script:"../../scripts/{name}.py"' in text
    assert f'sources("scripts/{name}.py"' in text
    assert f'versions("scripts/{name}.py"' in text
    assert (ROOT / f"scripts/{name}.py").is_file()


def test_snakefile_is_short() -> None:
    assert len((ROOT / "Snakefile").read_text().splitlines()) <= 60


@pytest.mark.parametrize("run", ["smoke", "paper"])
def test_engine_finds_nothing_to_improve(smoke_run: ProjectCopy, run: str) -> None:
    done = smoke_run.snakemake("--lint", parameters=f"workflow/config/{run}.yaml")
    assert done.returncode == 0, done.stderr


def test_scripts_of_figures_are_told_apart(smoke_run: ProjectCopy) -> None:
    """A loop's variable in ``script:`` is read after the loop: every figure would run the last script."""
    for path in sorted(smoke_run.root.glob("results/smoke/figures/*.csv")):
        others = [other for other in path.parent.glob("*.csv") if other != path]
        assert all(path.read_bytes() != other.read_bytes() for other in others)
    assert "{params.figure}" in RULES["fig_{figure}"][1]


def test_cluster_profile_groups_rules_that_exist() -> None:
    profile = yaml.safe_load((ROOT / "profiles/slurm/config.yaml").read_text())
    assert profile["executor"] == "slurm"
    assert {group.split("=")[0] for group in profile["groups"]} <= set(RULES)
    default = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text())
    # The default profile would win: what stands in both has no effect in this one.
    assert not set(profile) & set(default)


def test_reruns_do_not_look_at_the_time_of_scripts() -> None:
    default = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text())
    assert set(default["rerun-triggers"]) == {"mtime", "params", "input", "software-env"}


@pytest.mark.parametrize("folder", ["theories", "simulations"])
def test_every_kind_has_its_module(folder: str) -> None:
    schema = json.loads((ROOT / "workflow/schemas/config.schema.json").read_text())
    blocks = [
        block["properties"] for block in schema["$defs"].values() if "kind" in block.get("properties", {})
    ]
    # Estimates from a committed pool have neither theory nor simulation, and some theory is not simulated.
    chained = [block for block in blocks if "estimates" not in block]
    kinds = {block["kind"]["const"] for block in chained if folder == "theories" or "simulation" in block}
    assert {path.stem for path in (ROOT / "workflow" / folder).glob("[a-z]*.py")} == kinds
