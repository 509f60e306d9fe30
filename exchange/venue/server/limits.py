"""How often one may ask: rolling windows for accounts, addresses and new connections. Pure.

Time enters as ``now_ms`` and never goes back. A refused request costs nothing, so a client that waits
until the reset stamp is served. Figures: bybit-v5.md sections 1 and 2.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from exchange.venue.server.routes import ROUTES, Route

ACCOUNT_WINDOW_MS = 1_000
IP_REQUESTS, IP_WINDOW_MS, IP_BAN_MS = 600, 5_000, 600_000
TRADE_REQUESTS, TRADE_WINDOW_MS = 3_000, 1_000
CONNECTIONS, CONNECTIONS_WINDOW_MS = 500, 300_000


class RollingWindow:
    """At most ``limit`` units in any ``span_ms``: what was taken comes free again ``span_ms`` later."""

    __slots__ = ("_taken", "_used", "limit", "span_ms")

    def __init__(self, limit: int, span_ms: int) -> None:
        self.limit = limit
        self.span_ms = span_ms
        self._taken: deque[tuple[int, int]] = deque()
        self._used = 0

    def left(self, now_ms: int) -> int:
        """How many units could be taken now."""
        while self._taken and self._taken[0][0] <= now_ms - self.span_ms:
            self._used -= self._taken.popleft()[1]
        return self.limit - self._used

    def take(self, cost: int, now_ms: int) -> int:
        """Take up to ``cost`` units; returns how many were granted."""
        granted = min(cost, self.left(now_ms))
        if granted > 0:
            self._taken.append((now_ms, granted))
            self._used += granted
        return granted

    def free_ms(self, now_ms: int) -> int:
        """When at least one unit is to be had: ``now_ms``, or the time to wait for."""
        return now_ms if self.left(now_ms) > 0 else self._taken[0][0] + self.span_ms


@dataclass(frozen=True, slots=True)
class Grant:
    """What a request got: ``granted`` of the units it costs, and the figures of the rate headers."""

    granted: int
    limit: int
    left: int
    reset_ms: int


class AccountLimits:
    """Every account's buckets, one per operation, shared by HTTP and the trading socket."""

    def __init__(self, *, factor: int = 1, routes: Iterable[Route] = tuple(ROUTES.values())) -> None:
        self._limits = {route.op: route.per_second * factor for route in routes if route.per_second}
        self._buckets: dict[tuple[str, str], RollingWindow] = {}

    def take(self, account: str, op: str, cost: int, now_ms: int) -> Grant | None:
        """Charge ``cost`` (orders in a batch, else 1) to the bucket of ``op``; None if it has none."""
        limit = self._limits.get(op)
        if limit is None:
            return None
        bucket = self._buckets.get((account, op))
        if bucket is None:
            bucket = self._buckets[account, op] = RollingWindow(limit, ACCOUNT_WINDOW_MS)
        granted = bucket.take(cost, now_ms)
        # A grant in full reports "now" as its reset, even if it emptied the bucket.
        reset_ms = now_ms if granted == cost else bucket.free_ms(now_ms)
        return Grant(granted, limit, bucket.left(now_ms), reset_ms)


class AddressLimits:
    """What one IP address may do, whoever it is: requests, messages to trade, new connections."""

    def __init__(self, *, factor: int = 1) -> None:
        self._factor = factor
        self._requests: dict[str, RollingWindow] = {}
        self._trades: dict[str, RollingWindow] = {}
        self._connections: dict[str, RollingWindow] = {}
        self._banned_until_ms: dict[str, int] = {}

    def request(self, address: str, now_ms: int) -> bool:
        """Whether a REST request is let in; one too many bans the address for ten minutes."""
        if now_ms < self._banned_until_ms.get(address, 0):
            return False
        if self._take(self._requests, address, IP_REQUESTS, IP_WINDOW_MS, now_ms):
            return True
        self._banned_until_ms[address] = now_ms + IP_BAN_MS
        return False

    def trade(self, address: str, now_ms: int) -> bool:
        """Whether a message on the trading socket is taken (else 10403)."""
        return self._take(self._trades, address, TRADE_REQUESTS, TRADE_WINDOW_MS, now_ms)

    def connection(self, address: str, now_ms: int) -> bool:
        """Whether a new WebSocket connection is let in."""
        return self._take(self._connections, address, CONNECTIONS, CONNECTIONS_WINDOW_MS, now_ms)

    def _take(
        self, windows: dict[str, RollingWindow], address: str, limit: int, span_ms: int, now_ms: int
    ) -> bool:
        window = windows.get(address)
        if window is None:
            window = windows[address] = RollingWindow(limit * self._factor, span_ms)
        return window.take(1, now_ms) == 1
