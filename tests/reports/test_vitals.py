"""The watch's memory of a day: what is counted, since when, and that it never grows without end."""

from __future__ import annotations

from decimal import Decimal

from actors.reports.vitals import DAY_MS, KEPT, Vitals, within
from messages.events import Counted
from messages.reports import BalanceRead, StateWritten, SyncFinished
from messages.sides import Side
from tests.display.scenes import a_close, a_latency, a_stream, busy_messages
from tests.store.reports import NOW_MS, a_side, a_symbol

HOUR_MS = 3_600_000


def orphan() -> Counted:
    return Counted(account=1, symbol="SOLUSDT", name="orphan")


def test_what_is_older_than_a_day_is_forgotten_when_something_new_comes() -> None:
    vitals = Vitals().apply(orphan(), NOW_MS).apply(orphan(), NOW_MS + DAY_MS)
    assert vitals.of(1).counted["orphan"] == (NOW_MS + DAY_MS,)


def test_a_flood_is_kept_only_up_to_its_bound() -> None:
    vitals = Vitals()
    for at in range(KEPT + 50):
        vitals = vitals.apply(orphan(), NOW_MS + at).apply(a_latency("5", None), NOW_MS + at)
    assert len(vitals.of(1).counted["orphan"]) == len(vitals.of(1).closes) == KEPT


def test_only_the_last_span_is_counted_within_it() -> None:
    times = (NOW_MS - HOUR_MS, NOW_MS - HOUR_MS + 1, NOW_MS)
    assert within(times, NOW_MS, HOUR_MS) == 2


def test_a_loss_is_counted_once_however_often_the_redial_fails() -> None:
    vitals = Vitals()
    for at, up in enumerate((False, True, False, False, False, True, True)):
        vitals = vitals.apply(a_stream(up), NOW_MS + at)
    assert vitals.of(1).losses == {"private": (NOW_MS + 2,)}
    assert vitals.of(1).streams["private"].since_ms == NOW_MS + 5


def test_a_sync_that_fails_keeps_the_time_of_the_last_good_one() -> None:
    good = SyncFinished(account=1, failure="", took_ns=1, at_ms=NOW_MS)
    bad = SyncFinished(account=1, failure="no reply", took_ns=1, at_ms=NOW_MS)
    vitals = Vitals().apply(good, NOW_MS).apply(bad, NOW_MS + 9).of(1)
    assert (vitals.synced_ms, vitals.sync_failure) == (NOW_MS, "no reply")


def test_a_write_that_succeeds_takes_its_failure_back() -> None:
    vitals = Vitals()
    for failure in ("the disk is full", ""):
        written = StateWritten(account=1, failure=failure, took_ns=1, changes=1, at_ms=NOW_MS)
        vitals = vitals.apply(written, NOW_MS)
    assert (vitals.of(1).state_written_ms, vitals.of(1).state_failure) == (NOW_MS, "")


def test_balance_reads_are_kept_by_who_asked() -> None:
    vitals = Vitals().apply(BalanceRead(account=1, source="guard"), NOW_MS)
    assert vitals.of(1).balance_reads == {"guard": (NOW_MS,)}


def test_a_close_without_the_first_figure_is_none() -> None:
    vitals = Vitals().apply(a_latency(None, "3"), NOW_MS).apply(a_latency("7", None), NOW_MS)
    assert [close.acted_ms for close in vitals.of(1).closes] == [Decimal(7)]


def test_accounts_don_t_mix_and_what_was_handed_out_never_changes() -> None:
    before = Vitals().apply(a_stream(True, "public", 0), NOW_MS)
    after = before
    for message in (*busy_messages(1), *busy_messages(2), a_close()):
        after = after.apply(message, NOW_MS)
    assert before.accounts.keys() == {0}
    assert after.of(1).counted == after.of(2).counted
    assert after.of(3).counted == {}


def test_a_side_lacks_its_take_profit_since_it_was_first_told_to() -> None:
    def told(**long: bool) -> object:
        return a_symbol("SOLUSDT", long=a_side(Side.LONG, **long))

    vitals = Vitals()
    for at, bare in enumerate((False, True, True)):
        vitals = vitals.apply(told(unprotected=bare), NOW_MS + at)
    assert vitals.of(1).unprotected == {"SOLUSDT LONG": NOW_MS + 1}
    assert vitals.apply(told(unprotected=True), NOW_MS + 9) is vitals
    assert vitals.apply(told(), NOW_MS + 9).of(1).unprotected == {}
