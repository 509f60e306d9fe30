"""Every rule of section 12: when it fires, what it does, and that it is silent otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.events import Note
from messages.guard import (
    CloseFailed,
    CloseSucceeded,
    Mismatched,
    PrivateStreamLost,
    StateUnreadable,
    StopAll,
    StopMode,
)
from messages.sides import Side
from state.grid.effects import FreezeAccount, StopAccount
from state.guard.model import AveragingFrozen, FreezeDecided, PanicDecided, Remember, StopDecided
from tests.guard.states import NOW_MS, after, guard, money, of_kind, symbol

MINUTE_MS = 60_000
FAILED = CloseFailed(symbol="SOLUSDT", side=Side.LONG, reason="a test")


def test_an_ordinary_account_is_left_alone() -> None:
    state, effects = after(guard(), symbol(), money(), money(equity="990"))
    assert not state.stopped
    assert of_kind(effects, Remember)
    assert len(effects) == len(of_kind(effects, Remember))


# --- loss ---------------------------------------------------------------------------------------------------


def test_equity_a_threshold_below_its_peak_stops_the_account_and_holds() -> None:
    state, _ = after(guard(loss={"threshold_percent": Decimal(15)}), money(), money(equity="1100"))
    state, effects = after(state, money(equity="935.01"))
    assert not of_kind(effects, StopDecided)
    _, effects = after(state, money(equity="935"))
    (stop,) = of_kind(effects, StopDecided)
    assert (stop.mode, stop.emergency) == (StopMode.HOLD, True)
    assert "15.00 % below its peak 1100.00 USDT" in stop.reason
    assert stop.evidence["equity_usdt"] == "935"


def test_money_that_is_taken_out_is_no_loss_and_money_paid_in_hides_none() -> None:
    rule = {"threshold_percent": Decimal(15)}
    state, _ = after(guard(loss=rule), money())
    state, effects = after(state, money(equity="500", paid_in="500"))
    assert not of_kind(effects, StopDecided)
    state, effects = after(state, money(equity="1300", paid_in="1300"))
    assert not of_kind(effects, StopDecided)
    _, effects = after(state, money(equity="1100", paid_in="1300"))
    assert of_kind(effects, StopDecided)


@given(st.lists(st.integers(min_value=500, max_value=2000), min_size=1, max_size=30))
def test_the_peak_is_the_highest_equity_and_the_file_is_a_thousandth_behind_at_most(
    equities: list[int],
) -> None:
    state, effects = after(guard(loss={"enabled": False}), *(money(equity=str(each)) for each in equities))
    assert state.memory.peak == max(equities)
    kept = of_kind(effects, Remember)[-1].memory.peak
    assert kept <= max(equities) <= kept * Decimal("1.001") + 1


def test_a_gain_that_only_the_marks_promise_is_no_peak() -> None:
    state, _ = after(guard(loss={"threshold_percent": Decimal(15)}), money())
    _, effects = after(state, money(equity="1500", told="1000"), money(equity="900"))
    assert not of_kind(effects, StopDecided)


# --- maintenance rate ---------------------------------------------------------------------------------------


def test_a_maintenance_rate_at_its_threshold_stops_and_flattens() -> None:
    state, _ = after(guard(), money(rate="49.99"))
    assert not state.stopped
    _, effects = after(state, money(rate="50"))
    (stop,) = of_kind(effects, StopDecided)
    assert stop.mode is StopMode.FLATTEN


def test_a_stop_that_holds_turns_into_one_that_flattens_and_never_back() -> None:
    state, _ = after(guard(), StopAccount(reason="a liquidation"))
    assert state.mode is StopMode.HOLD
    state, effects = after(state, money(rate="60"))
    assert state.mode is StopMode.FLATTEN
    assert of_kind(effects, StopDecided)
    state, effects = after(state, StopAccount(reason="another"), money(rate="70"))
    assert (state.mode, of_kind(effects, StopDecided)) == (StopMode.FLATTEN, [])


# --- early freeze and panic ---------------------------------------------------------------------------------


def test_averaging_freezes_under_one_and_a_half_and_lifts_at_twice_the_costliest_level() -> None:
    state, effects = after(guard(), symbol(), money(available="90"))
    assert not of_kind(effects, AveragingFrozen)
    state, effects = after(state, money(available="89.99"))
    assert [effect.on for effect in of_kind(effects, AveragingFrozen)] == [True]
    state, effects = after(state, money(available="119.99"))
    assert not of_kind(effects, AveragingFrozen)
    _, effects = after(state, money(available="120"))
    assert [effect.on for effect in of_kind(effects, AveragingFrozen)] == [False]


def test_the_withdrawal_of_what_rests_lifts_no_early_freeze() -> None:
    resting = symbol(resting_cost=Decimal(40))
    state, effects = after(guard(), resting, money(available="49"))
    assert [effect.on for effect in of_kind(effects, AveragingFrozen)] == [True]
    _, effects = after(state, symbol(), money(available="89"))
    assert not of_kind(effects, AveragingFrozen)


def test_nothing_is_frozen_early_where_no_side_can_take_a_level() -> None:
    _, effects = after(guard(), symbol(costliest_level=Decimal(0)), money(available="1"))
    assert not of_kind(effects, AveragingFrozen)


PANIC: dict[str, Any] = {"enabled": True, "pull_take_profit": True, "balance_smaller_side": True}


def test_a_lopsided_hedge_with_little_left_panics_once() -> None:
    lopsided = symbol(long_qty=Decimal("3.01"))
    state, effects = after(guard(panic=PANIC), lopsided, money(available="299"))
    assert [effect.symbol for effect in of_kind(effects, PanicDecided)] == ["SOLUSDT"]
    assert of_kind(effects, FreezeDecided)
    _, effects = after(state, money(available="298"))
    assert not of_kind(effects, PanicDecided)


@pytest.mark.parametrize("short", ["0", "0.301"])
def test_no_hedge_is_lopsided_while_a_side_is_flat_or_within_the_ratio(short: str) -> None:
    figures = symbol(long_qty=Decimal("3.01"), short_qty=Decimal(short))
    _, effects = after(guard(panic=PANIC), figures, money(available="299"))
    assert not of_kind(effects, PanicDecided)


# --- disconnections -----------------------------------------------------------------------------------------


def test_the_sixth_loss_of_the_stream_in_an_hour_freezes_until_ten_quiet_minutes() -> None:
    state = guard()
    for minute in range(5):
        state, effects = after(state, PrivateStreamLost(), at_ms=NOW_MS + minute * MINUTE_MS)
        assert not effects
    sixth_ms = NOW_MS + 59 * MINUTE_MS
    state, effects = after(state, PrivateStreamLost(), at_ms=sixth_ms)
    assert [effect.until_ms for effect in of_kind(effects, FreezeDecided)] == [sixth_ms + 10 * MINUTE_MS]


def test_losses_of_the_stream_that_lie_an_hour_back_do_not_count() -> None:
    state, _ = after(guard(), *[PrivateStreamLost()] * 5)
    _, effects = after(state, PrivateStreamLost(), at_ms=NOW_MS + 60 * MINUTE_MS)
    assert not effects


# --- closes that fail ---------------------------------------------------------------------------------------


def test_the_third_failed_close_in_a_row_on_a_symbol_stops_the_account() -> None:
    state, effects = after(guard(), FAILED, FAILED)
    assert not of_kind(effects, StopDecided)
    state, _ = after(state, CloseSucceeded(symbol="DOGEUSDT"))
    _, effects = after(state, FAILED)
    assert of_kind(effects, StopDecided)


def test_a_close_that_succeeds_takes_failures_back() -> None:
    _, effects = after(guard(), FAILED, FAILED, CloseSucceeded(symbol="SOLUSDT"), FAILED, FAILED)
    assert not of_kind(effects, StopDecided)


# --- the rest -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "event",
    [
        StopAll(reason="four stops in an hour"),
        Mismatched(symbol="SOLUSDT", reason="0.1 too much"),
        StopAccount(reason="ADL"),
    ],
)
def test_what_must_stop_the_account_stops_it_and_holds(event: Any) -> None:
    _, effects = after(guard(), event)
    assert [stop.mode for stop in of_kind(effects, StopDecided)] == [StopMode.HOLD]


def test_a_corrupt_state_file_is_an_alert_unless_the_config_says_stop() -> None:
    event = StateUnreadable(reason="no JSON")
    _, effects = after(guard(), event)
    assert (len(of_kind(effects, Note)), of_kind(effects, StopDecided)) == (1, [])
    _, effects = after(guard(state={"corrupt_action": "stop"}), event)
    assert of_kind(effects, StopDecided)


def test_a_rule_that_alerts_is_told_once_until_it_has_ceased_to_hold() -> None:
    state, effects = after(guard(loss={"action": "alert"}), money(), money(equity="900"), money(equity="899"))
    assert len(of_kind(effects, Note)) == 1
    _, effects = after(state, money(equity="1000"), money(equity="900"))
    assert len(of_kind(effects, Note)) == 1


def test_a_freeze_by_the_exchange_lasts_while_the_maintenance_rate_is_over_half_its_threshold() -> None:
    until_ms = NOW_MS + 10 * MINUTE_MS
    signs = FreezeAccount(until_ms=until_ms, reason="CancelAllBeforeLiq")
    state, _ = after(guard(), money(rate="25"), signs)
    late_ms = until_ms - 10_000
    _, effects = after(state, money(rate="25"), at_ms=late_ms)
    assert [effect.until_ms for effect in of_kind(effects, FreezeDecided)] == [late_ms + MINUTE_MS]
    _, effects = after(state, money(rate="24"), at_ms=late_ms)
    assert not effects
