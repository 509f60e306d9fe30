"""The end of a run: what each account has done, as JSON for programs and as tables for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from actors.display.account_lines import signed_style
from actors.display.formats import duration, latency, usdt, usdt_change
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
#: So many stand side by side in 80 columns.
SYMBOLS_ACROSS = 3
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
        "stopped": account.stopped,
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


def summary_table(model: DisplayModel, ended_ms: int) -> RenderableType:
    """The same for eyes: per account its equity beside what was realised, and a column a symbol."""
    ran = duration(ended_ms - model.started_ms)
    parts: list[RenderableType] = [Text(f"Ran {ran} ({model.environment})", style="bold")]
    for account in model.accounts.values():
        parts += [Text(""), _account_text(account), *_symbol_tables(account)]
    return Group(*parts)


def _account_text(account: AccountTally) -> Text:
    line = Text(f"{account.account:03d} {account.name}", style="bold")
    if account.dry_run:
        line.append(" DRY", style="yellow")
    plain = Text().append_text(line)
    report, change = account.report, account.equity_change
    if report is None:
        return plain.append(": never got so far as to know its equity")
    plain.append(f": equity {usdt(report.start_equity)} → {usdt(report.equity)} USDT, change ")
    plain.append(usdt_change(change), style=signed_style(change))
    realised = account.booked.realised
    plain.append(", realised ").append(usdt_change(realised), style=signed_style(realised))
    reads = ", ".join(f"{count} {source}" for source, count in account.balance_reads.items()) or "none"
    plain.append(f"; balance reads: {reads}; state writes: {account.state_writes}")
    if account.state_failures:
        plain.append(f" ({account.state_failures} FAILED)", style="bold red")
    return plain.append(f"; stopped: {report.stopped}", style="bold red") if report.stopped else plain


def _symbol_tables(account: AccountTally) -> list[RenderableType]:
    symbols = list(account.symbols.items())
    groups = [symbols[at : at + SYMBOLS_ACROSS] for at in range(0, len(symbols), SYMBOLS_ACROSS)]
    return [_table(group) for group in groups]


def _table(symbols: list[tuple[str, SymbolTally]]) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False)
    table.add_column("", style="dim", min_width=30)
    for symbol, _ in symbols:
        table.add_column(symbol, justify="right", min_width=13)
    for label, figure in FIGURES.items():
        table.add_row(label, *(figure(tally) for _, tally in symbols))
    return table


def _actions(tally: SymbolTally) -> str:
    return " / ".join(str(tally.orders.get(action, 0)) for action in Action)


def _refused(tally: SymbolTally) -> str:
    return ", ".join(f"{count} x {code}" for code, count in sorted(tally.refused.items())) or "0"


def _counts(tally: SymbolTally) -> str:
    return " / ".join(f"{tally.counted.get(name, 0)}" for name in ("orphan", "recovery", "late_fill"))


def _three(found: Latencies) -> str:
    figures = (found.percentile(50), found.percentile(99), found.largest)
    return " / ".join(latency(figure) for figure in figures) if found.count else latency(None)


FIGURES: dict[str, Callable[[SymbolTally], str]] = {
    "cycles closed LONG / SHORT": lambda tally: " / ".join(str(tally.sides[side].cycles) for side in SIDES),
    "realised after fees USDT": lambda tally: usdt_change(tally.booked.realised, 4),
    "fees USDT": lambda tally: usdt(tally.booked.fees, 4),
    "funding USDT": lambda tally: usdt(tally.booked.funding, 4),
    "orders sent/amended/cancelled": _actions,
    "refused, by code": _refused,
    "orphan / recovery / late fill": _counts,
    "TP acted on p50 / p99 / max ms": lambda tally: _three(tally.acted),
    "TP reopened p50 / p99 / max ms": lambda tally: _three(tally.reopened),
}
