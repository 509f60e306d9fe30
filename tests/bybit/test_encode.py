"""Commands as Bybit's parameters."""

from __future__ import annotations

from decimal import Decimal

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.bybit.encode import operation, order_params, plain, request_params, trading_frame
from exchange.bybit.fields import Fields
from messages.orders import Action
from messages.sides import Role, Side
from tests.bybit.orders import amend, cancel, link, place, request

MONEY = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=12)


@settings(deadline=None)
@given(
    MONEY | st.integers(-(10**15), 10**15).map(Decimal) | st.just(Decimal("1E+3")) | st.just(Decimal("1E-9"))
)
def test_a_number_goes_out_without_exponent_and_comes_back_exactly(value: Decimal) -> None:
    text = plain(value)
    assert "e" not in text.lower()
    assert Fields({"x": text}, "test").decimal("x") == value


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_never_sent(value: str) -> None:
    with pytest.raises(ValueError, match="can't be sent"):
        plain(Decimal(value))


def test_a_limit_entry_has_exactly_these_fields() -> None:
    assert order_params(place(2, price="1E+2")) == {
        "symbol": "SOLUSDT",
        "orderLinkId": link(2),
        "side": "Buy",
        "positionIdx": 1,
        "orderType": "Limit",
        "qty": "1.0",
        "price": "100",
        "timeInForce": "GTC",
        "reduceOnly": False,
        "closeOnTrigger": False,
    }


def test_a_market_order_has_neither_price_nor_time_in_force() -> None:
    params = order_params(place(0, price=None))
    assert params["orderType"] == "Market"
    assert not params.keys() & {"price", "timeInForce"}


def test_the_take_profit_of_the_short_leg_buys_on_index_two() -> None:
    params = order_params(place(3, side=Side.SHORT, role=Role.TAKE_PROFIT))
    assert (params["side"], params["positionIdx"], params["reduceOnly"]) == ("Buy", 2, True)


def test_an_amendment_sends_only_what_changes() -> None:
    assert order_params(amend(1, qty="2.5")) == {"symbol": "SOLUSDT", "orderLinkId": link(1), "qty": "2.5"}
    assert order_params(amend(1, price="99")) == {"symbol": "SOLUSDT", "orderLinkId": link(1), "price": "99"}


def test_one_command_is_a_single_request_and_more_are_a_batch() -> None:
    one, two = request(Action.CANCEL, cancel(1)), request(Action.CANCEL, cancel(1), cancel(2))
    assert (operation(one), operation(two)) == ("order.cancel", "order.cancel-batch")
    assert request_params(one) == {"category": "linear", "symbol": "SOLUSDT", "orderLinkId": link(1)}
    assert [item["orderLinkId"] for item in request_params(two)["request"]] == [link(1), link(2)]


@pytest.mark.parametrize("count", [0, 21])
def test_a_batch_has_one_to_twenty_orders(count: int) -> None:
    with pytest.raises(ValueError, match="1-20 orders expected"):
        request_params(request(Action.CANCEL, *[cancel(n) for n in range(count)]))


def test_commands_of_another_action_are_refused() -> None:
    with pytest.raises(ValueError, match="only CancelOrder belongs"):
        request_params(request(Action.CANCEL, place(1)))


def test_the_trading_frame_carries_id_stamp_and_window() -> None:
    frame = orjson.loads(
        trading_frame(request(Action.PLACE, place(1), request_id="r-17", at_ms=1760000000400))
    )
    assert frame["reqId"] == "r-17"
    assert frame["op"] == "order.create"
    assert frame["header"] == {"X-BAPI-TIMESTAMP": "1760000000400", "X-BAPI-RECV-WINDOW": "2000"}
    assert frame["args"][0]["category"] == "linear"
