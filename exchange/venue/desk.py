"""The one place where requests enter: from an operation's name to its reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from exchange.venue import changes, entry, market_queries, queries, settings
from exchange.venue.contract import Reply
from exchange.venue.floor import Floor
from exchange.venue.params import Params
from exchange.venue.records import Account, Order
from exchange.venue.refusals import Refusal, bad

Result = dict[str, Any]
BATCH_ITEMS = 20

PUBLIC: Mapping[str, Callable[[Floor, Params, int], Result]] = {
    "market.time": market_queries.server_time,
    "market.instruments-info": market_queries.instruments_info,
    "market.tickers": market_queries.tickers,
    "market.kline": market_queries.kline,
    "market.price-limit": market_queries.price_limit,
    "market.risk-limit": market_queries.risk_limit,
    "market.recent-trade": market_queries.recent_trades,
    "market.orderbook": market_queries.orderbook,
}

PRIVATE: Mapping[str, Callable[[Floor, Account, Params, int], Result]] = {
    "position.list": queries.positions,
    "position.closed-pnl": queries.closed_pnl,
    "position.switch-mode": settings.switch_mode,
    "position.set-leverage": settings.set_leverage,
    "position.trading-stop": settings.trading_stop,
    "order.realtime": queries.realtime,
    "order.history": queries.history,
    "execution.list": queries.executions,
    "account.wallet-balance": queries.wallet_balance,
    "account.info": queries.account_info,
    "account.fee-rate": queries.fee_rate,
    "account.transaction-log": queries.transaction_log,
    "account.set-limit-px-action": settings.set_limit_action,
    "user.query-api": queries.api_key,
    "asset.coin.query-info": queries.coin_info,
}

ORDERS: Mapping[str, Callable[[Floor, Account, Params, int], Order]] = {
    "order.create": entry.create,
    "order.amend": changes.amend,
    "order.cancel": changes.cancel,
}

BATCHES = {f"{op}-batch": op for op in ORDERS}
OPERATIONS = frozenset({*PUBLIC, *PRIVATE, *ORDERS, *BATCHES, "order.cancel-all"})
ANY_CATEGORY = frozenset(
    {
        "market.time",
        "market.instruments-info",
        "account.wallet-balance",
        "account.info",
        "account.set-limit-px-action",
        "account.transaction-log",
        "user.query-api",
        "asset.coin.query-info",
    }
)


class Desk:
    """Serves requests on a floor; a refusal becomes a reply, never an exception."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    def serve(self, account: str, op: str, params: Mapping[str, Any], now_ms: int) -> Reply:
        """Answer one request; the account must be one of the floor's, or "" for public operations."""
        try:
            return self._answer(account, op, Params(params), now_ms)
        except Refusal as refusal:
            return Reply(ret_code=refusal.code, ret_msg=refusal.message)

    def _answer(self, name: str, op: str, params: Params, now_ms: int) -> Reply:
        if op not in OPERATIONS:
            raise bad(f"params error: there is no operation {op} at this venue")
        if op not in ANY_CATEGORY and params.text("category", "linear") != "linear":
            raise bad("params error: only category linear is traded at this venue")
        if op in PUBLIC:
            return _ok(PUBLIC[op](self._floor, params, now_ms))
        if not name:
            raise bad(f"params error: {op} needs an account")
        account = self._floor.accounts[name]
        if op in PRIVATE:
            return _ok(PRIVATE[op](self._floor, account, params, now_ms))
        if op in ORDERS:
            return _ok(_ids(ORDERS[op](self._floor, account, params, now_ms)))
        if op in BATCHES:
            return self._batch(account, BATCHES[op], params, now_ms)
        orders = changes.cancel_all(self._floor, account, params, now_ms)
        return _ok({"list": [_ids(order) for order in orders], "success": "1"})

    def _batch(self, account: Account, op: str, params: Params, now_ms: int) -> Reply:
        """Each item succeeds or fails on its own; retCode is 0 all the same."""
        rows: list[Result] = []
        codes: list[Result] = []
        for item in params.items("request", BATCH_ITEMS):
            row: Result = {"category": "linear", "symbol": "", "orderId": "", "orderLinkId": ""}
            try:
                row["orderLinkId"] = item.text("orderLinkId")
                row["symbol"] = item.text("symbol")
                row |= _ids(ORDERS[op](self._floor, account, item, now_ms))
                created = str(now_ms)
                codes.append({"code": 0, "msg": "OK"})
            except Refusal as refusal:
                created = ""
                codes.append({"code": refusal.code, "msg": refusal.message})
            if op == "order.create":
                row["createAt"] = created
            rows.append(row)
        return Reply(ret_code=0, ret_msg="OK", result={"list": rows}, ret_ext_info={"list": codes})


def _ids(order: Order) -> Result:
    return {"orderId": order.order_id, "orderLinkId": order.link_id}


def _ok(result: Result) -> Reply:
    return Reply(ret_code=0, ret_msg="OK", result=result)
