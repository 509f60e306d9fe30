"""Step 5: one market order for the levels 0 ... j that are not held, completed or given up (section 7)."""

from __future__ import annotations

from decimal import Decimal

from messages.events import Severity
from messages.guard import CloseFailed
from messages.orders import BalanceContext, Priority
from messages.sides import SIDES, Role
from state.changed import changed
from state.grid.closing import decide_opening
from state.grid.draft import Draft
from state.grid.gates import entries_allowed, explained, price_fresh
from state.grid.joining import renew_base
from state.grid.model import Opening, SideState
from state.grid.quantities import balance_check, level_qty
from state.ladder import meets_minimums, nominal_margin, nominal_margin_through
from state.numbers import ZERO

#: The first order and three more (strategy, section 7).
_TRIES = 4


def run_opening(d: Draft, side: SideState) -> None:
    """Carry a recorded opening on by at most one order."""
    opening = side.opening
    if opening is None or d.state.orders_of(side.side, Role.OPENING):
        return
    if side.size == 0 and d.state.orders_of(side.side, Role.TAKE_PROFIT, Role.CLOSE, Role.RESTART):
        return  # a closing order of the old cycle could close the new one
    if any(o.cancel_reason is not None for s in SIDES for o in d.state.orders_of(s, Role.ENTRY)):
        return  # no entry that is being taken away may fill beside it (failure 1)
    if not side.held and side.size == 0 and d.state.settings.wind_down:
        side.opening = None
        return
    if not side.held:
        opening = _by_the_newest(d, side, opening)
    missing = _missing_levels(side, opening)
    if not missing or _late_fills_suffice(d, side, opening):
        _finish(d, side)
        return
    if not entries_allowed(d, side, forced=opening.forced) or opening.waiting or d.now_ms < opening.retry_ms:
        return
    last = d.state.last
    if last is None or not price_fresh(d):
        d.state.wants_price = True
        return
    if opening.tries >= _TRIES:
        _give_up(d, side, opening)
        return
    rest = sum((level_qty(d, side, n, last) - _held(side, n) for n in missing), ZERO)
    if not meets_minimums(d.state.instrument, rest, last):
        _rest_too_small(d, side, rest)
        return
    qty = min(rest, d.state.instrument.max_market_qty)
    context = BalanceContext.REOPEN if opening.reopening else BalanceContext.INITIAL
    check = balance_check(d, side, context, qty, last)
    d.place(side, Role.OPENING, opening.depth, qty, None, Priority.REOPEN, check)
    side.opening = changed(opening, tries=opening.tries + 1)


def _by_the_newest(d: Draft, side: SideState, opening: Opening) -> Opening:
    """What has not begun yet goes by the newest settings: they may have changed while it waited."""
    side.settings = d.state.cycle_settings
    last = side.settings.max_levels - 1
    if opening.depth > last:
        opening = side.opening = changed(opening, depth=last)
    return opening


def _held(side: SideState, n: int) -> Decimal:
    level = side.levels.get(n)
    return level.qty if level is not None else ZERO


def _missing_levels(side: SideState, opening: Opening) -> list[int]:
    """Levels without any fill, and those that this opening has begun; a late part waits as an entry."""
    levels = side.levels
    return [
        n
        for n in range(opening.depth + 1)
        if n not in levels or (levels[n].by_opening and not levels[n].complete)
    ]


def _late_fills_suffice(d: Draft, side: SideState, opening: Opening) -> bool:
    settings = side.settings or d.state.settings
    late = [(n, level) for n, level in side.levels.items() if not level.by_opening and level.wanted > 0]
    margin = sum((nominal_margin(settings, n) * level.qty / level.wanted for n, level in late), ZERO)
    return bool(late) and margin >= nominal_margin_through(settings, opening.depth)


def _rest_too_small(d: Draft, side: SideState, rest: Decimal) -> None:
    if side.held:
        _finish(d, side)
        return
    side.opening, side.paused = None, f"an opening of {rest} is under the exchange's minimum"
    d.note("paused", side.paused, side.side, Severity.CRITICAL)


def _give_up(d: Draft, side: SideState, opening: Opening) -> None:
    d.count("opening_given_up")
    d.note("opening_given_up", f"after {_TRIES} orders", side.side, Severity.WARNING)
    if opening.reopening:
        text = "its reopening was given up"
        d.emit(CloseFailed(symbol=d.state.symbol, side=side.side, reason=text))
    if side.held:
        _finish(d, side)
    else:
        side.opening, side.paused = None, f"its opening failed {_TRIES} times"


def _finish(d: Draft, side: SideState) -> None:
    """The opening is over: what it has begun counts as filled."""
    for n, level in side.levels.items():
        if level.by_opening and level.qty > 0 and not level.complete:
            side.levels[n] = changed(level, complete=True, wanted=level.qty)
    side.opening = None
    renew_base(d, side)


def opening_ended(d: Draft, side: SideState, *, filled: bool) -> None:
    """An opening order ended: progress takes the tries back, nothing at all waits before the next."""
    opening = side.opening
    if opening is None:
        return
    if filled:
        side.opening = changed(opening, tries=0, delays=0, retry_ms=d.now_ms)
    else:
        wait = min(1000 * 2 ** max(opening.tries - 1, 0), 4000)
        side.opening = changed(opening, retry_ms=d.now_ms + wait)


def opening_postponed(d: Draft, side: SideState) -> None:
    """The exchange takes no order now (rate limit, no connection): that is no refusal of the opening."""
    opening = side.opening
    if opening is not None:
        wait = min(1000 * 2 ** min(opening.delays, 6), 60_000)
        side.opening = changed(
            opening, tries=max(opening.tries - 1, 0), delays=opening.delays + 1, retry_ms=d.now_ms + wait
        )


def opening_withheld(d: Draft, side: SideState, text: str) -> None:
    """Too little balance: step down one level and say so; level 0 waits for the next wallet push.

    What a stop withholds waits for resume.
    """
    opening = side.opening
    if opening is None:
        return
    tries = max(opening.tries - 1, 0)
    if opening.depth > 0 and not d.state.stopped:
        side.opening = changed(opening, depth=opening.depth - 1, tries=tries)
        d.note("stepped_down", f"opening at level {opening.depth - 1}: {text}", side.side, Severity.WARNING)
    else:
        if not (opening.waiting or d.state.stopped):
            d.note("waits_for_balance", text, side.side, Severity.WARNING)
        side.opening = changed(opening, waiting=True, tries=tries)


def open_if_new(d: Draft, side: SideState) -> None:
    """A flat side without history opens level 0; its later openings are decided by its closes."""
    if (
        not side.ever_opened
        and side.opening is None
        and not side.held
        and side.size == 0
        and not side.paused
        and not side.rebuild_from_ms
        and d.state.synced
        and d.state.closing is None
        and d.state.restart is None
        and d.state.flatten is None
        and not d.state.settings.wind_down
        and explained(side)
    ):
        decide_opening(d, side)
