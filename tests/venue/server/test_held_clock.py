"""Limits and idleness on a clock that the test holds: nothing here hangs on how fast the machine is."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, WSMsgType, WSServerHandshakeError

from exchange.venue.contract import PublicPush
from exchange.venue.server.connection import MOST_FRAMES_WAITING
from exchange.venue.server.limits import CONNECTIONS, IP_REQUESTS
from exchange.venue.server.options import VenueOptions
from exchange.venue.server.serve import VenueServer
from tests.venue.server.rig import order_message, resting, sign

START_MS = 1_760_000_000_000
KEY, SECRET = "simulated-key-001", "simulated-secret-001"


class Held:
    """A venue in this process, its clock, and a client."""

    def __init__(self, server: VenueServer, client: ClientSession) -> None:
        self.server = server
        self.client = client
        self.now_ms = START_MS

    async def post(self, path: str, body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        text, stamp = json.dumps(body), str(self.now_ms)
        headers = {
            "X-BAPI-API-KEY": KEY,
            "X-BAPI-TIMESTAMP": stamp,
            "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": sign(SECRET, f"{stamp}{KEY}5000{text}"),
        }
        async with self.client.post(self.server.url + path, data=text, headers=headers) as reply:
            return await reply.json(), dict(reply.headers)

    async def time_status(self) -> int:
        async with self.client.get(f"{self.server.url}/v5/market/time") as reply:
            return reply.status

    def socket(self, path: str) -> Any:
        return self.client.ws_connect(self.server.url + path, autoping=False)


@asynccontextmanager
async def held_venue(idle_ms: int = 600_000) -> AsyncIterator[Held]:
    options = VenueOptions(scenario="manual", control=True)
    held: list[Held] = []
    server = VenueServer(options, clock=lambda: held[0].now_ms if held else START_MS, idle_ms=idle_ms)
    await server.start()
    try:
        async with ClientSession() as client:
            held.append(Held(server, client))
            yield held[0]
    finally:
        await server.stop()


def run(test: Callable[[Held], Awaitable[None]], **options: int) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), held_venue(**options) as held:
            await test(held)

    asyncio.run(whole())


def test_the_eleventh_order_of_a_second_is_10006_until_the_reset_stamp() -> None:
    async def test(venue: Held) -> None:
        codes = [(await venue.post("/v5/order/create", {}))[0]["retCode"] for _ in range(10)]
        assert codes == [10001] * 10  # refused by the core, and charged all the same
        body, headers = await venue.post("/v5/order/create", {})
        assert body["retCode"] == 10006
        assert headers["X-Bapi-Limit"] == "10"
        assert headers["X-Bapi-Limit-Status"] == "0"
        assert headers["X-Bapi-Limit-Reset-Timestamp"] == str(START_MS + 1000)
        venue.now_ms += 999
        assert (await venue.post("/v5/order/create", {}))[0]["retCode"] == 10006
        venue.now_ms += 1
        assert (await venue.post("/v5/order/create", {}))[0]["retCode"] == 10001

    run(test)


def test_batches_overflow_item_by_item_in_a_bucket_shared_with_the_trading_socket() -> None:
    async def test(venue: Held) -> None:
        await venue.post("/v5/position/switch-mode", {"category": "linear", "coin": "USDT", "mode": 3})
        item = {key: value for key, value in resting().items() if key != "category"}
        first = {"category": "linear", "request": [{**item, "orderLinkId": f"a{n}"} for n in range(7)]}
        second = {"category": "linear", "request": [{**item, "orderLinkId": f"b{n}"} for n in range(5)]}
        body, headers = await venue.post("/v5/order/create-batch", first)
        assert [one["code"] for one in body["retExtInfo"]["list"]] == [0] * 7
        assert headers["X-Bapi-Limit-Status"] == "3"
        async with venue.socket("/v5/trade") as socket:
            expires = venue.now_ms + 1000
            args = [KEY, expires, sign(SECRET, f"GET/realtime{expires}")]
            await socket.send_json({"op": "auth", "args": args})
            assert (await socket.receive_json())["retCode"] == 0
            message = order_message("order.create-batch", second)
            message["header"]["X-BAPI-TIMESTAMP"] = venue.now_ms
            await socket.send_json(message)
            reply = await socket.receive_json()
        assert reply["retCode"] == 0
        assert [one["code"] for one in reply["retExtInfo"]["list"]] == [0, 0, 0, 10006, 10006]
        rows = reply["data"]["list"]
        assert [row["orderLinkId"] for row in rows] == ["b0", "b1", "b2", "b3", "b4"]
        assert [bool(row["orderId"]) for row in rows] == [True, True, True, False, False]
        assert set(rows[0]) == set(rows[4])
        assert reply["header"]["X-Bapi-Limit-Status"] == "0"

    run(test)


def test_a_batch_of_more_than_20_is_refused_as_a_whole() -> None:
    async def test(venue: Held) -> None:
        body, _ = await venue.post("/v5/order/create-batch", {"category": "linear", "request": [{}] * 21})
        assert body["retCode"] == 10001

    run(test)


def test_the_601st_request_of_an_address_in_5_seconds_is_403() -> None:
    async def test(venue: Held) -> None:
        assert {await venue.time_status() for _ in range(IP_REQUESTS)} == {200}
        assert await venue.time_status() == 403
        venue.now_ms += 6000
        assert await venue.time_status() == 403
        venue.now_ms += 600_000
        assert await venue.time_status() == 200

    run(test)


def test_the_501st_connection_in_5_minutes_is_turned_away() -> None:
    async def test(venue: Held) -> None:
        for _ in range(CONNECTIONS):
            async with venue.socket("/v5/public/linear"):
                pass
        with pytest.raises(WSServerHandshakeError, match="403"):
            await venue.socket("/v5/trade")

    run(test)


def test_a_silent_connection_is_cut_and_a_pinging_one_stays() -> None:
    async def test(venue: Held) -> None:
        async with venue.socket("/v5/private") as silent, venue.socket("/v5/private") as pinging:
            venue.now_ms += 100
            await pinging.ping()
            assert (await pinging.receive()).type is WSMsgType.PONG
            venue.now_ms += 150  # 250 since the silent one came, 150 since the ping
            assert (await silent.receive()).type is WSMsgType.CLOSE
            await pinging.send_json({"op": "ping", "req_id": "still there"})
            assert (await pinging.receive_json())["req_id"] == "still there"

    run(test, idle_ms=200)


def test_max_active_time_is_30_to_600_seconds() -> None:
    async def test(venue: Held) -> None:
        for good in ("30s", "600s", "1m", "10m"):
            async with venue.socket(f"/v5/trade?max_active_time={good}") as socket:
                await socket.send_json({"op": "ping"})
                assert (await socket.receive_json())["op"] == "pong"
        for bad in ("29s", "601s", "11m", "60", "soon"):
            with pytest.raises(WSServerHandshakeError, match="400"):
                await venue.socket(f"/v5/private?max_active_time={bad}")

    run(test)


def test_a_reader_that_stands_still_is_cut_off_and_stalls_nobody() -> None:
    async def test(venue: Held) -> None:
        async with venue.socket("/v5/public/linear") as brisk, venue.socket("/v5/public/linear") as lazy:
            for socket in (brisk, lazy):
                await socket.send_json({"op": "subscribe", "args": ["publicTrade.SOLUSDT"]})
                assert (await socket.receive_json())["success"]
            hub = venue.server.hub
            pushed = 0
            while len(hub.listeners) == 2:
                push = PublicPush(topic="publicTrade.SOLUSDT", kind="snapshot", data="x" * 5000, at_ms=pushed)
                hub.push(push, venue.now_ms)
                assert (await brisk.receive_json())["ts"] == pushed
                pushed += 1
            assert pushed > MOST_FRAMES_WAITING
            await brisk.send_json({"op": "ping"})
            assert (await brisk.receive_json())["ret_msg"] == "pong"
            while not lazy.closed:
                await lazy.receive()
            assert lazy.close_code == 1006  # no close frame: it wouldn't have read one

    run(test)
