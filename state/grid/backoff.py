"""Waiting longer after each failure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waiting after something went wrong several times: 1, 2, 4 ... 60 s."""

    failures: int = 0
    until_ms: int = 0

    def failed(self, now_ms: int, *, first_at_once: bool = False) -> Backoff:
        """One more failure at ``now_ms``."""
        exponent = self.failures - 1 if first_at_once else self.failures
        wait = 0 if exponent < 0 else min(1000 * 2 ** min(exponent, 6), 60_000)
        return Backoff(failures=self.failures + 1, until_ms=now_ms + wait)


NO_BACKOFF = Backoff()
