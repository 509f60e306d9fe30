"""Which messages of the bot a person is told of, and the daily summary."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from actors.display.model import DisplayModel, WatchedAccount
from actors.notices.hearing import Hearing
from actors.notices.notice import Topic
from actors.notices.notices import Notices, wants
from actors.notices.summary import next_time_ms
from config.loader import check_document
from config.notifications import Channel
from messages.events import Counted, CycleClosed, Note, Severity
from messages.reports import AccountChanged, AccountReport, CloseLatency, StateWritten
from messages.sides import Side
from tests.config.documents import a_document
from tests.venue_process import wait_for

DAY_MS = 86_400_000
START_MS = 20_000 * DAY_MS + 9 * 3_600_000


def note(kind: str, severity: Severity = Severity.WARNING) -> Note:
    return Note(
        account=1, symbol="SOLUSDT", side=Side.LONG, kind=kind, severity=severity, text="why", at_ms=START_MS
    )


def report(equity: str = "1000", stopped: str = "") -> AccountReport:
    return AccountReport(
        account=1,
        name="main",
        dry_run=False,
        equity=Decimal(equity),
        start_equity=Decimal(1000),
        available=Decimal(900),
        maintenance_rate=Decimal("0.0125"),
        stopped=stopped,
        streams_up=True,
        unknown_orders=0,
        queued_orders=0,
        at_ms=START_MS,
    )


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        ("emergency_stop", Topic.STOPS),
        ("frozen", Topic.GUARD),
        ("freeze_over", Topic.GUARD),
        ("early_freeze", Topic.GUARD),
        ("resumed", Topic.GUARD),
        ("actor_died", Topic.RESTARTS),
        ("orphan", Topic.TROUBLE),
    ],
)
def test_a_note_of_a_known_kind_is_told_under_its_topic(kind: str, topic: Topic) -> None:
    told = Hearing().notice(note(kind), START_MS)
    assert told is not None
    assert (told.topic, told.severity, told.text) == (topic, Severity.WARNING, "LONG: why")


def test_of_other_notes_only_the_critical_ones_are_told() -> None:
    assert Hearing().notice(note("late_fill"), START_MS) is None
    told = Hearing().notice(note("foreign_size", Severity.CRITICAL), START_MS)
    assert told is not None
    assert told.topic is Topic.TROUBLE


def test_an_account_that_stops_running_is_told_and_one_that_does_not_start_is_critical() -> None:
    hearing = Hearing()
    runs = AccountChanged(account=1, running=True, reason="")
    dead = AccountChanged(account=1, running=False, reason="001/feed failed")
    refused = AccountChanged(account=1, running=False, reason="keys: refused")
    told = [hearing.notice(one, START_MS) for one in (runs, dead, refused, refused, runs, runs)]
    assert [(one.severity, one.text) if one else None for one in told] == [
        None,
        (Severity.WARNING, "runs no longer: 001/feed failed"),
        (Severity.CRITICAL, "does not start: keys: refused"),
        None,
        (Severity.WARNING, "runs again"),
        None,
    ]
    first = Hearing().notice(refused, START_MS)
    assert first is not None
    assert first.severity is Severity.CRITICAL


def test_a_file_that_is_not_written_is_told_when_that_begins_and_when_it_ends() -> None:
    hearing = Hearing()
    good = StateWritten(account=1, failure="", took_ns=1, changes=1, at_ms=START_MS)
    bad = replace(good, failure="No space left on device")
    told = [hearing.notice(message, START_MS) for message in (good, bad, bad, good, good)]
    assert [one.severity if one else None for one in told] == [
        None,
        Severity.CRITICAL,
        None,
        Severity.WARNING,
        None,
    ]


def test_an_account_that_begins_as_stopped_says_so_once() -> None:
    hearing = Hearing()
    told = hearing.notice(report(stopped="loss"), START_MS)
    assert told is not None
    assert told.text == "begins as stopped: loss"
    assert hearing.notice(report(stopped="loss"), START_MS) is None
    fresh = Hearing()
    assert fresh.notice(report(), START_MS) is None
    assert fresh.notice(report(stopped="loss"), START_MS) is None, "its note has told it"


def test_a_channel_is_told_what_its_switches_and_its_severity_let_through() -> None:
    stop = Hearing().notice(note("emergency_stop", Severity.CRITICAL), START_MS)
    freeze = Hearing().notice(note("frozen"), START_MS)
    assert stop is not None
    assert freeze is not None
    pager = Channel(name="pager", url_env="PAGER", severity=Severity.CRITICAL)
    quiet = Channel(name="quiet", url_env="QUIET", stops=False)
    assert (wants(pager, stop), wants(pager, freeze)) == (True, False)
    assert (wants(quiet, stop), wants(quiet, freeze)) == (False, True)


@pytest.mark.parametrize(
    ("now", "minute", "due"),
    [(9, 0, 24), (9, 540, 33), (9, 541, 9 + 1 / 60), (0, 0, 24)],
)
def test_the_summary_is_due_at_its_minute_in_utc(now: int, minute: int, due: float) -> None:
    hour_ms = 3_600_000
    assert next_time_ms(now * hour_ms, minute) == round(due * hour_ms)


def test_the_daily_summary_says_what_the_day_brought_beside_the_change_of_equity() -> None:
    config = check_document(a_document())
    taken: list[str] = []

    def send(title: str, body: str, severity: Severity) -> str:
        taken.append(body)
        return ""

    watched = WatchedAccount(account=1, name="main", dry_run=False, symbols=("SOLUSDT",))
    model = DisplayModel.begin("simulated", START_MS, [watched])
    closed = CycleClosed(
        account=1,
        symbol="SOLUSDT",
        side=Side.LONG,
        cycle=1,
        cause="take_profit",
        entry_qty=Decimal(1),
        average_entry=Decimal(100),
        average_exit=Decimal(101),
        profit=Decimal("1.5"),
        fees=Decimal("0.25"),
        funding=Decimal("0.05"),
        deepest_level=0,
        opened_ms=START_MS,
        closed_ms=START_MS,
    )
    latency = CloseLatency(
        account=1,
        symbol="SOLUSDT",
        side=Side.LONG,
        exchange_to_acted_ms=Decimal(14),
        frame_to_reopen_ms=None,
    )
    orphan = Counted(account=1, symbol="SOLUSDT", name="orphan")
    with Notices(config, [(Channel(name="a", url_env="A"), send)], str) as notices:
        for message in (report(), closed, latency, orphan, report("990")):
            model = model.apply(message)
            notices.hear(message, model, START_MS)
        notices.hear(None, model, START_MS + DAY_MS - 9 * 3_600_000)
        model = model.apply(closed)
        notices.hear(None, model, START_MS + 2 * DAY_MS - 9 * 3_600_000)
    wait_for(lambda: "has stopped" in "".join(taken), "the end")
    first, second = [line for body in taken for line in body.splitlines() if "closes" in line]
    assert first.endswith(
        "001: main: 15:00:00: equity 990.00 USDT, change -10.00, realised +1.20; closes 1, fees 0.25, "
        "funding 0.05; orphans 1, recoveries 0, maintenance 1.25 %, TP close p50/p99/max 14 / 14 / 14 ms"
    )
    assert "1 d 0:00:00: equity 990.00 USDT, change 0.00, realised +1.20; closes 1" in second
    assert "orphans 0, recoveries 0, maintenance 1.25 %, TP close p50/p99/max -" in second
