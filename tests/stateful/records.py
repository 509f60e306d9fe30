"""What the tiny exchange keeps: its rules, its two legs, its orders, and their rows as the bot reads them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from messages.account import Execution, OrderRow, OrderStatus, PositionRow
from messages.ids import OrderName
from messages.market import FeeRates
from messages.sides import OrderSide, Side
from tests.state.markets import sol

ZERO = Decimal(0)
START_MS = 1_760_000_000_000
RECV_WINDOW_MS = 2_000
TOPICS = ("order", "execution", "position")
INSTRUMENT = sol(symbol="TESTUSDT", max_market_qty=Decimal(10_000))
FEES = FeeRates(symbol=INSTRUMENT.symbol, maker=Decimal("0.0002"), taker=Decimal("0.00055"))

Record = OrderRow | Execution | PositionRow


@dataclass
class Leg:
    """A position of one side; ``seq`` is that of its last fill."""

    side: Side
    size: Decimal = ZERO
    value: Decimal = ZERO
    seq: int = -1
    updated_ms: int = 0

    def row(self, mark: Decimal) -> PositionRow:
        """The leg as the exchange shows it."""
        return PositionRow(
            symbol=INSTRUMENT.symbol,
            leg=self.side,
            size=self.size,
            average_price=self.value / self.size if self.size else ZERO,
            mark_price=mark,
            liquidation_price=None,
            leverage=Decimal(10),
            unrealised_usdt=ZERO,
            take_profit=ZERO,
            stop_loss=ZERO,
            seq=self.seq,
            updated_ms=self.updated_ms,
        )


@dataclass
class Resting:
    """An order of ours, also after its end. ``price`` None is a market order; ``opens`` enlarges its leg."""

    name: OrderName
    qty: Decimal
    price: Decimal | None
    created_ms: int
    updated_ms: int
    filled: Decimal = ZERO
    status: OrderStatus = OrderStatus.NEW
    cancel_type: str = ""
    reject_reason: str = ""

    @property
    def open(self) -> bool:
        return not self.status.ended

    @property
    def opens(self) -> bool:
        return self.name.role.opens

    @property
    def leaves(self) -> Decimal:
        return self.qty - self.filled

    @property
    def order_side(self) -> OrderSide:
        return self.name.side.opens_with if self.opens else self.name.side.closes_with

    def crossed_by(self, price: Decimal) -> bool:
        """Whether the market at ``price`` fills it."""
        if self.price is None:
            return True
        return price <= self.price if self.order_side is OrderSide.BUY else price >= self.price

    def row(self) -> OrderRow:
        """The order as the exchange shows it."""
        return OrderRow(
            symbol=INSTRUMENT.symbol,
            order_id=f"id of {self.name}",
            order_link_id=str(self.name),
            leg=self.name.side,
            order_side=self.order_side,
            status=self.status,
            price=self.price or ZERO,
            qty=self.qty,
            cum_exec_qty=self.filled,
            reduce_only=not self.opens,
            cancel_type=self.cancel_type,
            reject_reason=self.reject_reason,
            create_type="CreateByUser",
            stop_order_type="",
            created_ms=self.created_ms,
            updated_ms=self.updated_ms,
        )
