"""Points are named and seeded by what they are, and models, temperatures and batches follow from them."""

from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from bestofk import beam_grid, config, grid, provenance
from bestofk.model import Overshoot
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
PAPER = config.load(ROOT / "workflow" / "config" / "paper.yaml")
PROBLEM = {
    "n_features": [20, 50],
    "n_train": [40, 100],
    "spectrum": [{"shape": "isotropic", "scale": 2.0}, {"shape": "power_law", "exponent": 1.5, "scale": 1.0}],
    "noise_var": 0.25,
    "prior_var": 1.0,
    "teacher": {"mean_square": 4.0, "draw": "gaussian"},
    "reward": {"overshoot": [0.0, 2.0]},
}
ROW = grid.points("test", {"problem": PROBLEM}).iloc[0].to_dict()


def table(**changes) -> pd.DataFrame:
    problem = {**PROBLEM, **changes}
    return grid.points(
        "test", {"problem": {key: value for key, value in problem.items() if value is not None}}
    )


def test_grid_is_the_product_of_its_lists():
    points = table()
    assert list(points.columns) == grid.COLUMNS
    assert len(points) == 2 * 2 * 2 * 2 == points["point"].nunique() == 2 * points["problem"].nunique()
    assert (points["aspect_ratio"] == points["n_features"] / points["n_train"]).all()


def test_names_and_seed_come_from_the_point_alone():
    row = table().iloc[-1]
    alone = table(
        n_features=[row.n_features],
        n_train=[row.n_train],
        spectrum=PROBLEM["spectrum"][1:],
        reward={"overshoot": [2]},
    ).iloc[0]
    pd.testing.assert_series_equal(row, alone, check_names=False)
    names = grid.COLUMNS[grid.COLUMNS.index("n_features") : grid.COLUMNS.index("aspect_ratio")]
    problem = json.dumps(row[names].to_dict(), sort_keys=True, separators=(",", ":")).encode()
    assert row.seed_key == crc32(problem)
    assert row.problem in hashlib.sha256(problem).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"noise_var": 0.26},
        {"prior_var": 2.0},
        {"teacher": {"mean_square": 4.0, "draw": "signs"}},
        {"n_train": [41, 101]},
    ],
)
def test_another_training_problem_has_another_name_and_seed(change):
    for column in ("point", "problem", "seed_key"):
        assert not set(table()[column]) & set(table(**change)[column])


def test_rewards_of_a_training_problem_share_its_seed():
    one, other = table(), table(reward={"correlation": [0.5]})
    assert set(one["seed_key"]) == set(other["seed_key"]) and not set(one["point"]) & set(other["point"])
    assert (one.groupby("problem")["seed_key"].nunique() == 1).all()


def test_aspect_ratio_and_n_train_name_the_same_points():
    by_ratio = table(n_features=[20], n_train=None, aspect_ratio=[0.2, 0.5])
    by_size = table(n_features=[20], n_train=[100, 40])
    pd.testing.assert_frame_equal(by_ratio, by_size)


def test_a_point_given_twice_is_refused():
    with pytest.raises(ValueError, match=r"experiments\.test\.problem gives one point twice"):
        table(n_train=[40, 40])


def test_identifiers_are_twelve_digits_that_are_no_number():
    texts = [str(number) for number in range(2000)]
    names = [grid._identifier(text) for text in texts]
    assert len(set(names)) == len(names)
    for text, name in zip(texts, names, strict=True):
        assert len(name) == 12 and name[0] in "abcdf" and name in hashlib.sha256(text.encode()).hexdigest()


