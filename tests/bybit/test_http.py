"""pybit's session without its own will: what each failure proves, and that nothing is sent twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from exchange.bybit.connect import BybitExchange, bybit_exchange
from exchange.bybit.endpoints import simulated
from exchange.bybit.rest import BybitRest
from exchange.clock import SystemClock
from exchange.errors import ExchangeError, Fatal, OutcomeUnknown, ProtocolError, Refused, Retryable
from messages.orders import Action, Outcome, RequestAnswered
from messages.requests import ReadAccount, ReadWallet, SwitchToHedge
from messages.sides import Role
from tests.bybit.orders import place, request
from tests.bybit.stub import Stub, free_port

SEND = request(Action.PLACE, place(1), at_ms=1760000000400)
SWITCH = SwitchToHedge(symbol="SOLUSDT")


@pytest.fixture
def rest(client: BybitExchange) -> BybitRest:
    return client.rest()


def answer(stub: Stub, *, status: int = 200, text: str | None = None, **envelope: Any) -> None:
    """What the stub says from now on."""
    body = {"retCode": 0, "retMsg": "OK", "result": {}, "retExtInfo": {}, "time": 1, **envelope}
    headers = {"X-Bapi-Limit-Status": "0", "X-Bapi-Limit-Reset-Timestamp": "1"}  # a reset long past

    async def reply(request: web.Request, raw: bytes) -> web.StreamResponse:
        if text is not None:
            return web.Response(text=text, status=status)
        return web.json_response(body, status=status, headers=headers)

    stub.on_request = reply


def sent(rest: BybitRest) -> RequestAnswered:
    return rest.send(SEND).answers[0]


@pytest.mark.parametrize(
    ("status", "of_read", "of_change", "outcome"),
    [
        (400, Refused, Refused, Outcome.REFUSED),
        (401, Fatal, Fatal, Outcome.FATAL),
        (403, Retryable, Retryable, Outcome.RETRYABLE),
        (404, Fatal, Fatal, Outcome.FATAL),
        (429, Retryable, OutcomeUnknown, Outcome.UNKNOWN),
        (500, Retryable, OutcomeUnknown, Outcome.UNKNOWN),
        (502, Retryable, OutcomeUnknown, Outcome.UNKNOWN),
        (504, Retryable, OutcomeUnknown, Outcome.UNKNOWN),
    ],
)
def test_each_http_status_proves_what_it_can(
    stub: Stub,
    rest: BybitRest,
    status: int,
    of_read: type[ExchangeError],
    of_change: type[ExchangeError],
    outcome: Outcome,
) -> None:
    answer(stub, status=status)
    with pytest.raises(ExchangeError, match=f"HTTP {status}") as read:
        rest.call(ReadAccount())
    with pytest.raises(ExchangeError) as change:
        rest.call(SWITCH)
    assert (type(read.value), type(change.value)) == (of_read, of_change)
    assert read.value.code == -status
    assert (sent(rest).outcome, sent(rest).code) == (outcome, -status)


@pytest.mark.parametrize("code", [10002, 10006, 10016, 170001])
def test_a_refused_request_is_neither_repeated_nor_waited_for(stub: Stub, rest: BybitRest, code: int) -> None:
    answer(stub, retCode=code, retMsg="no")
    with pytest.raises(Retryable) as read:
        rest.call(ReadAccount())
    assert read.value.code == code
    assert len(stub.requests) == 1


def test_a_reply_that_breaks_off_leaves_an_order_unknown_and_a_read_to_repeat(
    stub: Stub, rest: BybitRest
) -> None:
    async def break_off(request: web.Request, raw: bytes) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    stub.on_request = break_off
    assert sent(rest).outcome is Outcome.UNKNOWN
    assert len(stub.requests) == 1
    with pytest.raises(OutcomeUnknown, match="look it up"):
        rest.call(SWITCH)
    with pytest.raises(Retryable, match="nothing was carried out"):
        rest.call(ReadAccount())


def test_a_reply_that_never_comes_is_unknown_after_the_timeout(stub: Stub, rest: BybitRest) -> None:
    async def hang(request: web.Request, raw: bytes) -> web.StreamResponse:
        while request.transport is not None:  # until the client has given up
            await asyncio.sleep(0.01)
        return web.Response()

    stub.on_request = hang
    rest._session.timeout = (5, 0.1)
    assert "ReadTimeout" in sent(rest).text
    assert sent(rest).outcome is Outcome.UNKNOWN


def test_an_order_that_never_left_may_be_sent_again() -> None:
    nowhere = bybit_exchange(simulated(f"http://127.0.0.1:{free_port()}"), "the-key", "the-secret").rest()
    answered = sent(nowhere)
    assert answered.outcome is Outcome.RETRYABLE
    assert "refused" in answered.text


@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", '{"retCode":"x"}', '{"result":{}}'])
def test_a_body_that_is_no_reply_is_a_protocol_error(stub: Stub, rest: BybitRest, text: str) -> None:
    answer(stub, text=text)
    with pytest.raises(ProtocolError):
        rest.call(ReadAccount())
    assert sent(rest).outcome is Outcome.UNKNOWN


def test_an_order_carries_its_own_stamp_and_window(stub: Stub, rest: BybitRest) -> None:
    seen: list[dict[str, str]] = []

    async def note(request: web.Request, raw: bytes) -> web.StreamResponse:
        seen.append(dict(request.headers))
        return web.json_response({"retCode": 0, "result": {}})

    stub.on_request = note
    before_ms = SystemClock().now_ms()
    rest.send(SEND)
    rest.call(SWITCH)
    assert (seen[0]["X-BAPI-TIMESTAMP"], seen[0]["X-BAPI-RECV-WINDOW"]) == ("1760000000400", "2000")
    assert int(seen[1]["X-BAPI-TIMESTAMP"]) >= before_ms


def test_no_error_shows_the_key_or_the_request(stub: Stub, rest: BybitRest) -> None:
    answer(stub, retCode=10003, retMsg="apiKey[the-key] is invalid")
    with pytest.raises(Fatal, match=r"apiKey\[\*\*\*\] is invalid"):
        rest.call(ReadWallet(source="start"))
    texts = [sent(rest).text]
    answer(stub, status=500)
    texts.append(sent(rest).text)
    assert not [text for text in texts if "the-key" in text or "qty" in text]


def test_exact_decimals_reach_the_wire(stub: Stub, rest: BybitRest) -> None:
    answer(stub)
    rest.send(request(Action.PLACE, place(1, price="0.00000100", qty="1E+3", role=Role.ENTRY)))
    ((path, body),) = stub.requests
    assert path == "/v5/order/create"
    assert b'"qty": "1000"' in body
    assert b'"price": "0.00000100"' in body
