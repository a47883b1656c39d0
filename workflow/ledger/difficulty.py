"""Claims about the difficulty of the task: how fast best-of-k decays with the teacher as judge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from bestofk import agreement
from tables import errors

from ledger.entries import HP, INTEGRALS, NEW, PROOF, SIMULATION, claim, interval

#: Where the law of the inverse square stops.
TRANSITION = 0.5

#: From here on rare inputs correct it by less than its own 1/k; and what is resolved of a correction.
FIRST_CORRECTED, RESOLVED = 0.25, 1e-8


def task_difficulty(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Agreement up to many candidates, the laws at and beyond kappa = 1/2, and the order of difficulties."""
    difficulty = frame[frame["quantity"] == "kappa"].set_index("point")["two_point"].round(9)
    frame = frame.assign(kappa=frame["point"].map(difficulty))
    curves = errors(frame)
    simulated = curves[curves["simulation"].notna()]
    result = agreement.equivalence(
        simulated["simulation"] / simulated["exact"],
        simulated["standard_error"] / simulated["exact"],
        simulated["replicates"],
        expected=1.0,
        margin=settings["rare_margin"],
        confidence=settings["confidence"],
    )
    worst = simulated.iloc[result.worst]
    yield claim(
        "task_difficulty_agrees",
        f"With the teacher as the judge at T = 0 the exact theory agrees with simulation up to "
        f"k = {simulated['k'].max():g} at every difficulty, beyond κ = 1/2 as well.",
        NEW,
        f"simulation/theory at {len(simulated)} points",
        f"farthest interval {interval(result.low, result.high)}, κ = {worst['kappa']:g}, k = {worst['k']:g}",
        f"1 ± {settings['rare_margin']:g}",
        result.verdict,
        SIMULATION,
    )
    yield stretched_claim(frame, settings)
    yield from law_claims(curves, settings)
    # s^2 does not depend on the teacher, so that errors of different difficulties compare directly.
    exact = curves.pivot(index="k", columns="kappa", values="exact").sort_index(axis="columns")
    growth = exact.to_numpy()[:, 1:] / exact.to_numpy()[:, :-1]
    yield claim(
        "degrades_with_difficulty",
        "Inference-time scaling degrades with the difficulty of the task: δ/s² grows with κ at every k.",
        HP,
        f"smallest ratio of neighbouring difficulties, {len(exact)} k from {exact.index[0]:g} to "
        f"{exact.index[-1]:.3g}",
        f"{growth.min():.3f}",
        "above 1",
        bool((growth > 1).all()),
        PROOF,
    )


def stretched_claim(frame: pd.DataFrame, settings: dict) -> dict:
    """Stretched inputs with nearest candidates against plain inputs with all candidates."""
    direct = frame[frame["quantity"] == "error_direct"]
    pairs = direct.merge(errors(frame), on=["point", "k"], suffixes=("", "_stretched"), validate="one_to_one")
    ratio = pairs["simulation_stretched"] / pairs["simulation"]
    # The fits are shared, the draws are not: without the covariance of the fits the error is too large.
    relative = [pairs[f"standard_error{end}"] / pairs[f"simulation{end}"] for end in ("", "_stretched")]
    pairs = pairs.assign(ratio=ratio, square=np.hypot(*relative) ** 2)
    means = pairs.groupby("k").agg(
        ratio=("ratio", "mean"), square=("square", "sum"), count=("k", "size"), n=("replicates", "min")
    )
    result = agreement.equivalence(
        means["ratio"],
        np.sqrt(means["square"]) / means["count"],
        means["n"],
        expected=1.0,
        margin=settings["rare_margin"],
        confidence=settings["confidence"],
    )
    return claim(
        "stretched_inputs_agree",
        "Stretched inputs with the nearest candidate drawn by itself and plain inputs with every candidate "
        f"drawn give the same error up to k = {means.index.max():g}, on average over the difficulties.",
        NEW,
        f"stretched/plain, mean over {int(means['count'].max())} difficulties, {len(means)} k",
        f"farthest interval {interval(result.low, result.high)}, k = {means.index[result.worst]:g}",
        f"1 ± {settings['rare_margin']:g}",
        result.verdict,
        SIMULATION,
    )


