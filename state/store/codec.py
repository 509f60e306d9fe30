"""Exact JSON forms of our dataclasses, by their type hints.

| type                  | JSON                                                        |
|-----------------------|-------------------------------------------------------------|
| str, bool, int, None  | itself (int within 64 bits)                                 |
| Decimal               | text, every digit and exponent kept; never NaN or infinite  |
| enumeration           | its value                                                   |
| tuple                 | list                                                        |
| frozenset             | list, sorted, no value twice                                |
| dict, or a Mapping    | object in the same order; keys are str, int or enumerations |
| dataclass             | object of all its fields, none missing and none more        |
| ... or None           | null, or as above                                           |

What is written is read back equal. Whatever does not fit its hint is refused with its path, going in and
coming out: a state that can't be read exactly must not be traded on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Mapping
from enum import Enum
from functools import cache
from sys import getrefcount
from types import NoneType, UnionType
from typing import Any, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

from state.store.scalars import SCALARS, CodecError, EnumCodec, IntCodec, StrCodec

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
T = TypeVar("T")
#: So many forms of a class are kept before they are looked through; then whenever they have doubled.
_FEWEST_FORMS = 128
#: Who holds a value whose form is kept, and which nobody else needs: the pair, a name, the question itself.
_HELD_HERE = 3


def encode(value: object) -> dict[str, Json]:
    """A dataclass instance's JSON form, to be read only; ``CodecError`` where a value breaks its hint."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"encode takes an instance of a dataclass, not {value!r}")
    try:
        encoded: dict[str, Json] = _codec_of(type(value)).encode(value)
    except CodecError as error:
        raise error.below(type(value).__name__) from None
    return encoded


def decode(cls: type[T], data: object) -> T:
    """An instance of the dataclass ``cls`` from its JSON form; ``CodecError`` names what doesn't fit."""
    if not dataclasses.is_dataclass(cls):
        raise TypeError(f"decode takes a dataclass, not {cls!r}")
    try:
        decoded: T = _codec_of(cls).decode(data)
    except CodecError as error:
        raise error.below(cls.__name__) from None
    return decoded


class _Codec(Protocol):
    """Both directions of one type hint."""

    def encode(self, value: Any) -> Any: ...
    def decode(self, data: Any) -> Any: ...


class _KeyCodec(_Codec, Protocol):
    """A type whose values may be keys of an object."""

    def key(self, value: Any) -> str: ...
    def value_of(self, key: str) -> Any: ...


@dataclasses.dataclass(frozen=True, slots=True)
class _Optional:
    inner: _Codec

    def encode(self, value: Any) -> Any:
        return None if value is None else self.inner.encode(value)

    def decode(self, data: Any) -> Any:
        return None if data is None else self.inner.decode(data)


@dataclasses.dataclass(frozen=True, slots=True)
class _Tuple:
    item: _Codec

    def encode(self, value: Any) -> Any:
        if type(value) is not tuple:
            raise CodecError("a tuple", value)
        try:
            return [*map(self.item.encode, value)]
        except CodecError:
            return _each(self.item.encode, value)

    def decode(self, data: Any) -> Any:
        if type(data) is not list:
            raise CodecError("a list", data)
        return tuple(_each(self.item.decode, data))


@dataclasses.dataclass(frozen=True, slots=True)
class _FixedTuple:
    items: tuple[_Codec, ...]

    def encode(self, value: Any) -> Any:
        self._check(value, tuple)
        return [codec.encode(item) for codec, item in zip(self.items, value, strict=True)]

    def decode(self, data: Any) -> Any:
        self._check(data, list)
        return tuple(codec.decode(item) for codec, item in zip(self.items, data, strict=True))

    def _check(self, found: Any, kind: type[tuple[Any, ...]] | type[list[Any]]) -> None:
        if type(found) is not kind or len(found) != len(self.items):
            raise CodecError(f"a {kind.__name__} of {len(self.items)}", found)


@dataclasses.dataclass(frozen=True, slots=True)
class _FrozenSet:
    item: _Codec

    def encode(self, value: Any) -> Any:
        if type(value) is not frozenset:
            raise CodecError("a frozenset", value)
        return sorted(_each(self.item.encode, value))

    def decode(self, data: Any) -> Any:
        if type(data) is not list:
            raise CodecError("a list", data)
        found = frozenset(_each(self.item.decode, data))
        if len(found) != len(data):
            raise CodecError("no value twice", data)
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class _Dict:
    key: _KeyCodec
    item: _Codec

    def encode(self, value: Any) -> Any:
        if type(value) is not dict:
            raise CodecError("a dict", value)
        key, item = self.key.key, self.item.encode
        try:
            return {key(k): item(v) for k, v in value.items()}
        except CodecError:
            return {key(k): _within(f"[{k!r}]", item, v) for k, v in value.items()}

    def decode(self, data: Any) -> Any:
        if type(data) is not dict:
            raise CodecError("an object", data)
        return {
            _within(f"[{k!r}]", self.key.value_of, k): _within(f"[{k!r}]", self.item.decode, v)
            for k, v in data.items()
        }


