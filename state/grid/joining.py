"""A fill that opens joins its side: its cycle's book, its level, a new base (strategy, sections 1, 5, 7)."""

from __future__ import annotations

from decimal import Decimal

from messages.account import Execution
from messages.events import Severity
from messages.ids import OrderName
from messages.sides import Role
from state.changed import changed
from state.grid.booking import count
from state.grid.draft import Draft
from state.grid.model import Level, SideState
from state.ladder import nominal_margin, nominal_margin_through
from state.numbers import ZERO, floor_to
from state.order import Order, Phase


def join_fill(d: Draft, side: SideState, name: OrderName | None, order: Order | None, e: Execution) -> None:
    """Let an opening fill join the side: its level, its book, a new base; it may begin a cycle."""
    count(side, name, e)
    if name is None or order is None:
        text = f"{e.qty} at {e.price} came without an id of ours: entries pause until resume"
        d.note("foreign_size", text, side.side, Severity.CRITICAL)
        return
    _explain_foreign(side)
    if name.cycle != side.cycle or order.cancel_reason is not None:
        d.count("late_fill")
        d.note(
            "late_fill",
            f"level {name.level} filled {e.qty} at {e.price} after its cancel was asked",
            side.side,
        )
    if not side.held:
        side.held, side.ever_opened = True, True
        side.settings = d.state.cycle_settings
        _lift_old_pause(d, side, name, order)
    if name.role is Role.OPENING and name.cycle == side.cycle:
        _join_opening(d, side, order, e.qty)
    else:
        _join_level(d, side, name.level, order, e.qty, e.qty * e.price)
    side.kept_away = frozenset()
    renew_base(d, side)


def _lift_old_pause(d: Draft, side: SideState, name: OrderName, order: Order) -> None:
    """A paused side opens nothing: an opening that the state lacks came of a resume that was lost with it."""
    began = name.role is Role.OPENING and name.cycle == side.cycle and not order.decided
    if side.paused and began and d.state.flatten is None:
        d.note("resumed", f"no longer paused ({side.paused}): it has opened since", side.side)
        side.paused = ""


def _explain_foreign(side: SideState) -> None:
    """A fill of ours that was taken for foreign explains its part of the difference (section 10)."""
    surplus = side.book.size - side.size
    if side.book.foreign_qty > 0 and surplus > 0:
        rest = side.book.foreign_qty - min(surplus, side.book.foreign_qty)
        side.book = changed(side.book, foreign_qty=rest)


def adopt_foreign(d: Draft, side: SideState) -> None:
    """A person lets the grid take what is not ours: it joins the deepest level (section 10)."""
    qty = side.book.foreign_qty
    if not qty or not side.row_average:
        return
    deepest = max(side.levels, default=0)
    level = side.levels.get(deepest) or Level(wanted=qty, complete=True)
    value = qty * side.row_average
    side.levels[deepest] = changed(level, qty=level.qty + qty, value=level.value + value)
    side.book = changed(
        side.book,
        opened_ms=side.book.opened_ms or d.now_ms,
        foreign_qty=ZERO,
        entry_qty=side.book.entry_qty + qty,
        entry_value=side.book.entry_value + value,
    )
    _hold(d, side)
    renew_base(d, side)


def _hold(d: Draft, side: SideState) -> None:
    if not side.held:
        side.held, side.ever_opened = True, True
        side.settings = d.state.cycle_settings


def _join_level(d: Draft, side: SideState, n: int, order: Order, qty: Decimal, value: Decimal) -> None:
    level = side.levels.get(n) or Level(wanted=_decided_qty(d, n, order))
    total = level.qty + qty
    side.levels[n] = changed(
        level, qty=total, value=level.value + value, complete=level.complete or total >= level.wanted
    )
    d.state.references.setdefault(n, level.wanted)


def complete_level(d: Draft, side: SideState, order: Order) -> None:
    """An entry that was known by its fills alone has filled as a whole: nothing of its level is left to buy.

    What its level was to hold had been guessed; the reference may have been another one by then.
    """
    level = side.levels.get(order.level)
    mine = order.role is Role.ENTRY and order.name.cycle == side.cycle and side.held
    if level is None or level.complete or not mine or not 0 < order.qty <= order.exec_filled:
        return
    side.levels[order.level] = changed(level, wanted=level.qty, complete=True)
    renew_base(d, side)


def _decided_qty(d: Draft, n: int, order: Order) -> Decimal:
    """What a level is to hold: what its order was decided for.

    The reference may be the other side's by now, with other settings. It counts where an order is known by
    its fills alone: the state was lost.
    """
    known = order.decided or order.phase is not Phase.UNKNOWN
    return order.qty if known else d.state.references.get(n, order.qty)


def _join_opening(d: Draft, side: SideState, order: Order, qty: Decimal) -> None:
    """Give an opening's fill to its missing levels from 0 up; their price is the order's average."""
    slots = [n for n in range(order.level + 1) if n not in side.levels or side.levels[n].by_opening]
    left = qty
    for n in slots:
        level = side.levels.get(n) or Level(wanted=_wanted(d, side, n, order), by_opening=True)
        part = left if n == slots[-1] else min(left, max(level.wanted - level.qty, ZERO))
        if part > 0:
            total = level.qty + part
            side.levels[n] = changed(level, qty=total, complete=total >= level.wanted)
            left -= part
    opened = [o for o in (*d.state.orders.values(), *d.state.ended.values()) if _same_opening(o, order)]
    filled = sum((o.exec_filled for o in opened), ZERO)
    average = sum((o.exec_value for o in opened), ZERO) / filled
    for n in slots:
        if n in side.levels:
            side.levels[n] = changed(side.levels[n], value=side.levels[n].qty * average)


def _wanted(d: Draft, side: SideState, n: int, order: Order) -> Decimal:
    """A level's part of an opening: its reference, or after a loss of the state its share by margin."""
    if n in d.state.references:
        return d.state.references[n]
    settings = side.settings or d.state.settings
    share = nominal_margin(settings, n) / nominal_margin_through(settings, order.level)
    return floor_to(order.qty * share, d.state.instrument.qty_step)


def _same_opening(one: Order, other: Order) -> bool:
    a, b = one.name, other.name
    return a.role is Role.OPENING and a.cycle == b.cycle and a.side is b.side and one.exec_filled > 0


def renew_base(d: Draft, side: SideState) -> None:
    """base = p, the price at which the deepest level filled; p0 = the last price now."""
    n = side.deepest
    if n < 0:
        n = max((n for n, level in side.levels.items() if level.qty > 0), default=-1)
    if n >= 0 and side.levels[n].qty > 0:
        side.base = side.levels[n].price
        side.price_at_base = side.base if d.state.last is None else d.state.last
        side.base_from_ms = d.now_ms
