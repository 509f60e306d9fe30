"""Whatever a frame turns into on its way, decoding gives messages or a ProtocolError, nothing else."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.bybit.decode_orders import decode_answer
from exchange.bybit.decode_private import decode_private
from exchange.bybit.decode_public import Tickers
from exchange.bybit.fields import Fields, parse_object
from exchange.bybit.rows import order_row, position_row
from exchange.errors import ProtocolError
from messages.orders import Action
from tests.bybit.frames import RECORDS, frame, ticker
from tests.bybit.orders import cancel, request

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["", "0", "-1", "1e5", "1e-99", "1e999999999", "NaN", "None", "Buy", "٣", "0x1", "9" * 70]
    )
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)
REPLY = {
    "reqId": "r-1",
    "retCode": 0,
    "retMsg": "OK",
    "data": {"list": [{"orderLinkId": "a"}, {"orderLinkId": ""}]},
    "retExtInfo": {"list": [{"code": 0, "msg": "OK"}, {"code": 110007, "msg": "ab"}]},
    "header": {"X-Bapi-Limit-Status": "9"},
}
FRAMES: list[dict[str, Any]] = [
    *(frame(topic, record, record) for topic, record in RECORDS.items()),
    ticker("snapshot", 5, last="150.1", mark="150.2"),
    REPLY,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a frame."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A frame in which one to three values are replaced or missing."""
    value: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(FRAMES)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(value)) or [("topic",)]))
        holder: Any = value
        for key in path[:-1]:
            holder = holder[key]
        if isinstance(holder, dict) and draw(st.booleans()):
            holder.pop(path[-1], None)
        else:
            holder[path[-1]] = draw(JSON)
    return value


def decode_everywhere(value: dict[str, Any]) -> None:
    with suppress(ProtocolError):
        for event in decode_private(value).events:
            assert all(not isinstance(part, float) for part in values(event))
    with suppress(ProtocolError):
        Tickers().decode(value)
    with suppress(ProtocolError):
        answered = decode_answer(request(Action.CANCEL, cancel(1), cancel(2)), value, {}, 5)
        assert len(answered.answers) == 2


def values(message: Any) -> Iterator[object]:
    for name in message.__slots__:
        value = getattr(message, name)
        assert not isinstance(value, Decimal) or value.is_finite()
        yield value


@settings(deadline=None)
@given(mutated())
def test_mutated_frames_raise_nothing_but_protocol_errors(value: dict[str, Any]) -> None:
    with suppress(TypeError):  # what JSON can't carry never arrives
        value = orjson.loads(orjson.dumps(value))
    decode_everywhere(value)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["topic", "data", "ts", "retCode", "creationTime"]), JSON))
def test_invented_frames_raise_nothing_but_protocol_errors(value: dict[str, Any]) -> None:
    decode_everywhere(value)


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_bytes_that_are_no_json_object_are_refused(raw: bytes) -> None:
    with suppress(ProtocolError):
        assert isinstance(parse_object(raw, "test"), dict)


@settings(deadline=None)
@given(JSON)
def test_rows_of_any_shape_raise_nothing_but_protocol_errors(value: object) -> None:
    for decode in (order_row, lambda row: position_row(row, "avgPrice")):
        with suppress(ProtocolError):
            decode(Fields(value, "row"))


@settings(deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(sorted(RECORDS)))
def test_a_frame_cut_anywhere_is_refused(length: int, topic: str) -> None:
    raw = orjson.dumps(frame(topic, RECORDS[topic]))
    with suppress(ProtocolError):
        parse_object(raw[: length % len(raw)], topic)
        raise AssertionError("half a frame was read")
