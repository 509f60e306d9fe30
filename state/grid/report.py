"""A picture of one symbol's grid for people and metrics; it decides nothing.

| status  | meaning                                                       |
|---------|---------------------------------------------------------------|
| paused  | stays as it is until a person resumes it                      |
| closing | a close of the symbol is under way                            |
| waiting | an opening waits for balance                                  |
| opening | an opening is decided and not yet complete                    |
| full    | every level is filled: only its take profit is left           |
| open    | holds a position                                              |
| flat    | holds none and none is decided                                |

The first that applies is told.
"""

from __future__ import annotations

from decimal import Decimal

from messages.reports import LevelReport, PendingReport, SideReport, SymbolReport
from messages.sides import Role
from state.grid.draft import Draft
from state.grid.model import GridState, SideState
from state.grid.take_profit import held_back, unprotected
from state.numbers import ZERO
from state.order import Order, Phase


def report(state: GridState, now_ms: int) -> SymbolReport:
    """Both sides of the symbol as the grid knows them at ``now_ms`` (UTC)."""
    look = Draft.reading(state, now_ms)
    return SymbolReport(
        account=state.account,
        symbol=state.symbol,
        last=state.last,
        mark=state.mark,
        long=_side(look, state.long),
        short=_side(look, state.short),
        activity=_activity(state),
        at_ms=now_ms,
        instrument=state.instrument,
        price_ms=state.price_ms,
        unknown_since_ms=_unknown_since_ms(state),
    )


def _unknown_since_ms(state: GridState) -> int:
    """Since when the oldest order has had no proven outcome; 0 if there is none."""
    return min(
        (o.request_ms or o.sent_ms for o in state.orders.values() if o.phase is Phase.UNKNOWN), default=0
    )


def _activity(state: GridState) -> str:
    if state.restart is not None:
        return f"restart: {state.restart.step.value}"
    if state.closing is not None:
        return "closing " + " and ".join(sorted(side.value for side in state.closing.sides))
    return "" if state.synced else "waiting for a sync"


def _status(state: GridState, side: SideState) -> str:
    if side.paused:
        return "paused"
    if state.restart is not None or (state.closing is not None and side.side in state.closing.sides):
        return "closing"
    if side.opening is not None:
        return "waiting" if side.opening.waiting else "opening"
    if side.full:
        return "full"
    return "open" if side.held else "flat"


def _side(look: Draft, side: SideState) -> SideReport:
    state = look.state
    take_profit, pending = _resting(state, side)
    average = _average(side)
    return SideReport(
        side=side.side,
        status=_status(state, side),
        cycle=side.cycle,
        size=side.size,
        average_entry=average,
        deepest_level=side.deepest,
        max_levels=(side.settings or state.settings).max_levels,
        take_profit_price=take_profit.price if take_profit is not None else None,
        take_profit_qty=take_profit.leaves if take_profit is not None else None,
        unrealised=_unrealised(state, side, average),
        pending=pending,
        cycles=side.cycles_closed,
        realised=side.realised,
        fees=side.fees,
        funding=side.funding,
        full=side.full,
        waiting=side.opening is not None and side.opening.waiting,
        unprotected=unprotected(look, side),
        withdrawn=side.held and side.size > 0 and held_back(look, side),
        filled=_filled(side),
        base=side.base if side.held else None,
        settings=side.settings or state.settings,
    )


def _resting(state: GridState, side: SideState) -> tuple[Order | None, tuple[PendingReport, ...]]:
    """The take profit that rests, and the entries that do, by level."""
    take_profit, pending = None, []
    for order in state.orders.values():
        name = order.name
        if order.phase is not Phase.LIVE or name.side is not side.side:
            continue
        if name.role is Role.TAKE_PROFIT:
            take_profit = order
        elif name.role is Role.ENTRY and order.price is not None:
            pending.append(PendingReport(level=name.level, price=order.price, qty=order.leaves))
    if len(pending) > 1:
        pending.sort(key=lambda entry: entry.level)
    return take_profit, tuple(pending)


def _filled(side: SideState) -> tuple[LevelReport, ...]:
    return tuple(
        LevelReport(level=n, price=level.price, qty=level.qty, complete=level.complete)
        for n, level in sorted(side.levels.items())
        if level.qty > 0
    )


def _average(side: SideState) -> Decimal:
    """The cycle's average entry; the exchange's where no fill of it is known, zero while flat."""
    if side.size == 0:
        return ZERO
    return side.book.average_entry if side.book.entry_qty > 0 else side.row_average


def _unrealised(state: GridState, side: SideState, average: Decimal) -> Decimal:
    """What the mark price says of the position, before the fee to close it; zero without a mark price."""
    if state.mark is None or side.size == 0:
        return ZERO
    return side.side.sign * (state.mark - average) * side.size