def test_grid_survives_its_file_bit_for_bit(tmp_path):
    values = {"shape": "values", "values": list(np.linspace(0, 1, 20) / 3)}
    points = pd.concat(
        [
            table(),
            table(n_features=[20], spectrum=[values], reward={"weights": [[1 / 3] * 20, [0.1] * 20]}),
            grid.points("equivalents", PAPER["experiments"]["equivalents"]),
        ],
        ignore_index=True,
    )
    provenance.write_table(points, tmp_path / "grid.csv")
    # A column of whole numbers comes back as integers; every value is the same to the last bit.
    read = provenance.read_table(tmp_path / "grid.csv")
    pd.testing.assert_frame_equal(read, points, check_exact=True, check_dtype=False)


def test_an_experiment_without_a_problem_has_no_points():
    points = grid.points("phase_diagram", PAPER["experiments"]["phase_diagram"])
    assert points.empty and list(points.columns) == grid.COLUMNS


def test_columns_are_those_of_the_data_dictionary():
    contract = json.loads((ROOT / "workflow" / "schemas" / "tables.json").read_text())["tables"]["grid"][
        "columns"
    ]
    points = table(inputs=["gaussian"])
    assert list(contract) == list(points.columns)
    assert list(table().columns) == [name for name in contract if name != "inputs"]
    kinds = {
        "string": pd.api.types.is_string_dtype,
        "int64": pd.api.types.is_int64_dtype,
        "float64": pd.api.types.is_float_dtype,
    }
    for name, column in contract.items():
        assert kinds[column["dtype"]](points[name]), name
        assert {"dtype", "unit", "meaning", "nullable"} <= column.keys()
        if "values" in column:
            assert set(points[name]) <= set(column["values"])


@pytest.mark.parametrize("draw", ["gaussian", "signs"])
def test_teacher_has_the_stated_mean_square_exactly(draw):
    row = {**ROW, "n_features": 500, "teacher_draw": draw, "teacher_mean_square": 4.0}
    teacher = grid.build_model(row, "test", seed=3).teacher
    assert teacher @ teacher / 500 == pytest.approx(4.0, rel=1e-12)
    if draw == "signs":
        assert set(np.abs(teacher)) == {2.0}
        assert abs(np.sign(teacher).mean()) < 4 / math.sqrt(500)
    else:
        # A uniform direction: a component is nearly N(0, 4), kurtosis 3 with standard error sqrt(24/500).
        assert np.mean(teacher**4) / np.mean(teacher**2) ** 2 == pytest.approx(
            3.0, abs=4 * math.sqrt(24 / 500)
        )


def test_teacher_depends_on_seed_experiment_and_dimension_alone():
    teacher = grid.build_model(ROW, "test", seed=3).teacher
    for change in (
        {"n_train": 7},
        {"noise_var": 9.0},
        {"spectrum": "power_law"},
        {"reward": "correlation", "reward_value": 0.5},
    ):
        assert np.array_equal(grid.build_model({**ROW, **change}, "test", seed=3).teacher, teacher)
    assert np.allclose(
        grid.build_model({**ROW, "teacher_mean_square": 1.0}, "test", seed=3).teacher * 2, teacher
    )
    others = [
        grid.build_model(ROW, "test", seed=4).teacher,
        grid.build_model(ROW, "other", seed=3).teacher,
        grid.build_model({**ROW, "n_features": 21}, "test", seed=3).teacher[:20],
    ]
    # Independent directions in 20 dimensions: the cosine has standard deviation 0.22.
    for other in others:
        assert abs(other @ teacher) < 0.9 * np.linalg.norm(other) * np.linalg.norm(teacher)


@pytest.mark.parametrize("draw", ["gaussian", "signs"])
@pytest.mark.parametrize("r", [-1.0, 0.0, 0.6, 1.0])
def test_correlated_reward_has_the_stated_correlation(r, draw):
    d = 40_000
    row = {**ROW, "n_features": d, "reward": "correlation", "reward_value": r, "teacher_draw": draw}
    model = grid.build_model(row, "test", seed=3)
    # w_T . w'/d has standard deviation 4/sqrt(d) at mean square 4.
    assert model.teacher @ model.reward / d == pytest.approx(
        4 * r, abs=4 * 4 * math.sqrt((1 - r * r) / d) + 1e-9
    )
    assert model.reward @ model.reward / d == pytest.approx(
        4.0, abs=4 * 8 * abs(r) * math.sqrt((1 - r * r) / d) + 1e-9
    )
    assert r < 1 or np.array_equal(model.reward, model.teacher)


