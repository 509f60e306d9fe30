"""The venue's own truth, one JSON object a line: requests received and private records pushed.

Complete and in the order in which things happened. Lines go to the file unbuffered and whole, so that
after a kill every line but at most the last is there in full. Keys, signatures and secrets never enter.

A journal with gaps proves nothing: once a line can't be written no other follows, and ``check`` says so.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from exchange.venue.contract import PrivatePush, Reply


class JournalFailed(Exception):
    """The file takes no more: which, and why."""


class Journal:
    """An open journal file; without a path it takes lines and keeps none."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._failure = path, ""
        # Unbuffered: what is written is in the hands of the kernel, whatever becomes of this process.
        self._file = None if path is None else os.fdopen(_opened(path), "wb", buffering=0)

    def request(self, at_ms: int, op: str, account: str, data: Any, reply: Reply) -> None:
        """A request and the code it was answered with; for batches also the code of each item."""
        line = {
            "ts": at_ms,
            "topic": "request",
            "op": op,
            "account": account,
            "data": data,
            "retCode": reply.ret_code,
        }
        if codes := _item_codes(reply):
            line["itemCodes"] = codes
        self._write([line])

    def push(self, push: PrivatePush) -> None:
        """The records of one private frame, a line each."""
        self._write(
            [
                {"ts": push.at_ms, "topic": push.topic, "account": push.account, "data": record}
                for record in push.data
            ]
        )

    def check(self) -> None:
        """Raises JournalFailed once a line could not be written."""
        if self._failure:
            raise JournalFailed(
                f"journal {self._path}: can't be written any more: {self._failure}; the venue ends, since a "
                "journal with gaps proves nothing"
            )

    def close(self) -> None:
        """Nothing more will be written."""
        if self._file is not None:
            if not self._failure and stat.S_ISREG(os.fstat(self._file.fileno()).st_mode):
                os.fsync(self._file.fileno())  # a pipe or a terminal can't be
            self._file.close()
            self._file = None

    def _write(self, lines: Sequence[Mapping[str, Any]]) -> None:
        if self._file is None or self._failure:
            return
        rest = memoryview(b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines))
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except OSError as error:
            self._failure = error.strerror or str(error)


def _opened(path: Path) -> int:
    """Empty; what accounts did is their owner's alone, where the file is a new one."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def _item_codes(reply: Reply) -> list[int]:
    items = reply.ret_ext_info.get("list", ())
    return [item["code"] for item in items]
