"""An account's head in the live view: its money, and what is counted for it."""

from __future__ import annotations

from decimal import Decimal

from rich.text import Text

from actors.display.conditions import conditions
from actors.display.formats import latency, percent, usdt, usdt_change
from actors.display.latencies import merged
from actors.display.tallies import AccountTally
from messages.orders import Action

ALARMING = ("orphan", "recovery")
HIGH_MAINTENANCE = Decimal("0.25")
BAD, DOUBTFUL = "bold red", "yellow"


def account_lines(account: AccountTally, now_ms: int) -> list[Text]:
    """The lines above an account's table; realised profit stands beside the change of equity."""
    return [_money(account, now_ms), _condition(account), _counters(account)]


def signed_style(amount: Decimal | None) -> str:
    """Green above zero, red below."""
    if not amount:
        return ""
    return "green" if amount > 0 else "red"


def _money(account: AccountTally, now_ms: int) -> Text:
    line = _line()
    line.append(f" {account.account:03d} {account.name} ", style="bold")
    if account.dry_run:
        line.append(" DRY ", style="reverse yellow").append(" ")
    report = account.report
    for text, bad in conditions(account, now_ms):
        line.append(f" {text} ", style="bold reverse red" if bad else "reverse yellow").append(" ")
    if report is None:
        return line if account.down is not None else line.append(" starting", style="dim")
    change, realised = account.equity_change, account.booked.realised
    _pair(line, "equity", f"{usdt(report.equity)} USDT", "bold")
    _pair(line, "change", usdt_change(change), signed_style(change))
    _pair(line, "realised", usdt_change(realised), signed_style(realised))
    for symbol, tally in account.symbols.items():
        if tally.report is not None and tally.report.activity:
            _pair(line, symbol, tally.report.activity, "cyan")
    return line


def _condition(account: AccountTally) -> Text:
    line, report = _line().append("  "), account.report
    if report is not None:
        _pair(line, "available", usdt(report.available))
        rate = report.maintenance_rate
        _pair(line, "maintenance", percent(rate), DOUBTFUL if rate > HIGH_MAINTENANCE else "")
    for stream, up in account.streams.items():
        _pair(line, stream, "up" if up else "DOWN", "" if up else BAD)
    if report is not None and report.unknown_orders:
        _pair(line, "unknown orders", str(report.unknown_orders), DOUBTFUL)
    if report is not None and report.queued_orders:
        _pair(line, "queued", str(report.queued_orders))
    acted = merged(tally.acted for tally in account.symbols.values())
    if acted.count:
        figures = [acted.percentile(50), acted.percentile(99), acted.largest]
        _pair(line, "TP p50/p99/max", f"{' / '.join(latency(figure) for figure in figures)} ms")
    return line


def _counters(account: AccountTally) -> Text:
    line = _line().append("  ")
    for name, label in (("orphan", "orphans"), ("recovery", "recoveries"), ("late_fill", "late fills")):
        count = account.total(name)
        _pair(line, label, f"{count:f}", BAD if count and name in ALARMING else "")
    refused = account.refused
    codes = f" ({', '.join(str(code) for code in sorted(refused)[:2])})" if refused else ""
    _pair(line, "refused", f"{sum(refused.values())}{codes}", DOUBTFUL if refused else "")
    for action, label in ((Action.PLACE, "sent"), (Action.AMEND, "amended"), (Action.CANCEL, "cancelled")):
        _pair(line, label, str(account.orders(action)))
    return line


def _pair(line: Text, label: str, value: str, style: str = "") -> None:
    line.append(f" {label} ", style="dim").append(value, style=style).append(" ")


def _line() -> Text:
    return Text(no_wrap=True, overflow="ellipsis")
