"""A running bot as messages: two symbols, closes, an unrest, for the display's tests."""

from __future__ import annotations

from decimal import Decimal

from actors.display.model import DisplayModel, WatchedAccount
from messages.events import Counted, CycleClosed, Note, Severity
from messages.orders import Outcome
from messages.reports import (
    BalanceRead,
    CloseLatency,
    OrdersCounted,
    PendingReport,
    StateWritten,
    StreamChanged,
    SyncFinished,
)
from messages.sides import Side
from tests.store.reports import NOW_MS, a_side, a_symbol, an_account

D = Decimal


def a_close(side: Side = Side.LONG, **changes: object) -> CycleClosed:
    usual: dict[str, object] = {
        "account": 1,
        "symbol": "SOLUSDT",
        "side": side,
        "cycle": 12,
        "cause": "take_profit",
        "entry_qty": D("10.40"),
        "average_entry": D("145.2307692307692307692307692"),
        "average_exit": D("146.020"),
        "profit": D("8.21"),
        "fees": D("0.9"),
        "funding": D("0.01"),
        "deepest_level": 2,
        "opened_ms": NOW_MS - 192_000,
        "closed_ms": NOW_MS,
    }
    return CycleClosed(**(usual | changes))  # type: ignore[arg-type]  # a test's changes by name


def an_order(outcome: Outcome = Outcome.ACCEPTED, code: int = 0, action: str = "create") -> OrdersCounted:
    return OrdersCounted(
        account=1, symbol="SOLUSDT", action=action, outcome=outcome, code=code, round_trip_ns=1_600_000
    )


def a_latency(acted: str | None, reopened: str | None) -> CloseLatency:
    return CloseLatency(
        account=1,
        symbol="SOLUSDT",
        side=Side.LONG,
        exchange_to_acted_ms=None if acted is None else D(acted),
        frame_to_reopen_ms=None if reopened is None else D(reopened),
    )


def a_stream(up: bool, stream: str = "private", account: int = 1) -> StreamChanged:
    return StreamChanged(
        account=account, stream=stream, up=up, reason="" if up else "pong is late", at_ms=NOW_MS
    )


def start(accounts: int = 1, symbols: tuple[str, ...] = ("SOLUSDT", "DOGEUSDT")) -> DisplayModel:
    watched = [
        WatchedAccount(account=number, name=f"name-{number}", dry_run=number == 2, symbols=symbols)
        for number in range(1, accounts + 1)
    ]
    return DisplayModel.begin("simulated", NOW_MS - 83_000, watched)


def busy_messages(account: int = 1, symbols: tuple[str, ...] = ("SOLUSDT", "DOGEUSDT")) -> list[object]:
    """What a busy minute tells of an account."""
    messages: list[object] = [
        a_stream(True, "public", 0),
        a_stream(True, account=account),
        a_stream(True, "trading", account),
        an_account(account=account, name="main" if account == 1 else "second", dry_run=account == 2),
        *(an_order() for _ in range(123)),
        *(an_order(action="amend") for _ in range(40)),
        *(an_order(action="cancel") for _ in range(55)),
        an_order(Outcome.REFUSED, 110017),
        Counted(account=account, symbol="SOLUSDT", name="late_fill"),
        *(a_latency(str(ms), "1.4") for ms in (12, 14, 35)),
        BalanceRead(account=account, source="start"),
        SyncFinished(account=account, failure="", took_ns=2_000_000, at_ms=NOW_MS),
        StateWritten(account=account, failure="", took_ns=900_000, changes=3, at_ms=NOW_MS),
        a_close(account=account),
        a_close(Side.SHORT, account=account, profit=D("-2.5"), cause="restart", deepest_level=0),
        Note(
            account=account,
            symbol="SOLUSDT",
            side=Side.LONG,
            kind="tp_late",
            severity=Severity.WARNING,
            text="reopening waits for balance: needs 5.23 USDT, 4.10 are free",
            at_ms=NOW_MS,
        ),
    ]
    return messages + [a_busy_symbol(account, symbol) for symbol in symbols]


def a_busy_symbol(account: int, symbol: str) -> object:
    doge = symbol.startswith("DOGE")
    rungs = [D("0.20790"), D("0.20582"), D("0.20376")] if doge else [D("144.120"), D("142.679"), D("141.2")]
    long = a_side(
        Side.LONG,
        status="open",
        size=D("3571") if doge else D("10.40"),
        average_entry=D("0.21") if doge else D("145.2307692307692307692307692"),
        deepest_level=2,
        take_profit_price=D("0.21226") if doge else D("146.020"),
        take_profit_qty=D("10.4"),
        unrealised=D("-12.345"),
        pending=tuple(PendingReport(level=3 + n, price=rung, qty=D(1)) for n, rung in enumerate(rungs)),
    )
    short = a_side(
        Side.SHORT,
        status="open" if doge else "waiting",
        size=D("357") if doge else D(0),
        average_entry=D("0.21") if doge else D(0),
        deepest_level=0 if doge else -1,
        take_profit_price=D("0.20774") if doge else None,
        unrealised=D("0.5"),
    )
    return a_symbol(
        symbol,
        account=account,
        last=D("0.21050") if doge else D("145.230"),
        mark=D("0.21049"),
        long=long,
        short=short,
    )


def busy(accounts: int = 1, symbols: tuple[str, ...] = ("SOLUSDT", "DOGEUSDT")) -> DisplayModel:
    model = start(accounts, symbols)
    for account in range(1, accounts + 1):
        for message in busy_messages(account, symbols):
            model = model.apply(message)
    return model
