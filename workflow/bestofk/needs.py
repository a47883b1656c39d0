"""What theory, figures and text need of a configuration beyond its schema: refused before any job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bestofk import grid
from bestofk.boundaries import condensation_kappa
from bestofk.data_sets import N_EXAMPLES
from bestofk.digits import N_IMAGES, N_PIXELS
from bestofk.equivalents import order_parameters

#: The one file whose run replaces figures/ and the paper.
PAPER = Path("workflow/config/paper.yaml")

#: Largest number of candidates of `matched.best_of_k_error`.
LARGEST_K_AVERAGED = 1000

#: Domain of the averaged selection error; `selection` refuses what lies outside.
LARGEST_KAPPA, REDUCED_TEMPERATURES = 50.0, (1e-3, 1e3)
LARGEST_KAPPA_OF_OVERSHOOTS = 2500.0


def unmet(configuration: Mapping[str, Any], path: str | Path) -> Iterator[str]:
    """Yield one sentence for each need of the pipeline that a schema-valid configuration does not meet.

    Parameters
    ----------
    configuration : mapping
        As `config.load` returns it, its schema and cross-checks already passed.
    path : str or Path
        The file that holds it: results are named after it.

    Yields
    ------
    str
        Names the key, what it holds and what is allowed.

    Examples
    --------
    >>> from bestofk.config import load
    >>> smoke = "workflow/config/smoke.yaml"
    >>> list(unmet(load(smoke), smoke))
    []
    """
    yield from _name(configuration["run"], Path(path))
    experiments = configuration["experiments"]
    yield from _compared(experiments, configuration["claims"]["largest_k_compared"])
    for name, block in experiments.items():
        yield from _lengths(f"experiments.{name}", block)
        yield from _laws_of_inputs(f"experiments.{name}", block)
        unreachable = list(_unreachable(name, block))
        yield from unreachable
        if not unreachable and block["kind"] in (
            "selection",
            "task_difficulty",
            "replicate_spread",
            "aggregation",
        ):
            yield from _domain(name, block, configuration["seed"])
        if block["kind"] == "expansion_orders":
            yield from _expansion(f"experiments.{name}.expansion", block["expansion"])
        if block["kind"] == "phase_edges":
            yield from _condensed(f"experiments.{name}.edges", block["edges"])
        if block["kind"] == "aggregation_map":
            yield from _judges(f"experiments.{name}.map", block["map"])
        if block["kind"] == "best_reward":
            yield from _overshoots(name, block, configuration["seed"])
        if block["kind"] in ("real_data", "neural_networks"):
            yield from _splits(f"experiments.{name}", block)
        if block["kind"] == "neural_networks":
            yield from _pool(f"experiments.{name}", block)
        if block["kind"] == "beam":
            yield from _beams(f"experiments.{name}.beam", block["beam"])


def _name(run: str, path: Path) -> Iterator[str]:
    if run == "paper" and path != PAPER:
        yield f"{path} has `run: paper`; only {PAPER} may, because that run replaces figures/ and the paper."
    elif run != path.stem:
        yield f"{path} has `run: {run}`; it must be `run: {path.stem}`: results are named after the file."


def _compared(experiments: Mapping[str, Any], largest: int) -> Iterator[str]:
    """Whether some k is compared with the largest simulated one."""
    smallest = experiments.get("error_vs_k", {}).get("selection", {}).get("k", [1])[0]
    if smallest > largest:
        yield (
            f"claims.largest_k_compared is {largest}; it must be at least {smallest}, the smallest of "
            "experiments.error_vs_k.selection.k."
        )


#: Keys whose lists must have some length, and why.
_LEAST = {
    "experiments.equivalents": [("problem.n_features", 2, "the figure extrapolates in 1/d")],
    "experiments.error_vs_k": [
        ("problem.reward.overshoot", 3, "the text compares the three largest"),
        ("selection.k", 2, "claims compare every k with the largest"),
        ("selection.reduced_temperature_theory", 1, "the third-order panel needs a high temperature"),
    ],
    "experiments.error_vs_temperature": [
        ("problem.reward.overshoot", 1, "the figure has a panel for each"),
        ("selection.k", 2, "the text quotes the second one"),
    ],
    "experiments.best_of_k": [("problem.reward.overshoot", 1, "the law is that of the teacher, c = 0")],
    "experiments.proportional_regime": [
        ("problem.reward.overshoot", 2, "the text compares the teacher with the largest"),
        ("selection.reduced_temperature", 2, "the text compares the lowest with the highest"),
        ("selection.k", 2, "the text quotes the largest"),
    ],
    "experiments.universality": [
        ("selection.reduced_temperature", 2, "the text compares the lowest with the highest"),
        ("problem.reward.overshoot", 2, "the figure compares the teacher with the largest"),
    ],
    "experiments.phase_diagram": [("phases.rho", 2, "the figure has a column of panels for each")],
    "experiments.convergence_in_dimension": [
        ("problem.n_features", 2, "the figure extrapolates in 1/d"),
        ("problem.reward.overshoot", 2, "the figure has a row for the teacher and one for another judge"),
    ],
    "experiments.task_difficulty": [("problem.teacher.kappa", 2, "a claim compares difficulties")],
    "experiments.aggregation": [
        ("problem.reward.overshoot", 3, "the figure has a panel for each of three"),
        ("selection.k", 2, "the text compares the smallest with the largest"),
    ],
    "experiments.beam_search": [("beam.steps", 2, "the gain is that of more steps than one")],
}

#: Values that a list must hold.
_HELD = {
    "experiments.error_vs_k": [("selection.k_theory", np.inf), ("selection.k_theory", 2)],
    "experiments.error_vs_temperature": [("selection.k_theory", np.inf)],
    "experiments.best_of_k": [("problem.reward.overshoot", 0.0), ("selection.temperature", 0.0)],
    "experiments.inference_vs_data": [("tradeoff.overshoot", 0.0), ("tradeoff.reduced_temperature", 0.0)],
    **{
        f"experiments.{name}": [
            ("problem.reward.overshoot", 0.0),
            ("selection.reduced_temperature", 0.0),
            ("selection.k", 1),
        ]
        for name in ("universality", "proportional_regime", "convergence_in_dimension")
    },
    "experiments.optimal_reward": [
        ("problem.reward.overshoot", 0.0),
        ("selection.overshoot", 0.0),
        *(("selection.k", number) for number in (2, 3, 8, 64)),
        *(("selection.k_theory", number) for number in (2, 3, 8, 64, np.inf)),
    ],
    "experiments.expansion_orders": [
        *(("expansion.k", number) for number in (5, 8, 64)),
        *(("expansion.overshoot", number) for number in (0.0, 15.0)),
    ],
    "experiments.task_difficulty": [("problem.teacher.kappa", 0.5)],
    "experiments.beam_search": [("beam.steps", 1), ("beam.averaged_steps", 1)],
    "experiments.real_data": [("selection.reduced_temperature", 0.0), ("selection.k", 1)],
    "experiments.language_model": [("estimates.temperatures", 0.0), ("estimates.temperatures", 1.0)],
    "experiments.half_temperature_test": [("pools.reduced_temperature", 1.0)],
    "experiments.neural_networks": [
        *(("selection.reduced_temperature", number) for number in (0.0, 1.0)),
        ("selection.k", 1),
    ],
    "experiments.quadrature_accuracy": [
        *(("quadrature.reward_gap", number) for number in (0.0, 6.0, 50.0)),
        *(("quadrature.nodes", number) for number in (6, 9)),
        ("quadrature.reduced_temperature_of_averages", 0.0),
    ],
}


def _lengths(path: str, block: Mapping[str, Any]) -> Iterator[str]:
    for key, least, why in _LEAST.get(path, []):
        held = _at(block, key)
        count = 0 if held is None else len(grid.axis(held))
        if count < least:
            values = "1 value" if count == 1 else f"{count} values"
            yield f"{path}.{key} holds {values}; it must hold at least {least}, because {why}."
    for key, value in _HELD.get(path, []):
        held = _at(block, key)
        if held is not None and value not in held:
            yield f"{path}.{key} is {_text(held)}; it must hold {value:g}, which the figure and the text use."
    if path == "experiments.equivalents":
        (key, rewards), *_ = block["problem"]["reward"].items()
        if len(rewards) != 1:
            yield f"{path}.problem.reward.{key} holds {len(rewards)} values; it must hold 1, which is judged."
    if path == "experiments.equivalents" and not any(
        spectrum["shape"] == "isotropic" for spectrum in block["problem"]["spectrum"]
    ):
        yield f"{path}.problem.spectrum has no isotropic entry; it must have one, which the text quotes."
    for name, key in (("error_vs_k", "optimal_k"), ("error_vs_temperature", "optimal_temperature")):
        if path == f"experiments.{name}" and not block["selection"].get(key):
            yield f"{path}.selection.{key} is not true; it must be, because the figure marks it."


def _laws_of_inputs(path: str, block: Mapping[str, Any]) -> Iterator[str]:
    """Whether laws of the inputs, and a teacher drawn by every replicate, stand where they mean something."""
    problem = block.get("problem", {})
    drawn = problem.get("teacher", {}).get("draw") == "prior"
    if block["kind"] != "universality":
        if "inputs" in problem:
            yield f"{path}.problem.inputs is given; it must stand in an experiment of the kind universality."
        if drawn:
            yield f"{path}.problem.teacher.draw is prior; it must be gaussian or signs for {block['kind']}."
        return
    if not drawn or problem["teacher"]["mean_square"] != problem["prior_var"]:
        yield (
            f"{path}.problem.teacher must have draw: prior and mean_square equal to prior_var, "
            f"{problem['prior_var']:g}, because the error is averaged over the prior."
        )
    if max(block["selection"]["k"]) > LARGEST_K_AVERAGED:
        yield (
            f"{path}.selection.k reaches {max(block['selection']['k'])}; it must be at most "
            f"{LARGEST_K_AVERAGED}, where the averaged error is interpolated."
        )
    if "digits" not in problem["inputs"]:
        return
    if problem["n_features"] != [N_PIXELS]:
        given = problem["n_features"]
        yield f"{path}.problem.n_features is {given}; it must be [{N_PIXELS}], the pixels of a digit."
    wanted = max(problem.get("n_train", [0])) + block["simulation"]["inputs"]
    if wanted > N_IMAGES:
        yield (
            f"{path} wants {wanted} training points and test inputs in a replicate; it must be at most "
            f"{N_IMAGES}, the number of images of digits."
        )


def _unreachable(name: str, block: Mapping[str, Any]) -> Iterator[str]:
    """Whether some teacher gives every stated difficulty."""
    if "kappa" in block.get("problem", {}).get("teacher", {}):
        try:
            grid.points(name, block)
        except ValueError as error:
            yield f"experiments.{name}.problem.teacher cannot be met: {error}."


def _domain(name: str, block: Mapping[str, Any], seed: int) -> Iterator[str]:
    """Whether the averaged selection error can be computed at every point and temperature."""
    path = f"experiments.{name}"
    for row in grid.points(name, block).to_dict("records"):
        model = grid.build_model(row, name, seed)
        values = order_parameters(model)
        where = f"n_train = {row['n_train']} and {row['reward']} = {row['reward_value']:g}"
        if values.kappa > LARGEST_KAPPA:
            yield (
                f"{path}.problem gives q_RR/s^2 = {values.kappa:.4g} at {where}; "
                f"it must be at most {LARGEST_KAPPA:g}, where the averaged error is computed."
            )
        elif name == "best_of_k" and values.kappa >= 0.5:
            yield (
                f"{path}.problem gives q_TT/s^2 = {values.kappa:.4g} at {where}; "
                "it must be below 0.5, where the law of 1/k^2 holds."
            )
        if block["kind"] == "task_difficulty":
            continue
        t = grid.all_temperatures(block, model) / (2 * values.s2)
        wrong = t[(t > 0) & np.isfinite(t) & ((t < REDUCED_TEMPERATURES[0]) | (t > REDUCED_TEMPERATURES[1]))]
        if wrong.size:
            yield (
                f"{path}.selection gives T/(2 s^2) = {wrong[0]:.4g} at {where}; it must be 0, inf, or from "
                f"{REDUCED_TEMPERATURES[0]:g} to {REDUCED_TEMPERATURES[1]:g}."
            )


def _judges(path: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Whether the averaged selection error can be computed for the farthest judge."""
    kappa = settings["q_tt"] * settings["gap_ratio"]["to"] ** 2
    if kappa > LARGEST_KAPPA:
        yield (
            f"{path}.gap_ratio.to gives q_RR/s^2 = {kappa:.4g}; it must be at most {LARGEST_KAPPA:g}, where "
            "the averaged error is computed."
        )


