"""What the grid asks of the order actor, and how each request is answered."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum

from messages.sides import OrderSide, Side


class Priority(IntEnum):
    """The order actor's queue, first served first (strategy, section 13)."""

    CLOSE = 0
    CANCEL_FOR_CLOSE = 1
    REOPEN = 2
    PENDING = 3
    RECALCULATE = 4


class Action(StrEnum):
    """The three things that can be done with an order."""

    PLACE = "create"
    AMEND = "amend"
    CANCEL = "cancel"


class BalanceContext(StrEnum):
    """Why an entry asks for balance; the one check has no other callers (failure 4)."""

    INITIAL = "initial"
    AVERAGING = "averaging"
    SYMMETRY = "symmetry"
    REOPEN = "reopen"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceCheck:
    """What an entry needs before it may leave (strategy, section 8). All amounts in USDT.

    ``cost`` is margin plus the fees to open and close. ``also_fits`` is what must be affordable beside it
    without being reserved. ``released`` was freed by a close at ``released_ms`` and counts as free until
    a wallet push created after that.
    """

    context: BalanceContext
    cost: Decimal
    buffer_percent: Decimal
    also_fits: Decimal = Decimal(0)
    released: Decimal = Decimal(0)
    released_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Send one order. ``price`` None is a market order. ``qty`` 0 with reduce_only closes everything."""

    symbol: str
    order_link_id: str
    leg: Side
    order_side: OrderSide
    qty: Decimal
    price: Decimal | None
    reduce_only: bool
    close_on_trigger: bool
    priority: Priority
    check: BalanceCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendOrder:
    """Change a resting order: ``qty`` is the new total, fills included; None leaves a value."""

    symbol: str
    order_link_id: str
    qty: Decimal | None
    price: Decimal | None
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Take one resting order away, by our id."""

    symbol: str
    order_link_id: str
    priority: Priority


OrderCommand = PlaceOrder | AmendOrder | CancelOrder


class Outcome(StrEnum):
    """What is known after a request. An acknowledgement is never an outcome of the order itself."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRYABLE = "retryable"
    FATAL = "fatal"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswered:
    """The answer to one order command; every command gets exactly one.

    ``request_ms`` is the timestamp that the request carried (0 if it never left). UNKNOWN: it may or may
    not have been carried out. WITHHELD: it never left, because the balance or a stop forbade it.
    RETRYABLE: certainly not carried out, may be tried again later with a new id.
    """

    symbol: str
    action: Action
    order_link_id: str
    outcome: Outcome
    code: int
    text: str
    request_ms: int
    answered_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOrders:
    """One request to the exchange: one command, or a batch of the same action."""

    request_id: str
    action: Action
    commands: tuple[OrderCommand, ...]
    timestamp_ms: int
    recv_window_ms: int = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersAnswered:
    """The exchange's answer to ``SendOrders``: one ``RequestAnswered`` a command, in their order.

    ``limit_left`` and ``limit_reset_ms`` come from the rate headers where there were any.
    """

    request_id: str
    answers: tuple[RequestAnswered, ...]
    limit_left: int | None = None
    limit_reset_ms: int | None = None
