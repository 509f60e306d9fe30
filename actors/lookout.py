"""What the main thread does at its own pace: it looks for wedges, and shows systemd that it lives."""

from __future__ import annotations

from collections.abc import Callable

from actors.notify import Notifier
from actors.wedges import LOOK_S, Wedged, Wedges
from exchange.clock import Clock


class Lookout:
    """Looks once a second, or as often as systemd's watchdog needs it."""

    def __init__(
        self,
        wedges: Wedges,
        notifier: Notifier,
        clock: Clock,
        status: Callable[[], str],
    ) -> None:
        self._wedges, self._notifier, self._status = wedges, notifier, status
        self._clock = clock
        watchdog_s = notifier.watchdog_s
        self._ping_ns = None if watchdog_s is None else int(watchdog_s * 1e9 / 2)
        self._look_ns = int(LOOK_S * 1e9) if self._ping_ns is None else min(int(LOOK_S * 1e9), self._ping_ns)
        self._next_look_ns = clock.monotonic_ns()
        self._next_ping_ns = self._next_look_ns + (self._ping_ns or 0)

    @property
    def wait_s(self) -> float:
        """How long until the next look."""
        return max((self._next_look_ns - self._clock.monotonic_ns()) / 1e9, 0.001)

    def look(self) -> tuple[Wedged, ...]:
        """Who stands still, if it is time to look; systemd hears of life only where nobody does."""
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._next_look_ns:
            return ()
        self._next_look_ns = now_ns + self._look_ns
        found = self._wedges.look()
        self._notifier.status(self._status())
        if not found:
            self.live()
        return found

    def live(self) -> None:
        """A sign of life, if one is due."""
        now_ns = self._clock.monotonic_ns()
        if self._ping_ns is not None and now_ns >= self._next_ping_ns:
            self._next_ping_ns = now_ns + self._ping_ns
            self._notifier.alive()
