"""The balance comes from the stream: at most two REST reads an hour while an entry waits (failure 4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from actors.simulation.checks.truth import Truth
from actors.simulation.checks.watching import Checker, Served, Turn
from messages.reports import BalanceRead

_HOUR_MS = 3_600_000
_AN_HOUR = 2


class FewWalletReads(Checker):
    """Within any hour of a process the wallet is read once for the start and twice while entries wait; what
    the guard reads in a fast market is counted apart."""

    messages = frozenset({BalanceRead})

    def __init__(self, truth: Truth) -> None:
        self._reads: dict[str, deque[int]] = {name: deque() for name in truth.accounts}
        self._guard: dict[str, deque[int]] = {name: deque() for name in truth.accounts}

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """New actors begin with a read, and count from then on."""
        name = f"{account:03d}"
        self._reads[name].clear()
        self._guard[name].clear()
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note the guard's reads, and judge the others by what they say they are."""
        message = turn.message
        if isinstance(message, BalanceRead) and message.source == "guard" and turn.address == "watch":
            self._guard[f"{message.account:03d}"].append(turn.at_ms)
        return ()

    def served(self, served: Served) -> Iterable[str]:
        """Judge a read at the venue."""
        if served.op != "account.wallet-balance" or not served.by_bot:
            return ()
        reads, guard = self._reads[served.account], self._guard[served.account]
        reads.append(served.at_ms)
        for times in (reads, guard):
            while times and times[0] <= served.at_ms - _HOUR_MS:
                times.popleft()
        # The guard says so after its read: one of its reads may not be told yet.
        guarded = len(guard) + (1 if guard else 0)
        if len(reads) <= 1 + _AN_HOUR + guarded:
            return ()
        return (f"{served.account}: {len(reads)} reads of the wallet within an hour",)
