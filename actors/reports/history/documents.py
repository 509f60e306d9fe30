"""An analysis for programs: JSON with money as text, and CSV files of its executions and cycles."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from actors.reports.history.analysis import Analysis, Figures
from actors.reports.history.cycles import Cycle
from actors.reports.history.equity import EquityFigures
from state.store.times import iso_utc
from state.store.trades import COLUMNS

FORMAT, VERSION = "sol-trader-analysis", 1
CYCLE_COLUMNS = (
    "account",
    "symbol",
    "side",
    "cycle",
    "opened_utc",
    "closed_utc",
    "lasted_ms",
    "closed_by",
    "levels",
    "qty",
    "entry_value_usdt",
    "exit_value_usdt",
    "profit_usdt",
    "fees_usdt",
    "funding_usdt",
    "realised_usdt",
)
Json = dict[str, Any]


def as_json(found: Sequence[Analysis]) -> Json:
    """All accounts; ratios of 1, times in UTC, amounts as exact text."""
    return {"format": FORMAT, "version": VERSION, "accounts": [_account(one) for one in found]}


def trades_csv(found: Iterable[Analysis]) -> bytes:
    """The executions of each period, as the trades files have them."""
    return _csv(COLUMNS, (trade.cells for one in found for trade in one.trades))


def cycles_csv(found: Iterable[Analysis]) -> bytes:
    """The cycles that closed in each period, complete ones alone, a row each."""
    return _csv(CYCLE_COLUMNS, (_cycle(cycle) for one in found for cycle in one.cycles))


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


def _cycle(cycle: Cycle) -> tuple[str, ...]:
    return (
        f"{cycle.account:03d}",
        cycle.symbol,
        cycle.side.value,
        str(cycle.number),
        iso_utc(cycle.opened_ms),
        iso_utc(cycle.closed_ms),
        str(cycle.lasted_ms),
        cycle.closed_by,
        str(cycle.levels),
        f"{cycle.qty:f}",
        f"{cycle.entry_value:f}",
        f"{cycle.exit_value:f}",
        f"{cycle.profit:f}",
        f"{cycle.fees:f}",
        f"{cycle.funding:f}",
        f"{cycle.realised:f}",
    )


def _account(found: Analysis) -> Json:
    return {
        "account": found.account,
        "name": found.name,
        "dry_run": found.dry_run,
        "since_utc": iso_utc(found.since_ms),
        "until_utc": iso_utc(found.until_ms),
        "equity": None if found.equity is None else _equity(found.equity),
        "total": _figures(found.total),
        "sides": [_figures(figures) for figures in found.sides],
        "closes_a_day": _short(found.closes_a_day),
        "open_cycles": found.open_cycles,
        "incomplete_cycles": found.incomplete,
        "executions": len(found.trades),
        "turnover_usdt": f"{found.turnover:f}",
        "maker_ratio": _short(found.maker_ratio),
        "paid_fees_usdt": f"{found.paid_fees:f}",
        "paid_funding_usdt": f"{found.paid_funding:f}",
    }


def _figures(figures: Figures) -> Json:
    median, most = figures.to_tp_ms or (None, None)
    return {
        "symbol": figures.symbol,
        "side": figures.side.value if figures.side is not None else None,
        "closes": figures.closes,
        "wins": figures.wins,
        "win_ratio": _short(figures.win_ratio),
        "profit_usdt": f"{figures.profit:f}",
        "fees_usdt": f"{figures.fees:f}",
        "funding_usdt": f"{figures.funding:f}",
        "realised_usdt": f"{figures.realised:f}",
        "time_to_tp_ms": {"median": median, "p90": most},
        "deepest_levels": figures.levels,
        "cycles_by_levels": {str(levels): count for levels, count in figures.depths.items()},
        "cycles_by_cause": dict(figures.causes),
    }


def _equity(equity: EquityFigures) -> Json:
    return {
        "rows": equity.rows,
        "first_usdt": f"{equity.first:f}",
        "last_usdt": f"{equity.last:f}",
        "change_usdt": f"{equity.change:f}",
        "peak_usdt": f"{equity.peak:f}",
        "drawdown_usdt": f"{equity.drawdown:f}",
        "drawdown_ratio": _short(equity.drawdown_ratio),
        "worst_drawdown_usdt": f"{equity.worst_drawdown:f}",
        "worst_drawdown_utc": iso_utc(equity.worst_ms),
        "worst_drawdown_ratio": _short(equity.worst_ratio),
        "least_available_usdt": f"{equity.least_available:f}",
        "highest_maintenance_rate": f"{equity.most_maintenance:f}",
    }


def _short(value: Decimal | None) -> str | None:
    """A quotient, which has no exact end: six decimals."""
    return None if value is None else f"{value:.6f}"
