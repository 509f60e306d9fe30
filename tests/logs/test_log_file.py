"""A log file keeps its size, mode and lines; where the disk refuses, it says so later and never raises."""

from __future__ import annotations

import errno
import json
from pathlib import Path

from actors.logs.log_file import LogFile
from state.store.disk import RealDisk
from tests.disk.refusing import RefusingDisk


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.ns = 0

    def now_ms(self) -> int:
        return self.ns // 1_000_000

    def monotonic_ns(self) -> int:
        return self.ns


def gap(lost: int, why: str) -> bytes:
    return f'{{"lost":{lost},"why":"{why}"}}\n'.encode()


def log_file(path: Path, disk: RealDisk, clock: HandClock, max_bytes: int = 1_000, kept: int = 2) -> LogFile:
    return LogFile(disk, path, clock, gap, max_bytes=max_bytes, kept=kept)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_a_file_that_grows_too_large_is_rotated_and_the_oldest_goes(tmp_path: Path) -> None:
    file = log_file(tmp_path / "data" / "001_log.jsonl", RealDisk(), HandClock(), max_bytes=40)
    for number in range(10):
        assert file.append(f'{{"number":{number:03d}}}\n'.encode()) == ""
    names = sorted(path.name for path in (tmp_path / "data").iterdir())
    assert names == ["001_log.jsonl", "001_log.jsonl.1", "001_log.jsonl.2"]
    told = [line for name in reversed(names) for line in lines(tmp_path / "data" / name)]
    assert told == [f'{{"number":{number:03d}}}' for number in range(4, 10)]
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()} == {0o600}


def test_a_line_that_is_longer_than_a_file_may_be_is_written_all_the_same(tmp_path: Path) -> None:
    file = log_file(tmp_path / "log", RealDisk(), HandClock(), max_bytes=10)
    for text in ("x" * 50, "y" * 50):
        file.append(f"{text}\n".encode())
    assert lines(tmp_path / "log") == ["y" * 50]
    assert lines(tmp_path / "log.1") == ["x" * 50]


def test_a_full_disk_loses_lines_never_raises_and_is_told_once_and_in_the_file(tmp_path: Path) -> None:
    disk, clock = RefusingDisk(), HandClock()
    file = log_file(tmp_path / "log", disk, clock)
    file.append(b'"before"\n')
    disk.code = errno.ENOSPC
    trouble = file.append(b'"lost"\n')
    assert trouble.endswith("No space left on device: free some space on that disk")
    clock.ns += 6_000_000_000
    assert [file.append(b'"lost"\n') for _ in range(3)] == ["", "", ""]
    disk.code = 0
    assert file.append(b'"too soon"\n') == ""
    assert lines(tmp_path / "log") == ['"before"']
    clock.ns += 6_000_000_000
    assert file.append(b'"after"\n') == ""
    first, missing, last = lines(tmp_path / "log")
    assert (first, last) == ('"before"', '"after"')
    assert json.loads(missing)["lost"] == 5
    assert "No space left" in json.loads(missing)["why"]
    disk.code = errno.EROFS
    assert "mount that disk for writing" in file.append(b'"lost"\n'), "a new trouble is told anew"


def test_a_rotation_that_the_disk_refuses_keeps_what_is_there(tmp_path: Path) -> None:
    disk, clock = RefusingDisk(), HandClock()
    file = log_file(tmp_path / "log", disk, clock, max_bytes=20)
    file.append(b'"0123456789abc"\n')
    disk.code = errno.EIO
    assert file.append(b'"lost"\n') != ""
    assert lines(tmp_path / "log") == ['"0123456789abc"']
    disk.code, clock.ns = 0, 6_000_000_000
    file.append(b'"after"\n')
    assert lines(tmp_path / "log")[-1] == '"after"'
    assert lines(tmp_path / "log.1") == ['"0123456789abc"']


def test_a_torn_line_does_not_spoil_the_next_one(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b'"whole"\n{"torn":"by a ki')
    log_file(tmp_path / "log", RealDisk(), HandClock()).append(b'"next"\n')
    assert lines(tmp_path / "log") == ['"whole"', '{"torn":"by a ki', '"next"']


def test_a_file_that_is_moved_away_is_begun_anew(tmp_path: Path) -> None:
    file = log_file(tmp_path / "log", RealDisk(), HandClock())
    file.append(b'"one"\n')
    (tmp_path / "log").rename(tmp_path / "kept")
    file.append(b'"two"\n')
    assert (lines(tmp_path / "kept"), lines(tmp_path / "log")) == (['"one"'], ['"two"'])
