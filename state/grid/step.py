"""The heart: ``step(state, event, now_ms) -> (state, effects)``. Only it decides.

Every event is first absorbed as a fact; then one planner compares what is with what should be and asks for
the difference. So it does not matter which topic tells a thing first, or whether it is told twice.

| event                         | from                | absorbed by                       |
|-------------------------------|---------------------|-----------------------------------|
| Price                         | public feed         | here                              |
| OrderRow, Execution, PositionRow | private feed     | state/grid/fills.py               |
| StreamEvents: one frame of them  | private feed     | each in turn, planned once        |
| RequestAnswered               | order actor         | state/grid/answers.py             |
| OrderLookUp, LegsRead         | reconciler          | state/grid/answers.py             |
| SymbolSnapshot                | reconciler          | state/grid/sync.py                |
| BalanceMayFit, SettingAnswered| order actor         | here                              |
| StreamUp, StreamGap, Withdraw | reconciler, feed, main | here                              |
| Stop, Freeze, Resume ...      | guard               | here, state/grid/flatten.py       |
| Wake                          | timer               | (only plans)                      |
"""

from __future__ import annotations

from messages.account import Execution, OrderRow, PositionRow
from messages.commands import (
    FlattenSymbol,
    Freeze,
    FreezeAveraging,
    Panic,
    Resume,
    SettingAnswered,
    Stop,
    StreamGap,
    StreamUp,
    Withdraw,
)
from messages.events import BalanceMayFit, LookUpFailed, StreamEvents, SymbolSnapshot, Wake
from messages.market import Price
from messages.orders import RequestAnswered
from messages.requests import LegsRead, OrderLookUp, SetLeverage
from messages.sides import Role
from state.changed import changed
from state.grid.answers import absorb_answer, absorb_failed_look_up, absorb_legs, absorb_look_up
from state.grid.closing import decide_opening, lift_unexplained, run_closing
from state.grid.draft import Draft
from state.grid.effects import Effect, Save, StopAccount, WakeAt
from state.grid.entries import recalculation_due, run_entries
from state.grid.fills import absorb_execution, absorb_order_row, absorb_position
from state.grid.flatten import begin_flatten, prove, run_flatten
from state.grid.gates import explained
from state.grid.joining import adopt_foreign
from state.grid.lookups import LEVERAGE_AGAIN_MS, forget, run_lookups
from state.grid.model import GridState
from state.grid.opening import open_if_new, opening_ended, run_opening
from state.grid.panic import take_measures
from state.grid.quantities import prune_references
from state.grid.restart import run_restart
from state.grid.sync import absorb_gap, absorb_snapshot, absorb_stream
from state.grid.take_profit import run_take_profit, watch_take_profit
from state.leg import Source
from state.order import Order

Event = (
    Price
    | OrderRow
    | Execution
    | PositionRow
    | RequestAnswered
    | OrderLookUp
    | LegsRead
    | SymbolSnapshot
    | StreamEvents
    | LookUpFailed
    | BalanceMayFit
    | SettingAnswered
    | StreamUp
    | StreamGap
    | Stop
    | Freeze
    | FreezeAveraging
    | FlattenSymbol
    | Panic
    | Resume
    | Withdraw
    | Wake
)


def step(state: GridState, event: Event, now_ms: int) -> tuple[GridState, list[Effect]]:
    """Take one event at ``now_ms`` (UTC, the exchange's clock); the state given in is left as it is."""
    if isinstance(event, Price):
        return _price(state, event, now_ms)
    if isinstance(event, Wake) and now_ms < state.wake_ms:
        if event.due_ms < state.wake_ms:
            return state, []  # it was asked for before a nearer one
        return state, [WakeAt(due_ms=state.wake_ms)]  # the clock was set back while it was on its way
    if isinstance(event, BalanceMayFit) and not _withheld(state):
        return state, []
    d = Draft(state, now_ms)
    before = [order for order in state.orders.values() if order.name.role is Role.OPENING]
    doubts = [not explained(side) for side in state.sides]
    _absorb(d, event)
    for side, doubted in zip(d.state.sides, doubts, strict=True):
        if not doubted and not explained(side):
            side.read_due_ms = side.reads = 0  # a doubt of its own: what was read before says nothing of it
    _after_openings(d, before)
    d.state.must_stop = next((e.reason for e in d.effects if isinstance(e, StopAccount)), d.state.must_stop)
    _plan(d)
    if not isinstance(event, Wake) or d.effects:
        d.emit(Save())
    return d.state, d.effects


def _withheld(state: GridState) -> bool:
    """Whether an order waits for balance."""
    return any(side.withheld or (side.opening is not None and side.opening.waiting) for side in state.sides)


