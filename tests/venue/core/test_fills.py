"""How orders meet the market: takers walk a thin book, makers wait until the market trades through them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.venue.book import depth
from exchange.venue.instruments import default_instruments
from exchange.venue.listing import Listing
from tests.venue.core.rig import Rig, calm


def test_a_market_order_fills_at_the_touch_and_pays_the_taker_fee() -> None:
    rig = Rig()
    rig.order("Buy", 1, "2", orderLinkId="m")
    (fill,) = rig.rows("execution")
    assert (fill["execPrice"], fill["execQty"], fill["isMaker"]) == ("150.000", "2.0", False)
    assert (fill["execFee"], fill["feeRate"], fill["orderLinkId"]) == ("0.165", "0.00055", "m")
    assert rig.wallet()["totalWalletBalance"] == "9999.835"


def test_the_spread_lies_between_a_buy_and_a_sell() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1")
    rig.order("Sell", 2, "1")
    buy, sell = rig.rows("execution")
    assert Decimal(sell["execPrice"]) < Decimal(buy["execPrice"])


def test_slippage_grows_with_size_and_the_executions_share_one_seq() -> None:
    rig = Rig(balance="1000000")
    rig.order("Buy", 1, "1000")
    fills = rig.rows("execution")
    prices = [Decimal(fill["execPrice"]) for fill in fills]
    assert len(fills) > 2
    assert prices == sorted(prices)
    assert len({fill["seq"] for fill in fills}) == 1
    assert rig.rows("position", size="1000.0")[-1]["seq"] == fills[0]["seq"]
    assert sum(Decimal(fill["execQty"]) for fill in fills) == 1000


@given(st.decimals("1", "500", places=2), st.sampled_from(("Buy", "Sell")))
def test_depth_only_gets_worse(last: Decimal, side: str) -> None:
    listing = Listing(default_instruments()[2], 1)
    listing.last = last
    prices = [price for price, _ in depth(listing, side)]
    assert prices == sorted(prices, reverse=side == "Sell")
    assert all(price > 0 for price in prices)


def test_a_market_order_beyond_its_slippage_bound_is_cancelled_for_the_rest() -> None:
    rig = Rig(balance="100000000")
    rig.do("position.set-leverage", buyLeverage="5", sellLeverage="5")
    rig.venue.set_mark("SOLUSDT", Decimal("148.80"), rig.now_ms)  # bound 150.28
    order = rig.found(rig.order("Buy", 1, "12000"))
    assert (order["orderStatus"], order["rejectReason"]) == ("Cancelled", "EC_NoImmediateQtyToFill")
    assert 0 < Decimal(order["cumExecQty"]) < 12_000
    assert all(Decimal(f["execPrice"]) <= Decimal("150.28") for f in rig.rows("execution"))


def test_a_resting_order_fills_as_maker_when_the_market_trades_through_it() -> None:
    rig = Rig()
    order = rig.order("Buy", 1, "1", "149.00")
    rig.trade("149.01")
    assert rig.rows("execution") == []
    rig.trade("148.99")
    (fill,) = rig.rows("execution")
    assert (fill["orderId"], fill["execPrice"], fill["isMaker"]) == (order, "149.000", True)
    assert (fill["feeRate"], fill["execFee"]) == ("0.0002", "0.0298")


def test_thin_volume_fills_a_part_and_is_shared_over_the_orders() -> None:
    rig = Rig()
    deep, near = rig.order("Buy", 1, "2", "148.50"), rig.order("Buy", 1, "2", "149.00")
    rig.trade("148.00", qty="3.05")
    filled = {fill["orderId"]: fill["execQty"] for fill in rig.rows("execution")}
    assert filled == {near: "2.0", deep: "1.0"}
    assert rig.found(deep)["orderStatus"] == "PartiallyFilled"
    rig.trade("148.00", qty="10")
    assert rig.found(deep)["orderStatus"] == "Filled"


def test_several_orders_fill_on_one_print_with_one_seq() -> None:
    rig = Rig()
    for price in ("149.00", "148.50", "148.00"):
        rig.order("Buy", 1, "1", price)
    rig.trade("147.00")
    fills = rig.rows("execution")
    assert len(fills) == 3
    assert len({fill["seq"] for fill in fills}) == 1


def test_a_print_without_volume_fills_nothing() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1", "149.00")
    rig.trade("140.00", qty="0")
    assert rig.rows("execution") == []


def test_a_touch_fills_only_against_the_right_taker_and_behind_the_queue() -> None:
    rig = Rig(calm(touch_fills=True))
    rig.order("Buy", 1, "1", "149.00")
    rig.trade("149.00", taker="Buy")
    assert rig.rows("execution") == []
    rig.trade("149.00", qty="1000", taker="Sell")
    assert len(rig.rows("execution")) == 1


def test_a_venue_without_touch_fills_waits_for_a_better_price() -> None:
    rig = Rig(calm(touch_fills=False))
    rig.order("Buy", 1, "1", "149.00")
    rig.trade("149.00", taker="Sell")
    assert rig.rows("execution") == []


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 200), st.integers(1, 40))
def test_touches_never_fill_more_than_was_printed(seed: int, lots: int) -> None:
    rig = Rig(calm(touch_fills=True), seed=seed)
    rig.order("Buy", 1, "3", "149.00")
    rig.trade("149.00", qty=str(Decimal(lots) / 10), taker="Sell")
    assert sum(Decimal(fill["execQty"]) for fill in rig.rows("execution")) <= Decimal(lots) / 10


def test_a_crossing_limit_takes_up_to_its_price_and_rests_with_the_remainder() -> None:
    rig = Rig(balance="10000000")
    order = rig.found(rig.order("Buy", 1, "2000", "150.05"))
    assert order["orderStatus"] == "PartiallyFilled"
    assert all(Decimal(f["execPrice"]) <= Decimal("150.05") for f in rig.rows("execution"))
    assert not any(fill["isMaker"] for fill in rig.rows("execution"))


def test_post_only_that_would_cross_is_cancelled_after_its_ack() -> None:
    rig = Rig()
    reply = rig.ask(
        "order.create",
        side="Buy",
        positionIdx=1,
        orderType="Limit",
        qty="1",
        price="150.00",
        timeInForce="PostOnly",
    )
    assert reply.ret_code == 0
    rig.wait()
    (row,) = rig.rows("order")
    assert (row["orderStatus"], row["rejectReason"]) == ("Cancelled", "EC_PostOnlyWillTakeLiquidity")
    assert (row["cumExecQty"], row["leavesQty"]) == ("0.0", "0.0")


def test_fill_or_kill_fills_all_or_nothing() -> None:
    rig = Rig(balance="10000000")
    killed = rig.found(rig.order("Buy", 1, "2000", "150.00", timeInForce="FOK"))
    filled = rig.found(rig.order("Buy", 1, "10", "150.00", timeInForce="FOK"))
    assert (killed["orderStatus"], killed["rejectReason"]) == ("Cancelled", "EC_CancelForNoFullFill")
    assert (killed["cumExecQty"], filled["orderStatus"]) == ("0.0", "Filled")


def test_immediate_or_cancel_keeps_what_it_got() -> None:
    rig = Rig(balance="10000000")
    order = rig.found(rig.order("Buy", 1, "2000", "150.00", timeInForce="IOC"))
    assert order["orderStatus"] == "Cancelled"
    assert Decimal(order["cumExecQty"]) > 0


def test_a_one_way_position_turns_round_with_one_fill() -> None:
    rig = Rig()
    rig.order("Buy", 0, "1", account="b")
    rig.order("Sell", 0, "3", account="b")
    leg = rig.leg(0, "b")
    assert (leg["side"], leg["size"]) == ("Sell", "2.0")
    assert rig.rows("execution")[-1]["closedSize"] == "1"
    assert rig.venue.audit() == []


def test_the_entry_price_is_weighted_and_stays_when_the_leg_shrinks() -> None:
    rig = Rig()
    rig.order("Buy", 1, "1")
    rig.trade("148.00")
    rig.order("Buy", 1, "2")
    assert rig.leg(1)["avgPrice"] == "148.66666667"
    rig.order("Sell", 1, "0.7")
    assert rig.leg(1)["avgPrice"] == "148.66666667"


def test_the_legs_of_a_hedge_never_net() -> None:
    rig = Rig()
    rig.order("Buy", 1, "2")
    rig.order("Sell", 2, "1")
    assert (rig.leg(1)["size"], rig.leg(2)["size"]) == ("2.0", "1.0")
