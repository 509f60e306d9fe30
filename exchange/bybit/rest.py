"""The port Rest over pybit: one session, used by one thread; reads page themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from exchange.bybit import decode_rest
from exchange.bybit.codes import error
from exchange.bybit.decode_orders import all_alike, decode_answer, outcome_of
from exchange.bybit.decode_private import legs_of
from exchange.bybit.encode import POSITION_IDX, operation, plain, request_params
from exchange.bybit.endpoints import Endpoints
from exchange.bybit.fields import Fields, shown
from exchange.bybit.http import Reply, Session
from exchange.bybit.keys import Keys
from exchange.bybit.reads import SETTLE_COIN, WEEK_MS, Reads, pages, result_of
from exchange.bybit.rows import NO_LEGS, wallet
from exchange.clock import Clock
from exchange.errors import ExchangeError, ProtocolError, Refused
from exchange.ports import Rest
from messages import requests as ask
from messages.account import AccountInfo, OrderRow, Wallet
from messages.orders import OrdersAnswered, SendOrders

_HEDGE: Final = 3
#: As many calls as the whole list of risk limits has pages at Bybit (15 symbols on each).
_FEW_SYMBOLS: Final = 40


class BybitRest(Rest):
    """REST over one session. ``clock`` stamps requests: give it the exchange's time.

    ``session``: another one than the usual, for a dry run, which answers for the exchange itself.
    """

    def __init__(
        self, endpoints: Endpoints, keys: Keys, clock: Clock, session: Session | None = None
    ) -> None:
        self._clock = clock
        self._session = session = session or Session(endpoints, keys, clock)
        self._reads = Reads(session)
        self._snapshots = Reads(session, skip_unreadable=True)
        self._calls: dict[type, Callable[[Any], ask.Answer]] = {
            ask.ReadServerTime: self._server_time,
            ask.ReadInstruments: self._instruments,
            ask.ReadPrices: self._prices,
            ask.ReadFees: self._fees,
            ask.ReadAccount: self._account,
            ask.ReadWallet: self._wallet,
            ask.SwitchToHedge: self._switch_to_hedge,
            ask.SetLeverage: self._set_leverage,
            ask.SetTradingStop: self._set_trading_stop,
            ask.LookUpOrder: self._look_up,
            ask.ReadLegs: self._legs,
            ask.ReadSnapshot: self._snapshot,
            ask.ReadExecutions: self._executions,
        }
        self._senders: dict[str, Callable[..., Reply]] = {
            "order.create": session.place_order,
            "order.amend": session.amend_order,
            "order.cancel": session.cancel_order,
            "order.create-batch": session.place_batch_order,
            "order.amend-batch": session.amend_batch_order,
            "order.cancel-batch": session.cancel_batch_order,
        }

    def call(self, request: ask.Request) -> ask.Answer:
        """Carry out one read or setting; raises ExchangeError, nothing else."""
        return self._calls[type(request)](request)

    def send(self, orders: SendOrders) -> OrdersAnswered:
        """Send orders, stamped as ``orders`` says; every failure of the exchange is in the answers."""
        params = request_params(orders)
        self._session.signed_as(orders.timestamp_ms, orders.recv_window_ms)
        try:
            reply = self._senders[operation(orders)](**params)
            return decode_answer(orders, reply.body, reply.headers, self._clock.now_ms())
        except ExchangeError as failure:
            now_ms = self._clock.now_ms()
            return all_alike(orders, outcome_of(failure), failure.code, str(failure), now_ms)

    def close(self) -> None:
        """Release the session."""
        self._session.client.close()

    def _server_time(self, _: ask.ReadServerTime) -> ask.ServerTime:
        return ask.ServerTime(server_ms=self._reads.server_ms())

    def _instruments(self, request: ask.ReadInstruments) -> ask.Instruments:
        rows = pages(self._session.get_instruments_info, "market/instruments-info", limit=1000)
        found = {row.text("symbol"): row for row in rows if row.text("symbol") in request.symbols}
        limits = self._risk_limits(tuple(found))
        return ask.Instruments(
            instruments=tuple(
                decode_rest.instrument(found[symbol], decode_rest.risk_tiers(limits[symbol]))
                for symbol in request.symbols
                if symbol in found
            )
        )

    def _risk_limits(self, symbols: tuple[str, ...]) -> dict[str, list[Fields]]:
        """The tiers of each symbol: a call for each of a few, of many all pages of the whole list."""
        call, place = self._session.get_risk_limit, "market/risk-limit"
        if len(symbols) <= _FEW_SYMBOLS:
            return {symbol: list(pages(call, place, symbol=symbol)) for symbol in symbols}
        found: dict[str, list[Fields]] = {symbol: [] for symbol in symbols}
        for row in pages(call, place):
            if (symbol := row.text("symbol")) in found:
                found[symbol].append(row)
        return found

    def _prices(self, request: ask.ReadPrices) -> ask.Prices:
        reply = self._session.get_tickers(category="linear")
        rows = result_of(reply, "market/tickers").items("list")
        at_ms = Fields(reply.body, "market/tickers").time_ms("time")
        wanted = [row for row in rows if row.text("symbol") in request.symbols]
        return ask.Prices(prices=tuple(decode_rest.price(row, at_ms) for row in wanted))

    def _fees(self, request: ask.ReadFees) -> ask.Fees:
        one = {"symbol": request.symbols[0]} if len(request.symbols) == 1 else {}
        rows = pages(self._session.get_fee_rates, "account/fee-rate", **one)
        wanted = [row for row in rows if row.text("symbol") in request.symbols]
        return ask.Fees(fees=tuple(decode_rest.fee_rates(row) for row in wanted))

    def _account(self, _: ask.ReadAccount) -> AccountInfo:
        return decode_rest.account_info(result_of(self._session.get_account_info(), "account/info"))

    def _wallet(self, _: ask.ReadWallet) -> Wallet:
        reply = self._session.get_wallet_balance(accountType="UNIFIED")
        rows = result_of(reply, "account/wallet-balance").items("list")
        if not rows:
            raise ProtocolError(
                "account/wallet-balance: no unified account in the reply: upgrade it at Bybit"
            )
        return wallet(rows[0], Fields(reply.body, "account/wallet-balance").time_ms("time"))

    def _switch_to_hedge(self, request: ask.SwitchToHedge) -> ask.Done:
        which = {"symbol": request.symbol} if request.symbol else {"coin": SETTLE_COIN}
        reply = self._session.switch_position_mode(category="linear", mode=_HEDGE, **which)
        return _done(reply, "position/switch-mode")

    def _set_leverage(self, request: ask.SetLeverage) -> ask.Done:
        leverage = plain(request.leverage)
        reply = self._session.set_leverage(
            category="linear", symbol=request.symbol, buyLeverage=leverage, sellLeverage=leverage
        )
        return _done(reply, "position/set-leverage")

    def _set_trading_stop(self, request: ask.SetTradingStop) -> ask.Done:
        levels = {"takeProfit": request.take_profit, "stopLoss": request.stop_loss}
        reply = self._session.set_trading_stop(
            category="linear",
            symbol=request.symbol,
            positionIdx=POSITION_IDX[request.leg],
            tpslMode="Full",
            tpTriggerBy="LastPrice",
            slTriggerBy="MarkPrice",
            **{name: plain(level) for name, level in levels.items() if level is not None},
        )
        return _done(reply, "position/trading-stop")

    def _look_up(self, request: ask.LookUpOrder) -> ask.OrderLookUp:
        server_ms = self._reads.server_ms()
        by_id = {"symbol": request.symbol, "orderLinkId": request.order_link_id}
        rows = self._reads.open_orders(**by_id) or self._reads.order_history(**by_id)
        positions = self._reads.positions(symbol=request.symbol)
        executions = self._reads.executions(legs_of(rows), **by_id)
        return ask.OrderLookUp(
            symbol=request.symbol,
            order_link_id=request.order_link_id,
            order=_only(rows, request.order_link_id),
            positions=positions,
            executions=executions,
            server_ms=server_ms,
        )

    def _legs(self, request: ask.ReadLegs) -> ask.LegsRead:
        server_ms = self._reads.server_ms()
        positions = self._reads.positions(symbol=request.symbol)
        executions = self._reads.executions_since(request.since_ms, server_ms, NO_LEGS, symbol=request.symbol)
        return ask.LegsRead(
            symbol=request.symbol, positions=positions, executions=executions, server_ms=server_ms
        )

    def _snapshot(self, request: ask.ReadSnapshot) -> ask.Snapshot:
        left_out_before = self._snapshots.left_out
        server_ms = self._snapshots.server_ms()
        positions = self._snapshots.positions(settleCoin=SETTLE_COIN)
        orders = self._snapshots.open_orders(settleCoin=SETTLE_COIN)
        executions = self._snapshots.executions_since(
            request.since_ms, server_ms, legs_of(orders), settleCoin=SETTLE_COIN
        )
        return ask.Snapshot(
            positions=positions,
            orders=tuple(order for order in orders if not order.status.ended),
            executions=executions,
            server_ms=server_ms,
            left_out=self._snapshots.left_out - left_out_before,
        )

    def _executions(self, request: ask.ReadExecutions) -> ask.Executions:
        if not 0 <= request.end_ms - request.start_ms <= WEEK_MS:
            window = f"{request.start_ms} to {request.end_ms} ms"
            raise Refused(f"execution/list: {window} is no window of at most 7 days: ask week by week")
        query: dict[str, Any] = {"startTime": request.start_ms, "endTime": request.end_ms}
        query |= {"settleCoin": SETTLE_COIN} if request.symbol is None else {"symbol": request.symbol}
        return ask.Executions(executions=self._reads.executions(NO_LEGS, **query))


def _done(reply: Reply, place: str) -> ask.Done:
    """Done, or the retCode's error; that it was so already is Done too."""
    envelope = Fields(reply.body, place)
    failure = error(envelope.integer("retCode"), envelope.text("retMsg", ""), changes=True)
    if failure is not None:
        raise failure
    return ask.Done()


def _only(rows: tuple[OrderRow, ...], order_link_id: str) -> OrderRow | None:
    """The order of this id, the newest if the exchange gave it twice. Another order proves nothing."""
    for row in rows:
        if row.order_link_id != order_link_id:
            raise ProtocolError(
                f"order look-up: orderLinkId is {shown(row.order_link_id)}, {order_link_id} as asked for "
                "expected; the reply is left out: it is asked again"
            )
    return max(rows, key=lambda row: row.created_ms, default=None)
