"""The private and the public stream's sockets: what is subscribed, what is sent, what arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, Final

import orjson

from exchange.bybit.decode_public import TICKERS
from exchange.bybit.sockets import Owner
from exchange.clock import Clock
from exchange.simulated.damage import GARBAGE, damaged_push
from exchange.simulated.network import Network
from exchange.simulated.sockets import SimulatedSocket
from exchange.venue.contract import PrivatePush
from exchange.venue.server.wire import private_frame

#: A ticker is sent so often at most.
TICKER_EVERY_MS: Final = 100


class StreamSocket(SimulatedSocket):
    """What both streams share: the acknowledged subscription."""

    def send(self, text: str) -> None:
        """Subscribe. Frames may come before the acknowledgement."""
        message = orjson.loads(text)
        if message["op"] != "subscribe":
            return
        self.network.time.sleep(self.network.between(self.network.weather.request_ms))
        if not self.ended and not self.silent:
            self._subscribe(message["args"])
        reply = {"success": True, "ret_msg": "", "conn_id": "simulated", "op": "subscribe"}
        self._answer({**reply, "req_id": message["req_id"]})

    def _subscribe(self, topics: Sequence[str]) -> None:
        raise NotImplementedError

    def _welcome(self) -> Mapping[str, Any]:
        good = self._is_punctual()
        text = "" if good else "error:expires is not after server_timestamp,code:10002"
        return {"success": good, "ret_msg": text, "conn_id": "simulated", "op": "auth"}


class PrivateSocket(StreamSocket):
    """An account's stream. ``history``: executions of late, which a reconnection may bring once more.

    ``on_delivered`` are shown each frame that the client can read, when it arrives.
    """

    line = "private"

    def __init__(
        self,
        network: Network,
        owner: Owner,
        clock: Clock,
        account: str,
        history: Iterable[PrivatePush],
        on_delivered: Iterable[Callable[[PrivatePush], object]],
    ) -> None:
        super().__init__(network, owner, clock)
        self._account, self._history, self._on_delivered = account, history, on_delivered
        self._subscribed = False

    def push(self, push: PrivatePush) -> None:
        """Send a frame on its way, if anybody listens."""
        if push.account == self._account and self._subscribed and not self.silent:
            self.send_frame(push.topic, partial(self._deliver, push))

    def _subscribe(self, topics: Sequence[str]) -> None:
        self._subscribed = True
        replayed = [push for push in self._history if push.account == self._account]
        if replayed and self.network.happens("replayed", self.network.weather.replayed):
            for push in replayed:
                self.push(push)

    def _deliver(self, push: PrivatePush, trouble: str) -> None:
        if trouble == "unreadable_frame":
            damaged = damaged_push(push, self.network.chance)
            if damaged is None:
                self.tell(GARBAGE)
                return
            readable = [row for row, whole in zip(damaged.data, push.data, strict=True) if row is whole]
            self._show(replace(push, data=readable))
            push = damaged
        else:
            self._show(push)
        self.tell(orjson.dumps(private_frame(push, push.topic, f"{push.account}_{push.at_ms}")))

    def _show(self, push: PrivatePush) -> None:
        if push.data:
            for watch in self._on_delivered:
                watch(push)


class PublicSocket(StreamSocket):
    """The market's stream. ``prices`` gives a symbol's last and mark price, as far as there are any."""

    line = "public"

    def __init__(
        self, network: Network, owner: Owner, clock: Clock, prices: Mapping[str, tuple[Decimal, Decimal]]
    ) -> None:
        super().__init__(network, owner, clock)
        self._prices = prices
        self._symbols: set[str] = set()

    def price(self, symbol: str) -> None:
        """Send a symbol's ticker as it is now, if it is listened to."""
        if symbol in self._symbols and not self.silent:
            last, mark = self._prices[symbol]
            at_ms = self.network.time.now_ms()
            data = {"symbol": symbol, "lastPrice": f"{last:f}", "markPrice": f"{mark:f}"}
            topic = f"{TICKERS}{symbol}"
            frame = {"topic": topic, "type": "delta", "ts": at_ms, "cs": at_ms, "data": data}
            self.send_frame(topic, partial(self._deliver, frame))

    def _subscribe(self, topics: Sequence[str]) -> None:
        symbols = [topic.removeprefix(TICKERS) for topic in topics]
        self._symbols.update(symbols)
        for symbol in symbols:
            if symbol in self._prices:
                self.price(symbol)

    def _deliver(self, frame: Mapping[str, Any], trouble: str) -> None:
        if trouble == "unreadable_frame":
            if self.network.coin():
                self.tell(GARBAGE)
                return
            frame = {**frame, "data": {**frame["data"], "lastPrice": "?"}}
        self.tell(orjson.dumps(frame))


class Tickers:
    """When which prices are sent: after a print a moment later, one frame in 100 ms at most."""

    def __init__(self, network: Network) -> None:
        self.prices: dict[str, tuple[Decimal, Decimal]] = {}
        self._network = network
        self._due_ms: dict[str, int] = {}
        self._pending: set[str] = set()

    def note(self, symbol: str, last: Decimal, mark: Decimal) -> None:
        """Take in a price."""
        self.prices[symbol] = (last, mark)
        if symbol in self._pending:
            return
        self._pending.add(symbol)
        due_ms = max(self._network.time.now_ms(), self._due_ms.get(symbol, 0))
        self._due_ms[symbol] = due_ms + TICKER_EVERY_MS
        self._network.time.at(due_ms, partial(self._send, symbol))

    def _send(self, symbol: str) -> None:
        self._pending.discard(symbol)
        for line in self._network.lines:
            line.price(symbol)
