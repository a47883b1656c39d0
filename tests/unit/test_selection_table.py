"""The table of averaged excesses, against the curves themselves, differences, and an integral at k = 2."""

from __future__ import annotations

import numpy as np
import pytest
from bestofk.selection import excess_coefficients
from bestofk.selection_table import SelectionTable
from scipy.integrate import quad

K, KAPPA = np.array([1.0, 2.0, 7.5, 64.0, 5e3]), np.array([0.02, 0.3, 0.9, 6.0])


@pytest.fixture(scope="module", params=[0.0, 0.2, 3.0])
def table(request) -> SelectionTable:
    return SelectionTable(request.param, kappa_range=(0.02, 6.1), k_max=5e3)


def test_values_are_those_of_the_excess(table):
    excess = table.excess(K[:, None], KAPPA)
    m2, m1 = excess_coefficients(K, KAPPA, reduced_temperature=table.reduced_temperature)
    np.testing.assert_allclose(2 * excess.product, m1, rtol=1e-8)
    np.testing.assert_allclose(excess.second, m2 + m1, rtol=1e-8, atol=1e-13)


@pytest.mark.parametrize("name", ["k", "kappa"])
def test_slopes_are_differences_of_the_excess(table, name):
    """Differences of sixth order, in log k and log kappa, of what `selection` computes."""
    step, weights = 0.02, np.array([-1.0, 9.0, -45.0, 45.0, -9.0, 1.0]) / 60
    k, kappa = K[1:], KAPPA[:-1]
    excess = table.excess(k[:, None], kappa)
    factors = np.exp(step * np.array([-3, -2, -1, 1, 2, 3]))
    moved = (np.outer(factors, k), kappa) if name == "k" else (k, np.outer(factors, kappa))
    m2, m1 = excess_coefficients(*moved, reduced_temperature=table.reduced_temperature)
    sums = np.tensordot(np.array([m2 + m1, m1 / 2]), weights / step, axes=(1 if name == "k" else 2, 0))
    found = getattr(excess, f"second_{name}"), getattr(excess, f"product_{name}")
    scale = np.abs(excess.second) + np.abs(excess.product)
    np.testing.assert_allclose((np.array(found) - sums) / scale, 0.0, atol=2e-7)


def test_at_zero_temperature_the_product_is_the_slope_in_kappa():
    """E[b nu_1] = kappa d/dkappa E[nu_2], because nu_2' = 2 nu_1: Gaussian integration by parts."""
    table = SelectionTable(0.0, kappa_range=(0.05, 3.0), k_max=2.0**20)
    excess = table.excess(np.array([1.0, 10.0, 1e4, 2.0**20])[:, None], np.array([0.05, 0.4, 0.5, 3.0]))
    np.testing.assert_allclose(excess.second_kappa, excess.product, rtol=2e-8)


@pytest.mark.parametrize("t", [0.5, 3.0])
@pytest.mark.parametrize("kappa", [0.1, 1.5])
def test_slopes_in_kappa_at_two_candidates(t, kappa):
    """k = 2: delta = 1 + q_TT - (1 + 2 q_TR) Psi(v/2t)/v, v^2 = 1 + 2 q_RR, Psi(z) = E[XU tanh(zXU)].

    The mean over X is left to a one-dimensional rule; XU has the density K_0(|x|)/pi.
    """
    from scipy.special import k0

    def psi_over_v(kappa: float) -> float:
        v = np.sqrt(1 + 2 * kappa)
        return (
            quad(lambda x: 2 * x * np.tanh(v / (2 * t) * x) * k0(x) / np.pi, 0, 60, epsabs=1e-13, limit=200)[
                0
            ]
            / v
        )

    step = 1e-3
    slope = kappa * (psi_over_v(kappa + step) - psi_over_v(kappa - step)) / (2 * step)
    # delta - delta_inf = second + 2 (rho - 1) product, and q_TR = rho kappa: the part with rho and the rest.
    g = 1 / (1 + t)
    excess = SelectionTable(t, kappa_range=(kappa, kappa), k_max=2).excess(2, kappa)
    product = -kappa * psi_over_v(kappa) + kappa * g
    assert excess.product == pytest.approx(product, rel=1e-8)
    assert excess.product_kappa == pytest.approx(
        -kappa * (psi_over_v(kappa) + slope) + kappa * g, rel=1e-5, abs=1e-8
    )
    second = g - psi_over_v(kappa) - kappa * g**2 + 2 * product
    assert excess.second == pytest.approx(second, rel=1e-8)
    assert excess.second_kappa == pytest.approx(
        -slope - kappa * g**2 + 2 * float(excess.product_kappa), abs=1e-6
    )


def test_nothing_is_left_at_infinitely_many_candidates(table):
    assert not np.any(table.excess(np.inf, KAPPA))
    assert table.excess(np.inf, 0.3).second.shape == ()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((-1.0, (0.1, 1.0), 10), "reduced_temperature is -1; it must be 0 or from 1e-3 to 1e3"),
        ((np.inf, (0.1, 1.0), 10), "must be finite"),
        ((0.0, (0.0, 1.0), 10), "must increase between 0, not included, and 50"),
        ((0.0, (1.0, 0.5), 10), "must increase between 0"),
        ((1.0, (0.1, 1.0), 2e6), "it must be from 1 to 1e\\+06 at t = 1"),
    ],
)
def test_tables_outside_the_domain_are_refused(arguments, sentence):
    t, kappa_range, k_max = arguments
    with pytest.raises(ValueError, match=sentence):
        SelectionTable(t, kappa_range=kappa_range, k_max=k_max)


@pytest.mark.parametrize(("k", "kappa"), [(0.5, 0.3), (5001, 0.3), (np.nan, 0.3), (2, 0.01), (2, 6.2)])
def test_questions_outside_the_table_are_refused(table, k, kappa):
    with pytest.raises(ValueError, match="in this table"):
        table.excess(k, kappa)
