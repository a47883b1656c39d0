"""A configuration is refused in full, before anything runs, in sentences that name the key."""

from __future__ import annotations

import copy
import itertools
import json
import math
import re
from pathlib import Path

import pytest
from bestofk import config
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parents[2]
FILES = {run: ROOT / "workflow" / "config" / f"{run}.yaml" for run in ("paper", "smoke")}
SMOKE = config.load(FILES["smoke"])
OPTIONAL = {"reduced_temperature_theory", "optimal_k", "optimal_temperature"}


def to_yaml(document) -> str:
    """JSON is YAML, and unlike yaml.dump it quotes every text; only inf and nan are spelt differently."""
    return json.dumps(document).replace("Infinity", ".inf").replace("NaN", ".nan")


def at(document, path):
    for part in path:
        document = document[part]
    return document


def changed(path, value=None, *, delete=False, rename=None):
    document = copy.deepcopy(SMOKE)
    block = at(document, path[:-1])
    if delete or rename:
        held = block.pop(path[-1])
    if rename:
        block[rename] = held
    elif not delete:
        block[path[-1]] = value
    return document


def edited(path, value=None, **how):
    return to_yaml(changed(path, value, **how))


def refusal_of(document) -> str:
    """The refusal of a document that needs no reading: a tenth of the time, where many are tried."""
    errors = config._errors(document)
    assert errors
    return "\n".join(errors)


def refusal(text: str) -> str:
    with pytest.raises(config.ConfigurationError) as caught:
        config.loads(text)
    return str(caught.value)


def mappings(node, path=()):
    """Paths of all mappings."""
    if isinstance(node, dict):
        yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from mappings(value, (*path, key))


def leaves(node, path=()):
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, key))
    else:
        yield path


