"""One split of a data set: a student, its judges, what theory says of them, and what is measured."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from bestofk import data_sets
from bestofk.evidence import maximal_evidence
from bestofk.measured import ErrorCurve, kurtosis, measured_order_parameters
from bestofk.phases import finite_optimum
from bestofk.posterior import Posterior, fit
from bestofk.simulation import selected_errors

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]


def simulate(
    problem: pd.DataFrame, model: None, rewards: list, block: dict, replicate: int, rng: np.random.Generator
) -> list[tuple]:
    """Order parameters and predicted curves of the validation set; curves measured there and at the test.

    Values are means over the inputs of a part, so that n is 1: the split is what is repeated. Temperatures
    are T/s^2, s^2 the mean predictive variance of the validation set.
    """
    sizes, judges = problem.iloc[0], problem["judge_labels"].tolist()
    inputs, labels = data_sets.load(sizes["data"])
    parts = [sizes["training"], max(judges), sizes["validation"], sizes["test"]]
    training, pool, validation, test = data_sets.split(labels.size, parts, rng)
    features = data_sets.features(inputs, training)
    student = fit_most_likely(features[training], labels[training])
    of_judges = [fit_most_likely(features[pool[:seen]], labels[pool[:seen]]).mean for seen in judges]
    weights = np.stack(of_judges, axis=1)

    k, reduced = tuple(block["selection"]["k"]), tuple(block["selection"]["reduced_temperature"])
    seen, unseen = (Gaps(student, weights, features[part], labels[part]) for part in (validation, test))
    s2 = seen.variance.mean()
    temperatures = 2.0 * s2 * np.array(reduced)
    settings = {"k": k, "temperatures": temperatures, "draws": block["simulation"]["draws"]}
    # The two measurements at the validation set see the same candidates: their difference is that of s(x).
    first, second = rng.bit_generator.seed_seq.spawn(2)
    measured = {
        "error": unseen.errors(unseen.variance, seeds=first, **settings),
        "error_validation": seen.errors(seen.variance, seeds=second, **settings),
        "error_equal_spread": seen.errors(np.full_like(seen.variance, s2), seeds=second, **settings),
    }

    rows: list[tuple] = []
    for judge, point in enumerate(problem["point"]):
        values = measured_order_parameters(seen.teacher, seen.reward[judge], seen.variance)
        single = {name: getattr(values, name) for name in ("s2", "q_tt", "q_tr", "q_rr")} | {
            "teacher_kurtosis": kurtosis(seen.teacher),
            "reward_kurtosis": kurtosis(seen.reward[judge]),
            "variance_spread": np.var(seen.variance) / s2**2,
            "judge_error": np.mean((unseen.teacher - unseen.reward[judge]) ** 2),
        }
        rows += [(point, name, np.nan, np.nan, replicate, 1, float(value)) for name, value in single.items()]
        for place, t in enumerate(reduced):
            predicted = error_curve(k, t)(values)
            curves = {name: errors[judge, place] for name, errors in measured.items()}
            misses = {name.replace("error", "miss"): curve - predicted for name, curve in curves.items()}
            # Who has only the validation set draws as many candidates as are predicted to be best.
            best = int(np.argmin(predicted))
            regret = {"regret": curves["error"][best] - curves["error"]}
            # The plain alternative is the k of the lowest error on the validation set.
            other = curves["error"][int(np.argmin(curves["error_validation"]))] - curves["error"][best]
            rows.append((point, "curve_choice", np.nan, 2.0 * t, replicate, 1, float(other)))
            curves |= {"predicted": predicted} | misses | regret
            rows += [
                (point, name, float(number), 2.0 * t, replicate, 1, float(value))
                for name, curve in curves.items()
                for number, value in zip(k, curve, strict=True)
            ]
            if t == 0:
                # A theorem at T = 0: never undecided.
                finite = finite_optimum(values, temperature=0.0)
                rows.append((point, "finite_optimum", np.nan, 0.0, replicate, 1, float(finite)))
    return rows


def fit_most_likely(features: np.ndarray, labels: np.ndarray) -> Posterior:
    """The posterior under the noise and the prior that make the labels most likely."""
    noise_var, prior_var = maximal_evidence(features, labels)
    return fit(features, labels, noise_var=noise_var, prior_var=prior_var)


@cache
def error_curve(k: tuple[int, ...], reduced_temperature: float) -> ErrorCurve:
    """The curve of theory: one quadrature serves every split and judge."""
    return ErrorCurve(k, reduced_temperature=reduced_temperature)


class Gaps:
    """What stands between the student, its judges and the labels at some inputs."""

    def __init__(
        self, student: Posterior, weights: np.ndarray, features: np.ndarray, labels: np.ndarray
    ) -> None:
        mean, self.variance = student.predictive(features)
        # The error is that of the answer against the observed label, not against an unknown noiseless one.
        self.teacher = mean - labels
        self.reward = mean - (features @ weights).T

    def errors(
        self,
        variance: np.ndarray,
        *,
        k: tuple[int, ...],
        temperatures: np.ndarray,
        draws: int,
        seeds: np.random.SeedSequence,
    ) -> np.ndarray:
        """Mean squared error of the selected candidate, (judges, temperatures, k), with drawn candidates."""
        # Made anew, so that the same seeds give the same candidates however often they were used before.
        again = np.random.SeedSequence(seeds.entropy, spawn_key=seeds.spawn_key)
        sums = selected_errors(
            np.tile(self.teacher, draws),
            np.tile(self.reward, draws),
            k=k,
            temperature=temperatures,
            predictive_std=np.sqrt(np.tile(variance, draws)),
            rng=np.random.Generator(np.random.SFC64(again)),
        )
        return sums / (draws * self.teacher.size)
