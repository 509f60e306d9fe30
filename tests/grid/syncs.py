"""The syncs of one process in virtual time, as the reconciler does them: one at a time."""

from __future__ import annotations

from collections.abc import Callable

from messages.requests import Snapshot
from tests.grid.line import Line, SyncFailed

EVERY_MS = 60_000
_OVERLAP_MS = 60_000
_FAILED_MS = 2_000
_PROOF_MS = 3_100


class Syncs:
    """Asks for the account's syncs and says what each answer has covered.

    ``spread`` takes a snapshot and whether the stream stood when its read began and stands now: only such
    a sync has closed the gap before it.
    """

    def __init__(
        self,
        line: Line,
        since_ms: int,
        connected: Callable[[], bool],
        spread: Callable[[Snapshot, bool], None],
    ) -> None:
        self._line, self._since_ms = line, since_ms
        self._connected, self._spread = connected, spread
        self._running = self._again = self._covers_gap = False
        self._done = self._asked = 0

    def ask(self) -> None:
        """Sync now, or as soon as the one that runs is over."""
        if self._running:
            self._again = True
            return
        self._running, self._again, self._covers_gap = True, False, self._connected()
        self._asked += 1
        self._line.read(self._since_ms)

    def answered(self, answer: Snapshot | SyncFailed) -> None:
        """Take the answer of the sync that runs, and go on with the next when it is time."""
        self._running = False
        if isinstance(answer, Snapshot):
            self._done += 1
            newest = max((e.exec_ms for e in answer.executions), default=answer.server_ms)
            self._since_ms = newest - _OVERLAP_MS
            self._spread(answer, self._covers_gap and self._connected())
        if self._again:
            self.ask()
            return
        failed = isinstance(answer, SyncFailed)
        wait_ms = _FAILED_MS if failed else _PROOF_MS if self._done == 1 else EVERY_MS
        asked = self._asked
        self._line.later(wait_ms, lambda: self.ask() if asked == self._asked else None)
