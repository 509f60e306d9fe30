"""What a guard tells people and metrics: mode, rules that hold, thresholds."""

from __future__ import annotations

from decimal import Decimal

from messages.guard import AskStop, PrivateStreamLost
from messages.reports import GuardReport
from state.grid.effects import FreezeAccount, StopAccount
from state.guard.model import GuardState
from state.guard.people import ask_stop
from state.guard.report import report, rule_of
from state.guard.step import Draft
from tests.guard.states import NOW_MS, after, guard, money, symbol


def told(state: GuardState, at_ms: int = NOW_MS) -> GuardReport:
    return report(state, ("SOLUSDT",), at_ms)


def test_a_guard_at_peace_holds_nothing_and_tells_its_thresholds() -> None:
    state, _ = after(guard(), money(), symbol())
    assert told(state) == GuardReport(
        account=1,
        mode="",
        by_person=False,
        frozen_until_ms=0,
        averaging_frozen=False,
        holding=frozenset(),
        failures=(("SOLUSDT", 0),),
        peak=Decimal(1000),
        maintenance_threshold=Decimal("0.5"),
        loss_threshold=Decimal("0.05"),
    )


def test_a_rule_that_is_off_has_no_threshold() -> None:
    assert told(guard(loss={"enabled": False})).loss_threshold is None


def test_a_rule_that_stops_the_account_holds_with_its_mode() -> None:
    state, _ = after(guard(), money(), money(equity="900", told="900"))
    assert (told(state).mode, told(state).holding) == ("hold", {"loss"})


def test_a_rule_that_only_alerts_holds_as_long_as_it_fires() -> None:
    state, _ = after(guard(loss={"action": "alert"}), money(), money(equity="900"))
    assert told(state).holding == {"loss"}
    state, _ = after(state, money(equity="990"))
    assert told(state).holding == frozenset()


def test_an_averaging_freeze_is_the_early_freeze() -> None:
    state, _ = after(guard(), symbol(), money(available="10"))
    assert told(state).averaging_frozen
    assert told(state).holding == {"early_freeze"}


def test_too_many_losses_of_the_stream_hold_for_an_hour_and_freeze_shorter() -> None:
    state, _ = after(guard(), *[PrivateStreamLost()] * 6)
    assert told(state).holding == {"disconnections"}
    assert told(state).frozen_until_ms > NOW_MS
    assert told(state, NOW_MS + 3_600_001).holding == frozenset()


def test_what_the_exchange_does_is_no_rule_of_ours() -> None:
    state, _ = after(
        guard(), FreezeAccount(until_ms=NOW_MS + 1, reason="x"), StopAccount(reason="SOLUSDT LONG: bust")
    )
    assert told(state).mode == "hold"
    assert told(state).holding == frozenset()
    assert rule_of("maintenance rate: 51 % is at or above 50 %") == "maintenance_rate"


def test_a_stop_that_a_person_asked_for_says_so() -> None:
    draft = Draft(guard(), NOW_MS)
    ask_stop(draft, AskStop(flatten=True))
    assert (told(draft.state).mode, told(draft.state).by_person) == ("flatten", True)
