"""Frames of the private stream as messages: one frame in, its good records and its errors out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from exchange.bybit.fields import Fields
from exchange.bybit.rows import NO_LEGS, execution, is_linear, order_row, position_row, wallet
from exchange.errors import ProtocolError
from messages.account import OrderRow, StreamEvent
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

    Other topics and other categories than linear are dropped and counted. Raises ProtocolError only
    where the envelope itself can't be read.
    """
    envelope = Fields(frame, "private stream")
    topic = envelope.text("topic").removesuffix(".linear")
    if topic not in PRIVATE_TOPICS:
        return PrivateFrame(events=(), problems=(), dropped=1)
    rows = Fields(frame, topic).items("data")
    created_ms = envelope.integer("creationTime")
    events: list[StreamEvent] = []
    problems: list[ProtocolError] = []
    for row in rows:
        try:
            event = _event(topic, row, created_ms, legs)
        except ProtocolError as error:
            problems.append(error)
            continue
        if event is not None:
            events.append(event)
    dropped = len(rows) - len(events) - len(problems)
    return PrivateFrame(events=tuple(events), problems=tuple(problems), dropped=dropped)


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
