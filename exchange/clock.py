"""Clocks: what holds time, so that nobody else asks the machine for it."""

from __future__ import annotations

import time
from typing import Protocol

#: Where there is a monotonic clock that goes on while the machine is suspended, it is that one.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """Wall time for the exchange's stamps and monotonic time for durations."""

    def now_ms(self) -> int:
        """UTC in milliseconds."""
        ...

    def monotonic_ns(self) -> int:
        """A clock that never steps, in nanoseconds."""
        ...


def steady_ms(clock: Clock) -> int:
    """Milliseconds of the clock that never steps, counted from any moment: for durations."""
    return clock.monotonic_ns() // 1_000_000


class SystemClock:
    """The machine's clocks."""

    def now_ms(self) -> int:
        """UTC in milliseconds."""
        return time.time_ns() // 1_000_000

    def monotonic_ns(self) -> int:
        """The machine's monotonic clock in nanoseconds."""
        return time.clock_gettime_ns(_STEADY)


class ExchangeClock:
    """The exchange's time, carried on by the machine's monotonic clock.

    It begins with what the machine takes for UTC, and is set to the exchange's time once that is read.
    Whoever sets the machine's clock meanwhile sets nothing here: no timer waits for an hour that comes twice.
    """

    def __init__(self, machine: Clock) -> None:
        self._machine = machine
        self.ahead_ms = machine.now_ms() - steady_ms(machine)
        """This time less that of the clock that never steps: what is set when the exchange's was read."""

    def now_ms(self) -> int:
        """UTC in milliseconds as the exchange's clock shows it."""
        return steady_ms(self._machine) + self.ahead_ms

    def monotonic_ns(self) -> int:
        """A clock that never steps."""
        return self._machine.monotonic_ns()

    @property
    def offset_ms(self) -> int:
        """How far this clock is ahead of the one that the machine shows at present."""
        return self.now_ms() - self._machine.now_ms()
