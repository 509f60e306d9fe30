"""Reading one record's fields: the value, its documented default, or an error that says where.

Bybit sends numbers as strings and leaves out or empties what it has nothing to say of. A field that
decides something has no default: where it is missing the record is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

import orjson

from exchange.errors import ProtocolError

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,32}(\.[0-9]{1,32})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,20}", re.ASCII)
_SHOWN: Final = 80  # characters of a bad value that an error shows
#: No price, quantity or amount of a USDT perpetual comes near these; sums of what is within stay exact.
_LARGEST_DIGIT: Final = 17
_SMALLEST_DIGIT: Final = -32
_LARGEST_INTEGER: Final = 2**63 - 1
_LATEST_MS: Final = 4_102_444_800_000  # the year 2100: beyond it somebody counts in another unit


class _Needed:
    """The type of NEEDED."""


NEEDED: Final = _Needed()


def shown(value: object) -> str:
    """A value as an error shows it: short, never a whole frame."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def parse_object(raw: bytes | str, place: str) -> Mapping[str, Any]:
    """The JSON object in ``raw``; ``place`` (a topic, an endpoint) is named in the ProtocolError."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ProtocolError(f"{place}: no JSON ({error}): {shown(raw)}; reconnect and read again") from None
    if not isinstance(value, dict):
        raise ProtocolError(
            f"{place}: a JSON object expected, not {shown(value)}; it is left out: read again"
        )
    return value


class Fields:
    """One record and where it came from. Each method reads one field; without a default it is needed."""

    __slots__ = ("_values", "place")

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, dict):
            raise ProtocolError(
                f"{place}: a record expected, not {shown(values)}; it is left out: read again"
            )
        self._values: Mapping[str, Any] = values
        self.place = place

    def bad(self, name: str, wanted: str) -> ProtocolError:
        """The error for a field that is missing or unreadable."""
        value = shown(self._values[name]) if name in self._values else "missing"
        return ProtocolError(
            f"{self.place}: {name} is {value}, {wanted} expected; the record is left out: read it again by "
            "REST, and if that fails too compare with Bybit's v5 documents"
        )

    def has(self, name: str) -> bool:
        """Whether the field is there with a value: neither missing, null nor empty."""
        return self._values.get(name) not in (None, "")

    def text(self, name: str, default: str | _Needed = NEEDED) -> str:
        """A text; with a default, missing and null give it (an empty text stays empty)."""
        value = self._values.get(name)
        if isinstance(value, str) and (value or not isinstance(default, _Needed)):
            return value
        if value is None and not isinstance(default, _Needed):
            return default
        raise self.bad(name, "a text")

    def decimal(self, name: str, default: Decimal | _Needed = NEEDED) -> Decimal:
        """An exact number from a string or an integer; never from a binary float."""
        value = self._values.get(name)
        if value is None or value == "":
            if isinstance(default, _Needed):
                raise self.bad(name, "a number in a string")
            return default
        if not (isinstance(value, str) and _NUMBER.fullmatch(value)) and type(value) is not int:
            raise self.bad(name, "a number in a string")
        number = Decimal(value)
        if number and not _SMALLEST_DIGIT <= number.adjusted() <= _LARGEST_DIGIT:
            raise self.bad(name, "a number of a credible size")
        return number

    def amount(self, name: str, default: Decimal | _Needed = NEEDED) -> Decimal:
        """An exact number that is never below 0: a size, a quantity, a price of what may be empty."""
        number = self.decimal(name, default)
        if number < 0:
            raise self.bad(name, "a number not below 0")
        return number

    def positive(self, name: str) -> Decimal:
        """An exact number above 0."""
        number = self.decimal(name)
        if number <= 0:
            raise self.bad(name, "a number above 0")
        return number

    def integer(self, name: str, default: int | _Needed = NEEDED) -> int:
        """A whole number from an integer or a string."""
        value = self._values.get(name)
        if value is None or value == "":
            if isinstance(default, _Needed):
                raise self.bad(name, "a whole number")
            return default
        if not (isinstance(value, str) and _INTEGER.fullmatch(value)) and type(value) is not int:
            raise self.bad(name, "a whole number")
        number = int(value)
        if abs(number) > _LARGEST_INTEGER:
            raise self.bad(name, "a whole number of at most 64 bits")
        return number

    def time_ms(self, name: str, default: int | _Needed = NEEDED) -> int:
        """A time in milliseconds, from 1970 to 2100."""
        at_ms = self.integer(name, default)
        if not 0 <= at_ms <= _LATEST_MS:
            raise self.bad(name, "a time in milliseconds")
        return at_ms

    def flag(self, name: str, default: bool) -> bool:
        """True or false; ``default`` where missing."""
        value = self._values.get(name)
        if value is None or value == "":
            return default
        if isinstance(value, bool):
            return value
        raise self.bad(name, "true or false")

    def part(self, name: str) -> Fields:
        """A record inside the record."""
        return Fields(self._values.get(name), f"{self.place}.{name}")

    def items(self, name: str) -> list[Fields]:
        """A list of records inside the record, each of which must be one."""
        return [Fields(item, place) for place, item in self.raw_items(name)]

    def raw_items(self, name: str) -> list[tuple[str, object]]:
        """A list of whatever, each item with its place: for readers to whom a bad one costs only itself."""
        value = self._values.get(name)
        if not isinstance(value, list):
            raise self.bad(name, "a list")
        return [(f"{self.place}.{name}[{number}]", item) for number, item in enumerate(value)]
