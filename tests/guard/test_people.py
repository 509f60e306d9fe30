"""What a person asks of a guard, and when it refuses."""

from __future__ import annotations

from decimal import Decimal

from messages.guard import AskFlatten, AskResume, AskStop, StopMode
from state.guard.model import GuardState, Remember, ResumeDecided, StopDecided
from state.guard.people import ask_flatten, ask_resume, ask_stop, standing
from state.guard.step import Draft
from tests.guard.states import NOW_MS, after, guard, money, of_kind, symbol


def stopped(**changes: object) -> GuardState:
    """Stopped by a loss, with the money as it is now."""
    state, _ = after(guard(), symbol(), money(), money(equity="900"))
    assert state.stopped
    return state


def test_resume_sets_the_peak_to_todays_equity_and_stays_so() -> None:
    d = Draft(stopped(), NOW_MS)
    assert ask_resume(d, AskResume()) == ""
    assert of_kind(d.effects, ResumeDecided)
    assert [kept.memory.peak for kept in of_kind(d.effects, Remember)] == [Decimal(900)]
    state, effects = after(d.state, money(equity="900"))
    assert (state.stopped, of_kind(effects, StopDecided)) == ("", [])


def test_resume_is_refused_while_the_maintenance_rate_is_at_its_threshold() -> None:
    state, _ = after(stopped(), money(equity="900", rate="50"))
    d = Draft(state, NOW_MS)
    assert "maintenance rate" in ask_resume(d, AskResume())
    assert d.state.stopped


def test_resume_is_refused_while_levels_and_positions_disagree() -> None:
    state, _ = after(stopped(), symbol(unexplained=True))
    d = Draft(state, NOW_MS)
    assert "SOLUSDT" in ask_resume(d, AskResume())
    assert d.state.stopped


def test_a_symbol_is_not_resumed_while_its_account_is_stopped() -> None:
    d = Draft(stopped(), NOW_MS)
    assert "whole account" in ask_resume(d, AskResume(symbol="SOLUSDT"))


def test_a_symbol_that_the_account_does_not_trade_is_named_with_those_that_it_does() -> None:
    state, _ = after(guard(), symbol())
    for refused in (
        ask_resume(Draft(state, NOW_MS), AskResume(symbol="XRPUSDT")),
        ask_flatten(Draft(state, NOW_MS), AskFlatten(symbol="XRPUSDT")),
    ):
        assert "XRPUSDT" in refused
        assert "SOLUSDT" in refused


def test_a_persons_stop_is_no_emergency_and_may_flatten_later() -> None:
    d = Draft(guard(), NOW_MS)
    ask_stop(d, AskStop(flatten=False))
    ask_stop(d, AskStop(flatten=True))
    assert [(s.mode, s.emergency) for s in of_kind(d.effects, StopDecided)] == [
        (StopMode.HOLD, False),
        (StopMode.FLATTEN, False),
    ]


def test_only_a_read_younger_than_the_wish_proves_a_symbol_flat() -> None:
    state, _ = after(guard(), symbol(flat_ms=NOW_MS - 1))
    d = Draft(state, NOW_MS)
    ask_flatten(d, AskFlatten())
    assert standing(d.state, ["SOLUSDT"], NOW_MS).open_symbols == ("SOLUSDT",)
    state, _ = after(d.state, symbol(flat_ms=NOW_MS))
    assert standing(state, ["SOLUSDT"], NOW_MS).open_symbols == ()
    assert standing(state, ["SOLUSDT", "XRPUSDT"], NOW_MS).open_symbols == ("XRPUSDT",)