def _price(state: GridState, price: Price, now_ms: int) -> tuple[GridState, list[Effect]]:
    """A price decides only where something waits for it; else it is just remembered."""
    priced = state.with_price(price)
    if not (
        state.wants_price
        or recalculation_due(priced, priced.long, now_ms)
        or recalculation_due(priced, priced.short, now_ms)
    ):
        return priced, []
    d = Draft(priced, now_ms)
    d.state.wants_price = False
    _plan(d)
    if d.effects:
        d.emit(Save())
    return d.state, d.effects


def _absorb(d: Draft, event: Event) -> None:
    match event:
        case StreamEvents():
            for record in event.events:
                _absorb(d, record)
        case Execution() | PositionRow() | OrderRow() if not (d.state.synced or d.state.ever_saved):
            if isinstance(event, Execution):
                d.state.early = (*d.state.early, event)
        case Execution():
            absorb_execution(d, event, Source.STREAM)
        case PositionRow():
            absorb_position(d, event, streamed=True)
        case OrderRow():
            absorb_order_row(d, event, streamed=True)
        case LookUpFailed():
            absorb_failed_look_up(d, event.order_link_id)
        case RequestAnswered():
            absorb_answer(d, event)
        case OrderLookUp():
            absorb_look_up(d, event)
        case LegsRead():
            absorb_legs(d, event)
            prove(d, event)
        case SymbolSnapshot():
            absorb_snapshot(d, event)
        case BalanceMayFit():
            _try_withheld(d)
        case SettingAnswered():
            _setting_answered(d, event)
        case StreamGap():
            absorb_gap(d, event.at_ms)
        case StreamUp():
            absorb_stream(d, up=event.up)
        case Stop():
            d.state.stopped = d.state.stopped or event.reason
        case Freeze():
            d.state.frozen_until_ms = max(d.state.frozen_until_ms, event.until_ms)
        case FreezeAveraging():
            d.state.averaging_frozen = event.on
        case FlattenSymbol():
            begin_flatten(d, event.reason)
        case Panic():
            take_measures(d, event)
        case Withdraw():
            d.state.stopping = True
        case Resume():
            _resume(d, event)
        case _:
            pass


def _plan(d: Draft) -> None:
    """Compare what is with what should be, in the order of importance (strategy, section 13)."""
    state = d.state
    if not state.synced:
        return
    d.retry_cancels()
    run_closing(d)
    run_restart(d)
    run_flatten(d)
    for side in state.sides:
        lift_unexplained(d, side)
        if side.recovery_due_ms and d.now_ms >= side.recovery_due_ms:
            side.recovery_due_ms = 0
            d.count("recovery")
        run_take_profit(d, side)
        watch_take_profit(d, side)
    _set_leverage(d)
    for side in state.sides:
        open_if_new(d, side)
        run_opening(d, side)
    for side in state.sides:
        run_entries(d, side)
    prune_references(d)
    run_lookups(d)
    forget(d)


def _try_withheld(d: Draft) -> None:
    for side in d.state.sides:
        side.withheld = frozenset()
        if side.opening is not None and side.opening.waiting:
            side.opening = changed(side.opening, waiting=False)


def _after_openings(d: Draft, before: list[Order]) -> None:
    """Tell the opening of each market order that has settled in this step."""
    for order in before:
        key = order.order_link_id
        ended = d.state.ended.get(key)
        if ended is not None and key not in d.state.orders and ended.status not in ("refused", "absent"):
            opening_ended(d, d.state.of(order.side), filled=ended.exec_filled > 0)


def _set_leverage(d: Draft) -> None:
    """A flat symbol's leverage is set before its first entry; open legs keep theirs (section 11)."""
    state = d.state
    wanted = state.settings.leverage
    if state.leverage_set == wanted or not state.flat or not state.stream_up:
        return
    if d.now_ms >= state.leverage_asked_ms + LEVERAGE_AGAIN_MS:
        state.leverage_asked_ms = d.now_ms
        d.emit(SetLeverage(symbol=state.symbol, leverage=wanted))


def _setting_answered(d: Draft, event: SettingAnswered) -> None:
    if isinstance(event.request, SetLeverage):
        if event.failure:
            d.note("leverage_refused", event.failure)
        else:
            d.state.leverage_set = event.request.leverage
        return
    side = d.state.of(event.request.leg)
    if event.failure:
        side.stop_sent = ""
        side.stop_backoff = side.stop_backoff.failed(d.now_ms)
        d.note("trading_stop_refused", event.failure, side.side)


def _resume(d: Draft, event: Resume) -> None:
    """A person lets the symbol, or one side of it, go on."""
    d.state.stopped = d.state.must_stop = ""
    d.state.flatten = None
    _try_withheld(d)
    for side in d.state.sides:
        if event.side is not None and side.side is not event.side:
            continue
        was_paused, side.paused = side.paused, ""
        side.tp_withdrawn = False
        adopt_foreign(d, side)
        if was_paused and not side.held and side.opening is None and explained(side):
            decide_opening(d, side)
