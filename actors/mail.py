"""Messages that only actors send each other: envelopes round the vocabulary of messages/."""

from __future__ import annotations

from dataclasses import dataclass

from actors.display.model import DisplayModel
from actors.reports.vitals import Vitals
from exchange.errors import ExchangeError
from exchange.ports import TradingSocket
from messages.guard import GuardMemory
from messages.orders import OrderCommand, OrdersAnswered, SendOrders
from messages.requests import Answer, Request
from messages.sides import Side
from state.grid.model import GridState


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Ask a caller for a request; ``Called`` goes to ``reply_to``."""

    request: Request | SendOrders
    reply_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """The end of a call, at ``ended_ns`` (monotonic): exactly one of ``answer`` and ``error``."""

    request: Request | SendOrders
    answer: Answer | OrdersAnswered | None
    error: ExchangeError | None
    took_ns: int
    ended_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A close: which cycle of which side, and when the frame that told it arrived (the clock's monotonic)."""

    side: Side
    cycle: int
    received_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A grid's commands of one step, in order.

    ``origins`` gives, for a reopening order's id, the close that it answers.
    """

    commands: tuple[OrderCommand, ...]
    origins: dict[str, Origin]


@dataclass(frozen=True, slots=True, kw_only=True)
class DropEntries:
    """A side has closed, or the bot stops: a symbol's entries that still wait must not leave.

    A close lets ``openings`` go on, for a procedure awaits them; a stop does not.
    """

    symbol: str
    reason: str
    openings: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Connect now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The regular look at one's own connection, queue or file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """A request should have been answered by now."""

    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """The connection numbered ``generation`` has ended."""

    reason: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOpened:
    """The private stream stands: what was missed meanwhile is to be synced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLost:
    """The private stream is gone."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketReady:
    """A trading socket stands and may be sent on, until ``SocketGone``."""

    socket: TradingSocket


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketGone:
    """The trading socket is gone: orders go by REST until the next one."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTaken:
    """A reader has taken its last price and may be given the next: latest wins."""

    symbol: str
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceWanted:
    """A reader has begun: it gets the newest price, whatever was sent to who lived there before."""

    symbol: str
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveGrid:
    """A symbol's newest state, for the file."""

    symbol: str
    state: GridState


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeDue:
    """A freeze that was to last until then is over, unless it has become longer."""

    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveGuard:
    """What the guard remembers, for the file."""

    memory: GuardMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStopped:
    """An emergency stop, for whoever counts those of all accounts."""

    account: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Tell the watch how things stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorDied:
    """An actor failed and is gone."""

    address: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequested:
    """An account must stop (hold)."""

    account: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record or frame that could not be read: what it told must be synced."""

    text: str


#: What the exchange answers to a request whose stamp is too far from its own clock.
WRONG_CLOCK = 10002


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockDoubted:
    """A request was refused for its stamp: the exchange's clock is to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRead:
    """The exchange's clock was read, and isn't ours: its time less that of the clock that never steps."""

    ahead_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPicture:
    """What the watch shows when it finishes."""

    model: DisplayModel


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPicture:
    """A person asks what the watch knows; changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What the watch knows."""

    model: DisplayModel
    vitals: Vitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Save or write what is open, then say so to ``reply_to``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What ``Finish`` asked for is done."""

    address: str
