"""Notices from the messages that the watch gets; what is told again and again is noticed when it begins."""

from __future__ import annotations

from actors.notices.notice import Notice, Topic, notice_of
from messages.events import Note, Severity
from messages.reports import AccountChanged, AccountReport, StateWritten


class Hearing:
    """Remembers, for each account, whether it runs, its file is written, and its stop is known."""

    def __init__(self) -> None:
        self._unwritten: set[int] = set()
        self._stopped: dict[int, bool] = {}
        self._runs: dict[int, tuple[bool, str]] = {}

    def notice(self, message: object, now_ms: int) -> Notice | None:
        """The notice that a message makes, None for most."""
        match message:
            case Note():
                if message.kind in ("emergency_stop", "stopped"):
                    self._stopped[message.account] = True
                return notice_of(message)
            case AccountChanged():
                return self._changed(message, now_ms)
            case StateWritten():
                return self._written(message)
            case AccountReport():
                return self._reported(message)
        return None

    def _changed(self, changed: AccountChanged, now_ms: int) -> Notice | None:
        """One that ran is started again by itself; one that does not start may need a person."""
        ran, why = self._runs.get(changed.account, (False, ""))
        self._runs[changed.account] = (changed.running, changed.reason)
        if changed.running:
            severity, text = Severity.WARNING, "runs again"
            told = not ran and bool(why)
        else:
            severity = Severity.WARNING if ran else Severity.CRITICAL
            text = f"{'runs no longer' if ran else 'does not start'}: {changed.reason}"
            told = ran or changed.reason != why
        if not told:
            return None
        return _of_account(changed.account, Topic.RESTARTS, severity, "account_restart", text, now_ms)

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
