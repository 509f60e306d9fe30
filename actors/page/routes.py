"""Every address that is served, all of them read-only.

| address                | answer                                                                          |
|------------------------|---------------------------------------------------------------------------------|
| ``/``                  | the page                                                                        |
| ``/static/…``          | its files                                                                       |
| ``/events``            | what it shows, as a stream                                                      |
| ``/history/001``       | the equity curve: second, change, realised                                      |
| ``/history/001/SOLUSDT`` | fills, and second, last price, average and TP of LONG, average and TP of SHORT |
| ``/metrics``           | for Prometheus                                                                  |
| ``/health``            | ``ok``, as long as anything is served                                           |

Histories take ``?range=15m``, ``4h`` or ``24h``.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from actors.page.doors import add_headers, only_loopback_names
from actors.page.history import RANGES, Ranges, SymbolHistory
from actors.page.picture import Json, fill_picture, points_picture
from actors.page.shown import Shown
from actors.page.static_files import read_files
from actors.page.streams import Streams


def application(
    registry: CollectorRegistry, look: Callable[[], Shown], streams: Streams, *, loopback: bool
) -> web.Application:
    """The whole site; ``loopback`` says that nobody else can reach it, so no other name is its own."""
    app = web.Application(middlewares=[only_loopback_names()] if loopback else [])
    app.on_response_prepare.append(add_headers)
    files = read_files()

    async def page(request: web.Request) -> web.Response:
        return files["index.html"].answer(request)

    async def static(request: web.Request) -> web.Response:
        found = files.get(request.match_info["path"])
        return found.answer(request) if found is not None else web.Response(status=404, text="no such file\n")

    async def health(request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def account_history(request: web.Request) -> web.Response:
        number = request.match_info["account"]
        ranges = look().history.accounts.get(int(number))
        return _history(request, ranges, {})

    async def symbol_history(request: web.Request) -> web.Response:
        key = (int(request.match_info["account"]), request.match_info["symbol"])
        history = look().history.symbols.get(key, SymbolHistory())
        return _history(request, history.ranges, {"fills": [fill_picture(fill) for fill in history.fills]})

    app.router.add_get("/", page)
    app.router.add_get("/static/{path:.+}", static)
    app.router.add_get("/events", streams.events)
    app.router.add_get(r"/history/{account:\d{3}}", account_history)
    app.router.add_get(r"/history/{account:\d{3}}/{symbol:[A-Z0-9]{1,21}}", symbol_history)
    app.router.add_get("/metrics", make_aiohttp_handler(registry))
    app.router.add_get("/health", health)
    return app


def _history(request: web.Request, ranges: Ranges | None, more: Json) -> web.Response:
    name = request.query.get("range", "15m")
    if name not in RANGES:
        return web.Response(status=400, text=f"range: one of {', '.join(RANGES)}\n")
    points = ranges[name].points if ranges is not None else ()
    told = {"step_s": RANGES[name][0], "points": points_picture(points), **more}
    return web.Response(body=orjson.dumps(told), content_type="application/json")
