"""Closing orders: the reduce-only budget, trims when the leg shrinks, and closing everything."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.venue.core.rig import Rig, calm


def long(rig: Rig, qty: str = "3") -> Rig:
    rig.order("Buy", 1, qty)
    return rig


def test_a_closing_combination_comes_back_reduce_only_whatever_was_sent() -> None:
    rig = long(Rig())
    assert rig.found(rig.order("Sell", 1, "1", "151.00"))["reduceOnly"] is True
    assert rig.found(rig.order("Buy", 1, "1", "149.00"))["reduceOnly"] is False


def test_a_closing_order_is_clamped_to_what_others_leave() -> None:
    rig = long(Rig())
    rig.order("Sell", 1, "2", "151.00")
    assert rig.found(rig.order("Sell", 1, "2", "151.20"))["qty"] == "1.0"
    reply = rig.ask("order.create", side="Sell", positionIdx=1, orderType="Market", qty="1")
    assert (reply.ret_code, "truncated to zero" in reply.ret_msg) == (110017, True)


def test_closing_orders_on_their_way_already_use_the_budget() -> None:
    rig = long(Rig())
    sell: dict[str, Any] = {"side": "Sell", "positionIdx": 1, "orderType": "Limit", "price": "151.00"}
    assert rig.ask("order.create", qty="3", **sell).ret_code == 0
    assert rig.ask("order.create", qty="0.1", **sell).ret_code == 110017


@pytest.mark.parametrize(("first", "left"), [("farthest", "near"), ("newest", "old")])
def test_which_closing_order_is_trimmed_first_is_a_quirk(first: str, left: str) -> None:
    rig = long(Rig(calm(trim_first=first)))
    ids = {"old": rig.order("Sell", 1, "1", "151.40"), "near": rig.order("Sell", 1, "1", "150.50")}
    # A conditional close is exempt from the budget, so it takes from what the others cover.
    rig.order("Sell", 1, "2", triggerPrice="149.00", triggerDirection=2)
    rig.trade("148.99")
    assert rig.leg(1)["size"] == "1.0"
    ended = [row["orderId"] for row in rig.rows("order", cancelType="CancelByReduceOnly")]
    assert len(ended) == 1
    assert ids[left] not in ended


def test_an_excess_smaller_than_an_order_only_cuts_it() -> None:
    rig = long(Rig())
    close = rig.order("Sell", 1, "3", "151.00")
    rig.order("Sell", 1, "1", triggerPrice="149.00", triggerDirection=2)
    rig.trade("148.99")
    order = rig.found(close)
    assert (order["orderStatus"], order["qty"], order["leavesQty"]) == ("New", "2.0", "2.0")


def test_a_closing_order_that_finds_its_leg_gone_is_cancelled() -> None:
    rig = long(Rig(calm(min_outcome_ms=10)))
    rig.order("Sell", 1, "3", triggerPrice="149.00", triggerDirection=2)
    reply = rig.ask("order.create", side="Sell", positionIdx=1, orderType="Limit", qty="3", price="151.00")
    rig.trade("148.99")
    row = rig.rows("order", orderId=reply.result["orderId"])[-1]
    assert (row["orderStatus"], row["cancelType"]) == ("Cancelled", "CancelByReduceOnly")


def test_quantity_zero_closes_everything() -> None:
    rig = long(Rig(), "2.7")
    rig.order("Sell", 1, "0", reduceOnly=True, closeOnTrigger=True)
    assert rig.leg(1)["size"] == "0"
    assert rig.rows("execution")[-1]["execQty"] == "2.7"


def test_quantity_zero_is_refused_while_a_take_profit_uses_the_budget() -> None:
    rig = long(Rig())
    rig.order("Sell", 1, "3", "151.00")
    reply = rig.ask(
        "order.create",
        side="Sell",
        positionIdx=1,
        orderType="Market",
        qty="0",
        reduceOnly=True,
        closeOnTrigger=True,
    )
    assert reply.ret_code == 110017


def test_a_closed_leg_is_pushed_with_an_empty_side_and_its_index() -> None:
    rig = long(Rig())
    rig.order("Sell", 1, "3")
    row = rig.rows("position")[-1]
    assert (row["size"], row["side"], row["positionIdx"], row["entryPrice"]) == ("0", "", 1, "0")
    assert row["seq"] == rig.rows("execution")[-1]["seq"]


def test_profit_is_booked_without_fees_and_closed_pnl_with_them() -> None:
    rig = long(Rig(), "2")
    rig.order("Sell", 1, "2", "151.00")
    rig.trade("151.10")
    fill = rig.rows("execution")[-1]
    assert (fill["execPnl"], fill["closedSize"], fill["execFee"]) == ("2", "2", "0.0604")
    (row,) = rig.list("position.closed-pnl")
    assert row["closedPnl"] == "1.7746"  # 2 - 0.165 - 0.0604
    assert (row["avgEntryPrice"], row["avgExitPrice"], row["fillCount"]) == ("150", "151", "1")
    assert rig.wallet()["totalWalletBalance"] == "10001.7746"
    assert Decimal(rig.rows("position")[-1]["curRealisedPnl"]) == Decimal("1.7746")


def test_one_way_reduce_only_needs_the_opposite_position() -> None:
    rig = Rig()
    rig.order("Buy", 0, "1", account="b")
    same: dict[str, Any] = {"positionIdx": 0, "orderType": "Market", "qty": "1", "reduceOnly": True}
    assert rig.ask("order.create", "b", side="Buy", **same).ret_code == 110017
    assert rig.ask("order.create", "b", side="Sell", **same).ret_code == 0
