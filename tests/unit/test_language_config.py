"""The configuration of a run with a language model: every mistake is a sentence that names the key."""

from __future__ import annotations

from pathlib import Path

import pytest
from bestofk.config import ConfigurationError
from bestofk.language_config import load

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "workflow/config/language_model.yaml").read_text()


@pytest.mark.parametrize("name", ["language_model", "language_model_smoke"])
def test_configuration_of_the_project_is_allowed(name: str) -> None:
    assert load(ROOT / f"workflow/config/{name}.yaml")["run"] == name


def test_planned_pool_is_the_one_that_was_announced() -> None:
    planned = load(ROOT / "workflow/config/language_model.yaml")
    assert planned["tasks"] == {"tab": {"questions": 121}, "add2": {"questions": 300}}
    assert planned["analysis"]["k"] == [1, 2, 4, 8, 16, 32]
    assert 2 * planned["analysis"]["k"][-1] == planned["candidates"] == 64


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("slots: 64", "slot: 64", r"model\.slot is an unknown key; did you mean slots\? It must be one of"),
        ("slots: 64", "slots: 0", r"model\.slots is 0; it must be an integer from 1 to 256"),
        (
            "  wheel: llm",
            "  path: a.gguf\n  wheel: llm",
            "model holds wheel and path; it must hold exactly one",
        ),
        ("  sha256: b", "  name: b", r"model\.sha256 is missing, but wheel needs it; it must be 64 hexa"),
        ("questions: 121", "questions: 122", r"tasks\.tab\.questions is 122; it must be an integer from 2"),
        ("temperature: 1.0", "temperature: 0", "temperature is 0; it must be a number from 0.01 to 10"),
        ("temperature: 1.0", "temperature: .nan", "temperature is nan; it must be a number"),
        ("16, 32]", "16, 33]", r"analysis\.k holds 33; it must be at most 32, half of candidates"),
        ("16, 32]", "32, 16]", r"analysis\.k is \[1, 2, 4, 8, 32, 16\]; it must be an increasing list"),
        ("judge: ll2", "judge: ll9", r"analysis\.judge is \"ll9\"; it must be one of ll2"),
        (
            "[ll2, ll2_open",
            "[ll2_open",
            r"analysis\.judge is ll2; it must be one of judges, ll2_open, gen_ll, ll, yes0",
        ),
        ("seed: 2", "seed: 1\nseed: 2", "seed is given twice, on lines 5 and 6"),
        ("run: language_model", "run: paper", 'run is "paper"; it must be language_model, or that with'),
        ("run: language_model", "run: [", "a plain YAML|expected"),
    ],
)
def test_mistake_is_a_sentence(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert old in TEXT
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT.replace(old, new, 1))
    with pytest.raises(ConfigurationError, match=sentence):
        load(path)


@pytest.mark.parametrize(
    ("model", "allowed"),
    [
        ("{url: 'http://127.0.0.1:8080/v1', timeout: 60, slots: 8}", True),
        ("{url: 'http://127.0.0.1:8080/v1', slots: 8}", False),
        ("{url: 'ftp://127.0.0.1/v1', timeout: 60, slots: 8}", False),
        (f"{{path: models/mine.gguf, sha256: {'0' * 64}, slots: 8}}", True),
        (f"{{path: models/mine.bin, sha256: {'0' * 64}, slots: 8}}", False),
    ],
)
def test_other_models_are_a_path_or_a_url(tmp_path: Path, model: str, allowed: bool) -> None:
    start, end = TEXT.index("model:\n"), TEXT.index("# Times tables")
    path = tmp_path / "mine.yaml"
    path.write_text(f"{TEXT[:start]}model: {model}\n{TEXT[end:]}")
    if allowed:
        assert load(path)["model"]["slots"] == 8
    else:
        with pytest.raises(ConfigurationError, match=r"^model"):
            load(path)
