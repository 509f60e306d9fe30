"""Replies to order requests, item by item."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.bybit.decode_orders import decode_answer
from exchange.errors import ProtocolError
from messages.orders import Action, Outcome
from tests.bybit.orders import cancel, link, place, request

ONE = request(Action.PLACE, place(1), at_ms=1760000000400)
TWO = request(Action.PLACE, place(1), place(2), at_ms=1760000000400)


def batch(*codes: int, ids: tuple[str, ...] | None = None) -> dict[str, Any]:
    links = ids or tuple(link(n + 1) for n in range(len(codes)))
    return {
        "retCode": 0,
        "retMsg": "OK",
        "result": {"list": [{"orderLinkId": one, "orderId": ""} for one in links]},
        "retExtInfo": {"list": [{"code": code, "msg": "words"} for code in codes]},
    }


def outcomes(orders: Any, reply: dict[str, Any]) -> list[Outcome]:
    return [answer.outcome for answer in decode_answer(orders, reply, {}, 7).answers]


def test_a_single_acknowledgement_is_accepted() -> None:
    reply = {"retCode": 0, "retMsg": "OK", "result": {"orderId": "7f", "orderLinkId": link(1)}}
    headers = {"X-Bapi-Limit-Status": "9", "X-Bapi-Limit-Reset-Timestamp": "1760000000401"}
    answered = decode_answer(ONE, reply, headers, 7)
    (answer,) = answered.answers
    assert (answer.outcome, answer.code, answer.text) == (Outcome.ACCEPTED, 0, "")
    assert (answer.request_ms, answer.answered_ms) == (1760000000400, 7)
    assert (answered.limit_left, answered.limit_reset_ms) == (9, 1760000000401)


def test_each_item_of_a_batch_has_its_own_outcome() -> None:
    assert outcomes(TWO, batch(0, 110007)) == [Outcome.ACCEPTED, Outcome.REFUSED]


def test_the_trading_socket_calls_the_result_data() -> None:
    reply = batch(110094, 0)
    reply["data"] = reply.pop("result")
    assert outcomes(TWO, reply) == [Outcome.REFUSED, Outcome.ACCEPTED]


def test_an_error_around_a_batch_holds_for_every_item() -> None:
    reply = {"retCode": 10006, "retMsg": "Too many visits!", "retExtInfo": {}, "data": {}}
    assert outcomes(TWO, reply) == [Outcome.RETRYABLE, Outcome.RETRYABLE]


@pytest.mark.parametrize(
    "reply",
    [
        batch(0),
        {"retCode": 0, "retMsg": "OK", "result": {}, "retExtInfo": ""},
        {"retCode": 0, "retMsg": "OK"},
        {**batch(0, 0), "retExtInfo": {"list": [{}, {}]}},
    ],
)
def test_a_batch_without_a_code_per_item_proves_nothing(reply: dict[str, Any]) -> None:
    assert outcomes(TWO, reply) == [Outcome.UNKNOWN, Outcome.UNKNOWN]


def test_an_item_with_another_orders_id_proves_nothing() -> None:
    assert outcomes(TWO, batch(0, 0, ids=(link(1), link(9)))) == [Outcome.ACCEPTED, Outcome.UNKNOWN]


def test_a_failed_item_may_lack_its_id() -> None:
    assert outcomes(TWO, batch(0, 110007, ids=(link(1), ""))) == [Outcome.ACCEPTED, Outcome.REFUSED]


def test_a_cancel_of_what_has_ended_is_to_be_looked_up() -> None:
    orders = request(Action.CANCEL, cancel(1))
    assert outcomes(orders, {"retCode": 110001, "retMsg": "too late"}) == [Outcome.REFUSED]


def test_a_reply_without_code_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError, match=r"order\.create: retCode is missing"):
        decode_answer(ONE, {}, {}, 7)


@pytest.mark.parametrize("value", ["", "-1", "x", None, 5])
def test_unreadable_rate_headers_are_none(value: object) -> None:
    answered = decode_answer(ONE, {"retCode": 0}, {"X-Bapi-Limit-Status": value}, 7)
    assert answered.limit_left is None
