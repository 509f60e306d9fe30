"""The balance check: what it counts, when a cost leaves its sum, and that no money is spent twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from messages.orders import BalanceContext
from messages.sides import Side
from state.balance import BalanceLedger
from tests.state.account_rows import check, leg, name_of, place, wallet


def a_ledger(available: int = 100, created_ms: int = 0) -> BalanceLedger:
    ledger = BalanceLedger()
    ledger.pushed(wallet(available, created_ms), created_ms)
    return ledger


def with_entry(cost: int = 60, now_ms: int = 0) -> BalanceLedger:
    ledger = a_ledger()
    assert ledger.try_reserve(place(1, check(cost)), now_ms) is None
    return ledger


def test_two_entries_do_not_spend_the_same_money() -> None:
    ledger = with_entry(60)
    assert ledger.room == 40
    refusal = ledger.try_reserve(place(2, check(60)), 0)
    assert refusal == (
        "averaging of SOLUSDT: 60.0000 USDT needed (cost 60.0000, buffer 0 %), "
        "room is 40.0000 (available 100.0000, reserved 60.0000)"
    )
    assert ledger.reserved == 60


def test_the_buffer_counts_for_the_test_and_not_for_the_reservation() -> None:
    ledger = a_ledger()
    assert ledger.try_reserve(place(1, check(90, 15)), 0) is not None
    assert ledger.try_reserve(place(1, check(80, 15)), 0) is None
    assert ledger.reserved == 80


def test_what_must_fit_beside_an_entry_is_tested_and_not_reserved() -> None:
    ledger = a_ledger()
    refusal = ledger.try_reserve(place(1, check(60, also_fits=Decimal(60))), 0)
    assert refusal is not None
    assert "(cost 60.0000 and 60.0000 for the other side, buffer 0 %)" in refusal
    assert ledger.try_reserve(place(1, check(50, also_fits=Decimal(50))), 0) is None
    assert ledger.reserved == 50


def test_closing_orders_pass_without_any_balance() -> None:
    assert BalanceLedger().try_reserve(place(1, None), 0) is None


def test_nothing_is_reserved_before_the_wallet_is_known() -> None:
    refusal = BalanceLedger().try_reserve(place(1, check(1)), 0)
    assert refusal == "averaging of SOLUSDT: the wallet's figures haven't come yet"


def test_asking_again_for_the_same_order_reserves_once() -> None:
    ledger = with_entry(60)
    assert ledger.try_reserve(place(1, check(60)), 0) is None
    assert ledger.reserved == 60


@pytest.mark.parametrize(("created_ms", "reserved"), [(5_999, 60), (6_000, 0)])
def test_a_resting_entry_leaves_with_a_push_a_second_after_its_new_event(
    created_ms: int, reserved: int
) -> None:
    ledger = with_entry()
    ledger.seen_live(name_of(1), 5_000)
    ledger.seen_live(name_of(1), 5_500)
    ledger.pushed(wallet(40, created_ms), created_ms)
    assert ledger.reserved == reserved


@pytest.mark.parametrize(("created_ms", "reserved"), [(7_999, 60), (8_000, 0)])
def test_a_filling_entry_leaves_with_a_push_a_second_after_its_last_fill(
    created_ms: int, reserved: int
) -> None:
    ledger = with_entry()
    ledger.seen_live(name_of(1), 5_000)
    ledger.filled(name_of(1), 7_000)
    ledger.filled(name_of(1), 6_000)
    ledger.ended(name_of(1), True, 9_000)
    ledger.pushed(wallet(40, created_ms), created_ms)
    assert ledger.reserved == reserved


def test_an_entry_that_ends_without_a_fill_leaves_at_once() -> None:
    ledger = with_entry()
    ledger.ended(name_of(1), False, 1)
    assert ledger.room == 100


def test_an_end_before_the_word_of_its_fill_waits_for_a_push() -> None:
    ledger = with_entry()
    ledger.ended(name_of(1), True, 5_000)
    ledger.pushed(wallet(40, 5_999), 5_999)
    assert ledger.reserved == 60
    ledger.pushed(wallet(40, 6_000), 6_000)
    assert ledger.reserved == 0


def test_an_entry_without_any_sign_of_life_stays_until_it_is_refused() -> None:
    ledger = with_entry()
    ledger.pushed(wallet(100, 900_000), 900_000)
    assert ledger.reserved == 60
    ledger.answered_refused(name_of(1))
    assert ledger.reserved == 0


def test_an_older_push_changes_no_figure() -> None:
    ledger = a_ledger(100, created_ms=10)
    ledger.pushed(wallet(900, 9), 11)
    assert ledger.room == 100


@pytest.mark.parametrize(("created_ms", "fits"), [(4_999, True), (5_000, False)])
def test_what_a_close_released_counts_until_a_push_that_may_contain_it(created_ms: int, fits: bool) -> None:
    ledger = a_ledger(10, created_ms)
    needs = check(60, released=Decimal(50), released_ms=5_000)
    assert (ledger.try_reserve(place(1, needs), 6_000) is None) is fits


def test_two_reopenings_share_what_a_close_released() -> None:
    ledger = a_ledger(0)
    needs = check(30, released=Decimal(50), released_ms=5_000)
    assert ledger.try_reserve(place(1, needs), 6_000) is None
    refusal = ledger.try_reserve(place(2, needs), 6_000)
    assert refusal is not None
    assert refusal.endswith("room is 20.0000 (available 0.0000, reserved 30.0000, 50.0000 just released)")


def resting(*, push_ms: int = 6_000) -> BalanceLedger:
    """An entry of 60 that rests, in a push that is young enough to contain it: 40 of 100 are free."""
    ledger = with_entry(60)
    ledger.seen_live(name_of(1), 5_000)
    ledger.pushed(wallet(40, push_ms), push_ms)
    return ledger


REOPENS = BalanceContext.REOPEN


def test_a_reopening_counts_what_the_cancels_of_the_close_have_freed() -> None:
    ledger = resting()
    assert ledger.try_reserve(place(2, check(90, context=REOPENS)), 7_000) is not None
    ledger.ended(name_of(1), False, 7_100)
    assert ledger.try_reserve(place(2, check(90, context=REOPENS)), 7_200) is None


def test_what_cancels_have_freed_counts_for_reopenings_alone() -> None:
    ledger = resting()
    ledger.ended(name_of(1), False, 7_000)
    assert ledger.try_reserve(place(2, check(60)), 7_100) is not None


def test_two_reopenings_share_what_the_cancels_have_freed() -> None:
    ledger = resting()
    ledger.ended(name_of(1), False, 7_000)
    ledger.ended(name_of(1), False, 7_000)
    assert ledger.try_reserve(place(2, check(70, context=REOPENS)), 7_100) is None
    assert ledger.try_reserve(place(3, check(40, context=REOPENS)), 7_100) is not None
    assert ledger.try_reserve(place(3, check(30, context=REOPENS)), 7_100) is None


@pytest.mark.parametrize(("created_ms", "fits"), [(6_999, True), (7_000, False)])
def test_a_push_from_after_the_end_takes_the_place_of_what_was_freed(created_ms: int, fits: bool) -> None:
    for told_first in (True, False):
        ledger = resting()
        if told_first:
            ledger.ended(name_of(1), False, 7_000)
        ledger.pushed(wallet(40, created_ms), created_ms)
        if not told_first:
            ledger.ended(name_of(1), False, 7_000)
        assert (ledger.try_reserve(place(2, check(60, context=REOPENS)), 7_100) is None) is fits


def test_an_entry_that_the_push_does_not_contain_frees_nothing_beside_its_reservation() -> None:
    ledger = resting(push_ms=5_999)
    ledger.ended(name_of(1), False, 7_000)
    assert ledger.try_reserve(place(2, check(60, context=REOPENS)), 7_100) is not None


def test_an_entry_with_a_fill_frees_nothing_when_it_ends() -> None:
    for filled_told in (True, False):
        ledger = resting()
        if filled_told:
            ledger.filled(name_of(1), 6_500)
        ledger.ended(name_of(1), True, 7_000)
        assert ledger.try_reserve(place(2, check(60, context=REOPENS)), 7_100) is not None


def test_the_figures_follow_the_mark_and_only_ever_make_the_room_smaller() -> None:
    ledger = a_ledger(100)
    ledger.position(leg(Side.LONG, 10, 100))
    ledger.position(leg(Side.SHORT, 4, 100))
    ledger.priced("SOLUSDT", Decimal(100), 1)
    ledger.priced("SOLUSDT", Decimal(95), 2)
    assert ledger.equity_carried == 1000 - 50 + 20
    assert ledger.available_carried == 100 - 50 + 20 + 5 + 2
    assert ledger.room == ledger.available_carried
    assert ledger.maintenance_rate_carried == Decimal("0.02") * 95 / 100 * 1000 / 970
    ledger.priced("SOLUSDT", Decimal(105), 3)
    assert ledger.available_carried == 100 + 50 - 20 - 5 - 2
    assert ledger.room == 100


def test_a_push_ends_what_was_carried() -> None:
    ledger = a_ledger(100)
    ledger.position(leg(Side.LONG, 10, 100))
    ledger.priced("SOLUSDT", Decimal(100), 1)
    ledger.priced("SOLUSDT", Decimal(95), 2)
    ledger.pushed(wallet(55, 3), 3)
    assert (ledger.equity_carried, ledger.available_carried) == (Decimal(1000), Decimal(55))


def test_old_prices_and_old_rows_carry_nothing() -> None:
    ledger = a_ledger(100)
    ledger.position(leg(Side.LONG, 10, 100, seq=5))
    ledger.position(leg(Side.LONG, 99, 100, seq=4))
    ledger.priced("SOLUSDT", Decimal(100), 2)
    ledger.priced("SOLUSDT", Decimal(50), 1)
    ledger.priced("DOGEUSDT", Decimal(1), 1)
    ledger.priced("SOLUSDT", Decimal(101), 3)
    assert ledger.equity_carried == 1010


def test_an_account_without_equity_left_is_told_as_liquidated() -> None:
    ledger = a_ledger(100)
    ledger.position(leg(Side.LONG, 100, 100))
    ledger.priced("SOLUSDT", Decimal(100), 1)
    ledger.priced("SOLUSDT", Decimal(90), 2)
    assert ledger.maintenance_rate_carried == 1


def test_an_entry_that_waits_reads_the_wallet_after_a_minute_without_a_push() -> None:
    ledger = a_ledger(10, 0)
    assert not ledger.wallet_read_due(100_000)
    assert ledger.try_reserve(place(1, check(60)), 100_000) is not None
    assert ledger.wallet_read_due(100_000)
    assert not ledger.wallet_read_due(100_001)


def test_a_push_puts_the_read_off_until_something_waits_again() -> None:
    ledger = a_ledger(10, 0)
    assert ledger.try_reserve(place(1, check(60)), 50_000) is not None
    assert not ledger.wallet_read_due(59_999)
    ledger.pushed(wallet(10, 59_999), 59_999)
    assert not ledger.wallet_read_due(200_000)
    assert ledger.try_reserve(place(1, check(60)), 60_000) is not None
    assert not ledger.wallet_read_due(119_998)
    assert ledger.wallet_read_due(119_999)


def test_at_most_two_reads_are_claimed_in_any_hour() -> None:
    ledger = a_ledger(10, 0)
    claimed = []
    for now_ms in range(0, 10_000_000, 10_000):
        assert ledger.try_reserve(place(1, check(60)), now_ms) is not None
        if ledger.wallet_read_due(now_ms):
            claimed.append(now_ms)
            ledger.pushed(wallet(10, now_ms), now_ms)
    # Ten seconds are left for requests that are longer on their way than the next one.
    assert claimed == [60_000, 120_000, 3_670_000, 3_730_000, 7_280_000, 7_340_000]


def test_a_move_that_a_push_contains_is_not_carried_once_more() -> None:
    ledger = a_ledger(100)
    ledger.position(leg(Side.LONG, 10, 100))
    ledger.priced("SOLUSDT", Decimal(100), 1)
    ledger.pushed(wallet(55, 20_000), 20_000)  # it fell to 95, but no price has told so
    ledger.priced("SOLUSDT", Decimal(95), 20_500)
    assert ledger.equity_carried == 1000
    ledger.priced("SOLUSDT", Decimal(94), 21_000)
    assert ledger.equity_carried == 990
