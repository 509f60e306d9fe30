"""Timers as messages: one thread waits for all.

A time is turned into a wait when it is asked for, and counted by the clock that never steps: what was asked
for before the exchange's clock was read comes no later for it. Whoever waits for a time rather than for a
while looks at the clock when the message comes.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

from actors.directory import Directory
from exchange.clock import Clock

_IDLE_NS = 1_000_000_000


class ThreadTimers:
    """A heap of due messages and the thread that sends them."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock
        self._heap: list[tuple[int, int, str, object]] = []  # due in monotonic ns
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._running = True
        self._sent = 0
        self._late: Callable[[int], None] | None = None
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more."""
        with self._changed:
            self._running = False
            self._changed.notify()
        self._thread.join(timeout=1)

    def at(self, due_ms: int, address: str, message: object) -> None:
        """Send ``message`` to ``address`` when the clock, as it goes now, will show ``due_ms``."""
        due_ns = self._clock.monotonic_ns() + (due_ms - self._clock.now_ms()) * 1_000_000
        with self._changed:
            heapq.heappush(self._heap, (due_ns, next(self._order), address, message))
            self._changed.notify()

    def measure(self, late: Callable[[int], None]) -> None:
        """Tell how many milliseconds after its time each message is sent."""
        self._late = late

    def forget(self, prefix: str) -> None:
        """Send nothing of what was asked for so far to addresses that begin so."""
        with self._changed:
            self._heap = [entry for entry in self._heap if not entry[2].startswith(prefix)]
            heapq.heapify(self._heap)

    def overdue(self) -> tuple[int, int]:
        """How many messages were sent so far, and how many should have been by now; for whoever looks on.

        Takes no lock, which the thread might never give back.
        """
        now_ns = self._clock.monotonic_ns()
        return self._sent, sum(entry[0] <= now_ns for entry in self._heap[:1])

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._running:
                    return
                wait_ns = self._heap[0][0] - self._clock.monotonic_ns() if self._heap else _IDLE_NS
                if wait_ns > 0:
                    self._changed.wait(timeout=min(wait_ns, _IDLE_NS) / 1e9)
                    continue
                _, _, address, message = heapq.heappop(self._heap)
            if self._late is not None:
                self._late(-wait_ns // 1_000_000)
            self._directory.send(address, message)
            self._sent += 1
