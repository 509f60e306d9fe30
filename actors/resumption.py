"""When people said ``resume`` after a flatten: kept at once, so that no kill can bring the flatten back.

A flatten stands in the state file until the file is written without it, a moment after ``resume``. A process
that dies within that moment has let the symbol trade again, and the next one finds the flatten in its state
and would carry it out on what was opened. So the guard writes this file before a grid hears of the
resumption, and a start says ``resume`` once more where the state has a flatten that is older than one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson

from messages.sides import Side
from state.grid.model import GridState
from state.store.disk import Disk
from state.store.files import write_whole

Resumed = tuple[str, Side | None]
"""A symbol, and the side that went on; None for both."""


def write_resumptions(disk: Disk, path: Path, account: int, said_ms: Mapping[Resumed, int]) -> None:
    """Keep when each symbol (or side) was resumed, whole and durably; raises OSError."""
    told = [
        {"symbol": symbol, "side": side.value if side is not None else None, "at_ms": at_ms}
        for (symbol, side), at_ms in said_ms.items()
    ]
    write_whole(disk, path, orjson.dumps({"account": account, "resumed": told}))


def lost_resumptions(disk: Disk, path: Path, grids: Mapping[str, GridState]) -> Iterator[Resumed]:
    """What is to be said again to revived grids. A file that can't be read says nothing: they stay flat."""
    flattened = {symbol: state.flatten for symbol, state in grids.items() if state.flatten is not None}
    if not flattened:
        return
    try:
        said = orjson.loads(disk.read_bytes(path))["resumed"]
        rows = [(row["symbol"], Side(row["side"]) if row["side"] else None, row["at_ms"]) for row in said]
    except (OSError, ValueError, KeyError, TypeError):
        return
    for symbol, side, at_ms in rows:
        if symbol in flattened and isinstance(at_ms, int) and at_ms >= flattened[symbol].started_ms:
            yield symbol, side