E = ("experiments",)
PROBLEM = (*E, "error_vs_k", "problem")
SELECTION = (*E, "error_vs_k", "selection")
PHASES = (*E, "phase_diagram", "phases")
SPECTRUM = (*PROBLEM, "spectrum", 0)
TEN = list(range(1, 11))
POWER = {"shape": "power_law", "scale": 1.0}
# path, value put there, key named (None: the path itself), what it holds, a word of what is allowed
HARD = (*E, "task_difficulty")
BEAM = (*E, "beam_search", "beam")
NETWORKS = (*E, "neural_networks", "networks")
BAD_VALUES = [
    (
        (*E, "real_data", "data", "digits", "judge_labels"),
        [10, 60],
        None,
        "[10, 60]",
        "a list of three values",
    ),
    ((*E, "real_data", "simulation", "draws"), 0, None, "0", "an integer from 1"),
    ((*NETWORKS, "members"), 7, None, "7", "a multiple of 4 from 4"),
    ((*NETWORKS, "judge", "penalty"), -1.0, None, "-1.0", "a number from 0"),
    ((*NETWORKS, "candidate", "iterations"), 0, None, "0", "an integer from 1"),
    ((*BEAM, "teacher_gap"), [0.0, 1.0], None, "[0.0, 1.0]", "a list of three values"),
    ((*BEAM, "width"), [1, 2], "width[0]", "1", "an integer from 2"),
    ((*BEAM, "bias"), 0.0, None, "0.0", "greater than 0 and at most 2"),
    ((*HARD, "problem", "teacher", "kappa"), [0.0, 0.5], "kappa[0]", "0.0", "label noise alone gives"),
    ((*HARD, "problem", "reward", "overshoot"), [1.0], None, "[1.0]", "[0.0]"),
    ((*HARD, "selection", "k_direct"), [1, 3], "selection.k_direct", "3", "each value must also be in k"),
    (
        (*HARD, "problem", "spectrum"),
        [{**POWER, "exponent": 1.0}],
        "teacher.draw",
        "gaussian",
        "must be signs",
    ),
    (
        (*E, "replicate_spread", "simulation", "inputs"),
        [10, 25],
        "simulation.inputs[1]",
        "25",
        "multiple of group",
    ),
    (
        (*E, "replicate_spread", "simulation", "group"),
        40,
        "simulation.group",
        "40",
        "at most half of the last",
    ),
    ((*E, "aggregation", "selection", "cell_width"), 0.01, None, "0.01", "a number from 0.05 to 20"),
    ((*E, "aggregation", "selection", "reduced_temperature"), [0.0], "reduced_temperature[0]", "0.0", "1e-3"),
    ((*E, "equivalents", "simulation", "replicates"), [20, 20], None, "2 values", "one for each n_features"),
    ((*E, "equivalents", "simulation", "replicates"), 20, None, "20", "one value for each n_features"),
    ((*E, "decay_exponent", "decay", "span"), 512, None, "512", "at most 256"),
    ((*PROBLEM, "noise_var"), -1.0, None, "-1.0", "a number greater than 0"),
    ((*PROBLEM, "noise_var"), 0.0, None, "0.0", "a number greater than 0"),
    ((*PROBLEM, "noise_var"), math.nan, None, "nan", "a number greater than 0"),
    ((*PROBLEM, "noise_var"), math.inf, None, "inf", "a number greater than 0"),
    ((*PROBLEM, "noise_var"), "1e-8", None, '"1e-8"', "a number greater than 0"),
    ((*PROBLEM, "prior_var"), None, None, "empty", "a number greater than 0"),
    ((*PROBLEM, "prior_var"), True, None, "true", "a number greater than 0"),
    ((*PROBLEM, "n_train"), [0], "n_train[0]", "0", "an integer from 1"),
    ((*PROBLEM, "n_train"), [100.0], "n_train[0]", "100.0", "an integer from 1"),
    ((*PROBLEM, "n_train"), [], None, "[]", "at least one value"),
    ((*PROBLEM, "n_train"), 100, None, "100", "a list of at least one value"),
    ((*PROBLEM, "n_features"), [10, 10], None, "[10, 10]", "in increasing order"),
    ((*PROBLEM, "aspect_ratio"), [0.1], "problem", "n_train and aspect_ratio", "exactly one of"),
    ((*E, "equivalents", "problem", "aspect_ratio"), [0.03], "aspect_ratio[0]", "0.03", "an integer n_train"),
    (
        (*E, "equivalents", "problem", "aspect_ratio"),
        [1000.0],
        "aspect_ratio[0]",
        "1000.0",
        "integer n_train from 1",
    ),
    ((*SPECTRUM, "shape"), "flat", None, '"flat"', "isotropic, power_law or values"),
    (SPECTRUM, POWER, "spectrum[0].exponent", "missing", "a number from 0 to 10"),
    (SPECTRUM, {**POWER, "exponent": -1}, "spectrum[0].exponent", "-1", "a number from 0 to 10"),
    (SPECTRUM, {"shape": "values", "values": [*TEN[:9], -2.0]}, "values[9]", "-2.0", "a number from 0"),
    (SPECTRUM, {"shape": "values", "values": [0.0] * 10}, "values", "0.0", "greater than 0"),
    (SPECTRUM, {"shape": "values", "values": TEN[:9]}, "values", "9 numbers", "n_features of them, 10"),
    ((*PROBLEM, "reward"), {"overshoot": [-1.0]}, "reward.overshoot[0]", "-1.0", "greater than -1"),
    ((*PROBLEM, "reward"), {"correlation": [1.5]}, "reward.correlation[0]", "1.5", "from -1 to 1"),
    (
        (*PROBLEM, "reward"),
        {"weights": [TEN, [1, 2, 3]]},
        "reward.weights[1]",
        "3 numbers",
        "n_features of them, 10",
    ),
    ((*PROBLEM, "reward"), {}, "reward", "none of", "exactly one of overshoot, correlation, weights"),
    ((*PROBLEM, "teacher", "draw"), "uniform", None, '"uniform"', "gaussian, signs or prior"),
    ((*SELECTION, "k"), [0, 1], "selection.k[0]", "0", "an integer from 1"),
    ((*SELECTION, "k"), [8, 2], None, "[8, 2]", "in increasing order"),
    ((*SELECTION, "k"), [1, math.inf], "selection.k[1]", "inf", "an integer from 1"),
    (
        (*SELECTION, "k_theory"),
        [1.5],
        "selection.k_theory[0]",
        "1.5",
        "an integer from 1 to 1073741824, or .inf",
    ),
    ((*SELECTION, "k_theory"), [math.inf, 1], None, "[inf, 1]", "in increasing order"),
    ((*SELECTION, "k_theory"), [".inf"], "selection.k_theory[0]", '".inf"', "or .inf"),
    ((*E, "best_of_k", "selection", "temperature"), [-0.1], "temperature[0]", "-0.1", "from 0"),
    ((*E, "best_of_k", "selection", "temperature"), [math.nan], "temperature[0]", "nan", "from 0"),
    ((*SELECTION, "reduced_temperature"), [-5], "reduced_temperature[0]", "-5", "from 0"),
    ((*SELECTION, "reduced_temperature_theory"), "wide", None, '"wide"', "an axis {from, to, points}"),
    (
        (*SELECTION, "reduced_temperature_theory"),
        {"from": 9, "to": 3, "points": 4},
        "theory.from",
        "9",
        "less than to",
    ),
    (
        (*SELECTION, "temperature"),
        [0.0],
        "selection",
        "temperature and reduced_temperature",
        "exactly one of",
    ),
    ((*SELECTION, "temperature_unit"), "kelvin", None, '"kelvin"', "noise_var or predictive_var"),
    ((*PHASES, "kappa", "points"), 1, None, "1", "an integer from 2 to 1000"),
    ((*PHASES, "kappa", "from"), 0.0, None, "0.0", "greater than 0"),
    ((*PHASES, "k_max"), 1e3, None, "1000.0", "an integer from 2"),
    ((*E, "error_vs_k", "simulation", "batches"), 99, None, "99", "at most replicates, 20"),
    ((*E, "error_vs_k", "simulation", "replicates"), 1, None, "1", "an integer from 2"),
    ((*E, "error_vs_k", "kind"), "phase_diagram", None, '"phase_diagram"', "selection"),
    ((*E, "overview", "problem", "n_features"), [2], None, "[2]", "must be [1]"),
    (
        (*E, "overview", "problem", "reward"),
        {"correlation": [0.5]},
        "reward.overshoot",
        "missing",
        "one value",
    ),
    ((*E, "overview", "selection", "k"), [2, 4], None, "[2, 4]", "exactly one value"),
    ((*E, "overview", "selection", "reduced_temperature"), [0], "temperature[0]", "0", "greater than 0"),
    ((*E, "overview", "simulation", "replicates"), 2, None, "2", "must be 1"),
    (("run",), "../elsewhere", None, '"../elsewhere"', "lower-case letters"),
    (("run",), "paper\n", None, '"paper\\n"', "lower-case letters"),
    (("run",), math.inf, None, "inf", "lower-case letters"),
    (("seed",), -1, None, "-1", "an integer from 0 to 4294967295"),
    (("seed",), 2**32, None, "4294967296", "an integer from 0 to 4294967295"),
    (("confidence",), 1.0, None, "1.0", "less than 1"),
    (("claims", "margin"), 0, None, "0", "greater than 0 and less than 1"),
    ((*E, "error_vs_c"), {}, None, "unknown", "must be one of equivalents, error_vs_k"),
    (E, [1], None, "[1]", "a mapping"),
]


