"""Which close a reopening answers: the figures and the log of its way belong to that close.

Usually a side opens again after its own close. With ``reopen_side`` opposite or both it is the other side's
close that opens it, however long ago its own was. A close that opens nothing is over once that is decided.
"""

from __future__ import annotations

from actors.mail import Origin
from messages.sides import SIDES, Side
from state.grid.model import GridState


class Reopenings:
    """Belongs to one grid; it only looks."""

    def __init__(self) -> None:
        self._closes: dict[Side, Origin] = {}
        self._awaited: dict[Side, Origin] = {}

    def closed(self, side: Side, after: GridState, received_ns: int) -> None:
        """A side has closed, told by a frame that arrived at ``received_ns``."""
        self._closes[side] = Origin(side=side, cycle=after.of(side).cycle - 1, received_ns=received_ns)

    def stepped(self, before: GridState, after: GridState) -> None:
        """Once what opens is decided, each side that does awaits its order."""
        if not self._closes or after.closing is not None or after.restart is not None:
            return
        newest = max(self._closes.values(), key=lambda origin: origin.received_ns)
        for side in SIDES:
            own = self._closes.get(side)
            begins = after.of(side).opening is not None and (own or before.of(side).opening is None)
            if begins:
                self._awaited[side] = own or newest
        self._closes.clear()

    def take(self, side: Side) -> Origin | None:
        """The close that a side's first opening order answers; None for what answers none."""
        return self._awaited.pop(side, None)
