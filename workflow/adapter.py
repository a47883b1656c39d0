"""The one bridge between engine and scripts: call a function with what the rule names, then record it."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from bestofk import provenance

#: What a rule declares for the record and not for the script's function.
BOOKKEEPING = {"sources", "records", "record", "versions", "seeds", "figure"}


def run(main: Callable[..., None], job: Any) -> None:
    """Run a rule's function on the job's named inputs, outputs and parameters, and write the job's record.

    Parameters
    ----------
    main : callable
        Takes each named input, output and parameter of the rule as a keyword argument.
    job : object
        The ``snakemake`` object of a ``script:`` rule. Its ``input.sources`` are files that a person wrote;
        ``params.configuration`` maps dotted configuration keys to the values that the job depends on.

    Raises
    ------
    SystemExit
        With one sentence, if the function fails or a source changed while it ran; nothing is recorded.
    """
    named = {**dict(job.input.items()), **dict(job.output.items()), **dict(job.params.items())}
    arguments = {key: value for key, value in named.items() if key not in BOOKKEEPING}
    sources = _paths(job.input.sources)
    before = [provenance.file_hash(path) for path in sources]
    with open(job.log[0], "w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        try:
            main(**arguments)
        except Exception as error:
            # The sentence goes to the terminal, the way to the error into the log.
            traceback.print_exc()
            sys.exit(f"Rule {job.rule} failed: {error} ({type(error).__name__})")
    # Its output would be newer than the edit and look as if it had been made with it.
    edited = [path for path, old in zip(sources, before, strict=True) if provenance.file_hash(path) != old]
    if edited:
        sys.exit(f"Rule {job.rule} has to run again: {', '.join(edited)} changed while it ran.")
    not_data = {*sources, *_paths(job.input.get("records", []))}
    record = provenance.make_record(
        rule=job.rule,
        sources=sources,
        inputs=[path for path in job.input if path not in not_data],
        outputs=[path for path in job.output if path != job.output.record],
        configuration=job.params.configuration,
        versions=job.params.versions,
        wildcards=dict(job.wildcards.items()),
        seeds=job.params.get("seeds", ""),
    )
    provenance.write_json(job.output.record, record)


def _paths(named: str | Iterable[str]) -> list[str]:
    """A named input as a list: the engine gives a single path as text."""
    return [named] if isinstance(named, str) else list(named)


if __name__ == "__main__":
    sys.exit("workflow/adapter.py is used by the scripts; run a rule instead: make help lists them.")
