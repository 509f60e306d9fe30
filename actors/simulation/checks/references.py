"""The reference quantity of a level goes with the level, and all go when both sides are flat (failure 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.simulation.checks.oracle import fresh_qty
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn
from messages.sides import Role
from state.grid.model import GridState


class ReferencesAreCleared(Checker):
    """A reference lives while a side holds, rests or opens its level; and when a close leaves both sides flat
    with nothing in flight, what opens next takes fresh quantities."""

    messages = GRID_MESSAGES

    def turned(self, turn: Turn) -> Iterable[str]:
        """Look at a grid that has changed."""
        before, after = turn.before, turn.after
        if after is None or before is None or after is before or not after.references or not after.synced:
            return ()
        found = []
        unused = after.references.keys() - _used(after)
        if unused:
            found.append(f"{turn.address}: references of levels {sorted(unused)}, which nobody uses")
        if before.closing is not None and after.closing is None and _flat(before, after):
            found += [f"{turn.address}: {sentence}" for sentence in _stale(after)]
        return found


def _used(state: GridState) -> set[int]:
    used = {*state.long.levels, *state.short.levels}
    for order in state.orders.values():
        if order.role is Role.ENTRY:
            used.add(order.level)
        elif order.role is Role.OPENING:
            used |= set(range(order.level + 1))
    for side in state.sides:
        if side.opening is not None:
            used |= set(range(side.opening.depth + 1))
    return used


def _flat(before: GridState, after: GridState) -> bool:
    """Whether nothing was held, by anybody, and nothing in flight in this turn, until it has decided anew."""
    return after.orders.keys().isdisjoint(before.orders) and not any(
        s.held or s.levels or s.size for s in after.sides
    )


def _stale(state: GridState) -> Iterator[str]:
    last = state.last
    for n, qty in sorted(state.references.items()):
        fresh = fresh_qty(state.settings, n, last, state.instrument.qty_step) if last is not None else None
        if qty != fresh:
            yield f"level {n} opens with {qty} after both sides were flat, {fresh} is fresh"
