"""The bot's end of the control socket: HTTP in a thread of its own, which asks guards and awaits them."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from actors.control.client import NOT_STARTED
from actors.http_log import HTTP_LOG
from messages.guard import AskFlatten, AskResume, AskStanding, AskStop, Standing
from messages.sides import Side

_log = logging.getLogger("sol_trader")
#: What a Unix socket's path may be as long as, in bytes, on every system.
_LONGEST_PATH = 103
_STARTS_WITHIN_S = 5
_LOOK_S = 5
#: Connections that are held open at the end are cut after this. (0 would mean for ever to aiohttp.)
_CUT_S = 0.1
_MOST_DIGITS = 3
_LONGEST_SHOWN = 60

Asked = AskStop | AskFlatten | AskResume | AskStanding
Ask = Callable[[int, Asked], Standing | str]
"""Asks an account's guard, from any thread; a text says why nobody answered."""
Draw = Callable[[], bytes | str]
"""Gives the running bot's picture as JSON, from any thread; a text says why nobody answered."""


class RefusedAtStart(str):
    """Why an account was not started: it will not be, by this process."""

    __slots__ = ()


class Wish(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="forbid", strict=True)

    account: int
    symbol: str | None = None
    side: str | None = None
    flatten: bool = False


class ControlServer:
    """Serves from ``with`` to its end. Where the socket can't be made, the bot runs without and says so.

    A socket whose file somebody removes, as with the whole data folder, is made anew: it is looked for every
    ``look_s`` seconds.
    """

    def __init__(self, path: Path, ask: Ask, draw: Draw, *, look_s: float = _LOOK_S) -> None:
        self._path, self._ask, self._draw, self._look_s = path, ask, draw, look_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()

    def __enter__(self) -> ControlServer:
        if len(os.fsencode(self._path)) > _LONGEST_PATH:
            _log.error("no control channel: the path of %s is over %s bytes long", self._path, _LONGEST_PATH)
            return self
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)
        self._thread.start()
        self._ready.wait(_STARTS_WITHIN_S)
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STARTS_WITHIN_S)

    def _run(self) -> None:
        self._loop = asyncio.new_event_loop()
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=_CUT_S, logger=HTTP_LOG)
        try:
            self._loop.run_until_complete(self._begin(runner))
        except OSError as error:
            _log.error("no control channel: %s: %s", self._path, error.strerror or error)
            self._loop.close()
            return
        finally:
            self._ready.set()
        keeping = self._loop.create_task(self._keep(runner))
        self._loop.run_forever()
        keeping.cancel()
        self._loop.run_until_complete(runner.cleanup())
        self._path.unlink(missing_ok=True)
        self._loop.close()

    async def _begin(self, runner: web.AppRunner) -> None:
        await runner.setup()
        await self._listen(runner)

    async def _keep(self, runner: web.AppRunner) -> None:
        """Without the socket nobody could stop the bot: a ``flatten`` would run one of its own beside it."""
        told = ""
        while True:
            await asyncio.sleep(self._look_s)
            if self._path.exists():
                continue
            try:
                for site in list(runner.sites):
                    await site.stop()
                await self._listen(runner)
            except OSError as error:
                trouble = error.strerror or str(error)
                if trouble != told:
                    _log.error("no control channel: %s: %s", self._path, trouble)
                told = trouble
            else:
                _log.warning("control channel: %s was removed; it is made anew", self._path)
                told = ""

    async def _listen(self, runner: web.AppRunner) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if await _is_served(self._path):
            raise OSError("another process with this data folder serves it")
        self._path.unlink(missing_ok=True)  # left by a process that was killed
        before = os.umask(0o177)
        try:
            await web.UnixSite(runner, str(self._path)).start()
        finally:
            os.umask(before)

    def _application(self) -> web.Application:
        application = web.Application()
        application.add_routes(
            [
                web.get("/standing", self._standing),
                web.get("/picture", self._picture),
                web.post("/{what:stop|flatten|resume}", self._wish),
            ]
        )
        return application

    async def _standing(self, request: web.Request) -> web.Response:
        account = request.query.get("account", "")
        if not (account.isascii() and account.isdecimal() and len(account) <= _MOST_DIGITS):
            return _refusal(400, f"account={account[:_LONGEST_SHOWN]!r}: a number from 1 to 999 expected")
        return await self._answer(int(account), AskStanding())

    async def _picture(self, _: web.Request) -> web.Response:
        told = await asyncio.get_running_loop().run_in_executor(None, self._draw)
        if isinstance(told, str):
            return _refusal(409, told)
        return web.Response(body=told, content_type="application/json")

    async def _wish(self, request: web.Request) -> web.Response:
        try:
            wish = Wish.model_validate_json(await request.read())
            asked = _asked(request.match_info["what"], wish)
        except (ValidationError, ValueError) as error:
            return _refusal(400, str(error))
        return await self._answer(wish.account, asked)

    async def _answer(self, account: int, asked: Asked) -> web.Response:
        told = await asyncio.get_running_loop().run_in_executor(None, self._ask, account, asked)
        if isinstance(told, str):
            return _refusal(NOT_STARTED if isinstance(told, RefusedAtStart) else 409, told)
        return web.json_response(as_json(told))


async def _is_served(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return False
    writer.close()
    return True


def _asked(what: str, wish: Wish) -> Asked:
    match what:
        case "stop":
            return AskStop(flatten=wish.flatten)
        case "flatten":
            return AskFlatten(symbol=wish.symbol)
    return AskResume(symbol=wish.symbol, side=Side(wish.side) if wish.side is not None else None)


def _refusal(status: int, text: str) -> web.Response:
    return web.json_response({"refused": text}, status=status)


def as_json(told: Standing) -> dict[str, Any]:
    """A ``Standing`` as the socket gives it."""
    return {
        "account": told.account,
        "refused": told.refused,
        "stopped": told.stopped,
        "mode": told.mode.value,
        "frozen": told.frozen,
        "open_symbols": list(told.open_symbols),
    }
