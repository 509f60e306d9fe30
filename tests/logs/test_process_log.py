"""The log of a process: who gets which record, what is masked, and that nobody waits for a disk."""

from __future__ import annotations

import errno
import io
import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest

from actors.logs.fields import STATUS, about
from actors.logs.handlers import FilesHandler, PeopleHandler, WaitingRoom
from actors.logs.log_file import LogFile
from actors.logs.process import _files, process_log
from actors.logs.tracing import STEPS
from config import Config, ConfigError, Problem, SecretFilter, Secrets
from config.loader import check_document
from messages.sides import Side
from state.store.disk import RealDisk
from tests.config.documents import a_document, an_account
from tests.logs.logged import logged
from tests.venue_process import wait_for

OURS = logging.getLogger("sol_trader")
SECRET = "c0ffee-c0ffee-c0ffee"


def config(folder: Path, log: dict[str, Any] | None = None, **process: Any) -> Config:
    accounts = (an_account(1), an_account(2, dry_run=True))
    return check_document(a_document(*accounts, data_dir=str(folder), log=log or {}, **process))


def records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def milestone(text: str, level: int = logging.INFO) -> None:
    extra = about(
        kind="close_acted",
        account=1,
        symbol="SOLUSDT",
        side=Side.LONG,
        cycle="001-SOLUSDT-LONG-00A",
        after_us=412,
        at_ms=1_767_225_600_123,
    )
    STEPS.log(level, "%s", text, extra=extra)


def test_each_record_stands_in_the_file_of_its_account_with_what_applies(tmp_path: Path) -> None:
    with logged(config(tmp_path), quiet=False):
        milestone("acted on")
        OURS.warning("%s lost", "a stream", extra=about(kind="stream_down", account=2))
        OURS.info("metrics on %s", "http://127.0.0.1:1/metrics")
        OURS.info("001: equity 1", extra=about(kind=STATUS))
        OURS.debug("a step of no interest")
    assert records(tmp_path / "001_log.jsonl") == [
        {
            "at": "2026-01-01T00:00:00.123Z",
            "level": "INFO",
            "account": "001",
            "symbol": "SOLUSDT",
            "side": "LONG",
            "cycle": "001-SOLUSDT-LONG-00A",
            "kind": "close_acted",
            "after_us": 412,
            "text": "acted on",
        }
    ]
    (second,) = records(tmp_path / "002_dry_log.jsonl")
    assert (second["level"], second["kind"], second["text"]) == ("WARNING", "stream_down", "a stream lost")
    (process,) = records(tmp_path / "process_log.jsonl")
    assert (process["kind"], process["text"]) == ("log", "metrics on http://127.0.0.1:1/metrics")
    assert "account" not in process


def test_people_see_steps_only_where_they_ask_for_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logged(config(tmp_path / "info"), quiet=False):
        milestone("acted on")
        OURS.info("a close")
    shown = capsys.readouterr().err
    assert "INFO a close\n" in shown
    assert "acted on" not in shown
    with logged(config(tmp_path / "debug", log_level="debug"), quiet=False):
        milestone("acted on")
    line = "INFO 001-SOLUSDT-LONG-00A close_acted: acted on (+0.4 ms)\n"
    assert line in capsys.readouterr().err


def test_a_view_on_the_terminal_keeps_lines_back_and_files_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "process_log.jsonl"
    with logged(config(tmp_path), quiet=True) as log:
        with log.held(True):
            OURS.info("a close")
            OURS.error("the disk is full")
            wait_for(lambda: file.exists() and len(records(file)) == 2, "both in the file")
            assert capsys.readouterr().err == ""
        assert "the disk is full" in capsys.readouterr().err
    assert "a close" not in capsys.readouterr().err


def test_keys_are_masked_in_files_and_on_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logged(config(tmp_path), quiet=False):
        for handler in logging.getLogger().handlers:
            handler.addFilter(SecretFilter([Secrets(api_key="k" * 12, api_secret=SECRET)]))
        OURS.error("signed by %s", SECRET, extra=about(kind=f"of {SECRET}", account=1, symbol=SECRET))
        try:
            raise ValueError(f"no {SECRET}")
        except ValueError:
            OURS.exception("failed", extra=about(kind="x", account=1))
    shown = capsys.readouterr().err
    written = (tmp_path / "001_log.jsonl").read_text()
    assert shown.count("***") >= 2
    assert "ValueError: no ***" in written
    assert SECRET not in shown + written


def test_what_ends_the_process_is_in_its_file_and_its_last_words_are_masked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = root.handlers[:]

    def broken_run() -> None:
        with process_log(config(tmp_path), quiet=False):
            for handler in root.handlers:
                handler.addFilter(SecretFilter([Secrets(api_key="k" * 12, api_secret=SECRET)]))
            raise RuntimeError(SECRET)

    with pytest.raises(RuntimeError):
        broken_run()
    wait_for(lambda: (tmp_path / "process_log.jsonl").read_text().endswith("\n"), "the record")
    (crash,) = records(tmp_path / "process_log.jsonl")
    assert crash["text"] == "the process ends: RuntimeError"
    assert "RuntimeError: ***" in crash["trace"]
    assert capsys.readouterr().err == ""
    OURS.critical("last words of %s", SECRET)
    assert "CRITICAL last words of ***" in capsys.readouterr().err
    root.handlers[:] = before


