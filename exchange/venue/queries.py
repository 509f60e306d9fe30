"""What an account may ask: orders, executions, positions, wallet (bybit-v5.md section 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from exchange.venue.account_rows import rest_position_row, wallet_row
from exchange.venue.changes import FILTERS, matches_filter
from exchange.venue.floor import Floor
from exchange.venue.money import text
from exchange.venue.paging import page, window, within
from exchange.venue.params import Params
from exchange.venue.records import Account, ClosedPnl, Execution, Holding, Leg, Order
from exchange.venue.refusals import bad
from exchange.venue.rows import closed_pnl_row, log_row, rest_execution_row, rest_order_row

Result = dict[str, Any]
RECENTLY_CLOSED = 500


def realtime(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """order/realtime: open orders; by id also ended ones (quirk); with openOnly 1 recently ended ones."""
    del now_ms
    fits = _scope(floor, params)
    wanted = params.choice("orderFilter", FILTERS)
    named = _named(account, params)
    if named is not None:
        ended_too = floor.quirks.realtime_shows_ended
        orders = [o for o in named if o.live and (o.is_open or ended_too)]
    elif params.integer("openOnly", 0, 0, 2):
        orders = account.ended[-RECENTLY_CLOSED:]
    else:
        orders = [o for h in account.holdings.values() for o in h.orders.values() if o.live]
    orders = [o for o in orders if fits(o.symbol) and matches_filter(o, wanted)]
    orders.sort(key=_number, reverse=True)
    return page(
        orders, _number, rest_order_row, params, most=50, usual=20, always_cursor=_always_cursor(floor)
    )


def history(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """order/history: ended orders, which may show up a little after their end (quirk)."""
    fits = _scope(floor, params, needed=False)
    wanted, status = params.choice("orderFilter", FILTERS), params.text("orderStatus")
    start, end = window(params, now_ms)
    seen_until = now_ms - floor.quirks.history_lag_ms
    named = _named(account, params)
    orders = [
        o
        for o in (account.ended if named is None else named)
        if not o.is_open
        and o.updated_ms <= seen_until
        and (named is not None or start <= o.created_ms <= end)
        and fits(o.symbol)
        and matches_filter(o, wanted)
        and status in ("", o.status)
    ]
    orders.sort(key=_number, reverse=True)
    return page(
        orders, _number, rest_order_row, params, most=50, usual=20, always_cursor=_always_cursor(floor)
    )


def executions(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """execution/list, newest first."""
    fits = _scope(floor, params, needed=False)
    kind = params.text("execType")
    named = _named(account, params)
    found: Iterator[Execution]
    if named is None:
        start, end = window(params, now_ms)
        found = within(account.executions, lambda e: e.time_ms, start, end)
    else:
        found = iter(sorted((e for o in named for e in o.executions), key=_number, reverse=True))
    chosen = (e for e in found if fits(e.leg.symbol) and kind in ("", e.exec_type))
    return page(
        chosen, _number, rest_execution_row, params, most=100, usual=50, always_cursor=_always_cursor(floor)
    )


def closed_pnl(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """position/closed-pnl, newest first: one row per closing order."""
    fits = _scope(floor, params, needed=False)
    start, end = window(params, now_ms)
    rows = [c for c in account.closed.values() if fits(c.order.symbol) and start <= c.updated_ms <= end]
    rows.sort(key=_number, reverse=True)
    return page(
        rows, _number, closed_pnl_row, params, most=100, usual=50, always_cursor=_always_cursor(floor)
    )


def transaction_log(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """account/transaction-log, newest first: trades and fundings with the balance after each."""
    start, end = window(params, now_ms)
    wanted = params.text("type")
    found = (
        e
        for e in within(account.executions, lambda e: e.time_ms, start, end)
        if wanted in ("", "SETTLEMENT" if e.exec_type == "Funding" else "TRADE")
    )
    result = page(found, _number, log_row, params, most=50, usual=20, always_cursor=_always_cursor(floor))
    del result["category"]
    return result


def positions(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """position/list: by symbol every leg, flat ones too; by settleCoin only legs with a size."""
    del now_ms
    symbol, settle = params.text("symbol"), params.text("settleCoin")
    rows: list[tuple[Holding, Leg]]
    if symbol:
        holding = floor.holding(account, floor.listing(symbol))
        rows = [(holding, leg) for leg in holding.legs.values()]
    elif settle:
        holdings = account.holdings.values() if settle == "USDT" else ()
        rows = [(h, leg) for h in holdings for leg in h.legs.values() if leg.size]
    else:
        raise bad("params error: symbol or settleCoin is required")
    if floor.quirks.short_row_first:
        rows.sort(key=lambda row: (row[0].listing.symbol, -row[1].idx))
    else:
        rows.sort(key=lambda row: (row[0].listing.symbol, row[1].idx))
    numbered = [(len(rows) - n, *row) for n, row in enumerate(rows)]
    lacks = floor.quirks.closed_rows_lack_seq
    return page(
        numbered,
        lambda item: item[0],
        lambda item: rest_position_row(item[1], item[2], lacks_seq=lacks),
        params,
        most=200,
        usual=20,
        always_cursor=_always_cursor(floor),
    )


def wallet_balance(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """account/wallet-balance of the unified account."""
    del floor, now_ms
    params.choice("accountType", ("UNIFIED",))
    row = wallet_row(account)
    coins = params.text("coin")
    if coins and "USDT" not in coins.split(","):
        row["coin"] = []
    return {"list": [row]}


def account_info(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """account/info: a unified account with cross margin."""
    del account, params, now_ms
    return {
        "unifiedMarginStatus": 6,
        "marginMode": "REGULAR_MARGIN",
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
        "updatedTime": str(floor.started_ms),
        "dcpStatus": "OFF",
        "timeWindow": 10,
        "smpGroup": 0,
    }


def fee_rate(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """account/fee-rate: those of one symbol, or of every one."""
    del account, now_ms
    symbol = params.text("symbol")
    listings = [floor.listing(symbol)] if symbol else floor.listings.values()
    return {
        "list": [
            {
                "symbol": rules.symbol,
                "takerFeeRate": text(rules.taker_fee),
                "makerFeeRate": text(rules.maker_fee),
            }
            for rules in (listing.instrument for listing in listings)
        ]
    }


def api_key(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """user/query-api: what some clients read to learn the kind of account."""
    del floor, params, now_ms
    return {
        "id": "1",
        "note": account.name,
        "apiKey": "",
        "readOnly": 0,
        "secret": "",
        "permissions": {"ContractTrade": ["Order", "Position"], "Wallet": [], "Derivatives": []},
        "ips": ["*"],
        "type": 1,
        "unified": 0,
        "uta": 1,
        "userID": 1,
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
    }


def coin_info(floor: Floor, account: Account, params: Params, now_ms: int) -> Result:
    """asset/coin/query-info: USDT, which can neither be deposited nor withdrawn here."""
    del floor, account, params, now_ms
    return {"rows": [{"name": "USDT", "coin": "USDT", "remainAmount": "0", "chains": []}]}


def _number(item: Order | Execution | ClosedPnl) -> int:
    return item.no


def _always_cursor(floor: Floor) -> bool:
    return floor.quirks.cursor_on_last_page


def _named(account: Account, params: Params) -> list[Order] | None:
    """The orders of the id asked for (orderId wins); None where no id was given."""
    order_id, link_id = params.text("orderId"), params.text("orderLinkId")
    if order_id:
        found = account.orders.get(order_id)
        return [found] if found is not None else []
    if link_id:
        return account.links.get(link_id, [])
    return None


def _scope(floor: Floor, params: Params, *, needed: bool = True) -> Callable[[str], bool]:
    """A test on symbols from symbol > baseCoin > settleCoin."""
    symbol, base, settle = params.text("symbol"), params.text("baseCoin"), params.text("settleCoin")
    if symbol:
        floor.listing(symbol)
        return lambda each: each == symbol
    if base:
        return lambda each: each == f"{base}USDT"
    if settle:
        return lambda each: settle == "USDT"
    if needed:
        raise bad("params error: symbol, baseCoin or settleCoin is required")
    return lambda each: True
