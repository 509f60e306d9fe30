"""Virtual time: what is to happen, in the order of its moments; no clock, no thread, no sleep."""

from __future__ import annotations

import heapq
from collections.abc import Callable

START_MS = 1_760_000_000_000


class Moments:
    """A queue of moments. What is due at the same millisecond happens in the order it was asked for."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, due_ms: int, moment: Callable[[], None]) -> None:
        """Have something done at a time to come, or at once if that has passed."""
        self._count += 1
        heapq.heappush(self._heap, (max(due_ms, self.now_ms), self._count, moment))

    def due_ms(self) -> int | None:
        """When the next moment is."""
        return self._heap[0][0] if self._heap else None

    def do_due(self) -> None:
        """Do what is due by now."""
        while self._heap and self._heap[0][0] <= self.now_ms:
            heapq.heappop(self._heap)[2]()
