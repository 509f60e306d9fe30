"""Recovery of a missed close exists, is counted, and stays at 0 while the stream is up (failure 8)."""

from __future__ import annotations

from collections.abc import Iterable

from actors.simulation.checks.truth import SIDE, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Served, Turn
from exchange.venue.contract import PrivatePush
from messages.events import Counted
from messages.sides import SIDES

#: A close that the stream has brought within this time needs no recovery.
_IN_TIME_MS = 4_000
_LATELY_MS = 180_000


class RecoveriesAreReal(Checker):
    """A recovery is counted only where the stream has not brought the close's executions in time."""

    messages = GRID_MESSAGES | {Counted}

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._closes: dict[tuple[int, str], dict[str, int]] = {}
        self._missed: set[str] = set()
        self._excused: set[tuple[int, str]] = set()

    def served(self, served: Served) -> Iterable[str]:
        """Note closes."""
        return self._note() if self._truth.executions else ()

    def moved(self, at_ms: int) -> Iterable[str]:
        """Note closes."""
        return self._note() if self._truth.executions else ()

    def _note(self) -> tuple[str, ...]:
        for account, e in self._truth.executions:
            if e.size_after == 0 and e.leg.idx in SIDE and e.exec_type != "Funding":
                closes = self._closes.setdefault((account.number, e.leg.symbol), {})
                for old in [k for k, ms in closes.items() if ms < e.time_ms - _LATELY_MS]:
                    del closes[old]
                    self._missed.discard(old)
                closes[e.exec_id] = e.time_ms
                self._missed.add(e.exec_id)
        return ()

    def delivered(self, push: PrivatePush) -> Iterable[str]:
        """Note what the stream has brought in time."""
        if push.topic == "execution" and self._missed:
            now_ms = self._truth.plant.now_ms()
            for row in push.data:
                if row.get("execId") in self._missed and now_ms <= int(row["execTime"]) + _IN_TIME_MS:
                    self._missed.discard(row["execId"])
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge a recovery that is counted; one that was found in a gap of the stream is real."""
        message, before, after = turn.message, turn.before, turn.after
        if isinstance(message, Counted):
            if message.name == "recovery" and turn.address == "watch":
                return self._judge(message.account, message.symbol)
        elif before is not None and after is not None and after is not before:
            for s in SIDES:
                if after.of(s).recovery_due_ms and not before.of(s).recovery_due_ms:
                    key = after.account, after.symbol
                    if before.interrupted_ms or self._truth.plant.gap(after.account):
                        self._excused.add(key)
                    else:
                        self._excused.discard(key)
        return ()

    def _judge(self, account: int, symbol: str) -> Iterable[str]:
        key = account, symbol
        if key in self._excused or self._missed & self._closes.get(key, {}).keys():
            return ()
        return (f"{account:03d} {symbol}: a recovery is counted, but the stream has brought every close",)
