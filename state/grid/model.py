"""The state of one symbol's grid: everything that the decisions of ``step`` rest on.

``GridState`` and ``SideState`` are changed only inside ``step``, on a copy; whatever else they hold is
frozen. All of it goes into the state file (state/store), so every field has an exact JSON form. These two
have no slots: a dictionary is copied ten times as fast, and every event begins with a copy. Books and legs
have none either, so that what follows from one is worked out once; levels, openings and orders, so that a
changed one is made as fast (state/changed.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from messages.account import Execution
from messages.market import FeeRates, Instrument, Price
from messages.settings import GridSettings
from messages.sides import SIDES, Role, Side
from state.grid.backoff import NO_BACKOFF, Backoff
from state.grid.procedures import Closing, Flatten, Restart
from state.leg import Leg
from state.numbers import ZERO
from state.order import Order


class Cause(StrEnum):
    """Why a side closed, from harmless to worst; the worst execution of a cycle decides."""

    TAKE_PROFIT = "take_profit"
    OURS = "ours"
    RESTART = "restart"
    PERSON = "person"
    EXCHANGE = "exchange"


CAUSE_RANK = {cause: rank for rank, cause in enumerate(Cause)}


@dataclass(frozen=True, kw_only=True)
class Level:
    """What a side holds at one level in its current cycle.

    ``wanted`` is the level's whole quantity; ``complete`` also when the rest is too small to buy.
    ``by_opening``: bought by a market order for several levels, whose average price is theirs.
    """

    qty: Decimal = ZERO
    value: Decimal = ZERO
    wanted: Decimal = ZERO
    complete: bool = False
    by_opening: bool = False

    @property
    def price(self) -> Decimal:
        """The weighted mean price of its fills; only for levels with a fill."""
        return self.value / self.qty


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A decided opening of levels 0 ... ``depth``; it lives until they are held or given up."""

    depth: int
    reopening: bool
    decided_ms: int
    tries: int = 0
    delays: int = 0
    retry_ms: int = 0
    waiting: bool = False
    released: Decimal = ZERO
    released_ms: int = 0
    forced: bool = False  # a freeze does not hinder it


@dataclass(frozen=True, kw_only=True)
class CycleBook:
    """A cycle's executions in sums: base coin and USDT. ``fees`` and ``funding`` above zero were paid.

    ``foreign_qty`` is what the leg holds beside them, since a person traded on it or no execution
    explains it.
    """

    cycle: int
    opened_ms: int = 0
    closed_ms: int = 0
    entry_qty: Decimal = ZERO
    entry_value: Decimal = ZERO
    entry_fees: Decimal = ZERO
    exit_qty: Decimal = ZERO
    exit_value: Decimal = ZERO
    exit_fees: Decimal = ZERO
    funding: Decimal = ZERO
    foreign_qty: Decimal = ZERO
    cause: Cause = Cause.TAKE_PROFIT
    deepest: int = -1

    @property
    def open_qty(self) -> Decimal:
        """What the executions leave open."""
        return self.entry_qty - self.exit_qty

    @cached_property
    def size(self) -> Decimal:
        """How large the leg should be by what is known of the cycle."""
        return self.entry_qty - self.exit_qty + self.foreign_qty

    @cached_property
    def average_entry(self) -> Decimal:
        """a: the average entry of the cycle's fills; only for cycles with a fill."""
        return self.entry_value / self.entry_qty

    @cached_property
    def fee_per_unit(self) -> Decimal:
        """f: the fees of the cycle's entries by base coin."""
        return self.entry_fees / self.entry_qty


@dataclass(kw_only=True)
class SideState:
    """One side. ``held``: the grid holds the current cycle open; ``cycle`` numbers it, or the next one.

    ``fills`` are the executions that ``book`` sums up, in the order of their arrival.
    """

    side: Side
    leg: Leg = field(default_factory=Leg)
    cycle: int = 1
    held: bool = False
    settings: GridSettings | None = None
    levels: dict[int, Level] = field(default_factory=dict)
    book: CycleBook = field(default_factory=lambda: CycleBook(cycle=1))
    fills: tuple[Execution, ...] = ()
    old_books: tuple[CycleBook, ...] = ()
    opening: Opening | None = None
    ever_opened: bool = False
    base: Decimal | None = None
    base_from_ms: int = 0
    price_at_base: Decimal | None = None
    recalculated_ms: int = 0
    paused: str = ""
    tp_backoff: Backoff = NO_BACKOFF
    close_backoff: Backoff = NO_BACKOFF
    stop_backoff: Backoff = NO_BACKOFF
    level_backoff: dict[int, Backoff] = field(default_factory=dict)
    kept_away: frozenset[int] = frozenset()
    withheld: frozenset[int] = frozenset()
    read_due_ms: int = 0
    reads: int = 0
    row_average: Decimal = ZERO
    too_small: Decimal = ZERO  # a take profit of this size was refused for its notional
    stop_sent: str = ""
    wrong_tp_since_ms: int = 0  # how long the side has been without a right take profit
    tp_withdrawn: bool = False  # by a guard: nothing puts it back but resume
    missing_syncs: int = 0
    unexplained_syncs: int = 0
    unexplained_reads: int = 0
    doubted: bool = False
    rebuild_from_ms: int = 0
    recovery_due_ms: int = 0
    cycles_closed: int = 0
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO

    def copy(self) -> SideState:
        """A copy whose changes leave this one alone."""
        twin = SideState.__new__(SideState)
        twin.__dict__ = self.__dict__.copy()
        twin.levels = self.levels.copy()
        twin.level_backoff = self.level_backoff.copy()
        return twin

    @property
    def size(self) -> Decimal:
        """The leg's size in base coin."""
        return self.leg.size

    @property
    def deepest(self) -> int:
        """The deepest filled level, -1 when none is; partly filled levels are not filled."""
        deepest = -1
        for n, level in self.levels.items():
            if level.complete and n > deepest:
                deepest = n
        if deepest >= 0 or not self.held or self.opening is not None:
            return deepest
        return max((n for n, level in self.levels.items() if level.qty > 0), default=-1)

    @property
    def full(self) -> bool:
        """Whether the last level is filled."""
        return self.held and self.settings is not None and self.deepest >= self.settings.max_levels - 1

    @property
    def whole(self) -> bool:
        """Whether it is full by its ladder's own last level, not by a stray order beyond it."""
        last = self.levels.get(self.settings.max_levels - 1) if self.settings is not None else None
        return self.full and last is not None and last.qty > 0


