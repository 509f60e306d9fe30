"""The four ports of one account, for one process: the real client over the simulated venue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, TypeVar, cast

from exchange.bybit.connection import Connection
from exchange.bybit.endpoints import simulated
from exchange.bybit.keys import Keys
from exchange.bybit.rest import BybitRest
from exchange.bybit.sockets import Owner, Socket
from exchange.bybit.streams import BybitPrivateStream, BybitPublicStream
from exchange.bybit.trading import BybitTradingSocket
from exchange.clock import Clock
from exchange.errors import ProtocolError
from exchange.simulated.gate import Gate
from exchange.simulated.network import Network
from exchange.simulated.session import SimulatedSession
from exchange.simulated.sockets import SimulatedSocket
from exchange.simulated.streams import PrivateSocket, PublicSocket, Tickers
from exchange.simulated.trading import OrderSocket
from exchange.venue.contract import PrivatePush

_ENDPOINTS: Final = simulated("http://venue")

C = TypeVar("C", bound=Connection)
Make = Callable[[Owner], SimulatedSocket]


class SimulatedExchange:
    """Makes ports as ``BybitExchange`` does: pybit's sockets and session alone are replaced.

    ``clock`` is the process's own, which may be off the venue's; ``on_problem`` is told of frames that
    can't be read.
    """

    def __init__(
        self,
        account: str,
        clock: Clock,
        on_problem: Callable[[ProtocolError], None],
        network: Network,
        gate: Gate,
        tickers: Tickers,
        history: deque[PrivatePush],
        on_delivered: Sequence[Callable[[PrivatePush], object]],
    ) -> None:
        self._account, self._clock, self._on_problem = account, clock, on_problem
        self._network, self._gate, self._tickers = network, gate, tickers
        self._history, self._on_delivered = history, on_delivered
        self._keys = Keys(f"simulated-key-{account}", f"simulated-secret-{account}")
        self._sockets: list[SimulatedSocket] = []

    def rest(self) -> BybitRest:
        """A session of its own."""
        keys, clock = self._keys, self._clock
        session = SimulatedSession(_ENDPOINTS, keys, clock, self._account, self._gate, self._network)
        return BybitRest(_ENDPOINTS, keys, clock, session)

    def private_stream(self) -> BybitPrivateStream:
        """The account's stream, not yet open."""
        stream = BybitPrivateStream(_ENDPOINTS, self._keys, self._clock, self._on_problem)
        return self._over(
            stream,
            lambda owner: PrivateSocket(
                self._network, owner, self._clock, self._account, self._history, self._on_delivered
            ),
        )

    def public_stream(self) -> BybitPublicStream:
        """The market's stream, not yet open."""
        stream = BybitPublicStream(_ENDPOINTS, self._clock, self._on_problem)
        return self._over(
            stream, lambda owner: PublicSocket(self._network, owner, self._clock, self._tickers.prices)
        )

    def trading_socket(self) -> BybitTradingSocket:
        """The trading socket, not yet open."""
        socket = BybitTradingSocket(_ENDPOINTS, self._keys, self._clock, self._on_problem)
        return self._over(
            socket, lambda owner: OrderSocket(self._network, owner, self._clock, self._account, self._gate)
        )

    def end(self) -> None:
        """The process is gone: nothing comes back to it. What it has sent still arrives."""
        for socket in self._sockets:
            socket.bereave()
        self._sockets.clear()

    def _over(self, connection: C, make: Make) -> C:
        """The real client's connection over a socket of ours."""

        def dial(owner: Owner) -> Socket:
            socket = make(owner)
            self._sockets = [one for one in self._sockets if not one.ended]
            self._sockets.append(socket)
            socket.dial()
            return cast(Socket, socket)  # it has all that a connection uses of pybit's

        connection._dial = dial
        return connection
