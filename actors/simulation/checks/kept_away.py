"""A level stays away only where a person has cancelled its entry, until the side's next fill (section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.simulation.checks.truth import cancels
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Served, Turn
from messages.sides import SIDES, Role
from state.grid.model import GridState, SideState


class LevelsStayAwayForAPerson(Checker):
    """What the bot itself has taken away comes again, and all do once their side has grown."""

    messages = GRID_MESSAGES

    def __init__(self) -> None:
        self._by_bot: set[str] = set()

    def served(self, served: Served) -> Iterable[str]:
        """Note the cancels of the bot that the venue has taken."""
        if served.by_bot and served.op.startswith("order.cancel"):
            self._by_bot.update(
                str(params.get("orderLinkId", "")) for params, code in cancels(served) if code == 0
            )
        return ()

    def turned(self, turn: Turn) -> Iterable[str]:
        """Judge the levels that begin to stay away, and those that go on to."""
        before, after = turn.before, turn.after
        if before is None or after is None or after.long is before.long:
            return ()
        return [f for s in SIDES for f in self._judge(before, before.of(s), after, after.of(s))]

    def _judge(self, before: GridState, was: SideState, after: GridState, side: SideState) -> Iterator[str]:
        for level in sorted(side.kept_away - was.kept_away):
            ended = [
                link_id
                for link_id, order in before.orders.items()
                if order.side is side.side and order.role is Role.ENTRY and order.level == level
            ]
            if any(link_id in self._by_bot for link_id in ended if link_id not in after.orders):
                yield f"{after.symbol} {side.side}: level {level} stays away, though we cancelled it"
        filled = len(side.fills) > len(was.fills) and side.fills[: len(was.fills)] == was.fills
        grown = filled and side.book.entry_qty > was.book.entry_qty
        if grown and side.cycle == was.cycle and side.kept_away & was.kept_away:
            yield f"{after.symbol} {side.side}: levels {sorted(side.kept_away)} stay away after a fill"
