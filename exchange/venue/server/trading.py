"""What is said on the trading socket (bybit-v5.md section 5). The protocol without its socket."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exchange.venue.contract import Reply
from exchange.venue.server.auth import DEFAULT_WINDOW_MS, AuthError, Keyring, check_window
from exchange.venue.server.gateway import Answer
from exchange.venue.server.routes import ROUTES, TRADE_OPS, Route
from exchange.venue.server.wire import BAD_REQUEST, WireError, decode, rate_headers

NOT_AUTHORIZED, REPEAT_AUTH, DUPLICATE_REQ_ID = 10005, 20001, 20006
TOO_MANY_FROM_IP, UNKNOWN_OP = 10403, 10404
LONGEST_REQ_ID = 36
REMEMBERED_REQ_IDS = 10_000


def asked_op(text: str) -> str:
    """The operation that a message asks for, "" where it can't be read: its answer will say so."""
    try:
        return str(decode(text).get("op", ""))
    except WireError:
        return ""


Serve = Callable[[str, Route, Mapping[str, Any], int], Answer]
Refuse = Callable[[str, Any, Reply, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What to send; ``is_order`` tells the answers of order requests, which faults may hold or drop."""

    message: dict[str, Any]
    is_order: bool = False


class TradingSession:
    """One client's side of the trading socket.

    ``serve`` carries out a request that may be tried; ``refuse`` is told of one that may not.
    """

    def __init__(self, conn_id: str, *, keyring: Keyring, serve: Serve, refuse: Refuse) -> None:
        self.conn_id = conn_id
        self.account = ""
        self._keyring = keyring
        self._serve = serve
        self._refuse = refuse
        self._seen: set[str] = set()
        self._seen_in_order: deque[str] = deque()
        self._traces = 0

    def receive(self, text: str, now_ms: int, *, within_ip_limit: bool = True) -> Response:
        """Answer one message."""
        try:
            message = decode(text)
        except WireError as error:
            return Response(message=self._said({}, "", BAD_REQUEST, str(error)))
        op = message.get("op")
        if op == "ping":
            pong = {"retCode": 0, "retMsg": "OK", "op": "pong", "data": [str(now_ms)]}
            return Response(message={**_echo(message), **pong, "connId": self.conn_id})
        if op == "auth":
            return Response(message=self._auth(message, now_ms))
        code, problem = self._problem(message, now_ms) if within_ip_limit else (TOO_MANY_FROM_IP, "")
        if code:
            reply = Reply(ret_code=code, ret_msg=problem or "Too many requests from this IP.")
            self._refuse(str(op), _asked(message.get("args")), reply, now_ms, self.account)
            return Response(message=self._answered(message, Answer(reply=reply), now_ms))
        answer = self._serve(self.account, ROUTES[message["op"]], message["args"][0], now_ms)
        return Response(message=self._answered(message, answer, now_ms), is_order=True)

    def _auth(self, message: dict[str, Any], now_ms: int) -> dict[str, Any]:
        if self.account:
            return self._said(message, "auth", REPEAT_AUTH, "Repeat auth")
        try:
            self.account = self._keyring.check_socket(message.get("args"), now_ms)
        except AuthError as error:
            return self._said(message, "auth", error.code, error.message)
        return self._said(message, "auth", 0, "OK")

    def _problem(self, message: dict[str, Any], now_ms: int) -> tuple[int, str]:
        """Why a request can't be tried, as code and text; (0, "") if it can."""
        if not self.account:
            return NOT_AUTHORIZED, "Permission denied: authenticate this connection first."
        if not isinstance(message.get("op"), str) or message["op"] not in TRADE_OPS:
            return UNKNOWN_OP, f"op type is not found: {message.get('op')}"
        req_id = message.get("reqId", "")
        if not isinstance(req_id, str) or len(req_id) > LONGEST_REQ_ID:
            return BAD_REQUEST, f"reqId must be a string of at most {LONGEST_REQ_ID} characters"
        header = message.get("header")
        if not isinstance(header, dict):
            return BAD_REQUEST, "header with X-BAPI-TIMESTAMP is missing"
        try:
            window = header.get("X-BAPI-RECV-WINDOW", DEFAULT_WINDOW_MS)
            check_window(header.get("X-BAPI-TIMESTAMP"), window, now_ms)
        except AuthError as error:
            return error.code, error.message
        args = message.get("args")
        if not isinstance(args, list) or len(args) != 1 or not isinstance(args[0], dict):
            return BAD_REQUEST, "args must be a list of one object"
        if req_id in self._seen:
            return DUPLICATE_REQ_ID, f"reqId {req_id} is duplicate"
        if req_id:
            self._remember(req_id)
        return 0, ""

    def _remember(self, req_id: str) -> None:
        self._seen.add(req_id)
        self._seen_in_order.append(req_id)
        if len(self._seen_in_order) > REMEMBERED_REQ_IDS:
            self._seen.discard(self._seen_in_order.popleft())

    def _answered(self, message: dict[str, Any], answer: Answer, now_ms: int) -> dict[str, Any]:
        self._traces += 1
        reply = answer.reply
        said = self._said(message, message.get("op"), reply.ret_code, reply.ret_msg)
        said["data"] = reply.result if reply.ret_code == 0 else {}
        said["retExtInfo"] = reply.ret_ext_info
        said["header"] = rate_headers(answer.grant, f"{self.conn_id}-{self._traces}", now_ms)
        return said

    def _said(self, message: dict[str, Any], op: Any, code: int, text: str) -> dict[str, Any]:
        said = {"retCode": code, "retMsg": text, "op": op, "connId": self.conn_id}
        return {**_echo(message), **said}


def _asked(args: Any) -> Any:
    """The request itself where it is one, as requests that are served are written down, too."""
    return args[0] if isinstance(args, list) and len(args) == 1 and isinstance(args[0], dict) else args


def _echo(message: dict[str, Any]) -> dict[str, Any]:
    """The request's id under the name by which it was sent."""
    return {name: message[name] for name in ("reqId", "req_id") if name in message}
