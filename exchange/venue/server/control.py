"""``/control``: prices, funding and faults to order, and the books. For tests; off unless asked for.

POST /control/price   {"symbol", "price", "qty"?, "taker"?}
POST /control/mark    {"symbol", "price" or null}: hold the mark price there, or let it follow again
POST /control/funding {"symbol", "rate"}: book one funding now at this rate
POST /control/fault   {"fault": one of faults.FAULTS, …}, see ``Control.fault``
GET  /control/state   positions and open orders of every account, and what the audit finds
Replies are JSON; a request that makes no sense gets HTTP 400 with {"error"}.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from aiohttp import web

from exchange.venue.contract import Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.server.engine import Engine
from exchange.venue.server.faults import FAULTS, AnswerFault, Faults
from exchange.venue.server.routes import ROUTES
from exchange.venue.server.sockets import KINDS, Sockets
from exchange.venue.server.wire import WireError, decode

PLENTY = Decimal(1_000_000_000)
"""A print of this many coins fills whatever rests at better prices."""

TOPICS = ("order", "execution", "position", "wallet")
TRANSPORTS = ("trade", "rest")
Refuse = Callable[[int], Awaitable[None]]


class ControlError(ValueError):
    """A control request that makes no sense; ``str`` of it says why."""


class Control:
    """Serves ``/control/…``. ``refuse`` stops listening for so many ms."""

    def __init__(
        self,
        core: VenueCore,
        engine: Engine,
        sockets: Sockets,
        faults: Faults,
        refuse: Refuse,
        *,
        accounts: Sequence[str],
        symbols: Collection[str],
    ) -> None:
        self._core = core
        self._engine = engine
        self._sockets = sockets
        self._faults = faults
        self._refuse = refuse
        self._accounts = accounts
        self._symbols = symbols

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one control request."""
        actions = {
            ("POST", "price"): self.price,
            ("POST", "mark"): self.mark,
            ("POST", "funding"): self.funding,
            ("POST", "fault"): self.fault,
            ("GET", "state"): self.state,
        }
        action = actions.get((request.method, request.match_info["what"]))
        if action is None:
            return web.Response(status=404, text="404 page not found")
        try:
            result = await action(decode(await request.read() or b"{}"))
        except (ControlError, WireError) as error:
            return _json({"error": str(error)}, status=400)
        return _json(result)

    async def price(self, given: dict[str, Any]) -> dict[str, Any]:
        """Print one trade; ``qty`` is plenty unless given."""
        taker = given.get("taker", "Buy")
        if taker not in ("Buy", "Sell"):
            raise ControlError(f"taker {taker!r}: give Buy or Sell")
        qty = _above_zero(given, "qty") if "qty" in given else PLENTY
        price = _above_zero(given, "price")
        self._engine.print(Trade(symbol=self._symbol(given), price=price, qty=qty, taker=taker, market_ms=0))
        return {}

    async def mark(self, given: dict[str, Any]) -> dict[str, Any]:
        """Hold a symbol's mark price, or let it follow the last price again."""
        price = _above_zero(given, "price") if given.get("price") is not None else None
        self._core.set_mark(self._symbol(given), price, self._engine.catch_up())
        return {}

    async def funding(self, given: dict[str, Any]) -> dict[str, Any]:
        """Book one funding now."""
        symbol, rate = self._symbol(given), _number(given, "rate")
        self._core.set_funding_rate(symbol, rate)
        self._core.fund(symbol, self._engine.catch_up())
        self._engine.catch_up()
        return {}

    async def state(self, given: dict[str, Any]) -> dict[str, Any]:
        """What every account holds, as its own queries would say, and what doesn't add up."""
        now_ms = self._engine.catch_up()
        params = {"category": "linear", "settleCoin": "USDT"}

        def rows(op: str, account: str) -> Any:
            found: list[Any] = []
            cursor = ""
            while True:
                asked = {**params, "limit": "50", **({"cursor": cursor} if cursor else {})}
                result = self._core.request(account, op, asked, now_ms).result
                found += result["list"]
                if not result["list"] or result["nextPageCursor"] in ("", cursor):
                    return found
                cursor = result["nextPageCursor"]

        return {
            "positions": {account: rows("position.list", account) for account in self._accounts},
            "orders": {account: rows("order.realtime", account) for account in self._accounts},
            "audit": list(self._core.audit()),
        }

    async def fault(self, given: dict[str, Any]) -> dict[str, Any]:
        """Bring a fault about.

        drop_replies  transport (trade or rest), count (1): accepted order requests without a reply
        delay_topics  topics (all four), ms: private frames come late; 0 ends it
        cut           sockets (all three kinds), account (all), close_frame (false): end connections now
        refuse        ms: nobody can connect for so long
        answer        op, retCode (0), retMsg (""), http (200), count (1), after_acceptance (false): what
                      the next requests are told, carried out or not
        hold_acks     hold: true keeps back the replies to order requests, false lets them go
        """
        actions = {
            "drop_replies": self._drop_replies,
            "delay_topics": self._delay_topics,
            "cut": self._cut,
            "refuse": self._refuse_connections,
            "answer": self._answer,
            "hold_acks": self._hold_acks,
        }
        action = actions.get(given.get("fault", ""))
        if action is None:
            raise ControlError(f"fault {given.get('fault')!r}: give one of {', '.join(FAULTS)}")
        return await action(given)

    async def _drop_replies(self, given: dict[str, Any]) -> dict[str, Any]:
        transport = given.get("transport", "trade")
        if transport not in TRANSPORTS:
            raise ControlError(f"transport {transport!r}: give one of {', '.join(TRANSPORTS)}")
        self._faults.dropped[transport] = _count(given, "count", 1)
        return {}

    async def _delay_topics(self, given: dict[str, Any]) -> dict[str, Any]:
        for topic in _some_of(given, "topics", TOPICS):
            self._faults.delays_ms[topic] = _count(given, "ms")
        return {}

    async def _cut(self, given: dict[str, Any]) -> dict[str, Any]:
        account, close_frame = given.get("account", ""), given.get("close_frame", False) is True
        kinds = _some_of(given, "sockets", KINDS)
        return {"cut": await self._sockets.cut(kinds, account, close_frame=close_frame)}

    async def _refuse_connections(self, given: dict[str, Any]) -> dict[str, Any]:
        await self._refuse(_count(given, "ms"))
        return {}

    async def _answer(self, given: dict[str, Any]) -> dict[str, Any]:
        op = given.get("op")
        if op not in ROUTES:
            raise ControlError(f"op {op!r}: give an operation such as order.create")
        fault = AnswerFault(
            reply=Reply(ret_code=_count(given, "retCode", 0), ret_msg=str(given.get("retMsg", ""))),
            http=_count(given, "http", 200),
            after_acceptance=given.get("after_acceptance", False) is True,
        )
        self._faults.answers.setdefault(op, []).extend([fault] * _count(given, "count", 1))
        return {}

    async def _hold_acks(self, given: dict[str, Any]) -> dict[str, Any]:
        if given.get("hold") is True:
            self._faults.acks.clear()
        elif given.get("hold") is False:
            self._faults.acks.set()
            await asyncio.sleep(0)  # the replies kept back leave before this one
        else:
            raise ControlError("hold_acks needs hold: true or false")
        return {}

    def _symbol(self, given: dict[str, Any]) -> str:
        symbol = given.get("symbol")
        if not isinstance(symbol, str) or symbol not in self._symbols:
            raise ControlError(f"symbol {symbol!r}: give one of {', '.join(sorted(self._symbols))}")
        return symbol


def _number(given: dict[str, Any], name: str) -> Decimal:
    try:
        number = Decimal(str(given.get(name)))
    except InvalidOperation:
        raise ControlError(f"{name} {given.get(name)!r} is not a number") from None
    if not number.is_finite():
        raise ControlError(f"{name} {number} is not finite")
    return number


def _above_zero(given: dict[str, Any], name: str) -> Decimal:
    number = _number(given, name)
    if number <= 0:
        raise ControlError(f"{name} {number}: give more than 0")
    return number


def _count(given: dict[str, Any], name: str, default: int | None = None) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ControlError(f"{name} {value!r}: give a whole number of 0 or more")
    return value


def _some_of(given: dict[str, Any], name: str, all_of_them: Sequence[str]) -> list[str]:
    wanted = given.get(name, list(all_of_them))
    if not isinstance(wanted, list) or not all(one in all_of_them for one in wanted):
        raise ControlError(f"{name} {wanted!r}: give a list of {', '.join(all_of_them)}")
    return wanted


def _json(result: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(result), content_type="application/json")
