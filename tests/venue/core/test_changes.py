"""Amends and cancels: acknowledged at once, carried out later, and sometimes too late."""

from __future__ import annotations

from typing import Any

import pytest

from tests.venue.core.rig import Rig, calm

SLOW = {"min_outcome_ms": 10}


def resting(rig: Rig, **more: Any) -> str:
    return rig.order("Buy", 1, "2", "149.00", orderLinkId="e", **more)


def test_the_reply_comes_before_the_outcome() -> None:
    rig = Rig(calm(**SLOW))
    reply = rig.ask("order.create", side="Buy", positionIdx=1, orderType="Limit", qty="2", price="149.00")
    assert reply.ret_code == 0
    assert rig.core.advance(rig.now_ms + 9) == []
    assert rig.ask("order.realtime", orderId=reply.result["orderId"]).result["list"] == []
    assert {frame.topic for frame in rig.wait(20)} == {"order", "position"}
    assert rig.found(reply.result["orderId"])["orderStatus"] == "New"


def test_due_tells_when_the_outcome_comes() -> None:
    rig = Rig()
    rig.ask("order.create", side="Buy", positionIdx=1, orderType="Market", qty="2")
    deadline = rig.now_ms + 10 + 3
    while (due := rig.core.due_ms()) is not None and due <= deadline:
        rig.wait(due - rig.now_ms)
    assert {frame.topic for frame in rig.frames} == {"order", "execution", "position", "wallet"}
    assert rig.core.due_ms() == rig.now_ms - rig.now_ms % 28_800_000 + 28_800_000  # the next funding


@pytest.mark.parametrize("change", ["create", "amend", "cancel"])
def test_the_leg_is_pushed_after_every_request_even_if_unchanged(change: str) -> None:
    rig = Rig()
    resting(rig)
    if change == "amend":
        rig.frames.clear()
        rig.do("order.amend", orderLinkId="e", price="148.90")
    elif change == "cancel":
        rig.frames.clear()
        rig.do("order.cancel", orderLinkId="e")
    (row,) = rig.rows("position")
    assert (row["positionIdx"], row["size"], row["side"]) == (1, "0", "")
    assert rig.rows("wallet") == []


def test_amending_sets_the_new_total() -> None:
    rig = Rig()
    order = resting(rig)
    rig.trade("148.90", qty="0.5")
    rig.do("order.amend", orderId=order, qty="3", price="148.50")
    row = rig.found(order)
    assert (row["qty"], row["price"], row["leavesQty"], row["orderStatus"]) == (
        "3.0", "148.500", "2.5", "PartiallyFilled",
    )  # fmt: skip


def test_amending_moves_the_blocked_margin_along() -> None:
    rig = Rig()
    order = resting(rig)
    rig.do("order.amend", orderId=order, qty="1")
    less = rig.wallet()["coin"][0]["totalOrderIM"]
    rig.do("order.cancel", orderId=order)
    rig.order("Buy", 1, "1", "149.00")
    assert rig.wallet()["coin"][0]["totalOrderIM"] == less


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"qty": "0.5"}, 110064),
        ({"qty": "2"}, 10001),
        ({"price": "149.00"}, 10001),
        ({"price": "149.005"}, 10001),
        ({"qty": "100000"}, 10001),
        ({"qty": "30000"}, 110090),
        ({"orderLinkId": "other", "qty": "3"}, 110001),
        ({"symbol": "BTCUSDT", "qty": "3"}, 110001),
        ({"triggerPrice": "148.00"}, 10001),
        ({"takeProfit": "160.00"}, 10001),
    ],
)
def test_an_amendment_against_the_rules_is_refused_with_its_code(params: dict[str, Any], code: int) -> None:
    rig = Rig(balance="100000000")
    resting(rig)
    rig.trade("148.90", qty="0.5")
    assert rig.ask("order.amend", **{"orderLinkId": "e", **params}).ret_code == code


def test_an_amendment_beyond_the_balance_is_110007() -> None:
    rig = Rig(balance="100")
    resting(rig)
    assert rig.ask("order.amend", orderLinkId="e", qty="200").ret_code == 110007


def test_an_amended_price_that_crosses_takes() -> None:
    rig = Rig()
    order = resting(rig)
    rig.do("order.amend", orderId=order, price="150.10")
    assert rig.found(order)["orderStatus"] == "Filled"
    assert rig.rows("execution")[0]["isMaker"] is False


def test_an_amendment_that_comes_after_the_fill_changes_nothing() -> None:
    rig = Rig(calm(**SLOW))
    order = resting(rig)
    assert rig.ask("order.amend", orderLinkId="e", qty="3").ret_code == 0
    rig.trade("148.00")
    row = rig.found(order)
    assert (row["orderStatus"], row["qty"]) == ("Filled", "2.0")


