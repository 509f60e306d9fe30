"""The trading socket against a server that loses, delays and garbles: one answer a request, always."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from exchange.bybit.connect import BybitExchange
from exchange.bybit.trading import BybitTradingSocket
from exchange.clock import SystemClock
from exchange.errors import Fatal, Retryable
from messages.orders import Action, Outcome, SendOrders
from tests.bybit.conftest import Owner
from tests.bybit.orders import cancel, link, place, request
from tests.bybit.stub import Message, Stub, well_behaved
from tests.venue_process import wait_for


@pytest.fixture
def trading(client: BybitExchange, owner: Owner) -> BybitTradingSocket:
    socket = client.trading_socket()
    assert socket is not None
    socket.open(owner.on_answer, owner.on_lost)
    return socket


def accepted(message: Message) -> dict[str, Any]:
    """The reply that accepts a request."""
    items = message["args"][0].get("request")
    reply = {"reqId": message["reqId"], "retCode": 0, "retMsg": "OK", "op": message["op"]}
    header = {"X-Bapi-Limit-Status": "9", "X-Bapi-Limit-Reset-Timestamp": "1760000000401"}
    if items is None:
        return {**reply, "data": {"orderId": "7f"}, "retExtInfo": {}, "header": header}
    shown = [{"orderLinkId": item["orderLinkId"]} for item in items]
    codes = [{"code": 0, "msg": "OK"} for _ in items]
    return {**reply, "data": {"list": shown}, "retExtInfo": {"list": codes}, "header": header}


async def at_once(ws: web.WebSocketResponse, message: Message) -> None:
    """Accept every order the moment that it arrives."""
    if "reqId" in message:
        await ws.send_json(accepted(message))
    else:
        await well_behaved(ws, message)


def one(number: int = 1) -> SendOrders:
    return request(Action.PLACE, place(number), request_id=f"r-{number}", at_ms=SystemClock().now_ms())


def outcomes(owner: Owner) -> list[Outcome]:
    return [answer.outcome for answered in owner.answers for answer in answered.answers]


def test_no_reply_is_lost_however_fast_it_comes(
    stub: Stub, trading: BybitTradingSocket, owner: Owner
) -> None:
    stub.on_message = at_once
    for number in range(500):
        orders = request(Action.CANCEL, cancel(number % 90), request_id=f"r-{number}")
        trading.send(orders)
    wait_for(lambda: len(owner.answers) == 500, "500 answers")
    assert {answered.request_id for answered in owner.answers} == {f"r-{n}" for n in range(500)}
    assert trading.late == 0


def test_a_batch_is_answered_item_by_item(stub: Stub, trading: BybitTradingSocket, owner: Owner) -> None:
    async def partly(ws: web.WebSocketResponse, message: Message) -> None:
        reply = accepted(message)
        reply["retExtInfo"]["list"][1] = {"code": 110007, "msg": "ab not enough for new order"}
        await ws.send_json(reply)

    stub.on_message = partly
    trading.send(request(Action.PLACE, place(1), place(2), place(3)))
    wait_for(lambda: owner.answers, "the answer")
    assert outcomes(owner) == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    assert [answer.order_link_id for answer in owner.answers[0].answers] == [link(1), link(2), link(3)]
    assert owner.answers[0].limit_left == 9


def test_a_reply_that_never_comes_is_unknown_when_its_time_is_up(
    stub: Stub, trading: BybitTradingSocket, owner: Owner
) -> None:
    trading.send(one())
    now_ms = SystemClock().now_ms()
    trading.expire(now_ms)
    assert not owner.answers
    trading.expire(now_ms + 3001)
    trading.expire(now_ms + 9001)
    assert outcomes(owner) == [Outcome.UNKNOWN]
    assert "look it up" in owner.answers[0].answers[0].text


def test_a_reply_after_unknown_is_dropped_and_counted(
    stub: Stub, trading: BybitTradingSocket, owner: Owner
) -> None:
    trading.send(one())
    wait_for(lambda: any("reqId" in message for message in stub.messages), "the request's arrival")
    request = stub.messages[-1]
    stub.push("something else, so that the connection is known to live")
    wait_for(lambda: trading.unreadable == 1, "that")
    trading.expire(SystemClock().now_ms() + 3001)
    stub.push(accepted(request))
    wait_for(lambda: trading.late == 1, "the late reply")
    assert outcomes(owner) == [Outcome.UNKNOWN]


@pytest.mark.parametrize("close_frame", [True, False])
def test_what_is_in_flight_is_unknown_before_the_loss_is_told(
    stub: Stub, trading: BybitTradingSocket, owner: Owner, close_frame: bool
) -> None:
    trading.send(one(1))
    trading.send(one(2))
    stub.hang_up(close_frame=close_frame)
    owner.wait_lost()
    assert owner.order == ["answer", "answer", "lost"]
    assert outcomes(owner) == [Outcome.UNKNOWN, Outcome.UNKNOWN]


def test_after_the_loss_nothing_leaves_and_the_answer_says_so(
    stub: Stub, trading: BybitTradingSocket, owner: Owner
) -> None:
    stub.hang_up(close_frame=False)
    owner.wait_lost()
    trading.send(one())
    (answer,) = owner.answers[0].answers
    assert (answer.outcome, answer.request_ms) == (Outcome.RETRYABLE, 0)


def test_closing_answers_what_is_in_flight(trading: BybitTradingSocket, owner: Owner) -> None:
    trading.send(one())
    trading.close()
    trading.close()
    assert outcomes(owner) == [Outcome.UNKNOWN]
    assert not owner.lost


def test_a_garbled_reply_proves_nothing_and_is_reported(
    stub: Stub, trading: BybitTradingSocket, owner: Owner
) -> None:
    async def garbled(ws: web.WebSocketResponse, message: Message) -> None:
        await ws.send_json({**accepted(message), "retCode": "zero"})

    stub.on_message = garbled
    trading.send(one())
    wait_for(lambda: owner.answers, "the answer")
    assert outcomes(owner) == [Outcome.UNKNOWN]
    wait_for(lambda: owner.problems, "the report")


@pytest.mark.parametrize("frame", [{"reqId": "never-sent", "retCode": 0}, {"retCode": 10019, "op": "x"}, "{"])
def test_replies_that_belong_to_nobody_disturb_nobody(
    stub: Stub, trading: BybitTradingSocket, owner: Owner, frame: object
) -> None:
    stub.push(frame)
    stub.on_message = at_once
    trading.send(one())
    wait_for(lambda: owner.answers, "the answer")
    assert outcomes(owner) == [Outcome.ACCEPTED]


def test_an_id_in_flight_is_not_sent_twice(stub: Stub, trading: BybitTradingSocket) -> None:
    trading.send(one())
    with pytest.raises(ValueError, match="r-1 is in flight"):
        trading.send(one())


@pytest.mark.parametrize(("code", "kind"), [(10004, Fatal), (10002, Retryable), (10019, Retryable)])
def test_a_refused_authentication_is_told_by_its_code(
    stub: Stub, client: BybitExchange, owner: Owner, code: int, kind: type[Exception]
) -> None:
    async def refuse(ws: web.WebSocketResponse, message: Message) -> None:
        await ws.send_json({"retCode": code, "retMsg": "no", "op": "auth", "connId": "c"})

    stub.on_message = refuse
    socket = client.trading_socket()
    assert socket is not None
    with pytest.raises(kind, match=str(code)):
        socket.open(owner.on_answer, owner.on_lost)


def test_a_request_after_which_nothing_at_all_is_heard_ends_the_connection(
    stub: Stub, trading: BybitTradingSocket, owner: Owner
) -> None:
    socket = trading._socket
    assert socket is not None
    wait_for(lambda: SystemClock().now_ms() > socket.heard_ms, "the millisecond after the handshake")
    trading.send(one())
    trading.expire(SystemClock().now_ms() + 3001)
    assert outcomes(owner) == [Outcome.UNKNOWN]
    assert "and nothing else heard" in owner.wait_lost()
