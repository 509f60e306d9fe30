"""Timers as messages: one thread waits for all."""

from __future__ import annotations

import threading
from collections.abc import Callable

from actors.agenda import Agenda
from actors.directory import Directory
from exchange.clock import Clock

#: The agenda is looked at so often: a machine that was suspended wakes up with much that is due.
_IDLE_MS = 1_000


class ThreadTimers:
    """An agenda and the thread that sends what has become due."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._agenda = Agenda(clock)
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
        """Send ``message`` to ``address`` once the clock shows ``due_ms``."""
        with self._changed:
            if self._agenda.at(due_ms, address, message):
                self._changed.notify()

    def after(self, wait_ms: int, address: str, message: object) -> None:
        """Send ``message`` to ``address`` after a while."""
        with self._changed:
            if self._agenda.after(wait_ms, address, message):
                self._changed.notify()

    def measure(self, late: Callable[[int], None]) -> None:
        """Tell how many milliseconds after its time each message is sent."""
        self._late = late

    def forget(self, prefix: str) -> None:
        """Send nothing of what was asked for so far to addresses that begin so."""
        with self._changed:
            self._agenda.forget(prefix)

    def overdue(self) -> tuple[int, int]:
        """How many messages were sent so far, and 1 if another should have been by now; for whoever looks on.

        Takes no lock, which the thread might never give back.
        """
        left_ms = self._agenda.left_ms()
        return self._sent, int(left_ms is not None and left_ms <= 0)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._running:
                    return
                due = self._agenda.take()
                if due is None:
                    left_ms = self._agenda.left_ms()
                    wait_ms = _IDLE_MS if left_ms is None else min(max(left_ms, 1), _IDLE_MS)
                    self._changed.wait(timeout=wait_ms / 1000)
                    continue
            if self._late is not None:
                self._late(due.late_ms)
            self._directory.send(due.address, due.message)
            self._sent += 1
