"""The balance comes from the stream: at most two REST reads an hour while an entry waits (failure 4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from actors.mail import Call
from actors.simulation.checks.truth import Truth
from actors.simulation.checks.watching import Checker, Served, Turn
from messages.requests import ReadWallet

_HOUR_MS = 3_600_000
_AN_HOUR = 2
#: A start tries its reads so often.
_TRIES = 3
#: A request may be so long on its way.
_LATE_MS = 60_000


@dataclass(slots=True)
class _Times:
    """When an account's wallet was asked for, by whom, and when it was read."""

    waiting: deque[int] = field(default_factory=deque)
    guard: deque[int] = field(default_factory=deque)
    starts: deque[int] = field(default_factory=deque)
    reads: deque[int] = field(default_factory=deque)

    def forget(self, at_ms: int) -> None:
        for times in (self.guard, self.starts):
            _forget(times, at_ms - _HOUR_MS - _LATE_MS)
        for times in (self.waiting, self.reads):
            _forget(times, at_ms - _HOUR_MS)


class FewWalletReads(Checker):
    """Within any hour the wallet is asked for twice while entries wait. The venue reads it only for them, for
    a start of the account (each begins by reading how it is set up) and for the guard in a fast market."""

    messages = frozenset({Call})

    def __init__(self, truth: Truth) -> None:
        self._times = {name: _Times() for name in truth.accounts}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """New actors count from then on; what their start has tried may be on its way still."""
        name = f"{account:03d}"
        self._times[name] = _Times(starts=self._times[name].starts)
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge an ask for the wallet."""
        call = turn.message
        if not isinstance(call, Call) or not isinstance(call.request, ReadWallet):
            return ()
        times = self._times[turn.address[:3]]
        times.forget(turn.at_ms)
        if call.request.source == "guard":
            times.guard.append(turn.at_ms)
            return ()
        times.waiting.append(turn.at_ms)
        if len(times.waiting) <= _AN_HOUR:
            return ()
        return (f"{turn.address}: the wallet is asked for {len(times.waiting)} times within an hour",)

    def served(self, served: Served) -> Iterable[str]:
        """Judge a read at the venue."""
        if not served.by_bot or served.op not in ("account.wallet-balance", "account.info"):
            return ()
        times = self._times[served.account]
        if served.op == "account.info":
            times.starts.append(served.at_ms)
            return ()
        times.reads.append(served.at_ms)
        times.forget(served.at_ms)
        if len(times.reads) <= _TRIES * len(times.starts) + len(times.guard) + _AN_HOUR:
            return ()
        return (f"{served.account}: {len(times.reads)} reads of the wallet within an hour",)


def _forget(times: deque[int], until_ms: int) -> None:
    while times and times[0] <= until_ms:
        times.popleft()
