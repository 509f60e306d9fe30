"""The state that a process begins with: a new grid, or the saved one revived."""

from __future__ import annotations

from messages.market import FeeRates, Instrument
from messages.settings import GridSettings
from messages.sides import Side
from state.changed import changed
from state.grid.draft import PROOF_MS
from state.grid.model import GridState
from state.grid.procedures import Closing
from state.order import Asked, Order, Phase

_LATELY_MS = 60_000


def begin(
    settings: GridSettings,
    instrument: Instrument,
    fees: FeeRates,
    account: int,
    saved: GridState | None,
    now_ms: int,
) -> GridState:
    """A grid at the start of a process, ``now_ms`` in UTC; ``saved`` is what its file holds, if there is one.

    What was known of the world is only remembered: whatever was asked is unknown until it is looked up,
    entries wait for a sync that was read ``PROOF_MS`` later. New settings reach each side with its next
    cycle.
    """
    if saved is None:
        return GridState(
            account=account,
            settings=settings,
            instrument=instrument,
            fees=fees,
            entries_from_ms=now_ms + PROOF_MS,
            interrupted_ms=now_ms,
            last_gap_ms=now_ms,
        )
    state = saved.copy()
    state.settings, state.instrument, state.fees = settings, instrument, fees
    state.orders = {key: _revived(order, now_ms) for key, order in saved.orders.items()}
    state.stopped = ""  # the account's flag file says whether it is stopped
    state.averaging_frozen = False  # the guard judges anew
    for side in state.sides:  # who withheld them is gone
        side.withheld = frozenset()
        if side.opening is not None:
            side.opening = changed(side.opening, waiting=False)
    state.ever_saved, state.synced, state.stream_up, state.stopping = True, False, False, False
    if not any(side.size for side in state.sides):
        state.leverage_set = None  # somebody may have changed it; an open leg's row says what is in force
    state.leverage_asked_ms = 0  # an answer would have gone to the process that is no more
    for side in (state.long, state.short):
        side.stop_sent = ""  # the same holds for a trading-stop
    state.entries_from_ms, state.entries_proven = now_ms + PROOF_MS, False
    state.interrupted_ms = saved.interrupted_ms or known_until_ms(saved) or now_ms
    state.last_gap_ms = now_ms
    state.last, state.mark, state.price_ms, state.wake_ms = None, None, 0, 0
    if _opens_more(settings, saved.settings):
        _go_on_after_closes(state, now_ms)
    return state


def _opens_more(settings: GridSettings, before: GridSettings) -> bool:
    """Whether a side that stayed flat after its close may open now."""
    wound_down = before.wind_down and not settings.wind_down
    return wound_down or before.reopen_side is not settings.reopen_side


def _go_on_after_closes(state: GridState, now_ms: int) -> None:
    """Sides that were closed and stayed flat go on with the close: whoever may reopen does (section 11)."""
    closed = frozenset(
        side.side
        for side in state.sides
        if side.old_books and not side.held and side.size == 0 and side.opening is None and not side.paused
    )
    if closed and state.restart is None:
        before = state.closing.sides if state.closing is not None else frozenset[Side]()
        state.closing = Closing(sides=before | closed, started_ms=now_ms)


def _revived(order: Order, now_ms: int) -> Order:
    """What was asked of an order may or may not have been carried out, and may still be on its way."""
    order = changed(order, looking=False, looked_ms=0)
    if order.phase in (Phase.SENT, Phase.UNKNOWN):
        order = changed(order, phase=Phase.UNKNOWN, request_ms=now_ms, since_ms=now_ms)
    if order.amend is not Asked.NO:
        order = changed(order, amend=Asked.ACKED, asked_ms=now_ms + PROOF_MS)
    if order.cancel is not Asked.NO:
        order = changed(order, cancel=Asked.ACKED, asked_ms=now_ms + PROOF_MS)
    return order


def kept(state: GridState, now_ms: int) -> GridState:
    """What the file is to hold: everything but orders that ended a while ago.

    Those are remembered for answers that are still under way to this process; the next one has none, and
    looks up whatever it meets.
    """
    lately = state.copy()
    lately.ended = {key: o for key, o in state.ended.items() if now_ms - o.since_ms < _LATELY_MS}
    return lately


def known_until_ms(state: GridState) -> int:
    """Until when the state knows every execution, 0 for none: a first sync reads from before.

    That is the time of the newest one that it knows, but not from beyond a gap that no sync has closed.
    """
    newest_ms = max((state.execs_known_ms, *state.exec_ids.values()))
    return min(newest_ms, state.interrupted_ms or newest_ms)
