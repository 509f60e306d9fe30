"""trading-stop and conditional orders: they wait for their trigger and go with their leg."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.venue.core.rig import Rig, calm


def guarded(rig: Rig | None = None, **stops: Any) -> Rig:
    """A long of 2 with a take profit at 155 and a stop loss at 145."""
    rig = rig or Rig()
    rig.order("Buy", 1, "2")
    rig.do(
        "position.trading-stop",
        tpslMode="Full",
        positionIdx=1,
        **{"takeProfit": "155.00", "stopLoss": "145.00"} | stops,
    )
    return rig


def test_stops_are_untriggered_orders_of_the_venue_and_show_on_the_leg() -> None:
    rig = guarded()
    profit, loss = rig.rows("order", orderStatus="Untriggered")
    assert (profit["createType"], profit["stopOrderType"], profit["triggerPrice"]) == (
        "CreateByTakeProfit", "TakeProfit", "155.000",
    )  # fmt: skip
    assert (loss["createType"], loss["stopOrderType"], loss["orderLinkId"]) == (
        "CreateByStopLoss",
        "StopLoss",
        "",
    )
    leg = rig.leg(1)
    assert (leg["takeProfit"], leg["stopLoss"]) == ("155.000", "145.000")
    assert len(rig.list("order.realtime", orderFilter="StopOrder")) == 2


@pytest.mark.parametrize(
    ("price", "created", "gone"),
    [
        ("155.10", "CreateByTakeProfit", "CreateByStopLoss"),
        ("144.90", "CreateByStopLoss", "CreateByTakeProfit"),
    ],
)
def test_a_stop_closes_the_leg_and_the_other_one_is_cleared(price: str, created: str, gone: str) -> None:
    rig = guarded()
    rig.trade(price)
    fill = rig.rows("execution")[-1]
    assert (fill["createType"], fill["orderLinkId"], fill["execQty"]) == (created, "", "2.0")
    assert rig.leg(1)["size"] == "0"
    (cleared,) = rig.rows("order", cancelType="CancelByTpSlTsClear")
    assert cleared["createType"] == gone
    assert rig.list("order.realtime") == []
    assert rig.rows("order", orderStatus="Triggered")


def test_a_stop_covers_what_the_leg_has_become_and_beats_a_resting_close() -> None:
    rig = guarded()
    rig.order("Buy", 1, "3")
    close = rig.order("Sell", 1, "5", "150.50")
    rig.trade("144.90")
    assert rig.leg(1)["size"] == "0"
    assert rig.rows("order", orderId=close)[-1]["cancelType"] == "CancelByReduceOnly"


def test_closing_by_hand_clears_both_stops() -> None:
    rig = guarded()
    rig.order("Sell", 1, "2")
    assert len(rig.rows("order", cancelType="CancelByTpSlTsClear")) == 2
    leg = rig.leg(1)
    assert (leg["takeProfit"], leg["stopLoss"]) == ("", "")


def test_zero_removes_a_stop_and_another_price_moves_it() -> None:
    rig = guarded()
    rig.do("position.trading-stop", tpslMode="Full", positionIdx=1, takeProfit="0", stopLoss="146.00")
    leg = rig.leg(1)
    assert (leg["takeProfit"], leg["stopLoss"]) == ("", "146.000")
    assert len(rig.list("order.realtime", orderFilter="StopOrder")) == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"takeProfit": "155.00", "stopLoss": "145.00"}, 34040),
        ({}, 34040),
        ({"takeProfit": "149.00"}, 10001),
        ({"stopLoss": "151.00"}, 10001),
        ({"takeProfit": "155.005"}, 10001),
        ({"tpslMode": "Partial", "takeProfit": "156.00"}, 10001),
        ({"trailingStop": "5"}, 10001),
        ({"positionIdx": 2, "takeProfit": "140.00"}, 10001),
        ({"positionIdx": 0, "takeProfit": "156.00"}, 10001),
    ],
)
def test_a_stop_against_the_rules_is_refused_with_its_code(params: dict[str, Any], code: int) -> None:
    rig = guarded()
    assert (
        rig.ask("position.trading-stop", **{"tpslMode": "Full", "positionIdx": 1, **params}).ret_code == code
    )


def test_a_stop_by_mark_price_ignores_the_last_price() -> None:
    rig = guarded(slTriggerBy="MarkPrice")
    rig.venue.set_mark("SOLUSDT", Decimal("150.00"), rig.now_ms)
    rig.trade("144.50")
    assert rig.leg(1)["size"] == "2.0"
    rig.venue.set_mark("SOLUSDT", Decimal("144.90"), rig.now_ms)
    rig.wait()
    assert rig.leg(1)["size"] == "0"


def test_stops_sent_with_an_order_hang_on_the_leg_that_it_fills() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1", "149.00", takeProfit="155.00")
    assert rig.leg(1)["takeProfit"] == ""
    rig.trade("148.90")
    assert rig.leg(1)["takeProfit"] == "155.000"


def test_a_conditional_order_costs_nothing_until_its_trigger_then_works() -> None:
    rig = Rig()
    order = rig.order("Buy", 1, "1", "152.00", triggerPrice="151.00", triggerDirection=1, orderLinkId="c")
    assert rig.found(order)["orderStatus"] == "Untriggered"
    assert rig.wallet()["coin"][0]["totalOrderIM"] == "0"
    rig.trade("151.00")
    assert [row["orderStatus"] for row in rig.rows("order")][:2] == ["Untriggered", "Triggered"]
    fill = rig.rows("execution")[-1]
    assert (fill["orderLinkId"], fill["createType"], fill["stopOrderType"]) == ("c", "CreateByUser", "Stop")


def test_a_conditional_order_without_balance_is_rejected_at_its_trigger() -> None:
    rig = Rig(balance="10")
    rig.order("Buy", 1, "5", "152.00", triggerPrice="151.00", triggerDirection=1)
    rig.trade("151.00")
    assert rig.rows("order")[-1]["orderStatus"] == "Rejected"


@pytest.mark.parametrize("end", ["Cancelled", "Deactivated"])
def test_how_a_waiting_conditional_order_ends_is_a_quirk(end: Any) -> None:
    rig = Rig(calm(conditional_end=end))
    order = rig.order("Buy", 1, "1", "152.00", triggerPrice="151.00", triggerDirection=1)
    rig.do("order.cancel", orderId=order)
    assert rig.rows("order")[-1]["orderStatus"] == end


def test_a_trigger_price_can_be_amended() -> None:
    rig = Rig()
    order = rig.order("Buy", 1, "1", "152.00", triggerPrice="151.00", triggerDirection=1)
    rig.do("order.amend", orderId=order, triggerPrice="151.50")
    rig.trade("151.20")
    assert rig.found(order)["orderStatus"] == "Untriggered"
