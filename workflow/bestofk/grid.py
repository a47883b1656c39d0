"""From the blocks of a checked configuration to what the jobs work on: points, temperatures, models, batches.

A point is a training problem with one reward, a row of the grid table. Numbers of candidates and temperatures
are not part of it: one simulation serves all of them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bestofk import beam_grid
from bestofk.difficulty import teacher_mean_square
from bestofk.equivalents import order_parameters
from bestofk.model import Overshoot, TeacherStudent
from bestofk.provenance import canonical_json

if TYPE_CHECKING:
    import pandas as pd

Block = Mapping[str, Any]
Reward = Overshoot | NDArray[np.float64]

#: Columns of the grid table; those from n_features to teacher_draw make the training problem.
COLUMNS = [
    *("point", "problem", "n_features", "n_train", "spectrum", "spectrum_exponent", "spectrum_scale"),
    *("spectrum_values", "noise_var", "prior_var", "teacher_mean_square", "teacher_draw"),
    *("aspect_ratio", "reward", "reward_value", "reward_weights", "seed_key"),
]

#: Columns of the grid table of beams.
BEAM_COLUMNS = ["point", "problem", *beam_grid.COLUMNS, "seed_key"]


def block_of(configuration: Block, experiment: str) -> dict[str, Any]:
    """Return an experiment's block from dotted configuration keys.

    Parameters
    ----------
    configuration : mapping
        Dotted key to value, as a rule hands it to its script; keys outside the experiment are passed over.
    experiment : str

    Returns
    -------
    dict

    Examples
    --------
    >>> block_of({"seed": 1, "experiments.error_vs_k.selection": {"k": [1]}}, "error_vs_k")
    {'selection': {'k': [1]}}
    """
    prefix = f"experiments.{experiment}."
    return {key.removeprefix(prefix): value for key, value in configuration.items() if key.startswith(prefix)}


def axis(values: Any, *, log: bool = True) -> NDArray[np.float64]:
    """Return the values of an axis, or of a list that already holds them.

    Parameters
    ----------
    values : mapping or sequence of float
        ``{from, to, points}`` or the values.
    log : bool
        Whether an axis is evenly spaced in the logarithm, which needs ``from`` > 0, or in the value.

    Returns
    -------
    ndarray, shape (points,)
        Increasing; the ends are exactly ``from`` and ``to``.

    Raises
    ------
    ValueError
        If an axis does not increase between finite ends.

    Examples
    --------
    >>> axis({"from": 0.1, "to": 10.0, "points": 3}).tolist()
    [0.1, 1.0, 10.0]
    """
    if not isinstance(values, Mapping):
        return np.asarray(values, dtype=np.float64)
    start, stop = float(values["from"]), float(values["to"])
    if not (-math.inf < start < stop < math.inf and (start > 0 or not log)):
        raise ValueError(f"an axis goes from {start} to {stop}; it must increase, and with log from above 0")
    result = (np.geomspace if log else np.linspace)(start, stop, int(values["points"]))
    result[0], result[-1] = start, stop
    return result


def search_grid(k_max: int, points_per_octave: int) -> NDArray[np.float64]:
    """Return the numbers of candidates at which an optimum is searched.

    Parameters
    ----------
    k_max : int
        At least 1.
    points_per_octave : int
        Values in each doubling of k, at least 1; fewer where rounding makes them equal.

    Returns
    -------
    ndarray, shape (n_k,)
        Integers as float64, increasing from 1 to `k_max`, both included.

    Examples
    --------
    >>> search_grid(10, 2).tolist()
    [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0]
    """
    steps = np.arange(math.floor(math.log2(k_max) * points_per_octave) + 1)
    k = np.round(2.0 ** (steps / points_per_octave))
    return np.unique(np.append(k[k < k_max], float(k_max)))


def points(experiment: str, block: Block) -> pd.DataFrame:
    """List the points of an experiment: every combination of its training problems and rewards.

    Parameters
    ----------
    experiment : str
        Name of the experiment, for messages.
    block : mapping
        The experiment's block. Without a ``problem`` or a ``beam`` there are no points.

    Returns
    -------
    pandas.DataFrame
        The grid table, one training problem after the other; of a ``beam`` each point is a problem by itself.
        ``point`` and ``problem`` are 12 hexadecimal digits from the canonical JSON of the point and of its
        training problem, ``seed_key`` is the CRC-32 of the latter. None depends on the other points, nor on
        whether n_train or aspect_ratio is given.

    Raises
    ------
    ValueError
        If two points are the same.

    Examples
    --------
    >>> problem = {"n_features": [2], "aspect_ratio": [0.5], "noise_var": 1.0, "prior_var": 1.0,
    ...            "spectrum": [{"shape": "isotropic", "scale": 1.0}],
    ...            "teacher": {"mean_square": 1.0, "draw": "signs"}, "reward": {"overshoot": [0.0, 2.0]}}
    >>> table = points("example", {"problem": problem})
    >>> table["n_train"].tolist(), table["reward_value"].tolist(), table["problem"].nunique()
    ([4, 4], [0.0, 2.0], 1)
    """
    import pandas as pd

    if "beam" in block:
        return pd.DataFrame(_beams(block["beam"]), columns=BEAM_COLUMNS)
    rows = []
    for training in _training_problems(block["problem"]) if "problem" in block else ():
        text = canonical_json(training)
        ratio = training["n_features"] / training["n_train"]
        shared = {"problem": _identifier(text), "aspect_ratio": ratio, "seed_key": crc32(text.encode())}
        for reward in _rewards(block["problem"]["reward"]):
            point = {**training, **reward}
            rows.append({"point": _identifier(canonical_json(point)), **shared, **point})
    table = pd.DataFrame(
        rows, columns=[*COLUMNS, *(["inputs"] if "inputs" in block.get("problem", {}) else [])]
    )
    if table["point"].duplicated().any():
        raise ValueError(f"experiments.{experiment}.problem gives one point twice; every point must differ")
    return table


def _beams(settings: Block) -> Iterator[dict[str, Any]]:
    for beam in beam_grid.beams(settings):
        text = canonical_json(beam)
        name = _identifier(text)
        yield {"point": name, "problem": name, **beam, "seed_key": crc32(text.encode())}


def _training_problems(problem: Block) -> Iterator[dict[str, Any]]:
    for n_features in problem["n_features"]:
        sizes = problem.get("n_train") or [round(n_features / ratio) for ratio in problem["aspect_ratio"]]
        for spectrum in problem["spectrum"]:
            values = [float(value) for value in spectrum.get("values", [])]
            # Without the key the identifiers are those of a problem that does not know of other laws.
            laws = [{"inputs": law} for law in problem["inputs"]] if "inputs" in problem else [{}]
            for n_train, law in itertools.product(sizes, laws):
                row = {
                    "n_features": int(n_features),
                    "n_train": int(n_train),
                    "spectrum": spectrum["shape"],
                    "spectrum_exponent": float(spectrum.get("exponent", 0.0)),
                    "spectrum_scale": math.fsum(values) / len(values) if values else float(spectrum["scale"]),
                    "spectrum_values": json.dumps(values),
                    "noise_var": float(problem["noise_var"]),
                    "prior_var": float(problem["prior_var"]),
                }
                for mean_square in _mean_squares(row, problem["teacher"]):
                    yield row | {
                        "teacher_mean_square": mean_square,
                        "teacher_draw": problem["teacher"]["draw"],
                        **law,
                    }


def _mean_squares(row: Block, teacher: Block) -> Iterator[float]:
    if "mean_square" in teacher:
        yield float(teacher["mean_square"])
        return
    sizes = {"aspect_ratio": row["n_features"] / row["n_train"]} | {
        name: row[name] for name in ("noise_var", "prior_var")
    }
    for kappa in teacher["kappa"]:
        # Twelve digits: the last ones differ between machines, and the random numbers would follow.
        yield float(f"{teacher_mean_square(kappa, _eigenvalues(row), **sizes):.12g}")


def _rewards(reward: Block) -> Iterator[dict[str, Any]]:
    ((kind, entries),) = reward.items()
    for index, entry in enumerate(entries):
        weights = [float(weight) for weight in entry] if kind == "weights" else []
        value = float(index if kind == "weights" else entry)
        yield {"reward": kind, "reward_value": value, "reward_weights": json.dumps(weights)}


def _identifier(text: str) -> str:
    """Twelve hexadecimal digits of a hash; the first is a letter but e, so no CSV reader sees a number."""
    return re.sub("^[0-9e]{1,52}", "", hashlib.sha256(text.encode()).hexdigest())[:12]


def temperatures(block: Block, model: TeacherStudent) -> NDArray[np.float64]:
    """Return the selection temperatures T that are simulated.

    Parameters
    ----------
    block : mapping
        The experiment's block; its ``selection`` gives ``temperature``, or ``reduced_temperature`` and
        ``temperature_unit``.
    model : TeacherStudent
        The training problem; its reward plays no part.

    Returns
    -------
    ndarray, shape (n_temperatures,)
        T >= 0 in squared output units, increasing; inf where the block says so.

    Raises
    ------
    ValueError
        If the unit is unknown.

    Notes
    -----
    T = 2 t v, v = sigma^2 (``noise_var``, as in the figures of Halder and Pehlevan, arXiv:2512.19905) or
    v = s^2 (``predictive_var``), the two-point equivalent of the predictive variance.

    Examples
    --------
    >>> model = TeacherStudent([1.0], [1.0], Overshoot(0.0), n_train=4, noise_var=0.25, prior_var=1.0)
    >>> block = {"selection": {"reduced_temperature": [0.0, 10.0], "temperature_unit": "noise_var"}}
    >>> temperatures(block, model).tolist()
    [0.0, 5.0]
    """
    return _temperatures(block["selection"], model, ("reduced_temperature",))


def reference_overshoot(block: Block, model: TeacherStudent, temperature: float) -> float:
    """Return the simulated overshoot with which the others are compared at a temperature.

    Parameters
    ----------
    block : mapping
        The experiment's block; its ``selection`` gives ``overshoot``.
    model : TeacherStudent
        The training problem; its reward plays no part.
    temperature : float
        T in squared output units.

    Returns
    -------
    float
        The c nearest to t = T/(2 s^2), the best one for infinitely many candidates.

    Examples
    --------
    >>> model = TeacherStudent([1.0], [1.0], Overshoot(0.0), n_train=4, noise_var=0.25, prior_var=1.0)
    >>> reference_overshoot({"selection": {"overshoot": [0.0, 3.0, 10.0]}}, model, 2.0)
    3.0
    """
    t = temperature / (2.0 * order_parameters(model).s2)
    return float(min(block["selection"]["overshoot"], key=lambda c: abs(c - t)))


def all_temperatures(block: Block, model: TeacherStudent) -> NDArray[np.float64]:
    """Return the selection temperatures T of theory: those of `temperatures`, bit for bit, and theory's own.

    Parameters
    ----------
    block : mapping
        As for `temperatures`; ``reduced_temperature_theory`` adds values.
    model : TeacherStudent

    Returns
    -------
    ndarray, shape (n_temperatures,)
    """
    return _temperatures(block["selection"], model, ("reduced_temperature", "reduced_temperature_theory"))


def _temperatures(selection: Block, model: TeacherStudent, keys: tuple[str, ...]) -> NDArray[np.float64]:
    if "temperature" in selection:
        return np.asarray(selection["temperature"], dtype=np.float64)
    unit = selection["temperature_unit"]
    if unit not in ("noise_var", "predictive_var"):
        raise ValueError(f"temperature_unit is {unit!r}; it must be noise_var or predictive_var")
    variance = model.noise_var if unit == "noise_var" else order_parameters(model).s2
    reduced = [axis(selection[key]) for key in keys if key in selection]
    return 2.0 * variance * np.unique(np.concatenate(reduced))


def all_k(block: Block) -> NDArray[np.float64]:
    """Return the numbers of candidates k of theory: those simulated and theory's own.

    Parameters
    ----------
    block : mapping
        The experiment's block; its ``selection`` gives ``k`` and ``k_theory``.

    Returns
    -------
    ndarray, shape (n_k,)
        Increasing, float64; inf where the block says so.

    Examples
    --------
    >>> all_k({"selection": {"k": [1, 4], "k_theory": [2, float("inf")]}}).tolist()
    [1.0, 2.0, 4.0, inf]
    """
    return np.unique(np.array([*block["selection"]["k"], *block["selection"]["k_theory"]], dtype=np.float64))


def build_model(row: Block, experiment: str, seed: int) -> TeacherStudent:
    """Build the training problem of a point, with its teacher and its reward.

    Parameters
    ----------
    row : mapping
        A row of the grid table.
    experiment : str
    seed : int
        Root seed of the run, at least 0.

    Returns
    -------
    TeacherStudent

    Raises
    ------
    ValueError
        If a name in the row is unknown: of the spectrum, the law of the teacher or the reward.

    Notes
    -----
    The teacher, and then the independent vector w' of correlated rewards w_R = r w_T + sqrt(1 - r^2) w', are
    drawn once for each experiment and n_features, whatever else the problem holds; both have exactly the
    stated mean square. Of a teacher that every replicate draws from the prior (``prior``) the model holds the
    root mean square in each component, with which the equivalents average over the prior. A power law is
    lambda_i = i^-exponent, scaled to the stated mean.
    """
    d, kind, value = int(row["n_features"]), row["reward"], float(row["reward_value"])
    key = (crc32(experiment.encode()), crc32(b"teacher"), d)
    rng = np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=key)))
    teacher, other = (_weights(rng, d, row["teacher_draw"], row["teacher_mean_square"]) for _ in range(2))
    if kind == "overshoot":
        reward: Reward = Overshoot(value)
    elif kind == "correlation":
        reward = value * teacher + math.sqrt(1.0 - value * value) * other
    elif kind == "weights":
        reward = np.array(json.loads(row["reward_weights"]), dtype=np.float64)
    else:
        raise ValueError(f"reward is {kind!r}; it must be overshoot, correlation or weights")
    numbers = {"n_train": int(row["n_train"]), "noise_var": row["noise_var"], "prior_var": row["prior_var"]}
    return TeacherStudent(_eigenvalues(row), teacher, reward, **numbers)


def _eigenvalues(row: Block) -> NDArray[np.float64]:
    shape, d, scale = row["spectrum"], int(row["n_features"]), float(row["spectrum_scale"])
    if shape == "values":
        return np.array(json.loads(row["spectrum_values"]), dtype=np.float64)
    if shape not in ("isotropic", "power_law"):
        raise ValueError(f"spectrum is {shape!r}; it must be isotropic, power_law or values")
    decay = np.arange(1.0, d + 1.0) ** -float(row["spectrum_exponent"])  # the exponent of isotropic rows is 0
    return decay * (scale / decay.mean())


def _weights(rng: np.random.Generator, d: int, draw: str, mean_square: float) -> NDArray[np.float64]:
    if draw == "signs":
        return math.sqrt(mean_square) * rng.choice([-1.0, 1.0], size=d)
    if draw == "gaussian":
        direction = rng.standard_normal(d)
        return direction * math.sqrt(mean_square * d / (direction @ direction))
    if draw == "prior":
        return np.full(d, math.sqrt(mean_square))
    raise ValueError(f"teacher_draw is {draw!r}; it must be gaussian, signs or prior")


def build_problem(rows: pd.DataFrame, experiment: str, seed: int) -> tuple[TeacherStudent, list[Reward]]:
    """Build one training problem and all the rewards that judge its candidates.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows of the grid table with one ``problem``, at least one.
    experiment, seed : as for `build_model`

    Returns
    -------
    model : TeacherStudent
        With the first reward.
    rewards : list of Overshoot or ndarray of shape (n_features,)
        One for each row, in order.

    Raises
    ------
    ValueError
        If there are no rows, or they belong to several training problems.
    """
    if rows["problem"].nunique() != 1:
        raise ValueError(f"rows hold {rows['problem'].nunique()} training problems; they must hold one")
    models = [build_model(row, experiment, seed) for row in rows.to_dict("records")]
    return models[0], [model.reward for model in models]


def batch_replicates(block: Block, n_features: int | None, batch: int) -> range:
    """Return the replicates of a training problem that one batch simulates.

    Parameters
    ----------
    block : mapping
        The experiment's block; its ``simulation`` gives ``replicates``, one number or one for each of
        ``problem.n_features``, and ``batches`` from 1 to the fewest replicates.
    n_features : int or None
        Dimension of the training problem, None where there is none.
    batch : int
        From 0 to batches - 1.

    Returns
    -------
    range
        Together the batches hold each of 0, ..., replicates - 1 once; their lengths differ by at most 1.

    Raises
    ------
    ValueError
        If a number is outside its domain.

    Examples
    --------
    >>> block = {"problem": {"n_features": [2, 9]}, "simulation": {"replicates": [5, 3], "batches": 2}}
    >>> [[list(batch_replicates(block, d, batch)) for batch in range(2)] for d in (2, 9)]
    [[[0, 1], [2, 3, 4]], [[0], [1, 2]]]
    """
    replicates, batches = block["simulation"]["replicates"], block["simulation"]["batches"]
    if not isinstance(replicates, int):
        replicates = replicates[block["problem"]["n_features"].index(n_features)]
    if not 0 <= batch < batches <= replicates:
        raise ValueError(f"batch is {batch} of {batches}; there must be 1 to {replicates}, counted from 0")
    return range(replicates * batch // batches, replicates * (batch + 1) // batches)
