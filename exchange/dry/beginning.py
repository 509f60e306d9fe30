"""How a simulated account comes to be: from what was kept, or from the real account's equity."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol, TypeVar

import orjson

from exchange.clock import Clock
from exchange.dry.instruments import listed
from exchange.errors import Fatal, ProtocolError
from exchange.ports import Rest
from exchange.venue.core import VenueCore
from exchange.venue.instruments import Instrument
from exchange.venue.quirks import Quirks
from exchange.venue.records import AccountSpec
from exchange.venue.restore import NotRestorable
from messages import requests as ask
from messages.account import Wallet
from messages.market import Price

#: The name of the one account in the core.
ACCOUNT: Final = "dry"
#: Gentle, and without delays: nothing but prices and calls moves the core, so nothing may wait in it.
QUIRKS: Final = Quirks(max_outcome_ms=0, max_push_ms=0)

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Storage(Protocol):
    """Where a simulated account is kept between runs."""

    @property
    def place(self) -> str:
        """What a person would call it, in messages: a path."""
        ...

    def load(self) -> bytes | None:
        """What was saved last; None if nothing was. Raises OSError."""
        ...

    def save(self, data: bytes) -> None:
        """Keep ``data`` in the stead of what was there, whole and durable. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """An account that is ready: its core, its symbols' rules and prices."""

    environment: str
    core: VenueCore
    rules: Mapping[str, Instrument]
    prices: tuple[Price, ...]

    def packed(self) -> bytes:
        """The account as its storage keeps it."""
        return orjson.dumps({"environment": self.environment, "venue": self.core.dump()})


def begin(
    real: Rest, environment: str, symbols: tuple[str, ...], storage: Storage, clock: Clock
) -> Beginning:
    """Read what the exchange says of ``symbols``, and revive or found the account.

    The real account is asked for its fees and, once in the life of the simulated one, for its equity.
    ``clock`` shows the exchange's time.
    Raises ExchangeError.
    """
    found = _read(real, ask.ReadInstruments(symbols=symbols), ask.Instruments).instruments
    fees = {each.symbol: each for each in _read(real, ask.ReadFees(symbols=symbols), ask.Fees).fees}
    rules = {each.symbol: listed(each, fees[each.symbol]) for each in found if each.symbol in fees}
    prices = _read(real, ask.ReadPrices(symbols=symbols), ask.Prices).prices
    kept = _loaded(storage)
    if kept is None:
        core = _founded(real, tuple(rules.values()), clock.now_ms())
    else:
        core = _revived(kept, environment, tuple(rules.values()), storage.place)
    return Beginning(environment=environment, core=core, rules=rules, prices=prices)


def _read(real: Rest, request: ask.Request, kind: type[T]) -> T:
    answer = real.call(request)
    if not isinstance(answer, kind):
        raise ProtocolError(f"{type(request).__name__}: {kind.__name__} expected, not {answer!r}")
    return answer


def _loaded(storage: Storage) -> bytes | None:
    try:
        return storage.load()
    except OSError as error:
        raise Fatal(
            f"{storage.place}: can't be read ({error.strerror}); mend its place and rights"
        ) from error


def _founded(real: Rest, rules: tuple[Instrument, ...], now_ms: int) -> VenueCore:
    """A new account. Its chance begins with the time, so that no order or execution id comes twice."""
    equity: Decimal = _read(real, ask.ReadWallet(source="dry_run"), Wallet).equity
    if equity < 0:
        raise Fatal(f"a dry run begins with the account's equity, which is {equity} USDT: add funds")
    _log.info("DRY: a simulated account begins with %s USDT, the equity of the real one", equity)
    spec = AccountSpec(name=ACCOUNT, balance_usdt=equity, hedge=True)
    return VenueCore(seed=now_ms, now_ms=now_ms, instruments=rules, accounts=(spec,), quirks=QUIRKS)


def _revived(kept: bytes, environment: str, rules: tuple[Instrument, ...], place: str) -> VenueCore:
    try:
        data = orjson.loads(kept)
        if not isinstance(data, dict) or "venue" not in data:
            raise NotRestorable("no venue in it")
        if data.get("environment") != environment:
            raise NotRestorable(f"it traded on {data.get('environment')}, this run is on {environment}")
        return VenueCore.restored(data["venue"], instruments=rules, quirks=QUIRKS)
    except (orjson.JSONDecodeError, NotRestorable) as error:
        raise Fatal(
            f"{place}: no simulated account of this run ({error}); move it and the dry run's state file "
            "away to begin anew from the real equity"
        ) from error


Begin = Callable[[], Beginning]
