"""The bot as a process: one close followed by its cycle's id, notices by a service that fails at first."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.notices.receiver import TOKEN, receiver
from tests.secrets.test_whole_runs import TRUE_KEYS, breaking, shown, written
from tests.whole.command import Done, closes_in, example_config, started

MILESTONES = [
    "frame_arrived",
    "close_acted",
    "cancels_sent",
    "cancels_ended",
    "reopening_decided",
    "reopening_placed",
    "reopening_sent",
    "reopening_filled",
    "take_profit_placed",
]
CHANGES = {
    "enabled = false                    # true or false; default false: nothing": "enabled = true # nothing",
    "fold_seconds = 60 ": "fold_seconds = 1 ",
    'level = "info"                     # debug': 'level = "debug" # debug',
}
Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run that has ended."""

    folder: Path
    done: Done
    url: str
    told: str
    closes_untold: int
    records: list[Record]


def records(folder: Path) -> list[Record]:
    """The account's log so far."""
    path = folder / "data" / "001_log.jsonl"
    content = path.read_bytes() if path.exists() else b""
    return [orjson.loads(line) for line in content.splitlines(keepends=True) if line.endswith(b"\n")]


def followed(told: list[Record]) -> list[Record]:
    """All that is told of the first close that has every milestone."""
    for last in told:
        if last["kind"] == "take_profit_placed":
            whole = [one for one in told if one.get("cycle") == last["cycle"]]
            if set(MILESTONES) <= {one["kind"] for one in whole}:
                return whole
    return []


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("run")
    example_config(folder, **CHANGES)
    options = ("--scenario", "whipsaw", "--speed", "600", "--journal", "venue.jsonl")
    with receiver() as phone:
        phone.behaviour = "fails"
        env = {**breaking(folder, 2), "SOL_TRADER_NOTIFY_PHONE": phone.url}
        with started(folder, "run", "--config", "config.toml", *options, **env) as command:
            command.wait_for(lambda: "it is started again" in command.log, "the failure")
            command.wait_for(lambda: phone.attempts >= 2, "attempts to tell of it")
            command.wait_for(lambda: followed(records(folder)), "a close from its frame to its take profit")
            untold = closes_in(folder / "venue.jsonl")
            assert phone.messages == []
            phone.behaviour = "takes"
            command.wait_for(lambda: "RuntimeError" in phone.text, "what failed, told at last")
            done = command.stop(signal.SIGTERM)
    return Run(
        folder=folder,
        done=done,
        url=phone.url,
        told=phone.text,
        closes_untold=untold,
        records=records(folder),
    )


def test_one_close_is_followed_by_its_cycle_from_its_frame_to_the_next_take_profit(run: Run) -> None:
    whole = [one for one in followed(run.records) if one["level"] == "INFO" and "after_us" in one]
    kinds = [one["kind"] for one in whole]
    assert sorted(MILESTONES, key=kinds.index) == MILESTONES
    assert [one["after_us"] for one in whole] == sorted(one["after_us"] for one in whole)
    assert [one["at"] for one in whole] == sorted(one["at"] for one in whole)
    assert whole[0]["after_us"] == 0
    assert whole[-1]["kind"] == "take_profit_placed"
    *place, number = whole[0]["cycle"].split("-")
    (following,) = {one["next_cycle"] for one in whole if "next_cycle" in one}
    assert following == "-".join([*place, f"{int(number, 36) + 1:03d}"])
    assert {(one["account"], one["symbol"], one["side"]) for one in whole} == {tuple(place)}


def test_each_step_of_an_entry_that_the_close_took_away_is_told_at_debug(run: Run) -> None:
    taken = (one["order"] for one in run.records if one["kind"] == "cancel_decided")
    order = next(order for order in taken if order[4] == "E")
    kinds = [one["kind"] for one in run.records if one.get("order") == order]
    steps = ["place_decided", "place_sent", "cancel_decided", "cancel_sent", "order_ended"]
    assert sorted(steps, key=kinds.index) == steps
    assert "answered" in kinds


def test_the_log_tells_of_the_failure_with_its_traceback_and_what_kind_each_record_is(run: Run) -> None:
    kinds = {one["kind"] for one in run.records}
    assert {"stream_up", "cycle_closed", "actor_failed"} <= kinds
    assert all(one["account"] == "001" and one["text"] for one in run.records)


def test_trading_went_on_while_the_service_failed_and_what_waited_was_told_then(run: Run) -> None:
    assert run.done.code == 0, run.done.text
    assert run.closes_untold >= 1
    assert "the process has started on simulated" in run.told
    assert "001: runs no longer: " in run.told or "001: runs again" in run.told
    assert "the process on simulated has stopped after" in run.told
    assert "; 001: equity " in run.told
    assert "change " in run.told.partition("; 001: equity ")[2]
    assert "notification channel phone: not delivered (the service answered HTTP 500)" in run.done.err


def test_no_file_no_line_and_no_notice_holds_a_key_or_a_url(run: Run) -> None:
    secrets = {**TRUE_KEYS, "url": run.url, "token": TOKEN}
    for path, content in written(run.folder).items():
        assert shown(secrets, content) == [], path
    assert shown(secrets, run.told.encode()) == []
    assert "001/rest/reads failed: RuntimeError: the log says more" in run.told
    assert any(b"no answer to *** signed by ***" in content for content in written(run.folder).values())
