"""How far off the quadrature of `bestofk.selection` is, by two routes, and what it costs.

Route one is `bestofk.plain_sums`, which shares nothing with it but needs many terms at low temperature. Route two
is the quadrature itself with more nodes, everywhere; it sees what too few nodes miss, not what is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _quadrature, large_k, plain_sums, selection
from bestofk.equivalents import OrderParameters

#: Relative accuracy that `bestofk.selection` promises for gaps up to `NEAR_GAP`, and beyond and for averages.
PROMISED, PROMISED_BEYOND = 1e-10, 1e-9
NEAR_GAP, LARGEST_GAP = 6.0, 50.0


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Largest relative differences of the error delta over the teachers asked, for each number of candidates.

    Attributes
    ----------
    plain, refined : ndarray, shape (nk,)
        Against plain sums (None where they were not taken), and against the same rule with more nodes. inf
        where the library refused to give a value because nu_0 was off.
    smallest : ndarray, shape (nk,)
        The smallest error delta/s^2 among the teachers.
    """

    plain: NDArray | None
    refined: NDArray
    smallest: NDArray


@dataclass(frozen=True)
class Cost:
    """What one rule costs, which serves every number of candidates, and how far its nu_0 is from 1.

    Attributes
    ----------
    nodes : int
        Terms of a sum over one more factor of k.
    evaluations : int
        Values of the integrands behind the rule, without the coarse scan that places its panels.
    normalization : ndarray, shape (nk,)
        abs(nu_0 - 1).
    """

    nodes: int
    evaluations: int
    normalization: NDArray


def at_input(
    k: ArrayLike,
    reward_gap: float,
    *,
    reduced_temperature: float,
    teachers: int,
    refinement: float,
    plain_terms: float,
) -> Accuracy:
    """Return how far off `selection.selection_error` is at one input, for the worst of many teachers.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates, in the domain of `selection.selection_error`, finite.
    reward_gap : float
        From 0 to 50 predictive standard deviations.
    reduced_temperature : float
        t: 0 or from 10^-3 to 10^3.
    teachers : int
        Teacher gaps, evenly spaced over +-6 (+-50 for a larger reward gap), at least 2. To them come, for each
        k, the teacher at the mean of the chosen candidate, for whom the error is smallest.
    refinement : float
        Nodes of the refined rule over those of the rule, greater than 1.
    plain_terms : float
        Plain sums are taken where they have at most so many terms.

    Returns
    -------
    Accuracy

    Examples
    --------
    >>> off = at_input([1, 100], 1.5, reduced_temperature=2.0, teachers=5, refinement=1.5, plain_terms=1e6)
    >>> bool(max(off.plain.max(), off.refined.max()) < 1e-12)
    True
    """
    k, t = np.asarray(k, dtype=float), reduced_temperature
    reach = NEAR_GAP if reward_gap <= NEAR_GAP else LARGEST_GAP
    try:
        _, mean, _ = selection.selected_moments(k, reward_gap, reduced_temperature=t)
        teacher = np.concatenate([np.linspace(-reach, reach, teachers), reward_gap - mean])
        values, refined = (
            selection.selection_error(k[:, None], teacher, reward_gap, temperature=2.0 * t, nodes=nodes)
            for nodes in (None, _refined(_quadrature.NODES, refinement))
        )
    except ArithmeticError:
        return _refused(k)
    plain = None
    if plain_sums.terms(reward_gap, reduced_temperature=t, k_max=k.max()) <= plain_terms:
        plain = plain_sums.error_at_input(k, teacher, reward_gap, reduced_temperature=t)
    return _compared(values, plain, refined)


def averaged(
    k: ArrayLike,
    kappa: float,
    *,
    reduced_temperature: float,
    rho: ArrayLike,
    refinement: float,
    plain_terms: float,
) -> Accuracy:
    """Return how far off `selection.excess_coefficients` makes the averaged error, for the worst teacher.

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
    refinement, plain_terms : float
        As for `at_input`.

    Returns
    -------
    Accuracy
    """
    k, t = np.asarray(k, dtype=float), reduced_temperature
    nodes = _refined(_quadrature.NODES_OF_AVERAGE, refinement)
    try:
        m2, m1 = selection.excess_coefficients(k, [kappa], reduced_temperature=t)
        more_2, more_1 = selection.excess_coefficients(k, [kappa], reduced_temperature=t, nodes=nodes)
    except ArithmeticError:
        return _refused(k)
    # delta = rho^2 kappa + rho (M_1 - 2 g kappa) + ..., g = 1/(1+t).
    hardest = 1.0 / (1.0 + t) - m1[:, 0] / (2.0 * kappa)
    rho = np.concatenate([np.asarray(rho, dtype=float), hardest])
    limit = np.array(
        [
            large_k.limit_error(
                OrderParameters(1.0, value**2 * kappa, value * kappa, kappa), temperature=2.0 * t
            )
            for value in rho
        ]
    )
    values, refined = limit + m2 + m1 * rho, limit + more_2 + more_1 * rho
    plain = None
    if plain_sums.mean_terms(kappa, reduced_temperature=t, k_max=k.max()) <= plain_terms:
        plain = plain_sums.mean_error(k, rho, kappa, reduced_temperature=t)
    return _compared(values, plain, refined)


def cost(k: ArrayLike, reward_gap: float, *, reduced_temperature: float) -> Cost:
    """Return the size of the rule of one input, and how far its nu_0 is from 1.

    Parameters
    ----------
    k : array_like, shape (nk,)
        Numbers of candidates that the rule serves, finite.
    reward_gap : float
        From 0 to 50 predictive standard deviations.
    reduced_temperature : float
        t: 0 or from 10^-3 to 10^3.

    Returns
    -------
    Cost

    Examples
    --------
    >>> cost([1, 1e6], 1.0, reduced_temperature=0.0).nodes
    345
    """
    k = np.asarray(k, dtype=float)
    rule = _quadrature.rule(reward_gap, reduced_temperature, k.min(), k.max())
    return Cost(rule.log_p.size, rule.evaluations, np.abs(rule.excess(k)[:, 0] - 1.0))


def mean_inputs(kappa: float, *, k_max: float) -> int:
    """Return the number of inputs, and so of rules, behind an average.

    Parameters
    ----------
    kappa : float
        q_RR/s^2, greater than 0 and at most 50.
    k_max : float
        Largest number of candidates.

    Returns
    -------
    int
    """
    gaps, _ = _quadrature.average_nodes(np.array([kappa]), k_max, _quadrature.NODES_OF_AVERAGE)
    return gaps.size


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


def _refused(k: NDArray) -> Accuracy:
    return Accuracy(np.full(k.size, np.inf), np.full(k.size, np.inf), np.full(k.size, np.nan))


def _compared(values: NDArray, plain: NDArray | None, refined: NDArray) -> Accuracy:
    """Largest relative differences along the teachers."""
    off = [None if other is None else np.abs(values / other - 1.0).max(axis=1) for other in (plain, refined)]
    return Accuracy(*off, values.min(axis=1))