@pytest.mark.parametrize(("path", "value", "key", "held", "allowed"), BAD_VALUES)
def test_bad_value_is_refused_with_key_value_and_domain(path, value, key, held, allowed):
    message = refusal(edited(path, value))
    named = config._dotted(path) if key is None else key
    sentences = [line for line in message.splitlines() if re.search(rf"{re.escape(named)} (is|holds) ", line)]
    assert len(sentences) == 1, message
    subject, _, rest = sentences[0].partition(";")
    assert held in subject.removeprefix(named)
    assert allowed in rest
    assert sentences[0].endswith(".")


def absent_together():
    """Places of keys to leave out, one of every experiment at a time, whose complaints do not meet."""
    places = [(path, key) for path in mappings(SMOKE) for key in at(SMOKE, path) if key not in OPTIONAL]
    shared = [place for place in places if len(place[0]) < 2]
    apart = {place[0][1]: [] for place in places if len(place[0]) > 1}
    for place in places:
        if len(place[0]) > 1:
            apart[place[0][1]].append(place)
    yield from ([place] for place in shared)
    for group in itertools.zip_longest(*apart.values()):
        yield [place for place in group if place is not None]


def test_every_key_is_needed_and_its_absence_names_it():
    """One file stands for both: the other has the same keys, see below."""
    for group in absent_together():
        partial = copy.deepcopy(SMOKE)
        for path, key in group:
            del at(partial, path)[key]
        message = refusal_of(partial)
        for path, key in group:
            full = config._dotted((*path, key))
            # n_train, aspect_ratio and the like are alternatives: there the mapping is named, and the choice.
            choice = rf"{re.escape(config._dotted(path))} holds none of .*\b{key}\b"
            assert (
                f"{full} is missing; it must be" in message
                or re.search(choice, message)
                or (f"{full} is missing, but" in message)
            ), message


