"""A CSV file that only grows: a header, then whole lines, each flushed before it counts.

A crash can tear only what was being appended: the last line without its end, or lines that hold NUL
(space that a file system had set aside). They are cut when the file is opened; a line that is wrong for
any other reason is somebody's doing and is refused, not cut.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, TextIO

from state.store.disk import Disk
from state.store.files import make_folder, write_all

_LONGEST_HEADER = 1_000_000
_LONGEST_APPEND = 1_000_000
_LONGEST_SHOWN = 60
_CONTROL = dict.fromkeys((*range(32), 127), " ")


class CsvFileError(Exception):
    """A file that is not what it should be; the text says where, what, and what to do."""


class ForeignFile(CsvFileError):
    """A file with other columns, or no CSV at all; it was left as it is."""


class CsvFile:
    """Opens (or begins) ``path`` with these columns. Raises ``CsvFileError``, or ``OSError``."""

    def __init__(self, disk: Disk, path: Path, columns: Sequence[str]) -> None:
        self._disk = disk
        self.path = path
        self.columns = tuple(columns)
        self._failed_at: int | None = None
        self.cut_bytes = 0
        self._gone = False
        self._open()

    def _open(self) -> None:
        disk = self._disk
        self._descriptor = disk.open(self.path)
        try:
            self._check_header()
            self.cut_bytes = _cut_torn_end(disk, self._descriptor)
            if disk.size(self._descriptor) == 0:
                self._append_bytes(_line(self.columns))
            # What is read counts as kept; a killed writer may have flushed neither its lines nor the name.
            disk.fsync(self._descriptor)
            disk.flush_folder(self.path.parent)
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
        if self._gone:
            self._begin_anew()
        content = io.BufferedReader(_Content(self._disk, self._descriptor))
        with io.TextIOWrapper(content, encoding="utf-8", errors="replace", newline="") as text:
            for number, cells in enumerate(self._cells(text), start=1):
                if len(cells) != len(self.columns):
                    raise self.wrong_line(number, f"has {len(cells)} cells, {len(self.columns)} expected")
                if number > 1:
                    yield dict(zip(self.columns, cells, strict=True))

    def _cells(self, text: TextIO) -> Iterator[list[str]]:
        rows = csv.reader(text)
        try:
            yield from rows
        except csv.Error as error:  # a quote that is never closed, say
            raise self.wrong_line(rows.line_num, f"is not CSV ({error})") from error

    def wrong_line(self, number: int, what: str) -> CsvFileError:
        """The error for a line (the header is line 1) that no crash can have left so."""
        advice = "mend the line, or move the file away to begin a new one"
        return CsvFileError(f"{self.path}:{number}: {what}: {advice}")

    def close(self) -> None:
        """Let the file go; once is enough, twice does no harm."""
        if self._descriptor >= 0:
            self._disk.close(self._descriptor)
            self._descriptor = -1

    def _size(self) -> int:
        """The file's size. If somebody has removed it, or its folder, what comes now must not vanish with it:
        then it is begun anew."""
        if not self._gone:
            try:
                return self._disk.size(self._descriptor)
            except FileNotFoundError:
                self.close()
                self._gone, self._failed_at = True, None
        self._begin_anew()
        return self._disk.size(self._descriptor)

    def _begin_anew(self) -> None:
        make_folder(self._disk, self.path.parent)
        self._gone = False
        try:
            self._open()
        except BaseException:
            self._gone = True
            raise

    def _append_bytes(self, payload: bytes) -> None:
        self._cut_failed()
        size = self._size()
        try:
            write_all(self._disk, self._descriptor, payload)
            self._disk.fsync(self._descriptor)
        except OSError:
            self._failed_at = size
            self._cut_failed()
            raise

    def _cut_failed(self) -> None:
        """Cut what a failed append left; tried again before the next one where that fails, too."""
        if self._failed_at is not None:
            self._disk.truncate(self._descriptor, self._failed_at)
            self._failed_at = None

    def _check_header(self) -> None:
        """Before anything is cut: a file that isn't ours stays as it is."""
        ours = _line(self.columns)
        head = self._disk.pread(self._descriptor, _LONGEST_HEADER, 0)
        if not head.startswith(ours) and not _is_torn(head, ours):
            found = head.partition(b"\n")[0][:_LONGEST_SHOWN].decode("utf-8", errors="replace")
            raise ForeignFile(
                f"{self.path}: begins with {found!r}, not with the columns {','.join(self.columns)!r}: "
                "move the file away to begin a new one"
            )


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    # A cell never holds the end of a line: else a torn line could not be told from a whole one.
    csv.writer(text, lineterminator="\n").writerow(cell.translate(_CONTROL) for cell in cells)
    return text.getvalue().encode("utf-8", errors="replace")


def _is_torn(head: bytes, ours: bytes) -> bool:
    """Whether a crash may have left this of our header: any of its bytes may have become NUL, or be missing.

    Nothing follows then: rows are written only once the header is on the disk.
    """
    return all(found in (0, expected) for found, expected in zip_longest(head, ours, fillvalue=0))


def _cut_torn_end(disk: Disk, descriptor: int) -> int:
    """Cut what a crash left after the last whole line; gives the number of bytes cut.

    Whole lines may stand behind NUL where only the later part of an append reached the disk; so the last
    append's whole reach is looked at.
    """
    size = disk.size(descriptor)
    start, end, reach = size, 0, _LONGEST_APPEND
    while start > 0 and end == 0:
        start = max(0, size - reach)
        sound, _, _ = disk.pread(descriptor, size - start, start).partition(b"\0")
        end = sound.rfind(b"\n") + 1
        reach *= 4
    if start + end < size:
        disk.truncate(descriptor, start + end)
    return size - start - end


class _Content(io.RawIOBase):
    """A file from its beginning, as the standard library reads."""

    def __init__(self, disk: Disk, descriptor: int) -> None:
        self._disk, self._descriptor = disk, descriptor
        self._offset = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._disk.pread(self._descriptor, len(buffer), self._offset)
        buffer[: len(found)] = found
        self._offset += len(found)
        return len(found)
