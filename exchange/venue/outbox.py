"""The one place where pushes leave the venue: faults on the way of a frame belong here."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from exchange.venue.contract import PrivatePush

Row = Mapping[str, Any]


class Outbox:
    """Frames on their way, by arrival; those of one account and topic never overtake each other."""

    def __init__(self, *, merge_wallet: bool) -> None:
        self._merge_wallet = merge_wallet
        self._heap: list[tuple[int, int, PrivatePush]] = []
        self._count = 0
        self._last: dict[tuple[str, str], int] = {}
        self._replaced: set[int] = set()
        self._wallets: dict[str, int] = {}

    def private(self, account: str, topic: str, rows: Sequence[Row], due_ms: int) -> None:
        """Send a frame to an account; it arrives at ``due_ms``, or with the topic's last if that is later."""
        due = self._last[account, topic] = max(due_ms, self._last.get((account, topic), 0))
        self._count += 1
        push = PrivatePush(account=account, topic=topic, data=rows, at_ms=due)
        heapq.heappush(self._heap, (due, self._count, push))
        if self._merge_wallet and topic == "wallet":
            if account in self._wallets:
                self._replaced.add(self._wallets[account])
            self._wallets[account] = self._count

    def due_ms(self) -> int | None:
        return self._heap[0][0] if self._heap else None

    def take(self, now_ms: int) -> Sequence[PrivatePush]:
        """Every frame that has arrived by ``now_ms``, in order."""
        out: list[PrivatePush] = []
        while self._heap and self._heap[0][0] <= now_ms:
            _, no, push = heapq.heappop(self._heap)
            if no in self._replaced:
                self._replaced.discard(no)
                continue
            if self._wallets.get(push.account) == no:
                del self._wallets[push.account]
            out.append(push)
        return out
