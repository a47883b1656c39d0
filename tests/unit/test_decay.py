"""How best-of-k decays with the teacher as judge, against the exact curve."""

import numpy as np
import pytest
from bestofk.best_of_k import best_of_k_law
from bestofk.decay import decay_exponent, decay_law, decay_slope, layer_law
from bestofk.equivalents import OrderParameters
from bestofk.selection import excess_coefficients
from scipy.integrate import quad
from scipy.special import gamma
from scipy.stats import norm


def exact(k, kappa):
    """Mean error over s^2 with the teacher as judge at T = 0."""
    m2, m1 = excess_coefficients([k], [kappa], reduced_temperature=0.0)
    return (m2 + m1).item()


@pytest.mark.parametrize("kappa", [0.6, 0.8, 1.0, 2.0, 4.0])
def test_constant_of_the_decay_law_is_its_defining_integral(kappa):
    p = 1 / kappa
    integral = (
        quad(lambda x: x * np.sinh(x) ** -p, 0, 2)[0]
        + quad(lambda x: x * np.sinh(x) ** -p, 2, 150 * kappa, limit=400)[0]
    )
    l = 6.0  # noqa: E741
    k = l / norm.pdf(l)
    law = 2 / np.sqrt(2 * np.pi * kappa) * gamma(p) * 2 ** (1 - p) * integral
    law *= np.exp(-(l**2) * p / 2) / l**3
    assert decay_law(k, kappa) == pytest.approx(law, rel=1e-7)


@pytest.mark.parametrize(
    ("kappa", "at_20", "at_30"),
    [
        (0.8, 0.9581, 0.9682),
        (1.0, 0.8885, 0.9221),
        (2.0, 0.6987, 0.7802),
        (4.0, 0.514, 0.621),
        (0.5, 0.9989, 0.9995),
    ],
)
def test_exact_curve_approaches_the_decay_law(kappa, at_20, at_30):
    ratio = [exact(2.0**n, kappa) / decay_law(2.0**n, kappa) for n in (20, 30)]
    assert ratio == pytest.approx([at_20, at_30], abs=6e-4 if kappa == 4.0 else 6e-5)


@pytest.mark.parametrize("kappa", [0.8, 1.0, 2.0])
def test_slope_with_logarithms_is_closer_than_the_exponent(kappa):
    measured = np.log2(exact(2.0**30, kappa) / exact(2.0**28, kappa)) / 2
    slope = decay_slope(2.0**29, kappa)
    assert abs(slope - measured) < 0.03 * abs(measured)
    assert abs(slope - measured) < 0.5 * abs(decay_exponent(kappa) + measured)


@pytest.mark.parametrize("kappa", [0.0, 0.3, 0.5, 0.7, 3.0])
@pytest.mark.parametrize("k", [3.0, 1e3, 1e30])
def test_slope_is_the_derivative_of_the_law(k, kappa):
    step = 1e-4
    upper, lower = decay_law(k * np.exp(step), kappa), decay_law(k * np.exp(-step), kappa)
    assert decay_slope(k, kappa) == pytest.approx(np.log(upper / lower) / (2 * step), abs=1e-7)


def test_slope_tends_to_the_exponent():
    kappa = np.array([0.0, 0.4, 0.5, 0.8, 5.0])
    assert decay_slope(np.inf, kappa) == pytest.approx(-decay_exponent(kappa), abs=1e-15)
    assert decay_slope(1e300, kappa) == pytest.approx(-decay_exponent(kappa), abs=3e-3)
    assert np.all(decay_law(np.inf, kappa) == 0.0)


def test_below_one_half_the_decay_law_is_the_best_of_k_law():
    p = OrderParameters.overshoot(1.0, 0.3, 0.0)
    assert decay_law(50, 0.3) == pytest.approx(best_of_k_law(50, p), rel=1e-13)


@pytest.mark.parametrize("kappa", [0.36, 0.4, 0.44])
def test_layer_is_what_the_exact_curve_lacks_of_the_quadratic_law(kappa):
    missing = []
    for k in (2.0**15, 2.0**22, 2.0**30):
        quadratic = np.pi / ((k + 1) * (k + 2) * np.sqrt(1 - 2 * kappa))
        missing.append((exact(k, kappa) - quadratic) / layer_law(k, kappa))
    # From below, like 1/log k; its order k^(-1/kappa) alone would be off by powers of log k.
    assert 0.75 < missing[0] < missing[1] < missing[2] < 1
    assert missing[2] > 0.9


@pytest.mark.parametrize("kappa", [0.3, 0.4, 0.45])
def test_layer_below_one_half_is_its_defining_integral(kappa):
    p, l = 1 / kappa, 6.0  # noqa: E741
    k = l / norm.pdf(l)

    # Without what the average of the quadratic law holds already; near 0 the difference as a series.
    def integrand(x):
        if x < 0.1:
            return -p / 6 * x ** (3 - p) + p * (5 * p + 2) / 360 * x ** (5 - p)
        return x * ((2 * np.exp(-x) / -np.expm1(-2 * x)) ** p - x**-p)

    integral = quad(integrand, 0, 0.1)[0] + quad(integrand, 0.1, 1)[0] + quad(integrand, 1, np.inf)[0]
    law = 2 / np.sqrt(2 * np.pi * kappa) * gamma(p) * 2 ** (1 - p) * integral * np.exp(-(l**2) * p / 2) / l**3
    assert layer_law(k, kappa) == pytest.approx(law, rel=1e-6)


def test_layer_beyond_one_half_is_the_decay_law():
    assert layer_law(1e5, [0.6, 3.0]) == pytest.approx(decay_law(1e5, [0.6, 3.0]), rel=1e-14)


def test_laws_outside_their_domain_are_refused():
    for kappa in (-0.1, np.nan, np.inf):
        with pytest.raises(ValueError, match="kappa"):
            decay_law(10, kappa)
    for kappa in (0.25, 0.5, np.inf):
        with pytest.raises(ValueError, match="kappa"):
            layer_law(10, kappa)
    with pytest.raises(ValueError, match="k must be finite"):
        layer_law(np.inf, 0.4)
