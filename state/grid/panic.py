"""What the panic rule does beside its freeze: the larger side's TP goes, the smaller side is filled up."""

from __future__ import annotations

from messages.commands import Panic
from messages.events import Severity
from state.grid.draft import Draft
from state.grid.model import Opening


def take_measures(d: Draft, panic: Panic) -> None:
    """Once, while both sides are held; a take profit that was pulled comes back with ``resume`` alone.

    The smaller side buys at market what it lacks of the larger one's levels; the balance is checked as ever.
    """
    smaller, larger = sorted(d.state.sides, key=lambda side: side.size)
    if not (smaller.held and larger.held):
        return
    if panic.pull_take_profit:
        larger.tp_withdrawn = True
        d.note("take_profit_pulled", "panic: until resume", larger.side, Severity.CRITICAL)
    if panic.balance_smaller_side and smaller.opening is None and smaller.deepest < larger.deepest:
        smaller.opening = Opening(depth=larger.deepest, reopening=False, decided_ms=d.now_ms, forced=True)
        d.note("balanced", f"panic: up to level {larger.deepest}", smaller.side, Severity.CRITICAL)
