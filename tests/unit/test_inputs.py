"""Laws of the inputs: moments, images without replacement, and what the variance of s^2(x) should be."""

import sys

import numpy as np
import pytest
from bestofk import digits
from bestofk.inputs import LAWS, stream

SPECTRUM = np.array([4.0, 1.0, 0.0])

# Fourth moments of the standardized components: E z^4.
FOURTH = {"gaussian": 3.0, "rademacher": 1.0, "student_t": 9.0}


@pytest.mark.parametrize("law", FOURTH)
def test_components_have_the_stated_moments(law):
    z = stream(law, SPECTRUM, np.random.default_rng(1))(400_000) * np.sqrt(3.0)
    covariance = z.T @ z / len(z)
    assert np.abs(covariance - np.diag(SPECTRUM)).max() < 0.06
    # For Student-t the fourth moment converges slowly: its eighth is infinite.
    assert (z[:, 1] ** 4).mean() == pytest.approx(FOURTH[law], rel=0.25 if law == "student_t" else 0.02)
    assert not z[:, 2].any()


def test_a_stream_is_reproducible_and_goes_on():
    first, second = (stream("student_t", SPECTRUM, np.random.default_rng(2)) for _ in range(2))
    together = first(5)
    np.testing.assert_array_equal(together, np.concatenate([second(2), second(3)]))


def test_images_are_the_population_and_each_is_drawn_once():
    pytest.importorskip("sklearn")
    coordinates, spectrum = digits.population()
    np.testing.assert_allclose(coordinates.T @ coordinates / 1797, np.diag(spectrum), atol=1e-12)
    np.testing.assert_allclose(coordinates.mean(axis=0), 0, atol=1e-12)
    draw = stream("digits", spectrum.round(5), np.random.default_rng(3))
    parts = np.concatenate([draw(1000), draw(797)]) * 8
    order = np.lexsort(parts.T)
    np.testing.assert_allclose(parts[order], coordinates[np.lexsort(coordinates.T)], atol=1e-12)
    with pytest.raises(ValueError, match="1798 images are wanted and there are 1797"):
        draw(1)


def test_images_need_their_own_spectrum():
    pytest.importorskip("sklearn")
    with pytest.raises(ValueError, match="not that of the images"):
        stream("digits", np.ones(64), np.random.default_rng(0))


def test_unknown_law_is_refused():
    with pytest.raises(ValueError, match="must be one of gaussian, rademacher, student_t, digits"):
        stream("cauchy", SPECTRUM, np.random.default_rng(0))
    assert set(FOURTH) < set(LAWS)


def test_without_scikit_learn_a_sentence_says_so(monkeypatch):
    digits.population.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match="which is not installed"):
        digits.population()


@pytest.mark.parametrize("law", FOURTH)
def test_variance_of_a_quadratic_form(law):
    """Var(z' A z) = 2 Tr A^2 + kappa_4 sum_i A_ii^2, which the paper uses for the spread of s^2(x)."""
    rng = np.random.default_rng(4)
    root = rng.standard_normal((6, 6))
    form = root @ root.T / 6
    z = stream(law, np.ones(6), rng)(600_000) * np.sqrt(6)
    values = np.einsum("ni,ij,nj->n", z, form, z)
    expected = 2 * np.trace(form @ form) + (FOURTH[law] - 3) * (np.diag(form) ** 2).sum()
    assert values.var() == pytest.approx(expected, rel=0.2 if law == "student_t" else 0.01)
