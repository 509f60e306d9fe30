"""Pictures of a running bot, made of its messages, for tests."""

from __future__ import annotations

from typing import Any

from actors.display.model import DisplayModel
from actors.reports.picture import Picture
from actors.reports.vitals import Vitals
from messages.reports import AccountReport, SyncFinished
from tests.display.scenes import a_stream, start
from tests.store.reports import NOW_MS, an_account


def a_picture(*messages: object, accounts: int = 1, now_ms: int = NOW_MS, **changes: Any) -> Picture:
    """Accounts that run, have synced and whose streams stand; then these messages."""
    model, vitals = start(accounts), Vitals()
    for message in (a_stream(True, "public", 0), *_calm(accounts), *messages):
        model, vitals = model.apply(message), vitals.apply(message, NOW_MS)
    return a_picture_of(model, vitals, now_ms=now_ms, **changes)


def a_picture_of(model: DisplayModel, vitals: Vitals, **changes: Any) -> Picture:
    usual: dict[str, Any] = {
        "pid": 4711,
        "now_ms": NOW_MS,
        "clock_offset_ms": 3,
        "mailboxes": {"watch": 0, "001/grid/SOLUSDT": 2},
        "undelivered": 0,
        "refusals": (),
        "model": model,
        "vitals": vitals,
    }
    return Picture(**(usual | changes))


def _calm(accounts: int) -> list[object]:
    messages: list[object] = []
    for account in range(1, accounts + 1):
        report: AccountReport = an_account(account=account)
        streams = (a_stream(True, account=account), a_stream(True, "trading", account))
        synced = SyncFinished(account=account, failure="", took_ns=1, at_ms=NOW_MS)
        messages += [report, *streams, synced]
    return messages
