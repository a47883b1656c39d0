"""Claims about the half-temperature test: on pools drawn from the model, and its hits elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from bestofk.agreement import single_interval
from bestofk.pool_diagnostics import CONFIDENCE, LEAST_EFFECTIVE
from scipy.stats import binomtest

from ledger.entries import NEW, OUTSIDE, SIMULATION, claim, interval

#: Temperature at which the figure draws pools of the model, and the text quotes them.
T_SHOWN = 1.0


def half_temperature_test(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """How often the sign is wrong, and what weighting all prompts alike would do."""
    # A two-sided interval errs on either side in half of the cases that it may.
    allowed = (1 - CONFIDENCE) / 2
    weighted, plain = (shares(frame, prefix) for prefix in ("", "plain_"))
    confidence = 1 - (1 - settings["confidence"]) / len(weighted)
    low, high = share_interval(weighted["wrong"], weighted["replicates"], confidence)
    worst = int(np.argmax(high))
    yield claim(
        "half_temperature_sign",
        "In pools drawn from the model the half-temperature test gives the wrong sign of what twice as many "
        "candidates do no more often than its confidence allows, at every κ, ρ and t.",
        NEW,
        f"share of pools with the wrong sign, highest of {len(weighted)} points",
        f"{interval(low[worst], high[worst])} at {place(weighted.iloc[worst])}",
        f"at most {allowed:g}",
        "holds" if (high <= allowed).all() else "fails" if (low > allowed).any() else "undecided",
        SIMULATION,
    )
    low, high = share_interval(plain["wrong"], plain["replicates"], confidence)
    worst = int(np.argmax(low))
    yield claim(
        "half_temperature_weights",
        "With all prompts weighted alike there are points where most pools give the wrong sign.",
        NEW,
        f"share of pools with the wrong sign, highest of {len(plain)} points",
        f"{interval(low[worst], high[worst])} at {place(plain.iloc[worst])}",
        "above 0.5 at one",
        "holds" if (low > 0.5).any() else "fails" if (high < 0.5).all() else "undecided",
        SIMULATION,
    )


def shares(frame: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Share of pools that give either sign, and the wrong one, point by point."""
    points = ["kappa", "rho", "reduced_temperature"]
    more, fewer, fall = (
        frame[frame["quantity"] == name].set_index(points)
        for name in (f"{prefix}more", f"{prefix}fewer", "fall")
    )
    columns = {"more": more["simulation"], "fewer": fewer["simulation"], "fall": fall["exact"]}
    found = pd.DataFrame({**columns, "replicates": more["replicates"]})
    return found.assign(wrong=np.where(found["fall"] > 0, found["fewer"], found["more"])).reset_index()


def share_interval(share: pd.Series, count: pd.Series, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Clopper and Pearson's intervals of some shares."""
    both = zip(share, count, strict=True)
    found = [binomtest(round(p * n), int(n)).proportion_ci(confidence) for p, n in both]
    return np.array([of.low for of in found]), np.array([of.high for of in found])


def place(row: pd.Series) -> str:
    """Where a point lies."""
    return f"κ = {row['kappa']:g}, ρ = {row['rho']:g}, t = {row['reduced_temperature']:g}"


def decisions(frame: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """What was predicted and what was seen, one row a pool, judge and temperature.

    `predicted` and `observed` are 1 where more candidates help, -1 where they harm, 0 where Student's
    interval holds 0; `previous` likewise, for the last doubling of the candidates at hand, the plain
    alternative to the test. ``trusted`` where enough candidates carry the weight.
    """
    parts = {}
    for quantity in ("gain", "previous", "fall", "effective"):
        rows = frame[frame["quantity"] == quantity].set_index(list(by))
        parts[quantity] = rows[["simulation", "standard_error", "replicates"]].add_prefix(f"{quantity}_")
    wide = pd.concat([parts[quantity] for quantity in ("gain", "previous", "fall")], axis=1)
    wide["effective"] = parts["effective"]["effective_simulation"]
    for quantity, name in (("gain", "predicted"), ("previous", "previous"), ("fall", "observed")):
        of = (wide[f"{quantity}_{column}"] for column in ("simulation", "standard_error", "replicates"))
        low, high = single_interval(*of, confidence=CONFIDENCE)
        wide[name] = (low > 0).astype(int) - (high < 0).astype(int)
    wide["trusted"] = wide["effective"] >= LEAST_EFFECTIVE
    wide["outcome"] = np.select(
        [~wide["trusted"], wide["predicted"] == 0, wide["observed"] == 0],
        ["not trusted", "no sign predicted", "no sign seen"],
        np.where(wide["predicted"] == wide["observed"], "hit", "miss"),
    )
    return wide.reset_index()


def hit_claim(name: str, sentence: str, frame: pd.DataFrame, by: Sequence[str], settings: dict) -> dict:
    """Hits among the pools where both the prediction and what was seen have a sign; each miss by name."""
    found, expected = decisions(frame, by), settings["hit_rate"]
    missed = found[found["outcome"] == "miss"]
    hits, tried = int((found["outcome"] == "hit").sum()), len(found)
    signed = hits + len(missed)
    if signed == 0:
        measured, verdict = f"no pair of signs in {tried}", None
    else:
        of = binomtest(hits, signed).proportion_ci(CONFIDENCE)
        measured = f"{hits} of {signed} agree, {interval(of.low, of.high, 2)}"
        verdict = "holds" if of.low >= expected else "fails" if of.high < expected else "undecided"
    places = [", ".join(str(row[column]) for column in by) for _, row in missed.iterrows()]
    return claim(
        name,
        sentence,
        NEW,
        f"share of equal signs where both are seen, {tried} tried",
        measured + (f"; missed: {'; '.join(places)}" if places else ""),
        f"at least {expected:g}",
        verdict,
        OUTSIDE,
    )