def test_optional_keys_may_be_left_out():
    document = copy.deepcopy(SMOKE)
    for name in ("error_vs_k", "error_vs_temperature"):
        selection = document["experiments"][name]["selection"]
        document["experiments"][name]["selection"] = {
            key: value for key, value in selection.items() if key not in OPTIONAL
        }
    assert config.loads(to_yaml(document)) == document


def test_unknown_key_is_refused_in_every_mapping():
    for path in mappings(SMOKE):
        extended = copy.deepcopy(SMOKE)
        at(extended, path)["surprise"] = 3
        message = refusal_of(extended)
        assert f"{config._dotted((*path, 'surprise'))} is an unknown key; it must be one of " in message


def test_misspelt_key_gets_a_suggestion():
    unknown, missing = refusal(edited((*PROBLEM, "noise_var"), rename="noise_vra")).splitlines()
    assert unknown.startswith(
        "experiments.error_vs_k.problem.noise_vra is an unknown key; did you mean noise_var? It must be one"
    )
    assert missing.startswith("experiments.error_vs_k.problem.noise_var is missing")


def test_misspelt_block_gets_its_suggestion_before_anything_else():
    first = refusal(edited((*E, "error_vs_k"), rename="eror_vs_k")).splitlines()[0]
    assert first.startswith(
        "experiments.eror_vs_k is an unknown key; did you mean error_vs_k? It must be one of"
    )


@pytest.mark.parametrize(("value", "allowed"), [(0.49, False), (0.5, True), (0.999, True), (1.0, False)])
def test_confidence_is_allowed_where_file_and_message_say(value, allowed):
    said = "at least 0.5 and less than 1"
    comment = re.search(r"^confidence: .*#(.*)$", FILES["paper"].read_text(), flags=re.MULTILINE)[1]
    assert said in comment
    if allowed:
        assert config.loads(edited(("confidence",), value))["confidence"] == value
    else:
        assert f"confidence is {value!r}; it must be a number of {said}" in refusal(
            edited(("confidence",), value)
        )


def test_two_rewards_are_refused():
    message = refusal(edited((*PROBLEM, "reward"), {"overshoot": [0.0], "correlation": [0.5]}))
    assert "problem.reward holds overshoot and correlation; it must hold exactly one of" in message


def test_reduced_temperature_needs_its_unit():
    message = refusal(edited((*SELECTION, "temperature_unit"), delete=True))
    assert (
        "selection.temperature_unit is missing, but reduced_temperature needs it; it must be noise_var or"
        in message
    )


def test_all_errors_are_reported_at_once():
    document = copy.deepcopy(SMOKE)
    document["seed"] = "x"
    document["experiments"]["error_vs_k"]["problem"]["noise_var"] = -1
    document["experiments"]["best_of_k"]["simulation"]["batches"] = 21
    text = to_yaml(document)[:-1] + ', "run": "smoke"}'
    lines = refusal(text).splitlines()
    starts = (
        "run is given twice",
        "seed is",
        "experiments.error_vs_k.problem",
        "experiments.best_of_k.simulation",
    )
    assert len(lines) == len(starts)
    assert all(sum(line.startswith(start) for line in lines) == 1 for start in starts)


def test_key_given_twice_is_named_with_its_lines():
    text = (
        FILES["smoke"]
        .read_text()
        .replace("      noise_var: 0.25\n", "      noise_var: 0.25\n      noise_var: 0.5\n")
    )
    assert re.search(
        r"experiments\.equivalents\.problem\.noise_var is given twice, on lines (\d+) and (\d+)",
        refusal(text),
    )


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("run: smoke", "run: &name smoke", "an anchor"),
        ("run: smoke", "run: *name", "an alias"),
        ("run: smoke", "run: !!str smoke", "a tag"),
        ("run: smoke", "run: !!python/name:os.system smoke", "a tag"),
        ("run: smoke", "<<: {run: smoke}", "has << as a key"),
        ("run: smoke", "1: smoke", "has 1 as a key"),
        ("run: smoke", "run: smoke\n--- \nrun: smoke", "document"),
        ("run: smoke", "run: [smoke", "line "),
        ("run: smoke", "run: \x00", "special characters"),
        ("seed: 20261125", "seed: 0o17", "seed is"),
        ("seed: 20261125", "seed: 017", "seed is"),
        ("seed: 20261125", "seed: 1:30", "seed is"),
        ("seed: 20261125", "seed: 1_000", "seed is"),
        ("seed: 20261125", "seed: 2020-01-01", "seed is"),
        ("seed: 20261125", "seed: 1e400", "seed is"),
        ("seed: 20261125", f"seed: {'9' * 5000}", "seed is"),
        ("seed: 20261125", f"seed: {'[' * 5000}", "deep"),
    ],
)
def test_yaml_beyond_plain_scalars_is_refused(old, new, part):
    text = FILES["smoke"].read_text()
    assert text.count(old) == 1
    assert part in refusal(text.replace(old, new))