def test_a_closing_order_grows_only_as_far_as_its_leg() -> None:
    rig = Rig()
    rig.order("Buy", 1, "2")
    close = rig.order("Sell", 1, "1", "151.00")
    rig.do("order.amend", orderId=close, qty="5")
    assert rig.found(close)["qty"] == "2.0"
    reply = rig.ask("order.amend", orderId=close, qty="6")
    assert reply.ret_code == 0  # clamped again, to what it is


def test_a_cancel_ends_the_order_as_asked() -> None:
    rig = Rig()
    order = resting(rig)
    rig.do("order.cancel", orderId=order, orderLinkId="something else")
    row = rig.rows("order")[-1]
    assert (row["orderStatus"], row["cancelType"], row["leavesQty"]) == ("Cancelled", "CancelByUser", "0.0")
    assert rig.wallet()["coin"][0]["totalOrderIM"] == "0"


def test_a_partly_filled_order_is_cancelled_with_its_fills() -> None:
    rig = Rig()
    resting(rig)
    rig.trade("148.00", qty="0.7")
    rig.do("order.cancel", orderLinkId="e")
    row = rig.rows("order")[-1]
    assert (row["orderStatus"], row["cumExecQty"]) == ("Cancelled", "0.7")


@pytest.mark.parametrize("twice", [True, False])
def test_a_cancel_may_lose_against_a_fill(twice: bool) -> None:
    rig = Rig(calm(second_filled_event=twice, **SLOW))
    resting(rig)
    assert rig.ask("order.cancel", orderLinkId="e").ret_code == 0
    rig.trade("148.00")
    rows = [row for row in rig.rows("order") if row["orderStatus"] == "Filled"]
    assert len(rows) == (2 if twice else 1)
    assert rig.rows("order", orderStatus="Cancelled") == []
    if twice:
        assert (rows[1]["cancelType"], rows[1]["rejectReason"]) == (
            "CancelByUser", "EC_OrigClOrdIDDoesNotExist",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "filled", "cancelled"), [("absent", 110001, 110001), ("precise", 110008, 110010)]
)
def test_cancelling_what_has_ended(codes: Any, filled: int, cancelled: int) -> None:
    rig = Rig(calm(ended_code=codes))
    done = rig.order("Buy", 1, "1")
    gone = resting(rig)
    rig.do("order.cancel", orderId=gone)
    assert rig.ask("order.cancel", orderId=done).ret_code == filled
    assert rig.ask("order.cancel", orderId=gone).ret_code == cancelled
    assert rig.ask("order.cancel", orderId="nothing").ret_code == 110001
    assert rig.ask("order.cancel").ret_code == 10001


def test_requests_of_a_symbol_are_carried_out_in_their_order() -> None:
    """Whatever the delays: an order that is amended and cancelled at once ends cancelled, as amended."""
    for seed in range(30):
        rig = Rig(seed=seed)
        rig.ask(
            "order.create",
            side="Buy",
            positionIdx=1,
            orderType="Limit",
            qty="2",
            price="149.00",
            orderLinkId="e",
        )
        rig.ask("order.amend", orderLinkId="e", qty="3")
        rig.ask("order.cancel", orderLinkId="e")
        rig.wait()
        assert [row["orderStatus"] for row in rig.rows("order")] == ["New", "New", "Cancelled"]
        assert rig.rows("order")[-1]["qty"] == "3.0"


def test_cancel_all_takes_what_its_filter_names() -> None:
    rig = Rig()
    plain = rig.order("Buy", 1, "1", "149.00")
    stop = rig.order("Buy", 1, "1", "148.00", triggerPrice="149.00", triggerDirection=2)
    assert rig.ask("order.cancel-all", symbol=None).ret_code == 10001
    reply = rig.do("order.cancel-all", orderFilter="StopOrder")
    assert [row["orderId"] for row in reply.result["list"]] == [stop]
    reply = rig.do("order.cancel-all", symbol=None, settleCoin="USDT")
    assert [row["orderId"] for row in reply.result["list"]] == [plain]
    assert reply.result["success"] == "1"
    assert rig.list("order.realtime") == []


def test_cancel_all_by_base_coin_leaves_the_other_symbols() -> None:
    rig = Rig()
    rig.trade("0.20000", symbol="DOGEUSDT")
    rig.order("Buy", 1, "1", "149.00")
    doge = rig.order("Buy", 1, "100", "0.19900", symbol="DOGEUSDT")
    reply = rig.do("order.cancel-all", symbol=None, baseCoin="DOGE")
    assert [row["orderId"] for row in reply.result["list"]] == [doge]
