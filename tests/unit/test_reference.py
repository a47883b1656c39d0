"""Numbers agree with blessed ones within their own tolerance, and nothing slips through for its form."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bestofk import provenance, reference
from bestofk.coordinates import coordinates
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


def test_text_that_is_missing_on_both_sides_agrees():
    expected = FRAME.assign(inputs=["gaussian", None, "digits"])
    assert compared(FRAME.assign(inputs=["gaussian", None, "digits"]), expected) == []
    assert len(compared(FRAME.assign(inputs=["gaussian", None, None]), expected)) == 1


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
    assert compared(changed(column, row, far)) == [f"table, point {FRAME['point'][row]}: {column}"]


@pytest.mark.parametrize(
    ("column", "row", "value"),
    [
        ("k", 2, 8.0),
        ("k", 2, -np.inf),
        ("k", 0, np.inf),
        ("k", 0, np.nan),
        ("exact", 2, 0.0),
        ("simulation", 2, 1.0),
        ("below", 1, True),
    ],
)
def test_change_of_kind_is_never_within_tolerance(column, row, value):
    assert compared(changed(column, row, value)) == [f"table, point {FRAME['point'][row]}: {column}"]


def test_mismatch_says_what_was_expected_and_what_is_allowed():
    (found,) = reference.compare(FRAME, changed("exact", 1, 1.5), "table", TOLERANCES)
    assert found == reference.Mismatch("table, point b: exact", "1.0", "1.5", "relative 1e-06")
    (found,) = reference.compare(FRAME, changed("simulation", 1, 1.5), "table", TOLERANCES)
    assert found.allowed == "0.5 standard errors"
    assert reference.as_rows([found])[0]["got"] == "1.5"


def test_rounding_of_a_small_number_among_large_ones_is_allowed():
    large = FRAME.assign(exact=[1e6, 1e-9, 0.0])
    assert compared(FRAME.assign(exact=[1e6, 1.1e-9, 1e-9]), large) == []
    assert compared(FRAME.assign(exact=[1e6, 1e-5, 0.0]), large) == ["table, point b: exact"]


@pytest.mark.parametrize(
    "got",
    [FRAME.drop(columns="z"), FRAME[FRAME.columns[::-1]], FRAME.assign(extra=1), FRAME.iloc[::-1]],
)
def test_other_columns_or_another_order_are_one_mismatch(got):
    assert compared(got) == ["table"]


CURVES = pd.DataFrame(
    {
        "series": ["exact", "exact", "exact", "limit", "limit"],
        "c": [5.0, 5.0, 0.25, 5.0, np.nan],
        "k": [1.0, 1048576.0, np.inf, np.nan, np.nan],
        "value": [1.0, 1.0, 3.0, 4.0, 5.0],
    }
)
PLACES = [
    "table, series exact, c = 5, k = 1",
    "table, series exact, c = 5, k = 1048576",
    "table, series exact, c = 0.25, k = inf",
    "table, series limit, c = 5",
    "table, series limit",
]


def test_rows_are_told_apart_by_as_few_leading_columns_as_do():
    assert coordinates(CURVES) == ["series", "c", "k"]
    assert coordinates(CURVES.iloc[[0, 3]]) == ["series"]
    assert coordinates(FRAME) == ["point"]
    assert coordinates(FRAME.iloc[:0]) == ["point"]


@pytest.mark.parametrize("row", range(5))
def test_changed_value_is_named_by_its_coordinates(row):
    got = CURVES.copy()
    got.loc[row, "value"] += 1
    assert compared(got, CURVES) == [f"{PLACES[row]}: value"]


@pytest.mark.parametrize("row", range(5))
def test_missing_and_additional_rows_are_named_by_their_coordinates(row):
    (missing,) = reference.compare(CURVES, CURVES.drop(index=row), "table", TOLERANCES)
    assert missing == reference.Mismatch(PLACES[row], "a row", "none", "the same rows")
    more = pd.concat([CURVES, CURVES.iloc[[row]].assign(series="new")])
    (additional,) = reference.compare(CURVES, more, "table", TOLERANCES)
    place = re.sub("exact|limit", "new", PLACES[row])
    assert additional == reference.Mismatch(place, "no row", "a row", "the same rows")


def test_other_rows_hide_no_changed_value():
    got = CURVES.assign(value=[1.0, 1.0, 3.5, 4.0, 5.0]).iloc[1:]
    assert compared(got, CURVES) == [PLACES[0], f"{PLACES[2]}: value"]


def test_row_given_twice_is_an_additional_one():
    got = pd.concat([CURVES, CURVES.iloc[[1]]])
    assert compared(got, CURVES) == [f"{PLACES[1]} (occurrence 2)"]
    assert compared(CURVES, got) == [f"{PLACES[1]}, value = 1 (occurrence 2)"]
    assert compared(got, got) == []


def test_coordinate_off_by_rounding_is_the_same_row():
    assert compared(CURVES.assign(c=CURVES["c"] * (1 + 1e-9)), CURVES) == []
    assert compared(CURVES.assign(c=CURVES["c"] * (1 + 1e-5)), CURVES)


def test_number_that_became_text_is_a_mismatch_both_ways():
    text = FRAME.assign(exact=["two", "one", "none"])
    assert len(compared(text)) == 3
    assert len(compared(FRAME, text)) == 3


@pytest.mark.parametrize(("noise", "count"), [(5e-12, 0), (5e-10, 1)])
def test_rounding_has_no_standard_error_to_speak_of(noise: float, count: int) -> None:
    old = pd.DataFrame({"k": [1, 2], "simulation": [0.0, 1.0], "standard_error": [0.0, 0.1]})
    new = old.assign(simulation=[noise, 1.0])
    assert len(compared(new, old)) == count


def test_simulation_without_standard_errors_has_the_general_tolerance():
    bare = FRAME[["point", "simulation"]]
    close, far = (bare.assign(simulation=bare["simulation"] * (1 + off)) for off in (0.9e-6, 1.1e-6))
    assert compared(close, bare) == []
    assert compared(far, bare) == ["table, point a: simulation", "table, point b: simulation"]


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
    long = pd.DataFrame({"point": "c0ffee", "k": np.arange(1.0, 5001), "x": rng.standard_normal(5000)})
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
        "theory/a.csv (one row in 3), point c0ffee, k = 4: x",
        "figures/a.csv, point a: below",
        "claims.csv, id a: verdict",
    ]


def test_point_is_told_by_what_sets_it_apart_in_its_grid(blessed):
    grid = pd.DataFrame(
        {"point": ["a", "b", "c"], "n_features": 10, "noise_var": 1e-8, "seed_key": [1, 2, 3]}
    )
    grid = grid.assign(spectrum=["flat", "flat", "steep"], reward_value=[0.0, 5.0, 0.0])
    artifacts = ["results/tiny/grid/a.csv", "results/tiny/theory/a.csv"]
    provenance.write_table(grid, artifacts[0])
    provenance.write_table(FRAME, artifacts[1])
    reference.bless(artifacts, "tiny")
    provenance.write_table(grid.assign(n_features=[10, 11, 10]), artifacts[0])
    provenance.write_table(pd.concat([changed("exact", 2, 1.0), FRAME.assign(point="d")[:1]]), artifacts[1])
    assert quantities(artifacts) == [
        "grid/a.csv, point b (spectrum flat, reward_value = 5): n_features",
        "theory/a.csv, point d",
        "theory/a.csv, point c (spectrum steep, reward_value = 0): exact",
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
    assert quantities([path]) == [f"grid/empty.csv, point {point}" for point in "abc"]


@pytest.mark.parametrize("run", ["paper", "smoke"])
def test_rows_of_every_reference_are_told_apart_by_the_key_of_its_table(run):
    """A table whose coordinates do not suffice would be told by its values."""
    root = Path(__file__).resolve().parents[2]
    contracts = provenance.read_json(root / "workflow/schemas/tables.json")["tables"]
    for path in sorted((root / "tests/reference" / run).glob("*/*.csv")):
        name = f"figure {path.stem}" if path.parent.name == "figures" else path.parent.name
        # The theory of a kind with columns of its own has a contract of its own, and so have data sets.
        name = path.stem if path.parent.name == "theory" and path.stem in contracts else name
        for experiment, kind in (
            *(("real_data", "data"), ("neural_networks", "networks")),
            ("half_temperature_test", "pool"),
        ):
            if path.stem == experiment and path.parent.name != "figures":
                name = f"{kind} {path.parent.name}"
        assert coordinates(provenance.read_csv(path)) == contracts[name]["key"], path


def test_tolerances_of_this_project_have_the_form_that_is_read():
    file = Path(__file__).resolve().parents[1] / "reference/tolerances.json"
    tolerances = provenance.read_json(file)
    assert 0 < tolerances["relative"] < 1e-3
    for rule in tolerances["columns"].values():
        assert len(rule) == 1
        assert rule.keys() <= {"relative", "absolute", "standard_errors"}
