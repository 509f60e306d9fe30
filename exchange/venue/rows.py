"""Private objects in Bybit's field names with string numbers (bybit-v5.md sections 2 and 4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from exchange.venue.margin import break_even_price, leg_im, leg_mm, leg_upl, liquidation_price
from exchange.venue.money import ZERO, cash, scaled, text
from exchange.venue.records import Account, ClosedPnl, Execution, Holding, Leg, Order

Row = dict[str, Any]


def _or_empty(value: Decimal, step: Decimal) -> str:
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
        "triggerPrice": _or_empty(order.trigger_price, tick),
        "triggerDirection": order.trigger_direction,
        "triggerBy": order.trigger_by if conditional else "",
        "takeProfit": _or_empty(order.take_profit, tick),
        "stopLoss": _or_empty(order.stop_loss, tick),
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


def position_row(holding: Holding, leg: Leg) -> Row:
    """One record of the position topic; a flat leg has an empty side."""
    rules, mark = holding.listing.instrument, holding.listing.mark
    flat = not leg.size
    value = ZERO if flat else leg.cost
    im = ZERO if flat else leg_im(holding, leg, mark)
    mm = ZERO if flat else leg_mm(holding, leg, mark)
    liquidation = liquidation_price(holding, leg)
    tier = rules.tier(value)
    return {
        "category": "linear",
        "symbol": rules.symbol,
        "positionIdx": leg.idx,
        "side": leg.side,
        "size": scaled(leg.size, rules.qty_step) if leg.size else "0",
        "entryPrice": text(cash(leg.entry)),
        "positionValue": text(cash(value)),
        "leverage": text(holding.leverage),
        "markPrice": scaled(mark, rules.tick),
        "liqPrice": "" if liquidation is None else scaled(liquidation, rules.tick),
        "breakEvenPrice": text(cash(break_even_price(leg))),
        "positionIM": text(im),
        "positionIMByMp": text(im),
        "positionMM": text(mm),
        "positionMMByMp": text(mm),
        "unrealisedPnl": text(cash(leg_upl(leg, mark))),
        "curRealisedPnl": text(leg.cur_realised),
        "cumRealisedPnl": text(leg.cum_realised),
        "sessionAvgPrice": "",
        "takeProfit": _or_empty(leg.take_profit.trigger_price, rules.tick) if leg.take_profit else "",
        "stopLoss": _or_empty(leg.stop_loss.trigger_price, rules.tick) if leg.stop_loss else "",
        "trailingStop": "0",
        "tpslMode": "Full",
        "tradeMode": 0,
        "riskId": 1 + rules.tiers.index(tier),
        "riskLimitValue": text(tier.limit_usdt),
        "autoAddMargin": 0,
        "positionBalance": "0",
        "bustPrice": "",
        "positionStatus": "Normal",
        "adlRankIndicator": 0 if flat else 2,
        "isReduceOnly": False,
        "leverageSysUpdatedTime": "",
        "mmrSysUpdatedTime": "",
        "createdTime": str(leg.created_ms),
        "updatedTime": str(leg.updated_ms),
        "openTime": leg.opened_ms,
        "seq": leg.seq,
    }


def rest_position_row(holding: Holding, leg: Leg, *, lacks_seq: bool) -> Row:
    """One record of position/list; with ``lacks_seq`` a flat leg's row comes without its newer fields."""
    row = position_row(holding, leg)
    del row["category"]
    row["avgPrice"] = row.pop("entryPrice")
    if lacks_seq and not leg.size:
        for name in ("seq", "isReduceOnly", "leverageSysUpdatedTime", "mmrSysUpdatedTime"):
            del row[name]
    return row


def wallet_row(account: Account) -> Row:
    """The account as in the wallet topic and in wallet-balance. USDT counts as one dollar."""
    equity = account.margin_balance
    im = account.im + account.order_im
    im_rate = _rate(im, equity)
    mm_rate = _rate(account.mm, equity)
    return {
        "accountType": "UNIFIED",
        "accountLTV": "0",
        "accountIMRate": im_rate,
        "accountIMRateByMp": im_rate,
        "accountMMRate": mm_rate,
        "accountMMRateByMp": mm_rate,
        "totalEquity": text(cash(equity)),
        "totalWalletBalance": text(cash(account.wallet)),
        "totalMarginBalance": text(cash(equity)),
        "totalAvailableBalance": text(cash(max(ZERO, account.available))),
        "totalPerpUPL": text(cash(account.upl)),
        "totalInitialMargin": text(cash(im)),
        "totalInitialMarginByMp": text(cash(im)),
        "totalMaintenanceMargin": text(cash(account.mm)),
        "totalMaintenanceMarginByMp": text(cash(account.mm)),
        "coin": [_coin_row(account, equity)],
    }


def _coin_row(account: Account, equity: Decimal) -> Row:
    return {
        "coin": "USDT",
        "equity": text(cash(equity)),
        "usdValue": text(cash(equity)),
        "walletBalance": text(account.wallet),
        "locked": "0",
        "borrowAmount": "0",
        "accruedInterest": "0",
        "totalOrderIM": text(cash(account.order_im)),
        "totalPositionIM": text(cash(account.im)),
        "totalPositionMM": text(cash(account.mm)),
        "unrealisedPnl": text(cash(account.upl)),
        "cumRealisedPnl": text(account.realised - account.fees + account.funding),
        "bonus": "0",
        "collateralSwitch": True,
        "marginCollateral": True,
        "spotHedgingQty": "0",
        "spotBorrow": "0",
        "availableToWithdraw": "",
        "availableToBorrow": "",
    }


def _rate(margin: Decimal, equity: Decimal) -> str:
    """A margin rate with Bybit's four decimals; empty where there is no equity to measure by."""
    if equity <= 0:
        return "" if margin else "0"
    return text((margin / equity).quantize(Decimal("0.0001")))


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
