"""Stand-in until the real queue lands: sends one command at a time within ten a second."""

from __future__ import annotations

from messages.orders import OrderCommand


class TrafficQueue:
    """Priority order, ten singles a second."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, OrderCommand]] = []
        self._number = 0
        self._sent: list[tuple[int, type]] = []
        self.next_ms: int | None = None

    def push(self, command: OrderCommand, now_ms: int) -> None:
        """Queue one command."""
        self._number += 1
        self._waiting.append((int(command.priority), self._number, command))
        self._waiting.sort(key=lambda item: item[:2])

    def ready(self, now_ms: int) -> list[list[OrderCommand]]:
        """What may leave now."""
        self._sent = [(at, kind) for at, kind in self._sent if at > now_ms - 1050]
        out: list[list[OrderCommand]] = []
        left = []
        for item in self._waiting:
            kind = type(item[2])
            if sum(1 for _, k in self._sent if k is kind) < 9:
                self._sent.append((now_ms, kind))
                out.append([item[2]])
            else:
                left.append(item)
        self._waiting = left
        self.next_ms = min((at for at, _ in self._sent), default=now_ms) + 1051 if left else None
        return out

    def learn(self, limit_left: int, reset_ms: int) -> None:
        """Headers are not used yet."""

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)
