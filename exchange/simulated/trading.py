"""The trading socket's venue end: each message on its way there, each reply on its way back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from exchange.bybit.sockets import Owner
from exchange.clock import Clock
from exchange.simulated.damage import GARBAGE, damaged_envelope
from exchange.simulated.gate import Gate
from exchange.simulated.network import Fate, Network
from exchange.simulated.sockets import SimulatedSocket
from exchange.venue.contract import Reply
from exchange.venue.server.auth import Keyring
from exchange.venue.server.gateway import Answer
from exchange.venue.server.routes import Route
from exchange.venue.server.trading import TradingSession


class OrderSocket(SimulatedSocket):
    """A trading socket. Messages arrive in the order in which they were sent, but for slow ones."""

    line = "trading"

    def __init__(self, network: Network, owner: Owner, clock: Clock, account: str, gate: Gate) -> None:
        super().__init__(network, owner, clock)
        self._gate = gate
        self._session = TradingSession("simulated", keyring=Keyring(()), serve=self._serve, refuse=_unwritten)
        self._session.account = account
        self._fate = Fate("", 0, 0, carried=True)
        self._arrived_ms = 0

    def send(self, text: str) -> None:
        """An order request leaves; what has left arrives, unless it or its connection is lost."""
        network, now_ms = self.network, self.network.time.now_ms()
        fate = network.socket_fate()
        if fate.trouble == "lost_request":
            return
        due_ms = now_ms + fate.request_ms
        if fate.trouble != "slow_request":
            due_ms = self._arrived_ms = max(due_ms, self._arrived_ms)
        network.time.at(due_ms, partial(self._take_in, text, fate))

    def _take_in(self, text: str, fate: Fate) -> None:
        network, now_ms = self.network, self.network.time.now_ms()
        if self._is_lost_on_the_way():
            return
        self._fate = fate
        response = self._session.receive(text, now_ms, within_ip_limit=self._gate.takes(now_ms))
        if fate.trouble == "lost_reply":
            return
        message: dict[str, Any] | None = response.message
        self._gate.stale(Reply(ret_code=response.message["retCode"], ret_msg=""))
        if fate.trouble == "unreadable_reply":
            message = damaged_envelope("", response.message, network.chance)
        raw = GARBAGE.encode() if message is None else orjson.dumps(message)
        network.time.at(now_ms + fate.reply_ms, partial(self.tell, raw))

    def _is_lost_on_the_way(self) -> bool:
        """Whether a message was lost with its connection; what a process sent before its death arrives."""
        return (self.silent or self.ended) and not self.bereft and self.network.coin()

    def _serve(self, account: str, route: Route, params: Mapping[str, Any], now_ms: int) -> Answer:
        return self._gate.serve(account, route, params, self._fate, by_socket=True)

    def _welcome(self) -> Mapping[str, Any]:
        good = self._is_punctual()
        code, text = (0, "OK") if good else (10002, "expires is not after server_timestamp")
        return {"retCode": code, "retMsg": text, "op": "auth", "connId": "simulated"}


def _unwritten(op: str, data: Any, reply: Reply, now_ms: int, account: str) -> None:
    """Nobody writes down what was refused."""
