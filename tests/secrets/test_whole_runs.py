"""Key and secret stand in the environment and nowhere else, also where something breaks with them in hand."""

from __future__ import annotations

import http.client
import re
import signal
import stat
import threading
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.venue_process import ROOT
from tests.whole.command import Command, Done, closes_in, example_config, finished, started

#: The only ones that the local venue knows.
TRUE_KEYS = {"SOL_TRADER_KEY_001": "simulated-key-001", "SOL_TRADER_SECRET_001": "simulated-secret-001"}
FALSE_KEYS = {
    "SOL_TRADER_KEY_001": "Xk3yThatNobodyKnows9",
    "SOL_TRADER_SECRET_001": "Zs3cretThatNobodyKnows9",
}

#: Run by the interpreter before main.py: one read of the account breaks with the keys in its words.
BREAKS = """
import sys
sys.path.insert(0, {!r})
from exchange.bybit.rest import BybitRest
sound, calls = BybitRest._snapshot, []
def breaks(self, request):
    calls.append(1)
    if len(calls) != {}:
        return sound(self, request)
    session = self._session
    raise RuntimeError("no answer to " + session.api_key + " signed by " + session.api_secret)
BybitRest._snapshot = breaks
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that broke once, went on and was stopped."""

    folder: Path
    done: Done
    metrics: str
    address: str
    page: bytes
    events: bytes
    commands: dict[int, bytes]


def breaking(folder: Path, call: int) -> dict[str, str]:
    """An environment with the true keys in which this call of a read breaks: 1 the start's, 2 a sync's."""
    (folder / "breaking").mkdir()
    (folder / "breaking" / "sitecustomize.py").write_text(BREAKS.format(str(ROOT), call))
    return {**TRUE_KEYS, "PYTHONPATH": str(folder / "breaking")}


def family(pid: int) -> list[int]:
    """A process and all that main threads have started from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def scraped(command: Command) -> tuple[str, str]:
    """The address that metrics are served on, and a scrape."""
    url = re.search(r"metrics on (http://(\S+):\d+/metrics)", command.log)
    assert url is not None
    with urllib.request.urlopen(url[1], timeout=30) as reply:
        return url[2], reply.read().decode()


class LiveStream:
    """All that the page's live stream sends, from now to its end, as it came over the wire."""

    def __init__(self, site: str) -> None:
        self._pieces: list[bytes] = []
        self._answer = urllib.request.urlopen(f"{site}events", timeout=300)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        try:
            while piece := self._answer.read1(1 << 16):
                self._pieces.append(piece)
        except (OSError, http.client.HTTPException):
            pass  # the bot has ended, and the stream with it

    @property
    def so_far(self) -> bytes:
        """What has come."""
        return b"".join(self._pieces)

    def all(self) -> bytes:
        """What has come by its end, which must be near."""
        self._thread.join(60)
        assert not self._thread.is_alive(), "the stream goes on"
        return self.so_far


def page_of(site: str) -> bytes:
    """The page, headers and all, with every file that it names itself."""
    found = b""
    for path in ("", "health"):
        with urllib.request.urlopen(site + path, timeout=30) as reply:
            found += str(reply.headers).encode() + reply.read()
    for path in set(re.findall(rb'(?:src|href)="/?(static/[^"]+)"', found)):
        with urllib.request.urlopen(site + path.decode(), timeout=30) as reply:
            found += reply.read()
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("run")
    example_config(folder, **{'log_level = "info"': 'log_level = "debug"'})
    options = ("--scenario", "whipsaw", "--speed", "600", "--journal", "venue.jsonl", "--summary", "end.json")
    with started(folder, "run", "--config", "config.toml", *options, **breaking(folder, 2)) as command:
        command.wait_for(lambda: "page on " in command.log, "the page")
        site = command.log.partition("page on ")[2].split()[0]
        stream, page = LiveStream(site), page_of(site)
        command.wait_for(lambda: "it is started again" in command.log, "the failure")
        command.wait_for(lambda: closes_in(folder / "venue.jsonl") >= 1, "a close")
        command.wait_for(lambda: b"closed (take profit)" in stream.so_far, "the close on the page")
        page += page_of(site)
        address, metrics = scraped(command)
        pids = family(command.process.pid)
        commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids}
        done = command.stop(signal.SIGTERM)
    return Run(
        folder=folder,
        done=done,
        metrics=metrics,
        address=address,
        page=page,
        events=stream.all(),
        commands=commands,
    )


def written(folder: Path) -> dict[Path, bytes]:
    """Every file below a folder, both outputs among them."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def shown(keys: dict[str, str], *texts: bytes) -> list[str]:
    """The variables whose values stand in one of the texts."""
    return [name for name, value in keys.items() if any(value.encode() in text for text in texts)]


def test_the_failure_was_told_with_its_traceback_and_without_the_keys(run: Run) -> None:
    assert run.done.code == 0, run.done.text
    assert "Traceback" in run.done.err
    assert "RuntimeError: no answer to *** signed by ***" in run.done.err


def test_nothing_that_a_run_writes_holds_key_or_secret(run: Run) -> None:
    files = written(run.folder)
    assert {"001_bot_state.json", "001_trades_history.csv", "venue.jsonl", "end.json", "0-stderr.txt"} <= {
        path.name for path in files
    }
    for path, content in files.items():
        assert shown(TRUE_KEYS, content) == [], path


def test_neither_metrics_nor_the_process_list_show_them(run: Run) -> None:
    assert "soltrader_equity_usdt" in run.metrics
    assert len(run.commands) >= 2
    assert shown(TRUE_KEYS, run.metrics.encode(), *run.commands.values()) == []


def test_neither_the_page_nor_its_live_stream_shows_them_from_the_start_to_the_end(run: Run) -> None:
    assert b"event: state" in run.events
    assert b"event: change" in run.events
    assert b"failed: RuntimeError" in run.events, "the stream was there when it broke"
    assert run.page.count(b"<!doctype html>") == 2
    assert b"EventSource" in run.page or b"import" in run.page, "its scripts are looked through, too"
    assert shown(TRUE_KEYS, run.page, run.events) == []


def test_metrics_are_served_on_loopback_alone(run: Run) -> None:
    assert run.address == "127.0.0.1"


def test_only_their_owner_may_read_the_data(run: Run) -> None:
    data = run.folder / "data"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data.rglob("*") if path.is_file()}
    assert set(modes.values()) == {0o600}, modes
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_a_start_that_fails_is_tried_again_and_shows_no_keys(tmp_path: Path) -> None:
    example_config(tmp_path)
    with started(tmp_path, "run", "--config", "config.toml", **breaking(tmp_path, 1)) as command:
        command.wait_for(lambda: "001_bot_state" in str(list(tmp_path.rglob("*"))), "the second start")
        done = command.stop()
    assert done.code == 0, done.text
    assert "account 001 does not start: its start failed: RuntimeError" in done.err
    assert "RuntimeError: no answer to *** signed by ***" in done.err
    assert shown(TRUE_KEYS, *written(tmp_path).values()) == []


def test_keys_that_are_refused_are_not_repeated(tmp_path: Path) -> None:
    example_config(tmp_path)
    done = finished(tmp_path, "run", "--config", "config.toml", "--for", "60s", **FALSE_KEYS)
    assert done.code == 1, done.text
    assert "check the API key" in done.err
    assert "Traceback" not in done.text
    assert shown(FALSE_KEYS, *written(tmp_path).values()) == []