def law_claims(curves: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Exact theory over the law at the largest k, below, at and beyond the transition."""
    last = curves[curves["k"] == curves["k"].max()].assign(ratio=curves["exact"] / curves["decay_law"])
    zones = {
        "square_law_below": (
            last[last["kappa"] < TRANSITION],
            "Below κ = 1/2 the error at the largest k is π s²/(k² √(1 − 2κ)).",
            HP,
            PROOF,
        ),
        "logarithm_at_one_half": (
            last[last["kappa"] == TRANSITION],
            "At κ = 1/2 the error at the largest k is (2√π s²/k²)(l + γ_E/l), with k φ(l) = l.",
            NEW,
            INTEGRALS,
        ),
    }
    for name, (rows, sentence, source, evidence) in zones.items():
        off = (rows["ratio"] - 1).abs()
        yield claim(
            name,
            sentence,
            source,
            f"exact/law at k = {curves['k'].max():.4g}",
            f"{rows['ratio'].min():.5f} to {rows['ratio'].max():.5f}" if len(rows) else "not computed",
            f"1 ± {settings['limit_tolerance']:g}",
            bool((off < settings["limit_tolerance"]).all()) if len(rows) else None,
            evidence,
        )


def decay_exponent(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """The local exponent at the largest k beyond the transition, against the law and against its limit."""
    last = frame[frame["k"] == frame["k"].max()]
    beyond = last[last["kappa"] > TRANSITION]
    slopes = (beyond["exponent"] - beyond["law_exponent"]).abs()
    yield claim(
        "exponent_with_logarithms",
        "Beyond κ = 1/2 the local exponent is min(2, 1/κ) once the logarithms of the law are included.",
        NEW,
        f"largest |exact − law exponent| up to k = {last['k'].max():.4g}, κ from {beyond['kappa'].min():.3g} "
        f"to {beyond['kappa'].max():.3g}",
        f"{slopes.max():.4f}, at κ = {beyond.loc[slopes.idxmax(), 'kappa']:.3g}; "
        f"without the logarithms {(beyond['exponent'] - beyond['limit_exponent']).abs().max():.4f}",
        f"below {settings['exponent_tolerance']:g}, and nearer to the law than to its limit at every κ",
        bool(
            (slopes < settings["exponent_tolerance"]).all()
            and (slopes < (beyond["exponent"] - beyond["limit_exponent"]).abs()).all()
        ),
        INTEGRALS,
    )
    yield correction_claim(last, settings)
    far = beyond[beyond["kappa"] >= settings["law_from_kappa"]]
    ratio = far["error"] / far["decay_law"]
    low, high = settings["law_band"]
    yield claim(
        "law_beyond_one_half",
        f"For κ of at least {settings['law_from_kappa']:g} the law with logarithms gives the error only "
        f"roughly at k = {last['k'].max():.4g}: it is too large, the more so the harder the task.",
        NEW,
        "exact/law over κ",
        f"{ratio.min():.3f} to {ratio.max():.3f}" if len(far) else "not computed",
        f"from {low:g} to {high:g}, falling with κ",
        bool(((ratio > low) & (ratio < high)).all() and (np.diff(ratio) < 0).all()) if len(far) else None,
        INTEGRALS,
    )


def correction_claim(last: pd.DataFrame, settings: dict) -> dict:
    """What rare inputs take from the quadratic law below the transition, against the layer that they fill."""
    rows = last[(last["kappa"] > FIRST_CORRECTED) & (last["kappa"] < TRANSITION)]
    left = rows["error"] - rows["quadratic_law"]
    # A correction of the size of what the quadrature promises says nothing.
    rows, left = rows[left.abs() > RESOLVED * rows["error"]], left[left.abs() > RESOLVED * rows["error"]]
    ratio = left / rows["layer_law"]
    low, high = settings["law_band"]
    return claim(
        "square_law_correction",
        "Between κ = 1/4 and 1/2 rare inputs take from the quadratic law what the law beyond 1/2, continued, "
        "gives, of relative order k^(2 − 1/κ), up to a factor of at most two.",
        NEW,
        f"exact/law of the correction at k = {last['k'].max():.4g}, {len(rows)} κ"
        + (
            f" from {rows['kappa'].min():.3g} to {rows['kappa'].max():.3g}, where it is resolved"
            if len(rows)
            else ""
        ),
        f"{ratio.min():.3f} to {ratio.max():.3f}" if len(rows) else "not resolved",
        f"from {low:g} to {high:g}",
        bool(((ratio > low) & (ratio < high)).all()) if len(rows) else None,
        INTEGRALS,
    )
