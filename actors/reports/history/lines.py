"""The whole lines of a CSV file that a bot may be writing at this moment.

What an append has not finished, or a crash has torn, is the end of the file; the bot cuts it when it starts.
Any other line that is not as it should be is named with its number.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

#: As far back as an append may reach that a crash has torn (state/store/csv_file.py).
_TORN_REACH = 1_000_000
_LONGEST_SHOWN = 60
#: A quotient has 28 digits, and as many zeros before them as it is small.
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,80})?", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", re.ASCII)
T = TypeVar("T")


class HistoryError(Exception):
    """A file that can't be read; the text says which, where in it, and what to do."""


class Wrong(Exception):
    """A cell that is not what it should be: column, what was expected, what stands there."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        shown = found if len(found) <= _LONGEST_SHOWN else f"{found[:_LONGEST_SHOWN]} …"
        super().__init__(f"{column} is {shown!r}, {expected} expected")


class Row:
    """A line's cells by column, read as what they should be; raises Wrong."""

    __slots__ = ("_cells", "number")

    def __init__(self, cells: dict[str, str], number: int) -> None:
        self._cells, self.number = cells, number

    def text(self, column: str) -> str:
        """As it stands."""
        return self._cells[column]

    def exact(self, column: str) -> Decimal:
        """A number, exactly."""
        found = self._cells[column]
        if not _NUMBER.fullmatch(found):
            raise Wrong(column, "a number such as 12.5", found)
        return Decimal(found)

    def whole(self, column: str) -> int:
        """A whole number."""
        found = self._cells[column]
        if not _WHOLE.fullmatch(found):
            raise Wrong(column, "a whole number", found)
        return int(found)

    def time_ms(self, column: str) -> int:
        """A time in UTC, in milliseconds."""
        found = self._cells[column]
        try:
            at = datetime.fromisoformat(found) if _TIME.fullmatch(found) else None
        except ValueError:
            at = None
        if at is None:
            raise Wrong(column, "a time such as 2026-01-01T00:00:00.000Z", found)
        return round(at.timestamp() * 1000)

    def one_of(self, column: str, known: dict[str, T]) -> T:
        """One of a few words."""
        found = self._cells[column]
        if found not in known:
            raise Wrong(column, " or ".join(known), found)
        return known[found]


def read_rows(path: Path, columns: Callable[[Sequence[str]], str], parse: Callable[[Row], T]) -> Iterator[T]:
    """Each row of the file as ``parse`` gives it; ``columns`` says what is wrong with a header, or "".

    Raises HistoryError.
    """
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            yield from _parsed(path, _whole_lines(path, file, size), columns, parse)
    except FileNotFoundError:
        raise HistoryError(f"{path}: no such file: nothing has been written there yet") from None
    except OSError as error:
        raise HistoryError(f"{path}: can't be read: {error.strerror or error}") from None


def _whole_lines(path: Path, lines: Iterator[bytes], size: int) -> Iterator[str]:
    offset = 0
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            return
        if b"\0" in line:
            if offset + len(line) >= size - _TORN_REACH:
                return
            raise _spoilt(path, number, "holds NUL bytes")
        offset += len(line)
        yield line.decode("utf-8", errors="replace")


def _parsed(
    path: Path, lines: Iterator[str], columns: Callable[[Sequence[str]], str], parse: Callable[[Row], T]
) -> Iterator[T]:
    reader = csv.reader(lines, strict=True)
    header: list[str] | None = None
    number = 0
    try:
        for cells in reader:
            number += 1
            if reader.line_num != number:
                raise _spoilt(path, number, "has a quote that is not closed")
            if header is None:
                header = cells
                wrong = columns(header)
                if wrong:
                    raise HistoryError(f"{path}: {wrong}: is it the right file?")
                continue
            if len(cells) != len(header):
                raise _spoilt(path, number, f"has {len(cells)} cells, {len(header)} expected")
            try:
                yield parse(Row(dict(zip(header, cells, strict=True)), number))
            except Wrong as wrong_cell:
                raise _spoilt(path, number, str(wrong_cell)) from None
    except csv.Error as error:
        raise _spoilt(path, number + 1, f"is not CSV ({error})") from None
    if header is None:
        raise HistoryError(f"{path}: is empty: the bot writes at least the names of the columns")


def _spoilt(path: Path, number: int, what: str) -> HistoryError:
    return HistoryError(f"{path}:{number}: {what}: mend the line, or take it out")
