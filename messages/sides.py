"""Sides of the hedge, directions of orders, and the roles that an order can play."""

from __future__ import annotations

from enum import StrEnum


class OrderSide(StrEnum):
    """The direction of an order: never used for a position."""

    BUY = "Buy"
    SELL = "Sell"


class Side(StrEnum):
    """A position's side. Each symbol holds both at once (hedge mode)."""

    LONG = "LONG"
    SHORT = "SHORT"

    @property
    def sign(self) -> int:
        """+1 for LONG, -1 for SHORT: the ``s`` of the strategy's formulas."""
        return 1 if self is Side.LONG else -1

    @property
    def other(self) -> Side:
        """The hedge's other side."""
        return Side.SHORT if self is Side.LONG else Side.LONG

    @property
    def opens_with(self) -> OrderSide:
        """The direction of an order that opens or adds to this side."""
        return OrderSide.BUY if self is Side.LONG else OrderSide.SELL

    @property
    def closes_with(self) -> OrderSide:
        """The direction of an order that reduces or closes this side."""
        return OrderSide.SELL if self is Side.LONG else OrderSide.BUY


#: LONG is computed first wherever both sides are handled at once (strategy, section 3).
SIDES = (Side.LONG, Side.SHORT)


class Role(StrEnum):
    """What an order of ours is for; one letter of its id (strategy, section 9)."""

    ENTRY = "E"
    OPENING = "O"
    TAKE_PROFIT = "T"
    CLOSE = "C"
    RESTART = "R"

    @property
    def opens(self) -> bool:
        """True for orders that enlarge a position."""
        return self in (Role.ENTRY, Role.OPENING)
