"""Order commands as Bybit's parameters: exact plain decimal strings, positionIdx from the leg."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import orjson

from messages.orders import Action, AmendOrder, CancelOrder, OrderCommand, PlaceOrder, SendOrders
from messages.sides import Side

MOST_IN_A_BATCH: Final = 20
POSITION_IDX: Final = {Side.LONG: 1, Side.SHORT: 2}

_KINDS: Final = {Action.PLACE: PlaceOrder, Action.AMEND: AmendOrder, Action.CANCEL: CancelOrder}


def plain(value: Decimal) -> str:
    """A number as Bybit takes it: every digit, never an exponent. Raises ValueError unless finite."""
    if not value.is_finite():
        raise ValueError(f"{value} can't be sent to the exchange: a finite number expected")
    return format(value, "f")


def order_params(command: OrderCommand) -> dict[str, Any]:
    """The fields of one order, without category."""
    params: dict[str, Any] = {"symbol": command.symbol, "orderLinkId": command.order_link_id}
    if isinstance(command, PlaceOrder):
        params |= _place_params(command)
    elif isinstance(command, AmendOrder):
        if command.qty is not None:
            params["qty"] = plain(command.qty)
        if command.price is not None:
            params["price"] = plain(command.price)
    return params


def request_params(orders: SendOrders) -> dict[str, Any]:
    """The whole request: one order's fields, or ``request`` with up to 20. Raises ValueError on misuse."""
    count = len(orders.commands)
    if not 0 < count <= MOST_IN_A_BATCH:
        raise ValueError(f"request {orders.request_id}: 1-{MOST_IN_A_BATCH} orders expected, not {count}")
    kind = _KINDS[orders.action]
    if not all(isinstance(command, kind) for command in orders.commands):
        raise ValueError(f"request {orders.request_id}: only {kind.__name__} belongs into {orders.action}")
    if count == 1:
        return {"category": "linear", **order_params(orders.commands[0])}
    return {"category": "linear", "request": [order_params(command) for command in orders.commands]}


def operation(orders: SendOrders) -> str:
    """The trading socket's op: order.create, order.amend, order.cancel, or the same with -batch."""
    return f"order.{orders.action.value}" + ("-batch" if len(orders.commands) > 1 else "")


def trading_frame(orders: SendOrders) -> str:
    """The frame that carries a request over the trading socket; ``reqId`` is the request's id."""
    frame = {
        "reqId": orders.request_id,
        "header": {
            "X-BAPI-TIMESTAMP": str(orders.timestamp_ms),
            "X-BAPI-RECV-WINDOW": str(orders.recv_window_ms),
        },
        "op": operation(orders),
        "args": [request_params(orders)],
    }
    return orjson.dumps(frame).decode()


def _place_params(order: PlaceOrder) -> dict[str, Any]:
    params: dict[str, Any] = {
        "side": order.order_side.value,
        "positionIdx": POSITION_IDX[order.leg],
        "orderType": "Market" if order.price is None else "Limit",
        "qty": plain(order.qty),
        "reduceOnly": order.reduce_only,
        "closeOnTrigger": order.close_on_trigger,
    }
    if order.price is not None:
        params["price"] = plain(order.price)
        params["timeInForce"] = "GTC"
    return params
