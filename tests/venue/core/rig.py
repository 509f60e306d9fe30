"""A venue core with a hand on its clock: what the tests of the core share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from exchange.venue.contract import Core, PrivatePush, Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.quirks import Quirks
from exchange.venue.records import AccountSpec

START_MS = 1_760_000_000_000
PLAIN = Quirks()


def calm(**changes: Any) -> Quirks:
    """The gentle quirks, with some changed."""
    return replace(PLAIN, **changes)


class Rig:
    """One account "a" in hedge mode and one, "b", in one-way mode, on SOLUSDT at 150."""

    def __init__(self, quirks: Quirks | None = PLAIN, *, seed: int = 1, balance: str = "10000") -> None:
        self.venue = VenueCore(
            seed=seed,
            now_ms=START_MS,
            instruments=default_instruments(),
            accounts=[
                AccountSpec(name="a", hedge=True, balance_usdt=Decimal(balance)),
                AccountSpec(name="b", balance_usdt=Decimal(balance)),
            ],
            quirks=quirks,
        )
        self.core: Core = self.venue
        self.now_ms = START_MS
        self.frames: list[PrivatePush] = []
        self.trade("150.00")

    def trade(self, price: str, qty: str = "1000", taker: str = "Buy", symbol: str = "SOLUSDT") -> None:
        """One print, then time for its outcome to be pushed."""
        print_ = Trade(symbol=symbol, price=Decimal(price), qty=Decimal(qty), taker=taker, market_ms=0)
        self.core.trade(print_, self.now_ms)
        self.wait()

    def ask(self, op: str, account: str = "a", **params: Any) -> Reply:
        """One request about linear SOLUSDT, without waiting for its outcome."""
        return self.core.request(
            account, op, {"category": "linear", "symbol": "SOLUSDT", **params}, self.now_ms
        )

    def do(self, op: str, account: str = "a", **params: Any) -> Reply:
        """One request that must be accepted, with its outcome."""
        reply = self.ask(op, account, **params)
        assert reply.ret_code == 0, reply
        self.wait()
        return reply

    def order(self, side: str, idx: int, qty: str, price: str = "", account: str = "a", **more: Any) -> str:
        """A limit order, or a market order where there is no price; its orderId."""
        kind = {"orderType": "Limit", "price": price} if price else {"orderType": "Market"}
        params = {"side": side, "positionIdx": idx, "qty": qty, **kind, **more}
        return str(self.do("order.create", account, **params).result["orderId"])

    def wait(self, ms: int = 50) -> list[PrivatePush]:
        """Let time pass; the frames that came."""
        self.now_ms += ms
        came = [f for f in self.core.advance(self.now_ms) if isinstance(f, PrivatePush)]
        self.frames += came
        return came

    def rows(self, topic: str, **match: Any) -> list[dict[str, Any]]:
        """Every record pushed so far on a topic that has these values."""
        every = [dict(row) for frame in self.frames if frame.topic == topic for row in frame.data]
        return [row for row in every if all(row[name] == value for name, value in match.items())]

    def list(self, op: str, account: str = "a", **params: Any) -> Sequence[Any]:
        """The list that a query answers with."""
        found: Sequence[Any] = self.do(op, account, **params).result["list"]
        return found

    def found(self, order_id: str, account: str = "a") -> dict[str, Any]:
        """An order as realtime shows it."""
        return dict(self.list("order.realtime", account, orderId=order_id)[0])

    def leg(self, idx: int, account: str = "a") -> dict[str, Any]:
        rows = self.list("position.list", account)
        return dict(next(row for row in rows if row["positionIdx"] == idx))

    def wallet(self, account: str = "a") -> dict[str, Any]:
        return dict(self.list("account.wallet-balance", account, accountType="UNIFIED")[0])
