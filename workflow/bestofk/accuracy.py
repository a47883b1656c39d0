"""How far off the quadrature of `bestofk.selection` is, by two routes, and what it costs.

Route one is `bestofk.plain_sums`, which shares nothing with it but needs many terms at low temperature. Route
two is the quadrature with more nodes, everywhere; it sees what too few nodes miss, not what is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _quadrature, _softmax, plain_sums, selection

#: Relative accuracy that `bestofk.selection` promises for gaps up to `NEAR_GAP`, and beyond and for averages.
PROMISED, PROMISED_BEYOND = 1e-10, 1e-9
NEAR_GAP, LARGEST_GAP = 6.0, 50.0

#: Gauss-Legendre nodes of a panel that the library uses at one input, and for averages.
NODES, NODES_OF_AVERAGE = _quadrature.NODES, _quadrature.NODES_OF_AVERAGE


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Largest relative differences of the error delta over the candidates and teachers asked.

    Attributes
    ----------
    plain, refined : ndarray, shape (nnodes,)
        Against plain sums (None where they were not taken), and against the same rule with more nodes. inf
        where the library refused to give a value because nu_0 was off.
    smallest : float
        The smallest error delta/s^2 among the teachers.
    """

    plain: NDArray | None
    refined: NDArray
    smallest: float


def at_input(
    k: ArrayLike,
    reward_gap: float,
    *,
    reduced_temperature: float,
    teachers: int,
    plain_terms: float,
    nodes: Sequence[int] = (NODES,),
    refinement: float = 1.5,
) -> Accuracy:
    """Return how far off the error at one input is, for the worst k and the worst of many teachers.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates, in the domain of `selection.selection_error`, finite.
    reward_gap : float
        From 0 to 50 predictive standard deviations.
    reduced_temperature : float
        t: 0 or from 10^-3 to 10^3.
    teachers : int
        Teacher gaps, evenly spaced over +-6 (+-50 for a larger reward gap), at least 2. To them come, for
        each k, the teacher at the mean of the chosen candidate, for whom the error is smallest.
    plain_terms : float
        Plain sums are taken where they have at most so many terms.
    nodes : sequence of int, shape (nnodes,)
        Nodes of a panel. With those of the library this is `selection.selection_error`; with others the same
        rule without its check of nu_0.
    refinement : float
        Nodes of the refined rule over those of the library, greater than 1.

    Returns
    -------
    Accuracy

    Raises
    ------
    ValueError
        If the refinement is not greater than 1, or another argument outside its domain.

    Examples
    --------
    >>> off = at_input([1, 100], 1.5, reduced_temperature=2.0, teachers=5, plain_terms=1e6, nodes=[8, 15])
    >>> (off.plain < [1e-6, 1e-12]).tolist(), (off.refined > [1e-9, 0.0]).tolist()
    ([True, True], [True, True])
    """
    k, t, more = np.asarray(k, dtype=float), reduced_temperature, _refined(NODES, refinement)
    reach = NEAR_GAP if reward_gap <= NEAR_GAP else LARGEST_GAP
    mean = _moments(k, reward_gap, t, more)[1]
    teacher = np.concatenate([np.linspace(-reach, reach, teachers), reward_gap - mean])

    def errors(count: int) -> NDArray:
        if count == NODES:
            return selection.selection_error(k[:, None], teacher, reward_gap, temperature=2.0 * t)
        nu_0, nu_1, nu_2 = _moments(k, reward_gap, t, count)[:, :, None]
        return nu_0 * (teacher - reward_gap) ** 2 + 2.0 * (teacher - reward_gap) * nu_1 + nu_2

    plain = None
    if plain_sums.terms(reward_gap, reduced_temperature=t, k_max=k.max()) <= plain_terms:
        plain = plain_sums.error_at_input(k, teacher, reward_gap, reduced_temperature=t)
    return _compared(errors, nodes, plain, errors(more))


