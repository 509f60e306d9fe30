"""Every frame of the three connections, spoilt: what is whole is heard, the rest counted, nothing breaks."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.venue.server.wire import private_frame
from messages.account import ExecType, Execution, OrderRow, OrderStatus
from messages.orders import Outcome, SendOrders
from messages.sides import Role
from state.store.codec import encode
from tests.bybit.frames import EXECUTION, ORDER, frame, ticker
from tests.bybit.orders import place
from tests.fuzz.listeners import Listener
from tests.fuzz.replies import replies
from tests.fuzz.spoiling import Choose, choosing, spoil, spoil_bytes, to_bytes
from tests.simulated.desk import Desk

REFUSAL = re.compile(r"\S.*: .*[;:] .+", re.DOTALL)


@cache
def private_frames() -> list[dict[str, Any]]:
    """What a venue pushes while orders rest, fill and close a leg."""
    desk = Desk().open()
    for commands in (
        (place(0, None), place(3, "140.00")),
        (place(0, "160.00", role=Role.TAKE_PROFIT),),
    ):
        desk.rest.send(desk.request(*commands))
        desk.wait()
    desk.print("161.00")
    desk.wait(2_000)
    found = [dict(private_frame(push, push.topic, "001_1")) for push in desk.delivered]
    assert {one["topic"] for one in found} == {"order", "execution", "position", "wallet"}
    return found


@cache
def answers() -> list[tuple[SendOrders, dict[str, Any]]]:
    """Requests, and the trading socket's frames that answer them."""
    found = []
    for request, told in replies():
        if isinstance(request, SendOrders):
            body = dict(told[0].body)
            said = {"retExtInfo": body["retExtInfo"], "data": body["result"], "op": "order.create"}
            code = {"retCode": body["retCode"], "retMsg": body["retMsg"], "header": {}}
            found.append((request, {"reqId": request.request_id, **code, **said}))
    return found


PRICES = [
    ticker("snapshot", 1_760_000_000_000, last="150.10", mark="150.20"),
    ticker("delta", 1_760_000_000_100, last="150.11"),
]


def is_sound(heard: Listener) -> None:
    """What was heard could be written into the state file, and what was not says why."""
    for message in (*heard.events, *heard.prices, *heard.answers):
        encode(message)
    for problem in heard.problems:
        assert REFUSAL.match(str(problem)), str(problem)
        assert len(str(problem)) < 1_000


@settings(deadline=None, max_examples=300)
@given(choosing(), st.integers(1, 3))
def test_a_spoilt_private_frame_breaks_nothing_and_loses_no_record_unseen(choose: Choose, times: int) -> None:
    heard = Listener()
    whole = choose(private_frames())
    spoilt = spoil(whole, choose, times=times, within=("data",))
    heard.private.on_frame(to_bytes(spoilt), 1)
    is_sound(heard)
    if isinstance(spoilt["data"], list):
        assert len(heard.events) + len(heard.problems) + heard.private.dropped >= len(spoilt["data"])


@settings(deadline=None, max_examples=200)
@given(choosing(), st.integers(1, 3))
def test_an_envelope_that_is_spoilt_is_a_problem_or_another_topics(choose: Choose, times: int) -> None:
    heard = Listener()
    raw = to_bytes(spoil(choose([*private_frames(), *PRICES]), choose, times=times))
    for connection in (heard.private, heard.public, heard.trading):
        connection.on_frame(raw, 1)
    is_sound(heard)


@settings(deadline=None, max_examples=150)
@given(choosing())
def test_spoilt_bytes_are_a_problem_that_is_told(choose: Choose) -> None:
    heard = Listener()
    whole = to_bytes(choose([*private_frames(), *PRICES]))
    raw = spoil_bytes(whole, choose)
    connection = choose((heard.private, heard.public, heard.trading))
    connection.on_frame(raw, 1)
    is_sound(heard)
    assert heard.told() or connection is not heard.private or heard.private.dropped or raw in (whole, b"{}")


@settings(deadline=None, max_examples=150)
@given(choosing())
def test_prices_that_cannot_be_are_none_and_the_next_frame_is_read_again(choose: Choose) -> None:
    heard = Listener()
    for one in PRICES:
        heard.public.on_frame(to_bytes(spoil(one, choose, within=("data",))), 1)
    is_sound(heard)
    for price in heard.prices:
        assert 0 < max(price.last, price.mark) <= 2 * min(price.last, price.mark)
    before = len(heard.prices)
    heard.public.on_frame(to_bytes(PRICES[0]), 1)
    assert [str(price.last) for price in heard.prices[before:]] == ["150.10"]


def test_a_price_that_was_lost_is_told_anew_before_any_counts() -> None:
    heard = Listener()
    whole, delta = PRICES
    heard.public.on_frame(to_bytes(whole), 1)
    heard.public.on_frame(to_bytes({**delta, "data": {"lastPrice": "?"}}), 1)
    heard.public.on_frame(to_bytes({**delta, "data": {"markPrice": "150.30"}}), 1)
    assert heard.prices[1:] == []
    heard.public.on_frame(to_bytes(delta), 1)
    assert [(str(price.last), str(price.mark)) for price in heard.prices[1:]] == [("150.11", "150.30")]


@settings(deadline=None, max_examples=300)
@given(choosing(), st.integers(1, 3))
def test_a_spoilt_answer_to_an_order_is_one_a_command_or_still_awaited(choose: Choose, times: int) -> None:
    heard = Listener()
    request, whole = choose(answers())
    heard.send(request)
    raw = to_bytes(spoil(whole, choose, times=times))
    heard.trading.on_frame(raw if choose((True, True, False)) else spoil_bytes(raw, choose), 1)
    is_sound(heard)
    if not heard.answers:
        heard.trading.expire(10**15)
        assert {answer.outcome for answer in heard.answers[0].answers} == {Outcome.UNKNOWN}
    (answered,) = heard.answers
    assert [a.order_link_id for a in answered.answers] == [c.order_link_id for c in request.commands]


def test_a_word_that_bybit_has_invented_since_is_heard_and_counted() -> None:
    heard = Listener()
    heard.private.on_frame(to_bytes(frame("order", ORDER | {"orderStatus": "Levitated", "mood": 5})), 1)
    heard.private.on_frame(to_bytes(frame("execution", EXECUTION | {"execType": "Gift"})), 1)
    order, execution = heard.events
    assert isinstance(order, OrderRow)
    assert isinstance(execution, Execution)
    assert (order.status, execution.exec_type) == (OrderStatus.OTHER, ExecType.OTHER)
    assert heard.private.unreadable == len(heard.problems) == 2
    assert "orderStatus is 'Levitated', a known word expected" in str(heard.problems[0])


def test_a_frame_of_no_known_kind_is_counted() -> None:
    heard = Listener()
    heard.private.on_frame(b'{"mood": "good"}', 1)
    heard.private.on_frame(b'{"op": "pong", "args": ["1760000000000"]}', 1)
    assert len(heard.problems) == 1


def test_records_of_other_categories_are_no_problem() -> None:
    heard = Listener()
    heard.private.on_frame(to_bytes(frame("order", ORDER | {"category": "spot"})), 1)
    assert (heard.private.dropped, heard.problems, heard.events) == (1, [], [])
