"""Each account's money: from the running process, else from the exchange, else what was recorded last.

| the account                         | where its figures are from                                    |
|-------------------------------------|---------------------------------------------------------------|
| of a running process                | the process, carried forward to the newest marks              |
| of the real exchange, none runs     | one read by REST with its keys                                |
| a dry run, none runs                | the performance file: its simulated account sleeps            |
| of the local venue, none runs       | nowhere: the venue has ended with the process               |

Realised profit stands beside the change of equity over the same time: that of the process, or of the files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from rich.table import Table

from actors.account import MakeExchange
from actors.display.formats import percent, usdt, usdt_change
from actors.display.tallies import AccountTally
from actors.reports.history.analysis import Analysis
from actors.reports.history.lines import HistoryError
from actors.reports.history.reading import account_history, has_history
from actors.reports.picture import Picture
from actors.start import StartRefused, exchange_ahead_ms
from config import Account, Config
from exchange.clock import ExchangeClock, SystemClock
from exchange.errors import ExchangeError, ProtocolError
from messages.account import Wallet
from messages.requests import ReadWallet
from state.store.times import iso_utc

FORMAT, VERSION = "sol-trader-balance", 1
COLUMNS = (
    "account",
    "equity",
    "available",
    "initial margin",
    "maintenance margin",
    "rate",
    "change of equity",
    "realised",
    "since (UTC)",
    "from",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An account's figures in USDT; None is not known. ``since_ms``: of ``change`` and ``realised``.

    ``source`` is process, exchange or files; ``trouble`` says why figures are missing, "" where none are.
    """

    account: int
    name: str
    dry_run: bool
    source: str
    equity: Decimal | None = None
    available: Decimal | None = None
    initial_margin: Decimal | None = None
    maintenance_margin: Decimal | None = None
    maintenance_rate: Decimal | None = None
    change: Decimal | None = None
    realised: Decimal | None = None
    since_ms: int = 0
    trouble: str = ""


def from_picture(picture: Picture) -> list[Money]:
    """As the running process knows it."""
    return [_live(tally, picture.model.started_ms) for tally in picture.model.accounts.values()]


def _live(tally: AccountTally, started_ms: int) -> Money:
    report = tally.report
    money = Money(account=tally.account, name=tally.name, dry_run=tally.dry_run, source="process")
    if report is None:
        return replace(money, trouble="the process runs, and the account has not started: see its log")
    return replace(
        money,
        equity=report.equity,
        available=report.available,
        initial_margin=report.initial_margin,
        maintenance_margin=report.maintenance_rate * report.equity,
        maintenance_rate=report.maintenance_rate,
        change=tally.equity_change,
        realised=tally.booked.realised,
        since_ms=started_ms,
    )


def from_exchange(config: Config, make_exchange: MakeExchange) -> list[Money]:
    """Read each account's wallet; a dry run's, and realised profit, from its files."""
    return [_asleep(config, account, make_exchange) for account in config.accounts]


def _asleep(config: Config, account: Account, make_exchange: MakeExchange) -> Money:
    money = Money(account=account.id, name=account.name, dry_run=account.dry_run, source="exchange")
    try:
        history = account_history(config, account, since_ms=0) if has_history(config, account) else None
    except HistoryError as error:
        history, money = None, replace(money, trouble=str(error))
    if account.dry_run:
        return _recorded(replace(money, source="files"), history)
    try:
        wallet = _wallet(account, make_exchange)
    except (ExchangeError, StartRefused) as error:
        return replace(money, trouble=f"its wallet can't be read: {error}")
    money = replace(
        money,
        equity=wallet.equity,
        available=wallet.available,
        initial_margin=wallet.initial_margin,
        maintenance_margin=wallet.maintenance_margin,
        maintenance_rate=wallet.maintenance_rate,
    )
    if history is None or history.equity is None:
        return money
    return replace(
        money,
        change=wallet.equity - history.equity.first,
        realised=history.total.realised,
        since_ms=history.equity.first_ms,
    )


def _recorded(money: Money, history: Analysis | None) -> Money:
    if history is None or history.equity is None:
        return replace(
            money, trouble=money.trouble or "a dry run that does not run, and has recorded nothing"
        )
    return replace(
        money,
        equity=history.equity.last,
        available=history.minutes[-1].available,
        maintenance_rate=history.minutes[-1].maintenance_rate,
        change=history.equity.change,
        realised=history.total.realised,
        since_ms=history.equity.first_ms,
    )


def _wallet(account: Account, make_exchange: MakeExchange) -> Wallet:
    clock = ExchangeClock(SystemClock())
    rest = make_exchange(account, clock, _ignore).rest()
    try:
        clock.ahead_ms = exchange_ahead_ms(rest, clock)
        wallet = rest.call(ReadWallet(source="balance"))
    finally:
        rest.close()
    if not isinstance(wallet, Wallet):
        raise ProtocolError(f"a wallet expected, not {wallet!r}")
    return wallet


def _ignore(problem: ProtocolError) -> None:
    """No stream is opened."""


def table(found: Sequence[Money]) -> Table:
    """All accounts; amounts in USDT."""
    shown = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in COLUMNS:
        shown.add_column(column, justify="left" if column in ("account", "since (UTC)", "from") else "right")
    for money in found:
        shown.add_row(
            f"{money.account:03d} {money.name}{' DRY' if money.dry_run else ''}",
            usdt(money.equity),
            usdt(money.available),
            usdt(money.initial_margin),
            usdt(money.maintenance_margin),
            percent(money.maintenance_rate),
            usdt_change(money.change),
            usdt_change(money.realised),
            iso_utc(money.since_ms)[:16].replace("T", " ") if money.since_ms else "-",
            money.source,
        )
    return shown


def as_json(found: Sequence[Money]) -> dict[str, Any]:
    """The same for programs; money as text, null where it is not known."""
    return {"format": FORMAT, "version": VERSION, "accounts": [_json(money) for money in found]}


def _json(money: Money) -> dict[str, Any]:
    amounts = ("equity", "available", "initial_margin", "maintenance_margin", "change", "realised")
    names = {"change": "equity_change"}
    return {
        "account": money.account,
        "name": money.name,
        "dry_run": money.dry_run,
        "source": money.source,
        **{f"{names.get(name, name)}_usdt": _text(getattr(money, name)) for name in amounts},
        "maintenance_rate": _text(money.maintenance_rate),
        "since_utc": iso_utc(money.since_ms) if money.since_ms else None,
        "trouble": money.trouble,
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
