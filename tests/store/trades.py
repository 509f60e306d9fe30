"""Booked trades for tests."""

from __future__ import annotations

from decimal import Decimal

from messages.account import ExecType, Execution
from messages.events import TradeBooked
from messages.sides import OrderSide, Side

DAY_MS = 24 * 60 * 60 * 1000
NOW_MS = 1_767_225_600_000


def a_trade(
    exec_id: str, exec_ms: int = NOW_MS, *, order_link_id: str = "001LE02-SOLUSDT-00A001"
) -> TradeBooked:
    execution = Execution(
        symbol="SOLUSDT",
        leg=Side.LONG,
        exec_id=exec_id,
        order_id="o-1",
        order_link_id=order_link_id,
        exec_type=ExecType.TRADE,
        order_side=OrderSide.BUY,
        price=Decimal("145.230"),
        qty=Decimal("1E+1"),
        fee_usdt=Decimal("-0.00000003"),
        is_maker=True,
        create_type="CreateByUser",
        exec_ms=exec_ms,
        seq=42,
    )
    return TradeBooked(account=1, side=Side.LONG, cycle=10, role="E", level=2, execution=execution)
