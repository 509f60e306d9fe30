"""One take-profit close from its frame to the take profit that follows: what a grid's steps tell of it.

It only looks at states before and after a step; nothing is decided here. See actors/logs/__init__.py for the
milestones.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from messages.events import Note
from messages.ids import OrderName, parse_order_link_id
from messages.orders import CancelOrder, PlaceOrder
from messages.sides import SIDES, Role, Side
from state.grid.effects import CloseActed, Effect
from state.grid.model import GridState
from state.order import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One step of a grid: its states, what it asks for, and when. ``received_ns`` 0: no frame told it."""

    before: GridState
    after: GridState
    effects: Iterable[Effect]
    received_ns: int
    now_ns: int
    now_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that a log tells. ``cycle`` and ``next_cycle`` are numbers of the sides' cycles."""

    kind: str
    text: str
    at_ms: int
    milestone: bool = False
    side: Side | None = None
    cycle: int | None = None
    opens: Side | None = None
    next_cycle: int | None = None
    order: str = ""
    after_us: int | None = None


@dataclass(slots=True, kw_only=True)
class _Close:
    """A close under way: which cycle of which side, since when, and what of it is still to come."""

    side: Side
    cycle: int
    began_ns: int
    ended: bool = False
    decided: bool = False
    opens: set[Side] = field(default_factory=set)
    filled: set[Side] = field(default_factory=set)


class Trail:
    """Follows the closes of one symbol; belongs to its grid."""

    def __init__(self) -> None:
        self._closes: dict[Side, _Close] = {}

    def follow(self, m: Moment) -> Iterator[Step]:
        """The milestones that a step has reached, in order."""
        for effect in m.effects:
            if isinstance(effect, CloseActed):
                yield from self._begin(effect, m)
        for close in list(self._closes.values()):
            if not close.decided:
                yield from self._cancelling(close, m)
            if close.decided:
                yield from self._opening(close, m)

    def _begin(self, acted: CloseActed, m: Moment) -> Iterator[Step]:
        began_ns = m.received_ns or m.now_ns
        known = self._closes.get(acted.side)
        if known is not None:
            yield _closed_again(known, m, acted.side)
        close = _Close(side=acted.side, cycle=m.after.of(acted.side).cycle - 1, began_ns=began_ns)
        self._closes[acted.side] = close
        if m.received_ns:
            arrived_ms = m.now_ms - (m.now_ns - began_ns) // 1_000_000
            yield _step(
                close, m, "frame_arrived", "a frame tells the close", at_ms=arrived_ms, at_ns=began_ns
            )
        else:
            yield _step(close, m, "close_read", "a read has told the close: the stream had not")
        # By two clocks, of which ours may be a little behind.
        age = f", {max(m.now_ms - acted.exec_ms, 0)} ms after its execution" if acted.exec_ms else ""
        yield _step(close, m, "close_acted", f"the close is acted on{age}")

    def _cancelling(self, close: _Close, m: Moment) -> Iterator[Step]:
        names = _named(effect.order_link_id for effect in m.effects if isinstance(effect, CancelOrder))
        entries = [name for name in names if name.role is Role.ENTRY]
        if entries:
            text = ", ".join(f"{name.side} level {name.level}" for name in entries)
            yield _step(close, m, "cancels_sent", f"{len(entries)} entries are cancelled: {text}")
        for effect in m.effects:
            if isinstance(effect, Note) and effect.kind == "late_fill":
                yield _step(close, m, "late_fill_adopted", f"{effect.side}: {effect.text}")
        decided = m.after.closing is None
        if not close.ended and (decided or not _entries_under_way(m.after)):
            close.ended = True
            yield _step(close, m, "cancels_ended", "no entry of the old cycles can fill any more")
        if decided:
            close.decided = True
            yield from self._decided(close, m)

    def _decided(self, close: _Close, m: Moment) -> Iterator[Step]:
        after = m.after
        close.opens = {s for s in SIDES if after.of(s).opening is not None}
        if close.side in close.opens:
            close.opens = {
                close.side
            }  # the other side's opening is a close's of its own, or was there before
        for s in sorted(close.opens):
            opening = after.of(s).opening
            depth = opening.depth if opening is not None else 0
            yield _step(close, m, "reopening_decided", f"{s} opens again, levels 0-{depth}", opens=s)
        if not close.opens:
            del self._closes[close.side]
            yield _step(close, m, "stays_flat", _why_flat(close, after))

    def _opening(self, close: _Close, m: Moment) -> Iterator[Step]:
        for s in sorted(close.opens):
            side = m.after.of(s)
            yield from self._placed(close, m, s)
            if s not in close.filled and side.opening is None:
                close.filled.add(s)
                if not side.held:
                    close.opens.discard(s)
                    yield _step(close, m, "reopening_given_up", f"{s} is not opened", opens=s)
                else:
                    text = f"{s} holds {side.size.normalize():f}, levels {sorted(side.levels)}"
                    yield _step(close, m, "reopening_filled", text, opens=s)
            yield from self._take_profit_sent(close, m, s)
            if s in close.filled and s in close.opens:
                yield from self._covered(close, m, s)
        if not close.opens and self._closes.get(close.side) is close:
            del self._closes[close.side]

    def _placed(self, close: _Close, m: Moment, s: Side) -> Iterator[Step]:
        for effect in m.effects:
            if (
                isinstance(effect, PlaceOrder)
                and effect.leg is s
                and not effect.reduce_only
                and not effect.price
            ):
                text = f"a market order for {effect.qty.normalize():f}"
                yield _step(close, m, "reopening_placed", text, opens=s, order=effect.order_link_id)

    def _take_profit_sent(self, close: _Close, m: Moment, s: Side) -> Iterator[Step]:
        for effect in m.effects:
            if isinstance(effect, PlaceOrder) and effect.leg is s and effect.reduce_only and effect.price:
                text = f"a take profit of {effect.qty.normalize():f} at {effect.price:f}"
                yield _step(close, m, "take_profit_sent", text, opens=s, order=effect.order_link_id)

    def _covered(self, close: _Close, m: Moment, s: Side) -> Iterator[Step]:
        side = m.after.of(s)
        for order in m.after.orders_of(s, Role.TAKE_PROFIT):
            mine = order.name.cycle == side.cycle and order.phase is Phase.LIVE
            if mine and order.leaves == side.size and order.price is not None:
                close.opens.discard(s)
                text = f"a take profit of {order.leaves.normalize():f} rests at {order.price:f}"
                yield _step(close, m, "take_profit_placed", text, opens=s, order=order.order_link_id)
                return
        if not side.held:
            close.opens.discard(s)
            if s is not close.side:  # else its own close has just said so
                yield _closed_again(close, m, s)


