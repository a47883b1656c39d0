"""A record says what made a file and whether its bytes are still the same; files are written whole or not."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bestofk import provenance
from bestofk.provenance import ArtifactError
from hypothesis import given
from hypothesis import strategies as st

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
)


def shuffled(value):
    """The same value with every mapping filled in the opposite order, and tuples for lists."""
    if isinstance(value, dict):
        return {key: shuffled(value[key]) for key in reversed(value)}
    return tuple(map(shuffled, value)) if isinstance(value, list) else value


@given(VALUES)
def test_canonical_text_does_not_depend_on_the_order_of_keys(value):
    assert provenance.canonical_json(value) == provenance.canonical_json(shuffled(value))


@given(VALUES)
def test_canonical_text_reads_back_with_infinity_as_text(value):
    def plain(item):
        if isinstance(item, dict):
            return {key: plain(inner) for key, inner in item.items()}
        if isinstance(item, list):
            return [plain(inner) for inner in item]
        return {"inf": "inf", "-inf": "-inf"}.get(repr(item), item) if isinstance(item, float) else item

    assert json.loads(provenance.canonical_json(value)) == plain(value)


def test_canonical_text_refuses_nan():
    with pytest.raises(ValueError, match=r"a\.b\[1\] is nan, which JSON cannot hold"):
        provenance.canonical_json({"a": {"b": [1, float("nan")]}})


@pytest.mark.parametrize(("a", "b"), [(1, 1.0), (True, 1), ("1", 1), (0.1, 0.1 + 2**-55), ([], {})])
def test_canonical_text_tells_different_values_apart(a, b):
    assert provenance.canonical_json(a) != provenance.canonical_json(b)


def test_file_hash_is_that_of_the_bytes(tmp_path):
    (tmp_path / "a").write_bytes(b"abc")
    assert provenance.file_hash(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_record_of_a_record_is_itself():
    path = provenance.record_path("results/a/b.csv")
    assert provenance.record_path(path) == path == Path("results/a/b.record.json")


class TestWriting:
    def test_file_and_folders_appear_with_nothing_beside_them(self, tmp_path):
        provenance.write_atomic(tmp_path / "a/b/c.txt", "δ\n")
        assert (tmp_path / "a/b/c.txt").read_bytes() == "δ\n".encode()
        assert [path.name for path in (tmp_path / "a/b").iterdir()] == ["c.txt"]

    def test_old_bytes_stay_when_writing_fails(self, tmp_path, monkeypatch):
        path = tmp_path / "a.txt"
        path.write_text("old")

        def fail(*arguments):
            raise OSError("no space")

        monkeypatch.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="no space"):
            provenance.write_atomic(path, "new")
        assert [other.read_text() for other in tmp_path.iterdir()] == ["old"]

    def test_json_is_the_same_for_the_same_content(self, tmp_path):
        provenance.write_json(tmp_path / "a.json", {"b": (1, float("inf")), "a": "δ"})
        text = (tmp_path / "a.json").read_text(encoding="utf-8")
        assert text == '{\n "a": "δ",\n "b": [\n  1,\n  "inf"\n ]\n}\n'

    def test_nan_is_not_written_and_the_old_file_stays(self, tmp_path):
        provenance.write_json(tmp_path / "a.json", [1])
        with pytest.raises(ValueError, match="nan"):
            provenance.write_json(tmp_path / "a.json", [float("nan")])
        assert provenance.read_json(tmp_path / "a.json") == [1]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[NaN]", b'{"a": Infinity}', b"[1] 2"])
def test_unreadable_json_is_a_sentence_that_names_the_file(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"a\.json is not readable as JSON"):
        provenance.read_json(tmp_path / "a.json")


def test_missing_json_is_a_sentence_that_names_the_file(tmp_path):
    with pytest.raises(ArtifactError, match=r"a\.json is missing\."):
        provenance.read_json(tmp_path / "a.json")


FRAME = pd.DataFrame(
    {
        "point": ["123456789012", "1234567e8901"],
        "text": ["NA", None],
        "number": [0.1, np.nan],
        "limit": [np.inf, 1e-300],
        "count": [2**60, 1],
    }
)


class TestTables:
    @pytest.mark.parametrize("suffix", ["parquet", "csv"])
    def test_table_reads_back_exactly(self, tmp_path, suffix):
        path = tmp_path / f"a.{suffix}"
        provenance.write_table(FRAME, path)
        read = provenance.read_table(path)
        assert read["text"].isna().tolist() == [False, True]
        pd.testing.assert_frame_equal(read, FRAME, check_dtype=False, check_exact=True)

    def test_identifier_without_letters_stays_text_in_a_table_of_one_row(self, tmp_path):
        provenance.write_table(FRAME.iloc[:1], tmp_path / "a.csv")
        assert provenance.read_table(tmp_path / "a.csv")["point"].tolist() == ["123456789012"]

    @given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=20))
    def test_every_number_survives_csv(self, tmp_path_factory, numbers):
        path = tmp_path_factory.getbasetemp() / "numbers.csv"
        provenance.write_table(pd.DataFrame({"x": numbers}), path)
        assert provenance.read_table(path)["x"].astype(float).tolist() == numbers

    @pytest.mark.parametrize("suffix", ["parquet", "csv"])
    def test_same_rows_give_same_bytes(self, tmp_path, suffix):
        paths = [tmp_path / f"{name}.{suffix}" for name in "ab"]
        for path, frame in zip(paths, (FRAME, FRAME.iloc[::-1].sort_index()), strict=True):
            provenance.write_table(frame, path)
        assert paths[0].read_bytes() == paths[1].read_bytes()

    def test_missing_table_is_a_sentence(self, tmp_path):
        with pytest.raises(ArtifactError, match=r"a\.csv is missing"):
            provenance.read_table(tmp_path / "a.csv")


@pytest.fixture
def recorded(tmp_path, monkeypatch) -> Path:
    """A table with its record, in a folder that is the working folder."""
    monkeypatch.chdir(tmp_path)
    provenance.write_atomic("scripts/grid.py", "x = 1\n")
    provenance.write_table(FRAME, "results/run/grid.csv")
    provenance.write_json("results/run/grid.record.json", record("results/run/grid.csv"))
    return Path("results/run/grid.csv")


def record(output: str, **changes) -> dict:
    arguments = {
        "rule": "grid",
        "sources": ["scripts/grid.py"],
        "inputs": [],
        "outputs": [output],
        "configuration": {"experiments.a.k": [1, float("inf")]},
        "versions": {"numpy": "2.0"},
        "wildcards": {"experiment": "a"},
        "seeds": "",
    }
    return provenance.make_record(**(arguments | changes))


class TestRecords:
    def test_intact_table_is_read(self, recorded):
        assert len(provenance.read_table(recorded)) == 2

    @pytest.mark.parametrize("absolute", [False, True])
    def test_altered_table_is_refused_from_any_folder(self, recorded, monkeypatch, absolute):
        recorded.write_text(recorded.read_text().replace("0.1", "0.2"))
        path = recorded.absolute() if absolute else recorded
        if absolute:
            monkeypatch.chdir("/")
        with pytest.raises(ArtifactError, match="does not hold the bytes that its record names"):
            provenance.read_table(path)

    def test_table_that_its_record_does_not_name_is_refused(self, recorded):
        provenance.write_table(FRAME, recorded.with_suffix(".parquet"))
        with pytest.raises(ArtifactError, match=r"grid\.parquet does not hold"):
            provenance.read_table(recorded.with_suffix(".parquet"))

    @pytest.mark.parametrize("content", ["{", "[]", '{"outputs": {}}'])
    def test_table_with_an_unreadable_record_is_refused(self, recorded, content):
        provenance.record_path(recorded).write_text(content)
        with pytest.raises(ArtifactError, match=r"grid\.record\.json is not"):
            provenance.read_table(recorded)

    def test_record_reads_back(self, recorded):
        written = record(recorded.as_posix())
        assert provenance.read_record("results/run/grid.record.json") == written
        assert written["configuration"] == {"experiments.a.k": [1, "inf"]}
        assert written["script"] == "scripts/grid.py"

    @pytest.mark.parametrize("key", [*provenance.RECIPE_KEYS, *provenance.OTHER_KEYS])
    def test_record_without_one_of_its_parts_is_none(self, recorded, key):
        path = provenance.record_path(recorded)
        content = json.loads(path.read_text())
        del content[key]
        path.write_text(json.dumps(content))
        with pytest.raises(ArtifactError, match=r"grid\.record\.json is not a record"):
            provenance.read_record(path)

    def test_input_without_record_is_refused(self, recorded):
        provenance.write_atomic("results/run/other.csv", "x")
        with pytest.raises(ArtifactError, match=r"other\.record\.json is missing"):
            record(recorded.as_posix(), inputs=["results/run/other.csv"])

    def test_recipe_names_those_of_the_inputs(self, recorded):
        provenance.write_atomic("results/run/table.csv", "x")
        after = record("results/run/table.csv", inputs=[recorded])
        own = provenance.read_record("results/run/grid.record.json")["recipe"]
        assert after["recipes"] == {"results/run/grid.record.json": own}
        assert after["inputs"] == {recorded.as_posix(): provenance.file_hash(recorded)}

    @pytest.mark.parametrize(
        "changes",
        [
            {"rule": "theory"},
            {"configuration": {"experiments.a.k": [1, 2]}},
            {"configuration": {}},
            {"versions": {"numpy": "2.1"}},
            {"wildcards": {"experiment": "b"}},
            {"seeds": "seed"},
            {"sources": ["scripts/grid.py", "scripts/other.py"]},
        ],
    )
    def test_recipe_changes_with_everything_that_decides_the_artifact(self, recorded, changes):
        provenance.write_atomic("scripts/other.py", "")
        own = record(recorded.as_posix())["recipe"]
        assert record(recorded.as_posix(), **changes)["recipe"] != own

    def test_recipe_changes_with_the_text_of_a_source(self, recorded):
        own = record(recorded.as_posix())["recipe"]
        provenance.write_atomic("scripts/grid.py", "x = 2\n")
        assert record(recorded.as_posix())["recipe"] != own

    def test_recipe_does_not_change_with_the_data(self, recorded):
        own = record(recorded.as_posix())
        provenance.write_table(FRAME.iloc[:1], recorded)
        after = record(recorded.as_posix())
        assert after["outputs"] != own["outputs"]
        assert after["recipe"] == own["recipe"]

    def test_record_holds_no_absolute_path(self, recorded):
        assert str(Path.cwd()) not in provenance.canonical_json(record(recorded.as_posix()))
