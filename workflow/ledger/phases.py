"""Claims about where a finite number of candidates is best."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ledger.entries import HP, INTEGRALS, NEW, PROOF, claim


def phase_diagram(frame: pd.DataFrame, settings: dict) -> Iterator[dict]:
    """Whether a finite k is best, cell by cell, against the criteria of the text."""
    frame = frame.assign(
        finite=np.isfinite(frame["optimal_k"]),
        predicted=frame["rho"] < frame["rho_critical"],
        condensed=frame["kappa"] >= frame["kappa_condensation"],
    )
    warm, cold = frame[frame["reduced_temperature"] > 0], frame[frame["reduced_temperature"] == 0]
    least_t, least_kappa = settings["line_from_temperature"], settings["line_from_kappa"]
    outside_strip = (warm["reduced_temperature"] >= least_t) | (warm["kappa"] >= least_kappa)
    zones = {
        "phase_line_is_sufficient": (
            warm[~warm["condensed"] & warm["predicted"]],
            "Below κ_e, 3 q_RR/(1+t) > s² + 2 q_TR is sufficient for a finite best k (proved: a search "
            "can only confirm it).",
            PROOF,
        ),
        "phase_at_zero_temperature": (
            cold[~cold["predicted"]],
            "At T = 0 no finite k is best where 2 q_TR ≥ min(4 q_RR − s², 2 q_RR), one half of the theorem.",
            PROOF,
        ),
        "phase_condensed": (
            warm[warm["condensed"]],
            "Beyond κ_e a finite k is best iff ρ < [1/(1+t) + y]/2 (heuristic).",
            INTEGRALS,
        ),
    }
    for name, (cells, sentence, evidence) in zones.items():
        wrong = cells[cells["finite"] != cells["predicted"]]
        # A search that ends at k_max cannot see an optimum beyond it: such cells decide nothing.
        unresolved = wrong[wrong["predicted"] & ~wrong["finite"]]
        refuted = len(wrong) - len(unresolved)
        beyond = f", and {len(unresolved)} with none up to the largest k searched" if len(unresolved) else ""
        yield claim(
            name,
            sentence,
            NEW,
            f"cells of {len(cells)} that disagree",
            f"{refuted}{beyond}",
            "0",
            False if refuted else (True if len(cells) and not len(unresolved) else None),
            evidence,
        )
    # The exact boundary of a pair (κ, t) is the largest ρ at which some searched k beats the limit.
    line = warm[~warm["condensed"] & outside_strip]
    pairs = len(line[["kappa", "reduced_temperature"]].drop_duplicates())
    beyond = (line["rho_searched"] - line["rho_critical"]).max()
    yield claim(
        "phase_line_is_necessary",
        f"Below κ_e, for t ≥ {least_t:g} or κ ≥ {least_kappa:g}, it is necessary: at no ρ beyond the line "
        "is a finite k best.",
        NEW,
        f"largest sup_k[−M₂/M₁] − ρ_c over {pairs} pairs (κ, t)",
        f"{beyond:.1e}".replace("-", "−"),
        "at most 0",
        bool(beyond <= 0) if len(line) else None,
        INTEGRALS,
    )
    zone = warm[~warm["condensed"] & ~outside_strip & ~warm["predicted"]]
    strip = zone[zone["finite"] & ~zone["ends_below"]]
    yield claim(
        "phase_strip",
        f"For t < {least_t:g} and κ < {least_kappa:g} there are curves that end above their limit and still "
        "have a lower interior minimum.",
        NEW,
        f"cells of {len(zone)} beyond the line with such a minimum",
        str(len(strip)),
        "at least 1",
        bool(len(strip)) if len(zone) else None,
        INTEGRALS,
    )
    yield best_temperature_claim(warm)
    missed = np.isfinite(warm["published_k"]) != warm["finite"]
    # There the formula has no finite optimum at any κ, and a theorem excludes one.
    fair = warm["reduced_temperature"] >= 3 + 3 / (2 * warm["rho"])
    yield claim(
        "published_optimal_k_when_hot",
        "For t ≥ 3 + 3/(2ρ), ρ > 0, the published optimal-k formula judges it rightly.",
        HP,
        f"cells of {int(fair.sum())} where it errs",
        str(int(missed[fair].sum())),
        "0",
        False if missed[fair].any() else (True if fair.any() else None),
        PROOF,
    )


def best_temperature_claim(warm: pd.DataFrame) -> dict:
    """Whether a finite k is best at the temperature that is best for infinitely many candidates."""
    best = 2 * warm["kappa"] / (1 + 2 * warm["rho"] * warm["kappa"]) - 1
    distance = np.log(warm["reduced_temperature"] / best.where(best > 0)).abs()
    step = np.diff(np.log(np.sort(warm["reduced_temperature"].unique()))).max(initial=0.0)
    # The cell of the best temperature: between t⋆ and the line, 1 + t_c = (3/2)(1 + t⋆), there are others.
    cells = warm[(distance <= step / 2) & ~warm["condensed"]]
    missing = int((~cells["finite"]).sum())
    return claim(
        "best_temperature_has_finite_k",
        "Below κ_e, at the best temperature for k = ∞, 1 + t⋆ = 2 q_RR/(s² + 2 q_TR), a finite k is better.",
        NEW,
        f"cells of {len(cells)} next to t⋆ where none is found",
        str(missing),
        "0",
        # A search that ends at some k does not contradict a theorem.
        None if missing or cells.empty else True,
        PROOF,
    )
