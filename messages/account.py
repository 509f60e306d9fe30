"""What the exchange says of an account: orders, executions, positions, wallet.

These are the bot's normal forms of rows and frames; the exchange's own spelling stays in exchange/.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from messages.sides import OrderSide, Side


class OrderStatus(StrEnum):
    """An order's state at the exchange, as far as a linear order can have it."""

    NEW = "New"
    PARTIALLY_FILLED = "PartiallyFilled"
    FILLED = "Filled"
    CANCELLED = "Cancelled"
    REJECTED = "Rejected"
    UNTRIGGERED = "Untriggered"
    TRIGGERED = "Triggered"
    DEACTIVATED = "Deactivated"
    OTHER = "Other"

    @property
    def ended(self) -> bool:
        """True when no further fill can come. A cancelled order may carry fills."""
        return self in (
            OrderStatus.FILLED,
            OrderStatus.CANCELLED,
            OrderStatus.REJECTED,
            OrderStatus.DEACTIVATED,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order as the exchange shows it. ``order_link_id`` is "" where the sender gave none.

    ``leg`` is None in one-way mode. ``price`` is zero for market orders. Texts of ``cancel_type``,
    ``reject_reason``, ``create_type`` and ``stop_order_type`` are the exchange's own words.
    """

    symbol: str
    order_id: str
    order_link_id: str
    leg: Side | None
    order_side: OrderSide
    status: OrderStatus
    price: Decimal
    qty: Decimal
    cum_exec_qty: Decimal
    reduce_only: bool
    cancel_type: str
    reject_reason: str
    create_type: str
    stop_order_type: str
    created_ms: int
    updated_ms: int


class ExecType(StrEnum):
    """What an execution is. Only those that change a position's size say so."""

    TRADE = "Trade"
    FUNDING = "Funding"
    ADL = "AdlTrade"
    BUST = "BustTrade"
    SETTLE = "Settle"
    DELIVERY = "Delivery"
    BLOCK = "BlockTrade"
    MOVE = "MovePosition"
    OTHER = "Other"

    @property
    def changes_size(self) -> bool:
        """Funding never does: its quantity is the position's size."""
        return self not in (ExecType.FUNDING, ExecType.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution. ``leg`` is None where neither the id nor the row tells it.

    ``fee_usdt`` above zero was paid, below zero was earned. ``seq`` is the exchange's cross sequence of
    the symbol; several executions may share it.
    """

    symbol: str
    leg: Side | None
    exec_id: str
    order_id: str
    order_link_id: str
    exec_type: ExecType
    order_side: OrderSide
    price: Decimal
    qty: Decimal
    fee_usdt: Decimal
    is_maker: bool
    create_type: str
    exec_ms: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """One leg as the exchange shows it; ``seq`` is -1 where it never traded or the row lacks it."""

    symbol: str
    leg: Side | None
    size: Decimal
    average_price: Decimal
    mark_price: Decimal
    liquidation_price: Decimal | None
    leverage: Decimal
    unrealised_usdt: Decimal
    take_profit: Decimal
    stop_loss: Decimal
    seq: int
    updated_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """An account's figures in USDT. ``maintenance_rate`` 1 is liquidation.

    ``paid_in`` is what the USDT balance would be without any profit, fee and funding: deposits less
    withdrawals; None where the exchange doesn't tell.
    """

    equity: Decimal
    wallet_balance: Decimal
    available: Decimal
    unrealised: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    maintenance_rate: Decimal
    created_ms: int
    paid_in: Decimal | None = None

    @property
    def free(self) -> Decimal:
        """What is available; below zero where margins exceed the equity, which the exchange shows as 0."""
        return min(self.available, self.equity - self.initial_margin)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo:
    """How an account is set up; trading needs a unified account with cross margin."""

    unified: bool
    margin_mode: str


StreamEvent = OrderRow | Execution | PositionRow | Wallet