def _overshoots(name: str, block: Mapping[str, Any], seed: int) -> Iterator[str]:
    """Whether the simulated overshoots are points, hold t, and can be computed at every temperature."""
    path, selection = f"experiments.{name}", block["selection"]
    overshoots, simulated = block["problem"]["reward"]["overshoot"], selection["overshoot"]
    if missing := [c for c in simulated if c not in overshoots]:
        yield (
            f"{path}.selection.overshoot holds {missing[0]:g}; it must be one of "
            f"{path}.problem.reward.overshoot."
        )
    if missing := [t for t in selection["reduced_temperature"] if t not in simulated]:
        yield (
            f"{path}.selection.overshoot does not hold {missing[0]:g}; it must hold every reduced "
            "temperature, with which the others are compared."
        )
    if max(selection["k_theory"][:-1], default=0) < 1000:
        yield f"{path}.selection.k_theory ends before 1000; a finite k of at least that shows the law."
    for row in grid.points(name, block).drop_duplicates("problem").to_dict("records"):
        model = grid.build_model(row, name, seed)
        values = order_parameters(model)
        largest = (1 + simulated[-1]) ** 2 * values.q_tt / values.s2
        if largest > LARGEST_KAPPA_OF_OVERSHOOTS:
            yield (
                f"{path}.selection.overshoot holds {simulated[-1]:g}, which gives q_RR/s^2 = {largest:.4g}; "
                f"it must be at most {LARGEST_KAPPA_OF_OVERSHOOTS:g}."
            )
        if 2 * values.q_tt >= values.s2:
            yield (
                f"{path}.problem gives q_TT/s^2 = {values.q_tt / values.s2:.4g}; it must be below 0.5, where "
                "the law of the best overshoot holds at every temperature."
            )
        t = grid.temperatures(block, model) / (2 * values.s2)
        wrong = t[(t < REDUCED_TEMPERATURES[0]) | (t > REDUCED_TEMPERATURES[1])]
        if wrong.size:
            yield (
                f"{path}.selection gives T/(2 s^2) = {wrong[0]:.4g}; it must be from "
                f"{REDUCED_TEMPERATURES[0]:g} to {REDUCED_TEMPERATURES[1]:g}."
            )


