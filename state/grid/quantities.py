"""Which quantity a level takes: the reference that keeps the hedge symmetric, or a fresh one (section 3)."""

from __future__ import annotations

from decimal import Decimal

from messages.events import Severity
from messages.orders import BalanceCheck, BalanceContext
from messages.sides import Role
from state.grid.draft import Draft
from state.grid.model import GridState, SideState
from state.ladder import entry_cost, fresh_qty, reference_still_fits
from state.numbers import ZERO


def level_qty(d: Draft, side: SideState, n: int, price: Decimal) -> Decimal:
    """The whole quantity of level n; a quantity used for the first time becomes the reference."""
    held = side.levels.get(n)
    if held is not None and held.wanted > 0:
        return held.wanted
    settings = side.settings or d.state.settings
    fresh = fresh_qty(settings, d.state.instrument, n, price)
    reference = d.state.references.get(n)
    if reference is not None and not _stale_start(d, side, n, reference, fresh):
        if reference_still_fits(settings, d.state.instrument, n, reference, price):
            return reference
        d.note(
            "uneven", f"level {n}: {reference} no longer fits, {fresh} is taken", side.side, Severity.WARNING
        )
    d.state.references[n] = fresh
    return fresh


def _stale_start(d: Draft, side: SideState, n: int, reference: Decimal, fresh: Decimal) -> bool:
    """Level 0 is taken afresh when the other side holds it alone and it differs by over 10 %."""
    other = d.state.of(side.side.other)
    alone = n == 0 and set(other.levels) == {0}
    return alone and abs(fresh - reference) * 10 > reference


def prune_references(d: Draft) -> None:
    """A reference lives while a side holds or rests its level; all go when both are flat (failure 6)."""
    references = d.state.references
    if references:
        for n in references.keys() - _used_levels(d.state):
            del references[n]


def _used_levels(state: GridState) -> set[int]:
    used = {*state.long.levels, *state.short.levels}
    for order in state.orders.values():
        name = order.name
        if name.role is Role.ENTRY:
            used.add(name.level)
        elif name.role is Role.OPENING:
            used.update(range(name.level + 1))
    for side in state.sides:
        if side.opening is not None:
            used.update(range(side.opening.depth + 1))
    return used


def balance_check(
    d: Draft, side: SideState, context: BalanceContext, qty: Decimal, price: Decimal, *, level: int = 0
) -> BalanceCheck:
    """What an entry must find free (section 8); for averaging also the other side's symmetry level."""
    settings, opening = side.settings or d.state.settings, side.opening
    cost = entry_cost(qty, price, settings.leverage, d.state.fees)
    other = d.state.of(side.side.other)
    resting = {o.level for o in d.state.orders_of(other.side, Role.ENTRY)}
    alone = context is BalanceContext.AVERAGING and level not in other.levels and level not in resting
    return BalanceCheck(
        context=context,
        cost=cost,
        buffer_percent=settings.balance_buffer_percent,
        also_fits=cost if alone else ZERO,
        released=opening.released if opening is not None else ZERO,
        released_ms=opening.released_ms if opening is not None else 0,
    )
