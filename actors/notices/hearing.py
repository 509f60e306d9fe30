"""Notices from the messages that the watch gets; what is told again and again is noticed when it begins."""

from __future__ import annotations

from actors.notices.notice import Notice, Topic, notice_of
from messages.events import Counted, Note, Severity
from messages.reports import AccountReport, StateWritten


class Hearing:
    """Remembers, for each account, whether its file is written and whether its stop is known."""

    def __init__(self) -> None:
        self._unwritten: set[int] = set()
        self._stopped: dict[int, bool] = {}

    def notice(self, message: object, now_ms: int) -> Notice | None:
        """The notice that a message makes, None for most."""
        match message:
            case Note():
                if message.kind in ("emergency_stop", "stopped"):
                    self._stopped[message.account] = True
                return notice_of(message)
            case Counted(name="actor_restart"):
                text = "an actor has died: the account is started again"
                return _of_account(message.account, Topic.RESTARTS, Severity.WARNING, "restart", text, now_ms)
            case StateWritten():
                return self._written(message)
            case AccountReport():
                return self._reported(message)
        return None

    def _written(self, written: StateWritten) -> Notice | None:
        number, failed = written.account, bool(written.failure)
        if failed == (number in self._unwritten):
            return None
        if failed:
            self._unwritten.add(number)
            text, severity = f"state not written: {written.failure}", Severity.CRITICAL
        else:
            self._unwritten.discard(number)
            text, severity = "the state is written again", Severity.WARNING
        return _of_account(number, Topic.TROUBLE, severity, "state_not_written", text, written.at_ms)

    def _reported(self, report: AccountReport) -> Notice | None:
        """An account that begins as stopped says so: its stop was told to a process before."""
        known = self._stopped.get(report.account)
        self._stopped[report.account] = bool(report.stopped)
        if known is not None or not report.stopped:
            return None
        text = f"begins as stopped: {report.stopped}"
        return _of_account(
            report.account, Topic.STOPS, Severity.WARNING, "begins_stopped", text, report.at_ms
        )


def _of_account(account: int, topic: Topic, severity: Severity, kind: str, text: str, at_ms: int) -> Notice:
    return Notice(
        topic=topic, severity=severity, account=account, symbol="", kind=kind, text=text, at_ms=at_ms
    )
