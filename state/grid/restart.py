"""The restart of a locked symbol: cancel all, close both at market, open level 0 anew (section 5).

| step       | what holds                                             | it ends when                   |
|------------|--------------------------------------------------------|--------------------------------|
| CANCELLING | every entry and take profit is cancelled by its id     | all are settled                |
| FLATTENING | each side is closed by a market order of role R        | both closes were acted on      |
| (over)     | references cleared, an opening of level 0 recorded     | step 5 of state/grid/closing.py|

A take profit that fills meanwhile only closes its side sooner. The closes belong to the restart: they
start no procedure of section 7 and pause nothing.
"""

from __future__ import annotations

from dataclasses import replace

from messages.events import Severity
from messages.settings import WhenLocked
from messages.sides import Role
from state.grid.closing import decide_opening
from state.grid.draft import Draft
from state.grid.fills import our_name
from state.grid.flatten import cancel_all, close_all
from state.grid.gates import entries_allowed
from state.grid.model import SideState
from state.grid.procedures import Restart, RestartStep
from state.order import CancelReason


def run_restart(d: Draft) -> None:
    """Begin a restart where both sides are full, and carry a running one on."""
    if d.state.restart is None:
        _begin(d)
    if d.state.restart is not None and any(_begun_anew(d, side, d.state.restart) for side in d.state.sides):
        _end(d)
    if d.state.restart is not None and d.state.restart.step is RestartStep.CANCELLING:
        _cancel_all(d)
    if d.state.restart is not None and d.state.restart.step is RestartStep.FLATTENING:
        _flatten(d)


def _begun_anew(d: Draft, side: SideState, restart: Restart) -> bool:
    """Whether the opening that follows a restart has filled: the state comes from a file of before."""
    return any(
        e.exec_ms > restart.started_ms
        and (name := our_name(d, e.order_link_id)) is not None
        and name.role is Role.OPENING
        for e in side.fills
    )


def _begin(d: Draft) -> None:
    state = d.state
    wanted = state.settings.when_locked is WhenLocked.RESTART and not state.settings.wind_down
    if not wanted or not state.locked:
        return
    if all(entries_allowed(d, side) and side.opening is None for side in state.sides):
        state.restart = Restart(step=RestartStep.CANCELLING, started_ms=d.now_ms)
        d.count("restart")
        d.note("restart", "both sides hold every level: closing both to begin anew", None, Severity.WARNING)


def _cancel_all(d: Draft) -> None:
    cancel_all(d, CancelReason.RESTART)
    if not d.state.orders and d.state.restart is not None:
        d.state.restart = replace(d.state.restart, step=RestartStep.FLATTENING)


def _flatten(d: Draft) -> None:
    state = d.state
    close_all(d, Role.RESTART)
    if state.orders or any(side.held or side.size > 0 for side in state.sides):
        return  # across a gap of the stream a close is believed later than its executions
    state.references.clear()
    _end(d)


def _end(d: Draft) -> None:
    """Both sides are to open, unless they have: nothing else of the restart is left."""
    d.state.restart = None
    for side in d.state.sides:
        if not side.held:
            decide_opening(d, side)
        if not d.state.stopped:
            side.paused = ""
