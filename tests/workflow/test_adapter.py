"""The bridge between engine and scripts: what reaches the function, what is recorded, and what is said."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.iocontainers import Namedlist


class Named(Namedlist):
    """Paths with names as the engine hands them over: a list of one is still a list."""

    def __init__(self, **named):
        flat = [path for value in named.values() for path in ([value] if isinstance(value, str) else value)]
        super().__init__(toclone=flat)
        self._given = named
        for name, value in named.items():
            setattr(self, name, value)

    def items(self):
        return self._given.items()

    def get(self, key, default=None):
        return self._given.get(key, default)


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("grow.py").write_text("# grow\n")
    return SimpleNamespace(
        rule="grow",
        input=Named(sources=["grow.py"]),
        output=Named(table="out/a.csv", record="out/a.record.json"),
        params=Named(configuration={"seed": 3}, versions={}, experiment="a"),
        wildcards=Named(experiment="a"),
        log=["grow.log"],
    )


@pytest.fixture(scope="module")
def adapter(script):
    import adapter

    return adapter


def write(path: str) -> None:
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text("1\n")


def test_function_gets_what_is_data_and_the_job_is_recorded(adapter, job) -> None:
    given = {}

    def main(**arguments):
        given.update(arguments)
        print("grown")
        write(arguments["table"])

    adapter.run(main, job)
    assert given == {"table": "out/a.csv", "configuration": {"seed": 3}, "experiment": "a"}
    record = json.loads(Path("out/a.record.json").read_text())
    assert list(record["outputs"]) == ["out/a.csv"]
    assert list(record["sources"]) == ["grow.py"]
    assert Path("grow.log").read_text() == "grown\n"


def test_failure_is_one_sentence_and_its_way_is_in_the_log(adapter, job) -> None:
    def main(**arguments):
        raise ValueError("k is 0; it must be at least 1.")

    with pytest.raises(SystemExit) as stopped:
        adapter.run(main, job)
    assert stopped.value.code == "Rule grow failed: k is 0; it must be at least 1. (ValueError)"
    assert "Traceback" in Path("grow.log").read_text()
    assert not Path("out/a.record.json").exists()


def test_edit_while_a_job_runs_is_not_taken_for_what_it_ran(adapter, job) -> None:
    """The output is newer than the edit: nothing else would ever tell that it was made by the old text."""

    def main(**arguments):
        write(arguments["table"])
        Path("grow.py").write_text("# edited\n")

    with pytest.raises(SystemExit) as stopped:
        adapter.run(main, job)
    assert stopped.value.code == "Rule grow has to run again: grow.py changed while it ran."
    assert not Path("out/a.record.json").exists()
