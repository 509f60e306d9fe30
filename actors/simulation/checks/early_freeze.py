"""Whether pending entries rightly stay away: too little is left for the costliest level (section 12)."""

from __future__ import annotations

from decimal import Decimal

from actors.simulation.checks.progress import Case
from actors.simulation.checks.truth import ZERO
from messages.sides import Role, Side
from state.grid.model import GridState

#: The freeze lifts at twice the cost; the bot carries its figures forward, which may make it careful.
_LIFT, _CARE = Decimal(2), Decimal("1.1")


def too_little(case: Case) -> bool:
    """By the venue's own figures: available and what entries hold, against the costliest level."""
    account = case.account
    grids = [case.truth.plant.grid(account.number, s) for s in case.truth.plant.symbols[account.number]]
    costliest = max((_costliest(state) for state in grids if state is not None), default=ZERO)
    held = sum((_held(state) for state in grids if state is not None), ZERO)
    return account.records.available + held < costliest * _LIFT * _CARE


def _costliest(state: GridState) -> Decimal:
    found = ZERO
    for side in state.sides:
        settings = side.settings or state.settings
        if not side.full:
            margin = settings.initial_margin * settings.multiplier ** (settings.max_levels - 1)
            found = max(found, margin * (1 + 2 * settings.leverage * state.fees.taker))
    return found


def _held(state: GridState) -> Decimal:
    found = ZERO
    for order in state.orders.values():
        if order.role is Role.ENTRY and order.price is not None:
            leverage = (state.of(Side(order.side)).settings or state.settings).leverage
            found += order.leaves * order.price * (1 / leverage + 2 * state.fees.taker)
    return found