@dataclass(kw_only=True)
class GridState:
    """One symbol of one account."""

    account: int
    settings: GridSettings
    instrument: Instrument
    fees: FeeRates
    long: SideState = field(default_factory=lambda: SideState(side=Side.LONG))
    short: SideState = field(default_factory=lambda: SideState(side=Side.SHORT))
    references: dict[int, Decimal] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    ended: dict[str, Order] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    exec_ids: dict[str, int] = field(default_factory=dict)
    early: tuple[Execution, ...] = ()  # streamed before the sync that a lost state is rebuilt from
    execs_known_ms: int = 0  # executions up to here are known, their ids forgotten
    closing: Closing | None = None
    restart: Restart | None = None
    flatten: Flatten | None = None
    last: Decimal | None = None
    mark: Decimal | None = None
    price_ms: int = 0
    ever_saved: bool = False
    synced: bool = False
    synced_ms: int = 0  # when the last sync was read
    entries_from_ms: int = 0
    entries_proven: bool = False
    stream_up: bool = False
    interrupted_ms: int = 0  # the stream may have lost something since then; 0 once a sync has followed
    last_gap_ms: int = 0  # when it may have lost something last: a sync read later shows it
    stopped: str = ""
    must_stop: str = ""  # what the guard was told to stop the account for; until resume
    stopping: bool = False
    frozen_until_ms: int = 0
    averaging_frozen: bool = False  # pending entries stay away; openings don't
    entries_refused: str = ""
    leverage_set: Decimal | None = None
    leverage_asked_ms: int = 0
    wants_price: bool = False
    wake_ms: int = 0

    def with_price(self, price: Price) -> GridState:
        """This state with a newer price; everything else is shared, so nothing else may be changed."""
        twin = GridState.__new__(GridState)
        twin.__dict__ = self.__dict__.copy()
        twin.last, twin.mark, twin.price_ms = price.last, price.mark, max(price.at_ms, self.price_ms)
        return twin

    def copy(self) -> GridState:
        """A copy whose changes leave this one alone."""
        twin = GridState.__new__(GridState)
        twin.__dict__ = self.__dict__.copy()
        twin.long, twin.short = self.long.copy(), self.short.copy()
        twin.references, twin.attempts = self.references.copy(), self.attempts.copy()
        twin.orders, twin.ended = self.orders.copy(), self.ended.copy()
        twin.exec_ids = self.exec_ids.copy()
        return twin

    @property
    def symbol(self) -> str:
        """The symbol traded."""
        return self.settings.symbol

    @property
    def cycle_settings(self) -> GridSettings:
        """What a cycle that begins now goes by: the newest settings, with the leverage that is in force.

        A changed leverage waits until both sides are flat (strategy, section 2).
        """
        if self.leverage_set in (None, self.settings.leverage):
            return self.settings
        return replace(self.settings, leverage=self.leverage_set)

    def of(self, side: Side) -> SideState:
        """One side's state."""
        return self.long if side is Side.LONG else self.short

    @property
    def sides(self) -> tuple[SideState, SideState]:
        """LONG first."""
        return self.long, self.short

    def orders_of(self, side: Side, *roles: Role) -> list[Order]:
        """The orders of a side and these roles that have not ended, in the order of their decision."""
        return [o for o in self.orders.values() if o.name.side is side and o.name.role in roles]

    @property
    def flat(self) -> bool:
        """Both legs are flat and no order of ours is live or unknown."""
        return not self.orders and all(not self.of(s).held and self.of(s).size == 0 for s in SIDES)

    @property
    def locked(self) -> bool:
        """Both sides hold their whole ladders."""
        return self.long.whole and self.short.whole
