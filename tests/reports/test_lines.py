"""A spoilt line is named with its number; what a bot is just writing is not a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.reports.history.lines import HistoryError
from actors.reports.history.performance import read_all_performance, read_performance
from actors.reports.history.trades import read_trades
from messages.sides import Side
from tests.reports.histories import History


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Two cycles and three minutes."""
    made = History(tmp_path)
    made.cycle(Side.LONG, [("100", "1")], [("101", "1")]).cycle(Side.SHORT, [("100", "1")], [("99", "1")])
    return made.minute("10000").minute("10001").minute("10002")


def change(path: Path, line: int, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in lines[line - 1], lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path.write_text("".join(lines), encoding="utf-8")


SPOILT_TRADES = {
    "a cell too few": (3, ",2\n", "\n", "has 17 cells, 18 expected"),
    "a cell too many": (3, "SOLUSDT,", "SOLUSDT,,", "has 19 cells, 18 expected"),
    "an unknown side": (3, "LONG", "UP", "side is 'UP', LONG or SHORT expected"),
    "a price that is none": (3, ",101,", ",1O1,", "price is '1O1', a number such as 12.5 expected"),
    "a price of a thousand digits": (3, ",101,", f",{'9' * 1000},", "price is '999"),
    "an exponent": (3, ",101,", ",1E999999999,", "price is '1E999999999'"),
    "a value that doesn't fit": (
        3,
        ",101,1,101,",
        ",101,1,102,",
        "value_usdt is '102', price times qty",
    ),
    "a time of its own": (3, ",1767225", ",9991767225", "exec_ms is '9991767225"),
    "a time that is none": (3, "17672256", "x7672256", "exec_ms is 'x7672256"),
    "an unknown role": (2, ",O,", ",Q,", "role is 'Q'"),
    "an unclosed quote": (3, "SOLUSDT", '"SOLUSDT', "is not CSV"),
    "a quote within": (3, "SOLUSDT", '"SOL"USDT', "is not CSV"),
}


@pytest.mark.parametrize(("line", "old", "new", "words"), SPOILT_TRADES.values(), ids=SPOILT_TRADES)
def test_a_spoilt_line_of_trades_is_named_by_its_number(
    history: History, line: int, old: str, new: str, words: str
) -> None:
    change(history.trades_path, line, old, new)
    with pytest.raises(HistoryError) as refused:
        list(read_trades(history.trades_path))
    assert f"{history.trades_path}:{line}: " in str(refused.value)
    assert words in str(refused.value)
    assert "mend the line" in str(refused.value)


def test_a_quote_that_swallows_a_line_is_named_where_it_begins(history: History) -> None:
    change(history.trades_path, 3, "SOLUSDT", '"SOLUSDT')
    change(history.trades_path, 4, "SOLUSDT", 'SOLUSDT"')
    with pytest.raises(HistoryError, match=r"\.csv:3: has a quote that is not closed"):
        list(read_trades(history.trades_path))


def test_a_line_that_is_just_being_written_is_left_out(history: History) -> None:
    content = history.trades_path.read_bytes()
    rows = len(list(read_trades(history.trades_path)))
    for cut in (1, 7, 40):
        history.trades_path.write_bytes(content[:-cut])
        assert len(list(read_trades(history.trades_path))) == rows - 1


def test_what_a_crash_has_torn_is_the_end_of_the_file(history: History) -> None:
    with history.trades_path.open("ab") as file:
        file.write(b"2026-01-01T00\0\0\0\0\n" + b"\0" * 100)
    assert len(list(read_trades(history.trades_path))) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"", "is empty"),
        (b"time_utc,exec_ms\n", "begins not with the columns time_utc,exec_ms,account"),
        (b"\xff\xfe\n1\n", "begins not with the columns"),
    ],
)
def test_a_file_that_is_none_of_ours_is_told_in_words(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "001_trades_history.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(HistoryError, match=words):
        list(read_trades(path))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2026-01-01T", "2026-13-01T", "time_utc is '2026-13-01T"),
        ("10001", "much", "equity_usdt is 'much'"),
        (",9000,", ",,", "available_usdt is ''"),
    ],
)
def test_a_spoilt_line_of_figures_is_named_by_its_number(
    history: History, old: str, new: str, words: str
) -> None:
    change(history.performance_path, 3, old, new)
    with pytest.raises(HistoryError) as refused:
        list(read_performance(history.performance_path))
    assert f"{history.performance_path}:3: {words}" in str(refused.value)


def test_figures_go_on_over_a_change_of_symbols(tmp_path: Path) -> None:
    first = History(tmp_path).minute("10000").minute("10001")
    second = History(tmp_path, symbols=("DOGEUSDT", "SOLUSDT"))
    second.now_ms = first.now_ms
    second.minute("10002")
    third = History(tmp_path, symbols=("SOLUSDT",))
    third.now_ms = second.now_ms
    third.minute("10003")
    found = read_all_performance(first.performance_path)
    assert [f"{minute.equity:f}" for minute in found] == ["10000", "10001", "10002", "10003"]
