"""One sentence for each message that a person may want to read: for the view's last lines and the log."""

from __future__ import annotations

from dataclasses import dataclass

from actors.display.formats import average, duration, quantity, usdt, usdt_change
from messages.events import CycleClosed, Note, Severity
from messages.reports import StateWritten, StreamChanged, SyncFinished


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """``account`` 0 and ``subject`` "" where it concerns all. ``subject`` is a symbol, with its side."""

    at_ms: int
    severity: Severity
    account: int
    subject: str
    text: str


def happening_of(message: object) -> Happening | None:
    """The sentence for a message, or None for those that are only counted."""
    match message:
        case Note():
            subject = f"{message.symbol} {message.side or ''}".strip()
            return _happening(message.account, message.at_ms, message.text, message.severity, subject)
        case CycleClosed():
            subject = f"{message.symbol} {message.side}"
            return _happening(message.account, message.closed_ms, _close(message), subject=subject)
        case StreamChanged(up=True):
            text = f"{message.stream} stream up {message.reason}".strip()
            return _happening(message.account, message.at_ms, text)
        case StreamChanged():
            text = f"{message.stream} stream down: {message.reason or 'no reason given'}"
            return _happening(message.account, message.at_ms, text, Severity.WARNING)
        case StateWritten() if message.failure:
            text = f"state not written: {message.failure}"
            return _happening(message.account, message.at_ms, text, Severity.CRITICAL)
        case SyncFinished() if message.failure:
            text = f"sync failed: {message.failure}"
            return _happening(message.account, message.at_ms, text, Severity.WARNING)
    return None


def _happening(
    account: int, at_ms: int, text: str, severity: Severity = Severity.INFO, subject: str = ""
) -> Happening:
    one_line = " ".join(text.split())
    return Happening(account=account, at_ms=at_ms, severity=severity, subject=subject, text=one_line)


def _close(closed: CycleClosed) -> str:
    realised = closed.profit - closed.fees - closed.funding
    levels = f"levels 0-{closed.deepest_level}" if closed.deepest_level > 0 else "level 0"
    cause = closed.cause.replace("_", " ")
    return (
        f"cycle {closed.cycle} closed ({cause}), realised {usdt_change(realised, 4)}: "
        f"{quantity(closed.entry_qty)} at {average(closed.average_entry)} → {average(closed.average_exit)}, "
        f"{levels}, {duration(closed.closed_ms - closed.opened_ms)}, "
        f"fees {usdt(closed.fees, 4)}, funding {usdt(closed.funding, 4)}"
    )
