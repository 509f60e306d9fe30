"""The balance comes from the stream: at most two REST reads an hour while an entry waits (failure 4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from actors.simulation.checks.truth import Truth
from actors.simulation.checks.watching import Checker, Served, Turn
from messages.guard import ReadForGuard

_HOUR_MS = 3_600_000
_AN_HOUR = 2


class FewWalletReads(Checker):
    """Within any hour the wallet is read once for each start of the account (which begins by reading how the
    account is set up) and twice while entries wait; what the guard reads in a fast market counts apart."""

    messages = frozenset({ReadForGuard})

    def __init__(self, truth: Truth) -> None:
        self._reads: dict[str, deque[int]] = {name: deque() for name in truth.accounts}
        self._starts: dict[str, deque[int]] = {name: deque() for name in truth.accounts}
        self._guard: dict[str, deque[int]] = {name: deque() for name in truth.accounts}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """New actors count from then on."""
        for times in (self._reads, self._starts, self._guard):
            times[f"{account:03d}"].clear()
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note what the guard asks for."""
        self._guard[turn.address[:3]].append(turn.at_ms)
        return ()

    def served(self, served: Served) -> Iterable[str]:
        """Judge a read at the venue."""
        if not served.by_bot or served.op not in ("account.wallet-balance", "account.info"):
            return ()
        name = served.account
        reads, starts, guard = self._reads[name], self._starts[name], self._guard[name]
        if served.op == "account.info":
            starts.append(served.at_ms)
            return ()
        reads.append(served.at_ms)
        for times in (reads, starts, guard):
            while times and times[0] <= served.at_ms - _HOUR_MS:
                times.popleft()
        if len(reads) <= len(starts) + _AN_HOUR + len(guard):
            return ()
        return (f"{served.account}: {len(reads)} reads of the wallet within an hour",)
