"""What charts draw: prices, equity and fills of the last minutes and hours, in a bounded form.

Each range keeps the first value of every step, and forgets the oldest. All of it is immutable, so that
another thread may read it at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from actors.display.model import DisplayModel
from messages.events import TradeBooked
from messages.reports import AccountReport, SideReport, SymbolReport

#: Name: seconds from point to point, and how many points are kept.
RANGES = {"15m": (1, 900), "4h": (20, 720), "24h": (180, 480)}
KEPT_FILLS = 300

#: The second (UTC) that a point stands for, and its values; None draws nothing.
Point = tuple[int, tuple[Decimal | None, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The points of one range, oldest first, never two in one step."""

    step_s: int
    kept: int
    points: tuple[Point, ...] = ()

    def with_values(self, at_ms: int, values: tuple[Decimal | None, ...]) -> Series:
        """One more point, unless its step has one already."""
        at_s = at_ms // 1000 // self.step_s * self.step_s
        if self.points and at_s <= self.points[-1][0]:
            return self
        return replace(self, points=(*self.points[-(self.kept - 1) :], (at_s, values)))


Ranges = Mapping[str, Series]


def _empty() -> Ranges:
    return {name: Series(step_s=step_s, kept=kept) for name, (step_s, kept) in RANGES.items()}


def _with_values(ranges: Ranges, at_ms: int, values: tuple[Decimal | None, ...]) -> Ranges:
    return {name: series.with_values(at_ms, values) for name, series in ranges.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolHistory:
    """Points are last price, then average and TP of LONG and of SHORT. ``filled`` counts all fills ever."""

    ranges: Ranges = field(default_factory=_empty)
    fills: tuple[TradeBooked, ...] = ()
    filled: int = 0

    def after(self, report: SymbolReport) -> SymbolHistory:
        """With what a report tells; funding is no fill."""
        fills = tuple(fill for fill in report.fills if fill.execution.exec_type.changes_size)
        ranges = self.ranges
        if report.last is not None:
            values = (report.last, *_levels(report.long), *_levels(report.short))
            ranges = _with_values(ranges, report.at_ms, values)
        kept = (*self.fills, *fills)[-KEPT_FILLS:] if fills else self.fills
        return SymbolHistory(ranges=ranges, fills=kept, filled=self.filled + len(fills))


def _levels(side: SideReport) -> tuple[Decimal | None, Decimal | None]:
    return (side.average_entry if side.size > 0 else None, side.take_profit_price)


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Of each symbol of an account, and of each account: change of equity, then realised profit, in USDT."""

    symbols: Mapping[tuple[int, str], SymbolHistory] = field(default_factory=dict)
    accounts: Mapping[int, Ranges] = field(default_factory=dict)

    def after(self, message: object, model: DisplayModel) -> History:
        """With what a report tells; ``model`` is the display's, which knows the report already."""
        match message:
            case SymbolReport():
                key = (message.account, message.symbol)
                symbol = self.symbols.get(key, SymbolHistory()).after(message)
                return replace(self, symbols={**self.symbols, key: symbol})
            case AccountReport():
                values = (
                    message.equity - message.start_equity,
                    model.accounts[message.account].booked.realised,
                )
                ranges = self.accounts.get(message.account) or _empty()
                told = _with_values(ranges, message.at_ms, values)
                return replace(self, accounts={**self.accounts, message.account: told})
        return self
