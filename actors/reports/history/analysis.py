"""What an account has done in a period: by symbol and side, in all, and to its equity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

import numpy

from actors.reports.history.cycles import ZERO, Cycle, by_side, cycles_of
from actors.reports.history.equity import EquityFigures, equity_figures
from actors.reports.history.performance import Minute
from actors.reports.history.trades import Trade
from messages.account import ExecType
from messages.sides import Side

K = TypeVar("K", int, str)
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TAKE_PROFIT = "take profit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Closed, complete cycles in sums. Amounts in USDT; ``side`` is None for several taken together.

    ``to_tp_ms``: median and 90 % of the time from a cycle's first fill to its take profit's last; None
    without one. ``levels`` is the deepest ladder, ``depths`` how many cycles began so many levels.
    """

    symbol: str
    side: Side | None
    closes: int
    wins: int
    profit: Decimal
    fees: Decimal
    funding: Decimal
    to_tp_ms: tuple[int, int] | None
    levels: int
    depths: Mapping[int, int]
    causes: Mapping[str, int]

    @property
    def realised(self) -> Decimal:
        """Profit after fees and funding."""
        return self.profit - self.fees - self.funding

    @property
    def win_ratio(self) -> Decimal | None:
        """The share of cycles that realised more than nothing; None without a cycle."""
        return Decimal(self.wins) / self.closes if self.closes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """An account over ``since_ms`` … ``until_ms``, which is what its files tell within the period asked for.

    ``cycles`` closed in it, ``trades`` happened in it, ``minutes`` were written in it. ``incomplete`` counts
    closed cycles whose beginning no file has; they are in no sum. ``open_cycles`` are so at its end.
    ``paid_fees`` and ``paid_funding`` are of all executions of the period, those of open cycles among them.
    """

    account: int
    name: str
    dry_run: bool
    since_ms: int
    until_ms: int
    sides: tuple[Figures, ...]
    total: Figures
    incomplete: int
    open_cycles: int
    paid_fees: Decimal
    paid_funding: Decimal
    turnover: Decimal
    maker_ratio: Decimal | None
    equity: EquityFigures | None
    cycles: tuple[Cycle, ...]
    trades: tuple[Trade, ...]
    minutes: tuple[Minute, ...]

    @property
    def title(self) -> str:
        """Whose it is; what no exchange has seen says so."""
        return f"{self.account:03d} {self.name}{' DRY' if self.dry_run else ''}"

    @property
    def closes_a_day(self) -> Decimal | None:
        """None where less than an hour is known: a day made up from minutes says nothing."""
        span_ms = self.until_ms - self.since_ms
        return Decimal(self.total.closes) * DAY_MS / span_ms if span_ms >= HOUR_MS else None


def analyse(
    account: int,
    name: str,
    trades: Sequence[Trade],
    minutes: Sequence[Minute],
    *,
    since_ms: int,
    dry_run: bool = False,
) -> Analysis:
    """Reckon an account up from everything that its files hold; only what is after ``since_ms`` is told."""
    every = cycles_of(trades)
    closed = [cycle for cycle in every if cycle.closed_ms and cycle.closed_ms >= since_ms]
    complete = [cycle for cycle in closed if cycle.complete]
    recent = tuple(trade for trade in trades if trade.at_ms >= since_ms)
    rows = tuple(minute for minute in minutes if minute.at_ms >= since_ms)
    times = [trade.at_ms for trade in recent] + [minute.at_ms for minute in rows]
    moves = [trade for trade in recent if trade.exec_type.changes_size]
    turnover = sum((trade.value for trade in moves), ZERO)
    made = sum((trade.value for trade in moves if trade.maker), ZERO)
    funding = [trade.fee for trade in recent if trade.exec_type is ExecType.FUNDING]
    return Analysis(
        account=account,
        name=name,
        dry_run=dry_run,
        since_ms=max(since_ms, min(times, default=since_ms)),
        until_ms=max(times, default=since_ms),
        sides=tuple(figures(of, symbol, side) for (symbol, side), of in by_side(complete)),
        total=figures(complete, "all", None),
        incomplete=len(closed) - len(complete),
        open_cycles=sum(not cycle.closed_ms for cycle in every),
        paid_fees=sum((trade.fee for trade in moves), ZERO),
        paid_funding=sum(funding, ZERO),
        turnover=turnover,
        maker_ratio=made / turnover if turnover else None,
        equity=equity_figures(rows),
        cycles=tuple(complete),
        trades=recent,
        minutes=rows,
    )


def figures(cycles: Sequence[Cycle], symbol: str, side: Side | None) -> Figures:
    """Closed, complete cycles in sums."""
    return Figures(
        symbol=symbol,
        side=side,
        closes=len(cycles),
        wins=sum(cycle.realised > 0 for cycle in cycles),
        profit=sum((cycle.profit for cycle in cycles), ZERO),
        fees=sum((cycle.fees for cycle in cycles), ZERO),
        funding=sum((cycle.funding for cycle in cycles), ZERO),
        to_tp_ms=_median_and_90([cycle.lasted_ms for cycle in cycles if cycle.closed_by == TAKE_PROFIT]),
        levels=max((cycle.levels for cycle in cycles), default=0),
        depths=_counted(cycle.levels for cycle in cycles),
        causes=_counted(cycle.closed_by for cycle in cycles),
    )


def _median_and_90(milliseconds: list[int]) -> tuple[int, int] | None:
    """Between two values in proportion, rounded to whole milliseconds."""
    if not milliseconds:
        return None
    median, most = numpy.percentile(numpy.array(milliseconds, dtype=numpy.int64), [50, 90])
    return round(float(median)), round(float(most))


def _counted(values: Iterable[K]) -> dict[K, int]:
    return dict(sorted(Counter(values).items()))
