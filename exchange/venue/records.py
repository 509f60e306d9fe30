"""What the venue keeps: orders, executions, legs, what an account holds of a symbol, and accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from exchange.venue.money import ZERO

if TYPE_CHECKING:
    from exchange.venue.listing import Listing

OPEN_STATUSES = frozenset({"New", "PartiallyFilled", "Untriggered", "Triggered"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSpec:
    """How an account starts. ``leverage`` holds for every symbol until set-leverage changes it."""

    name: str
    balance_usdt: Decimal = Decimal(10_000)
    hedge: bool = False
    leverage: Decimal = Decimal(10)


@dataclass(slots=True, eq=False, kw_only=True)
class Order:
    """One order from its acceptance to its end; ``live`` once its outcome is out and it can match."""

    no: int
    order_id: str
    link_id: str
    holding: Holding
    leg: Leg
    side: str
    order_type: str
    time_in_force: str
    price: Decimal
    """The limit; of a market order the bound of its slippage, in USDT."""
    qty: Decimal
    created_ms: int
    updated_ms: int
    closing: bool = False
    """It can only reduce its leg (hedge: by side and index; one-way: by the reduceOnly flag)."""
    close_on_trigger: bool = False
    create_type: str = "CreateByUser"
    stop_order_type: str = ""
    trigger_price: Decimal = ZERO
    trigger_direction: int = 0
    trigger_by: str = ""
    take_profit: Decimal = ZERO
    stop_loss: Decimal = ZERO
    last_price_on_created: Decimal = ZERO
    smp_type: str = "None"
    status: str = "New"
    cancel_type: str = "UNKNOWN"
    reject_reason: str = "EC_NoError"
    live: bool = False
    cum_qty: Decimal = ZERO
    cum_value: Decimal = ZERO
    cum_fee: Decimal = ZERO
    closed_pnl: Decimal = ZERO
    unit_cost: Decimal = ZERO
    """Margin and fees that one unit of the unfilled quantity blocks, in USDT; 0 for closing orders."""
    queue_ahead: Decimal = ZERO
    rank: tuple[Decimal, int] | None = None
    """Where it stands in its book; None while it doesn't rest."""
    executions: list[Execution] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def leaves(self) -> Decimal:
        """What may still fill, in base coin."""
        return self.qty - self.cum_qty if self.is_open else ZERO

    @property
    def symbol(self) -> str:
        return self.leg.symbol


@dataclass(slots=True, eq=False, kw_only=True)
class Execution:
    """One fill, or one funding of a leg; as it was booked, never changed after."""

    no: int
    exec_id: str
    exec_type: str
    order: Order | None
    order_id: str
    listing: Listing
    leg: Leg
    side: str
    price: Decimal
    qty: Decimal
    value: Decimal
    fee: Decimal
    fee_rate: Decimal
    closed_qty: Decimal
    pnl: Decimal
    is_maker: bool
    order_qty: Decimal
    order_price: Decimal
    leaves: Decimal
    seq: int
    mark: Decimal
    time_ms: int
    wallet_after: Decimal
    size_after: Decimal


@dataclass(slots=True, eq=False, kw_only=True)
class Leg:
    """One positionIdx of one symbol. ``cost`` is what its size was entered for, exactly, in USDT."""

    symbol: str
    idx: int
    side: str = ""
    """Buy for long, Sell for short, empty when flat."""
    size: Decimal = ZERO
    entry: Decimal = ZERO
    cost: Decimal = ZERO
    open_fees: Decimal = ZERO
    cur_realised: Decimal = ZERO
    cum_realised: Decimal = ZERO
    created_ms: int = 0
    updated_ms: int = 0
    opened_ms: int = 0
    seq: int = -1
    take_profit: Order | None = None
    stop_loss: Order | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class ClosedPnl:
    """What one closing order has closed so far: a row of position/closed-pnl."""

    no: int
    order: Order
    qty: Decimal = ZERO
    entry_value: Decimal = ZERO
    exit_value: Decimal = ZERO
    pnl: Decimal = ZERO
    open_fee: Decimal = ZERO
    close_fee: Decimal = ZERO
    fills: int = 0
    leverage: Decimal = ZERO
    exec_type: str = "Trade"
    created_ms: int = 0
    updated_ms: int = 0


@dataclass(slots=True, eq=False, kw_only=True)
class Holding:
    """What one account has of one symbol; ``upl``, ``im`` and ``mm`` follow the mark price."""

    account: Account
    listing: Listing
    hedge: bool
    leverage: Decimal
    legs: dict[int, Leg] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    """Open orders by orderId, those on their way included."""
    order_im: Decimal = ZERO
    upl: Decimal = ZERO
    im: Decimal = ZERO
    mm: Decimal = ZERO
    next_outcome_ms: int = 0
    """Outcomes of one account and symbol come in the order of their requests."""

    def has_position(self) -> bool:
        return any(leg.size for leg in self.legs.values())


@dataclass(slots=True, eq=False, kw_only=True)
class Account:
    """One unified account with cross margin, in USDT; totals are kept as sums over its holdings."""

    name: str
    hedge: bool
    leverage: Decimal
    started_with: Decimal
    wallet: Decimal
    realised: Decimal = ZERO
    fees: Decimal = ZERO
    funding: Decimal = ZERO
    insured: Decimal = ZERO
    """What the insurance fund paid where a gap took the wallet below 0."""
    upl: Decimal = ZERO
    im: Decimal = ZERO
    mm: Decimal = ZERO
    order_im: Decimal = ZERO
    moves_price: bool = True
    """A limit outside the price band is moved into it (else refused with 110003)."""
    holdings: dict[str, Holding] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    links: dict[str, list[Order]] = field(default_factory=dict)
    """Orders by orderLinkId, the newest last; more than one where the id was free again."""
    ended: list[Order] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    closed: dict[str, ClosedPnl] = field(default_factory=dict)

    @property
    def margin_balance(self) -> Decimal:
        return self.wallet + self.upl

    @property
    def available(self) -> Decimal:
        """Room for new orders in USDT."""
        return self.wallet + self.upl - self.im - self.order_im
