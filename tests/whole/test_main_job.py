"""The main job: the command trades real minutes and every scenario, and the venue's journal finds no fault.

Each run goes on until it has closed its cycles, however long this machine takes for it; then it is stopped
in order, and only the journal, the state file and the summary are read.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.venue_process import ROOT
from tests.whole.command import Command, Done, closes_in, example_config, started
from tests.whole.journal import Findings, check_journal

DATA = ROOT.parent / "shared" / "data"
PRICES = sorted(DATA.glob("bybit-linear_*USDT_1m_*.parquet"))
#: Codes that a request may be refused with in ordinary running: too late to cancel, leverage unchanged.
ORDINARY = {110001, 110008, 110043}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run's options, and how many closes it goes on for."""

    name: str
    options: tuple[str, ...]
    closes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run left behind."""

    done: Done
    findings: Findings
    summary: dict[str, Any]


SCENARIOS = [
    Job(name=name, options=("--scenario", name, "--speed", speed, "--seed", "1"), closes=closes)
    for name, speed, closes in (
        ("calm", "2400", 4),
        ("trend", "600", 4),
        ("whipsaw", "600", 8),
        ("crash", "120", 8),
    )
]
REAL = Job(name="real", options=("--speed", "1200", "--prices", *map(str, PRICES)), closes=12)


def begin(stack: ExitStack, folder: Path, job: Job) -> Command:
    config = example_config(folder)
    arguments = ("run", "--config", str(config), "--journal", "venue.jsonl", "--summary", "summary.json")
    return stack.enter_context(started(folder, *arguments, *job.options))


def end(command: Command, job: Job) -> Ran:
    journal = command.folder / "venue.jsonl"
    command.wait_for(lambda: closes_in(journal) >= job.closes, f"{job.closes} closes of {job.name}")
    done = command.stop()
    assert done.code == 0, done.text
    states = sorted((command.folder / "data").glob("*_bot_state.json"))
    return Ran(
        done=done,
        findings=check_journal(journal, states),
        summary=json.loads((command.folder / "summary.json").read_text()),
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """All scenarios, two at a time."""
    found: dict[str, Ran] = {}
    for pair in (SCENARIOS[:2], SCENARIOS[2:]):
        with ExitStack() as stack:
            commands = [(job, begin(stack, tmp_path_factory.mktemp(job.name), job)) for job in pair]
            found |= {job.name: end(command, job) for job, command in commands}
    return found


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The Bybit minutes of both symbols."""
    if len(PRICES) < 2:
        pytest.skip(f"the real minutes of SOLUSDT and DOGEUSDT are not in {DATA}")
    with ExitStack() as stack:
        return end(begin(stack, tmp_path_factory.mktemp("real"), REAL), REAL)


def judge(ran: Ran) -> None:
    """No rule broken, nothing refused that should not be, nothing recovered, orphaned or unanswered."""
    assert not ran.findings.violations, ran.findings.text()
    assert {code for _, code in ran.findings.refusals} <= ORDINARY, ran.findings.text()
    for account in ran.summary["accounts"]:
        counts = {name: account[name] for name in ("orphans", "recoveries", "resyncs", "stream_losses")}
        assert counts == {"orphans": 0, "recoveries": 0, "resyncs": 0, "stream_losses": {}}, account
        assert not account["state_write_failures"]
        assert not account["sync_failures"]


def test_real_minutes_are_traded_without_a_fault(real: Ran) -> None:
    judge(real)
    assert {symbol for _, symbol, _ in real.findings.closes} == {"SOLUSDT", "DOGEUSDT"}


@pytest.mark.parametrize("job", SCENARIOS, ids=lambda job: job.name)
def test_each_scenario_is_traded_without_a_fault(runs: dict[str, Ran], job: Job) -> None:
    judge(runs[job.name])


def test_the_summary_books_what_the_journal_shows(real: Ran) -> None:
    (account,) = real.summary["accounts"]
    for symbol in account["symbols"]:
        for side, count in symbol["cycles_closed"].items():
            shown = real.findings.closes["001", symbol["symbol"], side]
            assert count in (shown, shown - 1)  # a close in the last moment is booked by the next start
    sent = sum(symbol["orders_sent"] for symbol in account["symbols"])
    assert sent == real.findings.orders["create"]


def test_realised_profit_is_never_shown_without_the_change_of_equity(real: Ran) -> None:
    (account,) = real.summary["accounts"]
    assert {"equity_change_usdt", "realised_usdt"} <= account.keys()
    for line in (*real.done.out.splitlines(), *real.done.err.splitlines()):
        if "realised" in line and "equity" in line:
            assert "change" in line
    assert "change" in real.done.out