def test_correlated_rewards_of_a_problem_lie_in_one_plane():
    rows = table(
        n_features=[20],
        n_train=[40],
        spectrum=PROBLEM["spectrum"][:1],
        reward={"correlation": [0.2, 0.6, 0.9]},
    )
    model, rewards = grid.build_problem(rows, "test", seed=3)
    assert np.linalg.matrix_rank(np.array([model.teacher, *rewards])) == 2


def test_spectra_are_what_their_names_say():
    d = 20
    flat, power = table(n_features=[d], n_train=[40], reward={"overshoot": [0.0]}).to_dict("records")
    assert np.array_equal(grid.build_model(flat, "test", 0).spectrum, np.full(d, 2.0))
    spectrum = grid.build_model(power, "test", 0).spectrum
    assert spectrum.mean() == pytest.approx(1.0, rel=1e-12)
    slope = np.polyfit(np.log(np.arange(1, d + 1)), np.log(spectrum), 1)[0]
    assert slope == pytest.approx(-1.5, rel=1e-9)
    values = [3.0, *[0.0] * (d - 1)]
    listed = table(n_features=[d], n_train=[40], spectrum=[{"shape": "values", "values": values}]).iloc[0]
    assert grid.build_model(listed, "test", 0).spectrum.tolist() == values
    assert listed["spectrum_scale"] == pytest.approx(3 / d)


def test_explicit_weights_reach_the_model():
    weights = [[1.0] * 20, [0.5, *[-1.0] * 19]]
    rows = table(n_features=[20], n_train=[40], spectrum=PROBLEM["spectrum"][:1], reward={"weights": weights})
    _, rewards = grid.build_problem(rows, "test", seed=3)
    assert [reward.tolist() for reward in rewards] == weights


def test_build_problem_gives_the_rewards_in_order_and_refuses_a_mixture():
    rows = table()
    model, rewards = grid.build_problem(rows[rows["problem"] == rows["problem"].iloc[0]], "test", seed=3)
    assert (model.n_features, model.n_train, rewards) == (20, 40, [Overshoot(0.0), Overshoot(2.0)])
    for wrong in (rows, rows[:0]):
        with pytest.raises(ValueError, match="training problems; they must hold one"):
            grid.build_problem(wrong, "test", seed=3)


@pytest.mark.parametrize("column", ["spectrum", "teacher_draw", "reward"])
def test_unknown_names_in_a_row_are_refused(column):
    with pytest.raises(ValueError, match=rf"{column} is 'odd'; it must be"):
        grid.build_model({**ROW, column: "odd"}, "test", seed=3)


def isotropic_variance(aspect_ratio: float, noise_var: float, prior_var: float, scale: float) -> float:
    """s^2 from the quadratic equation that the ridge solves for equal eigenvalues."""
    bare = aspect_ratio * noise_var / prior_var
    half = aspect_ratio + bare / scale - 1
    ridge = scale / 2 * (half + math.sqrt(half**2 + 4 * bare / scale))
    return noise_var + prior_var * scale * ridge / (scale + ridge)


@pytest.mark.parametrize("n_train", [5, 20, 200])
def test_temperature_in_units_of_either_variance(n_train):
    model = grid.build_model({**ROW, "n_train": n_train}, "test", seed=3)
    selection = {"reduced_temperature": [0.0, 3.0, math.inf], "temperature_unit": "predictive_var"}
    s2 = isotropic_variance(20 / n_train, 0.25, 1.0, 2.0)
    assert grid.temperatures({"selection": selection}, model) == pytest.approx(
        [0.0, 6.0 * s2, math.inf], rel=1e-10
    )
    selection["temperature_unit"] = "noise_var"
    assert grid.temperatures({"selection": selection}, model).tolist() == [0.0, 1.5, math.inf]
    assert grid.temperatures({"selection": {"temperature": [0, math.inf]}}, model).tolist() == [0.0, math.inf]


