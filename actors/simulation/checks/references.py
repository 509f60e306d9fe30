"""The reference quantities go when both sides are flat (failure 6)."""

from __future__ import annotations

from collections.abc import Iterable

from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Turn


class ReferencesAreCleared(Checker):
    """A grid with both sides flat and nothing in flight keeps no reference quantity."""

    messages = GRID_MESSAGES

    def turned(self, turn: Turn) -> Iterable[str]:
        """Look at a grid that has changed."""
        state = turn.after
        if state is None or state is turn.before or not state.references or state.orders:
            return ()
        sides = (state.long, state.short)
        if not state.synced or any(s.held or s.opening is not None or s.levels for s in sides):
            return ()
        return (f"{turn.address}: flat, with nothing in flight, but references {state.references}",)
