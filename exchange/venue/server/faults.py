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


class Gate:
    """Lets operations through, or keeps those that it is shut for until it opens."""

    def __init__(self) -> None:
        self._shut: dict[str, asyncio.Event] = {}
        self.waiting: list[str] = []
        """The operations that stand before it, in the order in which they came."""

    @property
    def in_use(self) -> bool:
        """Whether it is shut for anything."""
        return bool(self._shut)

    def shut(self, op: str) -> None:
        """Keep what comes of ``op`` from now on."""
        self._shut.setdefault(op, asyncio.Event())

    def open(self, op: str) -> None:
        """Let ``op`` through again, those that wait first."""
        if op in self._shut:
            self._shut.pop(op).set()

    def is_shut(self, op: str) -> bool:
        """Whether ``op`` would have to wait."""
        return op in self._shut

    async def passed(self, op: str) -> None:
        """Wait until ``op`` may pass."""
        event = self._shut.get(op)
        if event is None:
            return
        self.waiting.append(op)
        try:
            await event.wait()
        finally:
            self.waiting.remove(op)

    def open_all(self) -> None:
        """Keep nothing any more."""
        for op in list(self._shut):
            self.open(op)


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
    shut_out: set[str] = field(default_factory=set)
    """Kinds of sockets that can't be opened: ``private``, ``public``, ``trade``."""
    requests: Gate = field(default_factory=Gate)
    """Before an operation is carried out: a request that is still on its way."""
    replies: Gate = field(default_factory=Gate)
    """After it, by REST: a reply that is still on its way, and tells how things were."""

    def __post_init__(self) -> None:
        self.acks.set()

    def clear(self) -> None:
        """End every fault; what is delayed keeps its time, what was kept goes on."""
        self.dropped.clear()
        self.delays_ms.clear()
        self.answers.clear()
        self.acks.set()
        self.shut_out.clear()
        self.requests.open_all()
        self.replies.open_all()

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
