"""The codec's smallest parts, and its one error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?(E[+-]?[0-9]+)?", re.ASCII)
_INT = re.compile(r"0|-?[1-9][0-9]*", re.ASCII)
_INT_LIMIT = 2**63
_LONGEST_SHOWN = 60


class CodecError(ValueError):
    """A value that does not fit its hint: ``path`` to it, what was ``expected``, what it ``got``."""

    def __init__(self, expected: str, value: object, *, path: str = "") -> None:
        shown = repr(value)
        self.expected = expected
        self.got = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[:_LONGEST_SHOWN]} …"
        self.path = path
        super().__init__(expected, self.got)

    def below(self, place: str) -> CodecError:
        """The same error seen from one step further out."""
        self.path = place + self.path
        return self

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, got {self.got}"


class StrCodec:
    """Text. It must be encodable: a lone surrogate has no UTF-8."""

    def encode(self, value: Any) -> Any:
        """The text itself."""
        if type(value) is not str or not _has_utf8(value):
            raise CodecError("text", value)
        return value

    decode = key = value_of = encode


class BoolCodec:
    """True or False, and no number."""

    def encode(self, value: Any) -> Any:
        """The value itself."""
        if type(value) is not bool:
            raise CodecError("true or false", value)
        return value

    decode = encode


class IntCodec:
    """Whole numbers that every JSON reader of ours takes; as a key in plain decimal digits."""

    def encode(self, value: Any) -> Any:
        """The number itself."""
        if type(value) is not int or not -_INT_LIMIT <= value < _INT_LIMIT:
            raise CodecError("a whole number of at most 64 bits", value)
        return value

    decode = encode

    def key(self, value: Any) -> str:
        """The digits."""
        return str(self.encode(value))

    def value_of(self, key: str) -> int:
        """The number of the digits; each number has one form, so no two keys are the same."""
        if not _INT.fullmatch(key):
            raise CodecError("a whole number as key", key)
        number: int = self.encode(int(key))
        return number


class DecimalCodec:
    """Exact numbers as text: ``Decimal("1.50")`` keeps its zero."""

    def encode(self, value: Any) -> Any:
        """The digits, with an exponent where the number has one."""
        if type(value) is not Decimal or not value.is_finite():
            raise CodecError("a finite Decimal", value)
        return str(value)

    def decode(self, data: Any) -> Decimal:
        """The number of the text."""
        if type(data) is not str or not _DECIMAL.fullmatch(data):
            raise CodecError("a decimal number as text", data)
        try:
            return Decimal(data)
        except InvalidOperation:
            raise CodecError("a decimal number within Decimal's exponents", data) from None


@dataclass(frozen=True, slots=True)
class EnumCodec:
    """A member by its value, which is text or a whole number."""

    cls: type[Enum]

    def __post_init__(self) -> None:
        values = {type(member.value) for member in self.cls}
        if values not in ({str}, {int}):
            raise TypeError(f"the values of {self.cls.__name__} must all be text or all be whole numbers")

    def encode(self, value: Any) -> Any:
        """The member's value."""
        if type(value) is not self.cls:
            raise CodecError(f"a {self.cls.__name__}", value)
        return value.value

    def decode(self, data: Any) -> Enum:
        """The member of that value."""
        for member in self.cls:
            if member.value == data and type(member.value) is type(data):
                return member
        raise CodecError(f"one of {', '.join(str(m.value) for m in self.cls)}", data)

    def key(self, value: Any) -> str:
        """The member's value as text."""
        return str(self.encode(value))

    def value_of(self, key: str) -> Enum:
        """The member whose value reads like that."""
        for member in self.cls:
            if str(member.value) == key:
                return member
        raise CodecError(f"one of {', '.join(str(m.value) for m in self.cls)}", key)


def _has_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


#: The codecs of the plain types.
SCALARS: dict[object, StrCodec | BoolCodec | IntCodec | DecimalCodec] = {
    str: StrCodec(),
    bool: BoolCodec(),
    int: IntCodec(),
    Decimal: DecimalCodec(),
}