@pytest.mark.parametrize("text", ["", "[]", "paper", "null", "\n# nothing\n"])
def test_a_document_that_is_no_mapping_is_refused(text):
    assert refusal(text).startswith("the configuration is ")


@pytest.mark.parametrize("spelling", [".inf", "inf", ".Inf", "Infinity"])
def test_infinity_is_allowed_where_a_limit_exists(spelling):
    text = FILES["smoke"].read_text().replace("k_theory: [2, 8, .inf]", f"k_theory: [2, 8, {spelling}]")
    if spelling == "Infinity":
        assert 'k_theory[2] is "Infinity"' in refusal(text)
    else:
        selection = config.loads(text)["experiments"]["error_vs_temperature"]["selection"]
        assert selection["k_theory"] == [2, 8, math.inf]


def test_file_that_cannot_be_read_is_refused(tmp_path):
    for name, content in (("missing.yaml", None), ("latin.yaml", b"run: caf\xe9")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(config.ConfigurationError, match=rf"{name} cannot be read; it must be"):
            config.load(tmp_path / name)


def shape(node):
    """Keys and types, with lists reduced to the set of what they hold."""
    if isinstance(node, dict):
        return tuple((key, shape(value)) for key, value in sorted(node.items()))
    if isinstance(node, list):
        return frozenset(map(shape, node))
    return "number" if isinstance(node, int | float) and not isinstance(node, bool) else type(node).__name__


def test_paper_and_smoke_have_the_same_shape():
    paper, smoke = (config.load(path) for path in FILES.values())
    assert (paper["run"], smoke["run"]) == ("paper", "smoke")
    assert shape(paper) == shape(smoke)  # 1e-8 is a number in both
    assert list(paper["experiments"]) == list(smoke["experiments"])


def schema_keys(node, path=()):
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            if path[-1:] != ("if",):
                yield (*path, key), config._resolved(value)
        if isinstance(node.get("items"), dict):
            yield (*path, "items"), config._resolved(node["items"])
    for key, value in (
        node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    ):
        yield from schema_keys(value, (*path, key))


def test_schema_is_valid_and_describes_every_key_by_meaning_unit_and_domain():
    Draft202012Validator.check_schema(config.schema())
    keys = list(schema_keys(config.schema()))
    assert len(keys) > 80
    for path, node in keys:
        parts = node.get("description", "").split("; ")
        assert len(parts) == 3 and all(parts), path


LEAVES = sorted(leaves(SMOKE), key=str)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("abc019.-_ ", max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abckT", max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


def json_type(value):
    if isinstance(value, bool) or value is None:
        return str(value)
    return "number" if isinstance(value, int | float) else type(value).__name__


@settings(max_examples=100, deadline=None)
@given(path=st.sampled_from(LEAVES), value=JSON_VALUES)
def test_a_leaf_of_another_type_never_passes(path, value):
    old = at(SMOKE, path)
    if json_type(value) == json_type(old) or {json_type(value), json_type(old)} <= {"True", "False"}:
        return
    message = refusal_of(changed(path, value))
    assert re.search(rf"^{re.escape(config._dotted(path))}[ .\[]", message, re.MULTILINE), message


@settings(max_examples=40, deadline=None)
@given(path=st.sampled_from(LEAVES), value=st.integers() | st.floats())
def test_any_number_is_refused_or_kept_as_it_is(path, value):
    text = edited(path, value)
    try:
        document = config.loads(text)
    except config.ConfigurationError:
        return
    assert type(at(document, path)) is type(value) and at(document, path) == value
    # Infinity gets in only where a limit exists, nan nowhere.
    assert math.isfinite(value) or {"k_theory", "reduced_temperature", "temperature"} & set(path)


@settings(max_examples=200, deadline=None)
@given(text=st.text() | st.text("{}[]:,-&*!|>'\"%@#?~ \nab1."))
def test_no_text_raises_anything_but_a_configuration_error(text):
    with pytest.raises(config.ConfigurationError):
        config.loads(text)


def test_package_outside_the_repository_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(config, "SCHEMA", tmp_path / "config.schema.json")
    config.schema.cache_clear()
    with pytest.raises(config.ConfigurationError, match="use a clone of the repository"):
        config.schema()
