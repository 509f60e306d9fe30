"""One log file: appended to, rotated by size, its owner's alone (mode 0600), and never in anybody's way.

| what happens                 | then                                                                   |
|------------------------------|------------------------------------------------------------------------|
| it grows beyond its size     | it becomes FILE.1, .1 becomes .2 …; the oldest beyond ``kept`` goes    |
| the disk refuses             | the line is lost and counted; the next attempt is 5 s later            |
| the disk takes lines again   | the first one says how many are missing                                |
| a line was torn (a kill)     | the next one begins on a line of its own                               |
| the file is moved away       | a new one is begun                                                     |
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from exchange.clock import Clock
from state.store.disk import Disk
from state.store.files import disk_trouble, make_folder, write_all

_AGAIN_NS = 5_000_000_000


class LogFile:
    """Belongs to one thread. ``gap`` makes the line that says how many lines are missing, and why.

    ``lost`` counts the lines that were lost ever; any thread may look at it.
    """

    def __init__(
        self,
        disk: Disk,
        path: Path,
        clock: Clock,
        gap: Callable[[int, str], bytes],
        *,
        max_bytes: int,
        kept: int,
    ) -> None:
        self._disk, self._path, self._clock, self._gap = disk, path, clock, gap
        self._max_bytes, self._kept = max_bytes, kept
        self._descriptor = -1
        self._size = 0
        self._missing, self._trouble, self._again_ns = 0, "", 0
        self.lost = 0

    def append(self, line: bytes) -> str:
        """Write a line; what has gone wrong, once, when it begins to; never raises for the disk."""
        if self._trouble and self._clock.monotonic_ns() < self._again_ns:
            self._miss()
            return ""
        try:
            self._write(self._gap(self._missing, self._trouble) + line if self._missing else line)
        except OSError as error:
            return self._failed(error)
        self._missing, self._trouble = 0, ""
        return ""

    def close(self) -> None:
        """Let the file go; the next line opens it again."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            self._disk.close(descriptor)

    def _write(self, payload: bytes) -> None:
        if self._descriptor >= 0 and not self._disk.exists(self._path):
            self.close()
        if self._descriptor < 0:
            self._open()
        if self._size and self._size + len(payload) > self._max_bytes:
            self._rotate()
        write_all(self._disk, self._descriptor, payload)
        self._size += len(payload)

    def _open(self) -> None:
        make_folder(self._disk, self._path.parent)
        self._descriptor = self._disk.open(self._path)
        self._size = self._disk.size(self._descriptor)
        if self._size and self._disk.pread(self._descriptor, 1, self._size - 1) != b"\n":
            write_all(self._disk, self._descriptor, b"\n")
            self._size += 1

    def _rotate(self) -> None:
        self.close()
        for number in range(self._kept, 0, -1):
            older = self._numbered(number)
            newer = self._numbered(number - 1) if number > 1 else self._path
            if self._disk.exists(newer):
                self._disk.replace(newer, older)
        self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")

    def _miss(self) -> None:
        self._missing += 1
        self.lost += 1

    def _failed(self, error: OSError) -> str:
        began = not self._trouble
        self._miss()
        self._trouble = disk_trouble(error, self._path)
        self._again_ns = self._clock.monotonic_ns() + _AGAIN_NS
        try:
            self.close()
        except OSError:
            self._descriptor = -1
        return self._trouble if began else ""
