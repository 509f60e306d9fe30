"""Where entries are counted from: every base that a side has had in its cycle (section 5, failure 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from actors.simulation.checks.truth import LegKey, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn
from messages.market import Price
from messages.sides import SIDES, Role
from state.grid.model import GridState, SideState

#: So long, and at so many prices, may a price lie beyond the limit; a price is fresh up to this age.
_LEFT_MS, _PRICES_LEFT, _FRESH_MS = 30_000, 5, 1_000


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
        self.earlier: dict[tuple[int, LegKey], dict[int, list[Base]]] = {}
        """What actors that have ended went by, by cycle: their entries may rest on."""

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The next actors may go on from an older state."""
        for key in [key for key in self.of if key[0] == account]:
            cycle, bases = self.of.pop(key)
            self.earlier.setdefault(key, {}).setdefault(cycle, []).extend(bases)
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note and judge new bases."""
        before, after = turn.before, turn.after
        if before is None or after is None:
            return ()
        if _same(before.long, after.long) and _same(before.short, after.short):
            return ()
        decided = before.closing is not None and after.closing is None
        return [f for s in SIDES for f in self._changed(before.of(s), after.of(s), after, decided)]

    def _changed(self, before: SideState, side: SideState, state: GridState, decided: bool) -> Iterable[str]:
        if side.base is None or (side.base, side.price_at_base) == (before.base, before.price_at_base):
            return ()
        key = state.account, (state.symbol, side.side)
        cycle, bases = self.of.get(key, (-1, []))
        if cycle != side.cycle:
            bases = []
            self.of[key] = side.cycle, bases
        bases.append(Base(side.base, deepest_of(side), side.price_at_base))
        counted = side.fills is not before.fills or side.levels != before.levels
        opened = decided or before.opening is not None  # an opening may end in the turn that decides it
        filled = counted or (opened and side.opening is None)
        known = filled or side.book.foreign_qty or before.book.foreign_qty
        right = bool(known) and any(side.base == lv.value / lv.qty for lv in side.levels.values() if lv.qty)
        right = right or _recalculated(before, side, state)
        if right:
            return ()
        return (
            f"{state.symbol} {side.side}: entries go by {side.base}, moves are measured from "
            f"{side.price_at_base}: no level's price, and no recalculation",
        )


def _recalculated(before: SideState, side: SideState, state: GridState) -> bool:
    """Whether the price has left the entries behind, and the base has followed as it should."""
    last, start = state.last, before.price_at_base
    if last is None or start is None or not side.book.entry_qty:
        return False
    settings = side.settings or state.settings
    away = (last - start) * side.side.sign * 100 > start * settings.recalculate_percent
    average = side.book.entry_value / side.book.entry_qty
    nearer = min(last, average) if side.side.sign > 0 else max(last, average)
    return away and side.base == nearer and side.price_at_base == last


def _same(before: SideState, side: SideState) -> bool:
    return side.base is before.base and side.price_at_base is before.price_at_base


def deepest_of(side: SideState) -> int:
    """The deepest filled level, else the deepest that has begun; -1 for none."""
    filled = [n for n, level in side.levels.items() if level.complete]
    return max(filled, default=max((n for n, level in side.levels.items() if level.qty), default=-1))


class EntriesAreNotLeftBehind(Checker):
    """Entries that nothing hinders follow a price that has gone away from them by more than the limit.

    A recalculation takes a fresh price and 10 s since the last one; half a minute is always enough. Once the
    machine was suspended, prices may look too new to it, and nothing is said any more.
    """

    messages = frozenset({Price})

    def __init__(self) -> None:
        self._away: dict[tuple[int, LegKey], list[int]] = {}
        self._was_suspended = False

    def suspended(self, at_ms: int) -> Iterable[str]:
        """From now on the age of a price is not what it seems."""
        self._was_suspended = True
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note, price by price, how long a side's entries have been left behind."""
        state = turn.after
        if state is None or self._was_suspended:
            return ()
        found = []
        for side in state.sides:
            key = state.account, (state.symbol, side.side)
            if not _left_behind(state, side, turn.at_ms):
                self._away.pop(key, None)
                continue
            times = self._away.setdefault(key, [])
            times.append(turn.at_ms)
            if len(times) > _PRICES_LEFT and turn.at_ms >= times[0] + _LEFT_MS:
                found.append(
                    f"{state.symbol} {side.side}: left behind from {side.price_at_base} to {state.last}"
                )
        return found


def _left_behind(state: GridState, side: SideState, now_ms: int) -> bool:
    last, start = state.last, side.price_at_base
    if last is None or start is None or not side.held or now_ms > state.price_ms + _FRESH_MS:
        return False
    settings = side.settings or state.settings
    if (last - start) * side.side.sign * 100 <= start * settings.recalculate_percent:
        return False
    hindered = (
        state.stopped
        or state.stopping
        or now_ms < state.frozen_until_ms
        or state.entries_refused
        or any(each.book.foreign_qty for each in state.sides)
        or state.closing is not None
        or state.restart is not None
        or side.paused
        or side.opening is not None
        or side.leg.size != side.book.size
        or not (state.synced and state.stream_up and state.entries_proven)
    )
    return not hindered and any(
        order.role is Role.ENTRY and order.side is side.side and not order.ended
        for order in state.orders.values()
    )
