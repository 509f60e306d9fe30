"""The one place where pushes leave the venue: faults on the way of a frame belong here."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from typing import Any

from exchange.venue.contract import PrivatePush, PublicPush, Push

Row = Mapping[str, Any]


class Outbox:
    """Frames on their way, by the time at which they arrive; frames of one topic never overtake."""

    def __init__(self, *, merge_wallet: bool) -> None:
        self._merge_wallet = merge_wallet
        self._heap: list[tuple[int, int, Push]] = []
        self._count = 0
        self._last: dict[tuple[str, str], int] = {}
        self._replaced: set[int] = set()
        self._wallets: dict[str, int] = {}

    def private(self, account: str, topic: str, rows: Sequence[Row], due_ms: int) -> None:
        """Send a frame to an account; it arrives at ``due_ms``, or with the topic's last if that is later."""
        due = self._in_order((account, topic), due_ms)
        no = self._push(PrivatePush(account=account, topic=topic, data=rows, at_ms=due))
        if self._merge_wallet and topic == "wallet":
            if account in self._wallets:
                self._replaced.add(self._wallets[account])
            self._wallets[account] = no

    def public(self, topic: str, kind: str, data: Any, due_ms: int) -> None:
        """Send a frame to everybody who listens to ``topic``."""
        due = self._in_order(("", topic), due_ms)
        self._push(PublicPush(topic=topic, kind=kind, data=data, at_ms=due))

    def _in_order(self, key: tuple[str, str], due_ms: int) -> int:
        due = self._last[key] = max(due_ms, self._last.get(key, 0))
        return due

    def _push(self, push: Push) -> int:
        self._count += 1
        heapq.heappush(self._heap, (push.at_ms, self._count, push))
        return self._count

    def due_ms(self) -> int | None:
        return self._heap[0][0] if self._heap else None

    def take(self, now_ms: int) -> Sequence[Push]:
        """Every frame that has arrived by ``now_ms``, in order."""
        out: list[Push] = []
        while self._heap and self._heap[0][0] <= now_ms:
            _, no, push = heapq.heappop(self._heap)
            if no in self._replaced:
                self._replaced.discard(no)
                continue
            if isinstance(push, PrivatePush) and self._wallets.get(push.account) == no:
                del self._wallets[push.account]
            out.append(push)
        return out
