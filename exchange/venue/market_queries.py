"""What everybody may ask: time, instruments, prices (bybit-v5.md sections 2 and 2.1)."""

from __future__ import annotations

from typing import Any

from exchange.venue.candles import INTERVAL_MINUTES
from exchange.venue.floor import Floor
from exchange.venue.listing import Listing
from exchange.venue.market_rows import (
    book_row,
    candle_list,
    instrument_row,
    risk_rows,
    ticker_row,
)
from exchange.venue.money import scaled, text
from exchange.venue.paging import page
from exchange.venue.params import Params
from exchange.venue.refusals import bad

Result = dict[str, Any]
INTERVALS = (*INTERVAL_MINUTES, "D", "W", "M")
OTHER_CATEGORIES = ("spot", "inverse", "option")


def server_time(floor: Floor, params: Params, now_ms: int) -> Result:
    """The venue's clock in seconds and nanoseconds."""
    del floor, params
    return {"timeSecond": str(now_ms // 1000), "timeNano": str(now_ms * 1_000_000)}


def instruments_info(floor: Floor, params: Params, now_ms: int) -> Result:
    """Every symbol with its rules; other categories exist and are empty."""
    del now_ms
    category = params.text("category", "linear")
    if category in OTHER_CATEGORIES:
        return {"category": category, "list": [], "nextPageCursor": ""}
    base, status = params.text("baseCoin"), params.text("status", "Trading")
    chosen = [
        listing
        for listing in _chosen(floor, params)
        if base in ("", listing.instrument.base_coin) and status == "Trading"
    ]
    numbered = [(len(chosen) - n, listing) for n, listing in enumerate(chosen)]
    return page(
        numbered,
        lambda item: item[0],
        lambda item: instrument_row(item[1].instrument),
        params,
        most=1000,
        usual=500,
        always_cursor=False,
    )


def tickers(floor: Floor, params: Params, now_ms: int) -> Result:
    """The tickers of symbols that have traded."""
    rows = [ticker_row(listing, now_ms) for listing in _chosen(floor, params) if listing.last]
    return {"category": "linear", "list": rows}


def kline(floor: Floor, params: Params, now_ms: int) -> Result:
    """Candles newest first, the open one included; by default the last 200."""
    listing = floor.listing(params.needed("symbol"))
    interval = params.choice("interval", INTERVALS)
    start, end = params.integer("start", 0, 0), params.integer("end", now_ms, 0)
    limit = params.integer("limit", 200, 1, 1000)
    candles = listing.candles.newest_first(interval, start, end, limit)
    tick = listing.instrument.tick
    return {
        "symbol": listing.symbol,
        "category": "linear",
        "list": [candle_list(candle, tick) for candle in candles],
    }


def price_limit(floor: Floor, params: Params, now_ms: int) -> Result:
    """The highest limit of a Buy and the lowest of a Sell at this moment."""
    listing = _priced(floor, params)
    lowest, highest = listing.band()
    tick = listing.instrument.tick
    return {
        "symbol": listing.symbol,
        "buyLmt": scaled(highest, tick),
        "sellLmt": scaled(lowest, tick),
        "ts": str(now_ms),
    }


def risk_limit(floor: Floor, params: Params, now_ms: int) -> Result:
    """The tiers of one symbol or of all, on one page."""
    del now_ms
    rows = [row for listing in _chosen(floor, params) for row in risk_rows(listing.instrument)]
    return {"category": "linear", "list": rows, "nextPageCursor": ""}


def recent_trades(floor: Floor, params: Params, now_ms: int) -> Result:
    """The last trades, newest first."""
    del now_ms
    listing = floor.listing(params.needed("symbol"))
    limit = params.integer("limit", 500, 1, 1000)
    rows = [
        {
            "execId": f"{trade.symbol}-{number}",
            "symbol": trade.symbol,
            "price": scaled(trade.price, listing.instrument.tick),
            "size": text(trade.qty),
            "side": trade.taker,
            "time": str(at_ms),
            "isBlockTrade": False,
            "isRPITrade": False,
            "seq": str(seq),
        }
        for trade, at_ms, seq, number in reversed(listing.recent)
    ]
    return {"category": "linear", "list": rows[:limit]}


def orderbook(floor: Floor, params: Params, now_ms: int) -> Result:
    """The first levels (25 unless told) of the synthetic depth."""
    return book_row(_priced(floor, params), params.integer("limit", 25, 1, 1000), now_ms)


def _chosen(floor: Floor, params: Params) -> list[Listing]:
    symbol = params.text("symbol")
    return [floor.listing(symbol)] if symbol else list(floor.listings.values())


def _priced(floor: Floor, params: Params) -> Listing:
    listing = floor.listing(params.needed("symbol"))
    if not listing.last:
        raise bad(f"params error: {listing.symbol} has no market price yet")
    return listing
