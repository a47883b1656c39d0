"""What figure, claims and numbers ask of single replicates: settings, variances and their two parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from bestofk import resampling

#: Resamples of a bootstrap, and samples behind a coverage; seeds are those of the experiment's name.
RESAMPLES, SAMPLES = 400, 40_000


@dataclass(frozen=True)
class Setting:
    """One judge, temperature and number of candidates.

    Attributes
    ----------
    c, reduced_temperature, k : float
        Overshoot, T/(2 sigma^2) and candidates.
    exact : float
        Exact mean error at the two-point order parameters.
    errors : dict
        Number of test inputs to the relative error of every replicate, error/exact.
    from_training : ndarray
        Relative deviation of every training set, (d error/d q_TT)(q_TT - mean)/exact.
    input_variance : ndarray
        Relative variance of the error between single inputs, an estimate from within each replicate.
    """

    c: float
    reduced_temperature: float
    k: float
    exact: float
    errors: dict[int, np.ndarray]
    from_training: np.ndarray
    input_variance: np.ndarray

    def variance_parts(self, n_inputs: int) -> tuple[float, float]:
        """Variance of the relative error over `n_inputs` test inputs: from training sets, and from inputs."""
        return float(self.from_training.var(ddof=1)), float(self.input_variance.mean()) / n_inputs

    def variance_ratio(self, n_inputs: int) -> float:
        """Measured variance of replicates over the sum of its parts."""
        return float(self.errors[n_inputs].var(ddof=1)) / sum(self.variance_parts(n_inputs))

    def variance_ratio_error(self, n_inputs: int) -> float:
        """Bootstrap standard error of `variance_ratio`, over replicates."""

        def ratio(errors: np.ndarray, training: np.ndarray, within: np.ndarray) -> float:
            return errors.var(ddof=1) / (training.var(ddof=1) + within.mean() / n_inputs)

        columns = self.errors[n_inputs], self.from_training, self.input_variance
        rng = np.random.default_rng(n_inputs)
        return resampling.bootstrap_error(ratio, *columns, draws=RESAMPLES, rng=rng)

    def coverage(self, n_inputs: int, size: int, confidence: float) -> float:
        """How often Student's interval of `size` replicates holds the mean of all."""
        rng = np.random.default_rng(size)
        plan = {"confidence": confidence, "draws": SAMPLES, "rng": rng}
        return resampling.student_coverage(self.errors[n_inputs], size, **plan)


def settings(table: pd.DataFrame) -> Iterator[Setting]:
    """The settings of the experiment, in the order of temperature and overshoot."""
    training = table[(table["quantity"] == "q_tt") & table["replicate"].notna()].set_index(
        ["point", "replicate"]
    )["mean"]
    curves = table[table["quantity"].isin(["error", "input_variance", "slope"])]
    for (temperature, c, k), rows in curves.groupby(["temperature", "reward_value", "k"], sort=True):
        of = dict(iter(rows.groupby("quantity")))
        simulated = of["error"].dropna(subset=["replicate"]).sort_values("replicate")
        if simulated.empty:
            continue
        exact, q_tt = float(simulated["exact"].iloc[0]), training.loc[simulated["point"].iloc[0]].sort_index()
        within = of["input_variance"].sort_values("replicate")["mean"]
        yield Setting(
            c=float(c),
            reduced_temperature=round(float(temperature / (2 * rows["noise_var"].iloc[0])), 9),
            k=float(k),
            exact=exact,
            errors={int(n): part["mean"].to_numpy() / exact for n, part in simulated.groupby("n")},
            from_training=(float(of["slope"]["exact"].iloc[0]) * (q_tt - q_tt.mean()).to_numpy() / exact),
            input_variance=within.to_numpy() / exact**2,
        )
