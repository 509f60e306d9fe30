"""Orders and executions in Bybit's field names with string numbers (bybit-v5.md sections 2 and 4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from exchange.venue.money import cash, scaled, text
from exchange.venue.records import ClosedPnl, Execution, Order

Row = dict[str, Any]


def or_empty(value: Decimal, step: Decimal) -> str:
    """A price, or nothing where it is not set."""
    return scaled(value, step) if value else ""


def order_row(order: Order) -> Row:
    """One record of the order topic, and of realtime and history (see ``rest_order_row``)."""
    rules = order.holding.listing.instrument
    tick, step = rules.tick, rules.qty_step
    leaves = order.leaves
    conditional = order.stop_order_type != ""
    return {
        "category": "linear",
        "symbol": rules.symbol,
        "orderId": order.order_id,
        "orderLinkId": order.link_id,
        "parentOrderLinkId": "",
        "blockTradeId": "",
        "side": order.side,
        "positionIdx": order.leg.idx,
        "orderStatus": order.status,
        "createType": order.create_type,
        "cancelType": order.cancel_type,
        "rejectReason": order.reject_reason,
        "orderType": order.order_type,
        "timeInForce": order.time_in_force,
        "price": scaled(order.price, tick),
        "qty": scaled(order.qty, step),
        "avgPrice": text(cash(order.cum_value / order.cum_qty)) if order.cum_qty else "",
        "leavesQty": scaled(leaves, step),
        "leavesValue": text(leaves * order.price),
        "cumExecQty": scaled(order.cum_qty, step),
        "cumExecValue": text(order.cum_value),
        "cumExecFee": text(order.cum_fee),
        "cumFeeDetail": {"USDT": text(order.cum_fee)} if order.cum_fee else {},
        "feeCurrency": "",
        "closedPnl": text(order.closed_pnl),
        "stopOrderType": order.stop_order_type,
        "orderIv": "",
        "marketUnit": "",
        "isLeverage": "",
        "triggerPrice": or_empty(order.trigger_price, tick),
        "triggerDirection": order.trigger_direction,
        "triggerBy": order.trigger_by if conditional else "",
        "takeProfit": or_empty(order.take_profit, tick),
        "stopLoss": or_empty(order.stop_loss, tick),
        "tpslMode": "Full" if order.take_profit or order.stop_loss or conditional else "",
        "tpLimitPrice": "",
        "slLimitPrice": "",
        "tpTriggerBy": "LastPrice" if order.take_profit else "",
        "slTriggerBy": "LastPrice" if order.stop_loss else "",
        "lastPriceOnCreated": scaled(order.last_price_on_created, tick),
        "reduceOnly": order.closing,
        "closeOnTrigger": order.close_on_trigger,
        "placeType": "",
        "smpType": order.smp_type,
        "smpGroup": 0,
        "smpOrderId": "",
        "slippageToleranceType": "UNKNOWN",
        "slippageTolerance": "0",
        "rpiTakerAccess": False,
        "rpiMatchedQty": "0",
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
    }


def rest_order_row(order: Order) -> Row:
    """One record of order/realtime and order/history."""
    row = order_row(order)
    for name in ("category", "closedPnl", "feeCurrency"):
        del row[name]
    return row


def execution_row(execution: Execution) -> Row:
    """One record of the execution topic."""
    order = execution.order
    rules = execution.listing.instrument
    tick, step = rules.tick, rules.qty_step
    return {
        "category": "linear",
        "symbol": execution.leg.symbol,
        "orderId": execution.order_id,
        "orderLinkId": order.link_id if order else "",
        "execId": execution.exec_id,
        "execType": execution.exec_type,
        "side": execution.side,
        "execPrice": scaled(execution.price, tick),
        "execQty": scaled(execution.qty, step),
        "execValue": text(execution.value),
        "execFee": text(execution.fee),
        "feeRate": text(execution.fee_rate),
        "feeCurrency": "USDT",
        "closedSize": text(execution.closed_qty),
        "execPnl": text(execution.pnl),
        "isMaker": execution.is_maker,
        "orderType": order.order_type if order else "UNKNOWN",
        "orderPrice": scaled(execution.order_price, tick) if order else "0",
        "orderQty": scaled(execution.order_qty, step) if order else "0",
        "leavesQty": scaled(execution.leaves, step) if order else "0",
        "stopOrderType": (order.stop_order_type if order else "") or "UNKNOWN",
        "createType": order.create_type if order else "",
        "execTime": str(execution.time_ms),
        "seq": execution.seq,
        "markPrice": scaled(execution.mark, tick),
        "indexPrice": "",
        "underlyingPrice": "",
        "tradeIv": "",
        "markIv": "",
        "blockTradeId": "",
        "isLeverage": "0",
        "marketUnit": "",
        "extraFees": [],
    }


def rest_execution_row(execution: Execution) -> Row:
    """One record of execution/list."""
    row = execution_row(execution)
    for name in ("category", "execPnl"):
        del row[name]
    row["extraFees"] = ""
    return row


def closed_pnl_row(closed: ClosedPnl) -> Row:
    """One record of position/closed-pnl: what one closing order has closed, fees included."""
    order = closed.order
    rules = order.holding.listing.instrument
    return {
        "symbol": rules.symbol,
        "orderId": order.order_id,
        "side": order.side,
        "qty": scaled(order.qty, rules.qty_step),
        "orderPrice": scaled(order.price, rules.tick),
        "orderType": order.order_type,
        "execType": closed.exec_type,
        "closedSize": scaled(closed.qty, rules.qty_step),
        "cumEntryValue": text(cash(closed.entry_value)),
        "avgEntryPrice": text(cash(closed.entry_value / closed.qty)),
        "cumExitValue": text(cash(closed.exit_value)),
        "avgExitPrice": text(cash(closed.exit_value / closed.qty)),
        "closedPnl": text(closed.pnl),
        "fillCount": str(closed.fills),
        "leverage": text(closed.leverage),
        "openFee": text(closed.open_fee),
        "closeFee": text(closed.close_fee),
        "createdTime": str(closed.created_ms),
        "updatedTime": str(closed.updated_ms),
    }


def log_row(execution: Execution) -> Row:
    """One record of account/transaction-log: how an execution changed the wallet."""
    funding = execution.exec_type == "Funding"
    row = execution_row(execution)
    change = -execution.fee if funding else execution.pnl - execution.fee
    return {
        "id": execution.exec_id,
        "symbol": row["symbol"],
        "category": "linear",
        "side": row["side"],
        "transactionTime": row["execTime"],
        "type": "SETTLEMENT" if funding else "TRADE",
        "transSubType": "",
        "qty": row["execQty"],
        "size": text(execution.size_after),
        "currency": "USDT",
        "tradePrice": row["execPrice"],
        "funding": text(-execution.fee) if funding else "",
        "fee": "0" if funding else row["execFee"],
        "cashFlow": text(execution.pnl),
        "change": text(change),
        "cashBalance": text(execution.wallet_after),
        "feeRate": row["feeRate"],
        "bonusChange": "",
        "tradeId": execution.exec_id,
        "orderId": row["orderId"],
        "orderLinkId": row["orderLinkId"],
        "extraFees": "",
    }
