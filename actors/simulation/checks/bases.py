"""Where entries are counted from: every base that a side has had in its cycle (section 5, failure 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from actors.simulation.checks.truth import LegKey, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn
from messages.sides import SIDES
from state.grid.model import GridState, SideState


@dataclass(frozen=True, slots=True)
class Base:
    """A base, the deepest filled level when it was set, and the last price then."""

    price: Decimal
    deepest: int
    last: Decimal | None


class BasesAreRight(Checker):
    """A new base is the price of the deepest filled level, or after a recalculation the nearer of last price
    and average entry; the price that moves are measured from stays as long as the base does."""

    messages = GRID_MESSAGES

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self.of: dict[tuple[int, LegKey], tuple[int, list[Base]]] = {}
        """The cycle and its bases, the newest last."""

    def killed(self, at_ms: int) -> Iterable[str]:
        """The next process may go on from an older state."""
        self.of.clear()
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note and judge new bases."""
        before, after = turn.before, turn.after
        if before is None or after is None:
            return ()
        if _same(before.long, after.long) and _same(before.short, after.short):
            return ()
        return [f for s in SIDES for f in self._changed(before.of(s), after.of(s), after)]

    def _changed(self, before: SideState, side: SideState, state: GridState) -> Iterable[str]:
        if side.base is None or _same(before, side):
            return ()
        if side.base is before.base and side.price_at_base != before.price_at_base:
            return (f"{state.symbol} {side.side}: moves are measured from another price, but the base stays",)
        key = state.account, (state.symbol, side.side)
        cycle, bases = self.of.get(key, (-1, []))
        if cycle != side.cycle:
            bases = []
            self.of[key] = side.cycle, bases
        deepest = deepest_of(side)
        bases.append(Base(side.base, deepest, side.price_at_base))
        known = [level.value / level.qty for level in side.levels.values() if level.qty]
        if side.base in known or side.book.foreign_qty or not side.book.entry_qty or state.last is None:
            return ()
        average = side.book.entry_value / side.book.entry_qty
        right = min(state.last, average) if side.side.sign > 0 else max(state.last, average)
        if side.base == right:
            return ()
        return (f"{state.symbol} {side.side}: the base {side.base} is no level's price, nor {right}",)


def _same(before: SideState, side: SideState) -> bool:
    return side.base is before.base and side.price_at_base is before.price_at_base


def deepest_of(side: SideState) -> int:
    """The deepest filled level, else the deepest that has begun; -1 for none."""
    filled = [n for n, level in side.levels.items() if level.complete]
    return max(filled, default=max((n for n, level in side.levels.items() if level.qty), default=-1))
