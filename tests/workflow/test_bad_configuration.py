"""A bad configuration is refused by the pipeline itself, before any job, in one sentence about the key."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from project_copy import ProjectCopy

SMOKE = "workflow/config/smoke.yaml"

#: What is wrong: the key, an edit of smoke.yaml inside one block, and the one sentence that refuses it.
CASES = {
    "negative variance": (
        "error_vs_k",
        "noise_var: 1e-8",
        "noise_var: -1e-8",
        "experiments.error_vs_k.problem.noise_var is -1e-08; it must be a number greater than 0",
    ),
    "no candidates": (
        "best_of_k",
        "k: [1, 2,",
        "k: [0, 2,",
        "experiments.best_of_k.selection.k[0] is 0; it must be an integer from 1 to",
    ),
    "negative temperature": (
        "best_of_k",
        "temperature: [0.0]",
        "temperature: [-0.5]",
        "experiments.best_of_k.selection.temperature[0] is -0.5; it must be a number from 0 to",
    ),
    "nan": (
        "equivalents",
        "prior_var: 1.0",
        "prior_var: .nan",
        "experiments.equivalents.problem.prior_var is nan; it must be a number greater than 0",
    ),
    "no training data": (
        "error_vs_k",
        "n_train: [10000]",
        "n_train: [0]",
        "experiments.error_vs_k.problem.n_train[0] is 0; it must be an integer from 1 to",
    ),
    "empty grid": (
        "error_vs_k",
        "n_features: [10]",
        "n_features: []",
        "experiments.error_vs_k.problem.n_features is []; it must be a list of at least one value",
    ),
    "negative eigenvalue": (
        "best_of_k",
        "- {shape: isotropic, scale: 1.0}",
        "- {shape: values, values: [1, 1, 1, 1, 1, 1, 1, 1, 1, -1]}",
        "experiments.best_of_k.problem.spectrum[0].values[9] is -1; it must be a number from 0 to",
    ),
    "reward of the wrong length": (
        "best_of_k",
        "reward: {overshoot: [0.0]}",
        "reward: {weights: [[1.0, 2.0]]}",
        "experiments.best_of_k.problem.reward.weights[0] holds 2 numbers; it must hold n_features of them, ",
    ),
    "unknown experiment": (
        "best_of_k",
        "  best_of_k:",
        "  best_of_n: {}\n  best_of_k:",
        "experiments.best_of_n is an unknown key; did you mean best_of_k? It must be one of",
    ),
    "unknown key": (
        "error_vs_k",
        "k_theory:",
        "seed: 3\n      k_theory:",
        "experiments.error_vs_k.selection.seed is an unknown key; it must be one of",
    ),
    "missing key": (
        "error_vs_k",
        "prior_var: 1e-6",
        "",
        "experiments.error_vs_k.problem.prior_var is missing; it must be a number greater than 0",
    ),
    "wrong type": (
        "error_vs_k",
        "replicates: 20",
        "replicates: twenty",
        'experiments.error_vs_k.simulation.replicates is "twenty"; it must be an integer from',
    ),
    "key given twice": (
        "equivalents",
        "noise_var: 0.25",
        "noise_var: 0.25\n      noise_var: 0.5",
        "experiments.equivalents.problem.noise_var is given twice, on lines",
    ),
    "fewer replicates than batches": (
        "equivalents",
        "batches: 2",
        "batches: 40",
        "experiments.equivalents.simulation.batches is 40; it must be at most replicates, 20.",
    ),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    return ProjectCopy(tmp_path_factory.mktemp("bad") / "project")


@pytest.fixture(scope="module")
def refusals(copy: ProjectCopy) -> dict[str, subprocess.CompletedProcess[str]]:
    """Snakemake's answer to each bad configuration; asked two at a time."""
    text = (copy.root / SMOKE).read_text()
    for number, (name, (experiment, old, new, _)) in enumerate(CASES.items()):
        start = text.index(f"  {experiment}:")
        assert old in text[start:], name
        (copy.root / f"bad{number}.yaml").write_text(text[:start] + text[start:].replace(old, new, 1))
    with ThreadPoolExecutor(2) as pool:
        files = [f"bad{number}.yaml" for number in range(len(CASES))]
        answers = pool.map(lambda file: copy.snakemake("all", parameters=file), files)
        return dict(zip(CASES, answers, strict=True))


@pytest.mark.parametrize("name", CASES)
def test_pipeline_refuses_in_one_sentence(copy: ProjectCopy, refusals, name: str) -> None:
    done, sentence = refusals[name], CASES[name][3]
    assert done.returncode == 1
    # Snakemake names the profile that it found; nothing else may stand beside the sentence.
    said = [line for line in done.stderr.splitlines() if line and "profile" not in line]
    assert len(said) == 1
    assert said[0].startswith(sentence)
    assert said[0].endswith(".")
    assert done.stdout == ""
    assert not (copy.root / "results").exists(), "a job was started"


def test_every_error_is_told_at_once(copy: ProjectCopy) -> None:
    bad = (
        (copy.root / SMOKE).read_text().replace("seed: 20261125", "seed: -1").replace("confidence: 0.99", "")
    )
    (copy.root / "two.yaml").write_text(bad)
    said = copy.snakemake("all", parameters="two.yaml").stderr
    assert "seed is -1; it must be an integer from 0" in said
    assert "confidence is missing; it must be a number" in said


def test_unchecked_way_to_give_a_configuration_is_refused(copy: ProjectCopy) -> None:
    done = copy.run(*copy.snakemake_command()[:3], "--configfile", SMOKE, "--cores", "1", "all")
    assert done.returncode == 1
    assert "Give the parameter file as `--config parameters=FILE`" in done.stderr
    assert "Traceback" not in done.stderr


def test_absent_file_is_named(copy: ProjectCopy) -> None:
    done = copy.snakemake("all", parameters="nowhere.yaml")
    assert done.returncode == 1
    assert "nowhere.yaml cannot be read" in done.stderr
    assert "Traceback" not in done.stderr


def test_make_passes_the_sentence_on(copy: ProjectCopy) -> None:
    (copy.root / "seed.yaml").write_text((copy.root / SMOKE).read_text().replace("seed: 20261125", "seed: x"))
    done = copy.make("smoke", "PARAMETERS=seed.yaml")
    assert done.returncode == 2
    assert 'seed is "x"; it must be an integer from 0' in done.stderr
    assert "Traceback" not in done.stderr
    assert not (copy.root / "results").exists()
