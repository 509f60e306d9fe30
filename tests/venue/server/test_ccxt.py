"""Unmodified ccxt against the venue: REST, and its streams."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import ccxt
import ccxt.pro
import pytest

from tests.venue_process import VenueProcess, wait_for

SYMBOL = "SOL/USDT:USDT"
KEYS = {"apiKey": "simulated-key-003", "secret": "simulated-secret-003"}
OPTIONS = {"fetchMarkets": {"types": ["linear"]}, "defaultType": "swap"}


def point_at(venue: VenueProcess, exchange: Any) -> Any:
    """Lead every address of a ccxt exchange to the venue."""
    exchange.urls["api"] = {
        **dict.fromkeys(("spot", "futures", "v2", "public", "private"), venue.url),
        "ws": {
            "public": {"linear": f"{venue.ws_url}/v5/public/linear"},
            "private": {
                "spot": {"unified": f"{venue.ws_url}/v5/private"},
                "contract": f"{venue.ws_url}/v5/private",
                "trade": f"{venue.ws_url}/v5/trade",
            },
        },
    }
    return exchange


@pytest.fixture
def exchange(venue: VenueProcess) -> Iterator[ccxt.bybit]:
    found = point_at(venue, ccxt.bybit({**KEYS, "options": OPTIONS, "enableRateLimit": False}))
    found.load_markets()
    yield found
    found.cancel_all_orders(SYMBOL)


def hedged(idx: int = 1, **more: Any) -> dict[str, Any]:
    return {"positionIdx": idx, **more}


def open_ids(exchange: ccxt.bybit) -> set[str]:
    return {order["id"] for order in exchange.fetch_open_orders(SYMBOL)}


def test_markets_and_prices_are_read(exchange: ccxt.bybit) -> None:
    market = exchange.market(SYMBOL)
    assert (market["linear"], market["settle"], market["active"]) == (True, "USDT", True)
    assert exchange.fetch_ticker(SYMBOL)["last"] > 0
    assert exchange.fetch_ohlcv(SYMBOL, "1m")
    assert exchange.fetch_order_book(SYMBOL)["bids"]
    assert exchange.fetch_trades(SYMBOL)
    assert exchange.fetch_time() > 0


def test_an_order_is_placed_amended_listed_and_cancelled(exchange: ccxt.bybit) -> None:
    placed = exchange.create_order(SYMBOL, "limit", "buy", 1, 149, hedged())
    wait_for(lambda: placed["id"] in open_ids(exchange), "the order to rest")
    exchange.edit_order(placed["id"], SYMBOL, "limit", "buy", 2, 148.5)
    wait_for(lambda: exchange.fetch_open_order(placed["id"], SYMBOL)["amount"] == 2, "the amendment")
    exchange.cancel_order(placed["id"], SYMBOL)
    wait_for(lambda: placed["id"] not in open_ids(exchange), "the cancel")


def test_batches_are_placed_and_cancelled(exchange: ccxt.bybit) -> None:
    wanted = [
        {"symbol": SYMBOL, "type": "limit", "side": "buy", "amount": 1, "price": price, "params": hedged()}
        for price in (148, 147)
    ]
    ids = {order["id"] for order in exchange.create_orders(wanted)}
    wait_for(lambda: ids <= open_ids(exchange), "the batch to rest")
    exchange.cancel_orders(sorted(ids), SYMBOL)
    wait_for(lambda: not ids & open_ids(exchange), "the batch's cancel")


def test_a_market_order_opens_a_position_that_is_listed(exchange: ccxt.bybit) -> None:
    exchange.create_order(SYMBOL, "market", "sell", 1, None, hedged(2))
    held = wait_for(
        lambda: [one for one in exchange.fetch_positions([SYMBOL]) if one["contracts"]], "the position"
    )
    assert {position["side"] for position in held} == {"short"}
    assert exchange.fetch_balance()["USDT"]["total"] < 10_000
    assert exchange.fetch_my_trades(SYMBOL)[0]["side"] == "sell"


def test_refusals_become_ccxts_own_errors(exchange: ccxt.bybit) -> None:
    with pytest.raises(ccxt.InsufficientFunds):
        exchange.create_order(SYMBOL, "limit", "buy", 10_000, 149, hedged())
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order("no-such-order", SYMBOL)
    exchange.secret = "guessed"
    with pytest.raises(ccxt.AuthenticationError):
        exchange.fetch_balance()
    exchange.secret = KEYS["secret"]


def test_streams_tell_of_orders_fills_and_prices(venue: VenueProcess) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60):
            exchange = point_at(venue, ccxt.pro.bybit({**KEYS, "options": OPTIONS}))
            try:
                await exchange.load_markets()
                await streams(venue, exchange)
            finally:
                await exchange.close()

    asyncio.run(whole())


async def streams(venue: VenueProcess, exchange: Any) -> None:
    orders = asyncio.create_task(first(exchange.watch_orders, lambda order: order["status"] == "closed"))
    trades = asyncio.create_task(first(exchange.watch_my_trades, lambda trade: trade["side"] == "buy"))
    ticker = await exchange.watch_ticker(SYMBOL)
    assert ticker["last"] > 0
    while not (orders.done() and trades.done()):
        placed = await exchange.create_order_ws(SYMBOL, "market", "buy", 0.1, None, hedged())
        assert placed["id"]
        await asyncio.wait({orders, trades}, timeout=1)
    assert (await orders)["filled"] == 0.1
    assert (await trades)["amount"] == 0.1
    resting = await exchange.create_order_ws(SYMBOL, "limit", "buy", 0.1, 140, hedged())
    await exchange.cancel_order_ws(resting["id"], SYMBOL)


async def first(watch: Callable[[str], Awaitable[list[Any]]], wanted: Callable[[Any], bool]) -> Any:
    while True:
        for found in await watch(SYMBOL):
            if wanted(found):
                return found
