"""Positions and wallets in Bybit's field names with string numbers (bybit-v5.md sections 2 and 4)."""

from __future__ import annotations

from decimal import Decimal

from exchange.venue.margin import break_even_price, leg_margins, leg_upl, liquidation_price
from exchange.venue.money import ZERO, cash, scaled, text
from exchange.venue.records import Account, Holding, Leg
from exchange.venue.rows import Row, or_empty


def position_row(holding: Holding, leg: Leg) -> Row:
    """One record of the position topic; a flat leg has an empty side."""
    rules, mark = holding.listing.instrument, holding.listing.mark
    flat = not leg.size
    value = ZERO if flat else leg.cost
    im, mm = (ZERO, ZERO) if flat else leg_margins(holding, leg, mark)
    liquidation = liquidation_price(holding, leg)
    im_text, mm_text = text(im), text(mm)
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
        "breakEvenPrice": text(cash(break_even_price(leg, rules.taker_fee))),
        "positionIM": im_text,
        "positionIMByMp": im_text,
        "positionMM": mm_text,
        "positionMMByMp": mm_text,
        "unrealisedPnl": text(cash(leg_upl(leg, mark))),
        "curRealisedPnl": text(leg.cur_realised),
        "cumRealisedPnl": text(leg.cum_realised),
        "sessionAvgPrice": "",
        "takeProfit": or_empty(leg.take_profit.trigger_price, rules.tick) if leg.take_profit else "",
        "stopLoss": or_empty(leg.stop_loss.trigger_price, rules.tick) if leg.stop_loss else "",
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
        "seq": leg.seq,
    }


def rest_position_row(holding: Holding, leg: Leg, *, lacks_seq: bool) -> Row:
    """One record of position/list; with ``lacks_seq`` a flat leg's row comes without its newer fields."""
    row = position_row(holding, leg)
    del row["category"]
    row["avgPrice"] = row.pop("entryPrice")
    row["openTime"] = leg.opened_ms
    if lacks_seq and not leg.size:
        for name in ("seq", "isReduceOnly", "leverageSysUpdatedTime", "mmrSysUpdatedTime"):
            del row[name]
    return row


def wallet_row(account: Account) -> Row:
    """The account as in the wallet topic and in wallet-balance. USDT counts as one dollar."""
    equity = account.margin_balance
    im = account.im + account.order_im
    im_rate, mm_rate = _rate(im, equity), _rate(account.mm, equity)
    equity_text, im_text, mm_text = text(cash(equity)), text(cash(im)), text(cash(account.mm))
    return {
        "accountType": "UNIFIED",
        "accountLTV": "0",
        "accountIMRate": im_rate,
        "accountIMRateByMp": im_rate,
        "accountMMRate": mm_rate,
        "accountMMRateByMp": mm_rate,
        "totalEquity": equity_text,
        "totalWalletBalance": text(cash(account.wallet)),
        "totalMarginBalance": equity_text,
        "totalAvailableBalance": text(cash(max(ZERO, account.available))),
        "totalPerpUPL": text(cash(account.upl)),
        "totalInitialMargin": im_text,
        "totalInitialMarginByMp": im_text,
        "totalMaintenanceMargin": mm_text,
        "totalMaintenanceMarginByMp": mm_text,
        "coin": [_coin_row(account, equity_text)],
    }


def _coin_row(account: Account, equity: str) -> Row:
    return {
        "coin": "USDT",
        "equity": equity,
        "usdValue": equity,
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
