"""Records as messages: every rule of the wire, on frames written by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from exchange.bybit.fields import Fields
from exchange.bybit.rows import execution, is_linear, order_row, position_row, wallet
from exchange.errors import ProtocolError
from messages.account import ExecType, OrderStatus
from messages.sides import OrderSide, Side
from tests.bybit.frames import EXECUTION, ORDER, POSITION, SHORT_TP, WALLET, without


def fields(record: dict[str, Any], **changes: Any) -> Fields:
    return Fields({**record, **changes}, "test")


def test_an_order_keeps_every_figure_exactly() -> None:
    row = order_row(fields(ORDER))
    assert (row.leg, row.order_side, row.status) == (Side.LONG, OrderSide.BUY, OrderStatus.PARTIALLY_FILLED)
    assert (row.price, row.qty, row.cum_exec_qty) == (Decimal("150.00"), Decimal("1.0"), Decimal("0.4"))
    assert (row.created_ms, row.updated_ms) == (1760000000120, 1760000000207)


def test_the_slippage_bound_of_a_market_order_is_no_price() -> None:
    assert order_row(fields(ORDER, orderType="Market", price="157.5")).price == 0


def test_unknown_words_of_an_order_survive_as_other_or_as_they_are() -> None:
    row = order_row(fields(ORDER, orderStatus="Paused", cancelType="CancelByMoon", aNewField=[1]))
    assert row.status is OrderStatus.OTHER
    assert row.cancel_type == "CancelByMoon"


@pytest.mark.parametrize(("index", "leg"), [(0, None), (1, Side.LONG), (2, Side.SHORT), ("2", Side.SHORT)])
def test_the_position_index_tells_the_leg(index: object, leg: Side | None) -> None:
    assert order_row(fields(ORDER, positionIdx=index)).leg is leg
    assert position_row(fields(POSITION, positionIdx=index), "entryPrice").leg is leg


@pytest.mark.parametrize(
    "name",
    ["symbol", "orderId", "side", "positionIdx", "orderStatus", "qty", "cumExecQty", "updatedTime"],
)
def test_an_order_without_a_critical_field_is_refused_by_name(name: str) -> None:
    with pytest.raises(ProtocolError, match=rf"^test: {name} is missing, .* expected; .*REST"):
        order_row(Fields(without(ORDER, name), "test"))


@pytest.mark.parametrize(
    "name",
    ["symbol", "execId", "execType", "side", "execPrice", "execQty", "execFee", "execTime"],
)
def test_an_execution_without_a_critical_field_is_refused_by_name(name: str) -> None:
    with pytest.raises(ProtocolError, match=rf"^test: {name} is missing"):
        execution(Fields(without(EXECUTION, name), "test"))


def test_a_bad_number_is_shown_in_the_error() -> None:
    with pytest.raises(ProtocolError, match=r"^order: qty is '1,0', a number in a string expected"):
        order_row(Fields({**ORDER, "qty": "1,0"}, "order"))


@pytest.mark.parametrize("value", [0.1, True, "NaN", "Infinity", "1_000", " 1", "١", "1e999", [], {}])
def test_nothing_but_a_plain_exact_number_is_taken(value: object) -> None:
    with pytest.raises(ProtocolError, match="qty is"):
        order_row(fields(ORDER, qty=value))


def test_our_own_id_tells_the_leg_of_an_execution_before_anything_else() -> None:
    row = execution(fields(EXECUTION, orderLinkId=SHORT_TP, closedSize="0"), {"7f0e": Side.LONG})
    assert row.leg is Side.SHORT


def test_the_order_map_tells_the_leg_of_a_foreign_execution() -> None:
    row = execution(fields(EXECUTION, orderLinkId="", closedSize="0"), {"7f0e": Side.SHORT})
    assert row.leg is Side.SHORT


@pytest.mark.parametrize(
    ("side", "closed", "leg"),
    [
        ("Buy", "0", Side.LONG),
        ("Sell", "0.4", Side.LONG),
        ("Sell", "0", Side.SHORT),
        ("Buy", "0.4", Side.SHORT),
        ("Buy", "", None),
    ],
)
def test_the_closed_size_tells_the_leg_where_nothing_else_does(side: str, closed: str, leg: Side) -> None:
    assert execution(fields(EXECUTION, orderLinkId="foreign", side=side, closedSize=closed)).leg is leg


def test_an_execution_without_sequence_has_minus_one() -> None:
    assert execution(Fields(without(EXECUTION, "seq"), "test")).seq == -1


def test_an_unknown_kind_of_execution_is_other_and_changes_no_size() -> None:
    row = execution(fields(EXECUTION, execType="MoonTrade"))
    assert row.exec_type is ExecType.OTHER
    assert not row.exec_type.changes_size


def test_taxes_on_the_fee_are_part_of_what_was_paid() -> None:
    tax = {"feeCoin": "USDT", "feeType": "GST", "fee": "0.003"}
    assert execution(fields(EXECUTION, extraFees=[tax])).fee_usdt == Decimal("0.015")
    assert execution(fields(EXECUTION, extraFees="")).fee_usdt == Decimal("0.012")


def test_a_fee_in_another_coin_is_refused_with_the_way_out() -> None:
    with pytest.raises(ProtocolError, match=r"feeCurrency is 'MNT', USDT \(switch off"):
        execution(fields(EXECUTION, feeCurrency="MNT"))


def test_a_closed_position_keeps_its_leg_though_its_side_is_empty() -> None:
    closed = {"positionIdx": 2, "side": "", "size": "0", "entryPrice": "0", "liqPrice": "0"}
    row = position_row(fields(POSITION, **closed), "entryPrice")
    assert (row.leg, row.liquidation_price) == (Side.SHORT, None)
    assert row.size == 0


def test_a_flat_row_may_lack_nearly_everything() -> None:
    row = position_row(fields({"symbol": "SOLUSDT", "positionIdx": 1, "size": "0"}), "avgPrice")
    assert (row.seq, row.updated_ms) == (-1, 0)
    assert row.average_price == row.unrealised_usdt == 0


@pytest.mark.parametrize("name", ["entryPrice", "markPrice", "leverage", "unrealisedPnl"])
def test_an_open_leg_must_say_what_it_paid_and_owes(name: str) -> None:
    with pytest.raises(ProtocolError, match=f"{name} is ''"):
        position_row(fields(POSITION, **{name: ""}), "entryPrice")


def test_a_wallet_in_isolated_mode_is_refused() -> None:
    assert wallet(fields(WALLET), 5).available == Decimal("9975.9")
    with pytest.raises(ProtocolError, match="totalInitialMargin is ''"):
        wallet(fields(WALLET, totalInitialMargin=""), 5)


@pytest.mark.parametrize(
    ("category", "symbol", "ours"),
    [
        ("linear", "SOLUSDT", True),
        ("linear", "1000PEPEUSDT", True),
        ("spot", "SOLUSDT", False),
        ("inverse", "SOLUSD", False),
        ("linear", "BTCPERP", False),
        ("linear", "BTCUSDT-26DEC25", False),
    ],
)
def test_only_usdt_perpetuals_are_taken(category: str, symbol: str, ours: bool) -> None:
    assert is_linear(fields(ORDER, category=category, symbol=symbol)) is ours
