"""The verdicts of the claims: each is shown to hold, to fail and to stay undecided."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from bestofk import provenance
from ledger import curves, entries, order_parameters, phases

NAN = math.nan
#: t⋆ of the usual cell of a phase diagram, kappa = 2 and rho = 1/2: 1 + t = 4/3.
BEST_T = 1 / 3
SETTINGS = {
    "margin": 0.01,
    "setting_margin": 0.05,
    "coefficient_margin": 0.01,
    "bias_margin": 0.1,
    "limit_tolerance": 1e-3,
    "third_order_margin": 0.1,
    "largest_k_compared": 64,
    "line_from_temperature": 1.8,
    "line_from_kappa": 1.0,
    "standard_errors": 2.0,
    "confidence": 0.99,
}


def curve(simulation, exact, error, *, replicates=100, **columns) -> pd.DataFrame:
    frame = pd.DataFrame({"simulation": simulation, "exact": exact, "standard_error": error})
    return frame.assign(replicates=replicates, quantity="error", **columns)


class TestClaims:
    @pytest.mark.parametrize(
        ("given", "verdict"),
        [
            (True, "holds"),
            (False, "fails"),
            (None, "undecided"),
            ("holds", "holds"),
            (np.bool_(False), "fails"),
        ],
    )
    def test_verdict_is_one_of_three_words(self, script, given, verdict):
        assert entries.claim("a", "A.", "new", "q", "1", "1", given, "simulation")["verdict"] == verdict

    @pytest.mark.parametrize(
        ("simulation", "error", "verdict"),
        [
            ([2.001, 3.001], 1e-3, "holds"),
            ([2.0, 3.0], 0.1, "undecided"),
            ([2.0, 3.2], 1e-3, "fails"),
        ],
    )
    def test_agreement_is_relative_to_the_theory(self, script, simulation, error, verdict):
        rows = pd.concat([curve(simulation, [2.0, 3.0], error), curve([NAN], [9.0], NAN)])
        entry = entries.agreement_claim("a", "A.", "new", rows, SETTINGS)
        assert entry["verdict"] == verdict
        assert entry["quantity"] == "simulation/theory at 2 points"
        assert entry["expected"] == "1 ± 0.01"

    def test_agreement_of_nothing_is_refused(self, script):
        with pytest.raises(ValueError, match="no value to test"):
            entries.agreement_claim("a", "A.", "new", curve([NAN], [1.0], NAN), SETTINGS)

    def error_vs_k(self, *, exact=None, gap=None, gap_error=1e-3) -> pd.DataFrame:
        """Two rewards: by 3 q_RR/(1+t) > s² + 2 q_TR no finite k is best at c = 0, and one is at c = 5."""
        rows = []
        for c, q_rr in ((0.0, 0.1), (5.0, 3.6)):
            usual = [1.0, 0.9, 0.8] if c == 0 else [1.0, 0.75, 0.8]
            frame = curve(usual, (exact or {}).get(c, usual), 1e-4, k=[1.0, 2.0, 4.0], temperature=4.0)
            frame["difference"] = [0.2, (gap or {}).get(c, 0.1 if c == 0 else -0.05), 0.0]
            frame["difference_standard_error"] = [gap_error, gap_error, 0.0]
            hot = curve([NAN], [1.0], NAN, k=[2.0], temperature=40.0).assign(
                high_temperature_2=0.9, high_temperature_3=1.001, high_temperature_published=0.9
            )
            scalars = pd.DataFrame(
                {"quantity": ["s2", "q_tr", "q_rr"], "two_point": [0.5, q_rr / (1 + c), q_rr]}
            )
            rows += [part.assign(reward_value=c) for part in (frame, hot, scalars)]
        return pd.concat(rows, ignore_index=True)

    def verdicts(self, entries) -> dict[str, str]:
        return {entry["id"]: entry["verdict"] for entry in entries}

    def test_curve_claims_hold_where_simulation_is_sharp(self, script):
        entries = list(curves.error_vs_k(self.error_vs_k(), SETTINGS))
        assert self.verdicts(entries) == {
            "error_vs_k_agrees": "holds",
            "best_k_c0": "holds",
            "best_k_c5": "holds",
            "third_order_exact": "holds",
            "third_order_published": "holds",
        }
        finite = next(entry for entry in entries if entry["id"] == "best_k_c5")
        # In units of s² = 0.5: -0.05/0.5, and the interval of k = 2 is the one below 0.
        assert finite["measured"].startswith("at k = 2 [−0.10")
        assert finite["expected"] == "below 0 at some k"

    @pytest.mark.parametrize(
        ("changes", "name", "verdict"),
        [
            ({"gap": {0.0: 1e-4}}, "best_k_c0", "undecided"),
            ({"gap": {0.0: -0.05}}, "best_k_c0", "fails"),
            ({"gap": {5.0: -1e-4}}, "best_k_c5", "undecided"),
            ({"gap": {5.0: 0.05}}, "best_k_c5", "fails"),
            ({"gap_error": 1.0}, "best_k_c0", "undecided"),
            ({"gap_error": 1.0}, "best_k_c5", "undecided"),
            # At every k: each by itself, 0.1 - 2.6 standard errors > 0. At some k: all together.
            ({"gap_error": 0.037}, "best_k_c0", "holds"),
            ({"gap_error": 0.0185}, "best_k_c5", "undecided"),
            # The exact curve is asked as well: a rise where none is predicted, no valley where one is.
            ({"exact": {0.0: [1.0, 0.9, 0.95]}}, "best_k_c0", "fails"),
            ({"exact": {5.0: [1.0, 0.9, 0.8]}}, "best_k_c5", "fails"),
        ],
    )
    def test_best_k_is_judged_by_theory_and_simulation(self, script, changes, name, verdict):
        entries = curves.error_vs_k(self.error_vs_k(**changes), SETTINGS)
        assert self.verdicts(entries)[name] == verdict

    def test_third_order_claims_fail_the_other_way_round(self, script):
        frame = self.error_vs_k()
        swapped = {
            "high_temperature_3": "high_temperature_published",
            "high_temperature_published": "high_temperature_3",
        }
        verdicts = self.verdicts(curves.error_vs_k(frame.rename(columns=swapped), SETTINGS))
        assert (verdicts["third_order_exact"], verdicts["third_order_published"]) == ("fails", "fails")

    def fits(
        self, *, error=1e-5, slope=1.0, shift=0.0, one_point=0.5, bias=1.0, spread=1.0, gap=1.0
    ) -> pd.DataFrame:
        """Fits at three sizes of one setting: two-point values times 1 + slope/d, with q_TT shifted."""
        values = {"s2": 0.5, "q_tt": 0.25, "q_tr": 0.02, "q_rr": 0.4}
        rows = []
        for d in (20, 50, 100):
            columns = {"point": f"d{d}", "n_features": d, "n_train": 2 * d, "aspect_ratio": 0.5}
            columns |= {"spectrum": "isotropic", "noise_var": 0.25, "replicates": 50}
            for quantity, value in values.items():
                scale = math.sqrt(0.25 * 0.4) if quantity == "q_tr" else value
                moved = shift if quantity == "q_tt" else 0.0
                rows.append(
                    columns
                    | {
                        "quantity": quantity,
                        "two_point": value,
                        "one_point": value * one_point,
                        "simulation": value + scale * (slope / d + moved),
                        "standard_error": error * scale,
                    }
                )
            rows.append(columns | {"quantity": "s2_bias", "two_point": 2.0 * slope * bias, "simulation": NAN})
            # Variances scatter by a few per cent about 50 squared standard errors of q_TT.
            scatter = {20: 0.98, 50: 1.0, 100: 1.02}[d] * gap
            variance = 50 * (error * values["q_tt"]) ** 2 * scatter
            rows.append(columns | {"quantity": "gap_variance", "two_point": variance, "simulation": NAN})
            found = {"quantity": "variance_spread", "two_point": 0.1 / d, "standard_error": error * 0.1 / d}
            rows.append(columns | found | {"simulation": 0.1 / d * (spread + slope / d)})
        return pd.DataFrame(rows)

    def test_equivalents_are_judged_at_infinite_size(self, script):
        # At d = 100 every value is 1 % off: only the extrapolation to 1/d = 0 finds agreement.
        verdicts = self.verdicts(order_parameters.equivalents(self.fits(), SETTINGS))
        assert [verdicts[f"two_point_{name}"] for name in ("s2", "q_tt", "q_tr", "q_rr")] == ["holds"] * 4

    @pytest.mark.parametrize(
        ("changes", "name", "verdict"),
        [
            ({"shift": 0.05}, "two_point_q_tt", "fails"),
            ({"shift": 0.05}, "two_point_q_rr", "holds"),
            ({"error": 0.1}, "two_point_q_tt", "undecided"),
            ({}, "two_point_every_setting", "holds"),
            ({"shift": 0.1}, "two_point_every_setting", "fails"),
            ({"error": 0.1}, "two_point_every_setting", "undecided"),
            ({}, "one_point_fails", "holds"),
            ({"one_point": 1.01}, "one_point_fails", "fails"),
            ({"one_point": 0.5, "error": 1.0}, "one_point_fails", "undecided"),
            ({"slope": 1e-3}, "matched_prior", "holds"),
            ({"slope": 1e-3, "shift": 0.05}, "matched_prior", "fails"),
            ({"error": 0.1}, "matched_prior", "undecided"),
            ({}, "closure_spread", "holds"),
            ({"spread": 1.1}, "closure_spread", "fails"),
            ({"error": 0.1}, "closure_spread", "undecided"),
            # 1 + slope/d is 1 + b/n with b = 2 slope at n = 2 d.
            ({}, "finite_size_bias", "holds"),
            ({"bias": 1.2}, "finite_size_bias", "fails"),
            ({"gap": 1.3}, "gap_variance", "fails"),
            ({"error": 0.1}, "finite_size_bias", "undecided"),
        ],
    )
    def test_claims_about_equivalents(self, script, changes, name, verdict):
        entries = order_parameters.equivalents(self.fits(**changes), SETTINGS)
        assert self.verdicts(entries)[name] == verdict

    def cell(self, **changes) -> dict:
        usual = {
            "reduced_temperature": 5.0,
            "kappa": 2.0,
            "rho": 0.5,
            "optimal_k": 8.0,
            "rho_critical": 0.6,
            "rho_searched": 0.59,
            "ends_below": False,
            "kappa_condensation": 10.0,
            "published_k": 8.0,
        }
        return usual | changes

    @pytest.mark.parametrize(
        ("changes", "name", "verdict"),
        [
            # At no ρ may a searched k beat the limit beyond the line.
            ({"rho_searched": 0.61}, "phase_line_is_necessary", "fails"),
            ({}, "phase_line_is_necessary", "holds"),
            ({"optimal_k": np.inf}, "phase_line_is_sufficient", "undecided"),
            ({"rho": 0.7}, "phase_line_is_sufficient", "holds"),
            # A claim about no cell decides nothing.
            ({"kappa": 20.0, "rho": 0.7}, "phase_condensed", "fails"),
            ({"reduced_temperature": 0.0, "rho": 0.7}, "phase_at_zero_temperature", "fails"),
            # Outside the zone of the claim nothing is judged by it.
            ({"reduced_temperature": 0.0, "rho_searched": 0.61}, "phase_line_is_necessary", "holds"),
            (
                {"reduced_temperature": 1.0, "kappa": 0.5, "rho_searched": 0.7},
                "phase_line_is_necessary",
                "holds",
            ),
            ({"kappa": 20.0, "rho_searched": 0.7}, "phase_line_is_necessary", "holds"),
            ({"reduced_temperature": 1.0, "kappa": 0.5, "rho": 0.7}, "phase_strip", "holds"),
            (
                {"reduced_temperature": 1.0, "kappa": 0.5, "rho": 0.7, "ends_below": True},
                "phase_strip",
                "fails",
            ),
            (
                {"reduced_temperature": 1.0, "kappa": 0.5, "rho": 0.7, "optimal_k": np.inf},
                "phase_strip",
                "fails",
            ),
            ({}, "phase_strip", "undecided"),
            ({}, "published_optimal_k_when_hot", "undecided"),
            ({"reduced_temperature": 7.0}, "published_optimal_k_when_hot", "holds"),
            ({"reduced_temperature": 7.0, "published_k": np.inf}, "published_optimal_k_when_hot", "fails"),
            # 1 + t⋆ = 2 κ/(1 + 2 ρ κ).
            ({"reduced_temperature": BEST_T}, "best_temperature_has_finite_k", "holds"),
            (
                {"reduced_temperature": BEST_T, "optimal_k": np.inf},
                "best_temperature_has_finite_k",
                "undecided",
            ),
            ({"kappa": 0.3}, "best_temperature_has_finite_k", "undecided"),
        ],
    )
    def test_phase_cell_counts_for_its_zone(self, script, changes, name, verdict):
        frame = pd.DataFrame([self.cell(), self.cell(**changes)])
        assert self.verdicts(phases.phase_diagram(frame, SETTINGS))[name] == verdict

    def error_vs_temperature(self, teacher=0.0, pair=0.0, published_above=3.0) -> pd.DataFrame:
        s2 = 0.5
        best = pd.DataFrame(
            {
                "quantity": "optimal_temperature",
                "reward_value": [0.0, 0.0, 5.0, 5.0],
                "k": [1.0, 8.0, 2.0, np.inf],
                "exact": [NAN, teacher, pair, 2 * s2 * 8.0],
                "published": [NAN, NAN, NAN, 2 * s2 * (8.0 + published_above)],
            }
        )
        scalars = pd.DataFrame({"quantity": "s2", "two_point": s2, "reward_value": [0.0, 5.0]})
        simulated = curve([1.0], [1.0], 1e-4, k=[8.0], temperature=1.0, reward_value=5.0)
        return pd.concat([best, scalars, simulated], ignore_index=True)

    @pytest.mark.parametrize(
        ("changes", "name", "verdict"),
        [
            ({}, "no_best_temperature_for_the_teacher", "holds"),
            ({"teacher": NAN}, "no_best_temperature_for_the_teacher", "fails"),
            ({"teacher": 1.0}, "no_best_temperature_for_the_teacher", "fails"),
            ({"teacher": np.inf}, "no_best_temperature_for_the_teacher", "fails"),
            ({}, "no_best_temperature_for_two", "holds"),
            ({"pair": np.inf}, "no_best_temperature_for_two", "holds"),
            ({"pair": 1.0}, "no_best_temperature_for_two", "fails"),
            ({}, "published_temperature_is_three_above", "holds"),
            ({"published_above": 3.01}, "published_temperature_is_three_above", "fails"),
        ],
    )
    def test_temperature_claims(self, script, changes, name, verdict):
        entries = curves.error_vs_temperature(self.error_vs_temperature(**changes), SETTINGS)
        assert self.verdicts(entries)[name] == verdict

    def test_nothing_is_claimed_about_two_candidates_that_were_not_looked_at(self, script):
        frame = self.error_vs_temperature()
        verdicts = self.verdicts(curves.error_vs_temperature(frame[frame["k"] != 2], SETTINGS))
        assert verdicts["no_best_temperature_for_two"] == "undecided"

    def test_entries_name_the_table_that_decides_them(self, script, tmp_path, monkeypatch):
        claims = script("claims")
        sentence = "A < B, " + 80 * "and more " + "to the end."
        entry = entries.claim("a", sentence, "new", "q", "1", "1", True, "simulation")
        monkeypatch.setattr(claims, "LEDGER", {"tiny": lambda frame, settings: [entry | settings]})
        provenance.write_table(pd.DataFrame({"x": [1]}), tmp_path / "tiny.parquet")
        configuration = {"claims": {"margin": 0.5}, "confidence": 0.9}
        table, out = str(tmp_path / "tiny.parquet"), str(tmp_path / "claims.json")
        page = tmp_path / "claims.html"
        claims.main([table], out, page, configuration)
        extra = {"experiment": "tiny", "from": [table], "margin": 0.5, "confidence": 0.9}
        assert provenance.read_json(out) == [entry | extra]
        assert f"<td>{sentence.replace('<', '&lt;')}</td>" in page.read_text()
