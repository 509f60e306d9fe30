"""The feeds: connections that come and go under our own watch; what they bring is decoded once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from actors.directory import account_address, grid_address
from actors.mail import (
    Check,
    Lost,
    Open,
    PriceTaken,
    PriceWanted,
    SocketGone,
    SocketReady,
    StreamLost,
    StreamOpened,
    Unreadable,
)
from actors.shell import Shell, World
from exchange.errors import ExchangeError, Fatal
from exchange.ports import PrivateStream, PublicStream, TradingSocket
from messages.account import Execution, OrderRow, PositionRow, StreamEvent, Wallet
from messages.commands import StreamUp
from messages.events import Counted, StreamEvents
from messages.guard import PrivateStreamLost
from messages.market import Price
from messages.orders import OrdersAnswered
from messages.reports import StreamChanged, StreamHeard

#: A silent connection is given up after 12 s; this is how late that may be seen.
_CHECK_MS = 2_000
_TELL_MS = 5_000
_FIRST_WAIT_MS, _LONGEST_WAIT_MS = 500, 30_000
#: A connection that stood for less is dialled again as if it had been refused: else one that is let in and
#: thrown out again would be dialled twice a second, and the exchange shuts an address out for that.
_STEADY_NS = 10_000_000_000


class _Connection(Protocol):
    def close(self) -> None: ...
    def check(self, now_ms: int) -> None: ...
    @property
    def heard_ms(self) -> int: ...


C = TypeVar("C", bound=_Connection)


class _Feed(Shell, Generic[C]):
    """A connection that is opened, watched, and opened again with backoff, by messages alone.

    Every connection has a number; what an older one still says is not heard. While there is none, each
    failed dial is told with the time of the next; the first one that succeeds tells how long it took.
    """

    stream = ""

    def __init__(self, address: str, world: World, account: int, make: Callable[[], C]) -> None:
        super().__init__(address, world)
        self._account = account
        self._make = make
        self._connection: C | None = None
        self._generation = 0
        self._wait_ms = _FIRST_WAIT_MS
        self._heard_ms = 0
        self._up_ns = 0
        self._down_ns = 0
        """Since when there is none, 0 while there is or was none yet."""
        self._dials = 0

    def on_start(self) -> None:
        """Begin to look after the connection, whichever it is."""
        self.later(_CHECK_MS, Check())

    def receive(self, message: object) -> None:
        """Open, check, or take note of a loss."""
        match message:
            case Open():
                self._open()
            case Check():
                if self._connection is not None:
                    self._connection.check(self.world.clock.now_ms())
                    self._tell_heard(self._connection.heard_ms)
                self.later(_CHECK_MS, Check())
            case Lost():
                if message.generation == self._generation and self._connection is not None:
                    self._drop()
                    self._down_ns = self.world.clock.monotonic_ns()
                    if self._down_ns >= self._up_ns + _STEADY_NS:
                        self._wait_ms = _FIRST_WAIT_MS
                    self._is_lost(message.reason)
                    self._retry()

    def _open(self) -> None:
        if self._connection is not None:
            return
        self._generation += 1
        self._dials += 1
        self.send("watch", Counted(account=self._account, symbol="", name="dial", reason=self.stream))
        connection = self._make()
        try:
            self._dial(connection, self._generation)
        except ExchangeError as error:
            connection.close()
            self._wait_ms = _LONGEST_WAIT_MS if isinstance(error, Fatal) else self._wait_ms
            self._report(up=False, reason=f"{error}; dialled again in {self._wait_ms / 1000:g} s")
            self._retry()
            return
        self._connection = connection
        self._up_ns = self.world.clock.monotonic_ns()
        self._report(up=True, reason=self._absence())
        self._down_ns = self._dials = 0
        self._is_up(connection)

    def _absence(self) -> str:
        """How long there was no connection; "" at the first."""
        if not self._down_ns:
            return ""
        dials = f" and {self._dials} dials" if self._dials > 1 else ""
        return f"after {(self._up_ns - self._down_ns) / 1_000_000_000:.1f} s{dials}"

    def _retry(self) -> None:
        self.later(self._wait_ms, Open())
        self._wait_ms = min(self._wait_ms * 2, _LONGEST_WAIT_MS)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lose(self, generation: int) -> Callable[[str], None]:
        return lambda reason: self.send(self.address, Lost(reason=reason, generation=generation))

    def _report(self, *, up: bool, reason: str) -> None:
        self.send(
            "watch",
            StreamChanged(
                account=self._account,
                stream=self.stream,
                up=up,
                reason=reason,
                at_ms=self.world.clock.now_ms(),
            ),
        )

    def _tell_heard(self, heard_ms: int) -> None:
        """Now and then: what a living connection says several times meanwhile."""
        if heard_ms >= self._heard_ms + _TELL_MS:
            self._heard_ms = heard_ms
            self.world.show(StreamHeard(account=self._account, stream=self.stream, at_ms=heard_ms))

    def _dial(self, connection: C, generation: int) -> None:
        raise NotImplementedError

    def _is_up(self, connection: C) -> None:
        """What else to say when it stands."""

    def _is_lost(self, reason: str) -> None:
        self._report(up=False, reason=reason)

    def on_stop(self) -> None:
        """Close the connection."""
        self._drop()


class PrivateFeedActor(_Feed[PrivateStream]):
    """An account's orders, executions, positions and wallet; routed from the reader's thread.

    Two mailboxes stand between the frame and the wire: the grid's and the order actor's. This actor's own
    mailbox is not among them; it only opens, watches and closes.
    """

    stream = "private"

    def __init__(
        self,
        address: str,
        world: World,
        account: int,
        symbols: Iterable[str],
        make: Callable[[], PrivateStream],
    ) -> None:
        super().__init__(address, world, account, make)
        self._grids = {symbol: grid_address(account, symbol) for symbol in symbols}
        self._orders = account_address(account, "orders")
        self._reconciler = account_address(account, "reconciler")

    def _dial(self, connection: PrivateStream, generation: int) -> None:
        connection.open(self._route, self._lose(generation))

    def _route(self, events: tuple[StreamEvent, ...], received_ns: int) -> None:
        """Send a frame's records on, in their order, one message a symbol."""
        by_symbol: dict[str, list[OrderRow | Execution | PositionRow]] = {}
        for event in events:
            if isinstance(event, Wallet):
                self.send(self._orders, event)
            else:
                by_symbol.setdefault(event.symbol, []).append(event)
        for symbol, records in by_symbol.items():
            frame = StreamEvents(symbol=symbol, events=tuple(records), received_ns=received_ns)
            grid = self._grids.get(symbol)
            if grid is not None:
                self.send(grid, frame)
            self.send(self._orders, frame)

    def _is_up(self, connection: PrivateStream) -> None:
        self.send(self._reconciler, StreamOpened())
        self.send(self._orders, StreamUp(up=True))

    def _is_lost(self, reason: str) -> None:
        super()._is_lost(reason)
        self.send(self._reconciler, StreamLost(reason=reason))
        self.send(account_address(self._account, "guard"), PrivateStreamLost())
        for address in (self._orders, *self._grids.values()):
            self.send(address, StreamUp(up=False))


