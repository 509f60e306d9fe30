"""What a run has counted, for a side, a symbol and an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeVar

from actors.display.latencies import NO_LATENCIES, Latencies
from messages.events import Counted, CycleClosed
from messages.orders import Outcome
from messages.reports import (
    AccountReport,
    CloseLatency,
    GuardReport,
    OrdersCounted,
    StreamChanged,
    SymbolReport,
)
from messages.sides import SIDES, Side

REFUSALS = (Outcome.REFUSED, Outcome.RETRYABLE, Outcome.FATAL)
K = TypeVar("K")
N = TypeVar("N", int, Decimal)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideTally:
    """A side's closed cycles of this run, as booked from executions. Amounts in USDT.

    ``profit`` is before ``fees`` and ``funding``, which are above zero where they were paid.
    """

    cycles: int = 0
    profit: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)
    funding: Decimal = Decimal(0)

    @property
    def realised(self) -> Decimal:
        """Profit after fees and funding."""
        return self.profit - self.fees - self.funding

    def __add__(self, other: SideTally) -> SideTally:
        return SideTally(
            cycles=self.cycles + other.cycles,
            profit=self.profit + other.profit,
            fees=self.fees + other.fees,
            funding=self.funding + other.funding,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolTally:
    """A symbol of an account: its newest report, and this run's counts.

    ``orders`` counts the commands that left, by action (create, amend, cancel); ``refused`` those that
    the exchange refused, by code. ``acted`` and ``reopened`` are the two figures of a TP close.
    """

    report: SymbolReport | None = None
    sides: Mapping[Side, SideTally] = field(default_factory=lambda: dict.fromkeys(SIDES, SideTally()))
    orders: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[int, int] = field(default_factory=dict)
    unknown: int = 0
    withheld: int = 0
    counted: Mapping[str, Decimal] = field(default_factory=dict)
    acted: Latencies = NO_LATENCIES
    reopened: Latencies = NO_LATENCIES

    @property
    def booked(self) -> SideTally:
        """Both sides together."""
        return sum(self.sides.values(), SideTally())

    def with_cycle(self, closed: CycleClosed) -> SymbolTally:
        """A side's cycle ended."""
        tally = SideTally(cycles=1, profit=closed.profit, fees=closed.fees, funding=closed.funding)
        return replace(self, sides={**self.sides, closed.side: self.sides[closed.side] + tally})

    def with_order(self, answered: OrdersCounted) -> SymbolTally:
        """A command was answered, or withheld before it left."""
        if answered.outcome == Outcome.WITHHELD:
            return replace(self, withheld=self.withheld + 1)
        tally = replace(self, orders=one_more(self.orders, answered.action, 1))
        if answered.outcome in REFUSALS:
            return replace(tally, refused=one_more(self.refused, answered.code, 1))
        return replace(tally, unknown=self.unknown + (answered.outcome == Outcome.UNKNOWN))

    def with_count(self, counted: Counted) -> SymbolTally:
        """One more of something that has a name."""
        return replace(self, counted=one_more(self.counted, counted.name, counted.amount))

    def with_latency(self, latency: CloseLatency) -> SymbolTally:
        """A take profit closed its side."""
        return replace(
            self,
            acted=self.acted.with_one(latency.exchange_to_acted_ms),
            reopened=self.reopened.with_one(latency.frame_to_reopen_ms),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTally:
    """An account: its newest report, its symbols, and what is counted for it as a whole.

    ``streams`` says which connections are up, ``losses`` how often each went down. ``down``: why its actors
    don't run, None while they do or were never tried; what else is known of it is old then.
    """

    account: int
    name: str
    dry_run: bool
    symbols: Mapping[str, SymbolTally] = field(default_factory=dict)
    report: AccountReport | None = None
    down: str | None = None
    guard: GuardReport | None = None
    streams: Mapping[str, bool] = field(default_factory=dict)
    losses: Mapping[str, int] = field(default_factory=dict)
    counted: Mapping[str, Decimal] = field(default_factory=dict)
    balance_reads: Mapping[str, int] = field(default_factory=dict)
    syncs: int = 0
    sync_failures: int = 0
    state_writes: int = 0
    state_failures: int = 0

    @property
    def booked(self) -> SideTally:
        """All symbols together."""
        return sum((symbol.booked for symbol in self.symbols.values()), SideTally())

    @property
    def stopped(self) -> str:
        """Why it is stopped, "" while it is not. The guard tells at once that it is, the next report why."""
        mode = self.guard.mode if self.guard is not None else None
        if mode == "" or self.report is None:
            return mode or ""
        return self.report.stopped or mode or ""

    @property
    def equity_change(self) -> Decimal | None:
        """USDT since the start of the process; None before the first report."""
        return None if self.report is None else self.report.equity - self.report.start_equity

    def total(self, name: str) -> Decimal:
        """How many of what is counted by name (orphan, recovery, late_fill ...)."""
        symbols = sum((tally.counted.get(name, Decimal(0)) for tally in self.symbols.values()), Decimal(0))
        return symbols + self.counted.get(name, Decimal(0))

    def orders(self, action: str) -> int:
        """How many commands of an action left."""
        return sum(tally.orders.get(action, 0) for tally in self.symbols.values())

    @property
    def refused(self) -> Mapping[int, int]:
        """Refusals of all symbols, by code."""
        total: dict[int, int] = {}
        for tally in self.symbols.values():
            for code, count in tally.refused.items():
                total[code] = total.get(code, 0) + count
        return total

    def with_count(self, counted: Counted) -> AccountTally:
        """One more of something that belongs to no symbol."""
        return replace(self, counted=one_more(self.counted, counted.name, counted.amount))

    def running(self) -> AccountTally:
        """Its actors have begun."""
        return replace(self, down=None)

    def gone(self, reason: str) -> AccountTally:
        """Its actors have ended, and their connections with them: nobody else tells, and none was lost."""
        why = reason or "its actors have ended"
        return replace(self, down=why, streams=dict.fromkeys(self.streams, False))

    def with_stream(self, changed: StreamChanged) -> AccountTally:
        """A connection came up or went down; a second report of the same loss is none."""
        lost = self.streams.get(changed.stream, False) and not changed.up
        losses = one_more(self.losses, changed.stream, 1) if lost else self.losses
        return replace(self, streams={**self.streams, changed.stream: changed.up}, losses=losses)


def one_more(counts: Mapping[K, N], key: K, amount: N) -> Mapping[K, N]:
    """The counts with ``amount`` more of ``key``."""
    return {**counts, key: counts[key] + amount if key in counts else amount}