class _Record:
    """A dataclass. The forms of instances that can't change are kept: most of a state is as it was.

    A form stands for its instance as long as that is held here, so no other one can have its identity. An
    instance that is held nowhere else is of a state that is gone: it is let go with its form.
    """

    def __init__(self, cls: type, fields: Mapping[str, _Codec]) -> None:
        self.cls, self.fields = cls, fields
        self._encoders = [(name, codec.encode) for name, codec in fields.items()]
        self._frozen = bool(cls.__dataclass_params__.frozen)  # type: ignore[attr-defined]  # a dataclass
        self._known: dict[int, tuple[Any, Any]] = {}
        self._most_known = _FEWEST_FORMS

    def encode(self, value: Any) -> Any:
        if type(value) is not self.cls:
            raise CodecError(f"a {self.cls.__name__}", value)
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        try:
            form = {name: encode(getattr(value, name)) for name, encode in self._encoders}
        except CodecError:  # once more, to say where
            return {
                name: _within(f".{name}", encode, getattr(value, name)) for name, encode in self._encoders
            }
        if self._frozen:
            if len(self._known) >= self._most_known:
                self._let_go()
            self._known[id(value)] = (value, form)
        return form

    def _let_go(self) -> None:
        for identity, (value, _) in list(self._known.items()):  # a copy: another account's thread may add
            if getrefcount(value) <= _HELD_HERE:
                self._known.pop(identity, None)
        self._most_known = max(_FEWEST_FORMS, 2 * len(self._known))

    def decode(self, data: Any) -> Any:
        if type(data) is not dict:
            raise CodecError(f"an object ({self.cls.__name__})", data)
        if data.keys() != self.fields.keys():
            raise self._wrong_fields(data.keys())
        values = {name: _within(f".{name}", codec.decode, data[name]) for name, codec in self.fields.items()}
        try:
            return self.cls(**values)
        except ValueError as error:  # what the class itself refuses
            raise CodecError(f"a valid {self.cls.__name__} ({error})", data) from error

    def _wrong_fields(self, found: Any) -> CodecError:
        missing = sorted(self.fields.keys() - found)
        if missing:
            return CodecError(f"the field {missing[0]!r} of {self.cls.__name__}", None)
        return CodecError(f"no field beside those of {self.cls.__name__}", sorted(found - self.fields.keys()))


def _within(place: str, convert: Any, value: Any) -> Any:
    try:
        return convert(value)
    except CodecError as error:
        raise error.below(place) from None


def _each(convert: Any, values: Any) -> list[Any]:
    return [_within(f"[{number}]", convert, value) for number, value in enumerate(values)]


@cache
def _codec_of(hint: Hashable) -> Any:
    """The codec of a type hint, made once; ``TypeError`` for hints that have no JSON form here."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return EnumCodec(hint)
    if hint in SCALARS:
        return SCALARS[hint]
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = get_type_hints(hint)
        if not all(field.init for field in dataclasses.fields(hint)):
            raise TypeError(f"{hint.__name__} has a field that its constructor doesn't take")
        return _Record(hint, {field.name: _codec_of(hints[field.name]) for field in dataclasses.fields(hint)})
    return _composed(hint)


def _composed(hint: Any) -> _Codec:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType) and len(arguments) == 2 and NoneType in arguments:
        return _Optional(_codec_of(next(a for a in arguments if a is not NoneType)))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _Tuple(_codec_of(arguments[0]))
    if origin is tuple and Ellipsis not in arguments:
        return _FixedTuple(tuple(_codec_of(argument) for argument in arguments))
    if origin is frozenset:
        return _FrozenSet(_codec_of(arguments[0]))
    if origin in (dict, Mapping):
        key = _codec_of(arguments[0])
        if isinstance(key, StrCodec | IntCodec | EnumCodec):
            return _Dict(key, _codec_of(arguments[1]))
        raise TypeError(f"keys must be str, int or an enumeration to have a JSON form, not {arguments[0]!r}")
    raise TypeError(f"{hint!r} has no exact JSON form: see the table in state/store/codec.py")
