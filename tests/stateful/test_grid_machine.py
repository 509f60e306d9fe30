"""Hypothesis plays the network, the market and people against the grid's real ``step``.

Canaries put known faults back into it: a machine that misses one of them proves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar
from unittest.mock import patch

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from messages.account import OrderStatus
from messages.events import SymbolSnapshot
from messages.orders import Action, AmendOrder, Outcome, RequestAnswered
from state.grid import closing
from state.grid.draft import Draft
from state.grid.effects import Effect
from state.grid.model import GridState
from state.grid.step import Event, step
from tests.stateful.bot import Step
from tests.stateful.machine import GridMachine
from tests.stateful.records import ZERO, Leg

TestGrid = GridMachine.TestCase
TestGrid.settings = settings(max_examples=200, stateful_step_count=50, derandomize=True)

Stepped = tuple[GridState, list[Effect]]


def duplicates_ids_ignored(state: GridState, event: Event, now_ms: int) -> Stepped:
    """Every execution counts as often as it comes."""
    state = state.copy()
    state.exec_ids = {}
    return step(state, event, now_ms)


def unknown_is_taken_for_absent(state: GridState, event: Event, now_ms: int) -> Stepped:
    """An order without an answer is sent anew before it is proven absent."""
    if (
        isinstance(event, RequestAnswered)
        and event.outcome is Outcome.UNKNOWN
        and event.action is Action.PLACE
    ):
        event = replace(event, outcome=Outcome.RETRYABLE)
    return step(state, event, now_ms)


def an_ack_is_taken_for_the_end(state: GridState, event: Event, now_ms: int) -> Stepped:
    """An acknowledged cancel ends its order."""
    known = state.orders.get(event.order_link_id) if isinstance(event, RequestAnswered) else None
    if known is not None and isinstance(event, RequestAnswered) and event.action is Action.CANCEL:
        state = state.copy()
        del state.orders[event.order_link_id]
        state.ended[event.order_link_id] = known.ended_as(OrderStatus.CANCELLED.value, now_ms)
    return step(state, event, now_ms)


def the_close_awaits_nothing(state: GridState, event: Event, now_ms: int) -> Stepped:
    """A side reopens while entries from before its close still rest (failure 1)."""

    def hasty(d: Draft) -> None:
        if d.state.closing is not None:
            closing._decide(d, d.state.closing)

    with patch("state.grid.step.run_closing", hasty):
        return step(state, event, now_ms)


def the_take_profit_keeps_its_size(state: GridState, event: Event, now_ms: int) -> Stepped:
    """An amendment never leaves."""
    state, effects = step(state, event, now_ms)
    return state, [effect for effect in effects if not isinstance(effect, AmendOrder)]


def an_amendment_counts_what_has_filled_twice(state: GridState, event: Event, now_ms: int) -> Stepped:
    """The new total adds what has filled once more (the other way round it would only be too small)."""
    state, effects = step(state, event, now_ms)

    def greedy(effect: Effect) -> Effect:
        if not isinstance(effect, AmendOrder) or effect.qty is None:
            return effect
        return replace(effect, qty=effect.qty + state.orders[effect.order_link_id].exec_filled)

    return state, [greedy(effect) for effect in effects]


def a_missing_row_is_taken_for_a_close(state: GridState, event: Event, now_ms: int) -> Stepped:
    """What a snapshot doesn't list is believed flat."""
    if isinstance(event, SymbolSnapshot):
        listed = {row.leg for row in event.positions}
        flat = [
            replace(Leg(side.side).row(ZERO), seq=side.leg.newest_seq)
            for side in state.sides
            if side.side not in listed
        ]
        event = replace(event, positions=(*event.positions, *flat))
    return step(state, event, now_ms)


CANARIES = (
    duplicates_ids_ignored,
    unknown_is_taken_for_absent,
    an_ack_is_taken_for_the_end,
    the_close_awaits_nothing,
    the_take_profit_keeps_its_size,
    an_amendment_counts_what_has_filled_twice,
    a_missing_row_is_taken_for_a_close,
)


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.__name__)
def test_a_fault_that_is_put_back_is_found(canary: Step) -> None:
    class Canary(GridMachine):
        how: ClassVar[list[Step]] = [canary]

    once = settings(
        max_examples=1000, stateful_step_count=50, derandomize=True, database=None, phases=[Phase.generate]
    )
    with pytest.raises(AssertionError):
        run_state_machine_as_test(Canary, settings=once)
