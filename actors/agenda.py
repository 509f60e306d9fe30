"""What is to be sent later, and when: the part of timers that needs no thread."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

from exchange.clock import Clock, steady_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message whose time has come ``late_ms`` ago."""

    address: str
    message: object
    late_ms: int


class Agenda:
    """Messages in the order of their times, counted by the clock that never steps.

    So a while lasts as long as it was meant to, whenever the exchange's clock is read anew. A message that
    waits for a time is kept for the rest, should the clock show less than that when its turn comes.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[int, int, int | None, str, object]] = []
        """When by the clock that never steps, a number, not before which time (None: any), what."""
        self._numbers = itertools.count()

    def at(self, due_ms: int, address: str, message: object) -> bool:
        """Once the clock shows ``due_ms``; True if nothing comes sooner."""
        return self._push(due_ms - self._clock.now_ms(), due_ms, address, message)

    def after(self, wait_ms: int, address: str, message: object) -> bool:
        """After so long, whatever the clock shows then; True if nothing comes sooner."""
        return self._push(wait_ms, None, address, message)

    def forget(self, prefix: str) -> None:
        """Drop what was asked for so far to addresses that begin so."""
        self._heap = [entry for entry in self._heap if not entry[3].startswith(prefix)]
        heapq.heapify(self._heap)

    def left_ms(self) -> int | None:
        """How long it is until the next one, 0 and less if it is due; None if there is none."""
        first = self._heap[:1]  # one that is not in the lock's hands may ask
        return first[0][0] - steady_ms(self._clock) if first else None

    def take(self) -> Due | None:
        """Take out the next message that is due, if there is one."""
        while (left_ms := self.left_ms()) is not None and left_ms <= 0:
            _, _, not_before_ms, address, message = heapq.heappop(self._heap)
            if not_before_ms is None or not_before_ms <= self._clock.now_ms():
                return Due(address=address, message=message, late_ms=-left_ms)
            self.at(not_before_ms, address, message)
        return None

    def _push(self, wait_ms: int, not_before_ms: int | None, address: str, message: object) -> bool:
        due_ms = steady_ms(self._clock) + wait_ms
        heapq.heappush(self._heap, (due_ms, next(self._numbers), not_before_ms, address, message))
        return self._heap[0][0] == due_ms
