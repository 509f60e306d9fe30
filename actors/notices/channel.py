"""The thread of one channel: it alone waits for the service, and what it is given is there at once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from decimal import Decimal

from actors.notices.notice import Notice
from actors.notices.outbox import Outbox, Parcel
from exchange.clock import Clock
from messages.events import Counted

_log = logging.getLogger("sol_trader")
_MS = 1_000_000


class ChannelThread:
    """Delivers by ``deliver``, which gives "" or why it has failed, never the URL; it may take its time.

    ``tell`` gets what is counted: notice_sent, notice_failed (an attempt), notice_dropped, with the channel
    as the reason.
    """

    def __init__(
        self,
        name: str,
        deliver: Callable[[Parcel], str],
        outbox: Outbox,
        clock: Clock,
        tell: Callable[[Counted], None],
    ) -> None:
        self.name = name
        self._deliver, self._outbox, self._clock, self._tell = deliver, outbox, clock, tell
        self._changed = threading.Condition()
        self._stopping = self._failing = False
        self._thread = threading.Thread(target=self._run, name=f"notices/{name}", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def put(self, notice: Notice) -> None:
        """Take a notice; never waits for a delivery."""
        with self._changed:
            dropped = self._outbox.put(notice)
            self._changed.notify()
        if dropped:
            self._count("notice_dropped", dropped)
            _log.warning("notification channel %s: too much waits, %s dropped", self.name, dropped)

    def stop(self) -> None:
        """Deliver what waits, once, without folding; then end. Once also where an attempt has just failed."""
        with self._changed:
            self._stopping, self._failing = True, False
            self._outbox.try_now()
            self._changed.notify()

    def join(self, limit_s: float) -> None:
        """Wait for the end, not longer than the limit; says what it leaves undelivered."""
        self._thread.join(max(limit_s, 0))
        with self._changed:
            left = self._outbox.waiting
        if left:
            _log.warning("notification channel %s: %s not delivered at the end", self.name, left)

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            failure = self._attempt(parcel)
            with self._changed:
                if not failure:
                    self._outbox.delivered(self._now_ms())
                else:
                    wait_ms = self._outbox.failed(self._now_ms())
            self._count("notice_failed" if failure else "notice_sent", 1 if failure else parcel.count)
            with self._changed:
                failing, self._failing = self._failing, bool(failure)
            if failure and not failing:
                _log.warning(
                    "notification channel %s: not delivered (%s): tried again in %s s and later",
                    self.name,
                    failure,
                    wait_ms // 1000,
                )
            elif failing and not failure:
                _log.info("notification channel %s: delivers again", self.name)

    def _attempt(self, parcel: Parcel) -> str:
        try:
            return self._deliver(parcel)
        except Exception as error:  # noqa: BLE001  # a service's own errors may hold the URL: only their kind
            return type(error).__name__

    def _next(self) -> Parcel | None:
        """The next parcel, once it is due; None when all is over."""
        with self._changed:
            while True:
                now_ms = self._now_ms()
                parcel = self._outbox.take(now_ms, hurry=self._stopping)
                if parcel is not None:
                    return parcel
                if self._stopping and (self._failing or not self._outbox.waiting):
                    return None
                due_ms = self._outbox.next_ms(hurry=self._stopping)
                self._changed.wait(None if due_ms is None else max(due_ms - now_ms, 1) / 1000)

    def _now_ms(self) -> int:
        return self._clock.monotonic_ns() // _MS

    def _count(self, name: str, amount: int) -> None:
        self._tell(Counted(account=0, symbol="", name=name, reason=self.name, amount=Decimal(amount)))