def test_unknown_temperature_unit_is_refused():
    model = grid.build_model(ROW, "test", seed=3)
    with pytest.raises(
        ValueError, match="temperature_unit is 'kelvin'; it must be noise_var or predictive_var"
    ):
        grid.temperatures({"selection": {"reduced_temperature": [1.0], "temperature_unit": "kelvin"}}, model)


@pytest.mark.parametrize("experiment", ["error_vs_k", "error_vs_temperature", "best_of_k"])
def test_theory_covers_every_simulated_k_and_temperature_bit_for_bit(experiment):
    block = PAPER["experiments"][experiment]
    model = grid.build_model(grid.points(experiment, block).iloc[0], experiment, PAPER["seed"])
    simulated, all_of_them = grid.temperatures(block, model), grid.all_temperatures(block, model)
    assert set(simulated) <= set(all_of_them) and (np.diff(all_of_them) > 0).all()
    assert set(block["selection"]["k"]) <= set(grid.all_k(block)) and (np.diff(grid.all_k(block)) > 0).all()
    if experiment == "error_vs_temperature":
        assert len(all_of_them) > len(simulated)


def test_axis_is_evenly_spaced_and_keeps_its_ends():
    axis = {"from": 0.05, "to": 30.0, "points": 64}
    logarithmic, linear = grid.axis(axis), grid.axis({**axis, "from": -0.5}, log=False)
    assert (logarithmic[0], logarithmic[-1], linear[0], linear[-1]) == (0.05, 30.0, -0.5, 30.0)
    assert np.ptp(np.diff(np.log(logarithmic))) < 1e-12 and np.ptp(np.diff(linear)) < 1e-12
    assert grid.axis([1, 5]).tolist() == [1.0, 5.0]


@pytest.mark.parametrize(("start", "stop"), [(0.0, 1.0), (2.0, 1.0), (1.0, math.inf), (math.nan, 1.0)])
def test_axis_that_does_not_increase_from_above_zero_is_refused(start, stop):
    with pytest.raises(ValueError, match="an axis goes from"):
        grid.axis({"from": start, "to": stop, "points": 3})


@given(k_max=st.integers(1, 10**7), density=st.integers(1, 16))
def test_search_grid_has_the_stated_resolution(k_max, density):
    k = grid.search_grid(k_max, density)
    assert (k == np.round(k)).all() and (np.diff(k) > 0).all() and k[0] == 1 and k[-1] == k_max
    # Rounding to integers moves either neighbour by at most one half.
    assert ((k[1:] - 0.5) <= (k[:-1] + 0.5) * 2 ** (1 / density) * (1 + 1e-12)).all()


@given(replicates=st.integers(1, 500), data=st.data())
def test_batches_hold_each_replicate_once(replicates, data):
    batches = data.draw(st.integers(1, replicates))
    parts = [
        grid.batch_replicates({"simulation": {"replicates": replicates, "batches": batches}}, 10, batch)
        for batch in range(batches)
    ]
    assert [replicate for part in parts for replicate in part] == list(range(replicates))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize(("replicates", "batches", "batch"), [(4, 5, 0), (4, 0, 0), (4, 2, 2), (4, 2, -1)])
def test_batch_out_of_range_is_refused(replicates, batches, batch):
    with pytest.raises(ValueError, match=rf"batch is {batch} of {batches}; there must be 1 to {replicates}"):
        grid.batch_replicates({"simulation": {"replicates": replicates, "batches": batches}}, 10, batch)


def test_block_of_takes_the_parts_of_one_experiment():
    keys = {"seed": 1, "experiments.error_vs_k.problem": 2, "experiments.error_vs_k2.problem": 3}
    assert grid.block_of(keys, "error_vs_k") == {"problem": 2}


