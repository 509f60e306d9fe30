"""pybit's HTTP session with its one door led to the simulated venue: REST in virtual time."""

from __future__ import annotations

from functools import partial
from typing import Any, Final, NoReturn

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from exchange.bybit.endpoints import Endpoints
from exchange.bybit.fields import parse_object
from exchange.bybit.http import (
    CONNECT_S,
    READ_S,
    RECV_WINDOW_MS,
    Reply,
    Session,
    http_error,
    network_error,
)
from exchange.bybit.keys import Keys
from exchange.clock import Clock
from exchange.simulated.damage import GARBAGE, damaged_envelope
from exchange.simulated.gate import Gate
from exchange.simulated.network import Fate, Network
from exchange.venue.server.gateway import Answer
from exchange.venue.server.routes import ROUTES, Route
from exchange.venue.server.wire import rate_headers

_CONNECT_MS: Final = CONNECT_S * 1000
_READ_MS: Final = READ_S * 1000

Stamp = tuple[int, int]


class SimulatedSession(Session):
    """A session whose requests go to the gate and come back, or not, as their fate has it."""

    def __init__(
        self, endpoints: Endpoints, keys: Keys, clock: Clock, account: str, gate: Gate, network: Network
    ) -> None:
        super().__init__(endpoints, keys, clock)
        for handler in tuple(self.logger.handlers):  # pybit adds one a session where the root has none
            self.logger.removeHandler(handler)
        self._prefix = f"{endpoints.rest}/v5/"
        self._account, self._gate, self._network = account, gate, network

    def _submit_request(
        self, method: str = "", path: str = "", query: dict[str, Any] | None = None, auth: bool = False
    ) -> Reply:
        op = path.removeprefix(self._prefix).replace("/", ".")
        place, changes = f"{method} /v5/{op.replace('.', '/')}", method != "GET"
        stamp = (self._stamp or (self._clock.now_ms(), RECV_WINDOW_MS)) if auth else None
        self._stamp = None
        route = ROUTES.get(op)
        if route is None:
            raise http_error(place, 404, changes=changes)
        fate = self._network.rest_fate()
        if fate.trouble in ("connect_timeout", "connect_refused"):
            self._not_connected(fate, place, changes=changes)
        answer = self._carry(route, query or {}, stamp, fate, place)
        if answer.status != 200:
            raise http_error(place, answer.status, changes=changes)
        return self._read(op, answer, fate, place)

    def _carry(
        self, route: Route, params: dict[str, Any], stamp: Stamp | None, fate: Fate, place: str
    ) -> Answer:
        """Send, and wait for the answer. What has left arrives, whatever becomes of its sender meanwhile."""
        time, changes = self._network.time, route.method != "GET"
        answers: list[Answer] = []
        if fate.trouble != "lost_request":
            arrive = partial(self._arrive, answers, route, params, stamp, fate)
            time.at(time.now_ms() + fate.request_ms, arrive)
        wait_ms = fate.request_ms + max(fate.reply_ms, 1)  # not before it has arrived
        if fate.trouble == "broken_off":
            time.sleep(self._network.between((1, min(wait_ms, _READ_MS))))
            raise network_error(place, _reset(), changes=changes)
        if fate.trouble in ("lost_request", "lost_reply") or wait_ms >= _READ_MS:
            time.sleep(_READ_MS)
            self._network.faults["timeout"] += 1
            raise network_error(place, requests.ReadTimeout(), changes=changes)
        time.sleep(wait_ms)
        return answers[0]

    def _arrive(
        self, answers: list[Answer], route: Route, params: dict[str, Any], stamp: Stamp | None, fate: Fate
    ) -> None:
        account = self._account if route.private else ""
        answers.append(self._gate.rest(account, route, params, stamp, fate))

    def _not_connected(self, fate: Fate, place: str, *, changes: bool) -> NoReturn:
        """Nothing leaves: nobody listens, or nobody answers."""
        if fate.trouble == "connect_refused":
            self._network.time.sleep(fate.reply_ms)
            raise network_error(place, _refused(), changes=changes)
        self._network.time.sleep(_CONNECT_MS)
        raise network_error(place, requests.ConnectTimeout(), changes=changes)

    def _read(self, op: str, answer: Answer, fate: Fate, place: str) -> Reply:
        """The reply as the client parses it. It tells how things were when the request arrived."""
        now_ms = self._network.time.now_ms()
        told = answer.reply
        body: dict[str, Any] = {
            "retCode": told.ret_code,
            "retMsg": told.ret_msg,
            "result": told.result,
            "retExtInfo": told.ret_ext_info,
            "time": now_ms - fate.reply_ms,
        }
        headers = rate_headers(answer.grant, "", now_ms)
        if fate.trouble != "unreadable_reply":
            return Reply(body=body, headers=headers)
        damaged = damaged_envelope(op, body, self._network.chance)
        return Reply(body=parse_object(GARBAGE, place) if damaged is None else damaged, headers=headers)


def _refused() -> requests.ConnectionError:
    """As requests raises it where no connection came about."""
    reason = NewConnectionError(None, "[Errno 111] Connection refused")  # type: ignore[arg-type]  # no connection
    return requests.ConnectionError(MaxRetryError(None, "", reason))  # type: ignore[arg-type]  # no pool


def _reset() -> requests.ConnectionError:
    """As requests raises it where a connection broke under a request."""
    return requests.ConnectionError(
        "Connection aborted.", ConnectionResetError(104, "Connection reset by peer")
    )
