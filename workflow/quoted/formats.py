"""A value and its text: what `numbers.json` holds of every number."""

from __future__ import annotations

import math

import pandas as pd

MINUS, NARROW, INFINITY = "−", "\u00a0", "∞"


def fixed(value: float, digits: int) -> tuple[float, str]:
    """A number with a given number of decimals."""
    return value, signed(f"{value:z.{digits}f}") if math.isfinite(value) else signed(f"{value}")


def figures(value: float, digits: int) -> tuple[float, str]:
    """A number with a given number of significant digits, or all before the point; never exponential."""
    if value == 0 or not math.isfinite(value):
        return value, signed(f"{value:g}")
    # The exponent after rounding: 0.9996 to three digits is 1.00.
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    return value, signed(f"{value:.{max(digits - 1 - exponent, 0)}f}")


def count(value: float) -> tuple[float, str]:
    """An integer, with thin groups of three from five digits on; infinity as its sign."""
    if math.isinf(value):
        return value, INFINITY
    if value != int(value):
        raise ValueError(f"A count must be an integer; it is {value}.")
    text = f"{int(value):,}".replace(",", "\u202f") if value >= 10_000 else f"{int(value)}"
    return value, text


def power(value: float) -> tuple[float, str]:
    """A number as mantissa and power of ten, such as 10⁻⁸."""
    exponent = math.floor(math.log10(value) + 1e-9)
    mantissa = value / 10**exponent
    raised = f"10{str(exponent).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"
    return value, raised if math.isclose(mantissa, 1) else f"{mantissa:g}·{raised}"


def percent(value: float, digits: int) -> tuple[float, str]:
    """A share as a percentage with some significant digits."""
    return value, f"{figures(100 * value, digits)[1]}{NARROW}%"


def uncertain(value: float, error: float) -> tuple[list[float], str]:
    """A value with its standard error in the last digit or two, such as 3.27(1)."""
    decimals = max(
        -math.floor(math.log10(error)) + (1 if error / 10 ** math.floor(math.log10(error)) < 2 else 0), 0
    )
    return [value, error], signed(f"{value:.{decimals}f}({round(error * 10**decimals)})")


def listing(values) -> tuple[list[float], str]:
    """Numbers as words join them: 0, 5 and 15; none if there are none."""
    values = list(values)
    words = [signed(f"{value:g}") if math.isfinite(value) else INFINITY for value in values]
    if not words:
        return values, "none"
    return values, words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def signed(text: str) -> str:
    """Text of a number with typographic minus and infinity."""
    return text.replace("-", MINUS).replace("inf", INFINITY)


def largest_deviation(frame: pd.DataFrame, theory: str = "exact") -> tuple[float, str]:
    """The largest relative distance of simulation and theory over all simulated points."""
    rows = frame[frame["simulation"].notna()]
    return percent(float((rows["simulation"] / rows[theory] - 1).abs().max()), 2)
