"""The excess at very many candidates against the quadrature, and against one candidate among a mean field."""

import numpy as np
import pytest
from bestofk.boundaries import condensation_kappa
from bestofk.condensed import excess_of_many
from bestofk.selection import excess_coefficients


@pytest.mark.parametrize(("kappa", "t"), [(1.0, 0.5), (5.0, 1.0), (20.0, 1.0)])
def test_sums_equal_the_quadrature_where_both_exist(kappa, t):
    k = [1e4, 1e6]
    found = excess_of_many(k, kappa, reduced_temperature=t)
    expected = [part[:, 0] for part in excess_coefficients(k, [kappa], reduced_temperature=t)]
    assert np.allclose(found, expected, rtol=6e-4, atol=0)


def test_one_candidate_against_a_mean_field_gives_the_excess_beyond_condensation():
    """If the other weights add up to k E w, the excess is k E[(f - limit) q/(1 + q)], q = w/(k E w)."""
    kappa, t, rho, k = 5.0, 0.5, 0.0, 1e40
    assert kappa > condensation_kappa(t)
    b, db = np.linspace(0.0, 30.0, 1501, retstep=True)
    z, dz = np.linspace(-22.0, 8.0, 3001, retstep=True)
    mean = 0.0
    for gap, inputs in zip(b, np.exp(-(b**2) / (2 * kappa)), strict=True):
        log_q = -((gap + z) ** 2) / (2 * t) + gap**2 / (2 * (1 + t)) + np.log1p(1 / t) / 2 - np.log(k)
        # f - limit for a teacher at rho b, without what selection leaves alone.
        f = (rho * gap + z) ** 2 - t / (1 + t) - (rho * gap - gap / (1 + t)) ** 2
        share = np.exp(2 * log_q - np.logaddexp(0.0, log_q))
        mean += inputs * np.sum(f * share * np.exp(-(z**2) / 2))
    expected = -k * mean * db * dz / np.pi / np.sqrt(kappa)
    found = excess_of_many([k], kappa, reduced_temperature=t)[0].item()
    assert found == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([99.0], 5.0, 1.0), "k must be numbers"),
        (([np.inf], 5.0, 1.0), "k must be numbers"),
        (([1e4], 0.0, 1.0), "kappa is 0"),
        (([1e4], 5.0, np.inf), "reduced_temperature is inf"),
    ],
)
def test_arguments_outside_the_domain_are_refused(arguments, message):
    k, kappa, t = arguments
    with pytest.raises(ValueError, match=message):
        excess_of_many(k, kappa, reduced_temperature=t)
