"""The journal's checker itself: a journal that keeps the rules passes, and each broken rule is caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from actors.torture.journal.lines import read_journal
from tests.whole.journal import check_lines
from tests.whole.journal_canary import Journal, closed, opened

ENTRY, SECOND_ENTRY = "001LE01-SOLUSDT-001001", "001LE01-SOLUSDT-001002"
TP, SECOND_TP = "001LT00-SOLUSDT-001001", "001LT00-SOLUSDT-001002"
REOPENING = "001LO00-SOLUSDT-002001"


def the_only_violation(journal: Journal, known: frozenset[str] | None = None) -> str:
    violations = check_lines(journal.lines, known).violations
    assert len(violations) == 1, violations
    return violations[0]


def reopened() -> Journal:
    return (
        closed()
        .cancel(ENTRY)
        .order(ENTRY, "Cancelled")
        .create(REOPENING, "0.3")
        .fill(REOPENING, "0.3")
        .order(REOPENING, "Filled")
        .position("0.3")
        .create("001LT00-SOLUSDT-002001", "0.3", reduce_only=True)
        .order("001LT00-SOLUSDT-002001", "New", "0.3")
        .create("001LE01-SOLUSDT-002001", "0.4")
        .order("001LE01-SOLUSDT-002001", "New", "0.4")
    )


def test_a_cycle_that_keeps_the_rules_has_no_violation_and_is_counted() -> None:
    found = check_lines(
        reopened().wait(5000).position("0.3").lines,
        frozenset(
            [
                "001LT00-SOLUSDT-002001",
                "001LE01-SOLUSDT-002001",
            ]
        ),
    )
    assert not found.violations
    assert found.closes == {("001", "SOLUSDT", "LONG"): 1}
    assert found.requests["order.create"] == 6


def test_a_second_live_take_profit_is_caught() -> None:
    journal = opened().create(SECOND_TP, "0.3", reduce_only=True)
    assert the_only_violation(journal) == f"line 9: {SECOND_TP} is a second TP: {TP} (line 5) is live"


def test_a_take_profit_after_the_end_of_the_first_is_no_second() -> None:
    journal = opened().order(TP, "Cancelled").create(SECOND_TP, "0.3", reduce_only=True)
    assert not check_lines(journal.lines).violations


def test_a_take_profit_that_was_refused_is_no_second() -> None:
    journal = opened().create(SECOND_TP, "0.3", reduce_only=True, code=110017)
    found = check_lines(journal.lines)
    assert not found.violations
    assert found.refusals == {("order.create", 110017): 1}


def test_a_take_profit_that_lags_behind_the_position_is_caught() -> None:
    journal = opened().fill(ENTRY, "0.4").position("0.7").wait(1001).order(ENTRY, "Filled")
    assert the_only_violation(journal) == (
        "line 11: 001 SOLUSDT LONG: size 0.7, but the TP leaves 0.3, 1002 ms after the last change"
    )


def test_a_take_profit_that_lags_is_caught_though_the_next_line_mends_it() -> None:
    journal = opened().fill(ENTRY, "0.4").position("0.7").wait(1001).order(TP, "New", "0.7")
    assert "TP leaves 0.3" in the_only_violation(journal)


def test_a_take_profit_amended_within_a_second_is_right() -> None:
    journal = opened().fill(ENTRY, "0.4").position("0.7").wait(900).order(TP, "New", "0.7")
    assert not check_lines(journal.wait(5000).position("0.7").lines).violations


def test_a_take_profit_that_vanishes_is_caught() -> None:
    assert "TP leaves 0," in the_only_violation(opened().order(TP, "Cancelled").wait(1500).position("0.3"))


def test_an_old_entry_that_is_live_at_the_reopening_is_caught() -> None:
    assert the_only_violation(closed().create(REOPENING, "0.3")) == (
        f"line 12: {REOPENING} reopens while {ENTRY} (line 7) of before the close is live"
    )


def test_an_old_entry_of_the_other_side_is_caught_too() -> None:
    short = "001SE01-SOLUSDT-001001"
    journal = opened().create(short, "0.4").order(short, "New", "0.4")
    journal.fill(TP, "0.3", closed="0.3").position("0")
    journal.cancel(ENTRY).order(ENTRY, "Cancelled").create(REOPENING, "0.3")
    assert short in the_only_violation(journal)


def test_an_entry_that_was_under_way_at_the_close_is_old_too() -> None:
    journal = closed().create("001LE02-SOLUSDT-001001", "0.6")
    journal.cancel(ENTRY).order(ENTRY, "Cancelled").create(REOPENING, "0.3")
    assert "001LE02-SOLUSDT-001001 (line 12)" in the_only_violation(journal)


def test_an_acknowledged_cancel_is_no_end() -> None:
    assert ENTRY in the_only_violation(closed().cancel(ENTRY).create(REOPENING, "0.3"))


def test_what_rests_at_the_end_without_being_in_the_state_is_caught() -> None:
    assert the_only_violation(opened(), frozenset([TP])) == (
        f"at the end {ENTRY} (line 7) rests and is in no state file"
    )


def test_an_id_that_is_not_ours_is_caught() -> None:
    assert "'mine-1' is not of our form" in the_only_violation(Journal().create("mine-1", "1"))


def test_an_id_of_a_person_may_be_allowed() -> None:
    assert not check_lines(Journal().create("mine-1", "1").lines, foreign=["mine-1"]).violations


def test_an_id_of_another_account_or_symbol_is_caught() -> None:
    for name in ("002LE01-SOLUSDT-001001", "001LE01-DOGEUSDT-001001"):
        assert f"{name} was sent for account 001 and SOLUSDT" in the_only_violation(
            Journal().create(name, "1")
        )


def test_an_id_that_is_sent_twice_is_caught_even_after_its_end() -> None:
    journal = opened().order(ENTRY, "Cancelled").create(ENTRY, "0.4")
    assert the_only_violation(journal) == f"line 10: {ENTRY} was already sent in line 7"


def test_a_second_entry_for_a_live_slot_is_caught() -> None:
    assert the_only_violation(opened().create(SECOND_ENTRY, "0.4")) == (
        f"line 9: {SECOND_ENTRY} takes the slot of {ENTRY} (line 7), which is live"
    )


def test_a_second_entry_in_a_batch_is_caught_unless_it_was_refused() -> None:
    names = (SECOND_ENTRY, "001LE02-SOLUSDT-001001")
    assert SECOND_ENTRY in the_only_violation(opened().batch(*names, qty="1", codes=[0, 0]))
    assert not check_lines(opened().batch(*names, qty="1", codes=[10006, 0]).lines).violations


def test_a_rate_limit_is_counted_in_single_and_batch_requests() -> None:
    names = ("001LE02-SOLUSDT-001001", "001LE03-SOLUSDT-001001")
    journal = opened().batch(*names, qty="1", codes=[0, 10006]).create(SECOND_ENTRY, "1", code=10006)
    assert check_lines(journal.lines).rate_limited == 2


def test_a_take_profit_that_may_open_is_caught() -> None:
    journal = opened().order(TP, "Cancelled").create(SECOND_TP, "0.3")
    assert the_only_violation(journal) == f"line 10: {SECOND_TP} was sent with reduceOnly False"


def test_a_reduce_only_fill_that_opens_is_caught() -> None:
    journal = opened().fill(TP, "0.3", closed="0.2")
    assert "is reduce-only and filled 0.3, of which only 0.2 closed" in the_only_violation(journal)


def test_a_torn_last_line_is_left_out_and_a_torn_line_within_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    whole = b'{"ts":1,"topic":"order","account":"001","data":{}}\n'
    path.write_bytes(whole + b'{"ts":2,"to')
    assert len(read_journal(path)) == 1
    path.write_bytes(b'{"ts":2,"to\n' + whole)
    with pytest.raises(ValueError, match=r"line 1: no record of a journal"):
        read_journal(path)
