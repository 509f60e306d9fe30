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
        raise ProtocolError(f"{place}: a JSON object expected, not {shown(value)}")
    return value


class Fields:
    """One record and where it came from. Each method reads one field; without a default it is needed."""

    __slots__ = ("_values", "place")

    def __init__(self, values: object, place: str) -> None:
        if not isinstance(values, dict):
            raise ProtocolError(f"{place}: a record expected, not {shown(values)}")
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
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return Decimal(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return Decimal(value)
        raise self.bad(name, "a number in a string")

    def integer(self, name: str, default: int | _Needed = NEEDED) -> int:
        """A whole number from an integer or a string."""
        value = self._values.get(name)
        if value is None or value == "":
            if isinstance(default, _Needed):
                raise self.bad(name, "a whole number")
            return default
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            return int(value)
        raise self.bad(name, "a whole number")

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
        """A list of records inside the record."""
        value = self._values.get(name)
        if not isinstance(value, list):
            raise self.bad(name, "a list")
        return [Fields(item, f"{self.place}.{name}[{i}]") for i, item in enumerate(value)]
