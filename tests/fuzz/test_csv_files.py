"""A trades file, spoilt: opened with every whole line kept, or refused by name and left alone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings

from state.store.csv_file import CsvFileError
from state.store.disk import RealDisk
from state.store.trades import TradesFile
from tests.actors.test_keeper import booked
from tests.fuzz.spoiling import Choose, choosing, spoil_bytes

NUMBER = 20


def whole() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "001_trades_history.csv"
        trades = TradesFile(RealDisk(), path)
        trades.append([booked(f"e{number}") for number in range(NUMBER)])
        trades.close()
        return path.read_bytes()


WHOLE = whole()


def opened(path: Path) -> TradesFile | CsvFileError:
    try:
        return TradesFile(RealDisk(), path)
    except CsvFileError as refusal:
        return refusal


@settings(deadline=None, max_examples=150)
@given(choosing())
def test_a_spoilt_trades_file_is_refused_by_name_or_goes_on_with_each_execution_once(choose: Choose) -> None:
    payload = spoil_bytes(WHOLE, choose)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "001_trades_history.csv"
        path.write_bytes(payload)
        trades = opened(path)
        if isinstance(trades, CsvFileError):
            assert str(path) in str(trades)
            assert "move " in str(trades)
            return
        kept = path.read_bytes()
        assert kept.startswith(payload[: len(payload) - trades.cut_bytes])
        trades.append([booked(f"e{number}") for number in range(NUMBER)])
        trades.append([booked(f"e{number}") for number in range(NUMBER)])
        trades.close()
        TradesFile(RealDisk(), path).close()
        assert path.read_bytes().startswith(kept)
        ids = [line.split(b",")[9] for line in path.read_bytes()[len(kept) :].splitlines()]
        assert len(set(ids)) == len(ids)
