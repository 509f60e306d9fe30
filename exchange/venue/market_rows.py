"""Public objects in Bybit's field names with string numbers (bybit-v5.md sections 2.1 and 4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from exchange.venue.book import depth, touch
from exchange.venue.candles import Candle
from exchange.venue.instruments import Instrument
from exchange.venue.listing import Listing
from exchange.venue.money import scaled, text

Row = dict[str, Any]
OPEN_INTEREST = Decimal(50_000)  # in base coin; nothing here depends on it


def instrument_row(rules: Instrument) -> Row:
    """One record of instruments-info."""
    return {
        "symbol": rules.symbol,
        "symbolId": 1,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": rules.base_coin,
        "quoteCoin": "USDT",
        "settleCoin": "USDT",
        "launchTime": "1585526400000",
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(rules.price_scale),
        "leverageFilter": {
            "minLeverage": "1",
            "maxLeverage": scaled(rules.max_leverage, Decimal("0.01")),
            "leverageStep": "0.01",
        },
        "priceFilter": {
            "minPrice": scaled(rules.min_price, rules.tick),
            "maxPrice": scaled(rules.max_price, rules.tick),
            "tickSize": format(rules.tick, "f"),
        },
        "lotSizeFilter": {
            "maxOrderQty": scaled(rules.max_qty, rules.qty_step),
            "maxMktOrderQty": scaled(rules.max_market_qty, rules.qty_step),
            "minOrderQty": format(rules.min_qty, "f"),
            "qtyStep": format(rules.qty_step, "f"),
            "postOnlyMaxOrderQty": scaled(rules.max_qty, rules.qty_step),
            "minNotionalValue": text(rules.min_notional),
        },
        "unifiedMarginTrade": True,
        "fundingInterval": rules.funding_minutes,
        "copyTrading": "none",
        "upperFundingRate": "0.005",
        "lowerFundingRate": "-0.005",
        "isPreListing": False,
        "preListingInfo": None,
        "riskParameters": {"priceLimitRatioX": text(rules.band_x), "priceLimitRatioY": text(rules.band_y)},
        "symbolType": "",
        "displayName": "",
        "forbidUplWithdrawal": False,
    }


def risk_rows(rules: Instrument) -> list[Row]:
    """The tiers of risk-limit."""
    return [
        {
            "id": n,
            "symbol": rules.symbol,
            "riskLimitValue": text(tier.limit_usdt),
            "maintenanceMargin": text(tier.mm_rate.quantize(Decimal("1e-8"))),
            "initialMargin": text((1 / tier.max_leverage).quantize(Decimal("1e-8"))),
            "isLowestRisk": int(n == 1),
            "maxLeverage": scaled(tier.max_leverage, Decimal("0.01")),
            "mmDeduction": text(tier.deduction.quantize(Decimal("1e-8"))),
        }
        for n, tier in enumerate(rules.tiers, start=1)
    ]


def ticker_row(listing: Listing, now_ms: int) -> Row:
    """One record of market/tickers; call it only once the symbol has a price."""
    rules, last = listing.instrument, listing.last
    day = listing.candles.day(now_ms)
    assert day is not None
    bid, ask = touch(listing)
    bid_qty, ask_qty = (next(depth(listing, side))[1] for side in ("Sell", "Buy"))
    change = (last / day.open - 1).quantize(Decimal("0.000001"))
    tick = rules.tick
    return {
        "symbol": rules.symbol,
        "price24hPcnt": text(change),
        "lastPrice": scaled(last, tick),
        "prevPrice24h": scaled(day.open, tick),
        "highPrice24h": scaled(day.high, tick),
        "lowPrice24h": scaled(day.low, tick),
        "prevPrice1h": scaled(day.hour_open, tick),
        "markPrice": scaled(listing.mark, tick),
        "indexPrice": scaled(listing.mark, tick),
        "openInterest": text(OPEN_INTEREST),
        "openInterestValue": text(OPEN_INTEREST * listing.mark),
        "turnover24h": text(day.turnover),
        "volume24h": text(day.volume),
        "fundingIntervalHour": text(Decimal(rules.funding_minutes) / 60),
        "fundingCap": "0.005",
        "nextFundingTime": str(listing.funding_ms),
        "fundingRate": text(listing.funding_rate),
        "bid1Price": scaled(bid, tick),
        "bid1Size": scaled(bid_qty, rules.qty_step),
        "ask1Price": scaled(ask, tick),
        "ask1Size": scaled(ask_qty, rules.qty_step),
        "preOpenPrice": "",
        "preQty": "",
        "curPreListingPhase": "",
        "predictedDeliveryPrice": "",
        "basisRate": "",
        "basisRateYear": "",
        "basis": "",
        "deliveryFeeRate": "",
        "deliveryTime": "0",
    }


def candle_list(candle: Candle, tick: Decimal) -> list[str]:
    """One record of market/kline: start, open, high, low, close, volume, turnover."""
    prices = (scaled(p, tick) for p in (candle.open, candle.high, candle.low, candle.close))
    return [str(candle.start_ms), *prices, text(candle.volume), text(candle.turnover)]


def book_row(listing: Listing, levels: int, now_ms: int) -> Row:
    """market/orderbook: the thin synthetic depth (our own resting orders aren't in it)."""
    rules = listing.instrument

    def side(taker: str) -> list[list[str]]:
        found = [[scaled(p, rules.tick), scaled(q, rules.qty_step)] for p, q in depth(listing, taker)]
        return found[:levels]

    return {
        "s": rules.symbol,
        "b": side("Sell"),
        "a": side("Buy"),
        "ts": now_ms,
        "u": listing.seq,
        "seq": listing.seq,
        "cts": now_ms,
    }
