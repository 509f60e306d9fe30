"""What the account's guard must know of one symbol's grid."""

from __future__ import annotations

from decimal import Decimal

from messages.guard import SymbolFigures
from messages.sides import Role
from state.grid.gates import explained
from state.grid.model import GridState, SideState
from state.grid.procedures import FlattenStep
from state.ladder import entry_cost, nominal_margin
from state.numbers import ZERO


def figures(state: GridState) -> SymbolFigures:
    """The symbol's sizes, and what its entries cost: those that rest, and the costliest still to come."""
    return SymbolFigures(
        symbol=state.symbol,
        long_qty=state.long.size,
        short_qty=state.short.size,
        resting_cost=_resting_cost(state),
        costliest_level=max(_costliest_level(state, side) for side in state.sides),
        unexplained=state.synced and not all(explained(side) for side in state.sides),
        flat_ms=_flat_ms(state),
        flattens=state.flatten is not None,
    )


def _flat_ms(state: GridState) -> int:
    flatten = state.flatten
    return flatten.asked_ms if flatten is not None and flatten.step is FlattenStep.FLAT else 0


def _resting_cost(state: GridState) -> Decimal:
    total = ZERO
    for order in state.orders.values():
        if order.role is Role.ENTRY and order.price is not None:
            leverage = (state.of(order.side).settings or state.settings).leverage
            total += entry_cost(order.leaves, order.price, leverage, state.fees)
    return total


def _costliest_level(state: GridState, side: SideState) -> Decimal:
    """The last level costs most; 0 where none can fill any more."""
    settings = side.settings or state.settings
    if side.full or (state.settings.wind_down and not side.held):
        return ZERO
    margin = nominal_margin(settings, settings.max_levels - 1)
    return entry_cost(margin, settings.leverage, settings.leverage, state.fees)
