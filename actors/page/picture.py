"""The display's model as JSON for the page: pure, and money is exact text, never a binary float."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from actors.display.account_lines import HIGH_MAINTENANCE
from actors.display.happenings import Happening
from actors.display.latencies import merged
from actors.display.model import DisplayModel
from actors.display.side_rows import distance_to_take_profit
from actors.display.tallies import AccountTally, SideTally, SymbolTally
from actors.page.history import Point
from actors.page.ladder import ladder
from messages.events import TradeBooked
from messages.orders import Action
from messages.reports import SideReport, SymbolReport

Json = dict[str, Any]
COUNTED = {"orphans": "orphan", "recoveries": "recovery", "late_fills": "late_fill", "resyncs": "resync"}
#: Latencies of so many closes of each symbol are looked at; sorting all of a long run would take too long.
RECENT_CLOSES = 200


def run_picture(model: DisplayModel) -> Json:
    """What holds for the whole run."""
    return {
        "environment": model.environment,
        "started_ms": model.started_ms,
        "order": [account_key(number) for number in model.accounts],
        "streams": dict(model.shared_streams),
    }


def account_picture(tally: AccountTally) -> Json:
    """An account's figures in USDT and its counters; ``report`` figures are None until the first one.

    ``change`` is that of equity since the process began, ``realised`` that of the cycles closed since then.
    ``down`` says why the account's actors don't run, None while they do.
    """
    report, guard, change = tally.report, tally.guard, tally.equity_change
    return {
        "account": account_key(tally.account),
        "name": tally.name,
        "dry_run": tally.dry_run,
        "symbols": list(tally.symbols),
        "equity": text(None if report is None else report.equity),
        "change": text(change),
        "realised": text(tally.booked.realised),
        "fees": text(tally.booked.fees),
        "funding": text(tally.booked.funding),
        "cycles": tally.booked.cycles,
        "available": text(None if report is None else report.available),
        "maintenance_rate": text(None if report is None else report.maintenance_rate),
        "maintenance_high": text(HIGH_MAINTENANCE),
        "stopped": tally.stopped,
        "down": tally.down,
        "frozen_until_ms": 0 if guard is None else guard.frozen_until_ms,
        "averaging_frozen": guard is not None and guard.averaging_frozen,
        "streams": dict(sorted(tally.streams.items())),
        "counters": _counters(tally),
    }


def _counters(tally: AccountTally) -> Json:
    report = tally.report
    return {
        **{label: int(tally.total(name)) for label, name in COUNTED.items()},
        "refused": sum(tally.refused.values()),
        "unknown": 0 if report is None else report.unknown_orders,
        "queued": 0 if report is None else report.queued_orders,
        "sent": tally.orders(Action.PLACE),
        "amended": tally.orders(Action.AMEND),
        "cancelled": tally.orders(Action.CANCEL),
        "syncs": tally.syncs,
        "sync_failures": tally.sync_failures,
        "state_writes": tally.state_writes,
        "state_failures": tally.state_failures,
        "stream_losses": sum(tally.losses.values()),
    }


def latency_picture(tally: AccountTally) -> Json:
    """Milliseconds from a TP's execution to the close being acted on; percentiles of the newest closes."""
    recent = [
        replace(symbol.acted, newest=symbol.acted.newest[-RECENT_CLOSES:])
        for symbol in tally.symbols.values()
    ]
    acted = merged(recent)
    return {
        "count": acted.count,
        "p50": text(acted.percentile(50)),
        "p99": text(acted.percentile(99)),
        "max": text(acted.largest),
    }


def symbol_picture(symbol: str, tally: SymbolTally) -> Json:
    """A symbol of an account; prices in USDT, quantities in base coin. ``sides`` is [] before a report."""
    report = tally.report
    if report is None:
        return {"symbol": symbol, "at_ms": None, "last": None, "mark": None, "activity": "", "sides": []}
    both = ((report.long, report.short), (report.short, report.long))
    return {
        "symbol": symbol,
        "at_ms": report.at_ms,
        "last": text(report.last),
        "mark": text(report.mark),
        "tick": text(None if report.instrument is None else report.instrument.tick_size),
        "activity": report.activity,
        "realised": text(tally.booked.realised),
        "sides": [_side(side, other, report, tally.sides[side.side]) for side, other in both],
    }


def _side(side: SideReport, other: SideReport, report: SymbolReport, booked: SideTally) -> Json:
    held = side.size > 0
    return {
        "side": side.side.value,
        "status": side.status,
        "cycle": side.cycle,
        "levels": side.deepest_level + 1,
        "max_levels": side.max_levels,
        "size": text(side.size),
        "average": text(side.average_entry) if held else None,
        "take_profit": text(side.take_profit_price),
        "to_take_profit": text(distance_to_take_profit(side, report.last)),
        "unprotected": side.unprotected,
        "unrealised": text(side.unrealised) if held else None,
        "cycles": booked.cycles,
        "realised": text(booked.realised),
        "ladder": ladder(side, other, report.instrument),
    }


def event_picture(happening: Happening) -> Json:
    """One sentence for the list of events; ``account`` is "" where it concerns all."""
    return {
        "at_ms": happening.at_ms,
        "severity": happening.severity.value,
        "account": account_key(happening.account) if happening.account else "",
        "subject": happening.subject,
        "text": happening.text,
    }


def fill_picture(fill: TradeBooked) -> Json:
    """One execution, for the chart's marks and the table of fills."""
    execution = fill.execution
    return {
        "id": execution.exec_id,
        "at_ms": execution.exec_ms,
        "side": fill.side.value,
        "opens": execution.order_side is fill.side.opens_with,
        "role": fill.role,
        "level": fill.level,
        "cycle": fill.cycle,
        "price": text(execution.price),
        "qty": text(execution.qty),
        "fee": text(execution.fee_usdt),
    }


def points_picture(points: Iterable[Point]) -> list[list[int | str | None]]:
    """``[second, value, ...]`` each."""
    return [[at_s, *(text(value) for value in values)] for at_s, values in points]


def text(value: Decimal | None) -> str | None:
    """A number as it is, without an exponent."""
    return None if value is None else f"{value:f}"


def account_key(account: int) -> str:
    """``001``."""
    return f"{account:03d}"


def symbol_key(account: int, symbol: str) -> str:
    """``001/SOLUSDT``."""
    return f"{account:03d}/{symbol}"
