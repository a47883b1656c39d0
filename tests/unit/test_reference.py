"""Numbers agree with blessed ones within their own tolerance, and nothing slips through for its form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bestofk import provenance, reference
from bestofk.provenance import ArtifactError

TOLERANCES = {
    "relative": 1e-6,
    "columns": {
        "simulation": {"standard_errors": 0.5},
        "standard_error": {"relative": 0.05},
        "z": {"absolute": 0.5},
    },
}
FRAME = pd.DataFrame(
    {
        "point": ["a", "b", "c"],
        "k": [1.0, 2.0, np.inf],
        "exact": [2.0, 1.0, np.nan],
        "simulation": [2.01, 1.01, np.nan],
        "standard_error": [0.02, 0.01, np.nan],
        "z": [0.5, 1.0, np.nan],
        "below": [True, False, True],
    }
)


def changed(column: str, row: int, value) -> pd.DataFrame:
    frame = FRAME.copy()
    frame.loc[row, column] = value
    return frame


def compared(got: pd.DataFrame, expected: pd.DataFrame = FRAME) -> list[str]:
    return [mismatch.quantity for mismatch in reference.compare(expected, got, "table", TOLERANCES)]


def test_table_agrees_with_itself():
    assert compared(FRAME.copy()) == []


@pytest.mark.parametrize(
    ("column", "row", "close", "far"),
    [
        ("exact", 0, 2 * (1 + 0.9e-6), 2 * (1 + 1.1e-6)),
        ("simulation", 1, 1.01 + 0.0049, 1.01 + 0.0051),
        ("standard_error", 0, 0.02 * 1.049, 0.02 * 1.051),
        ("z", 1, 0.51, 0.49),
    ],
)
def test_each_column_has_its_own_tolerance(column, row, close, far):
    assert compared(changed(column, row, close)) == []
    assert compared(changed(column, row, far)) == [f"table: {column}, row {row}"]


@pytest.mark.parametrize(
    ("column", "row", "value"),
    [
        ("k", 2, 8.0),
        ("k", 2, -np.inf),
        ("k", 0, np.inf),
        ("k", 0, np.nan),
        ("exact", 2, 0.0),
        ("simulation", 2, 1.0),
        ("point", 1, "B"),
        ("below", 1, True),
    ],
)
def test_change_of_kind_is_never_within_tolerance(column, row, value):
    assert compared(changed(column, row, value)) == [f"table: {column}, row {row}"]


def test_mismatch_says_what_was_expected_and_what_is_allowed():
    (found,) = reference.compare(FRAME, changed("exact", 1, 1.5), "table", TOLERANCES)
    assert found == reference.Mismatch("table: exact, row 1", "1.0", "1.5", "relative 1e-06")
    (found,) = reference.compare(FRAME, changed("simulation", 1, 1.5), "table", TOLERANCES)
    assert found.allowed == "0.5 standard errors"
    assert reference.as_rows([found])[0]["got"] == "1.5"


def test_rounding_of_a_small_number_among_large_ones_is_allowed():
    large = pd.DataFrame({"x": [1e6, 1e-9, 0.0]})
    assert compared(pd.DataFrame({"x": [1e6, 1.1e-9, 1e-9]}), large) == []
    assert compared(pd.DataFrame({"x": [1e6, 1e-5, 0.0]}), large) == ["table: x, row 1"]


@pytest.mark.parametrize(
    "got",
    [FRAME.iloc[:2], FRAME.drop(columns="z"), FRAME[FRAME.columns[::-1]], FRAME.assign(extra=1)],
)
def test_other_rows_or_columns_are_one_mismatch(got):
    assert compared(got) == ["table"]


def test_number_that_became_text_is_a_mismatch_both_ways():
    text = FRAME.assign(exact=["two", "one", "none"])
    assert len(compared(text)) == 3
    assert len(compared(FRAME, text)) == 3


def test_simulation_without_standard_errors_has_the_general_tolerance():
    bare = FRAME[["simulation"]]
    assert compared(bare * (1 + 0.9e-6), bare) == []
    assert compared(bare * (1 + 1.1e-6), bare) == ["table: simulation, row 0", "table: simulation, row 1"]


CLAIMS = [
    {"id": "a", "sentence": "A.", "verdict": "holds", "measured": "1.00"},
    {"id": "b", "sentence": "B, k = ∞.", "verdict": "undecided", "measured": "2"},
]
ARTIFACTS = ["results/tiny/theory/a.parquet", "results/tiny/figures/a.csv", "results/tiny/claims.json"]


@pytest.fixture
def blessed(tmp_path, monkeypatch) -> Path:
    """Three artifacts and their reference."""
    monkeypatch.chdir(tmp_path)
    provenance.write_json("tests/reference/tolerances.json", TOLERANCES)
    rng = np.random.default_rng(1)
    long = pd.DataFrame({"x": rng.standard_normal(5000), "point": "c0ffee", "k": np.inf})
    provenance.write_table(long, ARTIFACTS[0])
    provenance.write_table(FRAME, ARTIFACTS[1])
    provenance.write_json(ARTIFACTS[2], CLAIMS)
    reference.bless(ARTIFACTS, "tiny")
    return Path("tests/reference/tiny")


def quantities(artifacts=ARTIFACTS) -> list[str]:
    return [mismatch.quantity for mismatch in reference.verify(artifacts, "tiny")]


def test_run_agrees_with_itself_after_blessing(blessed):
    assert quantities() == []
    names = sorted(path.relative_to(blessed).as_posix() for path in blessed.rglob("*.*"))
    assert names == ["claims.csv", "figures/a.csv", "theory/a.csv"]


def test_blessing_twice_writes_the_same_bytes(blessed):
    before = {path: path.read_bytes() for path in blessed.rglob("*.*")}
    reference.bless(ARTIFACTS, "tiny")
    assert {path: path.read_bytes() for path in blessed.rglob("*.*")} == before


def test_long_table_is_thinned_evenly(blessed):
    frame = provenance.read_csv(blessed / "theory/a.csv")
    all_rows = provenance.read_table(ARTIFACTS[0])
    assert len(frame) == -(-len(all_rows) // 3)
    np.testing.assert_allclose(frame["x"], all_rows["x"][::3], rtol=1e-11)


def test_changed_value_is_found_in_every_kind_of_artifact(blessed):
    frame = provenance.read_table(ARTIFACTS[0])
    frame.loc[3, "x"] += 1e-3
    provenance.write_table(frame, ARTIFACTS[0])
    provenance.write_table(changed("below", 0, False), ARTIFACTS[1])
    provenance.write_json(ARTIFACTS[2], [CLAIMS[0] | {"verdict": "fails"}, CLAIMS[1]])
    assert quantities() == [
        "theory/a.csv: x, row 1",
        "figures/a.csv: below, row 0",
        "claims.csv: verdict, row 0",
    ]


def test_measured_text_of_a_claim_may_change(blessed):
    provenance.write_json(ARTIFACTS[2], [CLAIMS[0] | {"measured": "1.01"}, CLAIMS[1]])
    assert quantities() == []


def test_artifact_and_reference_without_each_other_are_mismatches(blessed):
    (blessed / "theory/a.csv").rename(blessed / "theory/b.csv")
    first, second = reference.verify(ARTIFACTS, "tiny")
    assert (first.quantity, first.got, first.allowed) == (
        "theory/a.csv",
        "none",
        "make bless RUN=tiny writes it",
    )
    assert (second.quantity, second.allowed) == ("theory/b.csv", "remove the reference")


def test_missing_artifact_is_a_sentence(blessed):
    Path(ARTIFACTS[1]).unlink()
    with pytest.raises(ArtifactError, match=r"figures/a\.csv is missing"):
        reference.verify(ARTIFACTS, "tiny")


def test_reference_stays_when_an_artifact_cannot_be_blessed(blessed):
    before = {path: path.read_bytes() for path in blessed.rglob("*.*")}
    Path(ARTIFACTS[1]).unlink()
    with pytest.raises(ArtifactError):
        reference.bless(ARTIFACTS, "tiny")
    assert {path: path.read_bytes() for path in blessed.rglob("*.*")} == before


def test_blessing_removes_references_that_no_artifact_has(blessed):
    reference.bless(ARTIFACTS[:1], "tiny")
    assert [path.name for path in blessed.rglob("*.csv")] == ["a.csv"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_empty_table_has_a_reference(blessed, suffix):
    path = f"results/tiny/grid/empty.{suffix}"
    provenance.write_table(FRAME.iloc[:0], path)
    reference.bless([path], "tiny")
    assert quantities([path]) == []
    provenance.write_table(FRAME, path)
    assert quantities([path]) == ["grid/empty.csv"]


def test_tolerances_of_this_project_have_the_form_that_is_read():
    file = Path(__file__).resolve().parents[1] / "reference/tolerances.json"
    tolerances = provenance.read_json(file)
    assert 0 < tolerances["relative"] < 1e-3
    for rule in tolerances["columns"].values():
        assert len(rule) == 1
        assert rule.keys() <= {"relative", "absolute", "standard_errors"}
