"""What a grid in virtual time leaves in its log: its trails, and which close each opening order answers."""

from __future__ import annotations

from collections.abc import Sequence

from actors.logs.trail import Moment, Step, Trail
from actors.mail import Origin
from actors.reopenings import Reopenings
from messages.orders import PlaceOrder
from messages.sides import Role, Side
from state.grid.effects import CloseActed, Effect
from state.grid.model import GridState
from tests.grid.world import World


class Followed:
    """Looks at each step of a world's only grid, as the grid's actor does; frames are read as they arrive."""

    def __init__(self, world: World) -> None:
        self.steps: list[Step] = []
        self.answers: list[tuple[Side, Origin]] = []
        self._world, self._before = world, world.grid
        self._trail, self._reopenings = Trail(), Reopenings()
        world.on_step.append(self._stepped)

    def of(self, side: Side, cycle: int) -> list[str]:
        """The milestones of a close, in order."""
        return [step.kind for step in self.steps if (step.side, step.cycle) == (side, cycle)]

    def _stepped(self, symbol: str, after: GridState, event: object, effects: Sequence[Effect]) -> None:
        now_ms = self._world.now_ms
        now_ns = now_ms * 1_000_000
        before, self._before = self._before, after
        moment = Moment(
            before=before, after=after, effects=effects, received_ns=now_ns, now_ns=now_ns, now_ms=now_ms
        )
        self.steps += self._trail.follow(moment)
        for acted in effects:
            if isinstance(acted, CloseActed):
                self._reopenings.closed(acted.side, after, now_ns)
        self._reopenings.stepped(before, after)
        for placed in effects:
            if isinstance(placed, PlaceOrder):
                order = after.orders.get(placed.order_link_id)
                if order is not None and order.role is Role.OPENING:
                    origin = self._reopenings.take(placed.leg)
                    if origin is not None:
                        self.answers.append((placed.leg, origin))
