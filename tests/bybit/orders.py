"""Order requests for tests."""

from __future__ import annotations

from decimal import Decimal

from messages.ids import OrderName
from messages.orders import Action, AmendOrder, CancelOrder, OrderCommand, PlaceOrder, Priority, SendOrders
from messages.sides import Role, Side


def link(level: int, side: Side = Side.LONG, role: Role = Role.ENTRY, attempt: int = 1) -> str:
    """One of our ids on SOLUSDT, account 1."""
    name = OrderName(account=1, side=side, role=role, level=level, symbol="SOLUSDT", cycle=1, attempt=attempt)
    return str(name)


def place(
    level: int,
    price: str | None = "100.00",
    side: Side = Side.LONG,
    qty: str = "1.0",
    role: Role = Role.ENTRY,
    attempt: int = 1,
) -> PlaceOrder:
    """An entry, or (role T or C) a reduce-only order."""
    return PlaceOrder(
        symbol="SOLUSDT",
        order_link_id=link(level, side, role, attempt),
        leg=side,
        order_side=side.opens_with if role.opens else side.closes_with,
        qty=Decimal(qty),
        price=None if price is None else Decimal(price),
        reduce_only=not role.opens,
        close_on_trigger=False,
        priority=Priority.PENDING,
    )


def amend(level: int, qty: str | None = None, price: str | None = None) -> AmendOrder:
    """An amendment of an entry."""
    return AmendOrder(
        symbol="SOLUSDT",
        order_link_id=link(level),
        qty=None if qty is None else Decimal(qty),
        price=None if price is None else Decimal(price),
        priority=Priority.PENDING,
    )


def cancel(level: int) -> CancelOrder:
    """A cancel of an entry."""
    return CancelOrder(symbol="SOLUSDT", order_link_id=link(level), priority=Priority.PENDING)


def request(action: Action, *commands: OrderCommand, request_id: str = "r-1", at_ms: int = 0) -> SendOrders:
    """A request with these commands."""
    return SendOrders(request_id=request_id, action=action, commands=commands, timestamp_ms=at_ms)
