"""What is said on a stream: auth, subscribe, unsubscribe, ping. The protocol without its sockets.

A session takes a client's text and gives the reply; the shell that owns the socket sends it. Two kinds:
private streams (``order``, ``execution``, ``execution.fast``, ``position``, ``wallet``, the first four also
as ``.linear``) and public ones (``tickers.SYMBOL``, ``publicTrade.SYMBOL``, ``kline.1.SYMBOL``).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from exchange.venue.server.auth import AuthError, Keyring
from exchange.venue.server.wire import WireError, decode

LINEAR_TOO = ("order", "execution", "execution.fast", "position")
PRIVATE_TOPICS = frozenset((*LINEAR_TOO, "wallet", *(f"{topic}.linear" for topic in LINEAR_TOO)))
PUBLIC_KINDS = ("tickers", "publicTrade", "kline.1")
MOST_ARGUMENT_CHARACTERS = 21_000


class StreamSession:
    """One client's side of a stream. ``keyring`` is None on a public stream, which knows no accounts."""

    def __init__(self, conn_id: str, *, keyring: Keyring | None, symbols: Collection[str] = ()) -> None:
        self.conn_id = conn_id
        self.account = ""
        self.topics: set[str] = set()
        self._keyring = keyring
        self._symbols = frozenset(symbols)

    @property
    def is_private(self) -> bool:
        return self._keyring is not None

    def receive(self, text: str, now_ms: int) -> dict[str, Any]:
        """Answer one message; afterwards ``account`` and ``topics`` say what the client listens to."""
        try:
            message = decode(text)
        except WireError as error:
            return self._failed({}, "", f"error:{error}")
        op = message.get("op")
        if op == "ping":
            return self._pong(message, now_ms)
        if op == "auth" and self._keyring is not None:
            return self._auth(message, self._keyring, now_ms)
        if op not in ("subscribe", "unsubscribe"):
            return self._failed(message, op, "error:invalid op")
        args = message.get("args")
        if not isinstance(args, list) or not args or not all(isinstance(arg, str) for arg in args):
            return self._failed(message, op, "error:args must be a list of topics")
        if problem := self._problem(op, args):
            return self._failed(message, op, f"error:{problem}")
        if op == "subscribe":
            self.topics.update(args)
        else:
            self.topics.difference_update(args)
        return self._said(message, op, "")

    def _auth(self, message: dict[str, Any], keyring: Keyring, now_ms: int) -> dict[str, Any]:
        if self.account:
            return self._failed(message, "auth", "error:repeat auth,code:20001")
        try:
            self.account = keyring.check_socket(message.get("args"), now_ms)
        except AuthError as error:
            return self._failed(message, "auth", f"error:{error.message},code:{error.code}")
        return self._said(message, "auth", "")

    def _problem(self, op: str, topics: list[str]) -> str:
        """Why none of ``topics`` can be had (or given up); empty if all can."""
        if self.is_private and not self.account:
            return "Request not authorized"
        for topic in topics:
            if not self._exists(topic):
                return f"handler not found,topic:{topic}"
            if op == "subscribe" and topic in self.topics:
                return f"already subscribed,topic:{topic}"
            if op == "unsubscribe" and topic not in self.topics:
                return f"not subscribed,topic:{topic}"
        if len(set(topics)) < len(topics):
            return "already subscribed,topic named twice"
        if self.is_private:
            both = [topic for topic in LINEAR_TOO if topic in topics and f"{topic}.linear" in topics]
            return f"topic conflict,topic:{both[0]} and {both[0]}.linear" if both else ""
        characters = sum(len(topic) for topic in self.topics.union(topics))
        return "args_length out of range" if characters > MOST_ARGUMENT_CHARACTERS else ""

    def _exists(self, topic: str) -> bool:
        if self.is_private:
            return topic in PRIVATE_TOPICS
        kind, _, symbol = topic.rpartition(".")
        return kind in PUBLIC_KINDS and symbol in self._symbols

    def _pong(self, message: dict[str, Any], now_ms: int) -> dict[str, Any]:
        if not self.is_private:
            return self._said(message, "ping", "pong")
        pong = {"op": "pong", "args": [str(now_ms)], "conn_id": self.conn_id}
        return {**_echo(message), **pong}

    def _said(self, message: dict[str, Any], op: Any, text: str, *, success: bool = True) -> dict[str, Any]:
        reply = {"success": success, "ret_msg": text, "conn_id": self.conn_id, "op": op}
        return {**reply, **_echo(message)}

    def _failed(self, message: dict[str, Any], op: Any, text: str) -> dict[str, Any]:
        return self._said(message, op, text, success=False)


def _echo(message: dict[str, Any]) -> dict[str, Any]:
    return {"req_id": message["req_id"]} if "req_id" in message else {}
