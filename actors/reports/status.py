"""The running bot's picture: for eyes as the terminal view draws it, for programs as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from time import sleep
from typing import Any

import orjson
from rich.console import Console
from rich.live import Live

from actors.display.screen import screen
from actors.display.summary import summary
from actors.display.tallies import AccountTally
from actors.reports.picture import Picture
from messages.reports import PendingReport, SideReport, SymbolReport
from state.store.times import iso_utc

FORMAT, VERSION = "sol-trader-status", 1
_EVERY_S = 1.0
#: A picture that is printed once may be as high as it likes.
_HIGH = 10_000
_LAST_HAPPENINGS = 20
Json = dict[str, Any]


def show(picture: Picture, console: Console) -> None:
    """Print the picture once, with every account and symbol, whatever the terminal's height."""
    model = replace(picture.model, happenings=picture.model.happenings[-_LAST_HAPPENINGS:])
    console.print(screen(model, picture.now_ms, console.width, _HIGH))


def watch(ask: Callable[[], Picture], console: Console) -> None:
    """Draw the picture again each second until the process ends (raises NotRunning) or Ctrl-C."""
    with Live(console=console, auto_refresh=False, screen=True) as live:
        while True:
            picture = ask()
            live.update(screen(picture.model, picture.now_ms, console.width, console.height), refresh=True)
            sleep(_EVERY_S)


def watch_json(ask: Callable[[], Picture]) -> None:
    """Write a JSON object a line, each second, until the process ends (raises NotRunning) or Ctrl-C."""
    while True:
        sys.stdout.buffer.write(orjson.dumps(as_json(ask()), option=orjson.OPT_APPEND_NEWLINE))
        sys.stdout.buffer.flush()
        sleep(_EVERY_S)


def as_json(picture: Picture) -> Json:
    """The run's summary so far, and with each account its figures and sides of now; money is text."""
    told = summary(picture.model, picture.now_ms)
    told |= {"format": FORMAT, "version": VERSION, "at_utc": told.pop("ended_utc"), "pid": picture.pid}
    told["shared_streams"] = dict(picture.model.shared_streams)
    tallies = picture.model.accounts.values()
    for account, tally in zip(told["accounts"], tallies, strict=True):
        account |= _account(tally)
        for symbol, (name, of) in zip(account["symbols"], tally.symbols.items(), strict=True):
            symbol["live"] = None if of.report is None else _symbol(of.report)
            assert symbol["symbol"] == name
    told["refusals"] = list(picture.refusals)
    told["happenings"] = [
        {
            "at_utc": iso_utc(happening.at_ms),
            "severity": happening.severity.value,
            "account": happening.account,
            "subject": happening.subject,
            "text": happening.text,
        }
        for happening in picture.model.happenings[-_LAST_HAPPENINGS:]
    ]
    return told


def _account(tally: AccountTally) -> Json:
    report = tally.report
    live = None
    if report is not None:
        live = {
            "at_utc": iso_utc(report.at_ms),
            "equity_usdt": f"{report.equity:f}",
            "available_usdt": f"{report.available:f}",
            "initial_margin_usdt": f"{report.initial_margin:f}",
            "maintenance_rate": f"{report.maintenance_rate:f}",
            "unknown_orders": report.unknown_orders,
            "queued_orders": report.queued_orders,
        }
    return {"not_running": tally.down, "streams": dict(tally.streams), "live": live}


def _symbol(report: SymbolReport) -> Json:
    return {
        "at_utc": iso_utc(report.at_ms),
        "last": _text(report.last),
        "mark": _text(report.mark),
        "activity": report.activity,
        "long": _side(report.long),
        "short": _side(report.short),
    }


def _side(side: SideReport) -> Json:
    return {
        "status": side.status,
        "cycle": side.cycle,
        "size": _text(side.size),
        "average_entry": _text(side.average_entry),
        "levels_filled": side.deepest_level + 1,
        "max_levels": side.max_levels,
        "take_profit_price": _text(side.take_profit_price),
        "take_profit_qty": _text(side.take_profit_qty),
        "unrealised_usdt": _text(side.unrealised),
        "pending": [_pending(entry) for entry in side.pending],
    }


def _pending(entry: PendingReport) -> Json:
    return {"level": entry.level, "price": _text(entry.price), "qty": _text(entry.qty)}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
