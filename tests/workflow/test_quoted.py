"""The texts of numbers, and how single values are read from the tables."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from quoted import formats
from tables import at


def text(pair) -> str:
    return pair[1]


class TestFormats:
    @pytest.mark.parametrize(
        ("value", "digits", "expected"),
        [(1.2345, 2, "1.23"), (-0.5, 1, "−0.5"), (-0.001, 2, "0.00"), (math.inf, 1, "∞"), (12.0, 0, "12")],
    )
    def test_fixed_decimals(self, value, digits, expected):
        assert formats.fixed(value, digits) == (value, expected)

    @pytest.mark.parametrize(
        ("value", "digits", "expected"),
        [
            (0.012345, 3, "0.0123"),
            (0.9996, 3, "1.00"),
            (9.996, 3, "10.0"),
            (99.96, 3, "100"),
            (1234.5, 2, "1234"),
            (-0.0050, 1, "−0.005"),
            (1e-9, 2, "0.0000000010"),
            (0.0, 3, "0"),
            (math.inf, 3, "∞"),
        ],
    )
    def test_significant_digits(self, value, digits, expected):
        assert text(formats.figures(value, digits)) == expected

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            (0, "0"),
            (9999, "9999"),
            (10000.0, "10\u202f000"),
            (np.int64(1234567), "1\u202f234\u202f567"),
            (math.inf, "∞"),
        ],
    )
    def test_counts(self, value, expected):
        assert text(formats.count(value)) == expected

    @pytest.mark.parametrize("value", [8.5, 7.999999, math.nan])
    def test_count_is_an_integer(self, value):
        with pytest.raises(ValueError):
            formats.count(value)

    @pytest.mark.parametrize(
        ("value", "expected"),
        [(1e-8, "10⁻⁸"), (3e-5, "3·10⁻⁵"), (1e6, "10⁶"), (2.5, "2.5·10⁰"), (1e-15, "10⁻¹⁵"), (0.001, "10⁻³")],
    )
    def test_powers_of_ten(self, value, expected):
        assert text(formats.power(value)) == expected

    @pytest.mark.parametrize(
        ("value", "digits", "expected"),
        [(0.0123, 2, "1.2"), (0.99, 2, "99"), (-0.5, 1, "−50"), (1.0, 1, "100")],
    )
    def test_percentages(self, value, digits, expected):
        assert text(formats.percent(value, digits)) == f"{expected}\u00a0%"

    @pytest.mark.parametrize(
        ("value", "error", "expected"),
        [
            (3.2719, 0.0123, "3.272(12)"),
            (3.2719, 0.031, "3.27(3)"),
            (-0.5, 0.2, "−0.5(2)"),
            (123.4, 5.6, "123(6)"),
            (1234.0, 56.0, "1234(56)"),
            (1.0, 0.00096, "1.0000(10)"),
        ],
    )
    def test_uncertain_values(self, value, error, expected):
        pair = formats.uncertain(value, error)
        assert pair == ([value, error], expected)

    @pytest.mark.parametrize(
        ("values", "expected"),
        [([], "none"), ([5.0], "5"), ([0, 15.0], "0 and 15"), ([-1, 0.5, math.inf], "−1, 0.5 and ∞")],
    )
    def test_lists(self, values, expected):
        assert text(formats.listing(values)) == expected

    def test_value_at_a_place_is_unique(self):
        frame = pd.DataFrame(
            {"k": [2.0, math.inf, 2.0], "quantity": ["a", "a", "b"], "exact": [1.0, 2.0, 3.0]}
        )
        assert at(frame, "exact", quantity="a", k=2.0 * (1 + 1e-12)) == 1.0
        assert at(frame, "exact", quantity="a", k=math.inf) == 2.0
        with pytest.raises(ValueError, match="has 2 rows in its table"):
            at(frame, "exact", k=2.0)
        with pytest.raises(ValueError, match="has 0 rows in its table"):
            at(frame, "exact", k=3.0)

    def test_largest_deviation_is_over_simulated_points(self):
        frame = pd.DataFrame({"simulation": [1.0, 2.04, math.nan], "exact": [1.01, 2.0, 5.0]})
        value, words = formats.largest_deviation(frame)
        assert value == pytest.approx(0.02)
        assert words == "2.0\u00a0%"
