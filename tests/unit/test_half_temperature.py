"""The half-temperature test: its estimate against exact errors, its sign, and why prompts are weighted."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk import pool_grid
from bestofk.equivalents import OrderParameters
from bestofk.large_k import half_temperature_coefficient
from bestofk.pool_diagnostics import half_temperature, next_candidate, verdict
from simulations import half_temperature as simulated
from theories import half_temperature as expected

POOLS = {"kappa": [2.5], "rho": [0.4], "reduced_temperature": [1.0], "candidates": 8, "prompts": 200}


def test_mean_gain_over_pools_is_the_exact_one() -> None:
    points = pool_grid.points(POOLS)
    exact = expected.theory(points, "any", {"pools": POOLS}, 1).set_index("quantity")["value"]
    gains = []
    for replicate in range(400):
        rows = simulated.simulate(
            points, None, [], {"pools": POOLS}, replicate, np.random.default_rng((7, replicate))
        )
        gains += [row[-1] for row in rows if row[1] == "gain"]
    z = (np.mean(gains) - exact["gain"]) / (np.std(gains, ddof=1) / 20.0)
    assert abs(z) < 4


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.9])
def test_gain_of_large_pools_is_the_law_of_large_k(rho: float) -> None:
    kappa, many = 0.5, 20_000
    pools = POOLS | {"candidates": many, "kappa": [kappa], "rho": [rho]}
    exact = expected.theory(pool_grid.points(pools), "any", {"pools": pools}, 1).set_index("quantity")[
        "value"
    ]
    inputs = OrderParameters(s2=1.0, q_tt=rho**2 * kappa, q_tr=rho * kappa, q_rr=kappa)
    law = half_temperature_coefficient(inputs, temperature=2.0)
    assert exact["gain"] == pytest.approx(law, abs=2e-3)
    assert 2 * many * exact["fall"] == pytest.approx(law, abs=2e-3)


def test_weights_of_prompts_decide_the_sign() -> None:
    """Where most prompts gain a little and those whose weights spread lose much, the mean is a loss."""
    points = pool_grid.points(POOLS | {"candidates": 32})
    block = {"pools": POOLS | {"candidates": 32}}
    found = {"plain_more": 0.0, "more": 0.0}
    for replicate in range(20):
        for row in simulated.simulate(points, None, [], block, replicate, np.random.default_rng(replicate)):
            if row[1] in found:
                found[row[1]] += row[-1]
    assert expected.theory(points, "any", block, 1).set_index("quantity")["value"]["fall"] < 0
    assert found["plain_more"] > 15
    assert found["more"] <= 2


def test_half_temperature_has_the_sign_of_the_gain_at_one_prompt() -> None:
    rng = np.random.default_rng(5)
    z = rng.standard_normal((1, 1000))
    for gap in (0.0, 3.0):
        scores, errors = -((gap + z) ** 2), (0.2 * gap + z) ** 2
        gain, effective = next_candidate(scores, errors, temperature=2.0)
        assert effective[0] > 50
        assert np.sign(half_temperature(scores, errors, temperature=2.0)) == np.sign(gain)


@pytest.mark.parametrize(
    ("gain", "effective", "sign"),
    [
        ([1.0, 1.1, 0.9], [30, 30, 2], 1),
        ([-1.0, -1.1, -0.9], [30, 30, 2], -1),
        ([1.0, -1.1, 0.9], [30, 30, 30], 0),
        ([1.0, 1.1, 0.9], [30, 2, 2], 0),
    ],
)
def test_sign_needs_an_interval_without_zero_and_many_candidates(gain, effective, sign: int) -> None:
    assert verdict(gain, effective) == sign


def test_sign_of_one_prompt_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        verdict([1.0], [20.0])
