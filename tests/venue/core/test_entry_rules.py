"""What an order must meet, and the code that says which rule it broke."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.venue.money import floor_to, is_multiple
from tests.venue.core.rig import Rig, calm

LIMIT: dict[str, Any] = {"side": "Buy", "orderType": "Limit", "qty": "1", "price": "149.00", "positionIdx": 1}


@pytest.mark.parametrize(
    ("changes", "code", "word"),
    [
        ({"symbol": "NOPEUSDT"}, 10001, "symbol"),
        ({"category": "spot"}, 10001, "linear"),
        ({"side": "buy"}, 10001, "side"),
        ({"orderType": "Stop"}, 10001, "orderType"),
        ({"timeInForce": "GTD"}, 10001, "timeInForce"),
        ({"qty": ""}, 10001, "qty"),
        ({"qty": "abc"}, 10001, "qty"),
        ({"qty": 1.5}, 10001, "qty"),
        ({"qty": "-1"}, 10001, "qty"),
        ({"qty": "NaN"}, 10001, "qty"),
        ({"qty": "1e30"}, 10001, "qty"),
        ({"qty": "0"}, 10001, "minimum limit"),
        ({"qty": "1.05"}, 10001, "multiple"),
        ({"qty": "99999999"}, 10001, "maximum limit"),
        ({"price": ""}, 10001, "price"),
        ({"price": "149.005"}, 10001, "multiple"),
        ({"orderLinkId": "a b"}, 10001, "orderLinkId"),
        ({"orderLinkId": "x" * 37}, 10001, "orderLinkId"),
        ({"positionIdx": 0}, 10001, "position idx not match position mode"),
        ({"positionIdx": 3}, 10001, "position idx not match position mode"),
        ({"positionIdx": "one"}, 10001, "whole number"),
        ({"reduceOnly": True}, 110017, "reduce-only"),
        ({"reduceOnly": "perhaps"}, 10001, "reduceOnly"),
        ({"side": "Sell", "price": "151.00"}, 110017, "current position is zero"),
        ({"symbol": "BTCUSDT"}, 110074, "no market price"),
        ({"triggerPrice": "151.00"}, 10001, "triggerDirection"),
        ({"triggerPrice": "151.00", "triggerDirection": 2}, 110093, "Falling"),
        ({"triggerPrice": "149.00", "triggerDirection": 1}, 110092, "Rising"),
        ({"takeProfit": "149.00"}, 10001, "higher"),
        ({"stopLoss": "151.00"}, 10001, "lower"),
        ({"tpLimitPrice": "151.00"}, 10001, "not supported"),
    ],
)
def test_an_order_against_the_rules_is_refused_with_its_code(
    changes: dict[str, Any], code: int, word: str
) -> None:
    reply = Rig().ask("order.create", **{**LIMIT, **changes})
    assert reply.ret_code == code
    assert word in reply.ret_msg
    assert reply.result == {}


def test_a_refused_order_leaves_no_trace() -> None:
    rig = Rig()
    rig.ask("order.create", **LIMIT | {"qty": "1.05", "orderLinkId": "again"})
    assert rig.wait() == []
    rig.do("order.create", **LIMIT | {"orderLinkId": "again"})


def test_market_orders_have_a_smaller_maximum() -> None:
    rig = Rig(balance="1000000000")
    big: dict[str, Any] = {"side": "Buy", "positionIdx": 1, "qty": "12500.1"}
    reply = rig.ask("order.create", orderType="Market", **big)
    assert (reply.ret_code, "maximum" in reply.ret_msg) == (10001, True)
    assert rig.ask("order.create", orderType="Limit", price="149.00", **big).ret_code == 0


def test_a_position_above_the_tier_of_its_leverage_is_refused() -> None:
    rig = Rig(balance="1000000000")
    rig.do("position.set-leverage", buyLeverage="100", sellLeverage="100")
    assert rig.ask("order.create", **LIMIT | {"qty": "3300"}).ret_code == 0
    assert rig.ask("order.create", **LIMIT | {"qty": "100"}).ret_code == 110090


def test_under_the_minimum_value_is_110094() -> None:
    rig = Rig()
    rig.trade("0.20000", symbol="DOGEUSDT")
    small: dict[str, Any] = {"symbol": "DOGEUSDT", "qty": "20", "price": "0.19900"}
    assert rig.ask("order.create", **LIMIT | small).ret_code == 110094


@pytest.mark.parametrize(("exempt", "code"), [(True, 0), (False, 110094)])
def test_a_closing_order_may_be_exempt_from_the_minimum_value(exempt: bool, code: int) -> None:
    rig = Rig(calm(reduce_only_min_notional_exempt=exempt))
    rig.trade("0.20000", symbol="DOGEUSDT")
    rig.order("Buy", 1, "100", symbol="DOGEUSDT")
    close: dict[str, Any] = {
        "symbol": "DOGEUSDT",
        "side": "Sell",
        "positionIdx": 1,
        "orderType": "Limit",
        "qty": "20",
    }
    assert rig.ask("order.create", price="0.20200", **close).ret_code == code


def test_an_off_step_quantity_may_be_cut_in_silence() -> None:
    rig = Rig(calm(off_step="truncate"))
    assert rig.found(rig.order("Buy", 1, "1.27", "149.00"))["qty"] == "1.2"


def test_a_price_outside_the_band_is_moved_in_silence() -> None:
    rig = Rig()
    rig.order("Buy", 1, "5")
    assert rig.found(rig.order("Sell", 1, "1", "140.00"))["price"] == "148.500"


def test_a_price_outside_the_band_is_refused_once_that_is_set() -> None:
    rig = Rig()
    rig.do("account.set-limit-px-action", modifyEnable=False)
    assert rig.ask("order.create", **LIMIT | {"price": "160.00"}).ret_code == 110003
    assert rig.ask("order.create", **LIMIT | {"price": "140.00"}).ret_code == 0  # far away is no harm


def test_the_band_is_what_price_limit_says() -> None:
    limit = Rig().do("market.price-limit").result
    assert (limit["buyLmt"], limit["sellLmt"]) == ("151.500", "148.500")


def test_a_duplicate_link_id_is_110072_even_before_the_outcome() -> None:
    rig = Rig()
    assert rig.ask("order.create", orderLinkId="one", **LIMIT).ret_code == 0
    assert rig.ask("order.create", orderLinkId="one", **LIMIT).ret_code == 110072


@pytest.mark.parametrize(
    ("reuse", "at_once", "later"), [("never", 110072, 110072), ("at_end", 0, 0), ("after_minutes", 110072, 0)]
)
def test_when_a_used_link_id_is_free_again_is_a_quirk(reuse: Any, at_once: int, later: int) -> None:
    def again(wait_ms: int) -> int:
        rig = Rig(calm(link_reuse=reuse, link_reuse_minutes=10))
        rig.do("order.create", orderLinkId="one", **LIMIT)
        rig.do("order.cancel", orderLinkId="one")
        rig.wait(wait_ms)
        return rig.ask("order.create", orderLinkId="one", **LIMIT).ret_code

    assert again(1000) == at_once
    assert again(11 * 60_000) == later


def test_a_reused_link_id_names_the_newest_order_and_history_shows_both() -> None:
    rig = Rig(calm(link_reuse="at_end"))
    rig.do("order.create", orderLinkId="one", **LIMIT)
    rig.do("order.cancel", orderLinkId="one")
    second = rig.do("order.create", orderLinkId="one", **LIMIT).result["orderId"]
    assert rig.do("order.cancel", orderLinkId="one").result["orderId"] == second
    assert len(rig.list("order.history", orderLinkId="one")) == 2


def test_five_hundred_active_orders_and_ten_conditional_ones_are_the_most() -> None:
    rig = Rig(balance="10000000")
    for _ in range(500):
        assert rig.ask("order.create", **LIMIT).ret_code == 0
    assert rig.ask("order.create", **LIMIT).ret_code == 110020
    conditional = LIMIT | {"triggerPrice": "148.00", "triggerDirection": 2}
    for _ in range(10):
        assert rig.ask("order.create", **conditional).ret_code == 0
    assert rig.ask("order.create", **conditional).ret_code == 110009


def test_an_order_costs_margin_and_both_fees_and_110007_where_they_lack() -> None:
    """Order cost of bybit-v5.md section 8: 1490/10 + 1490·0.00055 + 1490·0.9·0.00055 = 150.55705."""
    assert Rig(balance="150.55").ask("order.create", **LIMIT | {"qty": "10"}).ret_code == 110007
    rig = Rig(balance="150.56")
    rig.do("order.create", **LIMIT | {"qty": "10"})
    assert rig.wallet()["coin"][0]["totalOrderIM"] == "150.55705"
    assert rig.ask("order.create", **LIMIT | {"qty": "0.1"}).ret_code == 110007


def test_orders_on_their_way_already_block_their_cost() -> None:
    rig = Rig(balance="150.56")
    assert rig.ask("order.create", **LIMIT | {"qty": "6"}).ret_code == 0
    assert rig.ask("order.create", **LIMIT | {"qty": "6"}).ret_code == 110007


def test_a_batch_fails_item_by_item_with_retcode_0() -> None:
    rig = Rig()
    good, bad = (
        LIMIT | {"symbol": "SOLUSDT", "orderLinkId": "g"},
        LIMIT | {"symbol": "SOLUSDT", "qty": "0.05"},
    )
    reply = rig.ask("order.create-batch", request=[good, bad, good])
    assert reply.ret_code == 0
    assert [item["code"] for item in reply.ret_ext_info["list"]] == [0, 10001, 110072]
    first, second, third = reply.result["list"]
    assert first["orderId"]
    assert first["createAt"] == str(rig.now_ms)
    assert (second["orderId"], second["createAt"], third["orderLinkId"]) == ("", "", "g")
    assert "createAt" not in rig.ask("order.cancel-batch", request=[good]).result["list"][0]


def test_more_than_twenty_in_a_batch_are_refused_as_a_whole() -> None:
    rig = Rig()
    assert rig.ask("order.create-batch", request=[LIMIT] * 21).ret_code == 10001
    assert rig.wait() == []


@given(st.decimals("0", "1000000", places=6), st.decimals("0.000001", "10", places=6))
def test_flooring_gives_the_largest_multiple_not_above(value: Any, step: Any) -> None:
    floored = floor_to(value, step)
    assert is_multiple(floored, step)
    assert floored <= value < floored + step
