"""Rule claims: decide every statement of the paper that a number can decide."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
from bestofk import provenance
from ledger.aggregation import aggregation, aggregation_map
from ledger.beam import beam_search
from ledger.convergence import convergence_in_dimension
from ledger.curves import best_of_k, error_vs_k, error_vs_temperature
from ledger.difficulty import decay_exponent, task_difficulty
from ledger.expansions import expansion_orders
from ledger.half_temperature import half_temperature_test
from ledger.inference_vs_data import inference_vs_data
from ledger.language_model import language_model
from ledger.neural_networks import neural_networks
from ledger.one_input import one_input
from ledger.order_parameters import equivalents
from ledger.phase_edges import phase_edges
from ledger.phases import phase_diagram
from ledger.proportional_regime import proportional_regime
from ledger.quadrature import quadrature_accuracy
from ledger.real_data import real_data
from ledger.rewards import optimal_reward
from ledger.spread import replicate_spread
from ledger.universality import universality

#: Of the page of claims.
STYLE = (
    "body{font:14px sans-serif;margin:1em} table{border-collapse:collapse} "
    "th,td{text-align:left;vertical-align:top;padding:4px 10px;border-bottom:1px solid #ccc}"
)

LEDGER: dict[str, Callable[[pd.DataFrame, dict], Iterator[dict]]] = {
    "equivalents": equivalents,
    "error_vs_k": error_vs_k,
    "error_vs_temperature": error_vs_temperature,
    "best_of_k": best_of_k,
    "one_input": one_input,
    "phase_diagram": phase_diagram,
    "phase_edges": phase_edges,
    "proportional_regime": proportional_regime,
    "optimal_reward": optimal_reward,
    "expansion_orders": expansion_orders,
    "universality": universality,
    "real_data": real_data,
    "neural_networks": neural_networks,
    "language_model": language_model,
    "half_temperature_test": half_temperature_test,
    "inference_vs_data": inference_vs_data,
    "aggregation": aggregation,
    "aggregation_map": aggregation_map,
    "convergence_in_dimension": convergence_in_dimension,
    "task_difficulty": task_difficulty,
    "decay_exponent": decay_exponent,
    "beam_search": beam_search,
    "replicate_spread": replicate_spread,
    "quadrature_accuracy": quadrature_accuracy,
}


def main(tables: list[str], claims: str, table: str, configuration: dict) -> None:
    """Decide the claims and write them in the order of the paper.

    Parameters
    ----------
    tables : list of str
        One table an experiment, named after it.
    claims : str
        Output: a list of entries with id, sentence, source, evidence, experiment, quantity, measured,
        expected, verdict (``holds``, ``fails``, ``undecided``) and ``from``, the tables that decide it.
    table : str
        Output: the same as a page with one table, for the report.
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
    provenance.write_atomic(table, page(entries))


def page(entries: list[dict]) -> str:
    """The claims as an HTML page that needs nothing else.

    Parameters
    ----------
    entries : list of dict
        As in claims.json.

    Returns
    -------
    str
    """
    columns = [
        "verdict",
        "sentence",
        "quantity",
        "measured",
        "expected",
        "source",
        "evidence",
        "experiment",
        "id",
    ]
    table = pd.DataFrame(entries)[columns].rename(columns={"sentence": "claim"})
    # Without this a long sentence would be cut.
    with pd.option_context("display.max_colwidth", None):
        body = table.to_html(index=False, border=0)
    head = f"<head><meta charset='utf-8'><title>Claims</title><style>{STYLE}</style></head>"
    return f"<!DOCTYPE html>\n<html>{head}<body>{body}</body></html>\n"


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
