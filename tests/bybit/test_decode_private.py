"""Frames of the private stream: the good records, the errors, what is not ours."""

from __future__ import annotations

import pytest

from exchange.bybit.decode_private import decode_private, legs_of
from exchange.errors import ProtocolError
from messages.account import Execution, OrderRow, PositionRow, Wallet
from messages.sides import Side
from tests.bybit.frames import EXECUTION, ORDER, RECORDS, frame, without

KINDS = {"order": OrderRow, "execution": Execution, "position": PositionRow, "wallet": Wallet}


@pytest.mark.parametrize("topic", RECORDS)
def test_each_topic_gives_its_own_message(topic: str) -> None:
    decoded = decode_private(frame(topic, RECORDS[topic]))
    assert [type(event) for event in decoded.events] == [KINDS[topic]]
    assert (decoded.problems, decoded.dropped) == ((), 0)


@pytest.mark.parametrize("topic", ["order", "execution", "position"])
def test_a_topic_by_category_reads_the_same(topic: str) -> None:
    by_category = decode_private(frame(f"{topic}.linear", RECORDS[topic]))
    assert by_category == decode_private(frame(topic, RECORDS[topic]))


def test_a_bad_record_costs_only_itself() -> None:
    bad = without(EXECUTION, "execQty")
    spot = {**EXECUTION, "category": "spot"}
    decoded = decode_private(frame("execution", EXECUTION, bad, spot, {**EXECUTION, "execId": "c3d2"}))
    assert [event.exec_id for event in decoded.events if isinstance(event, Execution)] == ["c3d1", "c3d2"]
    assert [str(problem).split(",")[0] for problem in decoded.problems] == [
        "execution.data[1]: execQty is missing"
    ]
    assert decoded.dropped == 1


def test_a_record_without_category_is_no_silent_loss() -> None:
    decoded = decode_private(frame("order", {**ORDER, "category": ""}))
    assert "category is ''" in str(decoded.problems[0])


def test_another_topic_is_dropped_and_counted() -> None:
    assert decode_private(frame("greeks", {"baseCoin": "BTC"})).dropped == 1


def test_a_wallet_carries_the_time_of_its_frame() -> None:
    (event,) = decode_private(frame("wallet", RECORDS["wallet"])).events
    assert isinstance(event, Wallet)
    assert event.created_ms == 1760000000210


@pytest.mark.parametrize(
    "broken", [{"topic": "order"}, {"topic": 5}, {"topic": "order", "creationTime": 1, "data": {}}]
)
def test_an_unreadable_envelope_is_a_protocol_error(broken: dict[str, object]) -> None:
    with pytest.raises(ProtocolError):
        decode_private(broken)


def test_orders_tell_the_legs_of_their_executions() -> None:
    (order,) = decode_private(frame("order", {**ORDER, "orderLinkId": "", "positionIdx": 2})).events
    assert isinstance(order, OrderRow)
    foreign = frame("execution", {**EXECUTION, "orderLinkId": "", "closedSize": ""})
    (done,) = decode_private(foreign, legs_of((order,))).events
    assert isinstance(done, Execution)
    assert done.leg is Side.SHORT
