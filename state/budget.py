"""How many requests of one kind may leave: a rolling window, corrected by what the exchange says."""

from __future__ import annotations

from bisect import insort

#: How far the exchange's clock and ours may be apart.
_SKEW_MS = 100


class RollingBudget:
    """At most ``limit`` units in any ``span_ms``. Pure: ``now_ms`` never goes back."""

    def __init__(self, limit: int, span_ms: int) -> None:
        self.limit = limit
        self._span_ms = span_ms
        self._taken: list[tuple[int, int]] = []
        self._blocked_until_ms = 0

    def left(self, now_ms: int) -> int:
        """How many units may be taken now."""
        self._taken = [(when, units) for when, units in self._taken if when > now_ms - self._span_ms]
        if now_ms < self._blocked_until_ms:
            return 0
        return max(self.limit - sum(units for _, units in self._taken), 0)

    def take(self, units: int, now_ms: int) -> None:
        """Take units that are left."""
        insort(self._taken, (now_ms, units))

    def free_ms(self, units: int, now_ms: int) -> int:
        """From when on as many units (at most ``limit``) are left, if nothing else is taken."""
        at_ms = max(now_ms, self._blocked_until_ms)
        counted = [(when, taken) for when, taken in self._taken if when > at_ms - self._span_ms]
        used = sum(taken for _, taken in counted)
        for when, taken in counted:
            if used + units <= self.limit:
                break
            at_ms, used = when + self._span_ms, used - taken
        return at_ms

    def pause(self, until_ms: int) -> None:
        """Let nothing leave before this time."""
        self._blocked_until_ms = max(self._blocked_until_ms, until_ms)

    def told(self, left: int, reset_ms: int, now_ms: int) -> None:
        """The exchange said how many units were left; ``reset_ms`` was its time, or when to resume.

        More than we thought is not believed: requests may have been under way. Less means a smaller
        limit, or another user of the account: the difference counts as taken when it was said. What
        left a little after that time may have been counted in it, for two clocks never agree.
        """
        if left <= 0 and reset_ms > now_ms:
            self.pause(reset_ms)
            return
        said_ms = min(reset_ms, now_ms)
        used = sum(
            units for when, units in self._taken if said_ms - self._span_ms < when <= said_ms + _SKEW_MS
        )
        unknown = self.limit - used - max(left, 0)
        if unknown > 0 and said_ms > now_ms - self._span_ms:
            self.take(unknown, said_ms)
