"""Every table of a run keeps the column contract of workflow/schemas/tables.json, the data dictionary."""

import json
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
CONTRACT = json.loads((ROOT / "workflow/schemas/tables.json").read_text())["tables"]


def contract_of(path: Path) -> str:
    """The name of the contract for a table of a run, by where it stands."""
    folder, experiment = path.parts[0], path.parts[1].split(".")[0]
    if folder == "figures":
        return f"figure {experiment}"
    if experiment == "replicate_spread" and folder in ("simulation", "tables"):
        return "replicates simulated" if folder == "simulation" else "replicates"
    if experiment == "beam_search" and folder in ("grid", "tables"):
        return f"beam {folder}"
    if experiment == "real_data":
        return f"data {folder}"
    if experiment == "neural_networks":
        return f"networks {folder}"
    if experiment == "half_temperature_test":
        return f"pool {folder}"
    if experiment in CONTRACT and folder in ("theory", "tables"):
        return experiment
    if experiment == "overview" and folder in ("simulation", "tables"):
        return "illustration"
    return folder


def kind(dtype) -> str:
    """The dtype as the contract names it; text is `string` whatever pandas calls it."""
    return "string" if pd.api.types.is_string_dtype(dtype) else str(dtype)


def test_every_table_of_a_run_keeps_its_contract(smoke_run):
    folder = smoke_run / "results/smoke"
    tables = [path for suffix in ("csv", "parquet") for path in sorted(folder.rglob(f"*.{suffix}"))]
    assert len(tables) > 20
    for path in tables:
        contract = CONTRACT[contract_of(path.relative_to(folder))]["columns"]
        frame = pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
        required = {name for name, column in contract.items() if not column.get("optional")}
        assert required <= set(frame.columns) <= set(contract), path
        for name in frame.columns if len(frame) else []:
            column, values = contract[name], frame[name]
            assert column["nullable"] or values.notna().all(), f"{path}: {name} has missing values"
            if values.notna().any() and path.suffix == ".parquet":
                assert kind(values.dtype) == column["dtype"], f"{path}: {name} is {values.dtype}"
            if "values" in column:
                assert set(values.dropna()) <= set(column["values"]), f"{path}: {name}"


@pytest.mark.parametrize("name", CONTRACT)
def test_every_column_states_unit_and_meaning(name):
    for column, entry in CONTRACT[name]["columns"].items():
        assert entry["unit"] and entry["meaning"], column
        assert entry["dtype"] in ("string", "float64", "int64", "bool"), column