def averaged(
    k: ArrayLike,
    kappa: float,
    *,
    reduced_temperature: float,
    rho: ArrayLike,
    plain_terms: float,
    nodes: Sequence[int] = (NODES_OF_AVERAGE,),
    refinement: float = 1.5,
) -> Accuracy:
    """Return how far off the averaged error is, for the worst k and the worst teacher.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates, in the domain of `selection.excess_coefficients`, finite.
    kappa : float
        q_RR/s^2, greater than 0 and at most 50.
    reduced_temperature : float
        t: 0 or from 10^-3 to 10^3.
    rho : array_like, shape (nrho,)
        Teachers at Delta_T = rho Delta_R; any other one has a larger q_TT and so a larger error. To them
        comes, for each k, the rho for which the error is smallest.
    plain_terms, nodes, refinement : float, sequence of int, float
        As for `at_input`; with the library's nodes this is `selection.excess_coefficients`.

    Returns
    -------
    Accuracy

    Raises
    ------
    ValueError
        If the refinement is not greater than 1, or another argument outside its domain.
    """
    k, t, more = np.asarray(k, dtype=float), reduced_temperature, _refined(NODES_OF_AVERAGE, refinement)
    finest = _coefficients(k, kappa, t, more)
    # delta = t/(1+t) + kappa (rho - g)^2 + m2 + rho m1, least at rho - g = -m1/(2 kappa).
    g = 1.0 / (1.0 + t)
    rho = np.concatenate([np.asarray(rho, dtype=float), g - finest[1][:, 0] / (2.0 * kappa)])

    def total(m2: NDArray, m1: NDArray) -> NDArray:
        return t * g + kappa * (rho - g) ** 2 + m2 + m1 * rho

    def errors(count: int) -> NDArray:
        if count == NODES_OF_AVERAGE:
            return total(*selection.excess_coefficients(k, [kappa], reduced_temperature=t))
        return total(*_coefficients(k, kappa, t, count))

    plain = None
    if plain_sums.mean_terms(kappa, reduced_temperature=t, k_max=k.max()) <= plain_terms:
        plain = plain_sums.mean_error(k, rho, kappa, reduced_temperature=t)
    return _compared(errors, nodes, plain, total(*finest))


def cost(reward_gap: float, *, reduced_temperature: float, k_max: float) -> tuple[int, int]:
    """Return what the rule of one input costs, which serves every number of candidates up to the largest.

    Parameters
    ----------
    reward_gap : float
        From 0 to 50 predictive standard deviations.
    reduced_temperature : float
        t: 0 or from 10^-3 to 10^3.
    k_max : float
        Largest number of candidates; the smallest is 1.

    Returns
    -------
    nodes : int
        Terms of a sum over one more factor of k.
    evaluations : int
        Values of the integrands behind the rule, without the coarse scan that places its panels.

    Examples
    --------
    >>> cost(1.0, reduced_temperature=0.0, k_max=1e6)
    (375, 375)
    """
    rule = _quadrature.rule(reward_gap, reduced_temperature, 1.0, k_max)
    return rule.log_p.size, rule.evaluations


def promised(reward_gap: float | None) -> float:
    """Return the promised relative accuracy: at a reward gap (teacher gaps alike), or of an average.

    Parameters
    ----------
    reward_gap : float or None
        In predictive standard deviations; None is an average.

    Returns
    -------
    float

    Examples
    --------
    >>> promised(2.0), promised(20.0), promised(None)
    (1e-10, 1e-09, 1e-09)
    """
    return PROMISED if reward_gap is not None and abs(reward_gap) <= NEAR_GAP else PROMISED_BEYOND


def _refined(nodes: int, refinement: float) -> int:
    if not refinement > 1.0:
        raise ValueError(f"refinement is {refinement}; it must be greater than 1")
    return int(np.ceil(nodes * refinement))


def _moments(k: NDArray, gap: float, t: float, nodes: int) -> NDArray:
    """nu_0, nu_1 and nu_2, shape (3, nk), of a rule whose nu_0 is not checked."""
    nu_0, excess_1, excess_2 = _quadrature.rule(gap, t, k.min(), k.max(), nodes).excess(k).T
    mean, variance = _softmax.limits(gap, t)
    return np.stack([nu_0, nu_0 * mean + excess_1, nu_0 * (variance + mean**2) + excess_2])


def _coefficients(k: NDArray, kappa: float, t: float, nodes: int) -> tuple[NDArray, NDArray]:
    """`selection.excess_coefficients`, each of shape (nk, 1), without the check of nu_0."""
    gaps, weights = _quadrature.average_nodes(np.array([kappa]), k.max(), nodes)
    rules = [_quadrature.rule(gap, t, k.min(), k.max(), nodes).excess(k) for gap in gaps]
    second = sum(weight * rule[:, 2:] for weight, rule in zip(weights[0], rules, strict=True))
    factors = gaps * weights[0]
    product = sum(factor * rule[:, 1:2] for factor, rule in zip(factors, rules, strict=True))
    return second - 2.0 * product, 2.0 * product


def _compared(
    errors: Callable[[int], NDArray], nodes: Sequence[int], plain: NDArray | None, refined: NDArray
) -> Accuracy:
    """Largest relative differences of the errors with each number of nodes."""
    off = np.full((2, len(nodes)), np.inf)
    for place, count in enumerate(nodes):
        try:
            values = errors(count)
        except ArithmeticError:
            continue
        for route, other in enumerate((plain, refined)):
            off[route, place] = np.nan if other is None else np.abs(values / other - 1.0).max()
    return Accuracy(None if plain is None else off[0], off[1], float(refined.min()))
