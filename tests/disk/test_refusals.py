"""Where the disk refuses, trading goes on, the refusal is told with its remedy, and nothing is lost."""

from __future__ import annotations

import errno
from pathlib import Path

import orjson
import pytest

from messages.sides import SIDES, Side
from state.grid.model import GridState
from state.store.codec import decode
from state.store.disk import RealDisk
from state.store.state_file import SavedState, read_state
from tests.disk.refusing import RefusingDisk, bot_on
from tests.logs.logged import logged
from tests.whole.harness import config, running_venue
from tests.whole.pair import Pair


def test_trading_goes_on_while_the_disk_is_full_or_read_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, settings = RefusingDisk(), config(tmp_path, {1: {"FULLUSDT": {}}})
    monkeypatch.setattr("actors.logs.log_file._AGAIN_NS", 0)
    with (
        logged(settings, disk=disk),
        running_venue("FULLUSDT") as venue,
        bot_on(disk, venue, settings, monkeypatch) as bot,
    ):
        pair = Pair(venue, bot, 1, "FULLUSDT")
        pair.wait_open()
        pair.wait_for(pair.trades_kept, "the first trades in the file")
        kept = (tmp_path / "001_bot_state.json").read_bytes()
        disk.code = errno.ENOSPC
        pair.price("100.60")
        pair.wait_for(lambda: pair.cycles(Side.LONG) == 1, "a take profit on a full disk")
        pair.wait_open(what="the hedge after it")
        pair.wait_for(lambda: bot.tally(1).state_failures, "the failure to be counted")
        assert "No space left on device: free some space on that disk" in bot.told()
        disk.code = errno.EROFS
        pair.price("101.30")
        pair.wait_for(lambda: pair.cycles(Side.LONG) == 2, "a take profit on a read-only disk")
        assert (tmp_path / "001_bot_state.json").read_bytes() == kept
        disk.code = 0
        pair.wait_for(pair.trades_kept, "every trade in the file, once the disk takes it")
        pair.wait_for(lambda: "nothing is missing" in bot.told(), "the all-clear")
        pair.wait_for(lambda: all(pair.covered(side) for side in SIDES), "take profits of the right size")
    log = [orjson.loads(line) for line in (tmp_path / "001_log.jsonl").read_bytes().splitlines()]
    (gap,) = [one for one in log if "records before this one are missing" in one["text"]]
    assert "Read-only file system" in gap["text"]
    assert any("nothing is missing" in one["text"] for one in log[log.index(gap) :])
    saved = read_state(RealDisk(), tmp_path / "001_bot_state.json", 1)
    assert isinstance(saved, SavedState)
    assert decode(GridState, saved.symbols["FULLUSDT"]).long.cycles_closed == 2


def test_a_start_without_a_place_for_files_says_what_to_do_and_waits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    folder.write_text("not a folder")
    disk, settings = RefusingDisk(), config(folder, {1: {"WAITUSDT": {}}})
    with running_venue("WAITUSDT") as venue, bot_on(disk, venue, settings, monkeypatch) as bot:
        pair = Pair(venue, bot, 1, "WAITUSDT")
        pair.wait_for(lambda: "does not start" in caplog.text, "the refusal")
        assert f"{folder}/.001_lock: Not a directory: move the file away" in caplog.text
        disk.code = errno.ENOSPC
        folder.unlink()
        pair.wait_for(lambda: "free some space on that disk" in caplog.text, "the next refusal")
        assert pair.requests("create") == []
        disk.code = 0
        pair.wait_open(what="a start by itself")
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path
