"""The four ports of one account at one environment."""

from __future__ import annotations

from collections.abc import Callable

from exchange.bybit.connection import nobody
from exchange.bybit.dials import DialBudget
from exchange.bybit.endpoints import Endpoints
from exchange.bybit.keys import Keys
from exchange.bybit.rest import BybitRest
from exchange.bybit.streams import BybitPrivateStream, BybitPublicStream
from exchange.bybit.trading import BybitTradingSocket
from exchange.clock import Clock, SystemClock
from exchange.errors import ProtocolError


class BybitExchange:
    """Makes ports: each call gives a new one. A stream is opened once; after its loss take a new one."""

    def __init__(
        self,
        endpoints: Endpoints,
        keys: Keys,
        clock: Clock,
        on_problem: Callable[[ProtocolError], None],
        dials: DialBudget | None,
    ) -> None:
        self._endpoints = endpoints
        self._keys = keys
        self._clock = clock
        self._on_problem = on_problem
        self._dials = dials

    def __repr__(self) -> str:
        return f"BybitExchange({self._endpoints.name})"

    def rest(self) -> BybitRest:
        """A session of its own, for one thread."""
        return BybitRest(self._endpoints, self._keys, self._clock)

    def private_stream(self) -> BybitPrivateStream:
        """The account's stream, not yet open."""
        stream = BybitPrivateStream(self._endpoints, self._keys, self._clock, self._on_problem)
        stream.dials = self._dials
        return stream

    def public_stream(self) -> BybitPublicStream:
        """The market's stream, not yet open."""
        stream = BybitPublicStream(self._endpoints, self._clock, self._on_problem)
        stream.dials = self._dials
        return stream

    def trading_socket(self) -> BybitTradingSocket | None:
        """The trading socket, not yet open; None where there is none (demo): send by REST."""
        if self._endpoints.trading is None:
            return None
        socket = BybitTradingSocket(self._endpoints, self._keys, self._clock, self._on_problem)
        socket.dials = self._dials
        return socket


def bybit_exchange(
    endpoints: Endpoints,
    api_key: str,
    api_secret: str,
    clock: Clock | None = None,
    on_problem: Callable[[ProtocolError], None] | None = None,
    dials: DialBudget | None = None,
) -> BybitExchange:
    """One account at ``endpoints``; no connection is made yet.

    ``clock`` stamps and signs (the machine's if not given). ``on_problem`` is called from readers'
    threads with each record or frame that could not be read; it is logged in any case. ``dials`` is what
    all accounts of a process share; without it each dials as it likes.
    """
    keys = Keys(api_key, api_secret)
    return BybitExchange(endpoints, keys, clock or SystemClock(), on_problem or nobody, dials)
