"""The two streams against a server that misbehaves: nothing is lost in silence, everything ends once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from decimal import Decimal

import pytest
from aiohttp import web

from exchange.bybit import connection
from exchange.bybit.connect import BybitExchange, bybit_exchange
from exchange.bybit.connection import SILENCE_MS
from exchange.bybit.endpoints import simulated
from exchange.bybit.streams import BybitPrivateStream
from exchange.clock import SystemClock
from exchange.errors import Refused, Retryable
from messages.account import Execution, OrderRow
from messages.sides import Side
from tests.bybit.conftest import Owner
from tests.bybit.frames import EXECUTION, ORDER, RECORDS, frame, ticker
from tests.bybit.stub import Message, Stub, free_port, well_behaved
from tests.venue_process import wait_for


@pytest.fixture
def stream(client: BybitExchange, owner: Owner) -> BybitPrivateStream:
    opened = client.private_stream()
    opened.open(owner.on_events, owner.on_lost)
    return opened


def test_open_authenticates_before_it_subscribes(stub: Stub, stream: BybitPrivateStream) -> None:
    auth, subscription = stub.messages[:2]
    assert auth["op"] == "auth"
    assert auth["args"][0] == "the-key"
    assert sorted(subscription["args"]) == ["execution", "order", "position", "wallet"]
    assert subscription["req_id"]


def test_every_topic_reaches_the_owner_in_order(stub: Stub, stream: BybitPrivateStream, owner: Owner) -> None:
    stub.push(*[frame(topic, record) for topic, record in RECORDS.items()])
    wait_for(lambda: len(owner.events) == len(RECORDS), "all events")
    names = [type(event).__name__ for event in owner.events]
    assert names == ["OrderRow", "Execution", "PositionRow", "Wallet"]


def test_events_that_come_with_the_acknowledgement_are_not_lost(
    stub: Stub, client: BybitExchange, owner: Owner
) -> None:
    async def at_once(ws: web.WebSocketResponse, message: Message) -> None:
        if message["op"] == "subscribe":
            await ws.send_json(frame("order", ORDER))
        await well_behaved(ws, message)

    stub.on_message = at_once
    client.private_stream().open(owner.on_events, owner.on_lost)
    assert len(owner.events) == 1


def test_an_order_tells_the_leg_of_a_foreign_execution_that_follows(
    stub: Stub, stream: BybitPrivateStream, owner: Owner
) -> None:
    foreign = {**EXECUTION, "orderLinkId": "", "closedSize": ""}
    stub.push(frame("order", {**ORDER, "orderLinkId": "", "positionIdx": 2}), frame("execution", foreign))
    wait_for(lambda: len(owner.events) == 2, "both records")
    done = owner.events[1]
    assert isinstance(done, Execution)
    assert done.leg is Side.SHORT


@pytest.mark.parametrize(
    "bad",
    [
        "no json",
        "[]",
        '{"topic":"order"}',
        '{"topic":5,"data":[]}',
        '{"op":"subscribe","success":false,"req_id":"never-sent"}',
        frame("order", {"category": "linear", "symbol": "SOLUSDT"}),
    ],
)
def test_a_frame_that_cannot_be_read_ends_nothing(
    stub: Stub, stream: BybitPrivateStream, owner: Owner, bad: object
) -> None:
    stub.push(bad, frame("order", ORDER))
    wait_for(lambda: owner.events, "the order after the bad frame")
    assert isinstance(owner.events[0], OrderRow)
    assert stream.unreadable == len(owner.problems)
    assert not owner.lost


@pytest.mark.parametrize("close_frame", [True, False])
def test_a_lost_connection_is_told_once_and_never_dialled_again(
    stub: Stub, stream: BybitPrivateStream, owner: Owner, close_frame: bool
) -> None:
    stub.hang_up(close_frame=close_frame)
    assert "losed" in owner.wait_lost() or "lost" in owner.lost[0]
    stream.check(SystemClock().now_ms() + 10 * SILENCE_MS)
    stream.close()
    assert (len(owner.lost), stub.dials) == (1, 1)


def test_a_silent_connection_is_ended_by_the_check(
    stub: Stub, stream: BybitPrivateStream, owner: Owner
) -> None:
    stream.check(SystemClock().now_ms())
    assert not owner.lost
    stream.check(SystemClock().now_ms() + SILENCE_MS + 1000)
    assert "nothing heard for" in owner.wait_lost()


def test_a_reader_that_died_in_silence_is_found_by_the_check(
    stream: BybitPrivateStream, owner: Owner
) -> None:
    assert stream._socket is not None
    stream._socket.wst = threading.Thread()  # never started, as dead as one that ended
    stream.check(SystemClock().now_ms())
    assert owner.lost == ["its reader's thread has died"]


@pytest.mark.parametrize("failure", [ValueError("a bug"), SystemExit(1)])
def test_a_receiver_that_fails_ends_the_stream_aloud(
    stub: Stub, client: BybitExchange, owner: Owner, failure: BaseException
) -> None:
    def fail(*_: object) -> None:
        raise failure

    client.private_stream().open(fail, owner.on_lost)
    stub.push(frame("order", ORDER))
    owner.wait_lost()


def test_after_close_nothing_is_told(stub: Stub, stream: BybitPrivateStream, owner: Owner) -> None:
    assert stream._socket is not None
    reader = stream._socket.wst
    stream.close()
    stream.close()
    stub.hang_up(close_frame=True)
    wait_for(lambda: not reader.is_alive(), "the reader's end")
    stream.check(SystemClock().now_ms() + 10 * SILENCE_MS)
    assert (owner.lost, owner.events) == ([], [])


def test_a_stream_is_opened_once(stream: BybitPrivateStream, owner: Owner) -> None:
    with pytest.raises(RuntimeError, match="take a new one"):
        stream.open(owner.on_events, owner.on_lost)


def test_a_refused_key_is_told_without_showing_it(stub: Stub, client: BybitExchange, owner: Owner) -> None:
    async def refuse(ws: web.WebSocketResponse, message: Message) -> None:
        await ws.send_json({"success": False, "ret_msg": "bad key the-key", "op": "auth"})

    stub.on_message = refuse
    with pytest.raises(Refused, match=r"refused: bad key \*\*\*; check the API key"):
        client.private_stream().open(owner.on_events, owner.on_lost)
    assert not owner.lost


def test_a_refused_topic_fails_the_opening(stub: Stub, client: BybitExchange, owner: Owner) -> None:
    async def refuse(ws: web.WebSocketResponse, message: Message) -> None:
        if message["op"] == "subscribe":
            reply = {"success": False, "ret_msg": "error:no such topic", "op": "subscribe"}
            await ws.send_json({**reply, "req_id": message["req_id"]})
        else:
            await well_behaved(ws, message)

    stub.on_message = refuse
    with pytest.raises(Refused, match="error:no such topic"):
        client.private_stream().open(owner.on_events, owner.on_lost)


@pytest.mark.parametrize("silent_at", ["auth", "subscribe"])
def test_an_opening_without_acknowledgement_ends_at_its_deadline(
    stub: Stub, client: BybitExchange, owner: Owner, silent_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(ws: web.WebSocketResponse, message: Message) -> None:
        if message["op"] != silent_at:
            await well_behaved(ws, message)

    monkeypatch.setattr(connection, "OPEN_WITHIN_MS", 200)
    stub.on_message = silent
    with pytest.raises(Retryable, match=f"no answer to {silent_at}"):
        client.private_stream().open(owner.on_events, owner.on_lost)
    assert not owner.lost


def test_a_connection_that_ends_while_opening_fails_the_opening_only(
    stub: Stub, client: BybitExchange, owner: Owner
) -> None:
    async def leave(ws: web.WebSocketResponse, message: Message) -> None:
        await ws.close()

    stub.on_message = leave
    with pytest.raises(Retryable):
        client.private_stream().open(owner.on_events, owner.on_lost)
    assert (owner.lost, stub.dials) == ([], 1)


@pytest.mark.parametrize("attempt", range(20))
def test_an_end_right_after_the_opening_is_told_either_way_but_once(
    stub: Stub, client: BybitExchange, owner: Owner, attempt: int
) -> None:
    async def leave_after_the_last_step(ws: web.WebSocketResponse, message: Message) -> None:
        await well_behaved(ws, message)
        if message["op"] == "subscribe":
            await asyncio.sleep(attempt / 20_000)  # so that the end falls here and there
            await ws.close()

    stub.on_message = leave_after_the_last_step
    try:
        client.private_stream().open(owner.on_events, owner.on_lost)
    except Retryable:
        assert not owner.lost
    else:
        owner.wait_lost()


def opening(make: str) -> Callable[[BybitExchange, Owner], None]:
    def private(client: BybitExchange, owner: Owner) -> None:
        client.private_stream().open(owner.on_events, owner.on_lost)

    def public(client: BybitExchange, owner: Owner) -> None:
        client.public_stream().open(("SOLUSDT",), owner.on_price, owner.on_lost)

    def trading(client: BybitExchange, owner: Owner) -> None:
        socket = client.trading_socket()
        assert socket is not None
        socket.open(owner.on_answer, owner.on_lost)

    return {"private": private, "public": public, "trading": trading}[make]


@pytest.mark.parametrize("make", ["private", "public", "trading"])
def test_nobody_listening_is_an_error_at_once(owner: Owner, make: str) -> None:
    nowhere = bybit_exchange(simulated(f"http://127.0.0.1:{free_port()}"), "k", "s")
    with pytest.raises(Retryable, match="refused"):
        opening(make)(nowhere, owner)
    assert not owner.lost


def test_prices_are_merged_from_snapshot_and_deltas(stub: Stub, client: BybitExchange, owner: Owner) -> None:
    public = client.public_stream()
    public.open(("SOLUSDT", "DOGEUSDT"), owner.on_price, owner.on_lost)
    assert stub.messages[0]["args"] == ["tickers.SOLUSDT", "tickers.DOGEUSDT"]
    stub.push(
        ticker("snapshot", 1, last="150.1", mark="150.2"),
        ticker("delta", 2, bid1Price="150.0"),
        ticker("delta", 3, last="bad"),
        ticker("delta", 4, last="150.3"),
    )
    wait_for(lambda: len(owner.prices) == 3, "three prices")
    assert [(price.at_ms, price.last) for price in owner.prices] == [
        (1, Decimal("150.1")),
        (2, Decimal("150.1")),
        (4, Decimal("150.3")),
    ]
    assert public.unreadable == 1


def test_many_symbols_are_subscribed_in_bearable_requests(
    stub: Stub, client: BybitExchange, owner: Owner
) -> None:
    symbols = tuple(f"COIN{number}USDT" for number in range(300))
    client.public_stream().open(symbols, owner.on_price, owner.on_lost)
    asked = [topic for message in stub.messages for topic in message["args"]]
    assert asked == [f"tickers.{symbol}" for symbol in symbols]
    assert max(sum(map(len, message["args"])) for message in stub.messages) <= 2000
