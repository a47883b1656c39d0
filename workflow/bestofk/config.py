"""Load a configuration and refuse a bad one before any job starts, in sentences that name the key.

What is allowed stands in one place, ``workflow/schemas/config.schema.json``. Each description there reads
"meaning; unit; what is allowed" and is also the text of the error messages.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

SCHEMA = Path(__file__).resolve().parents[1] / "schemas" / "config.schema.json"

#: Largest number of training points; exact as a float.
LARGEST_N_TRAIN = 10**12

#: Second part of a description where a unit makes no sense; not printed.
NO_UNITS = ("name", "mapping", "switch")

_INTEGER = r"[-+]?(?:0|[1-9][0-9]*)"
_FLOAT = r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_NOT_FINITE = r"[-+]?\.?(?:inf|Inf|INF)|\.?(?:nan|NaN|NAN)"
_TAG = "tag:yaml.org,2002:"


class ConfigurationError(ValueError):
    """A configuration is not allowed: one sentence a line, each naming a key."""


class _Loader(yaml.SafeLoader):
    """Plain YAML: 1e-4 is a number (YAML 1.1 reads a string); 010, 1:30, 1_000, yes and dates are strings."""

    yaml_implicit_resolvers: dict = {}  # noqa: RUF012 (none of YAML 1.1's; the ones wanted are added below)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        alias = isinstance(event, yaml.AliasEvent)
        if alias or event.anchor is not None or event.tag is not None:
            what = "an alias (*)" if alias else "an anchor (&)" if event.anchor is not None else "a tag (!)"
            raise yaml.MarkedYAMLError(
                problem=f"{what} is not allowed in a configuration", problem_mark=event.start_mark
            )
        return super().compose_node(parent, index)


for _name, _pattern in {
    "null": "~|null|",
    "bool": "true|false",
    "int": _INTEGER,
    "float": f"{_FLOAT}|{_NOT_FINITE}",
}.items():
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(rf"(?:{_pattern})\Z"), None)


def load(path: str | Path) -> dict[str, Any]:
    """Read a configuration file and check all of it.

    Parameters
    ----------
    path : str or Path
        A YAML file.

    Returns
    -------
    dict
        Nested as in the file. Infinity (``.inf`` or ``inf``) is a float.

    Raises
    ------
    ConfigurationError
        If the file cannot be read or anything in it is not allowed: one sentence a line for every error
        found, with the key, what it holds and what is allowed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
    ...     _ = file.write("seed: -1")
    ...     file.flush()
    ...     load(file.name)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bestofk.config.ConfigurationError: claims is missing; ...
    """
    try:
        return loads(Path(path).read_text(encoding="utf-8"), name=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read; it must be a YAML file in UTF-8 ({error})."
        ) from error


def loads(text: str, *, name: str = "the configuration") -> dict[str, Any]:
    """Read a configuration from its text and check all of it.

    Parameters
    ----------
    text : str
        YAML.
    name : str
        What the text is called in a message about its syntax.

    Returns
    -------
    dict

    Raises
    ------
    ConfigurationError
        As for `load`.

    Examples
    --------
    >>> loads("[1]")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bestofk.config.ConfigurationError: the configuration is [1]; it must be a mapping of keys ...
    """
    try:
        node = _Loader(text).get_single_node()
        errors: list[str] = []
        document = _plain(node, (), errors)
    except yaml.YAMLError as error:
        raise ConfigurationError(_syntax_error(error, name)) from error
    except RecursionError as error:
        raise ConfigurationError(f"{name} is nested too deeply; at most a few levels are allowed.") from error
    errors += _errors(document)
    if errors:
        raise ConfigurationError("\n".join(dict.fromkeys(errors)))
    return document


def _syntax_error(error: yaml.YAMLError, name: str) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f", line {mark.line + 1}" if mark else ""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return (
        f"{name}{where}: {problem}; plain YAML is required, one document without anchors, aliases and tags."
    )


def _plain(node: Any, path: tuple, errors: list[str]) -> Any:
    """Turn a YAML node into dicts, lists and scalars, noting keys given twice or that are not text."""
    if node is None:
        return None
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), errors) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node.tag.removeprefix(_TAG), node.value)
    result: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or key.tag != _TAG + "str" or key.value == "<<":
            shown = key.value if isinstance(key, yaml.ScalarNode) else "a list or mapping"
            errors.append(
                f"{_dotted(path)} has {shown or 'nothing'} as a key, line {line}; a key must be a plain name."
            )
        elif key.value in lines:
            full = _dotted((*path, key.value))
            errors.append(
                f"{full} is given twice, on lines {lines[key.value]} and {line}; a key is allowed once."
            )
        else:
            lines[key.value] = line
            result[key.value] = _plain(value, (*path, key.value), errors)
    return result


def _scalar(tag: str, text: str) -> Any:
    if tag == "null":
        return None
    if tag == "bool":
        return text == "true"
    if tag == "int":
        # Python refuses to convert thousands of digits; no allowed integer comes near.
        return int(text) if len(text) < 300 else float(text)
    if tag == "float":
        return float(re.sub(r"\.(?=[a-zA-Z])", "", text))
    return text


def _increasing(validator: Any, wanted: bool, values: Any, schema: Any) -> Iterator[ValidationError]:
    numbers = [_number(value) for value in values] if isinstance(values, list) else []
    if wanted and None not in numbers and any(low >= high for low, high in pairwise(numbers)):
        yield ValidationError("not increasing")


def _exactly_one(validator: Any, names: list[str], block: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(block, dict) and sum(name in block for name in names) != 1:
        yield ValidationError("not exactly one")


def _number(value: Any) -> float | int | None:
    if value == ".inf":
        return math.inf
    return None if isinstance(value, (bool, str)) or not isinstance(value, (int, float)) else value


# A float such as 100.0 is refused where an integer is wanted: nothing is converted in silence.
_Validator = extend(
    Draft202012Validator,
    {"x-increasing": _increasing, "x-exactly-one": _exactly_one},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda checker, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON schema of a configuration.

    Returns
    -------
    dict

    Raises
    ------
    ConfigurationError
        If the schema is not there, because the package stands outside the repository.

    Examples
    --------
    >>> schema()["properties"]["seed"]["type"]
    'integer'
    """
    if not SCHEMA.exists():
        raise ConfigurationError(f"{SCHEMA} is missing; use a clone of the repository and its .venv.")
    return json.loads(SCHEMA.read_text(encoding="utf-8"))


