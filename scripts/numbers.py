"""Rule numbers: every number that the text of the paper quotes."""

from pathlib import Path

import numpy as np
from bestofk import provenance
from quoted import (
    aggregation,
    beam,
    convergence,
    curves,
    difficulty,
    expansions,
    half_temperature,
    inference_vs_data,
    language_model,
    neural_networks,
    one_input,
    order_parameters,
    phase_edges,
    phases,
    proportional_regime,
    quadrature,
    real_data,
    rewards,
    spread,
    universality,
)
from quoted.formats import figures, fixed, percent


def main(tables: list[str], claims: str, numbers: str, configuration: dict) -> None:
    """Write the numbers of the text.

    Parameters
    ----------
    tables : list of str
        One table an experiment, named after it.
    claims : str
        The ledger; read for its presence: the text counts its verdicts itself.
    numbers : str
        Output: key to ``{"value", "text", "from"}``, the raw value, its text and the tables it comes from.
    configuration : dict
        The run's parameters, some of which are quoted.
    """
    frames = {Path(path).stem: provenance.read_table(path) for path in tables}
    paths = {Path(path).stem: path for path in tables}
    entries: dict[str, dict] = {}
    for experiment, declare in DECLARATIONS.items():
        block = configuration["experiments"].get(experiment, {}) | {"general": configuration}
        for key, (value, text) in declare(frames.get(experiment), block).items():
            full = key if experiment == "general" else f"{experiment}_{key}"
            sources = [paths[experiment]] if experiment in paths else []
            entries[full] = {"value": plain(value), "text": text, "from": sources}
    provenance.write_json(numbers, entries)


def plain(value):
    """The value as JSON can hold it."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def general(frame: None, block: dict) -> dict:
    """Numbers that belong to no experiment."""
    configuration = block["general"]
    claims = configuration["claims"]
    return {
        "seed": (configuration["seed"], str(configuration["seed"])),
        "claims_margin": percent(claims["margin"], 1),
        "claims_control_margin": fixed(100 * claims["control_margin"], 0),
        "claims_hit_rate": percent(claims["hit_rate"], 2),
        "claims_setting_margin": percent(claims["setting_margin"], 1),
        "claims_rare_margin": percent(claims["rare_margin"], 1),
        "claims_bias_margin": percent(claims["bias_margin"], 2),
        "claims_spread_margin": percent(claims["spread_margin"], 2),
        "line_from_temperature": figures(claims["line_from_temperature"], 2),
        "line_from_kappa": figures(claims["line_from_kappa"], 1),
        "claims_confidence": percent(configuration["confidence"], 2),
        "claims_standard_errors": figures(claims["standard_errors"], 1),
    }


DECLARATIONS = {
    "general": general,
    "equivalents": order_parameters.equivalents,
    "error_vs_k": curves.error_vs_k,
    "error_vs_temperature": curves.error_vs_temperature,
    "best_of_k": curves.best_of_k,
    "one_input": one_input.one_input,
    "phase_diagram": phases.phase_diagram,
    "phase_edges": phase_edges.phase_edges,
    "proportional_regime": proportional_regime.proportional_regime,
    "optimal_reward": rewards.optimal_reward,
    "expansion_orders": expansions.expansion_orders,
    "universality": universality.universality,
    "real_data": real_data.real_data,
    "neural_networks": neural_networks.neural_networks,
    "language_model": language_model.language_model,
    "half_temperature_test": half_temperature.half_temperature_test,
    "inference_vs_data": inference_vs_data.inference_vs_data,
    "aggregation": aggregation.aggregation,
    "aggregation_map": aggregation.aggregation_map,
    "convergence_in_dimension": convergence.convergence_in_dimension,
    "task_difficulty": difficulty.task_difficulty,
    "decay_exponent": difficulty.decay_exponent,
    "beam_search": beam.beam_search,
    "replicate_spread": spread.replicate_spread,
    "quadrature_accuracy": quadrature.quadrature_accuracy,
}


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
