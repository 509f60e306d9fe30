"""The performance file: a row a minute, columns by symbol, old columns kept aside."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

from messages.sides import Side
from state.store.disk import RealDisk
from state.store.performance import PerformanceFile
from tests.store.reports import a_side, a_symbol, an_account


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_tells_equity_and_every_side(tmp_path: Path) -> None:
    path = tmp_path / "001_performance_metrics.csv"
    file = PerformanceFile(RealDisk(), path)
    sol = a_symbol("SOLUSDT", long=a_side(Side.LONG, size=Decimal("1.5"), realised=Decimal("0.10")))
    file.append(an_account(), [sol, a_symbol("DOGEUSDT")])
    file.close()
    (row,) = rows_of(path)
    assert list(row)[:5] == [
        "time_utc",
        "equity_usdt",
        "available_usdt",
        "maintenance_rate",
        "DOGEUSDT_long_size",
    ]
    assert row["time_utc"] == "2026-01-01T00:00:00.000Z"
    assert (row["equity_usdt"], row["available_usdt"], row["maintenance_rate"]) == ("9990.5", "9000", "0.012")
    assert row["SOLUSDT_long_size"] == "1.5"
    assert row["SOLUSDT_long_realised_usdt"] == "0.10"
    assert row["SOLUSDT_short_cycle"] == "4"
    assert path.stat().st_mode & 0o777 == 0o600


def test_rows_follow_each_other_over_a_restart_whatever_the_order_of_symbols(tmp_path: Path) -> None:
    path = tmp_path / "performance.csv"
    sol, doge = a_symbol("SOLUSDT"), a_symbol("DOGEUSDT")
    for symbols in ([sol, doge], [doge, sol]):
        file = PerformanceFile(RealDisk(), path)
        file.append(an_account(), symbols)
        file.close()
    assert len(rows_of(path)) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_other_symbols_begin_a_new_file_and_keep_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "performance.csv"
    file = PerformanceFile(RealDisk(), path)
    for names in (["SOLUSDT"], ["SOLUSDT", "DOGEUSDT"], ["DOGEUSDT"]):
        file.append(an_account(), [a_symbol(name) for name in names])
    file.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "performance.csv",
        "performance.csv.1",
        "performance.csv.2",
    ]
    assert "SOLUSDT_long_size" in rows_of(tmp_path / "performance.csv.1")[0]
    assert "DOGEUSDT_long_size" not in rows_of(tmp_path / "performance.csv.1")[0]
    assert "SOLUSDT_long_size" not in rows_of(path)[0]


def test_a_foreign_file_is_kept_aside_and_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "performance.csv"
    path.write_bytes(b"\xff\xfe not ours")
    file = PerformanceFile(RealDisk(), path)
    file.append(an_account(), [])
    file.close()
    assert (tmp_path / "performance.csv.1").read_bytes() == b"\xff\xfe not ours"
    assert len(rows_of(path)) == 1


def test_a_torn_row_is_cut_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "performance.csv"
    for _ in range(2):
        file = PerformanceFile(RealDisk(), path)
        file.append(an_account(), [a_symbol("SOLUSDT")])
        file.close()
        whole = path.read_bytes()
        path.write_bytes(whole + b"2026-01-01T00:01:00.000Z,99")
    file = PerformanceFile(RealDisk(), path)
    file.append(an_account(), [a_symbol("SOLUSDT")])
    file.close()
    assert [row["SOLUSDT_short_cycle"] for row in rows_of(path)] == ["4", "4", "4"]


def test_a_header_torn_by_a_crash_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "performance.csv"
    path.write_bytes(b"time_utc,equity_us")
    file = PerformanceFile(RealDisk(), path)
    file.append(an_account(), [])
    file.close()
    assert list(tmp_path.iterdir()) == [path]
    assert [row["equity_usdt"] for row in rows_of(path)] == ["9990.5"]
