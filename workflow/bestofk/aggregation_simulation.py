"""Monte Carlo of the rules that combine candidates, on the candidates that selection is simulated with."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bestofk import _ballots
from bestofk._candidates import blocks, standard_gaps
from bestofk._checks import finite_array, increasing_counts, positive_number

#: What is simulated: the candidate that is best, or chosen by a softmax, and the rules that combine.
RULES = ("best_of_k", "softmax", "mean", "median", "weighted_mean", "vote", "weighted_vote")


def error_products(
    teacher_gap: ArrayLike,
    reward_gap: ArrayLike,
    *,
    k: ArrayLike,
    temperature: float,
    width: float,
    phase: ArrayLike,
    rng: np.random.Generator,
    predictive_std: ArrayLike = 1.0,
) -> NDArray[np.float64]:
    """Sum over inputs the products of the errors of every two rules that see the same candidates.

    Parameters
    ----------
    teacher_gap : array_like, shape (m,)
        Delta_T = m(x) - mu_T(x) of each input, in output units.
    reward_gap : array_like, shape (n_rewards, m)
        Delta_R = m(x) - mu_R(x) of each input under each reward.
    k : array_like of int, shape (n_k,)
        Numbers of candidates, >= 1, strictly increasing. The candidates of one block of inputs are in memory.
    temperature : float
        T > 0 of the weights exp(-(y - mu_R)^2/T), in squared output units.
    width : float
        Width of a cell of the grid of answers, in output units; as `votes.vote_error` allows.
    phase : array_like, shape (m,)
        Distance from the predictive mean of an input up to the next centre of a cell, in widths.
    rng : numpy.random.Generator
        It must be able to spawn. In the same state, `simulation.selected_errors` sees the same candidates.
    predictive_std : array_like, shape () or (m,)
        s(x) > 0, in output units.

    Returns
    -------
    ndarray, shape (n_rewards, n_k, n_rules, n_rules)
        In squared output units, rules in the order of `RULES`; on the diagonal their squared errors. What is
        random in a rule is averaged out: the candidate that a softmax picks, the cell that wins a tie.

    Raises
    ------
    ValueError
        If an argument is outside the domain stated above.

    Notes
    -----
    The rules are those of `selection`, `aggregation`, `weighted_mean`, `votes` and `weighted_votes`. Running
    sums of weights are relative to the best candidate so far, so that no sum of weights vanishes.

    Examples
    --------
    >>> products = error_products(np.zeros(10_000), np.zeros((1, 10_000)), k=[1, 4], temperature=2.0,
    ...                           width=0.5, phase=np.zeros(10_000), rng=np.random.default_rng(0))
    >>> mean = RULES.index("mean")
    >>> np.round(products[0, :, mean, mean] / 10_000, 1).tolist()
    [1.0, 0.2]
    """
    teacher_gap, reward_gap, variance = standard_gaps(teacher_gap, reward_gap, predictive_std)
    phase = finite_array("phase", phase, teacher_gap.shape)
    k = increasing_counts("k", k)
    t = positive_number("temperature", temperature) / (2.0 * variance)
    widths = positive_number("width", width) / np.sqrt(variance)
    for extreme in (widths.min(), widths.max()):
        _ballots.checked_width(extreme)
    return sum(
        _block_products(
            teacher_gap[part],
            reward_gap[:, part],
            variance[part],
            k,
            t[part],
            widths[part],
            phase[part],
            candidates,
        )
        for part, candidates in blocks(teacher_gap.size, rng)
    )


def _block_products(
    teacher_gap: NDArray,
    reward_gap: NDArray,
    variance: NDArray,
    k: NDArray,
    t: NDArray,
    width: NDArray,
    phase: NDArray,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """`error_products` for one block of inputs, gaps and widths in units of s."""
    z = rng.standard_normal((k[-1], teacher_gap.size))
    cell = np.rint(z / width - phase).astype(np.int32)
    lowest, highest = int(cell.min()), int(cell.max())
    # One row an input: the errors of the answers, and the place of each candidate's answer among them.
    answers = teacher_gap[:, None] + width[:, None] * (np.arange(lowest, highest + 1) + phase[:, None])
    place = cell - lowest + answers.shape[1] * np.arange(teacher_gap.size)
    plain, sum_of_all = _Ballot(answers), np.zeros(teacher_gap.size)
    judged = [_Judged(gap, teacher_gap, t, answers) for gap in reward_gap]
    products = np.empty((len(judged), k.size, len(RULES), len(RULES)))
    start = 0
    for column, number in enumerate(k):
        drawn, places = z[start:number], place[start:number]
        plain.count(places, None)
        sum_of_all += drawn.sum(axis=0)
        blind = {
            "mean": _alone(teacher_gap + sum_of_all / number),
            "median": _alone(teacher_gap + np.median(z[:number], axis=0)),
            "vote": plain.winner(),
        }
        for row, judge in enumerate(judged):
            judge.see(drawn, places)
            outcomes = blind | judge.outcomes()
            errors, squares = (np.stack([outcomes[rule][part] for rule in RULES]) for part in (0, 1))
            products[row, column] = (variance * errors) @ errors.T
            np.fill_diagonal(products[row, column], squares @ variance)
        start = number
    return products


def _alone(error: NDArray) -> tuple[NDArray, NDArray]:
    """Mean error and mean square of a rule that leaves nothing to chance."""
    return error, error**2


class _Ballot:
    """Votes for the cells of every input."""

    def __init__(self, answers: NDArray) -> None:
        self.answers, self.votes = answers, np.zeros(answers.shape)

    def count(self, places: NDArray, weight: NDArray | None) -> None:
        weight = None if weight is None else weight.ravel()
        counted = np.bincount(places.ravel(), weight, minlength=self.votes.size)
        self.votes += counted.reshape(self.votes.shape)

    def winner(self) -> tuple[NDArray, NDArray]:
        """Mean error and mean square over the cells with the most votes."""
        leads = self.votes == self.votes.max(axis=1, keepdims=True)
        leads = leads / leads.sum(axis=1, keepdims=True)
        return (leads * self.answers).sum(axis=1), (leads * self.answers**2).sum(axis=1)


class _Judged:
    """The candidates of every input as one reward sees them, one after the other."""

    def __init__(self, gap: NDArray, teacher_gap: NDArray, t: NDArray, answers: NDArray) -> None:
        self.gap, self.teacher_gap, self.rate = gap, teacher_gap, 1.0 / (2.0 * t)
        self.least, self.best = np.full(gap.shape, np.inf), np.zeros(gap.shape)
        self.sums = np.zeros((3, gap.size))  # of weights, and of weights times Z and Z^2
        self.ballot = _Ballot(answers)

    def see(self, z: NDArray, places: NDArray) -> None:
        """Take in further candidates."""
        distance = (self.gap + z) ** 2
        nearest = np.expand_dims(distance.argmin(axis=0), 0)
        closest = np.take_along_axis(distance, nearest, axis=0)[0]
        self.best = np.where(closest < self.least, np.take_along_axis(z, nearest, axis=0)[0], self.best)
        least = np.minimum(self.least, closest)
        # Before the first candidate the sums are 0 and least is inf.
        shrink = np.exp(self.rate * (least - self.least))
        weight = np.exp(self.rate * (least - distance))
        self.sums *= shrink
        self.sums += [(weight * z**power).sum(axis=0) for power in range(3)]
        self.ballot.votes *= shrink[:, None]
        self.ballot.count(places, weight)
        self.least = least

    def outcomes(self) -> dict[str, tuple[NDArray, NDArray]]:
        """Mean error and mean square of every rule that weighs candidates."""
        total, first, second = self.sums
        mean = self.teacher_gap + first / total
        return {
            "best_of_k": _alone(self.teacher_gap + self.best),
            "softmax": (mean, mean**2 + second / total - (first / total) ** 2),
            "weighted_mean": _alone(mean),
            "weighted_vote": self.ballot.winner(),
        }
