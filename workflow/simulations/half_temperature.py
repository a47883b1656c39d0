"""One pool of candidates drawn from the model, and what the half-temperature test says of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from bestofk.pool_diagnostics import half_temperature, halving, next_candidate, verdict

COLUMNS = ["point", "quantity", "k", "temperature", "replicate", "n", "sum"]


def simulate(
    problem: pd.DataFrame, model: None, rewards: list, block: dict, replicate: int, rng: np.random.Generator
) -> list[tuple]:
    """Draw the gaps of some prompts and candidates of each, s = 1, and apply the test at every temperature.

    ``more`` and ``fewer`` say which sign the test gives, if any, with each prompt weighted by the mean square
    of its weights as it must be; ``plain_more`` and ``plain_fewer`` with all prompts weighted alike;
    ``previous_more`` and ``previous_fewer`` which sign has what the second half of the candidates did.
    """
    pools = block["pools"]
    n, prompts = int(pools["candidates"]), int(pools["prompts"])
    kappa, rho = (float(problem[name].iloc[0]) for name in ("kappa", "rho"))
    reward_gap = np.sqrt(kappa) * rng.standard_normal((prompts, 1))
    z = rng.standard_normal((prompts, n))
    # The judge errs along the student's own error, as in the paper's other figures.
    scores, errors = -((reward_gap + z) ** 2), (rho * reward_gap + z) ** 2
    rows: list[tuple] = []
    for point, t in zip(problem["point"], problem["reduced_temperature"], strict=True):
        temperature = 2.0 * float(t)
        gain, effective = next_candidate(scores, errors, temperature=temperature)
        plain = half_temperature(scores, errors, temperature=temperature)
        previous = halving(scores, errors, temperature=temperature, rng=rng)
        found = {"gain": gain.mean(), "effective": np.median(effective)}
        for name, values in (("", gain), ("plain_", plain), ("previous_", previous)):
            sign = verdict(values, effective)
            found |= {f"{name}more": float(sign > 0), f"{name}fewer": float(sign < 0)}
        place = float(n), temperature, replicate, 1
        rows += [(point, quantity, *place, float(value)) for quantity, value in found.items()]
    return rows
