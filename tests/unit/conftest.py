"""A small made-up project with a finished, published run, for the tests of records, traces and checks."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from bestofk import provenance
from bestofk.sources import installed_version

ROOT = Path(__file__).resolve().parents[2]
SEEDS = "SeedSequence(seed, spawn_key=(crc32(experiment), seed_key of the training problem, replicate))"


class Project:
    """Writes artifacts with their records, relative to the working folder."""

    def make(
        self,
        rule: str,
        outputs: Mapping[str, str | list | dict],
        *,
        inputs: Sequence[str] = (),
        configuration: Mapping[str, object] | None = None,
        wildcards: Mapping[str, str] | None = None,
        seeds: str = "",
        versions: Mapping[str, str] | None = None,
    ) -> None:
        """Run a pretended job: write its outputs and its record."""
        script = Path("scripts", f"{rule}.py")
        if not script.exists():
            provenance.write_atomic(script, f"# {rule}\n")
        for path, content in outputs.items():
            write = provenance.write_atomic if isinstance(content, str) else provenance.write_json
            write(path, content)
        record = provenance.make_record(
            rule=rule,
            sources=[script, "workflow/adapter.py"],
            inputs=inputs,
            outputs=list(outputs),
            configuration=configuration or {},
            versions=versions or {"numpy": installed_version("numpy")},
            wildcards=wildcards or {},
            seeds=seeds,
        )
        provenance.write_json(provenance.record_path(next(iter(outputs))), record)

    def experiment(self, folder: str, name: str, configuration: Mapping[str, object]) -> None:
        """Grid, three batches of simulation, table and figure of an experiment."""
        problem = configuration["experiments"][name]["problem"]
        settings = {f"experiments.{name}.problem": problem}
        wildcards = {"experiment": name}
        grid = f"{folder}/grid/{name}.csv"
        self.make("grid", {grid: f"point\n{name}\n"}, configuration=settings, wildcards=wildcards)
        batches = [f"{folder}/simulation/{name}/{batch}.parquet" for batch in range(3)]
        for batch, path in enumerate(batches):
            self.make(
                "simulate",
                {path: f"rows {batch} of {name}"},
                inputs=[grid],
                configuration={"seed": configuration["seed"], **settings},
                wildcards={**wildcards, "batch": str(batch)},
                seeds=SEEDS,
            )
        table = f"{folder}/tables/{name}.parquet"
        self.make("collect", {table: f"table {name}"}, inputs=[grid, *batches], wildcards=wildcards)
        drawn = {f"{folder}/figures/{name}.{suffix}": f"{name} {suffix}" for suffix in ("pdf", "png", "csv")}
        self.make(f"fig_{name}", drawn, inputs=[table])

    def run(self, name: str, publish) -> None:
        """Everything a finished run leaves."""
        text = (ROOT / "workflow/config/smoke.yaml").read_text().replace("run: smoke", f"run: {name}")
        provenance.write_atomic(f"workflow/config/{name}.yaml", text)
        from bestofk import config

        configuration = config.loads(text)
        folder = f"results/{name}"
        experiments = ("equivalents", "error_vs_k")
        for experiment in experiments:
            self.experiment(folder, experiment, configuration)
        tables = [f"{folder}/tables/{experiment}.parquet" for experiment in experiments]
        ledger = [
            {
                "id": "curves_agree",
                "sentence": "Theory agrees with simulation.",
                "measured": "1.001",
                "expected": "1 ± 0.01",
                "verdict": "holds",
                "from": [tables[1]],
            },
            {
                "id": "law",
                "sentence": "The error has a limit.",
                "measured": "0.51",
                "expected": "0.5 ± 0.1",
                "verdict": "undecided",
                "from": [tables[1]],
            },
        ]
        claims, numbers = f"{folder}/claims.json", f"{folder}/numbers.json"
        self.make("claims", {claims: ledger}, inputs=tables)
        entries = {
            "seed": {"value": 1, "text": "1", "from": []},
            "error_vs_k_best": {"value": [8.25, 0.5], "text": "8.2(5)", "from": [tables[1]]},
            # Also the id of a claim, which comes from another table.
            "law": {"value": 0.5, "text": "0.50", "from": [tables[0]]},
        }
        seed = {"seed": configuration["seed"]}
        self.make("numbers", {numbers: entries}, inputs=[*tables, claims], configuration=seed)
        figures = [
            f"{folder}/figures/{experiment}.{suffix}"
            for experiment in experiments
            for suffix in ("pdf", "png", "csv")
        ]
        paper = f"{folder}/paper.pdf"
        appendix = f"{folder}/appendix.pdf"
        self.make("paper", {paper: "pages"}, inputs=[numbers, claims, *figures])
        self.make("appendix", {appendix: "more pages"}, inputs=[numbers, claims])
        if name == "paper":
            stamp = f"{folder}/published.json"
            given = (figures, paper, appendix, numbers, claims)
            publish.main(*given, verification="", published=stamp, configuration={})
            self.make("publish", {stamp: Path(stamp).read_text()}, inputs=[*figures, paper, appendix])


@pytest.fixture(scope="session")
def finished_project(tmp_path_factory, script) -> Path:
    """The project as a run leaves it, made once."""
    folder = tmp_path_factory.mktemp("project")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        provenance.write_atomic("workflow/adapter.py", "# adapter\n")
        project = Project()
        for name in ("paper", "smoke"):
            project.run(name, script("publish"))
    return folder


@pytest.fixture
def project(finished_project, tmp_path, monkeypatch) -> Project:
    """A fresh copy of the finished project, as the working folder."""
    shutil.copytree(finished_project, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return Project()
