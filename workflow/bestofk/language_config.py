"""The configuration of a run with a language model: read and refused by the rules of `bestofk.config`.

It has a file and a schema of its own, ``workflow/schemas/language_model.schema.json``, because the paper's
configuration is an input of every figure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bestofk.config import (
    ConfigurationError,
    _image,
    _Loader,
    _plain,
    _sentences,
    _syntax_error,
    _Validator,
)

SCHEMA = Path(__file__).resolve().parents[1] / "schemas" / "language_model.schema.json"


def load(path: str | Path) -> dict[str, Any]:
    """Read the configuration of a run with a language model and check all of it.

    Parameters
    ----------
    path : str or Path
        A YAML file.

    Returns
    -------
    dict
        Nested as in the file.

    Raises
    ------
    ConfigurationError
        If the file cannot be read or anything in it is not allowed: one sentence a line.

    Examples
    --------
    >>> load("no.yaml")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bestofk.config.ConfigurationError: no.yaml cannot be read; it must be a YAML file in UTF-8 (...).
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{path} cannot be read; it must be a YAML file in UTF-8 ({error})."
        ) from error
    errors: list[str] = []
    try:
        document = _plain(_Loader(text).get_single_node(), (), errors)
    except yaml.YAMLError as error:
        raise ConfigurationError(_syntax_error(error, str(path))) from error
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    found = list(_Validator(schema).iter_errors(_image(document)))
    errors += (sentence for error in found for sentence in _sentences(error, document))
    if not errors:
        errors += _cross_errors(document)
    if errors:
        raise ConfigurationError("\n".join(dict.fromkeys(errors)))
    return document


def _cross_errors(document: Mapping[str, Any]) -> Iterator[str]:
    """What a schema cannot say: keys that must fit each other."""
    analysis, candidates, judges = document["analysis"], document["candidates"], document["judges"]
    if analysis["k"][-1] > candidates // 2:
        yield (
            f"analysis.k holds {analysis['k'][-1]}; it must be at most {candidates // 2}, half of "
            "candidates: nearer to the size of the pool every subset is nearly the same."
        )
    if analysis["judge"] not in judges:
        yield f"analysis.judge is {analysis['judge']}; it must be one of judges, {', '.join(judges)}."
