"""Faults to order: each does what it says, ends, and leaves the books right."""

import time
from collections.abc import Iterator

import pytest
import requests
import websocket

from tests.venue.server.rig import RawRest, RawSocket, order_message, resting
from tests.venue_process import VenueProcess, wait_for

RESET = (ConnectionError, websocket.WebSocketConnectionClosedException)


@pytest.fixture(autouse=True)
def books_are_right(venue: VenueProcess) -> Iterator[None]:
    yield
    assert venue.control("state")["audit"] == []


def test_a_dropped_reply_leaves_an_order_that_can_be_looked_up(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/trade", "001") as trade:
        venue.control("fault", fault="drop_replies", transport="trade")
        trade.send(order_message("order.create", resting(orderLinkId="unanswered")))
        second = trade.order(orderLinkId="answered")
        assert second["retCode"] == 0
        assert [frame.get("reqId") for frame in trade.frames[1:]] == [second["reqId"]]
    query = "category=linear&orderLinkId=unanswered&symbol=SOLUSDT"
    rest = RawRest(venue)
    found = wait_for(lambda: rest.get("/v5/order/realtime", query).json()["result"]["list"], "the order")
    assert [row["orderLinkId"] for row in found] == ["unanswered"]


def test_a_dropped_rest_reply_cuts_the_line_after_acceptance(venue: VenueProcess) -> None:
    rest = RawRest(venue)
    venue.control("fault", fault="drop_replies", transport="rest")
    assert rest.order(orderLinkId="refused", qty="0").json()["retCode"] != 0  # refusals are not acceptances
    with pytest.raises(requests.ConnectionError):
        rest.order(orderLinkId="cut")
    assert venue.journal("request", op="order.create")[-1]["retCode"] == 0
    assert rest.order(orderLinkId="cut").json()["retCode"] == 110072


def test_delayed_topics_come_late_and_in_order(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/private", "001") as stream:
        stream.subscribe("order", "position")
        venue.control("fault", fault="delay_topics", topics=["order"], ms=1500)
        asked = time.monotonic()
        rest = RawRest(venue)
        names = [f"late-{number}" for number in range(5)]
        for name in names:
            rest.order(orderLinkId=name)
        wait_for(
            lambda: set(names) <= {row["orderLinkId"] for row in venue.journal_rows("order")}, "all five"
        )
        venue.control("fault", fault="delay_topics", topics=["order"], ms=0)
        names.append("after-the-delay")
        rest.order(orderLinkId=names[-1])
        stream.until(lambda frame: len(stream.rows("order")) >= len(names))
        assert time.monotonic() - asked >= 1.5
        assert "position" in [frame.get("topic") for frame in stream.frames]
        assert [row["orderLinkId"] for row in stream.rows("order")] == names


@pytest.mark.parametrize("close_frame", [True, False])
def test_a_cut_ends_the_sockets_of_one_account_only(venue: VenueProcess, close_frame: bool) -> None:
    with (
        RawSocket(venue, "/v5/private", "001") as cut,
        RawSocket(venue, "/v5/private", "002") as spared,
        RawSocket(venue, "/v5/trade", "001") as other_kind,
    ):
        done = venue.control(
            "fault", fault="cut", sockets=["private"], account="001", close_frame=close_frame
        )
        assert done["cut"] == 1
        if close_frame:
            opcode, data = cut.socket.recv_data()
            assert (opcode, data[:2]) == (websocket.ABNF.OPCODE_CLOSE, (1001).to_bytes(2, "big"))
        else:
            with pytest.raises(RESET):
                cut.socket.recv()
        assert spared.ask({"op": "ping"})["op"] == "pong"
        assert other_kind.ask({"op": "ping"})["op"] == "pong"


def test_refused_connections_are_let_in_again(venue: VenueProcess) -> None:
    venue.control("fault", fault="refuse", ms=700)
    with pytest.raises(ConnectionRefusedError):
        RawSocket(venue, "/v5/private", "001")

    def dial() -> RawSocket | None:
        try:
            return RawSocket(venue, "/v5/private", "001")
        except ConnectionRefusedError:
            return None

    with wait_for(dial, "the venue to listen again") as stream:
        assert stream.reply["success"]


def test_the_next_request_of_an_operation_is_told_what_was_ordered(venue: VenueProcess) -> None:
    rest = RawRest(venue)
    venue.control("fault", fault="answer", op="order.create", retCode=10016, retMsg="busy", count=2)
    with RawSocket(venue, "/v5/trade", "001") as trade:
        first = trade.order(orderLinkId="told-otherwise")
        assert (first["retCode"], first["retMsg"], first["data"]) == (10016, "busy", {})
        assert rest.order(orderLinkId="told-otherwise").json()["retCode"] == 10016
        assert trade.order(orderLinkId="told-otherwise")["retCode"] == 0
    venue.control("fault", fault="answer", op="position.list", http=503)
    assert rest.get("/v5/position/list", "category=linear&symbol=SOLUSDT").status_code == 503
    assert rest.get("/v5/position/list", "category=linear&symbol=SOLUSDT").status_code == 200


def test_a_request_can_be_carried_out_and_answered_with_an_error(venue: VenueProcess) -> None:
    rest = RawRest(venue)
    venue.control("fault", fault="answer", op="order.create", http=502, after_acceptance=True)
    assert rest.order(orderLinkId="carried-out").status_code == 502
    assert venue.journal("request", op="order.create")[-1]["retCode"] == 0
    assert rest.order(orderLinkId="carried-out").json()["retCode"] == 110072


def test_held_acks_come_after_the_outcome_and_in_order(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/private", "001") as stream, RawSocket(venue, "/v5/trade", "001") as trade:
        stream.subscribe("order")
        venue.control("fault", fault="hold_acks", hold=True)
        messages = [order_message("order.create", resting(qty="0.1", orderLinkId=f"h{n}")) for n in range(9)]
        for message in messages:
            trade.send(message)
        stream.until(lambda frame: len(stream.rows("order")) >= len(messages))
        assert trade.ask({"op": "ping"})["op"] == "pong"
        assert len(trade.frames) == 2  # auth and pong: no ack has come
        venue.control("fault", fault="hold_acks", hold=False)
        answers = [trade.read() for _ in messages]
        assert [answer["reqId"] for answer in answers] == [message["reqId"] for message in messages]


def test_funding_and_mark_are_moved_by_hand(venue: VenueProcess) -> None:
    rest = RawRest(venue, "002")
    assert rest.order(orderType="Market", qty="2").json()["retCode"] == 0
    wait_for(lambda: venue.control("state")["positions"]["002"], "the position")
    venue.control("mark", symbol="SOLUSDT", price="140")
    row = venue.control("state")["positions"]["002"][0]
    assert row["markPrice"] == "140.000"
    venue.control("mark", symbol="SOLUSDT", price=None)
    venue.control("funding", symbol="SOLUSDT", rate="0.001")
    paid = wait_for(
        lambda: [
            one for one in venue.journal_rows("execution", account="002") if one["execType"] == "Funding"
        ],
        "the funding's execution",
    )
    assert paid[0]["execQty"] == "2.0"


@pytest.mark.parametrize(
    ("what", "given", "says"),
    [
        ("price", {"symbol": "NOSUCH", "price": "1"}, "NOSUCH"),
        ("price", {"symbol": "SOLUSDT", "price": "-1"}, "price"),
        ("price", {"symbol": "SOLUSDT", "price": "150.001"}, "tick"),
        ("price", {"symbol": "SOLUSDT", "prize": "150"}, "prize"),
        ("fault", {"fault": "earthquake"}, "fault"),
        ("fault", {"fault": "cut", "sockets": ["order"]}, "sockets"),
        ("fault", {"fault": "answer", "op": "order.dance"}, "order.dance"),
        ("fault", {"fault": "delay_topics", "ms": -5}, "ms"),
        ("fault", {}, "fault"),
    ],
)
def test_control_says_what_is_wrong_with_a_command(
    venue: VenueProcess, what: str, given: dict[str, object], says: str
) -> None:
    with pytest.raises(AssertionError, match=says):
        venue.control(what, **given)
