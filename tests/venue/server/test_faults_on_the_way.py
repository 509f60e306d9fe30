"""Requests, replies and connections that a fault keeps on their way."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import websocket

from tests.venue.server.rig import RawRest, RawSocket, order_message, resting
from tests.venue_process import VenueProcess, wait_for


def test_a_request_kept_on_its_way_is_carried_out_when_it_arrives(venue: VenueProcess) -> None:
    with RawSocket(venue, "/v5/trade", "001") as trade:
        venue.control("fault", fault="hold_requests", ops=["order.create"], hold=True)
        trade.send(order_message("order.create", resting(orderLinkId="on-its-way")))
        wait_for(lambda: venue.control("state")["held"]["requests"] == ["order.create"], "it to be kept")
        assert not [one for one in venue.journal("request") if "on-its-way" in str(one)]
        venue.control("fault", fault="hold_requests", ops=["order.create"], hold=False)
        wait_for(
            lambda: [one for one in venue.journal("request") if "on-its-way" in str(one)], "it to arrive"
        )
        assert trade.order(orderLinkId="after-it")["retCode"] == 0
    assert venue.control("state")["held"]["requests"] == []


def test_a_reply_kept_on_its_way_tells_how_things_were(venue: VenueProcess) -> None:
    rest = RawRest(venue)
    query = "category=linear&orderLinkId=not-yet&symbol=SOLUSDT"
    venue.control("fault", fault="hold_replies", ops=["order.realtime"], hold=True)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(rest.get, "/v5/order/realtime", query)
        wait_for(lambda: venue.control("state")["held"]["replies"] == ["order.realtime"], "it to be kept")
        assert rest.order(orderLinkId="not-yet").json()["retCode"] == 0
        venue.control("fault", fault="clear")
        assert asked.result().json()["result"]["list"] == []


def test_sockets_that_are_shut_out_can_not_be_opened_until_they_are_let_in(venue: VenueProcess) -> None:
    venue.control("fault", fault="shut_out", sockets=["trade"], hold=True)
    with pytest.raises(websocket.WebSocketBadStatusException, match="503"):
        websocket.create_connection(f"{venue.ws_url}/v5/trade")
    RawSocket(venue, "/v5/private", "001").__exit__()
    venue.control("fault", fault="shut_out", sockets=["trade"], hold=False)
    with RawSocket(venue, "/v5/trade", "001") as trade:
        assert trade.order(orderLinkId="let-in")["retCode"] == 0


def test_a_hold_of_what_is_no_operation_is_refused(venue: VenueProcess) -> None:
    with pytest.raises(AssertionError, match="is no operation"):
        venue.control("fault", fault="hold_requests", ops=["order.paint"], hold=True)
