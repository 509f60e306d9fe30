"""Cycles from executions: a side's cycle lasts from its leg's first fill until the leg is flat again.

The sizes alone decide, not the cycle's number on a line: a fill that came late counts to the cycle in which
it happened. Where a leg is reduced by more than the file has seen it grow, the beginning is missing (the file
was moved away meanwhile): such a cycle is *incomplete*, and no profit is made up for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from actors.reports.history.trades import Trade
from messages.account import ExecType
from messages.sides import Role, Side

ZERO = Decimal(0)
_BY_EXCHANGE = (ExecType.ADL, ExecType.BUST, ExecType.SETTLE, ExecType.DELIVERY)
_BY_ROLE = {Role.TAKE_PROFIT: "take profit", Role.RESTART: "restart", Role.CLOSE: "our close"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One cycle. Amounts in USDT; fees and funding above zero were paid.

    ``closed_ms`` is 0 while it is open. ``levels`` is how many levels of the ladder were begun.
    ``closed_by``: take profit, restart, our close (a flatten, a rest), person (or a stop order), exchange.
    """

    account: int
    symbol: str
    side: Side
    number: int
    opened_ms: int
    closed_ms: int
    closed_by: str
    complete: bool
    levels: int
    qty: Decimal
    entry_value: Decimal
    exit_value: Decimal
    fees: Decimal
    funding: Decimal

    @property
    def profit(self) -> Decimal:
        """Of a closed, complete cycle, before fees and funding."""
        return self.side.sign * (self.exit_value - self.entry_value)

    @property
    def realised(self) -> Decimal:
        """The same after fees and funding."""
        return self.profit - self.fees - self.funding

    @property
    def lasted_ms(self) -> int:
        """From its first fill to its last."""
        return self.closed_ms - self.opened_ms


@dataclass(slots=True)
class _Leg:
    """A leg while its executions are walked through."""

    account: int
    symbol: str
    side: Side
    trades: list[Trade] = field(default_factory=list)
    funding: Decimal = ZERO
    size: Decimal = ZERO
    closed: list[Cycle] = field(default_factory=list)

    def take(self, trade: Trade) -> None:
        if trade.exec_type is ExecType.FUNDING:
            self._fund(trade.fee)
            return
        if not trade.exec_type.changes_size:
            return
        self.trades.append(trade)
        self.size += trade.qty if trade.opens else -trade.qty
        if self.size <= 0:
            self.closed.append(self._cycle(complete=self.size == 0, closed=True))
            self.trades, self.funding, self.size = [], ZERO, ZERO

    def _fund(self, paid: Decimal) -> None:
        """Funding of a flat leg is of the position that it has just held."""
        if self.trades or not self.closed:
            self.funding += paid
        else:
            last = self.closed[-1]
            self.closed[-1] = replace(last, funding=last.funding + paid)

    def cycles(self) -> list[Cycle]:
        """Those that have closed, and the one that is open."""
        return [*self.closed, self._cycle(complete=True, closed=False)] if self.trades else self.closed

    def _cycle(self, *, complete: bool, closed: bool) -> Cycle:
        opening = [trade for trade in self.trades if trade.opens]
        closing = [trade for trade in self.trades if not trade.opens]
        return Cycle(
            account=self.account,
            symbol=self.symbol,
            side=self.side,
            number=self.trades[0].cycle,
            opened_ms=self.trades[0].at_ms,
            closed_ms=self.trades[-1].at_ms if closed else 0,
            closed_by=_closed_by(closing) if closed else "",
            complete=complete,
            levels=max((trade.level for trade in opening), default=-1) + 1,
            qty=sum((trade.qty for trade in opening), ZERO),
            entry_value=sum((trade.value for trade in opening), ZERO),
            exit_value=sum((trade.value for trade in closing), ZERO),
            fees=sum((trade.fee for trade in self.trades), ZERO),
            funding=self.funding,
        )


def cycles_of(trades: Iterable[Trade]) -> list[Cycle]:
    """Every cycle of every side, in the order of their ends, the open ones last."""
    legs: dict[tuple[int, str, Side], _Leg] = {}
    for trade in in_order(trades):
        key = (trade.account, trade.symbol, trade.side)
        if key not in legs:
            legs[key] = _Leg(*key)
        legs[key].take(trade)
    found = [cycle for leg in legs.values() for cycle in leg.cycles()]
    return sorted(found, key=lambda cycle: (cycle.closed_ms == 0, cycle.closed_ms, cycle.opened_ms))


def in_order(trades: Iterable[Trade]) -> list[Trade]:
    """Executions as they happened: by time, then by sequence; of those at the same, what opens first."""
    return sorted(trades, key=lambda trade: (trade.at_ms, trade.seq, not trade.opens))


def by_side(cycles: Iterable[Cycle]) -> Iterator[tuple[tuple[str, Side], list[Cycle]]]:
    """Cycles by symbol and side, in the order of the alphabet, LONG first."""
    groups: dict[tuple[str, Side], list[Cycle]] = defaultdict(list)
    for cycle in cycles:
        groups[cycle.symbol, cycle.side].append(cycle)
    yield from sorted(groups.items(), key=lambda item: (item[0][0], item[0][1].value))


def _closed_by(closing: list[Trade]) -> str:
    """The worst of the closing executions, else what closed the largest part."""
    if any(trade.exec_type in _BY_EXCHANGE for trade in closing):
        return "exchange"
    if any(trade.role is None for trade in closing):
        return "person"
    parts: dict[str, Decimal] = defaultdict(Decimal)
    for trade in closing:
        parts[_BY_ROLE.get(trade.role or Role.CLOSE, "our close")] += trade.qty
    return max(parts, key=lambda name: parts[name])
