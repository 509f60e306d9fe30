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
        self.count = 0
        self._last: dict[tuple[str, str], int] = {}
        self._replaced: set[int] = set()
        self._wallets: dict[str, int] = {}

    def private(self, account: str, topic: str, rows: Sequence[Row], due_ms: int) -> None:
        """Send a frame to an account; it arrives at ``due_ms``, or with the topic's last if that is later."""
        due = self._last[account, topic] = max(due_ms, self._last.get((account, topic), 0))
        self.count += 1
        push = PrivatePush(account=account, topic=topic, data=rows, at_ms=due)
        heapq.heappush(self._heap, (due, self.count, push))
        if self._merge_wallet and topic == "wallet":
            if account in self._wallets:
                self._replaced.add(self._wallets[account])
            self._wallets[account] = self.count

    def dump(self) -> dict[str, Any]:
        """The frames on their way, and when each topic's last one arrives, in JSON form."""
        frames = [
            (due, no, push.account, push.topic, push.data) for due, no, push in sorted(self._heap, key=_place)
        ]
        return {
            "count": self.count,
            "frames": frames,
            "last": [(account, topic, due) for (account, topic), due in self._last.items()],
            "replaced": sorted(self._replaced),
            "wallets": dict(self._wallets),
        }

    def restore(self, data: Mapping[str, Any]) -> None:
        """Take over what ``dump`` gave."""
        self.count = data["count"]
        self._heap = [
            (due, no, PrivatePush(account=account, topic=topic, data=rows, at_ms=due))
            for due, no, account, topic, rows in data["frames"]
        ]
        self._last = {(account, topic): due for account, topic, due in data["last"]}
        self._replaced = set(data["replaced"])
        self._wallets = dict(data["wallets"])

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


def _place(entry: tuple[int, int, PrivatePush]) -> tuple[int, int]:
    return entry[0], entry[1]