def _expansion(path: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Whether the exact error can be computed, and slopes measured over a decade of temperature."""
    largest = (1 + settings["overshoot"][-1]) ** 2 * settings["q_tt"]
    if largest > LARGEST_KAPPA:
        yield f"{path} gives q_RR/s^2 = {largest:.4g}; it must be at most {LARGEST_KAPPA:g}."
    axis = settings["reduced_temperature"]
    if axis["to"] < 10 * axis["from"]:
        yield f"{path}.reduced_temperature.to is {axis['to']:g}; it must be at least ten times `from`."


def _condensed(path: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Whether the pairs are beyond condensation."""
    for pair in settings["condensed"]:
        least = float(condensation_kappa(pair["reduced_temperature"]))
        if pair["kappa"] < least:
            yield (
                f"{path}.condensed holds kappa = {pair['kappa']:g} at t = {pair['reduced_temperature']:g}; "
                f"it must be at least (1 + t)(2 + t)/2 = {least:g}."
            )


def _at(block: Mapping[str, Any], key: str) -> Any:
    value: Any = block
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _text(values: Any) -> str:
    return "[" + ", ".join(f"{value:g}" for value in values) + "]"


def _beams(path: str, settings: Mapping[str, Any]) -> Iterator[str]:
    """Whether some average has a law, and every width is simulated at the largest k."""
    if settings["averaged_steps"][-1] <= 2 * settings["averaged_kappa"]:
        yield (
            f"{path}.averaged_steps ends at {settings['averaged_steps'][-1]}; it must end beyond "
            f"2 averaged_kappa = {2 * settings['averaged_kappa']:g}, where the average has a law."
        )
    largest = settings["k"][-1]
    if several := [width for width in settings["width"] if largest % width]:
        yield f"{path}.width holds {several[0]}; it must divide the largest k, {largest}."


def _splits(path: str, block: Mapping[str, Any]) -> Iterator[str]:
    """Whether the parts of a split fit into each data set."""
    for data, sizes in block["data"].items():
        wanted = sizes["training"] + sizes["validation"] + sizes["test"] + sizes["judge_labels"][-1]
        if wanted > N_EXAMPLES[data]:
            yield (
                f"{path}.data.{data} wants {wanted} examples in a split; it must be at most "
                f"{N_EXAMPLES[data]}, the number of examples of the set."
            )


def _pool(path: str, block: Mapping[str, Any]) -> Iterator[str]:
    """Whether the curve ends where all candidates of the pool are used, which claims compare with fewer."""
    largest, members = block["selection"]["k"][-1], block["networks"]["members"]
    if largest != members:
        yield f"{path}.selection.k ends at {largest}; it must end at {members}, the members of the ensemble."
