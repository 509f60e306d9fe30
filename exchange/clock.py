"""Clocks: what holds time, so that nobody else asks the machine for it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Wall time for the exchange's stamps and monotonic time for durations."""

    def now_ms(self) -> int:
        """UTC in milliseconds."""
        ...

    def monotonic_ns(self) -> int:
        """A clock that never steps, in nanoseconds."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """UTC in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_ns(self) -> int:
        """The machine's monotonic clock in nanoseconds."""
        return time.monotonic_ns()


class OffsetClock:
    """The machine's clock, moved to the exchange's."""

    def __init__(self, base: Clock, offset_ms: int) -> None:
        self._base = base
        self.offset_ms = offset_ms

    def now_ms(self) -> int:
        """UTC in milliseconds as the exchange's clock shows it."""
        return self._base.now_ms() + self.offset_ms

    def monotonic_ns(self) -> int:
        """A clock that never steps."""
        return self._base.monotonic_ns()