def test_laws_of_inputs_multiply_problems_and_leave_the_others_as_they_were():
    without, several = table(), table(inputs=["gaussian", "digits"])
    assert len(several) == 2 * len(without)
    assert several["seed_key"].nunique() == 2 * without["seed_key"].nunique()
    assert not set(several["point"]) & set(without["point"])
    assert without["point"].equals(table()["point"])


def test_teacher_from_the_prior_enters_by_its_root_mean_square():
    model = grid.build_model({**ROW, "teacher_draw": "prior"}, "test", 1)
    np.testing.assert_array_equal(model.teacher, np.full(20, 2.0))


BEAM = PAPER["experiments"]["beam_search"]


def test_beams_are_those_of_the_block_each_once_and_with_its_own_seed():
    points, settings = grid.points("beam_search", BEAM), BEAM["beam"]
    assert list(points.columns) == grid.BEAM_COLUMNS
    assert points["point"].is_unique and points["seed_key"].is_unique
    assert (points["point"] == points["problem"]).all()
    right = points[(points["partial_reward"] == "right") & (points["width"] == 1)]
    asked = {(steps, gap) for steps in settings["steps"] for gap in settings["teacher_gap"]}
    asked |= {(settings["biased_steps"], gap) for gap in settings["biased_teacher_gap"]}
    one_input = right[right["kappa"].isna()]
    assert sorted(zip(one_input["steps"], one_input["teacher_gap"], strict=True)) == sorted(asked)
    assert right.loc[right["kappa"].notna(), "steps"].tolist() == settings["averaged_steps"]
    wrong = points[(points["reward_bias"] > 0) & (points["width"] == 1)]
    kinds = ["constant", *beam_grid.WRONG]
    assert wrong["partial_reward"].tolist() == kinds * len(settings["biased_teacher_gap"])
    assert set(wrong["reward_bias"]) == {settings["bias"]}
    wide = points[points["width"] > 1].groupby("partial_reward")["width"].agg(list).to_dict()
    assert wide == {"right": settings["width"], "corrected": settings["width"]}


def test_columns_of_beams_are_those_of_the_data_dictionary():
    contract = json.loads((ROOT / "workflow" / "schemas" / "tables.json").read_text())["tables"]
    points = grid.points("beam_search", BEAM)
    assert list(contract["beam grid"]["columns"]) == list(points.columns)
    assert set(points["partial_reward"]) <= set(contract["beam grid"]["columns"]["partial_reward"]["values"])


def test_names_of_beams_come_from_the_beam_alone():
    settings = {**BEAM["beam"], "steps": [1, BEAM["beam"]["steps"][-1]], "averaged_steps": [4], "width": [2]}
    fewer, all_of_them = grid.points("test", {"beam": settings}), grid.points("beam_search", BEAM)
    assert set(fewer["point"]) < set(all_of_them["point"])


@pytest.mark.parametrize(
    ("partial_reward", "biases"),
    [
        ("right", [0.0, 0.0, 0.0, 0.0]),
        ("ramp", [0.2, 0.4, 0.6, 0.8]),
        ("constant", [0.8, 0.8, 0.8, 0.8]),
        ("corrected", [0.8, 0.8, 0.8, 0.0]),
    ],
)
def test_steps_of_a_beam_add_up_to_a_candidate(partial_reward, biases):
    bias = 0.0 if partial_reward == "right" else 0.8
    beam = {"steps": 4, "teacher_gap": 1.5, "partial_reward": partial_reward, "reward_bias": bias}
    steps = beam_grid.steps_of(beam)
    assert steps["teacher_gaps"].sum() == pytest.approx(1.5)
    assert (steps["step_stds"] ** 2).sum() == pytest.approx(1.0)
    assert steps["reward_biases"] == pytest.approx(biases)
