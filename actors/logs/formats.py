"""A record as a line for people, and as a JSON object."""

from __future__ import annotations

import logging

import orjson

from actors.logs.fields import NUMBERS, TEXTS
from state.store.times import iso_utc

_STEPS = "sol_trader.steps"


class PeopleFormat(logging.Formatter):
    """``2026-01-01 17:33:18,123 INFO text``; a step says whose it is first."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        """The line, a traceback below it apart."""
        line = super().formatMessage(record)
        if record.name != _STEPS:
            return line
        told = vars(record)
        whose = told.get("cycle") or f"{told.get('account', 0):03d} {told.get('symbol', '')}"
        after = told.get("after_us")
        since = "" if after is None else f" (+{after / 1000:.1f} ms)"
        text = f"{whose} {told.get('kind')}: {record.message}{since}"
        return f"{self.formatTime(record)} {record.levelname} {text}"


class JsonFormat(logging.Formatter):
    """A JSON object in a line, ended; what does not apply is left out."""

    def line(self, record: logging.LogRecord) -> bytes:
        """The record, as it goes into a file."""
        told = vars(record)
        at_ms = told.get("at_ms") or int(record.created * 1000)
        fields: dict[str, object] = {"at": iso_utc(at_ms), "level": record.levelname}
        account = told.get("account")
        if isinstance(account, int) and account:
            fields["account"] = f"{account:03d}"
        fields |= {name: told[name] for name in TEXTS if told.get(name)}
        fields["kind"] = told.get("kind") or "log"
        fields |= {name: told[name] for name in NUMBERS if told.get(name) is not None}
        fields["text"] = told.get("text") or record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            fields["trace"] = record.exc_text
        return orjson.dumps(fields, option=orjson.OPT_APPEND_NEWLINE)

    def format(self, record: logging.LogRecord) -> str:
        """The same as text, without its end."""
        return self.line(record).decode().rstrip("\n")
