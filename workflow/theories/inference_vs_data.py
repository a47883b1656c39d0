"""Theory of inference against data: what a factor of candidates and a factor of training points are worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pandas as pd
from bestofk import budget, equivalents
from bestofk import grid as layout
from bestofk.data_slopes import DataSlopes, data_slopes
from bestofk.equivalents import OrderParameters
from bestofk.error_slopes import ErrorSlopes, slopes_at
from bestofk.model import Overshoot
from bestofk.selection_table import SelectionTable

COLUMNS = [
    # Coordinates; k and n are found for a budget, which therefore stands before them.
    *("part", "setting", "spectrum_exponent", "noise_var", "reduced_temperature", "overshoot"),
    *("candidate_price", "budget", "n_train", "aspect_ratio", "k"),
    *("ridge", "df1", "df2", "explicit_df1", "s2", "q_tt"),
    *("error", "candidates_slope", "data_slope", "data_slope_law"),
    *("training_share", "at_edge", "scanned_share", "scanned_error", "scan_step"),
]

#: Range of kappa in which exchange points are looked for.
EXCHANGE_KAPPA = (0.05, 0.49)

Problem = Callable[[float], tuple[OrderParameters, DataSlopes]]


def theory(points: pd.DataFrame, experiment: str, block: dict, seed: int) -> pd.DataFrame:
    """Slopes over (n/d, k), their laws, exchange points without noise, and best splits of budgets."""
    settings = block["tradeoff"]
    frames = [pd.DataFrame(part(settings)) for part in (over_map, laws, exchange, thresholds, splits)]
    return pd.concat(frames, ignore_index=True).reindex(columns=COLUMNS)


def matched(settings: dict, c: float, *, noise_var: float | None = None, exponent: float = 0.0) -> Problem:
    """The training problem with w_i^2 = prior variance in every component, as a function of n."""
    d, prior = settings["n_features"], settings["prior_var"]
    spectrum = np.arange(1.0, d + 1.0) ** -exponent
    return fixed(
        spectrum / spectrum.mean(),
        np.full(d, np.sqrt(prior)),
        c,
        settings["noise_var"] if noise_var is None else noise_var,
        prior,
    )


def fixed(spectrum: np.ndarray, teacher: np.ndarray, c: float, noise_var: float, prior_var: float) -> Problem:
    """A training problem as a function of n."""

    def problem(n: float) -> tuple[OrderParameters, DataSlopes]:
        numbers = {"aspect_ratio": spectrum.size / n, "noise_var": noise_var, "prior_var": prior_var}
        return data_slopes(spectrum, teacher, Overshoot(c), **numbers)

    return problem


def published(settings: dict) -> Problem:
    """The training problem of the published code, with its teacher at the stated norm."""
    block = settings["published"]
    d = block["n_features"]
    teacher = np.full(d, np.sqrt(block["teacher_mean_square"]))
    return fixed(np.ones(d), teacher, 0.0, block["noise_var"], block["prior_var"])


def table_for(problems: list[tuple[OrderParameters, DataSlopes]], t: float, k_max: float) -> SelectionTable:
    """A table that holds the kappa of some problems."""
    kappa = [values.kappa for values, _ in problems]
    return SelectionTable(t, kappa_range=(min(kappa) / 1.001, min(max(kappa) * 1.001, 50.0)), k_max=k_max)


def sizes(settings: dict) -> np.ndarray:
    """Numbers of training points of the map."""
    return settings["n_features"] * layout.axis(settings["points_per_feature"])


def over_map(settings: dict) -> Iterator[dict]:
    """Error and both slopes over n and k, for each temperature and judge."""
    k, n_train = layout.axis(settings["k"]), sizes(settings)
    for t in settings["reduced_temperature"]:
        problems = {c: [matched(settings, c)(n) for n in n_train] for c in settings["overshoot"]}
        table = table_for([entry for entries in problems.values() for entry in entries], t, k[-1])
        for c, entries in problems.items():
            for n, (values, slopes) in zip(n_train, entries, strict=True):
                row = training(settings, n, values) | selection(t, c) | {"part": "map", "setting": "matched"}
                for number, *found in zip(k, *slopes_at(table, k, values, slopes), strict=True):
                    yield row | at_k(number, ErrorSlopes(*found))


def laws(settings: dict) -> Iterator[dict]:
    """Best of very many with the teacher as judge, against n: exact slopes and their closed form."""
    k, d = float(settings["k_large"]), settings["n_features"]
    clean = settings["clean_noise_var"][0]
    others = settings["published"]
    cases = {
        "matched": (matched(settings, 0.0), settings | {"n_train": sizes(settings)}),
        "clean": (
            matched(settings, 0.0, noise_var=clean),
            settings | {"noise_var": clean, "n_train": d * layout.axis(settings["points_per_feature_clean"])},
        ),
        "published": (published(settings), others),
    }
    for name, (problem, numbers) in cases.items():
        entries = [problem(n) for n in numbers["n_train"]]
        table = table_for(entries, 0.0, k)
        for n, (values, slopes) in zip(numbers["n_train"], entries, strict=True):
            row = training(numbers, float(n), values) | at_k(k, slopes_at(table, k, values, slopes))
            law = slope_law(row["df1"], row["df2"]) if name != "published" and row["df1"] < 0.5 else np.nan
            yield row | selection(0.0, 0.0) | {"part": "law", "setting": name, "data_slope_law": law}


def slope_law(df1: float, df2: float) -> float:
    """d log delta/d log n of best of many under a matched prior, df1 < 1/2."""
    return -df2 / (1.0 - df2) * (2.0 - 3.0 * df1) / (1.0 - 2.0 * df1)


def exchange(settings: dict) -> Iterator[dict]:
    """Where data and candidates are worth the same, with little noise and with that of the map."""
    k, d = float(settings["k_large"]), settings["n_features"]
    table = SelectionTable(0.0, kappa_range=EXCHANGE_KAPPA, k_max=k)
    for exponent, noise_var in spectra(settings):
        problem = matched(settings, 0.0, noise_var=noise_var, exponent=exponent)
        # Below kappa = 1/2 both slopes have a limit in k, and so has the point where they meet.
        kappa = {n: problem(n)[0].kappa for n in d * np.geomspace(0.5, 50.0, 60)}
        inside = [n for n, value in kappa.items() if EXCHANGE_KAPPA[0] < value < EXCHANGE_KAPPA[1]]
        for n in budget.exchange_points(k, problem=problem, table=table, n_range=(inside[0], inside[-1])):
            values, slopes = problem(n)
            row = training(settings | {"noise_var": noise_var}, n, values, exponent=exponent)
            row |= at_k(k, slopes_at(table, k, values, slopes)) | selection(0.0, 0.0)
            yield row | {"part": "exchange", "setting": "matched"}


def spectra(settings: dict) -> Iterator[tuple[float, float]]:
    """Exponents and noise variances at which exchange points and thresholds are computed."""
    noises = sorted({*settings["clean_noise_var"], settings["noise_var"]})
    return product(settings["spectrum_exponent"], noises)


def thresholds(settings: dict) -> Iterator[dict]:
    """Degrees of freedom, and the sum that says without a ridge whether they are below half the points."""
    for exponent, noise_var in spectra(settings):
        problem = matched(settings, 0.0, noise_var=noise_var, exponent=exponent)
        for n in sizes(settings):
            row = training(settings | {"noise_var": noise_var}, n, problem(n)[0], exponent=exponent)
            yield row | {"part": "threshold", "setting": "matched"}


def splits(settings: dict) -> Iterator[dict]:
    """The best split of each budget at each price, solved, and the best of a scan beside it."""
    t, c = settings["reduced_temperature"][0], settings["overshoot"][0]
    problem, n_min = matched(settings, c), sizes(settings)[0]
    budgets = layout.axis(settings["budget"])
    ends = [problem(n) for n in (n_min, budgets[-1])]
    table = table_for(ends, t, budgets[-1] / settings["candidate_price"][0])
    for price in settings["candidate_price"]:
        for money in budgets[budgets > n_min + price]:
            split = budget.best_split(money, candidate_price=price, problem=problem, table=table, n_min=n_min)
            values, _ = problem(split.n_train)
            row = training(settings, split.n_train, values) | selection(t, c)
            row |= at_k(split.k, ErrorSlopes(split.error, split.candidates, split.data))
            row |= scan(money, price, problem, table, n_min, settings["scan_points"])
            yield row | {
                "part": "split",
                "setting": "matched",
                "candidate_price": price,
                "budget": money,
                "training_share": split.training_share,
                "at_edge": float(split.at_edge),
            }


def scan(
    money: float, price: float, problem: Problem, table: SelectionTable, n_min: float, points: int
) -> dict:
    """The best of many splits, evenly spaced in the logarithm of training points over candidates."""
    odds = np.geomspace(n_min / (money - n_min), (money - price) / price, points)
    share = odds / (1.0 + odds)
    k = np.maximum(money * (1.0 - share) / price, 1.0)
    values = [problem(n)[0] for n in money * share]
    excess = table.excess(k, [entry.kappa for entry in values])
    # The teacher is the judge and T = 0: nothing but the excess is left.
    errors = np.array([entry.s2 for entry in values]) * excess.second
    best = int(np.argmin(errors))
    step = np.log(odds[1] / odds[0])
    return {"scanned_share": share[best], "scanned_error": errors[best], "scan_step": step}


def training(numbers: dict, n: float, values: OrderParameters, *, exponent: float = 0.0) -> dict:
    """A training problem with its ridge, its degrees of freedom and their threshold without a ridge."""
    d, noise_var, prior_var = (numbers[key] for key in ("n_features", "noise_var", "prior_var"))
    spectrum = np.arange(1.0, d + 1.0) ** -exponent
    spectrum /= spectrum.mean()
    ratio = d / n
    ridge = equivalents.renormalized_ridge(
        spectrum, aspect_ratio=ratio, noise_var=noise_var, prior_var=prior_var
    )
    df1, df2 = equivalents.degrees_of_freedom(spectrum, ridge, aspect_ratio=ratio)
    twice = 2.0 * ratio * noise_var / prior_var
    explicit, _ = equivalents.degrees_of_freedom(spectrum, twice, aspect_ratio=ratio)
    return {
        "spectrum_exponent": exponent,
        "noise_var": noise_var,
        "n_train": n,
        "aspect_ratio": ratio,
        "ridge": ridge,
        "df1": df1,
        "df2": df2,
        "explicit_df1": explicit,
        "s2": values.s2,
        "q_tt": values.q_tt,
    }


def selection(t: float, c: float) -> dict:
    """Temperature and judge."""
    return {"reduced_temperature": t, "overshoot": c}


def at_k(k: float, found: ErrorSlopes) -> dict:
    """Error and slopes at a number of candidates."""
    error, candidates, data = (float(value) for value in found)
    return {"k": k, "error": error, "candidates_slope": candidates, "data_slope": data}
