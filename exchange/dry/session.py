"""The REST session of a dry run: public reads and the account's set-up are real, all else is simulated."""

from __future__ import annotations

from typing import Any, Final

from exchange.bybit.endpoints import Endpoints
from exchange.bybit.http import Reply, Session
from exchange.bybit.keys import Keys
from exchange.clock import Clock
from exchange.dry.account import SimulatedAccount
from exchange.venue.contract import Reply as VenueReply

#: What the real exchange is asked: GETs that tell nothing of its account's orders, positions and money.
REAL: Final = frozenset(
    {
        "market.time",
        "market.instruments-info",
        "market.risk-limit",
        "market.tickers",
        "account.info",
        "account.fee-rate",
    }
)


def envelope(reply: VenueReply, now_ms: int) -> dict[str, Any]:
    """A reply of the core as REST and the trading socket would bring it."""
    return {
        "retCode": reply.ret_code,
        "retMsg": reply.ret_msg,
        "result": reply.result,
        "retExtInfo": reply.ret_ext_info,
        "time": now_ms,
    }


class DrySession(Session):
    """pybit's session with the one door to the network kept: only ``REAL`` goes through it."""

    def __init__(self, endpoints: Endpoints, keys: Keys, clock: Clock, account: SimulatedAccount) -> None:
        super().__init__(endpoints, keys, clock)
        self._account = account

    def _submit_request(
        self, method: str = "", path: str = "", query: dict[str, Any] | None = None, auth: bool = False
    ) -> Reply:
        op = path.removeprefix(f"{self.endpoint}/v5/").replace("/", ".")
        if op != "market.time":  # the clock comes first: requests of the beginning are stamped by it
            self._account.ready()  # what can't begin says so at the first request
        if method == "GET" and op in REAL:
            return super()._submit_request(method=method, path=path, query=query, auth=auth)
        self._stamp = None  # it was meant for this request, which nobody signs
        serve = self._account.ask if method == "GET" else self._account.change
        reply = serve(op, query or {})
        return Reply(body=envelope(reply, self._account.now_ms()), headers={})
