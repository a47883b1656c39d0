"""A stated difficulty is met by equivalents and fits; theory at large k keeps its digits and has its law."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest
from bestofk import decay, grid
from bestofk.difficulty import teacher_mean_square
from bestofk.equivalents import OrderParameters, order_parameters
from bestofk.model import Overshoot, TeacherStudent
from bestofk.posterior import fit
from bestofk.selection import excess_coefficients, mean_selection_error
from theories.task_difficulty import curvature

PROBLEM = {"noise_var": 0.25, "prior_var": 1.0}
SPECTRA = {
    "isotropic": np.ones(40),
    "power law": np.arange(1, 41.0) ** -1.2,
    "half of it zero": np.arange(40) % 2.0,
}


@pytest.mark.parametrize("name", SPECTRA)
@pytest.mark.parametrize("ratio", [0.1, 2.0])
@pytest.mark.parametrize("kappa", [0.5, 4.0])
def test_equivalents_have_the_stated_difficulty(name, ratio, kappa):
    size = teacher_mean_square(kappa, SPECTRA[name], aspect_ratio=ratio, **PROBLEM)
    signs = np.where(np.arange(40) % 3, 1.0, -1.0)
    model = TeacherStudent(SPECTRA[name], size**0.5 * signs, Overshoot(0.0), round(40 / ratio), **PROBLEM)
    assert order_parameters(model).kappa == pytest.approx(kappa, rel=1e-12)


def test_fits_have_the_stated_difficulty():
    """In the setting of the figure, over 200 training sets; noise alone gives less than one of them here."""
    n_train, sizes = 10**6, {"noise_var": 1e-8, "prior_var": 1e-6}
    size = teacher_mean_square(2.0, np.ones(10), aspect_ratio=10 / n_train, **sizes)
    model = TeacherStudent(np.ones(10), np.full(10, size**0.5), Overshoot(0.0), n_train, **sizes)
    rng = np.random.default_rng(0)
    found = [
        fit(*model.draw_reduced_training_set(rng), **sizes).order_parameters(model).kappa for _ in range(200)
    ]
    assert np.std(found) < 0.005 * 2.0
    assert np.mean(found) == pytest.approx(2.0, abs=4 * np.std(found) / 200**0.5)


def test_no_teacher_makes_the_task_easier_than_noise_does():
    with pytest.raises(
        ValueError, match=r"kappa is 0.01; it must be above 0.0944, which label noise alone gives"
    ):
        teacher_mean_square(0.01, np.ones(40), aspect_ratio=0.1, **PROBLEM)


def test_matched_prior_has_the_difficulty_of_its_degrees_of_freedom():
    """kappa = df1 at |w_T|^2/d = prior_var, so that asking for df1 gives back the prior."""
    ones = np.ones(40)
    model = TeacherStudent(ones, ones, Overshoot(0.0), 80, **PROBLEM)
    df1 = 1.0 - PROBLEM["noise_var"] / order_parameters(model).s2
    assert teacher_mean_square(df1, ones, aspect_ratio=0.5, **PROBLEM) == pytest.approx(1.0, rel=1e-12)


def test_grid_lists_the_teacher_of_each_difficulty():
    problem = {
        "n_features": [10],
        "n_train": [10**6],
        "spectrum": [{"shape": "isotropic", "scale": 1.0}],
        "noise_var": 1e-8,
        "prior_var": 1e-6,
        "teacher": {"kappa": [0.1, 4.0], "draw": "gaussian"},
        "reward": {"overshoot": [0.0]},
    }
    table = grid.points("test", {"problem": problem})
    assert table["problem"].nunique() == table["seed_key"].nunique() == 2
    models = [grid.build_model(row, "test", seed=1) for row in table.to_dict("records")]
    assert [order_parameters(model).kappa for model in models] == pytest.approx([0.1, 4.0], rel=1e-11)


def exact_by_panels(k: int, kappa: float) -> float:
    """E_b of the integral of 2 r S(r)^k over r by Gauss-Legendre panels, S with 40 digits."""
    mp.mp.dps = 40
    nodes, weights = np.polynomial.legendre.leggauss(12)

    def panels(edges):
        edges = np.asarray(edges, dtype=float)
        half = np.diff(edges) / 2
        return (edges[:-1] + half)[:, None] + np.outer(half, nodes), np.outer(half, weights)

    def inside(b):
        scale = float(mp.asinh(b / (2 * k * mp.npdf(b))) / b)
        r, dr = panels(scale * np.array([0, 0.3, 0.6, 0.9, 1.2, 1.5, 2, 3, 5, 9, 16, 30]))
        total = 0.0
        for x, dx in zip(r.ravel(), dr.ravel(), strict=True):
            nearer = mp.ncdf(mp.mpf(x) - b) - mp.ncdf(-mp.mpf(x) - b)
            if k * nearer > 45:
                break
            total += 2 * x * dx * float(mp.exp(k * mp.log1p(-nearer)))
        return total

    far = float(decay.rare_gap(k))
    b, db = panels(
        [0, far / 3, 2 * far / 3, far - 0.7, far - 0.2, far + 0.3, far + 1, far + 2, far + 4, far + 8]
    )
    density = np.exp(-(b**2) / (2 * kappa)) / np.sqrt(2 * np.pi * kappa)
    return 2 * float((db * density).ravel() @ [inside(float(value)) for value in b.ravel()])


@pytest.mark.parametrize(("k", "kappa"), [(2**30, 0.25), (2**30, 2.0)])
def test_theory_keeps_its_digits_up_to_the_largest_k(k, kappa):
    exact = exact_by_panels(k, kappa)
    found = mean_selection_error(float(k), OrderParameters.overshoot(1.0, kappa, 0.0), temperature=0.0)
    assert found == pytest.approx(exact, rel=1e-9)


def test_excess_of_the_teacher_is_the_error():
    """The form used against the difficulty, where two parts of different size are added."""
    k, kappa = np.array([1.0, 2.0**14, 2.0**30]), np.array([0.05, 0.5, 5.0])
    m2, m1 = excess_coefficients(k, kappa, reduced_temperature=0.0)
    for column, value in enumerate(kappa):
        error = mean_selection_error(k, OrderParameters.overshoot(1.0, value, 0.0), temperature=0.0)
        np.testing.assert_allclose((m2 + m1)[:, column], error, rtol=1e-11)


@pytest.mark.parametrize("kappa", [0.5001, 0.8, 1.0, 2.0, 4.0])
def test_constant_of_the_law_beyond_one_half(kappa):
    """The closed form against its integral over x, which is how it was found."""
    mp.mp.dps = 25
    p, gap = 1 / mp.mpf(kappa), mp.mpf(float(decay.rare_gap(2**30)))
    # Near 0 the integrand is x^(1-p) (1 - p x^2/6 + ...), integrated by itself.
    small = mp.mpf("1e-3")
    integral = small ** (2 - p) / (2 - p) - p / 6 * small ** (4 - p) / (4 - p)
    integral += mp.quad(lambda x: x * mp.sinh(x) ** -p, [small, 0.1, 1, 5, 20, 80, 400])
    law = (
        2
        / mp.sqrt(2 * mp.pi * kappa)
        * mp.gamma(p)
        * 2 ** (1 - p)
        * integral
        * mp.exp(-(gap**2) * p / 2)
        / gap**3
    )
    assert float(decay.decay_law(2.0**30, kappa) / law) == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize(("kappa", "ratio"), [(0.8, 0.968), (1.0, 0.922), (2.0, 0.780), (4.0, 0.621)])
def test_exact_error_over_the_law(kappa, ratio):
    k = 2.0**30
    found = mean_selection_error(k, OrderParameters.overshoot(1.0, kappa, 0.0), temperature=0.0)
    assert found / decay.decay_law(k, kappa) == pytest.approx(ratio, abs=6e-4)


def test_rare_gap_solves_its_equation():
    k = np.array([1.0, 100.0, 2.0**30])
    gap = decay.rare_gap(k)
    np.testing.assert_allclose(k * np.exp(-(gap**2) / 2) / np.sqrt(2 * np.pi), gap, rtol=1e-12)


@pytest.mark.parametrize("kappa", [0.1, 0.5, 1.0, 4.0])
def test_curvature_is_the_effect_of_a_scattered_difficulty(kappa):
    """Half the curvature times the relative variance of kappa, against the mean over two difficulties."""
    k, width = np.array([16, 2**14]), 0.01
    errors = [
        mean_selection_error(
            k, OrderParameters.overshoot(2.0, 2.0 * kappa * (1 + step), 0.0), temperature=0.0
        )
        for step in (-width, 0.0, width)
    ]
    effect = (errors[0] + errors[2]) / 2 - errors[1]
    found = curvature(k.tolist(), OrderParameters.overshoot(2.0, 2.0 * kappa, 0.0))
    np.testing.assert_allclose(found * width**2 / 2, effect, rtol=5e-3)
