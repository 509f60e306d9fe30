"""How often one process may dial: Bybit shuts out who builds over 500 connections in 5 minutes."""

from __future__ import annotations

from collections import deque
from contextlib import AbstractContextManager
from typing import Any, Final

from exchange.clock import Clock
from exchange.errors import Retryable

#: A fifth less than Bybit bears: a process that was started again and other programs share the address.
MOST: Final = 400
WINDOW_MS: Final = 300_000
_NANOS_A_MS: Final = 1_000_000


class DialBudget:
    """Counts the connections of all accounts, streams and trading sockets together.

    Each connection's own backoff keeps far below the limit; many accounts that lose theirs at once, again
    and again, would not. ``lock`` guards it among threads (``threading.Lock()``).
    """

    def __init__(
        self, clock: Clock, lock: AbstractContextManager[Any], *, most: int = MOST, window_ms: int = WINDOW_MS
    ) -> None:
        self._clock, self._lock = clock, lock
        self._most, self._window_ns = most, window_ms * _NANOS_A_MS
        self._dialled_ns: deque[int] = deque()

    def take(self) -> None:
        """Count one more; raises Retryable, with the time to wait, where it would be one too many."""
        with self._lock:
            now_ns, dialled = self._clock.monotonic_ns(), self._dialled_ns
            while dialled and dialled[0] <= now_ns - self._window_ns:
                dialled.popleft()
            if len(dialled) >= self._most:
                left_s = (dialled[0] + self._window_ns - now_ns) / 1_000_000_000
                raise Retryable(
                    f"{len(dialled)} connections dialled in {self._window_ns // 60_000_000_000} minutes, as "
                    f"many as the exchange bears from one address: the next in {left_s:.0f} s"
                )
            dialled.append(now_ns)
