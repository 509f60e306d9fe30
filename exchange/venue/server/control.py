"""``/control``: prices, funding and faults to order, and the books. For tests; off unless asked for.

POST /control/price, /control/mark, /control/funding and /control/fault take what ``commands`` describes;
GET /control/state tells positions and open orders of every account, what the audit finds, and what a fault
keeps on its way; GET /control/dump is the whole venue, for ``VenueCore.restored``. Replies are JSON; a
request that makes no sense gets HTTP 400 with {"error"}.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson
from aiohttp import web

from exchange.venue.contract import Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.server import commands
from exchange.venue.server.commands import ControlError
from exchange.venue.server.engine import Engine
from exchange.venue.server.faults import AnswerFault, Faults
from exchange.venue.server.sockets import Sockets

Refuse = Callable[[int], Awaitable[None]]


class Control:
    """Serves ``/control/…``. ``refuse`` stops listening for so many ms; ``ticks`` in USDT by symbol."""

    def __init__(
        self,
        core: VenueCore,
        engine: Engine,
        sockets: Sockets,
        faults: Faults,
        refuse: Refuse,
        *,
        accounts: Sequence[str],
        ticks: Mapping[str, Decimal],
    ) -> None:
        self._core = core
        self._engine = engine
        self._sockets = sockets
        self._faults = faults
        self._refuse = refuse
        self._accounts = accounts
        self._ticks = ticks

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one control request."""
        what = request.match_info["what"]
        if (request.method, what) == ("GET", "state"):
            return _json(self.state())
        if (request.method, what) == ("GET", "dump"):
            self._engine.catch_up()
            return _json(self._core.dump())
        if request.method != "POST" or what not in ("price", "mark", "funding", "fault"):
            return web.Response(status=404, text="404 page not found")
        try:
            command = commands.read_command(what, await request.read())
            result = await self.inflict(command) if what == "fault" else self.move(command)
        except ControlError as error:
            return _json({"error": str(error)}, status=400)
        return _json(result)

    def move(self, command: commands.Price | commands.Mark | commands.Funding) -> dict[str, Any]:
        """Let the market do something."""
        symbol, tick = command.symbol, self._ticks.get(command.symbol)
        if tick is None:
            raise ControlError(f"symbol: {symbol!r} is not listed; give one of {', '.join(self._ticks)}")
        if isinstance(command, commands.Price):
            price, qty, taker = command.price, command.qty, command.taker
            if price % tick:
                raise ControlError(f"price: {price} is off the tick of {symbol}, {tick}")
            trade = Trade(symbol=symbol, price=price, qty=qty, taker=taker, market_ms=0)
            self._engine.print(trade)
            return {}
        now_ms = self._engine.catch_up()
        if isinstance(command, commands.Mark):
            self._core.set_mark(symbol, command.price, now_ms)
        else:
            self._core.set_funding_rate(symbol, command.rate)
            self._core.fund(symbol, now_ms)
        self._engine.catch_up()
        return {}

    def state(self) -> dict[str, Any]:
        """What every account holds, as its own queries would say, and what doesn't add up."""
        now_ms = self._engine.catch_up()
        return {
            "positions": {name: list(self._rows(name, "position.list", now_ms)) for name in self._accounts},
            "orders": {name: list(self._rows(name, "order.realtime", now_ms)) for name in self._accounts},
            "audit": list(self._core.audit()),
            "held": {"requests": self._faults.requests.waiting, "replies": self._faults.replies.waiting},
        }

    def _rows(self, account: str, op: str, now_ms: int) -> Iterator[Any]:
        """Every row of a paged query; its cursor may be there on the last page too."""
        params = {"category": "linear", "settleCoin": "USDT", "limit": "50"}
        seen = {""}
        while True:
            result = self._core.request(account, op, params, now_ms).result
            yield from result["list"]
            cursor = result["nextPageCursor"]
            if not result["list"] or cursor in seen:
                return
            seen.add(cursor)
            params = {**params, "cursor": cursor}

    async def inflict(self, command: Any) -> dict[str, Any]:
        """Bring one of ``commands.Fault`` about."""
        faults = self._faults
        match command:
            case commands.DropReplies():
                faults.dropped[command.transport] = command.count
            case commands.DelayTopics():
                faults.delays_ms.update(dict.fromkeys(command.topics, command.ms))
            case commands.Cut():
                cut = await self._sockets.cut(
                    command.sockets, command.account, close_frame=command.close_frame
                )
                return {"cut": cut}
            case commands.Refuse():
                await self._refuse(command.ms)
            case commands.Answer():
                reply = Reply(ret_code=command.ret_code, ret_msg=command.ret_msg)
                fault = AnswerFault(reply=reply, http=command.http, after_acceptance=command.after_acceptance)
                faults.answers.setdefault(command.op, []).extend([fault] * command.count)
            case commands.HoldAcks(hold=True):
                faults.acks.clear()
            case commands.HoldAcks():
                faults.acks.set()
                await asyncio.sleep(0)  # the replies kept back leave before this one
            case commands.Hold():
                gate = faults.requests if command.fault == "hold_requests" else faults.replies
                for op in command.ops:
                    (gate.shut if command.hold else gate.open)(op)
            case commands.ShutOut():
                change = faults.shut_out.update if command.hold else faults.shut_out.difference_update
                change(command.sockets)
            case commands.Clear():
                faults.clear()
        return {}


def _json(result: dict[str, Any], *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(result), content_type="application/json")
