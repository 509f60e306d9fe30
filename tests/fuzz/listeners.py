"""The client's three connections without a network: a far end that greets, and all that the owner hears."""

from __future__ import annotations

from typing import Any, cast

import orjson

from exchange.bybit.sockets import Owner, Socket
from exchange.bybit.streams import BybitPrivateStream, BybitPublicStream
from exchange.bybit.trading import BybitTradingSocket
from exchange.errors import ProtocolError
from messages.account import StreamEvent
from messages.market import Price
from messages.orders import OrdersAnswered, SendOrders
from tests.fuzz.replies import CLOCK, ENDPOINTS, KEYS
from tests.simulated.desk import SYMBOL


class FarEnd:
    """Says yes to authentication and subscriptions, and nothing else."""

    reading = True
    heard_ms = CLOCK.now_ms()

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._say({"op": "auth", "success": True, "retCode": 0})

    def send(self, text: str) -> None:
        message = orjson.loads(text)
        if message.get("op") == "subscribe":
            self._say({"op": "subscribe", "success": True, "req_id": message["req_id"]})

    def shut(self) -> None:
        pass

    def _say(self, frame: dict[str, Any]) -> None:
        self._owner.on_frame(orjson.dumps(frame), 1)


class Listener:
    """A bot's ears: ``events``, ``prices``, ``answers``, and the ``problems`` after which it syncs."""

    def __init__(self) -> None:
        self.events: list[StreamEvent] = []
        self.prices: list[Price] = []
        self.answers: list[OrdersAnswered] = []
        self.problems: list[ProtocolError] = []
        self.private = BybitPrivateStream(ENDPOINTS, KEYS, CLOCK, self.problems.append)
        self.public = BybitPublicStream(ENDPOINTS, CLOCK, self.problems.append)
        self.trading = BybitTradingSocket(ENDPOINTS, KEYS, CLOCK, self.problems.append)
        for connection in (self.private, self.public, self.trading):
            connection._dial = lambda owner: cast(Socket, FarEnd(owner))
        self.private.open(self._heard, _lost)
        self.public.open((SYMBOL,), self.prices.append, _lost)
        self.trading.open(self.answers.append, _lost)

    def send(self, orders: SendOrders) -> None:
        """Have a request in flight."""
        self.trading.send(orders)

    def told(self) -> int:
        """How much has been heard of any kind."""
        return len(self.events) + len(self.prices) + len(self.answers) + len(self.problems)

    def _heard(self, events: tuple[StreamEvent, ...], received_ns: int) -> None:
        self.events += events


def _lost(reason: str) -> None:
    raise AssertionError(f"a frame has ended a connection: {reason}")
