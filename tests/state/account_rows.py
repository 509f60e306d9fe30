"""Wallets, legs and commands as short as the tests of the account rules need them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from messages.account import PositionRow, Wallet
from messages.ids import OrderName
from messages.orders import BalanceCheck, BalanceContext, PlaceOrder, Priority
from messages.sides import Role, Side


def wallet(available: Decimal | int, created_ms: int, **changes: Decimal) -> Wallet:
    """A wallet of 1,000 USDT equity."""
    figures = Wallet(
        equity=Decimal(1000),
        wallet_balance=Decimal(1000),
        available=Decimal(available),
        unrealised=Decimal(0),
        initial_margin=Decimal(1000) - Decimal(available),
        maintenance_margin=Decimal(20),
        maintenance_rate=Decimal("0.02"),
        created_ms=created_ms,
    )
    return replace(figures, **changes)  # type: ignore[arg-type]  # names of money fields, by the tests


def leg(side: Side, size: int, mark: int, *, seq: int = 1, symbol: str = "SOLUSDT") -> PositionRow:
    """A leg with leverage 10."""
    return PositionRow(
        symbol=symbol,
        leg=side,
        size=Decimal(size),
        average_price=Decimal(mark),
        mark_price=Decimal(mark),
        liquidation_price=None,
        leverage=Decimal(10),
        unrealised_usdt=Decimal(0),
        take_profit=Decimal(0),
        stop_loss=Decimal(0),
        seq=seq,
        updated_ms=seq,
    )


def name_of(number: int, role: Role = Role.ENTRY) -> str:
    """The id of the ``number``-th order."""
    return str(
        OrderName(account=1, side=Side.LONG, role=role, level=1, symbol="SOLUSDT", cycle=1, attempt=number)
    )


def check(
    cost: Decimal | int,
    buffer_percent: int = 0,
    context: BalanceContext = BalanceContext.AVERAGING,
    **changes: Decimal | int,
) -> BalanceCheck:
    """What an entry needs."""
    needs = BalanceCheck(context=context, cost=Decimal(cost), buffer_percent=Decimal(buffer_percent))
    return replace(needs, **changes)  # type: ignore[arg-type]  # names of fields, by the tests


def place(number: int, needs: BalanceCheck | None, priority: Priority = Priority.PENDING) -> PlaceOrder:
    """The ``number``-th order; without a check it closes."""
    side = Side.LONG
    return PlaceOrder(
        symbol="SOLUSDT",
        order_link_id=name_of(number, Role.ENTRY if needs else Role.TAKE_PROFIT),
        leg=side,
        order_side=side.opens_with if needs else side.closes_with,
        qty=Decimal(1),
        price=Decimal(100),
        reduce_only=needs is None,
        close_on_trigger=False,
        priority=priority,
        check=needs,
    )