def _image(value: Any) -> Any:
    """The document as JSON can hold it: infinity and nan as strings that no text key accepts."""
    if isinstance(value, dict):
        return {key: _image(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_image(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return f'"{value}"' if value in (".nan", ".inf", "-.inf") else value


def _errors(document: Any) -> list[str]:
    found = list(_Validator(schema()).iter_errors(_image(document)))
    # A misspelt key is also missing under its right name: the one that was meant is suggested first.
    ranked = sorted(
        (error.validator != "additionalProperties", sentence)
        for error in found
        for sentence in _sentences(error, document)
    )
    errors = [sentence for _, sentence in ranked]
    # Keys are compared with each other only inside experiments whose every key is allowed by itself.
    wrong = {part for error in found for part in list(error.absolute_path)[:2]}
    experiments = document.get("experiments") if isinstance(document, dict) else None
    for name in schema()["properties"]["experiments"]["properties"]:
        if isinstance(experiments, dict) and name in experiments and name not in wrong:
            errors += _cross_errors(experiments[name], ("experiments", name))
    return errors


def _sentences(error: ValidationError, document: Any) -> Iterator[str]:
    path, block, value = tuple(error.absolute_path), error.schema, _at(document, error.absolute_path)
    if error.validator == "required":
        for name in block["required"]:
            if name not in value:
                yield f"{_dotted((*path, name))} is missing; it {_allowed(block, name)}."
    elif error.validator == "dependentRequired":
        for name, needed in block["dependentRequired"].items():
            for other in needed:
                if name in value and other not in value:
                    full = _dotted((*path, other))
                    yield f"{full} is missing, but {name} needs it; it {_allowed(block, other)}."
    elif error.validator == "additionalProperties":
        known = list(block["properties"])
        for name in value:
            if name not in known:
                close = difflib.get_close_matches(name, known, n=1)
                asked = f"did you mean {close[0]}? It" if close else "it"
                yield (
                    f"{_dotted((*path, name))} is an unknown key; {asked} must be one of {', '.join(known)}."
                )
    elif error.validator == "x-exactly-one":
        names = block["x-exactly-one"]
        held = " and ".join(name for name in names if name in value) or f"none of {', '.join(names)}"
        rest = "; ".join(f"{name} {_allowed(block, name)}" for name in names if name not in value)
        yield f"{_dotted(path)} holds {held}; it must hold exactly one of {', '.join(names)}" + (
            f": {rest}." if held.startswith("none") else "."
        )
    else:
        yield f"{_dotted(path)} is {_shown(value)}; it {_description(block)}."


def _allowed(block: Mapping[str, Any], name: str) -> str:
    return _description(_resolved(block["properties"][name]))


def _resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return schema()["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node


def _description(node: Mapping[str, Any]) -> str:
    meaning, unit, allowed = node["description"].split("; ")
    return f"must be {allowed} ({meaning})" if unit in NO_UNITS else f"must be {allowed} ({meaning}, {unit})"


def _at(document: Any, path: Any) -> Any:
    for part in path:
        document = document[part]
    return document


def _dotted(path: tuple) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the configuration"


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        text = "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    elif isinstance(value, list):
        text = "[" + ", ".join(map(_shown, value)) + "]"
    elif isinstance(value, float):
        return repr(value)
    else:
        text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:60]}... ({len(text)} characters)"


def _cross_errors(block: Mapping[str, Any], path: tuple) -> Iterator[str]:
    """What a schema cannot say: keys of one experiment that must fit each other."""
    for inner, axis in _axes(block, path):
        if axis["from"] >= axis["to"]:
            yield f"{_dotted((*inner, 'from'))} is {axis['from']!r}; it must be less than to, {axis['to']!r}."
    simulation = block.get("simulation", {"batches": 1, "replicates": 1})
    replicates = simulation["replicates"]
    if isinstance(replicates, list):
        if len(replicates) != len(block["problem"]["n_features"]):
            key, wanted = _dotted((*path, "simulation", "replicates")), len(block["problem"]["n_features"])
            yield f"{key} holds {len(replicates)} values; it must hold {wanted}, one for each n_features."
        replicates = min(replicates)
    if simulation["batches"] > replicates:
        yield (
            f"{_dotted((*path, 'simulation', 'batches'))} is {simulation['batches']}; "
            f"it must be at most replicates, {replicates}."
        )
    selection, decay = block.get("selection", {}), block.get("decay", {"span": 2, "k": [2]})
    for number in sorted(set(selection.get("k_direct", [])) - set(selection["k"] if selection else [])):
        yield f"{_dotted((*path, 'selection', 'k_direct'))} holds {number}; each value must also be in k."
    if decay["span"] > decay["k"][0]:
        yield (
            f"{_dotted((*path, 'decay', 'span'))} is {decay['span']}; "
            f"it must be at most {decay['k'][0]}, the smallest k."
        )
    group = simulation.get("group", 1)
    for index, number in enumerate(simulation["inputs"] if "group" in simulation else []):
        if number % group:
            key = _dotted((*path, "simulation", "inputs", index))
            yield f"{key} is {number}; it must be a multiple of group, {group}."
    if "group" in simulation and 2 * group > simulation["inputs"][-1]:
        yield (
            f"{_dotted((*path, 'simulation', 'group'))} is {group}; it must be at most half of the last of "
            f"inputs, {simulation['inputs'][-1]}."
        )
    if "problem" in block:
        yield from _problem_errors(block["problem"], (*path, "problem"))


def _axes(block: Any, path: tuple) -> Iterator[tuple[tuple, dict]]:
    if isinstance(block, dict):
        if block.keys() == {"from", "to", "points"}:
            yield path, block
        for key, value in block.items():
            yield from _axes(value, (*path, key))


def _problem_errors(problem: Mapping[str, Any], path: tuple) -> Iterator[str]:
    for index, ratio in enumerate(problem.get("aspect_ratio", [])):
        for n_features in problem["n_features"]:
            n_train = n_features / ratio
            if n_train > LARGEST_N_TRAIN or abs(n_train - round(n_train)) > 1e-9 * n_train:
                key = _dotted((*path, "aspect_ratio", index))
                yield (
                    f"{key} is {ratio!r}; n_features/aspect_ratio must be an integer n_train from 1 to "
                    f"{LARGEST_N_TRAIN}, and {n_features}/{ratio!r} is {n_train:.6g}."
                )
                break
    shapes = {spectrum["shape"] for spectrum in problem["spectrum"]}
    if "kappa" in problem["teacher"] and problem["teacher"]["draw"] != "signs" and shapes != {"isotropic"}:
        yield (
            f"{_dotted((*path, 'teacher', 'draw'))} is {problem['teacher']['draw']}; it must be signs where "
            "kappa is given and a spectrum is not isotropic: the difficulty then depends on the draw."
        )
    vectors = {
        (*path, "spectrum", index, "values"): spectrum["values"]
        for index, spectrum in enumerate(problem["spectrum"])
        if spectrum["shape"] == "values"
    }
    for key, values in vectors.items():
        if not any(values):
            yield f"{_dotted(key)} is {_shown(values)}; it must hold an eigenvalue greater than 0."
    for index, weights in enumerate(problem["reward"].get("weights", [])):
        vectors[(*path, "reward", "weights", index)] = weights
    for key, values in vectors.items():
        if any(len(values) != n_features for n_features in problem["n_features"]):
            wanted = " and ".join(map(str, problem["n_features"]))
            yield f"{_dotted(key)} holds {len(values)} numbers; it must hold n_features of them, {wanted}."
