"""What a log or a pipe gets instead of the live view: a line a happening, and now and then one an account."""

from __future__ import annotations

from collections.abc import Iterator

from actors.display.formats import percent, usdt, usdt_change
from actors.display.happenings import Happening
from actors.display.model import DisplayModel
from actors.display.tallies import AccountTally, SymbolTally
from messages.reports import SideReport

STATUS_EVERY_MS = 10_000


def happening_text(happening: Happening) -> str:
    """The happening without its time, which the log writes itself: ``001 SOLUSDT LONG: closed ...``."""
    account = f"{happening.account:03d}" if happening.account else ""
    whose = " ".join(part for part in (account, happening.subject) if part)
    return f"{whose}: {happening.text}" if whose else happening.text


def status_lines(model: DisplayModel) -> Iterator[str]:
    """One line an account, meant for every ``STATUS_EVERY_MS``."""
    for account in model.accounts.values():
        yield _status(account)


def _status(account: AccountTally) -> str:
    marks = f"{account.account:03d}{' DRY' if account.dry_run else ''}"
    report = account.report
    if account.down is not None:
        return f"{marks}: NOT RUNNING ({account.down})"
    if report is None:
        return f"{marks}: starting"
    stopped = f"STOPPED ({report.stopped}), " if report.stopped else ""
    streams = "" if report.streams_up else "streams DOWN, "
    money = (
        f"equity {usdt(report.equity)} USDT (change {usdt_change(account.equity_change)}, "
        f"realised {usdt_change(account.booked.realised)}), available {usdt(report.available)}, "
        f"maintenance {percent(report.maintenance_rate)}"
    )
    counts = (
        f"cycles {account.booked.cycles}, orphans {account.total('orphan'):f}, "
        f"recoveries {account.total('recovery'):f}, refused {sum(account.refused.values())}"
    )
    sides = [_symbol(symbol, tally) for symbol, tally in account.symbols.items()]
    return f"{marks}: {stopped}{streams}{'; '.join([money, counts, *sides])}"


def _symbol(symbol: str, tally: SymbolTally) -> str:
    if tally.report is None:
        return f"{symbol} starting"
    return f"{symbol} L {_side(tally.report.long)} S {_side(tally.report.short)}"


def _side(side: SideReport) -> str:
    return f"{side.status} {side.deepest_level + 1}/{side.max_levels}"
