"""Faults to order, by ``POST /control/fault``: what a bad day of the exchange looks like from outside."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from exchange.venue.contract import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFault:
    """What the next request of an operation is told, whether or not it was carried out."""

    reply: Reply
    http: int = 200
    after_acceptance: bool = False


@dataclass(slots=True)
class Faults:
    """The faults in force. Everything starts without any."""

    dropped: dict[str, int] = field(default_factory=dict)
    """How many more replies to order requests are lost, by transport: ``trade`` or ``rest``."""
    delays_ms: dict[str, int] = field(default_factory=dict)
    """By how much a private topic's frames come late."""
    answers: dict[str, list[AnswerFault]] = field(default_factory=dict)
    """By operation, what the next requests are told, in order."""
    acks: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while acknowledgements may leave."""

    def __post_init__(self) -> None:
        self.acks.set()

    def answer_for(self, op: str) -> AnswerFault | None:
        """The fault that the next request of ``op`` meets, used up by asking."""
        waiting = self.answers.get(op)
        return waiting.pop(0) if waiting else None

    def drops(self, transport: str) -> bool:
        """Whether this reply to an accepted order request is lost, used up by asking."""
        left = self.dropped.get(transport, 0)
        if left:
            self.dropped[transport] = left - 1
        return left > 0
