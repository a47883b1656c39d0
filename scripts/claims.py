"""Rule claims: decide every statement of the paper that a number can decide."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
from bestofk import provenance
from ledger.curves import best_of_k, error_vs_k, error_vs_temperature
from ledger.difficulty import decay_exponent, task_difficulty
from ledger.order_parameters import equivalents
from ledger.phases import phase_diagram
from ledger.spread import replicate_spread

LEDGER: dict[str, Callable[[pd.DataFrame, dict], Iterator[dict]]] = {
    "equivalents": equivalents,
    "error_vs_k": error_vs_k,
    "error_vs_temperature": error_vs_temperature,
    "best_of_k": best_of_k,
    "phase_diagram": phase_diagram,
    "task_difficulty": task_difficulty,
    "decay_exponent": decay_exponent,
    "replicate_spread": replicate_spread,
}


def main(tables: list[str], claims: str, configuration: dict) -> None:
    """Decide the claims and write them in the order of the paper.

    Parameters
    ----------
    tables : list of str
        One table an experiment, named after it.
    claims : str
        Output: a list of entries with id, sentence, source, experiment, quantity, measured, expected, verdict
        (``holds``, ``fails``, ``undecided``) and ``from``, the tables that decide it.
    configuration : dict
        ``claims``: margins.
    """
    frames = {Path(path).stem: provenance.read_table(path) for path in tables}
    settings = configuration["claims"] | {"confidence": configuration["confidence"]}
    paths = {Path(path).stem: path for path in tables}
    entries = []
    for experiment, decide in LEDGER.items():
        for entry in decide(frames[experiment], settings):
            entries.append({**entry, "experiment": experiment, "from": [paths[experiment]]})
    provenance.write_json(claims, entries)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
