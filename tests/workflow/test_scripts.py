"""What the small scripts compute themselves: statistics, verdicts, texts of numbers, what is published."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from bestofk import provenance
from bestofk.provenance import ArtifactError
from snakemake.iocontainers import Namedlist

NAN = math.nan


#: Replicates 0, 1, 2 of one curve at k = 1 and 4, each the sum over 10 inputs.
SUMS = {1.0: [20.0, 26.0, 23.0], 4.0: [10.0, 14.0, 15.0]}


class TestReplicateStatistics:
    def batches(self) -> pd.DataFrame:
        rows = [
            ("p", "error", k, 2.0, replicate, 10, total)
            for k, sums in SUMS.items()
            for replicate, total in enumerate(sums)
        ]
        return pd.DataFrame(rows, columns=["point", "quantity", "k", "temperature", "replicate", "n", "sum"])

    def test_mean_and_standard_error_are_over_replicates(self, script):
        row = script("collect").replicate_statistics(self.batches()).loc["p", 1.0, 2.0, "error"]
        # Means 2.0, 2.6, 2.3: mean 2.3, standard deviation 0.3.
        assert row["simulation"] == pytest.approx(2.3, rel=1e-14)
        assert row["standard_error"] == pytest.approx(0.3 / math.sqrt(3), rel=1e-13)
        assert row["replicates"] == 3

    def test_difference_to_the_largest_k_is_paired(self, script):
        table = script("collect").replicate_statistics(self.batches())
        row = table.loc["p", 1.0, 2.0, "error"]
        # Differences 1.0, 1.2, 0.8: mean 1, standard deviation 0.2; unpaired errors would give 0.24.
        assert row["difference"] == pytest.approx(1.0, rel=1e-14)
        assert row["difference_standard_error"] == pytest.approx(0.2 / math.sqrt(3), rel=1e-13)
        last = table.loc["p", 4.0, 2.0, "error"]
        assert (last["difference"], last["difference_standard_error"]) == (0.0, 0.0)

    def test_order_of_rows_does_not_matter(self, script):
        statistics = script("collect").replicate_statistics
        shuffled = self.batches().sample(frac=1, random_state=3)
        pd.testing.assert_frame_equal(statistics(shuffled), statistics(self.batches()), check_exact=True)

    def test_curves_do_not_mix(self, script):
        statistics = script("collect").replicate_statistics
        other = self.batches().assign(point="q", sum=lambda frame: 3 * frame["sum"])
        hotter = self.batches().assign(temperature=5.0, sum=1.0)
        together = statistics(pd.concat([self.batches(), other, hotter], ignore_index=True))
        of_p, of_q = (together.loc[point].xs(2.0, level="temperature") for point in ("p", "q"))
        alone = statistics(self.batches()).loc["p"].xs(2.0, level="temperature")
        pd.testing.assert_frame_equal(of_p, alone)
        for column in ("simulation", "standard_error", "difference", "difference_standard_error"):
            np.testing.assert_allclose(of_q[column], 3 * alone[column], rtol=1e-12)

    def test_one_replicate_has_no_standard_error(self, script):
        one = self.batches().query("replicate == 0")
        assert script("collect").replicate_statistics(one)["standard_error"].isna().all()


class TestCollect:
    @pytest.fixture
    def run(self, script, tmp_path):
        """Collect a made-up experiment: two points, two batches, and rows without k and temperature."""
        grid = pd.DataFrame({"point": ["123456789012", "b"], "noise_var": [0.5, 0.25]})
        theory = [
            ("123456789012", 1.0, 2.0, "error", "exact", 1.0),
            ("123456789012", 1.0, 2.0, "error", "one_point", 1.1),
            ("123456789012", np.inf, 2.0, "error", "exact", 0.9),
            ("123456789012", NAN, NAN, "s2", "two_point", 0.6),
            ("123456789012", NAN, 2.0, "optimal_k", "exact", 8.0),
            ("b", NAN, NAN, "s2", "two_point", 0.3),
        ]
        simulation = [
            [("123456789012", "error", 1.0, 2.0, 0, 10, 11.0), ("b", "s2", NAN, NAN, 0, 1, 0.31)],
            [("123456789012", "error", 1.0, 2.0, 1, 10, 13.0), ("b", "s2", NAN, NAN, 1, 1, 0.35)],
        ]
        names = ["point", "k", "temperature", "quantity", "method", "value"]
        measured = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]
        provenance.write_table(grid, tmp_path / "grid.csv")
        provenance.write_table(pd.DataFrame(theory, columns=names), tmp_path / "theory.parquet")
        for batch, rows in enumerate(simulation):
            provenance.write_table(pd.DataFrame(rows, columns=measured), tmp_path / f"{batch}.parquet")

        def collect(kind: str, batches=(0, 1)) -> pd.DataFrame:
            paths = [str(tmp_path / f"{batch}.parquet") for batch in batches]
            inputs = {"grid": str(tmp_path / "grid.csv"), "theory": str(tmp_path / "theory.parquet")}
            table = str(tmp_path / "table.parquet")
            script("collect").main(**inputs, simulation=paths, table=table, kind=kind, configuration={})
            return provenance.read_table(table)

        return collect

    def test_rows_without_k_and_temperature_meet(self, run):
        table = run("selection")
        assert len(table) == 5
        row = table[(table["point"] == "b") & (table["quantity"] == "s2")].iloc[0]
        assert row["two_point"] == 0.3
        assert row["simulation"] == pytest.approx(0.33)
        assert row["standard_error"] == pytest.approx(0.02)
        assert row["difference"] == 0.0
        assert row["noise_var"] == 0.25

    def test_deviation_is_in_standard_errors_of_the_simulation(self, run):
        table = run("selection").set_index("quantity")
        error = table.loc["error"].set_index("k").loc[1.0]
        assert error["z"] == pytest.approx((1.2 - 1.0) / 0.1)
        assert error["one_point"] == 1.1

    def test_theory_that_was_not_simulated_stays(self, run):
        table = run("selection")
        alone = table[table["simulation"].isna()]
        assert alone["quantity"].tolist() == ["error", "optimal_k", "s2"]
        assert alone["noise_var"].tolist() == [0.5, 0.5, 0.5]
        assert alone["z"].isna().all()

    def test_order_of_the_batches_does_not_matter(self, run):
        pd.testing.assert_frame_equal(run("selection", (1, 0)), run("selection", (0, 1)), check_exact=True)

    def test_what_is_drawn_of_an_illustration_is_passed_on(self, run):
        assert len(run("illustration")) == 4

    def test_theory_by_other_columns_is_passed_on(self, run, tmp_path):
        cells = pd.DataFrame({"kappa": [0.1, 0.2], "optimal_k": [8.0, np.inf]})
        provenance.write_table(cells, tmp_path / "theory.parquet")
        pd.testing.assert_frame_equal(run("phase_diagram", ()), cells)


class TestNumbers:
    def declare(self, script, tmp_path, monkeypatch, value) -> dict:
        numbers = script("numbers")
        declarations = {
            "general": lambda frame, block: {"seed": (block["general"]["seed"], "7")},
            "tiny": lambda frame, block: {"best": (value(frame), "x"), "size": (block["size"], "3")},
        }
        monkeypatch.setattr(numbers, "DECLARATIONS", declarations)
        table = str(tmp_path / "tiny.parquet")
        provenance.write_table(pd.DataFrame({"x": [1.5, math.nan]}), table)
        configuration = {"seed": 7, "experiments": {"tiny": {"size": 3}}}
        numbers.main([table], "claims.json", str(tmp_path / "numbers.json"), configuration)
        return {"table": table, "written": provenance.read_json(tmp_path / "numbers.json")}

    def test_entries_bear_the_experiment_and_its_table(self, script, tmp_path, monkeypatch):
        result = self.declare(script, tmp_path, monkeypatch, lambda frame: [frame["x"].iloc[0], math.inf])
        assert result["written"] == {
            "seed": {"value": 7, "text": "7", "from": []},
            "tiny_best": {"value": [1.5, "inf"], "text": "x", "from": [result["table"]]},
            "tiny_size": {"value": 3, "text": "3", "from": [result["table"]]},
        }

    def test_number_that_is_none_is_refused_by_name(self, script, tmp_path, monkeypatch):
        with pytest.raises(ValueError, match=r"tiny_best\.value is nan"):
            self.declare(script, tmp_path, monkeypatch, lambda frame: frame["x"].iloc[1])


class TestPublish:
    FIGURES = ("results/paper/figures/a.pdf", "results/paper/figures/a.csv")
    PAPER, APPENDIX = "results/paper/paper.pdf", "results/paper/appendix.pdf"
    NUMBERS, CLAIMS = "results/paper/numbers.json", "results/paper/claims.json"
    STAMP = "results/paper/published.json"

    @pytest.fixture(autouse=True)
    def made(self, tmp_path, monkeypatch):
        """A grid, a table from it, a figure from that, and a paper."""
        monkeypatch.chdir(tmp_path)
        provenance.write_atomic("scripts/x.py", "")
        self.make(["results/paper/grid/a.csv"], [])
        self.make(["results/paper/tables/a.parquet"], ["results/paper/grid/a.csv"])
        self.make(self.FIGURES, ["results/paper/tables/a.parquet"])
        self.make([self.NUMBERS], ["results/paper/tables/a.parquet"])
        self.make([self.CLAIMS], ["results/paper/tables/a.parquet"])
        self.make([self.PAPER], [*self.FIGURES, self.NUMBERS, self.CLAIMS])
        self.make([self.APPENDIX], [self.NUMBERS, self.CLAIMS])
        self.make(["results/paper/tables/other.parquet"], [])

    def make(self, outputs: list[str], inputs: list[str]) -> None:
        for path in outputs:
            provenance.write_json(path, {"content": path})
        record = provenance.make_record(
            rule="x",
            sources=["scripts/x.py"],
            inputs=inputs,
            outputs=outputs,
            configuration={},
            versions={},
            wildcards={},
        )
        provenance.write_json(provenance.record_path(outputs[0]), record)

    def publish(self, script) -> dict:
        made = (list(self.FIGURES), self.PAPER, self.APPENDIX, self.NUMBERS, self.CLAIMS)
        script("publish").main(*made, "verify.json", self.STAMP, {})
        return provenance.read_manifest()

    def test_bytes_are_copied_and_listed(self, script):
        manifest = self.publish(script)
        assert manifest["files"].keys() == {
            *("figures/a.pdf", "figures/a.csv"),
            *("paper/paper.pdf", "paper/appendix.pdf"),
        }
        for path, digest in manifest["files"].items():
            made = f"results/{path}" if path.startswith("paper") else f"results/paper/{path}"
            assert Path(path).read_bytes() == Path(made).read_bytes()
            assert provenance.file_hash(path) == digest

    def test_manifest_holds_the_records_of_everything_behind_and_no_other(self, script):
        records = self.publish(script)["records"]
        names = ("appendix", "claims", "figures/a", "grid/a", "numbers", "paper", "tables/a")
        assert sorted(records) == [f"results/paper/{name}.record.json" for name in names]
        assert all(records[path] == provenance.read_record(path) for path in records)

    def test_manifest_holds_the_numbers_and_claims_of_the_paper(self, script):
        manifest = self.publish(script)
        assert manifest["numbers"] == {"content": self.NUMBERS}
        assert manifest["claims"] == {"content": self.CLAIMS}

    def test_stamp_vouches_for_the_manifest_too(self, script):
        files = self.publish(script)["files"]
        stamp = provenance.read_json(self.STAMP)
        assert stamp == files | {"figures/manifest.json": provenance.file_hash("figures/manifest.json")}

    def test_publishing_twice_writes_the_same_bytes(self, script):
        self.publish(script)
        before = Path("figures/manifest.json").read_bytes()
        self.publish(script)
        assert Path("figures/manifest.json").read_bytes() == before

    @pytest.mark.parametrize(
        "missing", ["results/paper/grid/a.record.json", "results/paper/paper.record.json", PAPER, NUMBERS]
    )
    def test_incomplete_set_is_not_published_at_all(self, script, missing):
        Path(missing).unlink()
        with pytest.raises((ArtifactError, FileNotFoundError)):
            self.publish(script)
        assert not Path("figures").exists()
        assert not Path("paper").exists()


def named(**entries) -> Namedlist:
    """Inputs, outputs or parameters exactly as the engine hands them over."""
    result = Namedlist()
    for name, value in entries.items():
        place = len(result)
        if isinstance(value, list):
            result.extend(value)
            result._set_name(name, place, end=len(result))
        else:
            result.append(value)
            result._set_name(name, place)
    return result


@pytest.mark.parametrize("single", [False, True])
def test_record_of_a_job_tells_data_from_what_vouches_for_it(script, tmp_path, monkeypatch, single):
    script("publish")  # puts workflow/ on the path
    import adapter

    monkeypatch.chdir(tmp_path)
    for path in ("scripts/x.py", "data/a.csv"):
        provenance.write_atomic(path, path)
    arguments = {"configuration": {}, "versions": {}, "wildcards": {}}
    record = provenance.make_record(
        rule="a", sources=["scripts/x.py"], inputs=[], outputs=["data/a.csv"], **arguments
    )
    provenance.write_json("data/a.record.json", record)
    records, sources = "data/a.record.json", "scripts/x.py"
    job = SimpleNamespace(
        rule="x",
        # The engine hands a single path over as text where the rule gives it as text.
        input=named(
            table="data/a.csv",
            records=records if single else [records],
            sources=sources if single else [sources],
        ),
        output=named(table_out="data/b.csv", record="data/b.record.json"),
        params=named(configuration={"seed": 3}, versions={"numpy": "2"}, seeds="seed", batch=1),
        wildcards=named(batch="1"),
        log=["x.log"],
    )
    given = {}

    def main(table: str, table_out: str, configuration: dict, batch: int) -> None:
        given.update(table=table, batch=batch, configuration=configuration)
        print("said")
        provenance.write_atomic(table_out, "made")

    adapter.run(main, job)
    assert given == {"table": "data/a.csv", "batch": 1, "configuration": {"seed": 3}}
    assert Path("x.log").read_text() == "said\n"
    written = json.loads(Path("data/b.record.json").read_text())
    assert written["inputs"] == {"data/a.csv": provenance.file_hash("data/a.csv")}
    assert written["outputs"] == {"data/b.csv": provenance.file_hash("data/b.csv")}
    assert written["sources"] == {"scripts/x.py": provenance.file_hash("scripts/x.py")}
    assert written["recipes"] == {"data/a.record.json": record["recipe"]}
    assert (written["seeds"], written["wildcards"]) == ("seed", {"batch": "1"})
