"""What a record of the watch tells beside its text: whose it is, and of which kind."""

from __future__ import annotations

from actors.logs.fields import about
from messages.events import CycleClosed, Note
from messages.ids import cycle_id
from messages.reports import StateWritten, StreamChanged, SyncFinished


def about_message(message: object, text: str) -> dict[str, object]:
    """The ``extra`` for a message that makes a line; in files ``text`` stands without whose it is."""
    return {**_about(message), "text": text}


def _about(message: object) -> dict[str, object]:
    match message:
        case Note():
            return about(
                kind=message.kind,
                account=message.account,
                symbol=message.symbol,
                side=message.side,
                cycle=_cycle(message, message.cycle),
                at_ms=message.at_ms,
            )
        case CycleClosed():
            return about(
                kind="cycle_closed",
                account=message.account,
                symbol=message.symbol,
                side=message.side,
                cycle=_cycle(message, message.cycle),
            )
        case StreamChanged():
            kind = "stream_up" if message.up else "stream_down"
            return about(kind=kind, account=message.account, at_ms=message.at_ms)
        case StateWritten():
            return about(kind="state_not_written", account=message.account, at_ms=message.at_ms)
        case SyncFinished():
            return about(kind="sync_failed", account=message.account, at_ms=message.at_ms)
    return about(kind="log")


def _cycle(message: Note | CycleClosed, cycle: int | None) -> str:
    if message.side is None or cycle is None:
        return ""
    return cycle_id(message.account, message.symbol, message.side, cycle)
