"""Pictures of the running bot for people and metrics: snapshots that decide nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from messages.events import TradeBooked
from messages.market import Instrument
from messages.settings import GridSettings
from messages.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelReport:
    """One level that holds something: mean price of its fills, their quantity, whether it is whole."""

    level: int
    price: Decimal
    qty: Decimal
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingReport:
    """One resting entry: level, price, what is left of it."""

    level: int
    price: Decimal
    qty: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SideReport:
    """One side of a symbol. ``take_profit_*`` is the resting TP, None while there is none.

    ``status`` is one word: flat, opening, open, closing, full, paused, waiting (for balance).
    ``realised`` is after fees and funding since the state began; ``cycles`` the closed ones.
    ``unprotected``: the side lacks the right take profit that it should have; ``withdrawn``: the guard
    keeps it away.
    ``filled`` is what each level holds; where deeper ones will stand follows from ``base`` (None while the
    side is flat) and ``settings`` (state/ladder.py).
    """

    side: Side
    status: str
    cycle: int
    size: Decimal
    average_entry: Decimal
    deepest_level: int
    max_levels: int
    take_profit_price: Decimal | None
    take_profit_qty: Decimal | None
    unrealised: Decimal
    pending: tuple[PendingReport, ...]
    cycles: int
    realised: Decimal
    fees: Decimal
    funding: Decimal
    full: bool = False
    waiting: bool = False
    unprotected: bool = False
    withdrawn: bool = False
    filled: tuple[LevelReport, ...] = ()
    base: Decimal | None = None
    settings: GridSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolReport:
    """Both sides of a symbol of an account at ``at_ms``; ``activity`` names a running procedure or "".

    ``price_ms`` is the exchange's time of the newest price, ``unknown_since_ms`` since when the oldest order
    without a proven outcome has been so (0 without one).
    ``fills`` are the executions booked since the report before, oldest first.
    """

    account: int
    symbol: str
    last: Decimal | None
    mark: Decimal | None
    long: SideReport
    short: SideReport
    activity: str
    at_ms: int
    price_ms: int = 0
    unknown_since_ms: int = 0
    instrument: Instrument | None = None
    fills: tuple[TradeBooked, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountReport:
    """An account's figures. ``start_equity`` is the equity at the start of the process.

    ``stopped`` is the reason of an emergency stop, "" while trading. ``unknown_orders`` have no proven
    outcome yet; ``longest_wait_ms`` is how long the oldest queued command waits for the rate budget;
    ``budget_left`` is the least that was left of it since the report before, by action.
    ``initial_margin`` is of positions and orders, by the newest wallet push.
    """

    account: int
    name: str
    dry_run: bool
    equity: Decimal
    start_equity: Decimal
    available: Decimal
    maintenance_rate: Decimal
    stopped: str
    streams_up: bool
    unknown_orders: int
    queued_orders: int
    at_ms: int
    longest_wait_ms: int = 0
    budget_left: tuple[tuple[str, int], ...] = ()
    initial_margin: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersCounted:
    """Requests of an account: how many commands were sent, and how they were answered."""

    account: int
    symbol: str
    action: str
    outcome: str
    code: int
    round_trip_ns: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLatency:
    """The two figures of a TP close (strategy, section 7); None where it can't be measured.

    ``exchange_to_acted_ms``: the exchange's execTime to the close being acted on (both clocks in UTC,
    offset taken out). ``frame_to_reopen_ms``: arrival of the frame to the reopening order leaving.
    """

    account: int
    symbol: str
    side: Side
    exchange_to_acted_ms: Decimal | None
    frame_to_reopen_ms: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamChanged:
    """A connection came up or went down. ``stream`` is public, private or trading; account 0 is all."""

    account: int
    stream: str
    up: bool
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateWritten:
    """The keeper wrote an account's state (``failure`` "" on success), ``took_ns`` with the fsync."""

    account: int
    failure: str
    took_ns: int
    changes: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncFinished:
    """A sync of an account ended (``failure`` "" on success)."""

    account: int
    failure: str
    took_ns: int
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRead:
    """One REST read of the wallet, by source (start, waiting, guard)."""

    account: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamHeard:
    """When a connection that stands last said anything (UTC), be it a pong."""

    account: int
    stream: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged:
    """An account's actors run now, or don't; ``reason`` says why not."""

    account: int
    running: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardReport:
    """What an account's guard holds; sent when it changes. Amounts in USDT, ratios of 1.

    ``mode`` is how it is stopped, "" while it is not; ``by_person``: because somebody asked for it.
    ``holding`` are the rules that fire now, as metrics name them. ``failures`` counts closes that failed in a
    row, by symbol. A threshold of None is a rule switched off.
    """

    account: int
    mode: str
    by_person: bool
    frozen_until_ms: int
    averaging_frozen: bool
    holding: frozenset[str]
    failures: tuple[tuple[str, int], ...]
    peak: Decimal | None
    maintenance_threshold: Decimal | None
    loss_threshold: Decimal | None
