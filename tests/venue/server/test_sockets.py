"""WebSockets on the wire, against a venue in a process of its own."""

import signal
import socket
import struct

import pytest
import websocket

from tests.venue.server.rig import RawRest, RawSocket, auth_message, order_message, resting
from tests.venue_process import VenueProcess, venue_process

_UPGRADE = (
    b"GET /v5/private HTTP/1.1\r\nHost: venue\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def test_a_filled_order_comes_on_every_private_topic(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/private", "001") as stream, RawSocket(venue, "/v5/trade", "001") as trade:
        assert stream.subscribe("order", "execution", "execution.fast", "position.linear", "wallet")[
            "success"
        ]
        assert trade.order(price="149.5", orderLinkId="every-topic")["retCode"] == 0
        stream.until(lambda frame: any(row["orderStatus"] == "New" for row in stream.rows("order")))
        venue.control("price", symbol="SOLUSDT", price="149.4")
        topics = ("order", "execution", "execution.fast", "position.linear", "wallet")
        stream.until(lambda frame: all(stream.rows(topic) for topic in topics))
        stream.until(lambda frame: stream.rows("order")[-1]["orderStatus"] == "Filled")
        for frame in stream.frames:
            if "topic" in frame:
                assert set(frame) == {"id", "topic", "creationTime", "data"}
                assert type(frame["creationTime"]) is int
        fast = stream.rows("execution.fast")[0]
        assert (fast["isMaker"], fast["orderLinkId"]) == (True, "")
        assert "execFee" not in fast
        assert stream.rows("execution")[0]["orderLinkId"] == "every-topic"


def test_accounts_never_hear_of_each_other(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/private", "002") as two, RawSocket(venue, "/v5/private", "003") as three:
        for stream in (two, three):
            stream.subscribe("order", "position", "wallet")
        RawRest(venue, "002").order(orderLinkId="of-two")
        two.until(lambda frame: two.rows("order"))
        RawRest(venue, "003").order(orderLinkId="of-three")
        three.until(lambda frame: three.rows("order"))
        assert {row["orderLinkId"] for row in two.rows("order")} == {"of-two"}
        assert {row["orderLinkId"] for row in three.rows("order")} == {"of-three"}


def test_tickers_start_with_a_snapshot_and_go_on_with_what_changed(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/public/linear") as early, RawSocket(venue, "/v5/public/linear") as late:
        early.subscribe("tickers.DOGEUSDT")
        assert early.read()["type"] == "snapshot"
        venue.control("price", symbol="DOGEUSDT", price="0.20100")
        delta = early.read()
        assert delta["type"] == "delta"
        assert delta["data"]["lastPrice"] == "0.20100"
        assert "fundingRate" not in delta["data"]
        late.subscribe("tickers.DOGEUSDT")
        snapshot = late.read()
        assert (snapshot["type"], snapshot["data"]["lastPrice"]) == ("snapshot", "0.20100")
        venue.control("price", symbol="DOGEUSDT", price="0.20000")
        for stream in (early, late):
            assert stream.read()["type"] == "delta"
        seen: list[dict[str, str]] = []
        for stream in (early, late):
            seen.append({})
            for frame in stream.frames[1:]:
                seen[-1].update(frame["data"])
        assert seen[0] == seen[1]  # whoever came later knows the same by now


def test_prints_and_candles_are_shown_to_who_wants_them(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/public/linear") as stream:
        assert stream.subscribe("publicTrade.SOLUSDT", "kline.1.SOLUSDT")["success"]
        venue.control("price", symbol="SOLUSDT", price="150", qty="3", taker="Sell")
        stream.until(lambda frame: stream.rows("publicTrade.SOLUSDT") and stream.rows("kline.1.SOLUSDT"))
        trade = stream.rows("publicTrade.SOLUSDT")[0]
        assert (trade["S"], trade["v"], trade["p"]) == ("Sell", "3", "150")
        candle = stream.rows("kline.1.SOLUSDT")[-1]
        assert candle["end"] - candle["start"] == 59_999
        assert (candle["interval"], candle["confirm"], candle["close"]) == ("1", False, "150.000")


@pytest.mark.parametrize("path", ["/v5/private", "/v5/public/linear", "/v5/trade"])
def test_pings_as_frames_and_as_messages_are_answered(venue: VenueProcess, path: str) -> None:
    with RawSocket(venue, path) as stream:
        stream.socket.ping("are you there")
        opcode, data = stream.socket.recv_data(control_frame=True)
        assert (opcode, data) == (websocket.ABNF.OPCODE_PONG, b"are you there")
        assert stream.ask({"op": "ping", "req_id": "42"})["req_id"] == "42"


def test_noise_ends_no_stream(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/trade", "001") as trade, RawSocket(venue, "/v5/private", "001") as stream:
        for text in ("", "[]", "\x00", '{"op":', '{"op":{}}', '{"op":"order.create","args":[{}]}'):
            for one in (trade, stream):
                one.socket.send(text)
                one.read()
        assert trade.ask({"op": "ping"})["op"] == "pong"
        assert stream.ask({"op": "ping"})["op"] == "pong"


def test_orders_of_one_burst_are_answered_in_order(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/trade", "001") as trade:
        messages = [order_message("order.create", resting(qty="0.1")) for _ in range(50)]
        for message in messages:
            trade.send(message)
        answers = [trade.read() for _ in messages]
        assert [answer["reqId"] for answer in answers] == [message["reqId"] for message in messages]
        assert {answer["retCode"] for answer in answers} == {0}
        cancelled = RawRest(venue).post("/v5/order/cancel-all", {"category": "linear", "symbol": "SOLUSDT"})
        assert cancelled.json()["retCode"] == 0


def test_auth_on_the_public_stream_is_refused(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/public/linear") as stream:
        assert stream.ask(auth_message("001"))["success"] is False


def test_clients_that_leave_before_the_handshake_s_end_leave_no_traceback() -> None:
    """The venue stands still meanwhile, so that it finds their request and their going at once."""
    with venue_process(scenario="manual") as venue:
        host, _, port = venue.url.removeprefix("http://").partition(":")
        for _ in range(5):
            venue.process.send_signal(signal.SIGSTOP)
            for resets in (0, 1) * 10:
                with socket.create_connection((host, int(port))) as client:
                    client.sendall(_UPGRADE)
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", resets, 0))
            venue.process.send_signal(signal.SIGCONT)
            venue.control("state")  # venue_process looks through its log at the end
