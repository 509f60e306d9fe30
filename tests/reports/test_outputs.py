"""Files that ``analyze`` is asked to write: what must stay is not written over, and each no has one line."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from messages.sides import Side
from tests.reports.calling import called
from tests.reports.histories import History
from tests.whole.command import Done, example_config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config of account 1, and its data."""
    example_config(tmp_path, **{'data_dir = "data"': f'data_dir = "{tmp_path / "data"}"'})
    History(tmp_path / "data").minute("10000").cycle(Side.LONG, [("100", "1")], [("101", "1")])
    return tmp_path


def analyzed(folder: Path, *arguments: object) -> Done:
    return called("analyze", *map(str, arguments), "--config", str(folder / "config.toml"))


def refusal(folder: Path, *arguments: object) -> str:
    done = analyzed(folder, *arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1), done.text
    return done.err


def test_a_pipe_or_a_device_is_no_file_and_stays_what_it_is(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    assert f"--export {pipe}: can't be written: is no plain file" in refusal(folder, "--export", pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize(
    "name", ["001_trades_history.csv", "001_bot_state.json", "001_dry_trades_history.csv", ".001_lock"]
)
def test_the_bot_s_own_files_are_not_written_over(folder: Path, name: str) -> None:
    before = {path: path.read_bytes() for path in (folder / "data").iterdir()}
    roundabout = folder / "data" / ".." / "data" / name
    assert "is a file of the bot's own" in refusal(folder, "--export-cycles", roundabout)
    assert {path: path.read_bytes() for path in (folder / "data").iterdir()} == before


def test_two_outputs_don_t_share_a_file(folder: Path) -> None:
    told = refusal(folder, "--export", folder / "a.csv", "--export-cycles", folder / "a.csv")
    assert "--export-cycles" in told
    assert "is --export's file, too" in told
    assert not (folder / "a.csv").exists()


def test_a_file_that_may_only_be_read_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root may write everywhere: the mode counts for it as well here.
    monkeypatch.setattr(os, "access", lambda path, asked: os.stat(path).st_mode >> 6 & asked == asked)
    kept = folder / "kept.csv"
    kept.write_text("mine\n")
    kept.chmod(0o400)
    assert "it may only be read" in refusal(folder, "--export", kept)
    assert kept.read_text() == "mine\n"


def test_a_link_stays_one_and_what_it_leads_to_is_replaced(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    target, link = folder / "elsewhere" / "t.csv", folder / "link.csv"
    link.symlink_to(target)
    done = analyzed(folder, "--export", link)
    assert done.code == 0, done.text
    assert link.is_symlink()
    assert target.read_bytes() == (folder / "data" / "001_trades_history.csv").read_bytes()


@pytest.mark.parametrize("period", ["9" * 400, "9" * 10 + "d", "٣h", "-1h", "1e9", "inf"])
def test_a_period_beyond_all_measure_is_refused_in_one_line(folder: Path, period: str) -> None:
    assert "write a time such as 90s, 15m, 24h or 7d" in refusal(folder, f"--period={period}")


@pytest.mark.parametrize("period", ["999999999d", "10000d", "123456789.123456789h"])
def test_a_period_longer_than_the_record_tells_all_of_it(folder: Path, period: str) -> None:
    assert analyzed(folder, "--period", period).out == analyzed(folder).out
