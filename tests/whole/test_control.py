"""What people tell a running bot, and a stopped one: the command line, real processes, a real socket."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.whole.command import Command, Done, example_config, finished, started

CONFIG = ("--config", "config.toml")


def flag(folder: Path) -> Path:
    return folder / "data" / ".001_emergency_stop"


def tell(folder: Path, *words: str) -> Done:
    """One command, which must say what it did or why not, and never show a traceback."""
    done = finished(folder, *words, *CONFIG)
    assert "Traceback" not in done.text
    return done


def has_opened(folder: Path) -> bool:
    """Whether each side has asked for its take profit."""
    path = folder / "v.jsonl"
    told = path.read_text(encoding="utf-8") if path.exists() else ""
    return all(f"001{side}T00-{symbol}" in told for side in "LS" for symbol in ("SOLUSDT", "DOGEUSDT"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """A bot that has opened both of its symbols."""
    folder = tmp_path_factory.mktemp("control")
    example_config(folder)
    with started(
        folder, "run", *CONFIG, "--scenario", "calm", "--speed", "1", "--journal", "v.jsonl"
    ) as command:
        command.wait_for(lambda: has_opened(folder), "four take profits")
        yield command


def test_only_its_owner_may_open_the_socket(running: Command) -> None:
    mode = (running.folder / "data" / ".control").stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


def test_a_stop_leaves_its_reason_and_evidence_and_resume_takes_it_away(running: Command) -> None:
    done = tell(running.folder, "stop", "1")
    assert (done.code, "account 001 stopped (hold): stopped by a person" in done.out) == (0, True)
    told = orjson.loads(flag(running.folder).read_bytes())
    assert (told["action"], told["reason"]) == ("hold", "stopped by a person")
    assert {"equity_usdt", "SOLUSDT", "DOGEUSDT"} <= told["evidence"].keys()
    done = tell(running.folder, "resume", "1")
    assert (done.code, "account 001 trades" in done.out) == (0, True)
    assert not flag(running.folder).exists()


def test_a_flattened_symbol_is_proven_flat_while_its_account_trades_on(running: Command) -> None:
    done = tell(running.folder, "flatten", "1", "SOLUSDT")
    assert (done.code, "the exchange shows SOLUSDT flat" in done.out) == (0, True)
    assert not flag(running.folder).exists()
    assert tell(running.folder, "resume", "1", "SOLUSDT").code == 0


def test_a_flattened_account_is_proven_flat_and_refuses_to_resume_by_halves(running: Command) -> None:
    done = tell(running.folder, "stop", "1", "--flatten")
    assert (done.code, "the exchange shows it flat" in done.out) == (0, True)
    assert orjson.loads(flag(running.folder).read_bytes())["action"] == "flatten"
    done = tell(running.folder, "resume", "1", "SOLUSDT")
    assert (done.code, "resume it without a symbol" in done.err) == (1, True)
    assert tell(running.folder, "resume", "1").code == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("stop", "7"), "account 007 is not in the config, which has 001"),
        (("flatten", "1", "XRPUSDT"), "XRPUSDT is none of the account's symbols: DOGEUSDT, SOLUSDT"),
        (("resume", "1", "XRPUSDT"), "XRPUSDT is none of the account's symbols: DOGEUSDT, SOLUSDT"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(
    running: Command, words: tuple[str, ...], why: str
) -> None:
    done = tell(running.folder, *words)
    assert (done.code, why in done.err) == (1, True), done.text


def test_where_no_process_runs_stops_and_resumptions_wait_in_the_flag_file(tmp_path: Path) -> None:
    example_config(tmp_path)
    assert "is not stopped, and no process runs" in tell(tmp_path, "resume", "1").err
    assert "nothing to flatten" in tell(tmp_path, "flatten", "1").err
    assert not flag(tmp_path).exists()
    assert "will start as stopped" in tell(tmp_path, "stop", "1").out
    assert orjson.loads(flag(tmp_path).read_bytes())["action"] == "hold"
    with started(tmp_path, "run", *CONFIG, "--scenario", "calm", "--speed", "1") as command:
        command.wait_for(lambda: (tmp_path / "data" / ".control").exists(), "the socket")
        command.wait_for(lambda: "is starting" not in tell(tmp_path, "stop", "1").text, "the account")
        assert flag(tmp_path).exists()
        said = command.stop().text
    assert "account 001: begins as stopped (hold): stopped by a person; `resume 1` lets it trade" in said
    assert "resumes with its next start" in tell(tmp_path, "resume", "1").out
    with started(tmp_path, "run", *CONFIG, "--scenario", "calm", "--speed", "1") as command:
        command.wait_for(lambda: not flag(tmp_path).exists(), "the account to resume")
