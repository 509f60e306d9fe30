"""What is said on private and public streams, without sockets."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.server.auth import Keyring, simulated_credentials
from exchange.venue.server.streams import PRIVATE_TOPICS, StreamSession

NOW = 1_760_000_000_000
KEYS = Keyring(simulated_credentials(1))


def auth(expires: int = NOW + 1000) -> dict[str, Any]:
    signature = hmac.new(b"simulated-secret-001", f"GET/realtime{expires}".encode(), hashlib.sha256)
    return {"op": "auth", "args": ["simulated-key-001", expires, signature.hexdigest()]}


def private(*, authenticated: bool = True) -> StreamSession:
    session = StreamSession("c1", keyring=KEYS)
    if authenticated:
        say(session, auth())
    return session


def public() -> StreamSession:
    return StreamSession("c2", keyring=None, symbols=("SOLUSDT", "DOGEUSDT"))


def say(session: StreamSession, message: Any) -> dict[str, Any]:
    return session.receive(json.dumps(message), NOW)


def subscribe(session: StreamSession, *topics: str) -> dict[str, Any]:
    return say(session, {"op": "subscribe", "args": list(topics)})


def test_auth_opens_the_account_and_names_the_connection() -> None:
    session = private(authenticated=False)
    assert say(session, auth()) == {"success": True, "ret_msg": "", "op": "auth", "conn_id": "c1"}
    assert session.account == "001"


def test_expired_and_second_auth_are_refused() -> None:
    session = private(authenticated=False)
    assert not say(session, auth(NOW))["success"]
    assert session.account == ""
    say(session, auth())
    again = say(session, auth())
    assert not again["success"]
    assert "20001" in again["ret_msg"]
    assert session.account == "001"


def test_topics_need_auth_first() -> None:
    session = private(authenticated=False)
    assert not subscribe(session, "order")["success"]
    assert session.topics == set()


def test_each_private_topic_can_be_had() -> None:
    for topic in PRIVATE_TOPICS:
        session = private()
        assert subscribe(session, topic)["success"]
        assert session.topics == {topic}


@pytest.mark.parametrize(
    ("topics", "says"),
    [
        (("order", "orders"), "handler not found,topic:orders"),
        (("tickers.SOLUSDT",), "handler not found"),
        (("order", "order.linear"), "topic conflict"),
        (("order", "order"), "already subscribed"),
    ],
)
def test_a_bad_topic_fails_the_whole_request(topics: tuple[str, ...], says: str) -> None:
    session = private()
    reply = subscribe(session, *topics)
    assert not reply["success"]
    assert says in reply["ret_msg"]
    assert session.topics == set()


def test_a_topic_can_be_given_up_and_had_again() -> None:
    session = private()
    subscribe(session, "order", "wallet")
    assert "already subscribed,topic:order" in subscribe(session, "order")["ret_msg"]
    assert say(session, {"op": "unsubscribe", "args": ["order"]})["success"]
    assert session.topics == {"wallet"}
    assert not say(session, {"op": "unsubscribe", "args": ["order"]})["success"]
    assert subscribe(session, "order")["success"]


@pytest.mark.parametrize("topic", ["tickers.SOLUSDT", "publicTrade.DOGEUSDT", "kline.1.SOLUSDT"])
def test_public_topics_need_no_auth(topic: str) -> None:
    assert subscribe(public(), topic)["success"]


@pytest.mark.parametrize("topic", ["tickers.NOSUCH", "kline.7.SOLUSDT", "order", "tickers", ".SOLUSDT", ""])
def test_unknown_public_topics_are_refused(topic: str) -> None:
    assert "handler not found" in subscribe(public(), topic)["ret_msg"]


def test_public_topics_of_more_than_21000_characters_are_refused() -> None:
    symbols = [f"S{number:03d}USDT" for number in range(1500)]
    session = StreamSession("c", keyring=None, symbols=symbols)
    topics = [f"tickers.{symbol}" for symbol in symbols]
    assert "args_length" in subscribe(session, *topics)["ret_msg"]
    assert subscribe(session, *topics[:1250])["success"]
    assert not subscribe(session, *topics[1250:])["success"]


def test_each_stream_answers_pings_in_its_own_dialect() -> None:
    ping = {"op": "ping", "req_id": "7"}
    pong = {"op": "pong", "args": [str(NOW)], "conn_id": "c1", "req_id": "7"}
    assert say(private(authenticated=False), ping) == pong
    public_pong = {"success": True, "ret_msg": "pong", "conn_id": "c2", "req_id": "7", "op": "ping"}
    assert say(public(), ping) == public_pong


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
messages = st.fixed_dictionaries(
    {},
    optional={"op": st.sampled_from(["auth", "subscribe", "ping", "x"]) | json_values, "args": json_values},
)


@given(messages, st.none() | st.text(max_size=40))
def test_every_message_is_answered_with_its_req_id(message: dict[str, Any], req_id: str | None) -> None:
    if req_id is not None:
        message["req_id"] = req_id
    for session in (private(), public()):
        reply = say(session, message)
        assert reply.get("req_id") == req_id
        assert "success" in reply or reply["op"] == "pong"


@given(st.text())
def test_noise_is_answered_with_a_failure(text: str) -> None:
    for session in (private(), public()):
        assert session.receive(text, NOW)["success"] is False
