"""One split of a data set: an ensemble of networks, its judges, what theory says, and what is measured."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from bestofk import data_sets
from bestofk.answer_pools import candidate_kurtosis, order_parameters, variance_spread
from bestofk.estimators import best_of_k, softmax_of_groups
from bestofk.measured import ErrorCurve, kurtosis
from bestofk.networks import Network, centred, ensemble
from bestofk.phases import finite_optimum
from bestofk.pool_diagnostics import doubling
from bestofk.simulation import selected_errors

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]


def simulate(
    problem: pd.DataFrame, model: None, rewards: list, block: dict, replicate: int, rng: np.random.Generator
) -> list[tuple]:
    """Order parameters and predicted curves of the validation set; curves and falls measured at the test.

    Values are means over the inputs of a part, so that n is 1: the split with its networks is what is
    repeated. Temperatures are T/s^2, s^2 the mean variance of the candidates of the validation set.
    """
    k, reduced = tuple(block["selection"]["k"]), block["selection"]["reduced_temperature"]
    seen, unseen = pools(problem, block["networks"], rng)
    s2 = seen.answers.var(axis=1, ddof=1).mean()
    gaussian = seen.gaussian_errors(k, 2.0 * s2 * np.array(reduced), block["simulation"]["draws"], rng)

    rows: list[tuple] = []

    def add(judge: int, quantity: str, value: float, number: float = np.nan, t: float = np.nan) -> None:
        row = problem["point"].iloc[judge], quantity, float(number), 2.0 * t, replicate, 1, float(value)
        rows.append(row)

    for judge in range(len(problem)):
        values = order_parameters(seen.answers, seen.labels, seen.judged[judge])
        mean = seen.answers.mean(axis=1)
        single = {name: getattr(values, name) for name in ("s2", "q_tt", "q_tr", "q_rr")} | {
            "teacher_kurtosis": kurtosis(mean - seen.labels),
            "reward_kurtosis": kurtosis(mean - seen.judged[judge]),
            "candidate_kurtosis": candidate_kurtosis(seen.answers),
            "variance_spread": variance_spread(seen.answers),
            "judge_error": np.mean((unseen.judged[judge] - unseen.labels) ** 2),
            "mean_error": np.mean((unseen.answers.mean(axis=1) - unseen.labels) ** 2),
        }
        for name, value in single.items():
            add(judge, name, value)
        for place, t in enumerate(reduced):
            temperature = 2.0 * t * s2
            predicted = error_curve(k, t)(values)
            curves = {
                "error": unseen.curve(judge, k, temperature),
                "error_validation": seen.curve(judge, k, temperature),
            } | {name: errors[judge, place] for name, errors in gaussian.items()}
            misses = {name.replace("error", "miss"): curve - predicted for name, curve in curves.items()}
            # Who has only the validation set draws as many candidates as are predicted to be best.
            chosen = curves["error"][int(np.argmin(predicted))]
            regret = chosen - curves["error"]
            # The plain alternative is the k of the lowest error on the validation set.
            other = curves["error"][int(np.argmin(curves["error_validation"]))] - chosen
            add(judge, "curve_choice", other, t=t)
            curves |= {"predicted": predicted, "regret": regret} | misses
            for name, curve in curves.items():
                for number, value in zip(k, curve, strict=True):
                    add(judge, name, value, number, t)
            if t == 0:
                # A theorem at T = 0: never undecided.
                add(judge, "finite_optimum", finite_optimum(values, temperature=0.0), t=t)
            else:
                for name, value in unseen.doubled(judge, temperature, rng).items():
                    add(judge, name, value, t=t)
    return rows


def pools(problem: pd.DataFrame, networks: dict, rng: np.random.Generator) -> tuple[Pool, Pool]:
    """Split the data set, train the ensemble and the judges, and ask all of them at two parts."""
    sizes, seen_by = problem.iloc[0], problem["judge_labels"].tolist()
    inputs, labels = data_sets.load(sizes["data"])
    parts = [sizes["training"], max(seen_by), sizes["validation"], sizes["test"]]
    training, labelled, validation, test = data_sets.split(labels.size, parts, rng)
    features = centred(inputs, training)
    asked = np.concatenate([validation, test])
    candidate, judge = (
        Network(of_kind["hidden_units"], of_kind["penalty"], of_kind["iterations"])
        for of_kind in (networks["candidate"], networks["judge"])
    )
    answers = ensemble(
        candidate,
        features[training],
        labels[training],
        features[asked],
        members=networks["members"],
        resampled=networks["candidate"]["examples"],
        rng=rng,
    )
    # Every judge learns from the first labels of one list, from an initialisation of its own.
    judged = np.stack(
        [
            judge.answers(features[labelled[:seen]], labels[labelled[:seen]], features[asked], rng=rng)
            for seen in seen_by
        ]
    )
    first, second = np.arange(validation.size), np.arange(validation.size, asked.size)
    return tuple(Pool(answers[part], judged[:, part], labels[asked[part]]) for part in (first, second))


@cache
def error_curve(k: tuple[int, ...], reduced_temperature: float) -> ErrorCurve:
    """The curve of theory: one quadrature serves every split and judge."""
    return ErrorCurve(k, reduced_temperature=reduced_temperature)


class Pool:
    """The candidates at the inputs of a part (m, N), what its judges (n, m) answer there, and the labels."""

    def __init__(self, answers: np.ndarray, judged: np.ndarray, labels: np.ndarray) -> None:
        self.answers, self.judged, self.labels = answers, judged, labels
        # The error is that of the answer against the observed label.
        self.errors = (answers - labels[:, None]) ** 2

    def scores(self, judge: int) -> np.ndarray:
        """The reward of every candidate."""
        return -((self.answers - self.judged[judge][:, None]) ** 2)

    def curve(self, judge: int, k: tuple[int, ...], temperature: float) -> np.ndarray:
        """Mean squared error of the selected candidate, along k."""
        if temperature == 0:
            return best_of_k(k, self.scores(judge), self.errors).mean(axis=0)
        groups = softmax_of_groups(k, self.scores(judge), self.errors, temperature=temperature)
        return groups.mean(axis=0)

    def gaussian_errors(
        self, k: tuple[int, ...], temperatures: np.ndarray, draws: int, rng: np.random.Generator
    ) -> dict[str, np.ndarray]:
        """The same with Gaussian candidates, (judges, temperatures, k): of s(x) at each input, and of one s.

        They have the mean and the variance of the pool itself, not those of its law, so that a single
        candidate has the error of the pool. Both measurements see the same draws: their difference is that
        of s(x).
        """
        mean, variance = self.answers.mean(axis=1), self.answers.var(axis=1)
        seeds = rng.bit_generator.seed_seq.spawn(1)[0]
        result = {}
        for name, spread in (
            ("error_gaussian", variance),
            ("error_equal_spread", np.full_like(variance, variance.mean())),
        ):
            again = np.random.SeedSequence(seeds.entropy, spawn_key=seeds.spawn_key)
            sums = selected_errors(
                np.tile(mean - self.labels, draws),
                np.tile(mean - self.judged, (1, draws)),
                k=k,
                temperature=temperatures,
                predictive_std=np.sqrt(np.tile(spread, draws)),
                rng=np.random.Generator(np.random.SFC64(again)),
            )
            result[name] = sums / (draws * mean.size)
        return result

    def doubled(self, judge: int, temperature: float, rng: np.random.Generator) -> dict[str, float]:
        """The half-temperature test of half of the candidates at some inputs, and the fall at the others.

        Gain and fall share no input; they share the networks, which are the candidates everywhere.
        """
        gain, effective, previous, fall = doubling(
            self.scores(judge), self.errors, temperature=temperature, rng=rng
        )
        half = gain.size // 2
        return {
            "gain": gain[:half].mean(),
            "previous": previous[:half].mean(),
            "fall": fall[half:].mean(),
            "effective": np.median(effective[:half]),
        }