def test_keys_that_are_missing_are_in_its_file_as_people_are_told_and_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = ConfigError("environment variables", [Problem(place="KEY", what="is not set")])

    def run_without_keys() -> None:
        with logged(config(tmp_path)):
            raise refused

    with pytest.raises(ConfigError):
        run_without_keys()
    (told,) = records(tmp_path / "process_log.jsonl")
    assert (told["level"], told["text"], "trace" in told) == ("ERROR", f"the process ends: {refused}", False)
    assert capsys.readouterr().err == ""


def test_nobody_waits_for_a_disk_that_hangs_and_what_is_lost_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    let_go, hangs = threading.Event(), threading.Event()

    class HangingDisk(RealDisk):
        def write(self, descriptor: int, payload: bytes | memoryview) -> int:
            hangs.set()
            let_go.wait(60)
            return super().write(descriptor, payload)

    monkeypatch.setattr("actors.logs.handlers.MOST_WAITING", 100)
    with logged(config(tmp_path), quiet=True, disk=HangingDisk()) as log:
        OURS.info("first")
        assert hangs.wait(30)
        for number in range(500):
            OURS.info("number %s", number)
        assert log.lost() == {"queue": 400, "terminal": 0, "file": 0}
        let_go.set()
    assert "400 records of the log are lost" in capsys.readouterr().err
    assert len(records(tmp_path / "process_log.jsonl")) == 101


def test_a_folder_that_can_not_be_written_is_told_on_the_terminal_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").write_text("no folder")
    with logged(config(tmp_path / "data"), quiet=True) as log:
        OURS.info("something")
    assert log.lost() == {"queue": 0, "terminal": 0, "file": 1}
    assert "the log is not written: " in (told := capsys.readouterr().err)
    assert "Not a directory: move the file away" in told


def test_lines_that_the_terminal_does_not_take_are_counted_and_files_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = io.StringIO()
    closed.close()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stderr", closed)
        with logged(config(tmp_path), quiet=False) as log:
            OURS.info("something")
            OURS.info("and more")
    assert log.lost() == {"queue": 0, "terminal": 2, "file": 0}
    assert len(records(tmp_path / "process_log.jsonl")) == 2


def test_files_that_are_switched_off_are_not_written(tmp_path: Path) -> None:
    with logged(config(tmp_path, log={"files": False}), quiet=False):
        OURS.info("something")
    assert list(tmp_path.iterdir()) == []


def test_the_queue_passes_filters_on_and_gives_others_their_record_untouched(tmp_path: Path) -> None:
    stream = logging.StreamHandler(io.StringIO())
    room = WaitingRoom((stream,))
    mask = SecretFilter([])
    room.addFilter(mask)
    assert stream.filters == [mask]
    assert room.filters == []
    record = logging.makeLogRecord({"msg": "text", "args": ("x",)})
    assert room.prepare(record) is not record
    assert record.args == ("x",)


def test_a_record_of_an_account_that_the_config_lacks_goes_to_the_process(tmp_path: Path) -> None:
    def make(path: Path) -> LogFile:
        return LogFile(RealDisk(), path, _Clock(), lambda lost, why: b"", max_bytes=1_000, kept=1)

    handler = FilesHandler(logging.INFO, make, {0: tmp_path / "process"})
    told = {"msg": "x", "levelno": logging.INFO, "levelname": "INFO", **about(kind="k", account=7)}
    handler.handle(logging.makeLogRecord(told))
    handler.close()
    assert records(tmp_path / "process")[0]["account"] == "007"


class _Clock:
    def now_ms(self) -> int:
        return 0

    def monotonic_ns(self) -> int:
        return 0


def test_records_that_a_full_disk_has_not_taken_are_told_in_the_name_of_their_account(tmp_path: Path) -> None:
    class FullDisk(RealDisk):
        full = True

        def write(self, descriptor: int, payload: bytes | memoryview) -> int:
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(descriptor, payload)

    disk = FullDisk()
    files = _files(config(tmp_path), disk, PeopleHandler(logging.CRITICAL))
    record = OURS.makeRecord(
        OURS.name, logging.INFO, "", 0, "a close", (), None, extra=about(kind="x", account=1)
    )
    files.emit(record)
    disk.full = False
    files._files[1]._again_ns = 0  # the next attempt need not be waited for
    files.emit(record)
    files.close()
    missing, after = records(tmp_path / "001_log.jsonl")
    assert (missing["account"], missing["kind"]) == ("001", "log_lost")
    assert missing["text"].startswith("1 records before this one are missing")
    assert after["text"] == "a close"
