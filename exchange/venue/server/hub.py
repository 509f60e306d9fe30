"""Who listens to what: frames go from here into the queue of every listener, in order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Protocol

from exchange.venue.contract import PrivatePush, PublicPush, Push
from exchange.venue.server.faults import Faults
from exchange.venue.server.wire import encode, fast_executions, private_frame, public_frame


class Listener(Protocol):
    """One client of a stream, as the hub sees it."""

    @property
    def account(self) -> str:
        """Whose private topics it hears; empty before auth and on public streams."""
        ...

    @property
    def topics(self) -> set[str]:
        """What it is subscribed to."""
        ...

    def send(self, text: str) -> None:
        """Queue a frame; never waits."""
        ...


class Hub:
    """Listeners, and the private frames that a fault delays."""

    def __init__(self, faults: Faults) -> None:
        self.listeners: list[Listener] = []
        self._faults = faults
        self._late: list[tuple[int, int, PrivatePush]] = []
        self._late_until_ms: dict[tuple[str, str], int] = {}
        self._count = 0

    def wanted(self, topic: str) -> bool:
        """Whether anybody listens to a public topic."""
        return any(topic in listener.topics for listener in self.listeners)

    def push(self, push: Push, now_ms: int) -> None:
        """Send a frame to all who hear it, or keep it for as long as a fault says."""
        if isinstance(push, PublicPush):
            self._send_public(push)
            return
        key = (push.account, push.topic)
        # Never earlier than the frame before it: a shorter delay must not let frames of a topic overtake.
        due_ms = max(now_ms + self._faults.delays_ms.get(push.topic, 0), self._late_until_ms.get(key, 0))
        if due_ms <= now_ms:
            self._send_private(push)
            return
        self._late_until_ms[key] = due_ms
        self._count += 1
        heapq.heappush(self._late, (due_ms, self._count, push))

    def due_ms(self) -> int | None:
        """When the next delayed frame leaves; None if none waits."""
        return self._late[0][0] if self._late else None

    def release(self, now_ms: int) -> None:
        """Send the delayed frames that are due."""
        while self._late and self._late[0][0] <= now_ms:
            self._send_private(heapq.heappop(self._late)[2])

    def _send_public(self, push: PublicPush) -> None:
        listeners = [listener for listener in self.listeners if push.topic in listener.topics]
        if listeners:
            text = encode(public_frame(push))
            for listener in listeners:
                listener.send(text)

    def _send_private(self, push: PrivatePush) -> None:
        listeners = [listener for listener in self.listeners if listener.account == push.account]
        if not listeners:
            return
        self._count += 1
        frame_id = f"{push.account}_{push.topic}_{self._count}"
        for part in _parts(push):
            for name in (part.topic, f"{part.topic}.linear"):
                hearing = [listener for listener in listeners if name in listener.topics]
                if hearing:
                    text = encode(private_frame(part, name, frame_id))
                    for listener in hearing:
                        listener.send(text)


def _parts(push: PrivatePush) -> Iterator[PrivatePush]:
    """The frame itself, after the short form that executions have."""
    if push.topic == "execution":
        fast = fast_executions(push)
        if fast is not None:
            yield fast
    yield push