def _closed_again(close: _Close, m: Moment, s: Side) -> Step:
    """The end of a trail that no take profit ends: the next cycle's goes on from there."""
    step = _step(close, m, "closed_again", f"{s} has closed again before that, as next_cycle tells", opens=s)
    return replace(step, next_cycle=m.after.of(s).cycle - 1)


def _step(
    close: _Close,
    m: Moment,
    kind: str,
    text: str,
    *,
    opens: Side | None = None,
    order: str = "",
    at_ms: int = 0,
    at_ns: int = 0,
) -> Step:
    return Step(
        kind=kind,
        text=text,
        at_ms=at_ms or m.now_ms,
        milestone=True,
        side=close.side,
        cycle=close.cycle,
        opens=opens,
        next_cycle=m.after.of(opens).cycle if opens is not None else None,
        order=order,
        after_us=((at_ns or m.now_ns) - close.began_ns) // 1_000,
    )


def _named(ids: Iterable[str]) -> list[OrderName]:
    return [name for name in map(parse_order_link_id, ids) if name is not None]


def _entries_under_way(state: GridState) -> bool:
    return any(state.orders_of(side, Role.ENTRY, Role.OPENING) for side in SIDES)


def _why_flat(close: _Close, after: GridState) -> str:
    if after.of(close.side).paused:
        return after.of(close.side).paused
    if after.restart is not None:
        return "both sides are closed, to begin anew"
    if after.flatten is not None:
        return "the symbol is flattened"
    return "the config winds it down" if after.settings.wind_down else "no side opens"
