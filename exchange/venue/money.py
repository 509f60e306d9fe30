"""Exact money: Decimal in, plain decimal strings out. Binary floats are refused."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
ONE = Decimal(1)
CENT8 = Decimal("0.00000001")  # Bybit books cash in 8 decimals; so do we, hence sums are exact


def cash(value: Decimal) -> Decimal:
    """``value`` in USDT, rounded to the 8 decimals in which the venue books."""
    return value.quantize(CENT8, ROUND_HALF_UP)


def floor_to(value: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of ``step`` at or below ``value``, with the step's number of decimals."""
    return ((value / step).to_integral_value(ROUND_FLOOR) * step).quantize(step)


def ceil_to(value: Decimal, step: Decimal) -> Decimal:
    """The smallest multiple of ``step`` at or above ``value``, with the step's number of decimals."""
    return ((value / step).to_integral_value(ROUND_CEILING) * step).quantize(step)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    """Whether ``value`` lies on the grid of ``step``."""
    return not value % step


def text(value: Decimal) -> str:
    """A plain number without exponent, trailing zeros or a negative zero: "0.0012", "250", "0"."""
    if not value:
        return "0"
    digits = _digits(value)
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def scaled(value: Decimal, step: Decimal) -> str:
    """A plain number with as many decimals as ``step``, as Bybit writes prices and quantities."""
    return _digits(value.quantize(step))


def _digits(value: Decimal) -> str:
    """Every digit, without exponent; ``str`` is the faster way wherever it gives none."""
    found = str(value)
    return format(value, "f") if "E" in found else found
