"""``{account}_trades_history.csv``: every execution that the grid booked, each ``exec_id`` once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path

from messages.events import TradeBooked
from state.store.csv_file import CsvFile
from state.store.disk import Disk
from state.store.times import iso_utc

COLUMNS = (
    "time_utc",
    "exec_ms",
    "account",
    "symbol",
    "side",
    "cycle",
    "role",
    "level",
    "order_link_id",
    "exec_id",
    "exec_type",
    "order_side",
    "price",
    "qty",
    "value_usdt",
    "fee_usdt",
    "maker",
    "seq",
)
REMEMBERED_MS = 30 * 24 * 60 * 60 * 1000


class TradesFile:
    """Opens (or begins) the file and reads which executions it has.

    The ids of the 30 days up to the newest execution are held in memory; an older execution, which only
    a rebuild brings, is looked for in the file itself. Raises ``CsvFileError`` for a file that is not
    ours or was damaged in its middle, ``OSError`` as the disk does.
    """

    def __init__(self, disk: Disk, path: Path) -> None:
        self._file = CsvFile(disk, path, COLUMNS)
        self._recent: OrderedDict[str, int] = OrderedDict()
        self._newest_ms = 0
        try:
            for exec_id, exec_ms in self._executions():
                self._remember(exec_id, exec_ms)
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self._file.path

    @property
    def cut_bytes(self) -> int:
        """How many bytes of a torn end were cut at the opening."""
        return self._file.cut_bytes

    def append(self, trades: Iterable[TradeBooked]) -> int:
        """Add those that the file doesn't have, flushed to the disk; gives how many were new.

        On ``OSError`` none was added, and the same call may be made again.
        """
        new = self._unknown({trade.execution.exec_id: trade for trade in trades})
        self._file.append([_cells(trade) for trade in new])
        for trade in new:
            self._remember(trade.execution.exec_id, trade.execution.exec_ms)
        return len(new)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _unknown(self, trades: dict[str, TradeBooked]) -> list[TradeBooked]:
        new = {exec_id: trade for exec_id, trade in trades.items() if exec_id not in self._recent}
        if any(trade.execution.exec_ms < self._oldest_remembered_ms for trade in new.values()):
            for exec_id, _ in self._executions():
                new.pop(exec_id, None)
        return list(new.values())

    def _executions(self) -> Iterator[tuple[str, int]]:
        for number, row in enumerate(self._file.rows(), start=2):
            text = row["exec_ms"]
            if not (text.isascii() and text.isdigit()):
                raise self._file.wrong_line(number, f"exec_ms is {text!r}, a whole number expected")
            yield row["exec_id"], int(text)

    @property
    def _oldest_remembered_ms(self) -> int:
        return self._newest_ms - REMEMBERED_MS

    def _remember(self, exec_id: str, exec_ms: int) -> None:
        self._newest_ms = max(self._newest_ms, exec_ms)
        self._recent[exec_id] = exec_ms
        # Booked nearly in order of time, so the oldest stand in front.
        while next(iter(self._recent.values())) < self._oldest_remembered_ms:
            self._recent.popitem(last=False)


def _cells(trade: TradeBooked) -> list[str]:
    execution = trade.execution
    return [
        iso_utc(execution.exec_ms),
        str(execution.exec_ms),
        f"{trade.account:03d}",
        execution.symbol,
        trade.side.value,
        str(trade.cycle),
        trade.role,
        str(trade.level),
        execution.order_link_id,
        execution.exec_id,
        execution.exec_type.value,
        execution.order_side.value,
        f"{execution.price:f}",
        f"{execution.qty:f}",
        f"{execution.price * execution.qty:f}",
        f"{execution.fee_usdt:f}",
        "yes" if execution.is_maker else "no",
        str(execution.seq),
    ]
