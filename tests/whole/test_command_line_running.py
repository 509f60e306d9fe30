"""The command line while it trades: stopping, starting again, who may, what is seen and what is not told."""

from __future__ import annotations

import csv
import json
import re
import signal
import socket
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.venue_process import wait_for
from tests.whole.command import Command, Done, closes_in, example_config, finished, started
from tests.whole.journal import check_journal

#: What the issue asks for, under the names that alerts and dashboards use.
METRICS = {
    "tp_close_latency_seconds",
    "tp_reopen_latency_seconds",
    "orphan_orders_total",
    "recoveries_total",
    "late_fills_total",
    "resyncs_total",
    "balance_requests_total",
    "state_writes_total",
    "state_write_failures_total",
    "mailbox_depth_messages",
    "order_round_trip_seconds",
    "order_rejections_total",
    "position_qty",
    "position_average_price_usdt",
    "take_profit_price_usdt",
    "equity_usdt",
    "stream_up",
    "stream_disconnects_total",
}
SECRETS = {"SOL_TRADER_KEY_001": "simulated-key-001", "SOL_TRADER_SECRET_001": "simulated-secret-001"}
#: What the compose file gives the bot, and less than the systemd unit does: after that it would be killed.
STOP_S = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One folder: a process that trades until Ctrl-C, one too early, one after it until SIGTERM."""

    folder: Path
    first: Done
    early: Done
    after: Done
    first_pid: int
    metrics: str


def begin(folder: Path, name: str) -> tuple[str, ...]:
    files = ("--journal", f"{name}.jsonl", "--summary", f"{name}.json")
    return ("run", "--config", "config.toml", "--scenario", "whipsaw", "--speed", "600", *files)


def wait_for_closes(command: Command, name: str) -> None:
    command.wait_for(lambda: closes_in(command.folder / f"{name}.jsonl") >= 2, "two closes")


def scrape(log: str) -> str:
    url = re.search(r"metrics on (http://\S+)", log)
    assert url is not None, log
    with urllib.request.urlopen(url[1], timeout=30) as reply:
        text: str = reply.read().decode()
    return text


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    example_config(folder)
    with started(folder, *begin(folder, "first"), **SECRETS) as command:
        wait_for_closes(command, "first")
        metrics = scrape(command.log)
        early = finished(folder, *begin(folder, "early"))
        first = command.stop(signal.SIGINT)
        pid = command.process.pid
    with started(folder, *begin(folder, "after")) as command:
        wait_for_closes(command, "after")
        after = command.stop(signal.SIGTERM)
    return Story(folder=folder, first=first, early=early, after=after, first_pid=pid, metrics=metrics)


@pytest.mark.parametrize("which", ["first", "after"], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_stops_in_order_and_in_time_with_a_summary(story: Story, which: str) -> None:
    done: Done = getattr(story, which)
    assert done.code == 0, done.text
    assert done.stop_s < STOP_S
    assert "Traceback" not in done.text
    assert "cycles closed LONG / SHORT" in done.out
    assert json.loads((story.folder / f"{which}.json").read_text())["accounts"][0]["account"] == 1


def test_a_stop_leaves_no_entry_at_the_exchange_and_no_order_out_of_the_state(story: Story) -> None:
    found = check_journal(story.folder / "after.jsonl", [story.folder / "data" / "001_bot_state.json"])
    assert not found.violations, found.text()
    state = json.loads((story.folder / "data" / "001_bot_state.json").read_text())
    roles = {
        order["name"]["role"]
        for symbol in state["symbols"].values()
        for order in symbol["orders"].values()
        if order["phase"] != "ended"
    }
    assert roles <= {"T"}


def test_a_second_process_on_the_same_folder_is_refused_and_told_who_holds_it(story: Story) -> None:
    assert story.early.code == 1, story.early.text
    assert f"held by pid {story.first_pid}" in story.early.err
    assert "Traceback" not in story.early.text
    assert "order.create" not in (story.folder / "early.jsonl").read_text()


def test_the_results_of_a_run_are_for_their_owner_alone(story: Story) -> None:
    for name in ("first.json", "first.jsonl"):
        assert (story.folder / name).stat().st_mode & 0o777 == 0o600


def test_a_run_after_a_run_trades_on_and_keeps_what_the_first_one_wrote(story: Story) -> None:
    assert not check_journal(story.folder / "first.jsonl").violations
    (kept,) = (story.folder / "data").glob("before_*")
    names = {"001_bot_state.json", "001_trades_history.csv", "001_performance_metrics.csv", "001_log.jsonl"}
    assert {path.name for path in kept.iterdir()} == names
    for folder in (kept, story.folder / "data"):
        with (folder / "001_trades_history.csv").open(newline="") as file:
            trades = list(csv.DictReader(file))
        assert len({trade["exec_id"] for trade in trades}) == len(trades) >= 4


def test_a_scrape_has_every_figure_that_alerts_are_made_of(story: Story) -> None:
    declared = {line.split()[2] for line in story.metrics.splitlines() if line.startswith("# TYPE")}
    assert {f"soltrader_{name}" for name in METRICS} <= declared
    assert 'soltrader_stream_up{account="001",stream="private"} 1.0' in story.metrics


def test_no_key_and_no_secret_is_in_any_file_or_output(story: Story) -> None:
    for path in story.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in SECRETS.values():
                assert secret.encode() not in content, path


def test_a_killed_bot_takes_its_venue_along(tmp_path: Path) -> None:
    example_config(tmp_path)
    with started(tmp_path, *begin(tmp_path, "killed")) as command:
        command.wait_for(lambda: "local venue on" in command.log, "the venue")
        url = re.search(r"local venue on http://127.0.0.1:(\d+)", command.log)
        assert url is not None
        assert command.stop(signal.SIGKILL).code == -signal.SIGKILL
    wait_for(lambda: not listens(int(url[1])), "the venue's end")


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
