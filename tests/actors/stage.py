"""Actors on a stage: unstarted, one message at a time, everything they send caught."""

from __future__ import annotations

from actors.directory import Directory
from actors.shell import World
from state.store.disk import RealDisk


class Stage(Directory):
    """A directory that keeps what is sent instead of delivering it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, object]] = []

    def send(self, address: str, message: object) -> None:
        """Keep it."""
        self.sent.append((address, message))

    def to(self, address: str) -> list[object]:
        """What one address was sent."""
        return [message for sent_to, message in self.sent if sent_to == address]

    def of(self, kind: type) -> list[object]:
        """What was sent of one kind."""
        return [message for _, message in self.sent if isinstance(message, kind)]

    def clear(self) -> None:
        """Forget what was sent."""
        self.sent = []


class HandClock:
    """A clock moved by hand."""

    def __init__(self, now_ms: int = 1_760_000_000_000) -> None:
        self.ms = now_ms

    def now_ms(self) -> int:
        """UTC in milliseconds."""
        return self.ms

    def monotonic_ns(self) -> int:
        """The same, in nanoseconds."""
        return self.ms * 1_000_000


class HandTimers:
    """Timers that keep what was asked for, by when it is due."""

    def __init__(self, clock: HandClock | None = None) -> None:
        self._clock = clock or HandClock()
        self.asked: list[tuple[int, str, object]] = []

    def at(self, due_ms: int, address: str, message: object) -> None:
        """Keep it."""
        self.asked.append((due_ms, address, message))

    def after(self, wait_ms: int, address: str, message: object) -> None:
        """Keep it."""
        self.at(self._clock.now_ms() + wait_ms, address, message)


class StageWorld(World):
    """A world whose parts can be read by a test."""

    def __init__(self) -> None:
        self.stage, self.hands = Stage(), HandClock()
        self.later = HandTimers(self.hands)
        super().__init__(self.stage, self.hands, self.later, RealDisk())
