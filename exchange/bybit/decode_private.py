"""Frames of the private stream as messages: one frame in, its good records and its errors out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exchange.bybit.fields import Fields, shown
from exchange.bybit.rows import NO_LEGS, execution, is_linear, order_row, position_row, wallet
from exchange.errors import ProtocolError
from messages.account import ExecType, Execution, OrderRow, OrderStatus, StreamEvent
from messages.sides import Side

PRIVATE_TOPICS = ("order", "execution", "position", "wallet")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFrame:
    """What one frame said: its records in order, those that can't be read, and how many were not ours."""

    events: tuple[StreamEvent, ...]
    problems: tuple[ProtocolError, ...]
    dropped: int


def decode_private(frame: Mapping[str, object], legs: Mapping[str, Side] = NO_LEGS) -> PrivateFrame:
    """Decode a parsed frame that has a topic; ``legs`` (order_id -> Side) helps foreign executions.

    Other topics and other categories than linear are dropped and counted. A record with a word that we
    don't know is given out and is a problem too, so that it is counted and what it may mean is read again.
    Raises ProtocolError only where the envelope itself can't be read.
    """
    envelope = Fields(frame, "private stream")
    topic = envelope.text("topic").removesuffix(".linear")
    if topic not in PRIVATE_TOPICS:
        return PrivateFrame(events=(), problems=(), dropped=1)
    rows = Fields(frame, topic).raw_items("data")
    created_ms = envelope.time_ms("creationTime")
    events: list[StreamEvent] = []
    problems: list[ProtocolError] = []
    dropped = 0
    for place, record in rows:
        try:
            row = Fields(record, place)
            event = _event(topic, row, created_ms, legs)
        except ProtocolError as error:
            problems.append(error)
            continue
        if event is None:
            dropped += 1
            continue
        events.append(event)
        if isinstance(event, OrderRow) and event.status is OrderStatus.OTHER:
            problems.append(_unknown_word(row, "orderStatus", "the order counts as not ended"))
        elif isinstance(event, Execution) and event.exec_type is ExecType.OTHER:
            problems.append(_unknown_word(row, "execType", "it changes no size"))
    return PrivateFrame(events=tuple(events), problems=tuple(problems), dropped=dropped)


def _unknown_word(row: Fields, name: str, taken: str) -> ProtocolError:
    return ProtocolError(
        f"{row.place}: {name} is {shown(row.text(name))}, a known word expected; {taken}: compare with "
        "Bybit's v5 documents, a newer sol-trader may know it"
    )


def legs_of(orders: tuple[OrderRow, ...]) -> dict[str, Side]:
    """order_id -> Side for the orders that say their leg."""
    return {order.order_id: order.leg for order in orders if order.leg is not None}


def _event(topic: str, row: Fields, created_ms: int, legs: Mapping[str, Side]) -> StreamEvent | None:
    if topic == "wallet":
        return wallet(row, created_ms) if row.text("accountType") == "UNIFIED" else None
    if not is_linear(row):
        return None
    if topic == "order":
        return order_row(row)
    if topic == "execution":
        return execution(row, legs)
    return position_row(row, "entryPrice")
