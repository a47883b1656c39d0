"""Rule theory: everything that is known about an experiment without drawing a random number."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import best_of_k as laws
from bestofk import (
    boundaries,
    equivalents,
    expansions,
    finite_size,
    large_k,
    optimum,
    phases,
    provenance,
    search,
)
from bestofk import grid as layout
from bestofk import selection as exact
from bestofk.equivalents import OrderParameters
from bestofk.model import TeacherStudent

COLUMNS = ["point", "k", "temperature", "quantity", "method", "value"]


def main(grid: str, theory: str, experiment: str, kind: str, configuration: dict) -> None:
    """Compute the theory of an experiment.

    Parameters
    ----------
    grid : str
        The experiment's points.
    theory : str
        Output: value by point, k, temperature, quantity and method; for a phase diagram one row a cell.
    experiment : str
        Name of the experiment.
    kind : str
        ``selection``, ``order_parameters``, ``phase_diagram`` or ``illustration``.
    configuration : dict
        ``seed`` and the experiment's blocks by dotted key.
    """
    block = layout.block_of(configuration, experiment)
    if kind == "phase_diagram":
        provenance.write_table(phase_diagram(block), theory)
        return
    points = provenance.read_table(grid)
    rows: list[tuple] = []
    for _, problem in points.groupby("problem", sort=False):
        model, rewards = layout.build_problem(problem, experiment, configuration["seed"])
        models = {
            point: model.with_reward(reward) for point, reward in zip(problem["point"], rewards, strict=True)
        }
        for point, of_point in models.items():
            rows += order_parameters(point, of_point)
        if kind == "selection":
            rows += selection(models, block)
    provenance.write_table(pd.DataFrame(rows, columns=COLUMNS), theory)


def order_parameters(point: str, model: TeacherStudent) -> Iterator[tuple]:
    """Ridge, degrees of freedom and both kinds of order parameters of a training problem."""
    parameters = {"aspect_ratio": model.aspect_ratio, "noise_var": model.noise_var}
    ridge = equivalents.renormalized_ridge(model.spectrum, prior_var=model.prior_var, **parameters)
    df1, df2 = equivalents.degrees_of_freedom(model.spectrum, ridge, aspect_ratio=model.aspect_ratio)
    scalars = {"ridge": ridge, "df1": df1, "df2": df2, "s2_bias": finite_size.variance_bias(model)}
    for quantity, value in scalars.items():
        yield point, np.nan, np.nan, quantity, "two_point", value
    for method in ("two_point", "one_point"):
        values = equivalents.order_parameters(model, kind=method)
        for quantity in ("s2", "q_tt", "q_tr", "q_rr"):
            yield point, np.nan, np.nan, quantity, method, getattr(values, quantity)


def selection(models: dict[str, TeacherStudent], block: dict) -> Iterator[tuple]:
    """The selection errors of one training problem under all its rewards, exact and approximate."""
    k = layout.all_k(block)
    over_temperature = block["selection"].get("optimal_temperature", False)
    two_point, one_point = (
        {point: equivalents.order_parameters(model, kind=kind) for point, model in models.items()}
        for kind in ("two_point", "one_point")
    )
    model = next(iter(models.values()))
    simulated = layout.temperatures(block, model)
    for temperature in layout.all_temperatures(block, model):
        families = {"exact": two_point} | ({"one_point": one_point} if temperature in simulated else {})
        curves = mean_errors(k, [v for family in families.values() for v in family.values()], temperature)
        for method, family in families.items():
            for point in family:
                yield from error_rows(point, k, temperature, method, next(curves))
        for point, values in two_point.items():
            for method, curve in approximations(k, values, temperature).items():
                yield from error_rows(point, k, temperature, method, curve)
            if not over_temperature:
                yield from optima_over_k(point, values, temperature)
    if over_temperature:
        for point, values in two_point.items():
            yield from optima_over_temperature(point, values, k)


def mean_errors(k: np.ndarray, family: list[OrderParameters], temperature: float) -> Iterator[np.ndarray]:
    """Exact mean errors of several rewards of one training problem, which share s² and so one quadrature."""
    if temperature == 0:
        yield from (exact.mean_selection_error(k, values, temperature=0.0) for values in family)
        return
    t = temperature / (2 * family[0].s2)
    m2, m1 = exact.excess_coefficients(k, [values.kappa for values in family], reduced_temperature=t)
    for column, values in enumerate(family):
        excess = values.s2 * (m2[:, column] + values.rho * m1[:, column])
        yield large_k.limit_error(values, temperature=temperature) + excess


def error_rows(
    point: str, k: np.ndarray, temperature: float, method: str, curve: np.ndarray
) -> Iterator[tuple]:
    """One row a k of a curve."""
    for number, value in zip(k, curve, strict=True):
        yield point, number, temperature, "error", method, float(value)


def approximations(k: np.ndarray, values: OrderParameters, temperature: float) -> dict[str, np.ndarray]:
    """Expansions and laws at the temperatures where they are meant to hold."""
    if temperature == 0:
        return {"best_of_k_law": laws.best_of_k_law(k, values)} if values.kappa < 0.5 else {}
    curves = {
        f"high_temperature_{order}": expansions.high_temperature_error(
            k, values, temperature=temperature, order=order
        )
        for order in (1, 2, 3)
    }
    curves["high_temperature_published"] = expansions.high_temperature_error(
        k, values, temperature=temperature, order=3, third_order="published"
    )
    return curves


def optima_over_k(point: str, values: OrderParameters, temperature: float) -> Iterator[tuple]:
    """The best k at one temperature: exact, by the published formula, and whether a finite one exists."""
    best = search.best_k(values, temperature=temperature)
    yield point, np.nan, temperature, "optimal_k", "exact", best.k
    yield point, np.nan, temperature, "optimal_error", "exact", best.error
    if temperature > 0:
        published = float(optimum.optimal_k(values, temperature=temperature))
        yield point, np.nan, temperature, "optimal_k", "published", published
    finite = phases.finite_optimum(values, temperature=temperature)
    yield point, np.nan, temperature, "finite_optimum", "exact", np.nan if finite is None else float(finite)
    yield (
        point,
        np.nan,
        temperature,
        "limit",
        "exact",
        float(large_k.limit_error(values, temperature=temperature)),
    )


def optima_over_temperature(point: str, values: OrderParameters, k: np.ndarray) -> Iterator[tuple]:
    """The best temperature at each k: exact and by the published formula."""
    best = search.best_temperature(k, values)
    published = np.atleast_1d(optimum.optimal_temperature(k, values))
    for number, temperature, error, formula in zip(k, *best, published, strict=True):
        yield point, number, np.nan, "optimal_temperature", "exact", float(temperature)
        yield point, number, np.nan, "optimal_error", "exact", float(error)
        yield point, number, np.nan, "optimal_temperature", "published", float(formula)


def phase_diagram(block: dict) -> pd.DataFrame:
    """The best number of candidates over (kappa, t) at each rho, and over (kappa, rho) at T = 0."""
    settings = block["phases"]
    kappa = layout.axis(settings["kappa"])
    k = layout.search_grid(settings["k_max"], settings["k_points_per_octave"])
    cells = []
    for t in [0.0, *layout.axis(settings["reduced_temperature"])]:
        rho = layout.axis(settings["rho_at_zero_temperature"], log=False) if t == 0 else settings["rho"]
        m2, m1 = exact.excess_coefficients(k, kappa, reduced_temperature=t)
        for value in rho:
            cells.append(
                phase_cells(k, kappa, float(value), float(t), m2 + value * m1, (-m2 / m1).max(axis=0))
            )
    return pd.concat(cells, ignore_index=True)


def phase_cells(
    k: np.ndarray, kappa: np.ndarray, rho: float, t: float, excess: np.ndarray, rho_searched: np.ndarray
) -> pd.DataFrame:
    """One row a kappa: the best k of the search grid, the published formula's k, and what it costs to use it.

    Errors are in units of s^2 and relative to the limit k -> inf, whose excess is 0.
    """
    place = excess.argmin(axis=0)
    columns = np.arange(kappa.size)
    least = excess[place, columns]
    cells = pd.DataFrame({"reduced_temperature": t, "kappa": kappa, "rho": rho})
    cells["optimal_k"] = np.where(least < 0, k[place], np.inf)
    cells["optimal_excess"] = np.minimum(least, 0.0)
    cells["ends_below"] = excess[-1] < 0
    cells["rho_searched"] = rho_searched
    cells["rho_critical"] = boundaries.critical_rho(kappa, reduced_temperature=t)
    cells["kappa_condensation"] = float(boundaries.condensation_kappa(t))
    if t > 0:
        published = np.array([published_k(value, rho, t) for value in kappa])
        # The formula gives a real number: in its favour, the better of its two searched neighbours counts.
        above = np.searchsorted(k, np.minimum(published, k[-1]))
        below = np.maximum(np.searchsorted(k, np.minimum(published, k[-1]), side="right") - 1, 0)
        better = np.minimum(excess[above, columns], excess[below, columns])
        cells["published_k"] = published
        cells["published_excess"] = np.where(np.isfinite(published), better, 0.0)
    else:
        cells["published_k"] = np.nan
        cells["published_excess"] = np.nan
    return cells


def published_k(kappa: float, rho: float, t: float) -> float:
    """The published optimal k in units s = 1; inf where the formula has no finite optimum."""
    values = OrderParameters(s2=1.0, q_tt=rho**2 * kappa, q_tr=rho * kappa, q_rr=kappa)
    k = float(optimum.optimal_k(values, temperature=2 * t))
    return k if np.isfinite(k) else np.inf


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
