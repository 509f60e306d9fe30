"""Records of orders, executions, positions and wallets, the same from streams and REST, as messages.

Unknown enum values become OTHER or stay as their own words; unknown fields are not looked at. Defaults,
each for what Bybit leaves out or sends empty: seq -1, liqPrice None ("" or "0"), prices and amounts of
empty legs 0, texts "". Anything else that is missing raises ProtocolError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from exchange.bybit.fields import NEEDED, Fields
from messages.account import ExecType, Execution, OrderRow, OrderStatus, PositionRow, Wallet
from messages.ids import parse_order_link_id
from messages.sides import OrderSide, Side

ZERO: Final = Decimal(0)
NO_LEGS: Final[Mapping[str, Side]] = {}

_OURS: Final = re.compile(r"[A-Z0-9]+USDT", re.ASCII)
_LEGS: Final = {0: None, 1: Side.LONG, 2: Side.SHORT}
_Enum = TypeVar("_Enum", bound=StrEnum)


def is_linear(row: Fields, category: str | None = None) -> bool:
    """Whether a record is of a USDT perpetual; ``category`` where the reply says it once for all.

    Spot, inverse, options, USDC contracts and dated futures (BTCUSDT-26DEC25) are not ours.
    """
    return (category or row.text("category")) == "linear" and bool(_OURS.fullmatch(row.text("symbol")))


def order_row(row: Fields) -> OrderRow:
    """An order of the topic ``order`` or of order/realtime and order/history.

    The price of a market order is 0: what Bybit shows there is the bound of its slippage.
    """
    is_market = row.text("orderType", "") == "Market"
    return OrderRow(
        symbol=row.text("symbol"),
        order_id=row.text("orderId"),
        order_link_id=row.text("orderLinkId", ""),
        leg=_leg(row),
        order_side=_order_side(row),
        status=_known(OrderStatus, row.text("orderStatus"), OrderStatus.OTHER),
        price=ZERO if is_market else row.amount("price", ZERO),
        qty=row.amount("qty"),
        cum_exec_qty=row.amount("cumExecQty"),
        reduce_only=row.flag("reduceOnly", False),
        cancel_type=row.text("cancelType", ""),
        reject_reason=row.text("rejectReason", ""),
        create_type=row.text("createType", ""),
        stop_order_type=row.text("stopOrderType", ""),
        created_ms=row.time_ms("createdTime"),
        updated_ms=row.time_ms("updatedTime"),
    )


def execution(row: Fields, legs: Mapping[str, Side] = NO_LEGS) -> Execution:
    """An execution of the topic ``execution`` or of execution/list.

    It carries no positionIdx: its leg is told by our order id, else by ``legs`` (order_id -> Side, from
    order rows), else by closedSize; None where that is empty. Fees in another coin than USDT raise
    ProtocolError: no profit could be booked from them.
    """
    side = _order_side(row)
    order_id, link_id = row.text("orderId", ""), row.text("orderLinkId", "")
    kind = _known(ExecType, row.text("execType"), ExecType.OTHER)
    moves = row.positive if kind.changes_size else row.amount
    return Execution(
        symbol=row.text("symbol"),
        leg=_execution_leg(row, link_id, legs.get(order_id), side),
        exec_id=row.text("execId"),
        order_id=order_id,
        order_link_id=link_id,
        exec_type=kind,
        order_side=side,
        price=moves("execPrice"),
        qty=moves("execQty"),
        fee_usdt=_fee_usdt(row),
        is_maker=row.flag("isMaker", False),
        create_type=row.text("createType", ""),
        exec_ms=row.time_ms("execTime"),
        seq=row.integer("seq", -1),
    )


def position_row(row: Fields, price_field: str) -> PositionRow:
    """A leg; ``price_field`` is entryPrice on the stream and avgPrice by REST.

    Its leg is told by positionIdx alone: the side of a closed leg is empty.
    """
    size = row.amount("size")
    liquidation = row.amount("liqPrice", ZERO)

    def of_what_is_held(name: str) -> Decimal:
        """A leg that holds something must say what it paid and owes."""
        return row.positive(name) if size else row.amount(name, ZERO)

    return PositionRow(
        symbol=row.text("symbol"),
        leg=_leg(row),
        size=size,
        average_price=of_what_is_held(price_field),
        mark_price=of_what_is_held("markPrice"),
        liquidation_price=liquidation or None,
        leverage=of_what_is_held("leverage"),
        unrealised_usdt=row.decimal("unrealisedPnl", NEEDED if size else ZERO),
        take_profit=row.amount("takeProfit", ZERO),
        stop_loss=row.amount("stopLoss", ZERO),
        seq=row.integer("seq", -1),
        updated_ms=row.time_ms("updatedTime", 0),
    )


def wallet(row: Fields, created_ms: int) -> Wallet:
    """A unified account's totals, from the topic ``wallet`` or account/wallet-balance.

    Bybit gives the totals in USD, at which it also margins; they are taken as USDT. In isolated margin
    mode they are empty, which raises ProtocolError: the bot trades with cross margin only.
    """
    return Wallet(
        equity=row.decimal("totalEquity"),
        wallet_balance=row.decimal("totalWalletBalance"),
        available=row.decimal("totalAvailableBalance"),
        unrealised=row.decimal("totalPerpUPL"),
        initial_margin=row.amount("totalInitialMargin"),
        maintenance_margin=row.amount("totalMaintenanceMargin"),
        maintenance_rate=row.amount("accountMMRate"),
        created_ms=created_ms,
        paid_in=_paid_in(row),
    )


def _paid_in(row: Fields) -> Decimal | None:
    """Bybit's cumRealisedPnl of a coin holds all that trading has changed its balance by."""
    for coin in row.items("coin") if row.has("coin") else ():
        if coin.text("coin") == "USDT" and coin.has("walletBalance") and coin.has("cumRealisedPnl"):
            return coin.decimal("walletBalance") - coin.decimal("cumRealisedPnl")
    return None


def _leg(row: Fields) -> Side | None:
    index = row.integer("positionIdx")
    if index not in _LEGS:
        raise row.bad("positionIdx", "0, 1 or 2")
    return _LEGS[index]


def _order_side(row: Fields) -> OrderSide:
    text = row.text("side")
    if text not in (OrderSide.BUY, OrderSide.SELL):
        raise row.bad("side", "Buy or Sell")
    return OrderSide(text)


def _known(kind: type[_Enum], text: str, other: _Enum) -> _Enum:
    return kind(text) if text in kind._value2member_map_ else other


def _execution_leg(row: Fields, link_id: str, from_order: Side | None, side: OrderSide) -> Side | None:
    name = parse_order_link_id(link_id)
    if name is not None:
        return name.side
    if from_order is not None or not row.has("closedSize"):
        return from_order
    opened = Side.LONG if side is OrderSide.BUY else Side.SHORT
    return opened.other if row.decimal("closedSize") > 0 else opened


def _fee_usdt(row: Fields) -> Decimal:
    """The trading fee and, where Bybit charges taxes on it, those (extraFees)."""
    if row.text("feeCurrency", "") not in ("", "USDT"):
        raise row.bad("feeCurrency", "USDT (switch off paying fees in another coin)")
    fee = row.decimal("execFee")
    if row.has("extraFees"):
        for extra in row.items("extraFees"):
            if extra.text("feeCoin", "USDT") != "USDT":
                raise extra.bad("feeCoin", "USDT")
            fee += extra.decimal("fee")
    return fee
