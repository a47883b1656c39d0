"""The measurement of the quadrature's accuracy: it sees planted errors, and the rules keep their promise."""

import numpy as np
import pytest
from bestofk import _softmax, plain_sums, selection
from bestofk.accuracy import NODES, NODES_OF_AVERAGE, at_input, averaged, cost, promised

K = np.array([1.0, 2.0, 5.0, 300.0, 1e6])


@pytest.mark.parametrize(
    ("gap", "t"), [(0.0, 0.0), (2.0, 0.0), (6.0, 0.0), (1.0, 3.0), (6.0, 30.0), (20.0, 0.0)]
)
def test_promise_is_kept_at_one_input_by_both_routes(gap, t):
    off = at_input(K, gap, reduced_temperature=t, teachers=5, plain_terms=1e6)
    assert off.plain.shape == off.refined.shape == (1,)
    assert 0.0 < off.plain[0] < 0.1 * promised(gap)
    assert 0.0 < off.refined[0] < 0.1 * promised(gap)


@pytest.mark.parametrize(("kappa", "t"), [(0.1, 0.0), (0.3, 100.0)])
def test_promise_is_kept_by_averages_by_both_routes(kappa, t):
    off = averaged(K, kappa, reduced_temperature=t, rho=[0.0, 1.0], plain_terms=1e6)
    assert 0.0 < off.plain[0] < 0.1 * promised(None)
    assert 0.0 < off.refined[0] < 0.1 * promised(None)


def test_both_routes_see_what_few_nodes_miss():
    off = at_input(K, 2.0, reduced_temperature=2.0, teachers=5, plain_terms=1e6, nodes=[5, 7, 9])
    np.testing.assert_allclose(off.plain, off.refined, rtol=1e-3)
    # Gauss-Legendre: two nodes more gain about the same factor each time.
    assert np.all(off.plain[:-1] / off.plain[1:] > 30.0)
    mean = averaged(K, 0.5, reduced_temperature=0.0, rho=[0.0, 1.0], plain_terms=1e7, nodes=[5, 8])
    np.testing.assert_allclose(mean.plain, mean.refined, rtol=1e-3)
    assert mean.plain[0] > 30.0 * mean.plain[1] > 1e-8


def test_an_error_of_the_library_is_measured(monkeypatch):
    original = selection.selection_error
    # A part in 10^8 of one candidate number, at one teacher alone.
    monkeypatch.setattr(
        selection,
        "selection_error",
        lambda k, teacher, *a, **kw: (
            original(k, teacher, *a, **kw) * (1 + 1e-8 * ((k == 5.0) & (teacher == 6.0)))
        ),
    )
    off = at_input(K, 1.0, reduced_temperature=3.0, teachers=5, plain_terms=1e6)
    np.testing.assert_allclose([off.plain[0], off.refined[0]], 1e-8, rtol=1e-4)


def test_an_error_that_more_nodes_share_is_seen_by_the_plain_sums(monkeypatch):
    monkeypatch.setattr(_softmax, "limits", lambda gap, t: (0.0 * gap + 1e-6, 0.0 * gap))
    off = at_input(K, 1.0, reduced_temperature=0.0, teachers=5, plain_terms=1e6)
    assert off.plain[0] > 1e-7 > off.refined[0]


def test_a_refusal_of_the_library_is_an_infinite_error(monkeypatch):
    def refuse(*arguments, **options):
        raise ArithmeticError("the quadrature is off")

    monkeypatch.setattr(selection, "selection_error", refuse)
    off = at_input(K, 1.0, reduced_temperature=3.0, teachers=5, plain_terms=1e6, nodes=[8, NODES])
    assert np.isinf([off.plain[1], off.refined[1]]).all()
    assert np.isfinite([off.plain[0], off.refined[0]]).all()


@pytest.mark.parametrize(
    ("kappa", "t", "count"), [(0.4, 0.0, NODES_OF_AVERAGE), (2.0, 50.0, NODES_OF_AVERAGE)]
)
def test_unchecked_rules_are_those_of_the_library(monkeypatch, kappa, t, count):
    k = np.array([1.0, 7.0, 1e4])
    # The same number of nodes under another name takes the way without the check.
    expected = selection.excess_coefficients(k, [kappa], reduced_temperature=t)
    from bestofk import accuracy

    np.testing.assert_allclose(accuracy._coefficients(k, kappa, t, count), expected, rtol=1e-12)
    moments = selection.selected_moments(k, kappa, reduced_temperature=t)
    np.testing.assert_allclose(accuracy._moments(k, kappa, t, NODES), moments, rtol=1e-14)


def test_plain_sums_are_left_out_where_they_are_long():
    off = at_input([2.0], 1.0, reduced_temperature=1.0, teachers=2, plain_terms=1e3)
    assert off.plain is None
    assert plain_sums.terms(1.0, reduced_temperature=1.0, k_max=2.0) > 1e3
    mean = averaged([2.0], 0.1, reduced_temperature=0.0, rho=[1.0], plain_terms=1e3)
    assert mean.plain is None


def test_smallest_error_is_that_of_the_teacher_at_the_mean():
    off = at_input([4.0], 3.0, reduced_temperature=2.0, teachers=2, plain_terms=0.0)
    _, nu_1, nu_2 = selection.selected_moments(4.0, 3.0, reduced_temperature=2.0)
    assert off.smallest == pytest.approx(nu_2 - nu_1**2, rel=1e-12)


def test_cost_counts_every_value_of_the_integrands(monkeypatch):
    counted = []
    original = _softmax.densities

    def densities(v, gap, t, order):
        result = original(v, gap, t, order)
        counted.append((v.size, order, result[-1]))
        return result

    monkeypatch.setattr(_softmax, "densities", densities)
    nodes, evaluations = cost(2.0, reduced_temperature=1.0, k_max=1e6)
    # The scan that places the panels has six nodes and is left out.
    assert [order for _, order, _ in counted] == [6, NODES]
    assert (nodes, evaluations) == counted[1][::2]
    nodes, evaluations = cost(2.0, reduced_temperature=0.0, k_max=1e6)
    assert nodes == evaluations
    assert cost(2.0, reduced_temperature=0.0, k_max=2.0**30)[0] > nodes


def test_what_is_promised():
    assert [promised(gap) for gap in (0.0, -6.0, 6.1, None)] == [1e-10, 1e-10, 1e-9, 1e-9]


def test_a_rule_that_is_not_refined_is_refused():
    with pytest.raises(ValueError, match=r"refinement is 1\.0; it must be greater than 1"):
        at_input([2.0], 1.0, reduced_temperature=1.0, teachers=2, plain_terms=0.0, refinement=1.0)
    with pytest.raises(ValueError, match="refinement is nan"):
        averaged([2.0], 1.0, reduced_temperature=1.0, rho=[0.0], plain_terms=0.0, refinement=np.nan)
