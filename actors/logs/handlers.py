"""The terminal, the files of all accounts, and the queue before both."""

from __future__ import annotations

import copy
import logging
import queue
import sys
from collections import deque
from collections.abc import Callable, Mapping
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from typing import Any

from actors.logs.fields import CONFIG_REFUSED, CRASH, STATUS
from actors.logs.formats import JsonFormat, PeopleFormat
from actors.logs.log_file import LogFile
from actors.logs.tracing import STEPS

_KEPT_RECORDS = 50
#: Beyond so many waiting records the writer doesn't follow: what comes then is lost, and counted.
MOST_WAITING = 20_000


class PeopleHandler(logging.StreamHandler[Any]):
    """Lines on stderr; ``hold`` keeps the last ones while a view fills the terminal: they would tear it."""

    def __init__(self, level: int) -> None:
        super().__init__(sys.stderr)
        self.setLevel(level)
        self.setFormatter(PeopleFormat())
        self._held: deque[logging.LogRecord] | None = None
        self.lost = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Steps are for files; here they are shown where every step is asked for."""
        wanted = record.name != STEPS.name or self.level <= logging.DEBUG
        return (
            wanted
            and getattr(record, "kind", "") not in (CRASH, CONFIG_REFUSED)
            and bool(super().filter(record))
        )

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or keep it."""
        if self._held is None:
            super().emit(record)
        else:
            self._held.append(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's names
        """A line that the terminal didn't take. What logging says then would go there, too."""
        self.lost += 1

    def hold(self) -> None:
        """Keep the last lines from now on."""
        self._held = deque(maxlen=_KEPT_RECORDS)

    def show(self) -> None:
        """Write what was kept, and go on. (``release`` is logging's own name, for the lock.)"""
        held, self._held = self._held, None
        for record in held or ():
            super().emit(record)


class FilesHandler(logging.Handler):
    """A JSON line in the file of the record's account; account 0 is the process."""

    def __init__(self, level: int, make: Callable[[Path], LogFile], paths: Mapping[int, Path]) -> None:
        super().__init__(level)
        self._make, self._paths = make, paths
        self._files: dict[int, LogFile] = {}
        self._format = JsonFormat()
        self.on_trouble: Callable[[str], None] = _to_nobody

    def filter(self, record: logging.LogRecord) -> bool:
        """Files have no lines that only say how things stand."""
        return getattr(record, "kind", "") != STATUS and bool(super().filter(record))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one; what can't be written is the file's matter."""
        number = getattr(record, "account", 0)
        number = number if number in self._paths else 0
        if number not in self._files:
            self._files[number] = self._make(self._paths[number])
        trouble = self._files[number].append(self._format.line(record))
        if trouble:
            self.on_trouble(trouble)

    @property
    def lost(self) -> int:
        """Records that no file has; may be asked from any thread."""
        return sum(file.lost for file in list(self._files.values()))

    def close(self) -> None:
        """Let all files go."""
        for file in self._files.values():
            file.close()
        super().close()


class WaitingRoom(QueueHandler):
    """Puts records into the queue as they are; masking and formatting are the writer's work."""

    def __init__(self, targets: tuple[logging.Handler, ...]) -> None:
        self.records: queue.SimpleQueue[Any] = queue.SimpleQueue()
        super().__init__(self.records)
        self._targets = targets
        self.lost = 0

    def addFilter(self, filter: Any) -> None:  # noqa: N802  # logging's names
        """Filters belong to those who write."""
        for target in self._targets:
            target.addFilter(filter)

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        """A record of our own, for others may change theirs."""
        return copy.copy(record)

    def enqueue(self, record: logging.LogRecord) -> None:
        """Never waits."""
        if self.records.qsize() < MOST_WAITING:
            self.records.put(record)
        else:
            self.lost += 1


class Writer(QueueListener):
    """The one thread that writes; its end is waited for, but not for ever."""

    def stop_within(self, limit_s: float) -> bool:
        """Write what waits; whether that was done in time."""
        thread = self._thread
        if thread is None:
            return True
        self.enqueue_sentinel()
        thread.join(limit_s)
        self._thread = None
        return not thread.is_alive()


def _to_nobody(text: str) -> None:
    """Nobody asked to be told."""
