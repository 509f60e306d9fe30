"""What is said on the trading socket, without the socket."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.contract import Reply
from exchange.venue.server.auth import Keyring, simulated_credentials
from exchange.venue.server.gateway import Answer
from exchange.venue.server.limits import Grant
from exchange.venue.server.routes import TRADE_OPS, Route
from exchange.venue.server.trading import TradingSession

NOW = 1_760_000_000_000
ORDER = {"category": "linear", "symbol": "SOLUSDT"}


class Desk:
    """Answers with what it is told to and keeps what reached it."""

    def __init__(self) -> None:
        self.served: list[tuple[str, str, Any]] = []
        self.refused: list[tuple[str, int]] = []
        self.reply = Reply(ret_code=0, ret_msg="OK", result={"orderId": "7f"})

    def serve(self, account: str, route: Route, params: Any, now_ms: int) -> Answer:
        self.served.append((account, route.op, params))
        return Answer(reply=self.reply, grant=Grant(1, 10, 9, now_ms))

    def refuse(self, op: str, data: Any, reply: Reply, now_ms: int, account: str) -> None:
        self.refused.append((op, reply.ret_code))


def session_for(desk: Desk, *, authenticated: bool = True) -> TradingSession:
    keyring = Keyring(simulated_credentials(1))
    session = TradingSession("c2", keyring=keyring, serve=desk.serve, refuse=desk.refuse)
    if authenticated:
        assert say(session, auth()) == {"retCode": 0, "retMsg": "OK", "op": "auth", "connId": "c2"}
    return session


def auth() -> dict[str, Any]:
    signature = hmac.new(b"simulated-secret-001", f"GET/realtime{NOW + 1000}".encode(), hashlib.sha256)
    return {"op": "auth", "args": ["simulated-key-001", NOW + 1000, signature.hexdigest()]}


def order(**changed: Any) -> dict[str, Any]:
    usual = {"reqId": "r-1", "header": {"X-BAPI-TIMESTAMP": str(NOW)}, "op": "order.create", "args": [ORDER]}
    return {**usual, **changed}


def say(session: TradingSession, message: Any) -> dict[str, Any]:
    return session.receive(json.dumps(message), NOW).message


def test_an_order_is_answered_with_its_req_id_and_the_rate_figures() -> None:
    desk = Desk()
    reply = say(session_for(desk), order())
    assert reply == {
        "reqId": "r-1",
        "retCode": 0,
        "retMsg": "OK",
        "op": "order.create",
        "connId": "c2",
        "data": {"orderId": "7f"},
        "retExtInfo": {},
        "header": {
            "X-Bapi-Limit": "10",
            "X-Bapi-Limit-Status": "9",
            "X-Bapi-Limit-Reset-Timestamp": str(NOW),
            "Traceid": "c2-1",
            "Timenow": str(NOW),
        },
    }
    assert desk.served == [("001", "order.create", ORDER)]


def test_data_is_empty_on_error() -> None:
    desk = Desk()
    desk.reply = Reply(ret_code=110007, ret_msg="ab not enough for new order", result={"orderId": ""})
    reply = say(session_for(desk), order())
    assert (reply["retCode"], reply["data"]) == (110007, {})


@pytest.mark.parametrize("op", sorted(TRADE_OPS))
@pytest.mark.parametrize("stamp", [NOW, str(NOW)])
def test_every_operation_takes_its_stamp_as_number_or_text(op: str, stamp: int | str) -> None:
    desk = Desk()
    assert say(session_for(desk), order(op=op, header={"X-BAPI-TIMESTAMP": stamp}))["retCode"] == 0
    assert desk.served[0][1] == op


def test_req_id_is_optional_and_not_echoed_when_omitted() -> None:
    session = session_for(Desk())
    for _ in range(2):
        message = order()
        del message["reqId"]
        reply = say(session, message)
        assert reply["retCode"] == 0
        assert "reqId" not in reply


def test_a_duplicate_req_id_is_20006_and_never_reaches_the_core() -> None:
    desk = Desk()
    session = session_for(desk)
    say(session, order())
    assert say(session, order())["retCode"] == 20006
    assert len(desk.served) == 1
    assert desk.refused == [("order.create", 20006)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reqId": "x" * 37}, 10001),
        ({"reqId": 5}, 10001),
        ({"op": "order.cancel-all"}, 10404),
        ({"op": ["order.create"]}, 10404),
        ({"header": None}, 10001),
        ({"header": {}}, 10001),
        ({"header": {"X-BAPI-TIMESTAMP": NOW - 5001}}, 10002),
        ({"header": {"X-BAPI-TIMESTAMP": NOW - 5001, "X-BAPI-RECV-WINDOW": "6000"}}, 0),
        ({"args": []}, 10001),
        ({"args": [ORDER, ORDER]}, 10001),
        ({"args": ["order"]}, 10001),
    ],
)
def test_malformed_requests_are_refused_by_code(changed: dict[str, Any], code: int) -> None:
    desk = Desk()
    assert say(session_for(desk), order(**changed))["retCode"] == code
    assert len(desk.refused) == (1 if code else 0)


def test_orders_before_auth_and_a_second_auth_are_refused() -> None:
    desk = Desk()
    session = session_for(desk, authenticated=False)
    assert say(session, order())["retCode"] == 10005
    assert desk.served == []
    say(session, auth())
    assert say(session, auth())["retCode"] == 20001


def test_a_bad_signature_is_10004() -> None:
    message = auth()
    message["args"][2] = "0" * 64
    assert say(session_for(Desk(), authenticated=False), message)["retCode"] == 10004


def test_requests_over_the_ip_limit_are_10403() -> None:
    desk = Desk()
    response = session_for(desk).receive(json.dumps(order()), NOW, within_ip_limit=False)
    assert response.message["retCode"] == 10403
    assert desk.served == []


def test_pings_are_answered_in_the_trading_dialect() -> None:
    pong = {"retCode": 0, "retMsg": "OK", "op": "pong", "data": [str(NOW)], "connId": "c2"}
    assert say(session_for(Desk()), {"op": "ping"}) == pong
    assert say(session_for(Desk()), {"op": "ping", "req_id": "9"}) == {"req_id": "9", **pong}


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_noise_is_refused_and_never_served(text: str) -> None:
    desk = Desk()
    assert session_for(desk).receive(text, NOW).message["retCode"] in (10001, 10404)
    assert desk.served == []
