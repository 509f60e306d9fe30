"""Records in JSON form: numbers as exact strings, references left to whoever knows what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")
Json = dict[str, Any]

_READERS: Mapping[str, Callable[[Any], Any]] = {"Decimal": Decimal, "str": str, "int": int, "bool": bool}
_known: dict[type, list[tuple[str, Callable[[Any], Any]]]] = {}


def to_plain(record: Any) -> Json:
    """The numbers, texts and flags of a dataclass; its other fields are left out."""
    row: Json = {}
    for name, reader in _scalars(type(record)):
        value = getattr(record, name)
        row[name] = str(value) if reader is Decimal else value
    return row


def from_plain(kind: type[T], row: Mapping[str, Any], **others: Any) -> T:
    """A dataclass from ``to_plain``'s form and the fields that it left out.

    Raises KeyError, TypeError, ValueError or ArithmeticError where ``row`` is not of that form.
    """
    return kind(**{name: reader(row[name]) for name, reader in _scalars(kind)}, **others)


def _scalars(kind: type) -> list[tuple[str, Callable[[Any], Any]]]:
    """The fields that JSON can hold, each with what reads it back; by their annotations, which are texts."""
    if kind not in _known:
        _known[kind] = [(f.name, _READERS[str(f.type)]) for f in fields(kind) if str(f.type) in _READERS]
    return _known[kind]
