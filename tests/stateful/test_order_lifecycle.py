"""The order lifecycle under every order of facts, and canaries that it must find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import Phase as Stage
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from messages.account import Execution, OrderRow
from messages.orders import Outcome, RequestAnswered
from state.grid.answers import absorb_answer
from state.grid.draft import Draft
from state.grid.fills import absorb_execution, absorb_order_row
from state.leg import Source
from state.order import Phase
from tests.stateful.order_machine import OrderMachine
from tests.stateful.records import ZERO

TestOrder = OrderMachine.TestCase
TestOrder.settings = settings(max_examples=400, stateful_step_count=30, derandomize=True)


def executions_count_as_often_as_they_come(d: Draft, execution: Execution, source: Source) -> None:
    """Canary: what is known by its id is counted again."""
    d.state.exec_ids = {}
    absorb_execution(d, execution, source)


def a_row_revives_an_ended_order(d: Draft, row: OrderRow, *, streamed: bool) -> None:
    """Canary: an end is not final."""
    order = d.find(row.order_link_id)
    if order is not None:
        d.state.ended.pop(row.order_link_id, None)
        d.state.orders[row.order_link_id] = replace(order, phase=Phase.ACCEPTED)
    absorb_order_row(d, row, streamed=streamed)


def an_older_row_wins(d: Draft, row: OrderRow, *, streamed: bool) -> None:
    """Canary: the row that comes last is taken for the newest."""
    order = d.find(row.order_link_id)
    if order is not None and not order.ended:
        d.put(replace(order, row_filled=ZERO, updated_ms=0))
    absorb_order_row(d, row, streamed=streamed)


def no_answer_is_taken_for_a_refusal(d: Draft, answer: RequestAnswered) -> None:
    """Canary: what is unknown is held for absent before that is proven."""
    unknown = answer.outcome is Outcome.UNKNOWN
    absorb_answer(d, replace(answer, outcome=Outcome.RETRYABLE) if unknown else answer)


@pytest.mark.parametrize(
    ("where", "canary"),
    [
        ("absorb_execution", executions_count_as_often_as_they_come),
        ("absorb_order_row", a_row_revives_an_ended_order),
        ("absorb_order_row", an_older_row_wins),
        ("absorb_answer", no_answer_is_taken_for_a_refusal),
    ],
)
def test_a_fault_in_the_lifecycle_is_found(where: str, canary: Callable[..., None]) -> None:
    faulty = type("Faulty", (OrderMachine,), {where: staticmethod(canary)})
    once = settings(max_examples=200, derandomize=True, database=None, phases=[Stage.generate])
    with pytest.raises(AssertionError):
        run_state_machine_as_test(faulty, settings=once)