class SocketActor(_Feed[TradingSocket]):
    """An account's trading socket: handed to the order actor while it stands."""

    stream = "trading"

    def _dial(self, connection: TradingSocket, generation: int) -> None:
        connection.open(self._answered, self._lose(generation))

    def _answered(self, answered: OrdersAnswered) -> None:
        self.send(account_address(self._account, "orders"), answered)

    def _is_up(self, connection: TradingSocket) -> None:
        self.send(account_address(self._account, "orders"), SocketReady(socket=connection))

    def _is_lost(self, reason: str) -> None:
        super()._is_lost(reason)
        self.send(account_address(self._account, "orders"), SocketGone(reason=reason))


class PublicFeedActor(_Feed[PublicStream]):
    """Prices for all accounts, conflated: each reader has at most one price in its mailbox.

    ``readers`` gives each symbol's addresses. A reader is sent the newest price, and the next one only
    when it has acknowledged that.
    """

    stream = "public"

    def __init__(
        self,
        address: str,
        world: World,
        readers: dict[str, tuple[str, ...]],
        make: Callable[[], PublicStream],
    ) -> None:
        super().__init__(address, world, 0, make)
        self._readers = readers
        self._busy: set[tuple[str, str]] = set()
        self._waiting: dict[tuple[str, str], Price] = {}
        self._newest: dict[str, Price] = {}

    def receive(self, message: object) -> None:
        """Pass a price on, take an acknowledgement, or count a frame that could not be read."""
        if isinstance(message, Price):
            self._newest[message.symbol] = message
            for reader in self._readers.get(message.symbol, ()):
                self._offer(reader, message)
        elif isinstance(message, PriceWanted):
            self._begin(message.symbol, message.reader)
        elif isinstance(message, PriceTaken):
            key = (message.symbol, message.reader)
            self._busy.discard(key)
            newest = self._waiting.pop(key, None)
            if newest is not None:
                self._offer(message.reader, newest)
        elif isinstance(message, Unreadable):
            counted = Counted(account=self._account, symbol="", name="unreadable", reason=self.stream)
            self.send("watch", counted)
        else:
            super().receive(message)

    def _begin(self, symbol: str, reader: str) -> None:
        self._busy.discard((symbol, reader))
        self._waiting.pop((symbol, reader), None)
        newest = self._newest.get(symbol)
        if newest is not None:
            self._offer(reader, newest)

    def _offer(self, reader: str, price: Price) -> None:
        key = (price.symbol, reader)
        if key in self._busy:
            self._waiting[key] = price
        else:
            self._busy.add(key)
            self.send(reader, price)

    def _dial(self, connection: PublicStream, generation: int) -> None:
        connection.open(tuple(self._readers), self._priced, self._lose(generation))

    def _priced(self, price: Price) -> None:
        self.send(self.address, price)
