"""The venue of a stage: a process of its own, steered and read over HTTP; a ``Plant`` for the checkers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson

from actors.torture.plan import ACCOUNT, SYMBOLS
from actors.venue_process import VenueProcess
from exchange.venue.core import VenueCore
from exchange.venue.instruments import default_instruments
from exchange.venue.quirks import Quirks
from exchange.venue.server.options import MANUAL, VenueOptions, to_arguments
from state.grid.model import GridState

_LONGEST_S = 30
#: The walk asks for more orders a second than an account may send.
_LIMIT_FACTOR = 20


class VenueRefused(Exception):
    """The venue did not do what it was told: its words."""


class TorturedVenue:
    """A running venue. ``journal`` is its own truth; ``look`` fetches its books for the checkers."""

    def __init__(
        self,
        journal: Path,
        seed: int,
        symbols: Mapping[str, Decimal] = SYMBOLS,
        *,
        balance: Decimal = Decimal(10_000),
        limit_factor: int = _LIMIT_FACTOR,
        accounts: int = 1,
    ) -> None:
        self.journal = journal
        options = VenueOptions(
            scenario=MANUAL,
            seed=seed,
            journal=journal,
            accounts=accounts,
            balance=balance,
            control=True,
            limit_factor=limit_factor,
            symbols=tuple(f"{name}={price}" for name, price in symbols.items()),
        )
        self._process = VenueProcess(to_arguments(options))
        self._process.listen()
        self.url = self._process.url
        self._http = HTTPConnection(self.url.removeprefix("http://"), timeout=_LONGEST_S)

    @property
    def running(self) -> bool:
        """Whether it has survived so far."""
        return self._process.running

    @staticmethod
    def now_ms() -> int:
        """Its clock, which is the machine's."""
        return time.time_ns() // 1_000_000

    def price(self, symbol: str, price: Decimal, taker: str) -> None:
        """Print one trade, large enough to fill whatever rests at better prices."""
        self._ask("POST", "price", {"symbol": symbol, "price": str(price), "taker": taker})

    def core(self) -> VenueCore:
        """All its books, as they are now."""
        dump = self._ask("GET", "dump", None)
        return VenueCore.restored(dump, instruments=default_instruments(), quirks=Quirks())

    def stop(self) -> None:
        """End it in order."""
        self._http.close()
        self._process.stop()

    def _ask(self, method: str, what: str, given: Mapping[str, Any] | None) -> Any:
        body = None if given is None else orjson.dumps(given)
        self._http.request(method, f"/control/{what}", body)
        reply = self._http.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise VenueRefused(f"{what} {given}: HTTP {reply.status}: {text.decode(errors='replace')}")
        return orjson.loads(text)


class Plant:
    """What the simulation's checkers are shown of real processes: see ``checks.watching.Plant``."""

    def __init__(
        self,
        core: VenueCore,
        states: Mapping[str, GridState],
        symbols: Iterable[str] = SYMBOLS,
        accounts: Iterable[int] = (ACCOUNT,),
    ) -> None:
        self.core, self.states = core, states
        self.symbols: Mapping[int, tuple[str, ...]] = dict.fromkeys(accounts, tuple(symbols))
        """What each account trades."""

    def now_ms(self) -> int:
        """The venue's clock."""
        return TorturedVenue.now_ms()

    def grid(self, account: int, symbol: str) -> GridState | None:
        """The newest state of a grid."""
        return self.states.get(f"{account:03d}/{symbol}")

    def refusal(self, account: int) -> str:
        """An account that does not start has no grids, which is said."""
        return ""

    def gap(self, account: int) -> bool:
        """After a kill something is always missing."""
        return True
