"""A CSV file that only grows: a header, then whole lines, each flushed before it counts.

A crash can tear only what was being appended: the last line without its end, or lines that hold NUL
(space that a file system had set aside). They are cut when the file is opened; a line that is wrong for
any other reason is somebody's doing and is refused, not cut.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from state.store.files import PRIVATE, flush_folder

_LONGEST_HEADER = 1_000_000
_LONGEST_SHOWN = 60
_CONTROL = dict.fromkeys((*range(32), 127), " ")


class CsvFileError(Exception):
    """A file that is not what it should be; the text says where, what, and what to do."""


class ForeignFile(CsvFileError):
    """A file with other columns, or no CSV at all; it was left as it is."""


class CsvFile:
    """Opens (or begins) ``path`` with these columns. Raises ``CsvFileError``, or ``OSError``."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.columns = tuple(columns)
        self._failed_at: int | None = None
        begun = not path.exists()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, PRIVATE)
        try:
            self._check_header()
            self.cut_bytes = _cut_torn_end(self._descriptor)
            if os.fstat(self._descriptor).st_size == 0:
                self._append_bytes(_line(self.columns))
            if begun:
                flush_folder(path.parent)
        except BaseException:
            self.close()
            raise

    def append(self, rows: Sequence[Sequence[str]]) -> None:
        """Write these rows and flush them to the disk. On ``OSError`` none of them is in the file."""
        if any(len(row) != len(self.columns) for row in rows):
            raise ValueError(f"{self.path}: a row needs {len(self.columns)} cells")
        if rows:
            self._append_bytes(b"".join(_line(row) for row in rows))

    def rows(self) -> Iterator[dict[str, str]]:
        """The file's rows, oldest first; ``CsvFileError`` names a line that has the wrong cells."""
        with self.path.open(encoding="utf-8", errors="replace", newline="") as file:
            for number, cells in enumerate(csv.reader(file), start=1):
                if len(cells) != len(self.columns):
                    raise self.wrong_line(number, f"has {len(cells)} cells, {len(self.columns)} expected")
                if number > 1:
                    yield dict(zip(self.columns, cells, strict=True))

    def wrong_line(self, number: int, what: str) -> CsvFileError:
        """The error for a line (the header is line 1) that no crash can have left so."""
        advice = "mend the line, or move the file away to begin a new one"
        return CsvFileError(f"{self.path}:{number}: {what}: {advice}")

    def close(self) -> None:
        """Let the file go; once is enough, twice does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _append_bytes(self, payload: bytes) -> None:
        self._cut_failed()
        size = os.fstat(self._descriptor).st_size
        try:
            rest = memoryview(payload)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            os.fsync(self._descriptor)
        except OSError:
            self._failed_at = size
            self._cut_failed()
            raise

    def _cut_failed(self) -> None:
        """Cut what a failed append left; tried again before the next one where that fails, too."""
        if self._failed_at is not None:
            os.ftruncate(self._descriptor, self._failed_at)
            self._failed_at = None

    def _check_header(self) -> None:
        """Before anything is cut: a file that isn't ours stays as it is."""
        ours = _line(self.columns)
        head = os.pread(self._descriptor, _LONGEST_HEADER, 0)
        first, end, _ = head.partition(b"\n")
        torn = not end and ours.startswith(first.rstrip(b"\0"))
        if first + end != ours and not torn:
            found = first[:_LONGEST_SHOWN].decode("utf-8", errors="replace")
            raise ForeignFile(
                f"{self.path}: begins with {found!r}, not with the columns {','.join(self.columns)!r}: "
                "move the file away to begin a new one"
            )


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    # A cell never holds the end of a line: else a torn line could not be told from a whole one.
    csv.writer(text, lineterminator="\n").writerow(cell.translate(_CONTROL) for cell in cells)
    return text.getvalue().encode("utf-8", errors="replace")


def _cut_torn_end(descriptor: int) -> int:
    """Cut what a crash left after the last whole line; gives the number of bytes cut."""
    size = end = os.fstat(descriptor).st_size
    while end > 0:
        start = _start_of_last_line(descriptor, end)
        last = os.pread(descriptor, end - start, start)
        if last.endswith(b"\n") and b"\0" not in last:
            break
        end = start
    if end < size:
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)
    return size - end


def _start_of_last_line(descriptor: int, end: int, block: int = 65_536) -> int:
    """Where the line begins whose last byte is at ``end - 1``."""
    stop = end - 1
    while stop > 0:
        start = max(0, stop - block)
        found = os.pread(descriptor, stop - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        stop = start
    return 0
