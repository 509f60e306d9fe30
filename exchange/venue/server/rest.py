"""The REST side: raw bytes to a request, an answer to a response with Bybit's statuses and headers."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from exchange.venue.contract import Reply
from exchange.venue.server.auth import AuthError, Keyring
from exchange.venue.server.engine import Engine
from exchange.venue.server.faults import Faults
from exchange.venue.server.gateway import Answer, Gateway
from exchange.venue.server.limits import AddressLimits
from exchange.venue.server.routes import TRADE_OPS, Route, route_for
from exchange.venue.server.wire import BAD_REQUEST, WireError, decode, decode_query, rate_headers, rest_body

JSON = "application/json; charset=utf-8"


class Rest:
    """Serves ``/v5/…``."""

    def __init__(
        self, engine: Engine, gateway: Gateway, keyring: Keyring, addresses: AddressLimits, faults: Faults
    ) -> None:
        self._engine = engine
        self._gateway = gateway
        self._keyring = keyring
        self._addresses = addresses
        self._faults = faults
        self._traces = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        raw_path, _, raw_query = request.raw_path.partition("?")
        route = route_for(request.method, raw_path)
        if route is None:
            return web.Response(status=404, text="404 page not found")
        try:
            body = await request.read()
        except ConnectionError:
            return web.Response(status=400)  # for nobody: who asked has gone before having said what
        await self._faults.requests.passed(route.op)
        now_ms = self._engine.catch_up()
        if not self._addresses.request(request.remote or "", now_ms):
            return web.Response(status=403, text="access too frequent; wait ten minutes")
        # The bytes as they came: a signature holds for them, not for what they are read as.
        payload = raw_query.encode(errors="surrogateescape") if route.method == "GET" else body
        answer, accepted = self._serve(request, route, payload, now_ms)
        if accepted and route.op in TRADE_OPS:
            if answer.reply.ret_code == 0 and self._faults.drops("rest"):
                return _never_answered(request)
            await self._faults.acks.wait()
        await self._faults.replies.passed(route.op)
        return self._respond(route, answer)

    def _serve(self, request: web.Request, route: Route, payload: bytes, now_ms: int) -> tuple[Answer, bool]:
        """The answer, and whether the request was let through to the core."""
        account = ""
        params: Any = {}
        try:
            params = decode_query(payload) if route.method == "GET" else decode(payload or b"{}")
            if route.private:
                account = self._keyring.check_rest(request.headers, payload, now_ms)
        except WireError as error:
            answer = Answer(reply=Reply(ret_code=BAD_REQUEST, ret_msg=f"params error: {error}"))
        except AuthError as error:
            answer = Answer(reply=Reply(ret_code=error.code, ret_msg=error.message), status=error.status)
        else:
            return self._gateway.serve(account, route, params, now_ms), True
        self._gateway.refuse(route.op, params, answer.reply, now_ms)
        return answer, False

    def _respond(self, route: Route, answer: Answer) -> web.Response:
        now_ms = self._engine.now_ms()
        self._traces += 1
        headers = rate_headers(answer.grant if route.private else None, f"rest-{self._traces}", now_ms)
        headers["Content-Type"] = JSON
        # A failing gateway in front of the exchange has no envelope to give.
        body = rest_body(answer.reply, now_ms) if answer.status in (200, 401) else b""
        return web.Response(status=answer.status, body=body, headers=headers)


def _never_answered(request: web.Request) -> web.Response:
    """Cut the line under the client: it can't know whether its request was carried out."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
