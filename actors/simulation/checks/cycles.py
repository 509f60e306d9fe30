"""Settings hold from a side's opening to its close (strategy, section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn
from messages.settings import GridSettings
from messages.sides import SIDES
from state.grid.model import GridState, SideState


class SettingsHoldForACycle(Checker):
    """A side that is held keeps the settings that it has opened with; one that begins takes the newest, and
    another leverage only with both sides flat."""

    messages = GRID_MESSAGES

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge a turn that changes a side."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.long is before.long:
            return ()
        return [found for s in SIDES for found in _judged(before.of(s), after.of(s), after)]


def _judged(was: SideState, side: SideState, state: GridState) -> Iterator[str]:
    if not side.held or side.settings is None:
        return
    name = f"{state.symbol} {side.side} cycle {side.cycle}"
    if was.held and was.cycle == side.cycle:
        if was.settings is not None and was.settings != side.settings:
            yield f"{name}: its settings change while it is held"
    elif _but_leverage(side.settings, state.settings) != state.settings:
        yield f"{name}: begins with other settings than the newest"
    elif state.of(side.side.other).held and state.leverage_set not in (None, side.settings.leverage):
        yield f"{name}: begins with leverage {side.settings.leverage}, the symbol has {state.leverage_set}"


def _but_leverage(settings: GridSettings, newest: GridSettings) -> GridSettings:
    return replace(settings, leverage=newest.leverage)
