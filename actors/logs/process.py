"""The log of a process: set up, held while a view fills the terminal, put away in order.

with process_log(config, quiet=terminal) as log:
    with log.held(terminal), live_view(terminal) as draw:
        ...
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from actors.account import Files
from actors.logs.fields import CONFIG_REFUSED, CRASH, about
from actors.logs.formats import JsonFormat
from actors.logs.handlers import FilesHandler, PeopleHandler, WaitingRoom, Writer
from actors.logs.log_file import LogFile
from config import Config, ConfigError
from exchange.clock import SystemClock
from state.store.disk import Disk, RealDisk

_END_S = 2.0
_MEGABYTE = 1_000_000
PROCESS_FILE = "process_log.jsonl"


class ProcessLog:
    """A log that is set up."""

    def __init__(self, room: WaitingRoom, people: PeopleHandler, files: FilesHandler | None) -> None:
        self._room, self._people, self._files = room, people, files

    def lost(self) -> dict[str, int]:
        """How many records were lost in the queue, on the terminal, in files; any thread may ask."""
        files = self._files.lost if self._files is not None else 0
        return {"queue": self._room.lost, "terminal": self._people.lost, "file": files}

    @contextmanager
    def held(self, terminal: bool) -> Iterator[None]:
        """Keep the terminal's last lines while a view fills it; write them after."""
        if not terminal:
            yield
            return
        self._people.hold()
        try:
            yield
        finally:
            self._people.show()


@contextmanager
def process_log(config: Config, *, quiet: bool, disk: Disk | None = None) -> Iterator[ProcessLog]:
    """Lines on stderr, and JSON lines in the data folder; ``quiet`` leaves errors alone on stderr.

    Handlers that are there already stay. At the end what waits is written, and what is logged later goes to
    stderr at once: the interpreter's last words, masked as all others.
    """
    settings = config.process
    people = PeopleHandler(_level("error" if quiet else settings.log_level.value))
    files = _files(config, disk or RealDisk(), people) if settings.log.files else None
    targets = (people,) if files is None else (people, files)
    room = WaitingRoom(targets)
    writer = Writer(room.records, *targets, respect_handler_level=True)
    ours, root = logging.getLogger("sol_trader"), logging.getLogger()
    before = ours.level
    root.setLevel(logging.ERROR)
    ours.setLevel(min(target.level for target in targets))
    root.addHandler(room)
    writer.start()
    try:
        yield ProcessLog(room, people, files)
    except ConfigError as error:  # no failure of ours: whoever started the process is told by it
        ours.error("the process ends: %s", error, extra=about(kind=CONFIG_REFUSED))
        raise
    except Exception as error:
        ours.critical("the process ends: %s", type(error).__name__, exc_info=True, extra=about(kind=CRASH))
        raise
    finally:
        root.removeHandler(room)
        written = writer.stop_within(_END_S)
        if room.lost or not written:
            lost = f"{room.lost} records of the log are lost" if room.lost else "the last records may be lost"
            people.emit(_record(f"{lost}: terminal or disk were too slow"))
        if files is not None and written:
            files.close()
        root.addHandler(people)
        ours.setLevel(before or people.level)


def _files(config: Config, disk: Disk, people: PeopleHandler) -> FilesHandler:
    folder, log = Path(config.process.data_dir), config.process.log
    paths = {account.id: Files.of(folder, account).log for account in config.accounts}
    accounts = {path: number for number, path in paths.items()}
    make = partial(
        LogFile,
        disk,
        clock=SystemClock(),
        max_bytes=log.max_megabytes * _MEGABYTE,
        kept=log.kept_files,
    )

    def begin(path: Path) -> LogFile:
        return make(path, gap=partial(_gap, accounts.get(path, 0)))

    files = FilesHandler(_level(log.level.value), begin, {0: folder / PROCESS_FILE, **paths})
    files.on_trouble = lambda text: people.emit(_record(f"the log is not written: {text}"))
    return files


def _gap(account: int, lost: int, trouble: str) -> bytes:
    record = _record(f"{lost} records before this one are missing: {trouble}", account)
    return JsonFormat().line(record)


def _record(text: str, account: int = 0) -> logging.LogRecord:
    told = {"name": "sol_trader", "levelno": logging.ERROR, "levelname": "ERROR", "msg": text}
    return logging.makeLogRecord({**told, **about(kind="log_lost", account=account)})


def _level(name: str) -> int:
    return logging.getLevelNamesMapping()[name.upper()]
