"""Price files: bars as parquet or CSV, and a day of Binance aggTrades as a zip.

Bars need the columns ``open_time_ms`` (UTC ms), ``open high low close`` (USDT) and ``volume`` (base
coin). The symbol stands in the file's name (``bybit-linear_SOLUSDT_1m_….parquet``) or before it
(``SOLUSDT=prices.csv``). Every complaint is a PriceError.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from exchange.venue.market.bars import Bars, bars_from
from exchange.venue.market.checks import COLUMNS
from exchange.venue.market.errors import PriceError
from exchange.venue.market.listing import Floats, Listing
from exchange.venue.market.tape import TAPE_COLUMNS, Tape, tape_from

Source = Bars | Tape


def read_prices(given: str, listings: Mapping[str, Listing]) -> Source:
    """Read one ``PATH`` or ``SYMBOL=PATH``; the listing of its symbol says tick and step."""
    symbol, path = name_symbol(given, listings)
    if not path.is_file():
        raise PriceError(f"{path}: no such file; give the path of a parquet, CSV or aggTrades zip file")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise PriceError(f"{path}: don't know files named *{path.suffix}; give one of {', '.join(_READERS)}")
    try:
        table = reader(path)
    except (pa.ArrowException, BadZipFile, UnicodeDecodeError, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise PriceError(f"{path}: not readable as {path.suffix.lower()}: {reason}") from error
    if path.suffix.lower() == ".zip":
        return tape_from(symbol, listings[symbol], _columns(table, TAPE_COLUMNS, path), str(path))
    return bars_from(symbol, listings[symbol], _columns(table, COLUMNS, path), str(path))


def name_symbol(given: str, symbols: Mapping[str, object]) -> tuple[str, Path]:
    """Split ``SYMBOL=PATH``, or find the one listed symbol that stands as a word in the file's name."""
    explicit = re.fullmatch(r"([A-Za-z0-9]+)=(.+)", given)
    if explicit:
        symbol, path = explicit[1].upper(), Path(explicit[2])
        if symbol not in symbols:
            raise PriceError(
                f"{given}: the venue doesn't list {symbol}; it lists {', '.join(sorted(symbols))}"
            )
        return symbol, path
    path = Path(given)
    words = dict.fromkeys(re.split(r"[^A-Z0-9]+", path.name.upper()))
    found = [word for word in words if word in symbols]
    if len(found) != 1:
        problem = f"names several symbols ({', '.join(found)})" if found else "doesn't name a listed symbol"
        raise PriceError(
            f"{given}: the file's name {problem}; "
            f"write SYMBOL={given} with one of {', '.join(sorted(symbols))}"
        )
    return found[0], path


def _columns(table: pa.Table, names: Sequence[str], path: Path) -> dict[str, Floats]:
    """The named columns as float64, in which a missing value is NaN."""
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise PriceError(
            f"{path}: no column {', '.join(missing)}; it has {', '.join(table.column_names) or 'none'}, "
            f"and needs {', '.join(names)}"
        )
    return {name: _floats(table.column(name), name, path) for name in names}


def _floats(column: pa.ChunkedArray, name: str, path: Path) -> Floats:
    kind = column.type
    if pa.types.is_boolean(kind):
        column = pc.cast(column, pa.int8())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)):
        for row, value in enumerate(column.to_pylist(), start=1):
            if not _is_number(value):
                raise PriceError(f"{path}: row {row}: {name} is {value!r}, not a number; correct the file")
    floats = pc.cast(column, pa.float64(), safe=False)
    return np.asarray(pc.fill_null(floats, float("nan")).to_numpy(), dtype=np.float64)


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def _read_parquet(path: Path) -> pa.Table:
    return pq.read_table(path)


def _read_csv(path: Path) -> pa.Table:
    if not path.stat().st_size:
        raise PriceError(f"{path}: empty file; give one with a header and at least one row")
    return pa.csv.read_csv(path)


def _read_zip(path: Path) -> pa.Table:
    with ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".csv")]
        if len(names) != 1:
            raise PriceError(f"{path}: holds {len(names)} CSV files; it must hold exactly one")
        with archive.open(names[0]) as file:
            return pa.csv.read_csv(file)


_READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".parquet": _read_parquet,
    ".csv": _read_csv,
    ".zip": _read_zip,
}
