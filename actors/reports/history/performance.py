"""``{account}_performance_metrics.csv`` as minutes, with the older files that lie beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from actors.reports.history.lines import Row, read_rows
from state.store.performance import ACCOUNT_COLUMNS, columns_for

_FIRST_OF_SYMBOL = "_long_size"


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    """The account at one time; amounts in USDT, ``maintenance_rate`` 1 is liquidation."""

    at_ms: int
    equity: Decimal
    available: Decimal
    maintenance_rate: Decimal


def read_performance(path: Path) -> Iterator[Minute]:
    """The file's rows; raises HistoryError."""
    return read_rows(path, _wrong_header, _minute)


def read_all_performance(path: Path) -> list[Minute]:
    """The rows of the file and of those that were kept beside it (``.1``, ``.2`` …), by time.

    An older file was kept where the config's symbols changed. Raises HistoryError.
    """
    numbers = {old.suffix[1:]: old for old in path.parent.glob(f"{path.name}.*")}
    files = [old for number, old in numbers.items() if number.isdigit()] + [path]
    minutes = [minute for file in files for minute in read_performance(file)]
    return sorted(minutes, key=lambda minute: minute.at_ms)


def _wrong_header(header: Sequence[str]) -> str:
    symbols = [name.removesuffix(_FIRST_OF_SYMBOL) for name in header if name.endswith(_FIRST_OF_SYMBOL)]
    if tuple(header) == columns_for(symbols):
        return ""
    return f"begins not with the columns {','.join(ACCOUNT_COLUMNS)} and those of each symbol's sides"


def _minute(row: Row) -> Minute:
    return Minute(
        at_ms=row.time_ms("time_utc"),
        equity=row.exact("equity_usdt"),
        available=row.exact("available_usdt"),
        maintenance_rate=row.exact("maintenance_rate"),
    )
