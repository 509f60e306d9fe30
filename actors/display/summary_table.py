"""The end of a run for eyes: what each account has done."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from actors.display.account_lines import signed_style
from actors.display.formats import duration, latency, usdt, usdt_change
from actors.display.latencies import Latencies
from actors.display.model import DisplayModel
from actors.display.tallies import AccountTally, SymbolTally
from messages.orders import Action
from messages.sides import SIDES

#: So many stand side by side in 80 columns.
SYMBOLS_ACROSS = 3


def summary_table(model: DisplayModel, ended_ms: int) -> RenderableType:
    """The same for eyes: per account its equity beside what was realised, and a row a symbol."""
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
    plain.append(f"; balance reads: {reads}; state written {account.state_writes} times")
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
    "realised, after all USDT": lambda tally: usdt_change(tally.booked.realised, 4),
    "fees USDT": lambda tally: usdt(tally.booked.fees, 4),
    "funding USDT": lambda tally: usdt(tally.booked.funding, 4),
    "sent / amended / cancelled": _actions,
    "refused, by code": _refused,
    "orphan / recovery / late fill": _counts,
    "TP acted on p50 / p99 / max ms": lambda tally: _three(tally.acted),
    "TP reopened p50 / p99 / max ms": lambda tally: _three(tally.reopened),
}
