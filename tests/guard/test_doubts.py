"""A stop for money needs the exchange's own figures: carried ones have them read first (section 8)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.guard import AccountFigures, JudgeAgain, StopMode
from state.guard.doubts import ANSWER_MS, READ_EVERY_MS
from state.guard.model import Doubted, GuardState, StopDecided, WalletWanted
from state.guard.step import step
from tests.guard.states import NOW_MS, after, guard, money, of_kind

RULE = {"threshold_percent": Decimal(15)}
CARRIED_LOSS = money(equity="800", told="1000")
CARRIED_RATE = money(rate="60", told_rate="20")


def begun() -> GuardState:
    state, _ = after(guard(loss=RULE), money())
    return state


@pytest.mark.parametrize("figures", [CARRIED_LOSS, CARRIED_RATE])
def test_carried_figures_alone_stop_nothing_and_have_the_wallet_read(figures: AccountFigures) -> None:
    state, effects = after(begun(), figures)
    assert not state.stopped
    assert len(of_kind(effects, WalletWanted)) == 1
    assert of_kind(effects, Doubted)


def test_a_read_that_says_the_same_stops_the_account_at_once() -> None:
    state, _ = after(begun(), CARRIED_LOSS)
    state, effects = after(state, money(equity="801"), at_ms=NOW_MS + 100)
    (stop,) = of_kind(effects, StopDecided)
    assert stop.mode is StopMode.HOLD
    assert "801.00 USDT" in stop.reason


def test_a_read_that_says_otherwise_ends_the_doubt() -> None:
    state, _ = after(begun(), CARRIED_LOSS)
    state, _ = after(state, money(equity="980"), at_ms=NOW_MS + 100)
    state, effects = after(state, JudgeAgain(), at_ms=NOW_MS + READ_EVERY_MS)
    state, effects = after(state, JudgeAgain(), at_ms=NOW_MS + 3 * READ_EVERY_MS)
    assert not effects
    assert not state.stopped
    assert not state.doubted_ms


def test_a_rate_that_the_exchange_confirms_flattens() -> None:
    state, _ = after(begun(), CARRIED_RATE)
    _, effects = after(state, money(rate="55"), at_ms=NOW_MS + 100)
    (stop,) = of_kind(effects, StopDecided)
    assert stop.mode is StopMode.FLATTEN


def test_an_exchange_that_does_not_answer_keeps_no_account_from_stopping() -> None:
    state, effects = after(begun(), CARRIED_LOSS)
    at_ms = NOW_MS
    for _ in range(3):
        if of_kind(effects, StopDecided):
            break
        at_ms = of_kind(effects, Doubted)[-1].again_ms
        state, effects = after(state, JudgeAgain(), at_ms=at_ms)
    assert of_kind(effects, StopDecided)
    assert at_ms - NOW_MS <= READ_EVERY_MS + ANSWER_MS


def test_a_loss_that_was_read_just_before_is_read_again_before_it_stops() -> None:
    """The read of a fast market may have been answered before the doubt began: it proves nothing of it."""
    state, effects = after(begun(), money(equity="920", moved="1.5"))
    assert of_kind(effects, WalletWanted)
    state, effects = after(state, CARRIED_LOSS, at_ms=NOW_MS + 4_000)
    assert not of_kind(effects, WalletWanted)
    state, effects = after(state, JudgeAgain(), at_ms=of_kind(effects, Doubted)[0].again_ms)
    assert of_kind(effects, WalletWanted)
    assert not state.stopped


def test_an_account_that_holds_already_is_not_read_for_another_hold() -> None:
    state, _ = after(begun(), money(equity="800"))
    assert state.stopped
    _, effects = after(state, CARRIED_LOSS, at_ms=NOW_MS + 60_000)
    assert not effects


def test_one_that_holds_is_flattened_by_the_rate_after_a_read_only() -> None:
    state, _ = after(begun(), money(equity="800"))
    state, effects = after(state, CARRIED_RATE, at_ms=NOW_MS + 60_000)
    assert of_kind(effects, WalletWanted)
    assert state.mode is StopMode.HOLD


# --- a fast market ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figures", "wanted"),
    [
        (money(equity="920", moved="1.01"), True),
        (money(equity="920", moved="1"), False),
        (money(equity="930", moved="9"), False),
        (money(rate="25.1", moved="1.01"), True),
        (money(rate="25", moved="9"), False),
    ],
)
def test_a_mark_that_moved_over_one_percent_over_half_of_a_threshold_has_the_wallet_read(
    figures: AccountFigures, wanted: bool
) -> None:
    _, effects = after(begun(), figures)
    assert bool(of_kind(effects, WalletWanted)) is wanted


figures_now = st.builds(
    money,
    equity=st.integers(700, 1100).map(str),
    told=st.integers(700, 1100).map(str),
    rate=st.integers(0, 70).map(str),
    moved=st.integers(0, 5).map(str),
)


@given(st.lists(st.tuples(figures_now | st.just(JudgeAgain()), st.integers(0, 3_000)), max_size=40))
def test_reads_are_five_seconds_apart_whatever_happens(
    events: list[tuple[AccountFigures | JudgeAgain, int]],
) -> None:
    state, at_ms, reads = begun(), NOW_MS, []
    for event, wait_ms in events:
        at_ms += wait_ms
        state, effects = step(state, event, at_ms)
        reads += [at_ms] * len(of_kind(effects, WalletWanted))
    assert all(later - earlier >= READ_EVERY_MS for earlier, later in pairwise(reads))
