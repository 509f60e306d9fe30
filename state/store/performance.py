"""``{account}_performance_metrics.csv``: a row a minute of equity, money and every side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from messages.reports import AccountReport, SideReport, SymbolReport
from state.store.csv_file import CsvFile, CsvFileError, ForeignFile
from state.store.disk import Disk
from state.store.files import move_aside
from state.store.times import iso_utc

ACCOUNT_COLUMNS = ("time_utc", "equity_usdt", "available_usdt", "maintenance_rate")
SIDE_COLUMNS = ("size", "average", "unrealised_usdt", "realised_usdt", "cycle")
_MOST_KEPT = 10_000


class PerformanceFile:
    """The file at ``path`` of a disk; columns follow the symbols of each row.

    Where they differ from the file's, the old file is kept beside it as ``.1``, ``.2`` ... and a new one
    begun. ``append`` raises ``OSError`` as the disk does, with nothing written.
    """

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self.path = path
        self._file: CsvFile | None = None

    def append(self, account: AccountReport, symbols: Sequence[SymbolReport]) -> None:
        """Add one row, flushed to the disk; symbols stand in alphabetical order. Amounts in USDT."""
        ordered = sorted(symbols, key=lambda report: report.symbol)
        file = self._with_columns(columns_for([report.symbol for report in ordered]))
        cells = [iso_utc(account.at_ms), f"{account.equity:f}", f"{account.available:f}"]
        cells.append(f"{account.maintenance_rate:f}")
        for report in ordered:
            cells += [*_cells(report.long), *_cells(report.short)]
        file.append([cells])

    def close(self) -> None:
        """Let the file go."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _with_columns(self, columns: tuple[str, ...]) -> CsvFile:
        if self._file is None or self._file.columns != columns:
            self.close()
            try:
                self._file = CsvFile(self._disk, self.path, columns)
            except ForeignFile:
                _keep_aside(self._disk, self.path)
                self._file = CsvFile(self._disk, self.path, columns)
        return self._file


def columns_for(symbols: Sequence[str]) -> tuple[str, ...]:
    """The file's columns for these symbols: ``SOLUSDT_long_size`` ... after those of the account."""
    sides = [
        f"{symbol}_{side}_{name}" for symbol in symbols for side in ("long", "short") for name in SIDE_COLUMNS
    ]
    return (*ACCOUNT_COLUMNS, *sides)


def _cells(side: SideReport) -> list[str]:
    amounts = (side.size, side.average_entry, side.unrealised, side.realised)
    return [*(f"{amount:f}" for amount in amounts), str(side.cycle)]


def _keep_aside(disk: Disk, path: Path) -> None:
    for number in range(1, _MOST_KEPT):
        try:
            move_aside(disk, path, path.with_name(f"{path.name}.{number}"))
        except FileExistsError:
            continue
        return
    raise CsvFileError(f"{path}: {_MOST_KEPT} old files lie beside it; remove some")
