"""When entries may leave at all, and what is explained. TPs and closes have no gate but the sync."""

from __future__ import annotations

from state.grid.draft import Draft
from state.grid.model import SideState

#: Openings need a price of this age at most; a recalculation is stricter (strategy, section 5).
FRESH_PRICE_MS = 60_000


def explained(side: SideState) -> bool:
    """Whether the leg's size is what the executions that we know add up to."""
    return side.leg.size == side.book.size


def entries_allowed(d: Draft, side: SideState, *, forced: bool = False) -> bool:
    """Whether an entry of this side may leave now, apart from its price and its balance.

    ``forced``: a freeze does not count.
    """
    state = d.state
    return (
        state.synced
        and state.entries_proven
        and state.stream_up
        and not state.stopped
        and not state.stopping
        and (forced or d.now_ms >= state.frozen_until_ms)
        and not state.entries_refused
        and state.flatten is None
        and not any(s.book.foreign_qty for s in state.sides)
        and state.closing is None
        and state.restart is None
        and not side.paused
        and explained(side)
        and state.leverage_set is not None
        and (state.leverage_set == state.settings.leverage or not state.flat)
    )


def withdrawn(d: Draft) -> bool:
    """Whether resting entries must go: a stop, a freeze, an orderly stop that does not keep them."""
    state = d.state
    if state.averaging_frozen or state.flatten is not None:
        return True
    keep = state.stopping and state.settings.on_stop.value == "keep"
    return bool(state.stopped) or d.now_ms < state.frozen_until_ms or (state.stopping and not keep)


def price_fresh(d: Draft, limit_ms: int = FRESH_PRICE_MS) -> bool:
    """Whether the last price is known and young enough to decide on."""
    return d.state.last is not None and d.now_ms - d.state.price_ms <= limit_ms
