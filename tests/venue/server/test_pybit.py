"""Unmodified pybit against the venue: HTTP, public and private streams, the trading socket."""

from collections.abc import Callable, Iterator
from typing import Any

import pybit._websocket_trading
import pybit.unified_trading
import pytest
from pybit.exceptions import FailedRequestError, InvalidRequestError
from pybit.unified_trading import HTTP, WebSocket, WebSocketTrading

from tests.venue_process import VenueProcess, wait_for

KEYS = {"api_key": "simulated-key-001", "api_secret": "simulated-secret-001"}
SOL = {"category": "linear", "symbol": "SOLUSDT"}

Message = dict[str, Any]


class Subscriptions(dict[str, str]):
    """pybit stores a subscription after it has sent it, and dies of an answer in between: here that waits."""

    def __missing__(self, req_id: str) -> str:
        return wait_for(lambda: self.get(req_id), "pybit to store what it has sent")


@pytest.fixture
def http(venue: VenueProcess) -> HTTP:
    session = HTTP(**KEYS)
    session.endpoint = venue.url
    session.retry_codes = {-1}  # its own retries sleep and hide codes
    return session


@pytest.fixture
def dial(venue: VenueProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Open pybit sockets that lead to the venue; all are closed at the end."""
    monkeypatch.setattr(pybit.unified_trading, "PRIVATE_WSS", f"{venue.ws_url}/v5/private")
    monkeypatch.setattr(pybit.unified_trading, "PUBLIC_WSS", f"{venue.ws_url}/v5/public/{{CHANNEL_TYPE}}")
    monkeypatch.setattr(pybit._websocket_trading, "TRADE_WSS", f"{venue.ws_url}/v5/trade")
    opened: list[Any] = []

    def open_socket(kind: Any, *args: str, **options: Any) -> Any:
        socket = kind(*args, testnet=False, **options)
        opened.append(socket)
        if hasattr(socket, "subscriptions"):
            socket.subscriptions = Subscriptions()
        return socket

    yield open_socket
    for socket in opened:
        socket.exit()


def order(**changed: Any) -> Message:
    usual = {"side": "Buy", "positionIdx": 1, "orderType": "Limit", "qty": "1", "price": "149"}
    return {**SOL, **usual, **changed}


def rows_of(http: HTTP) -> dict[str, Message]:
    found = http.get_open_orders(category="linear", symbol="SOLUSDT", limit=50)["result"]["list"]
    return {row["orderLinkId"]: row for row in found}


def test_http_places_amends_lists_and_cancels(http: HTTP) -> None:
    http.place_order(**order(orderLinkId="py-1"))
    wait_for(lambda: "py-1" in rows_of(http), "the order to rest")
    http.amend_order(**SOL, orderLinkId="py-1", qty="2", price="148.5")
    wait_for(lambda: rows_of(http)["py-1"]["qty"] in ("2", "2.0"), "the amendment")
    http.cancel_order(**SOL, orderLinkId="py-1")
    wait_for(lambda: "py-1" not in rows_of(http), "the cancel")


def test_http_batches_tell_each_items_code(http: HTTP) -> None:
    items = [
        {key: value for key, value in order(orderLinkId=f"py-b{n}").items() if key != "category"}
        for n in (1, 2)
    ]
    reply = http.place_batch_order(category="linear", request=[*items, items[0]])
    assert [one["code"] for one in reply["retExtInfo"]["list"]] == [0, 0, 110072]
    wait_for(lambda: {"py-b1", "py-b2"} <= set(rows_of(http)), "the batch to rest")
    changes = [{"symbol": "SOLUSDT", "orderLinkId": f"py-b{n}", "price": "148"} for n in (1, 2, 3)]
    amended = http.amend_batch_order(category="linear", request=changes)["retExtInfo"]["list"]
    assert [bool(one["code"]) for one in amended] == [False, False, True]
    cancels = [{"symbol": "SOLUSDT", "orderLinkId": f"py-b{n}"} for n in (1, 2)]
    http.cancel_batch_order(category="linear", request=cancels)
    wait_for(lambda: not {"py-b1", "py-b2"} & set(rows_of(http)), "the batch's cancel")


def test_http_raises_what_pybit_raises_for_refusals(http: HTTP) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        http.place_order(**order(qty="10000"))
    assert refused.value.status_code == 110007
    http.endpoint += "/nowhere"
    with pytest.raises(FailedRequestError) as failed:
        http.get_server_time()
    assert failed.value.status_code == 404


def test_http_reads_every_list_that_the_venue_serves(http: HTTP) -> None:
    linear = {"category": "linear"}
    replies = [
        http.get_instruments_info(**linear),
        http.get_tickers(**linear, symbol="SOLUSDT"),
        http.get_kline(**SOL, interval="1"),
        http.get_risk_limit(**SOL),
        http.get_orderbook(**SOL),
        http.get_public_trade_history(**SOL),
        http.get_positions(**SOL),
        http.get_open_orders(**linear, settleCoin="USDT"),
        http.get_order_history(**linear),
        http.get_executions(**linear),
        http.get_closed_pnl(**linear),
        http.get_wallet_balance(accountType="UNIFIED"),
        http.get_account_info(),
        http.get_fee_rates(**SOL),
    ]
    assert {reply["retCode"] for reply in replies} == {0}
    assert {row["positionIdx"] for row in replies[6]["result"]["list"]} == {1, 2}


def test_streams_tell_of_an_order_sent_on_the_trading_socket(
    venue: VenueProcess, dial: Callable[..., Any]
) -> None:
    heard: dict[str, list[Message]] = {}

    def hear(message: Message) -> None:
        heard.setdefault(message["topic"], []).extend(message["data"])

    stream = dial(WebSocket, "private", **KEYS)
    for subscribe in (
        stream.order_stream,
        stream.execution_stream,
        stream.position_stream,
        stream.wallet_stream,
    ):
        subscribe(hear)
    market = dial(WebSocket, "linear")
    prices: list[Message] = []
    market.ticker_stream("SOLUSDT", prices.append)
    market.kline_stream(1, "SOLUSDT", prices.append)
    market.trade_stream("SOLUSDT", prices.append)
    trading = dial(WebSocketTrading, **KEYS)
    wait_for(lambda: stream.auth and trading.auth, "auth")
    wait_for(lambda: prices, "the ticker's snapshot")

    def statuses(name: str) -> list[str]:
        return [row["orderStatus"] for row in heard.get("order", []) if row["orderLinkId"] == name]

    acks: list[Message] = []
    trading.place_order(acks.append, **order(orderLinkId="ws-1", price="149.5"))
    wait_for(lambda: "New" in statuses("ws-1"), "the order to rest")
    trading.amend_order(acks.append, **SOL, orderLinkId="ws-1", price="149.6")
    wait_for(lambda: len(statuses("ws-1")) > 1, "the amendment")
    venue.control("price", symbol="SOLUSDT", price="149.5")
    wait_for(lambda: "Filled" in statuses("ws-1"), "the fill")
    wait_for(lambda: {"order", "execution", "position", "wallet"} <= set(heard), "every topic")
    trading.place_order(acks.append, **order(orderLinkId="ws-2"))
    wait_for(lambda: "New" in statuses("ws-2"), "the second order to rest")
    trading.cancel_order(acks.append, **SOL, orderLinkId="ws-2")
    wait_for(lambda: "Cancelled" in statuses("ws-2"), "the cancel")
    # pybit itself loses an ack now and then (it stores its callback after sending): count none here.
    assert {ack["retCode"] for ack in acks} <= {0}
    wait_for(
        lambda: (
            {message["topic"] for message in prices}
            >= {"tickers.SOLUSDT", "kline.1.SOLUSDT", "publicTrade.SOLUSDT"}
        ),
        "every public topic",
    )
    assert prices[-1]["type"] == "snapshot"


def test_batches_go_over_the_trading_socket(dial: Callable[..., Any], http: HTTP) -> None:
    trading = dial(WebSocketTrading, **KEYS)
    wait_for(lambda: trading.auth, "auth")
    items = [
        {key: value for key, value in order(orderLinkId=f"wb-{n}").items() if key != "category"}
        for n in (1, 2)
    ]
    names = {"wb-1", "wb-2"}
    trading.place_batch_order(lambda reply: None, category="linear", request=items)
    wait_for(lambda: names <= set(rows_of(http)), "the batch to rest")
    cancels = [{"symbol": "SOLUSDT", "orderLinkId": name} for name in sorted(names)]
    trading.cancel_batch_order(lambda reply: None, category="linear", request=cancels)
    wait_for(lambda: not names & set(rows_of(http)), "the batch's cancel")


def test_a_private_stream_comes_back_by_itself_after_a_cut(
    venue: VenueProcess, dial: Callable[..., Any], http: HTTP
) -> None:
    heard: list[Message] = []
    stream = dial(WebSocket, "private", **KEYS)
    stream.order_stream(lambda message: heard.extend(message["data"]))
    wait_for(lambda: stream.auth, "auth")
    first = stream.ws
    venue.control("fault", fault="cut", sockets=["private"], close_frame=True)
    wait_for(lambda: stream.ws is not first and stream.is_connected() and stream.auth, "the reconnection")
    wait_for(lambda: len(stream.subscriptions) == 1, "the subscription")

    def hears_orders() -> bool:
        http.place_order(**order(qty="0.1"))
        return bool(heard)

    wait_for(hears_orders, "orders on the new connection")
