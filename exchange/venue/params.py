"""Reading request parameters: strings or integers; Bybit's 10001 and a clear message where they're bad."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from exchange.venue.money import ZERO
from exchange.venue.refusals import bad


class Params:
    """The parameters of one request. Query strings give text where JSON gives numbers: both are read."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name)
        if value is None or value == "":
            return default
        if not isinstance(value, str):
            raise bad(f"params error: {name} must be a string, not {value!r}")
        return value

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise bad(f"params error: {name} is required")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str = "") -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise bad(f"params error: {name} {value!r} is not one of {', '.join(sorted(allowed))}")
        return value

    def decimal(self, name: str) -> Decimal:
        """A plain number at or above 0; 0 where it is absent."""
        value = self._values.get(name)
        if value is None or value == "":
            return ZERO
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise bad(f"params error: {name} must be a number in a string, not {value!r}")
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise bad(f"params error: {name} {value!r} is not a number") from None
        if not number.is_finite() or number < 0 or abs(number.adjusted()) > 20:
            raise bad(f"params error: {name} {value!r} is out of range")
        return number

    def integer(self, name: str, default: int, low: int | None = None, high: int | None = None) -> int:
        value = self._values.get(name)
        if value is None or value == "":
            return default
        try:
            if isinstance(value, (bool, float)):
                raise ValueError
            number = int(value)
        except (TypeError, ValueError):
            raise bad(f"params error: {name} {value!r} is not a whole number") from None
        if (low is not None and number < low) or (high is not None and number > high):
            raise bad(f"params error: {name} {number} is out of range")
        return number

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._values.get(name, default)
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        if value is None or value == "":
            return default
        raise bad(f"params error: {name} {value!r} is neither true nor false")

    def items(self, name: str, most: int) -> list[Params]:
        """A list of objects, as in the batches."""
        value = self._values.get(name)
        if not isinstance(value, list) or not value:
            raise bad(f"params error: {name} must be a list of orders")
        if len(value) > most:
            raise bad(f"params error: {name} holds {len(value)} orders, {most} are allowed")
        if not all(isinstance(item, Mapping) for item in value):
            raise bad(f"params error: {name} holds something that is no order")
        return [Params(item) for item in value]

    def has(self, name: str) -> bool:
        return self._values.get(name) not in (None, "")
