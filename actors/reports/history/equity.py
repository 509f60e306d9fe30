"""Equity over time: its change, its peak, how deep it fell. All exact; drawdowns are zero or above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from actors.reports.history.performance import Minute

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityFigures:
    """Amounts in USDT, ratios of 1. A drawdown is how far equity is below the highest value before it.

    ``worst_drawdown`` and ``worst_ratio`` are the largest of each, which need not be of the same time.
    """

    first_ms: int
    last_ms: int
    rows: int
    first: Decimal
    last: Decimal
    peak: Decimal
    worst_drawdown: Decimal
    worst_ratio: Decimal
    worst_ms: int
    drawdown: Decimal
    drawdown_ratio: Decimal
    least_available: Decimal
    most_maintenance: Decimal

    @property
    def change(self) -> Decimal:
        """From the first row to the last."""
        return self.last - self.first


def drawdowns(minutes: Sequence[Minute]) -> list[Decimal]:
    """Each row's drawdown in USDT."""
    found, peak = [], None
    for minute in minutes:
        peak = minute.equity if peak is None or minute.equity > peak else peak
        found.append(peak - minute.equity)
    return found


def ratio(drawdown: Decimal, equity: Decimal) -> Decimal:
    """A drawdown as a share of the peak that it is measured from; 1 where no peak was above zero."""
    peak = equity + drawdown
    if peak > 0:
        return drawdown / peak
    return Decimal(1) if drawdown else ZERO


def equity_figures(minutes: Sequence[Minute]) -> EquityFigures | None:
    """What the rows, in order of time, say; None without a row."""
    if not minutes:
        return None
    depths = drawdowns(minutes)
    worst = max(range(len(depths)), key=lambda at: depths[at])
    ratios = [ratio(depth, minute.equity) for depth, minute in zip(depths, minutes, strict=True)]
    return EquityFigures(
        first_ms=minutes[0].at_ms,
        last_ms=minutes[-1].at_ms,
        rows=len(minutes),
        first=minutes[0].equity,
        last=minutes[-1].equity,
        peak=max(minute.equity for minute in minutes),
        worst_drawdown=depths[worst],
        worst_ratio=max(ratios),
        worst_ms=minutes[worst].at_ms,
        drawdown=depths[-1],
        drawdown_ratio=ratios[-1],
        least_available=min(minute.available for minute in minutes),
        most_maintenance=max(minute.maintenance_rate for minute in minutes),
    )
