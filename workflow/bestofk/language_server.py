"""Where a language model is: in an installed package, in a file, or behind a URL.

A file is run in this process by xllamacpp (llama.cpp in a wheel), which is imported only then. A URL leads to
a server that speaks OpenAI's protocol for completions.
"""

from __future__ import annotations

import importlib.util
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bestofk.language_model import LanguageModel, LanguageModelError
from bestofk.provenance import file_hash

#: Tokens of context. Questions are short; all candidates of a request share it.
CONTEXT = 4096


def open_model(block: Mapping[str, Any], *, slots: int) -> LanguageModel:
    """Open the model that a configuration names.

    Parameters
    ----------
    block : mapping
        ``wheel`` or ``path`` with ``sha256``, or ``url`` with ``timeout`` and perhaps ``name``.
    slots : int
        Most candidates in one request.

    Returns
    -------
    LanguageModel

    Raises
    ------
    LanguageModelError
        If it cannot be opened.

    Examples
    --------
    >>> open_model({"path": "no.gguf", "sha256": "0" * 64}, slots=1)
    Traceback (most recent call last):
    bestofk.language_model.LanguageModelError: the model no.gguf is missing
    """
    if "url" in block:
        return open_url(block["url"], slots=slots, timeout=block["timeout"], name=block.get("name", ""))
    path = wheel_file(block["wheel"]) if "wheel" in block else block["path"]
    return open_file(path, sha256=block["sha256"], slots=slots)


def open_url(url: str, *, slots: int, timeout: float, name: str = "") -> LanguageModel:
    """Open a model at a URL.

    Parameters
    ----------
    url : str
        Up to and without ``/completions``, such as ``http://127.0.0.1:8080/v1``.
    slots : int
        Most candidates in one request that the server allows.
    timeout : float
        Seconds after which a request has failed.
    name : str
        Of the model, for servers that hold several.

    Returns
    -------
    LanguageModel
        Its methods raise LanguageModelError if the server cannot be reached, takes too long, or does not
        answer in JSON.

    Examples
    --------
    >>> model = open_url("http://127.0.0.1:9", slots=1, timeout=1.0)
    >>> model.settle("Hello")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    bestofk.language_model.LanguageModelError: http://127.0.0.1:9/completions cannot be reached: ...
    """
    address = f"{url.rstrip('/')}/completions"
    named = {"model": name} if name else {}

    def complete(request: dict[str, Any]) -> Any:
        body = json.dumps(named | request).encode()
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=timeout) as response:
                content = response.read()
        except urllib.error.HTTPError as error:
            with error:
                said = error.read(200).decode(errors="replace")
            raise LanguageModelError(f"{address} answered with status {error.code}: {said}") from None
        except TimeoutError:
            raise LanguageModelError(f"{address} did not answer within {timeout:g} s") from None
        except (urllib.error.URLError, OSError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise LanguageModelError(f"{address} did not answer within {timeout:g} s") from None
            raise LanguageModelError(f"{address} cannot be reached: {reason}") from None
        try:
            return json.loads(content)
        except ValueError:
            shown = content[:200].decode(errors="replace")
            raise LanguageModelError(f"{address} answered with what is not JSON: {shown!r}") from None

    return LanguageModel(complete, slots=slots)


def open_file(path: str | Path, *, sha256: str, slots: int) -> LanguageModel:
    """Open a GGUF file in this process, on one thread.

    Parameters
    ----------
    path : str or Path
    sha256 : str
        What the file must hash to.
    slots : int
        Most candidates in one request.

    Returns
    -------
    LanguageModel

    Raises
    ------
    LanguageModelError
        If the file is missing, is another one or cannot be loaded, or xllamacpp is not installed.

    Examples
    --------
    >>> open_file("no.gguf", sha256="0" * 64, slots=1)
    Traceback (most recent call last):
    bestofk.language_model.LanguageModelError: the model no.gguf is missing
    """
    if not Path(path).is_file():
        raise LanguageModelError(f"the model {path} is missing")
    if (found := file_hash(path)) != sha256:
        raise LanguageModelError(
            f"the model {path} has the SHA-256 {found}, and {sha256} is asked for: "
            "the file is damaged, or is another one"
        )
    return LanguageModel(start_server(path, slots=slots).handle_completions, slots=slots)


def start_server(path: str | Path, *, slots: int) -> Any:
    """Load a GGUF file into llama.cpp's server, which also listens on a free port of this machine.

    Parameters
    ----------
    path : str or Path
    slots : int
        Answers at once.

    Returns
    -------
    xllamacpp.Server
        Its ``listening_address`` is the URL; it stops when it is deleted.

    Raises
    ------
    LanguageModelError
        If xllamacpp is not installed or the file cannot be loaded.
    """
    try:
        import xllamacpp
    except ImportError:
        raise LanguageModelError("xllamacpp is not installed: `make llm` says how to get it") from None
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_parallel, parameters.n_ctx, parameters.kv_unified = slots, CONTEXT, True
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    # Neither the memory that is free nor prompts of long ago may change what is computed.
    parameters.fit_params, parameters.cache_ram_mib = False, 0
    parameters.warmup, parameters.verbosity = False, 0
    try:
        return xllamacpp.Server(parameters)
    except RuntimeError as error:
        raise LanguageModelError(f"llama.cpp cannot load the model {path}: {error}") from error


def wheel_file(name: str) -> Path:
    """Find a file inside an installed package, without importing that.

    Parameters
    ----------
    name : str
        ``package/file``.

    Returns
    -------
    Path

    Raises
    ------
    LanguageModelError
        If the package is not installed.

    Examples
    --------
    >>> wheel_file("bestofk/language_server.py").name
    'language_server.py'
    """
    package, _, file = name.partition("/")
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise LanguageModelError(f"the package {package} is not installed: `make llm` says how to get it")
    return Path(found.submodule_search_locations[0], file)
