"""Requests and replies that a fault keeps on their way."""

from concurrent.futures import ThreadPoolExecutor

import pytest

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


def test_a_hold_of_what_is_no_operation_is_refused(venue: VenueProcess) -> None:
    with pytest.raises(AssertionError, match="is no operation"):
        venue.control("fault", fault="hold_requests", ops=["order.paint"], hold=True)
