"""The venue as a running server: built from options, listening on loopback, stopped by a signal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Callable

from aiohttp import web

from exchange.venue.core import VenueCore
from exchange.venue.records import AccountSpec
from exchange.venue.server.auth import Keyring, simulated_credentials
from exchange.venue.server.connection import LARGEST_MESSAGE_BYTES
from exchange.venue.server.control import Control
from exchange.venue.server.engine import Engine
from exchange.venue.server.faults import Faults
from exchange.venue.server.gateway import Gateway
from exchange.venue.server.hub import Hub
from exchange.venue.server.journal import Journal
from exchange.venue.server.limits import AccountLimits, AddressLimits
from exchange.venue.server.listings import list_symbols, open_prices
from exchange.venue.server.options import OptionsError, VenueOptions
from exchange.venue.server.public import PublicFeed
from exchange.venue.server.rest import Rest
from exchange.venue.server.sockets import IDLE_MS, Sockets

HOST = "127.0.0.1"
LONGEST_STOP_S = 2.0

log = logging.getLogger(__name__)


def wall_clock_ms() -> int:
    """UTC milliseconds."""
    return time.time_ns() // 1_000_000


class VenueServer:
    """One venue: ``start()``, use ``url``, ``run()`` until it fails or is cancelled, ``stop()``.

    Raises OptionsError where the options name what can't be had (prices, symbols, journal, port).
    """

    def __init__(
        self, options: VenueOptions, *, clock: Callable[[], int] = wall_clock_ms, idle_ms: int = IDLE_MS
    ) -> None:
        self.options = options
        market, instruments = open_prices(options, list_symbols(options))
        self.notes = tuple(market.notes)
        """What a user should know about how prices were made ready."""
        symbols = [instrument.symbol for instrument in instruments]
        credentials = simulated_credentials(options.accounts)
        names = [one.account for one in credentials]
        self.core = VenueCore(
            seed=options.seed,
            now_ms=clock(),
            instruments=instruments,
            accounts=[AccountSpec(name=name, balance_usdt=options.balance_of(name)) for name in names],
        )
        self._journal = _open_journal(options)
        faults = self._faults = Faults()
        self.hub = Hub(faults)
        feed = PublicFeed(lambda op, params: self.core.request("", op, params, clock()), self.hub.wanted)
        self.engine = Engine(
            self.core, market, self.hub, feed, self._journal, speed=options.speed, clock=clock
        )
        keyring = Keyring(credentials)
        addresses = AddressLimits(factor=options.limit_factor)
        gateway = Gateway(self.core, AccountLimits(factor=options.limit_factor), self._journal, faults)
        self._rest = Rest(self.engine, gateway, keyring, addresses, faults)
        self._sockets = Sockets(
            self.engine, gateway, self.hub, feed, keyring, addresses, faults, symbols=symbols, idle_ms=idle_ms
        )
        self._control = Control(
            self.core,
            self.engine,
            self._sockets,
            faults,
            self._refuse_for,
            accounts=names,
            ticks={instrument.symbol: instrument.tick for instrument in instruments},
        )
        self._runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=LONGEST_STOP_S, handle_signals=False
        )
        self._site: web.TCPSite | None = None
        self._port = options.port
        self._relisten: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT`` once started."""
        return f"http://{HOST}:{self._port}"

    async def start(self) -> None:
        """Listen, with prices there from the first request on."""
        await self.engine.step()
        await self._runner.setup()
        try:
            await self._listen()
        except OSError as error:
            raise OptionsError(f"port {self._port}: can't listen there: {error.strerror}") from error

    async def run(self) -> None:
        """Drive prices and outcomes until cancelled."""
        await self.engine.run()

    async def stop(self) -> None:
        """Close sockets, stop listening, complete the journal."""
        if self._relisten is not None:
            self._relisten.cancel()
        self._faults.clear()  # a reply kept back must not keep the server
        await self._sockets.close()
        await self._runner.cleanup()
        self._journal.close()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=LARGEST_MESSAGE_BYTES)
        app.router.add_get("/v5/private", self._sockets.private)
        app.router.add_get("/v5/public/linear", self._sockets.public)
        app.router.add_get("/v5/trade", self._sockets.trade)
        app.router.add_route("*", "/v5/{path:.*}", self._rest.handle)
        if self.options.control:
            app.router.add_route("*", "/control/{what}", self._control.handle)
        return app

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, HOST, self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]

    async def _refuse_for(self, ms: int) -> None:
        """Stop listening, so that dialling fails, and listen again after ``ms``."""
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()
        if self._relisten is not None:
            self._relisten.cancel()
        self._relisten = asyncio.create_task(self._listen_after(ms))

    async def _listen_after(self, ms: int) -> None:
        await asyncio.sleep(ms / 1000)
        await self._listen()


def _open_journal(options: VenueOptions) -> Journal:
    try:
        return Journal(options.journal)
    except OSError as error:
        raise OptionsError(f"journal {options.journal}: can't be written: {error.strerror}") from error


async def serve(options: VenueOptions, *, ready: Callable[[str], None] | None) -> None:
    """Run a venue until SIGINT or SIGTERM; ``ready`` is called once with its URL when it listens.

    Raises OptionsError, before ``ready``, where the options name what can't be had, and JournalFailed
    once the journal takes no more.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    if options.end_with_input:
        loop.add_reader(sys.stdin.fileno(), _read_input, stopped)
    server = VenueServer(options)
    for note in server.notes:
        log.info("%s", note)
    try:
        await server.start()
        driver = asyncio.create_task(server.run())
        stopping = asyncio.create_task(stopped.wait())
        if ready is not None:
            ready(server.url)
        await asyncio.wait({driver, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if driver.done():
            driver.result()  # a driver that ends by itself has failed: let its error be seen
        driver.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await driver
    finally:
        await server.stop()


def _read_input(stopped: asyncio.Event) -> None:
    """Nothing is expected there but the end, which comes even when its writer is killed."""
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stopped.set()
