"""Which sides open after a close, how deep, and with what (strategy, sections 3 and 7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from actors.simulation.checks.oracle import large_enough, qty_fits, reopening_depth
from actors.simulation.checks.truth import ZERO
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn
from messages.commands import Resume
from messages.settings import GridSettings, ReopenSide, ReopenSize
from messages.sides import SIDES, Role, Side
from state.grid.model import GridState, SideState
from state.order import Order, Phase


class ReopeningsAreRight(Checker):
    """After a close those sides open, as deep, as ``reopen_side`` and ``reopen_size`` say."""

    messages = GRID_MESSAGES

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge the openings that a turn decides, and those that it should."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.long is before.long:
            return ()
        found = [
            f"{turn.address}: {s} is to open {sentence}"
            for s in SIDES
            if _is_new(before.of(s), after.of(s))
            for sentence in (*_wrong_depth(after, s), *_wrong_side(turn, before, after, s))
        ]
        if before.closing is not None and after.closing is None and after.restart is None:
            found += [f"{turn.address}: {s} is not to open again" for s in _forgotten(before, after)]
        return found


def _is_new(was: SideState, side: SideState) -> bool:
    if side.opening is None:
        return False
    return was.opening is None or was.opening.decided_ms != side.opening.decided_ms


def _wrong_depth(after: GridState, s: Side) -> Iterator[str]:
    side, other = after.of(s), after.of(s.other)
    assert side.opening is not None
    filled = {n for n, level in other.levels.items() if level.complete} if other.held else set[int]()
    if other.held and not filled and after.settings.reopen_size is not ReopenSize.INITIAL:
        return  # what has begun may count as filled
    right = reopening_depth(after.settings, filled) if side.ever_opened and side.opening.reopening else 0
    if side.opening.depth != right:
        yield f"levels 0 to {side.opening.depth}, {right} is right beside {sorted(filled)}"


def _wrong_side(turn: Turn, before: GridState, after: GridState, s: Side) -> Iterator[str]:
    was, side = before.of(s), after.of(s)
    rebuilt = not before.ever_saved or any(each.rebuild_from_ms for each in before.sides)
    own = isinstance(turn.message, Resume) or before.restart is not None or was.paused
    assert side.opening is not None
    if rebuilt or own or not side.opening.reopening:
        return
    if s not in _targets(after, _closed(before, after)):
        yield f"though {sorted(_closed(before, after))} closed, and {after.settings.reopen_side} opens"


def _closed(before: GridState, after: GridState) -> set[Side]:
    known = before.closing.sides if before.closing is not None else frozenset[Side]()
    return {*known, *(s for s in SIDES if before.of(s).cycle != after.of(s).cycle)}


def _targets(state: GridState, closed: set[Side]) -> set[Side]:
    mode = state.settings.reopen_side
    flat = {s for s in SIDES if not state.of(s).held}
    if mode is ReopenSide.CLOSED:
        return closed
    return {s.other for s in closed} & flat if mode is ReopenSide.OPPOSITE else closed | flat


def _forgotten(before: GridState, after: GridState) -> Iterator[Side]:
    """Who should open again, by the causes that the state itself has noted, and neither does nor waits."""
    going_on = {s for s in _closed(before, after) if not after.of(s).paused}
    for s in _targets(after, going_on) if not after.settings.wind_down else ():
        side = after.of(s)
        if side.opening is None and not side.held and not side.paused and side.ever_opened:
            yield s


class OpeningsAreWhole(Checker):
    """An opening buys what its levels lack until they have it: what was begun, or the reference."""

    messages = GRID_MESSAGES

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge the market orders that a turn decides, and an opening that ends."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.long is before.long:
            return ()
        found: list[str] = []
        for link_id, order in after.orders.items():
            new = order.phase is Phase.SENT and link_id not in before.orders and order.decided
            if new and order.role is Role.OPENING:
                found += _judge_order(after, link_id, order)
        for s in SIDES:
            found += _judge_end(before, before.of(s), after, after.of(s))
        return found


def _judge_order(state: GridState, link_id: str, order: Order) -> Iterator[str]:
    side, step = state.of(order.side), state.instrument.qty_step
    settings = side.settings or state.settings
    rest = ZERO
    for n in range(order.level + 1):
        level = side.levels.get(n)
        if level is not None and (level.complete or not level.by_opening):
            continue
        whole = level.wanted if level is not None and level.wanted else state.references.get(n, ZERO)
        rest += whole - (level.qty if level is not None else ZERO)
        if level is None and state.last is not None and not qty_fits(settings, n, whole, state.last, step):
            yield f"{link_id}: level {n} takes {whole} at {state.last}: not its margin"
    if order.qty != min(rest, state.instrument.max_market_qty):
        yield f"{link_id} buys {order.qty}, its levels lack {rest}"


def _judge_end(before: GridState, was: SideState, after: GridState, side: SideState) -> Iterator[str]:
    """An order that ended short is followed by one for the remainder, if that meets the minimums."""
    if was.opening is None or side.opening is not None or not side.held or side.cycle != was.cycle:
        return
    if after.last is None or not all(level.by_opening for level in side.levels.values()):
        return
    for link_id, order in before.orders.items():
        ended = after.ended.get(link_id)
        if ended is None or order.role is not Role.OPENING or order.side is not side.side:
            continue
        rest = ended.qty - ended.exec_filled
        if ended.exec_filled and large_enough(after.instrument, rest, after.last):
            yield f"{link_id} ended with {rest} unfilled, and its opening is over"


class ReferencesLast(Checker):
    """A level's quantity is fixed by the side that uses it first, while it fits: the hedge is symmetric."""

    messages = GRID_MESSAGES

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge references that a turn replaces."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.references == before.references:
            return ()
        if before.restart is not None or not any(side.levels for side in after.sides):
            return ()  # both were flat: they are fresh
        found = []
        for n, old in before.references.items():
            new = after.references.get(n, old)
            prices = _prices(before, after, n)
            if new == old or not prices or _stale_start(after, n, old, new):
                continue
            if all(_fits(after, each, n, old, price) for price in prices for each in _settings(after)):
                found.append(f"{turn.address}: level {n} took {old}, which fits still, and now takes {new}")
        return found


def _prices(before: GridState, after: GridState, n: int) -> list[Decimal]:
    """At what a turn has decided orders that use a level, and others that it may have looked at."""
    new = [o for key, o in after.orders.items() if key not in before.orders and o.role.opens]
    mine = [o for o in new if o.level == n or (o.role is Role.OPENING and o.level > n)]
    return [price for o in mine if (price := o.price if o.price is not None else after.last) is not None]


def _settings(state: GridState) -> list[GridSettings]:
    return [state.settings, *(side.settings for side in state.sides if side.settings is not None)]


def _fits(state: GridState, settings: GridSettings, n: int, qty: Decimal, price: Decimal) -> bool:
    wanted = settings.initial_margin * settings.multiplier**n * settings.leverage
    near = 2 * qty * price <= 3 * wanted and 2 * wanted <= 3 * qty * price
    return near and large_enough(state.instrument, qty, price)


def _stale_start(state: GridState, n: int, old: Decimal, new: Decimal) -> bool:
    """Level 0 is taken afresh beside a side that holds it alone, if it differs by over 10 %."""
    alone = any(side.levels.keys() == {0} for side in state.sides)
    return n == 0 and alone and abs(new - old) * 10 > old
