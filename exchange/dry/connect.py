"""The four ports of one account's dry run."""

from __future__ import annotations

import logging
from collections.abc import Callable

from exchange.bybit.dials import DialBudget
from exchange.bybit.endpoints import Endpoints
from exchange.bybit.keys import Keys
from exchange.bybit.rest import BybitRest
from exchange.bybit.streams import BybitPublicStream
from exchange.clock import Clock, SystemClock
from exchange.dry.account import Lock, SimulatedAccount
from exchange.dry.beginning import Beginning, Storage, begin
from exchange.dry.session import DrySession
from exchange.dry.streams import DryPrivateStream, DryTradingSocket
from exchange.errors import ProtocolError

_log = logging.getLogger(__name__)


class DryExchange:
    """Makes ports as ``BybitExchange`` does, all over the same simulated account."""

    def __init__(
        self,
        endpoints: Endpoints,
        keys: Keys,
        symbols: tuple[str, ...],
        storage: Storage,
        lock: Lock,
        clock: Clock,
        on_problem: Callable[[ProtocolError], None],
        dials: DialBudget | None,
    ) -> None:
        self._endpoints = endpoints
        self._keys = keys
        self._symbols = symbols
        self._storage = storage
        self._clock = clock
        self._on_problem = on_problem
        self._dials = dials
        self.account = SimulatedAccount(self._begin, storage, clock, lock)

    def __repr__(self) -> str:
        return f"DryExchange({self._endpoints.name})"

    def rest(self) -> BybitRest:
        """A session of its own, for one thread."""
        session = DrySession(self._endpoints, self._keys, self._clock, self.account)
        return BybitRest(self._endpoints, self._keys, self._clock, session)

    def private_stream(self) -> DryPrivateStream:
        """The simulated account's stream, not yet open."""
        return DryPrivateStream(
            self.account, self.public_stream(), self._symbols, self._clock, self._on_problem
        )

    def public_stream(self) -> BybitPublicStream:
        """The real market's stream, not yet open."""
        stream = BybitPublicStream(self._endpoints, self._clock, self._on_problem)
        stream.dials = self._dials
        return stream

    def trading_socket(self) -> DryTradingSocket:
        """The simulated account's socket, not yet open; also where the environment has none."""
        return DryTradingSocket(self.account)

    def _begin(self) -> Beginning:
        real = BybitRest(self._endpoints, self._keys, self._clock)
        try:
            return begin(real, self._endpoints.name, self._symbols, self._storage, self._clock)
        finally:
            real.close()


def dry_exchange(
    endpoints: Endpoints,
    api_key: str,
    api_secret: str,
    *,
    symbols: tuple[str, ...],
    storage: Storage,
    lock: Lock,
    clock: Clock | None = None,
    on_problem: Callable[[ProtocolError], None] | None = None,
    dials: DialBudget | None = None,
) -> DryExchange:
    """One account's dry run at ``endpoints``; no connection is made, and nothing read, before its first use.

    ``lock`` guards the account among the threads that use its ports (``threading.Lock()``). ``storage``
    keeps the account between runs. The keys are needed for the few reads of the real account; they may be
    keys without any right to trade. ``dials`` is shared by all accounts of a process.
    """
    keys = Keys(api_key, api_secret)
    clock, on_problem = clock or SystemClock(), on_problem or _passed
    return DryExchange(endpoints, keys, symbols, storage, lock, clock, on_problem, dials)


def _passed(problem: ProtocolError) -> None:
    _log.debug("no one asked to be told: %s", problem)
