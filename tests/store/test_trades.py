"""The trades file has each execution once, whatever crashed, was told twice or came late."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.store.csv_file import CsvFileError
from state.store.disk import RealDisk
from state.store.trades import COLUMNS, REMEMBERED_MS, TradesFile
from tests.store.trades import DAY_MS, NOW_MS, a_trade


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def ids_of(path: Path) -> list[str]:
    return [row["exec_id"] for row in rows_of(path)]


def book(path: Path, *exec_ids: str, exec_ms: int = NOW_MS) -> int:
    trades = TradesFile(RealDisk(), path)
    try:
        return trades.append([a_trade(exec_id, exec_ms) for exec_id in exec_ids])
    finally:
        trades.close()


def test_a_trade_stands_in_the_file_to_the_digit(tmp_path: Path) -> None:
    path = tmp_path / "001_trades_history.csv"
    assert book(path, "e-1") == 1
    assert rows_of(path) == [
        {
            "time_utc": "2026-01-01T00:00:00.000Z",
            "exec_ms": "1767225600000",
            "account": "001",
            "symbol": "SOLUSDT",
            "side": "LONG",
            "cycle": "10",
            "role": "E",
            "level": "2",
            "order_link_id": "001LE02-SOLUSDT-00A001",
            "exec_id": "e-1",
            "exec_type": "Trade",
            "order_side": "Buy",
            "price": "145.230",
            "qty": "10",
            "value_usdt": "1452.30",
            "fee_usdt": "-0.00000003",
            "maker": "yes",
            "seq": "42",
        }
    ]
    assert path.stat().st_mode & 0o777 == 0o600


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=5), max_size=6))
def test_each_execution_stands_once_over_any_retelling_and_restart(batches: list[list[str]]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trades.csv"
        added = sum(book(path, *batch) for batch in batches)
        told = {exec_id for batch in batches for exec_id in batch}
        assert added == len(told)
        if batches:
            assert sorted(ids_of(path)) == sorted(told)


@given(st.data())
def test_a_torn_end_is_cut_and_its_executions_are_taken_again(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trades.csv"
        book(path, "e-1")
        kept = path.read_bytes()
        book(path, "e-2")
        whole = path.read_bytes()
        cut = data.draw(st.integers(0, len(whole) - 1))
        zeros = data.draw(st.sampled_from([b"", b"\0" * 700]))
        path.write_bytes(whole[:cut] + zeros)
        book(path, "e-1", "e-2")
        assert path.read_bytes() == whole or ids_of(path) == ["e-1", "e-2"]
        assert path.read_bytes().startswith(kept)


def test_the_cut_says_how_many_bytes_a_crash_left(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    book(path, "e-1")
    with path.open("ab") as file:
        file.write(b"2026-01-01T00:0")
    trades = TradesFile(RealDisk(), path)
    assert trades.cut_bytes == 15
    trades.close()


def test_a_torn_line_longer_than_a_block_is_cut_whole(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    book(path, "e-1")
    whole = path.read_bytes()
    path.write_bytes(whole + b"x" * 200_000)
    book(path)
    assert path.read_bytes() == whole


def test_an_execution_older_than_the_remembered_days_is_still_taken_once(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    old_ms = NOW_MS - REMEMBERED_MS - DAY_MS
    trades = TradesFile(RealDisk(), path)
    assert trades.append([a_trade("old", old_ms)]) == 1
    assert trades.append([a_trade("new")]) == 1
    assert trades.append([a_trade("old", old_ms), a_trade("older", old_ms - DAY_MS)]) == 1
    assert trades.append([a_trade("older", old_ms - DAY_MS), a_trade("new")]) == 0
    trades.close()
    assert ids_of(path) == ["old", "new", "older"]


def test_the_memory_holds_only_the_remembered_days(tmp_path: Path) -> None:
    trades = TradesFile(RealDisk(), tmp_path / "trades.csv")
    for day in range(100):
        trades.append([a_trade(f"e-{day}", NOW_MS + day * DAY_MS)])
    assert len(trades._recent) == 31
    trades.close()


@pytest.mark.parametrize("failing", ["write", "fsync"])
def test_a_failed_append_leaves_nothing_and_may_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "trades.csv"
    trades = TradesFile(RealDisk(), path)
    trades.append([a_trade("e-1")])
    before = path.read_bytes()
    real_write = os.write

    def half(descriptor: int, payload: Any) -> int:
        real_write(descriptor, payload[: len(payload) // 2])
        raise OSError(28, "No space left on device")

    def fail(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, failing, half if failing == "write" else fail)
    with pytest.raises(OSError, match=r"No space|Input"):
        trades.append([a_trade("e-2")])
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert trades.append([a_trade("e-2")]) == 1
    trades.close()
    assert ids_of(path) == ["e-1", "e-2"]


def test_what_a_failed_append_could_not_cut_is_cut_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "trades.csv"
    trades = TradesFile(RealDisk(), path)

    def fail(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    monkeypatch.setattr(os, "ftruncate", fail)
    with pytest.raises(OSError, match="Input"):
        trades.append([a_trade("e-1")])
    monkeypatch.undo()
    assert trades.append([a_trade("e-1")]) == 1
    trades.close()
    assert ids_of(path) == ["e-1"]


def test_a_foreign_header_is_refused_and_the_file_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "trades.csv"
    path.write_bytes(b"date,amount\n2020-01-01,5\n")
    with pytest.raises(
        CsvFileError, match="begins with 'date,amount', not with the columns 'time_u"
    ) as refused:
        TradesFile(RealDisk(), path)
    assert "move the file away" in str(refused.value)
    assert path.read_bytes() == b"date,amount\n2020-01-01,5\n"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1,2,3", "trades.csv:2: has 3 cells, 18 expected: mend the line"),
        (
            '1,"' + "x" * 200_000,
            "trades.csv:2: is not CSV (field larger than field limit (131072)): mend",
        ),
        (",".join(["x"] * 18), "trades.csv:2: exec_ms is 'x', a whole number expected"),
    ],
)
def test_a_line_that_no_crash_leaves_is_refused_by_its_number(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "trades.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{line}\n")
    book(tmp_path / "other.csv", "e-1")
    with pytest.raises(CsvFileError) as refused:
        TradesFile(RealDisk(), path)
    assert told in str(refused.value)


@given(st.text(max_size=20))
def test_no_text_in_an_id_can_break_the_lines(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "trades.csv"
        trades = TradesFile(RealDisk(), path)
        trades.append([a_trade("e-1", order_link_id=text), a_trade("e-2")])
        trades.close()
        assert book(path, "e-1", "e-2", "e-3") == 1
        assert ids_of(path) == ["e-1", "e-2", "e-3"]


@pytest.mark.parametrize("gone", ["the file", "its folder"])
def test_what_is_booked_after_the_file_was_removed_does_not_vanish_with_it(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "data" / "001_trades_history.csv"
    path.parent.mkdir()
    trades = TradesFile(RealDisk(), path)
    trades.append([a_trade("e-1", NOW_MS)])
    if gone == "the file":
        path.unlink()
    else:
        shutil.rmtree(path.parent)
    assert trades.append([a_trade("e-1", NOW_MS), a_trade("e-2", NOW_MS)]) == 1
    trades.append([a_trade("e-3", NOW_MS)])
    trades.close()
    assert ids_of(path) == ["e-2", "e-3"]


def test_a_folder_that_cannot_be_made_again_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "data" / "001_trades_history.csv"
    path.parent.mkdir()
    trades = TradesFile(RealDisk(), path)
    shutil.rmtree(path.parent)
    path.parent.write_text("a file in its place")
    for _ in range(2):
        with pytest.raises(OSError, match="001_trades_history"):
            trades.append([a_trade("e-1", NOW_MS)])
    path.parent.unlink()
    assert trades.append([a_trade("e-1", NOW_MS)]) == 1
    trades.close()
    assert ids_of(path) == ["e-1"]
