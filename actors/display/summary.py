"""The end of a run as JSON for programs; actors/display/summary_table.py shows the same to people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actors.display.latencies import Latencies
from actors.display.model import DisplayModel
from actors.display.tallies import AccountTally, SideTally, SymbolTally
from messages.orders import Action
from messages.sides import SIDES
from state.store.times import iso_utc

FORMAT = "sol-trader-summary"
VERSION = 1
#: What is counted by name and always told, also at zero.
NAMED_COUNTS = {
    "orphans": "orphan",
    "recoveries": "recovery",
    "late_fills": "late_fill",
    "resyncs": "resync",
}
Json = dict[str, Any]


def summary(model: DisplayModel, ended_ms: int) -> Json:
    """The run as a JSON object: money and milliseconds as exact text, counts as numbers.

    Booked amounts are those of the cycles that closed in this run; ``realised_usdt`` is profit after fees
    and funding, and stands beside ``equity_change_usdt``: open losses are only in the latter.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "environment": model.environment,
        "started_utc": iso_utc(model.started_ms),
        "ended_utc": iso_utc(ended_ms),
        "duration_ms": ended_ms - model.started_ms,
        "accounts": [_account(account) for account in model.accounts.values()],
    }


def _account(account: AccountTally) -> Json:
    report, change = account.report, account.equity_change
    return {
        "account": account.account,
        "name": account.name,
        "dry_run": account.dry_run,
        "equity_start_usdt": None if report is None else f"{report.start_equity:f}",
        "equity_end_usdt": None if report is None else f"{report.equity:f}",
        "equity_change_usdt": None if change is None else f"{change:f}",
        **_booked(account.booked),
        "stopped": "" if report is None else report.stopped,
        **{label: int(account.total(name)) for label, name in NAMED_COUNTS.items()},
        "balance_reads": dict(account.balance_reads),
        "stream_losses": dict(account.losses),
        "syncs": account.syncs,
        "sync_failures": account.sync_failures,
        "state_writes": account.state_writes,
        "state_write_failures": account.state_failures,
        "symbols": [_symbol(symbol, tally) for symbol, tally in account.symbols.items()],
    }


def _symbol(symbol: str, tally: SymbolTally) -> Json:
    others = {name: f"{n:f}" for name, n in tally.counted.items() if name not in NAMED_COUNTS.values()}
    return {
        "symbol": symbol,
        "cycles_closed": {side.value: tally.sides[side].cycles for side in SIDES},
        **_booked(tally.booked),
        "orders_sent": tally.orders.get(Action.PLACE, 0),
        "orders_amended": tally.orders.get(Action.AMEND, 0),
        "orders_cancelled": tally.orders.get(Action.CANCEL, 0),
        "orders_withheld": tally.withheld,
        "orders_unanswered": tally.unknown,
        "refused_by_code": {str(code): count for code, count in sorted(tally.refused.items())},
        **{label: int(tally.counted.get(name, 0)) for label, name in NAMED_COUNTS.items()},
        "other_counts": others,
        "tp_latency_ms": {
            "exchange_to_acted": _latency(tally.acted),
            "frame_to_reopen": _latency(tally.reopened),
        },
    }


def _booked(booked: SideTally) -> Mapping[str, str]:
    return {
        "realised_usdt": f"{booked.realised:f}",
        "profit_usdt": f"{booked.profit:f}",
        "fees_usdt": f"{booked.fees:f}",
        "funding_usdt": f"{booked.funding:f}",
    }


def _latency(found: Latencies) -> Json:
    figures = {"p50": found.percentile(50), "p99": found.percentile(99), "max": found.largest}
    exact = {name: None if value is None else f"{value:f}" for name, value in figures.items()}
    return {"count": found.count, **exact}
