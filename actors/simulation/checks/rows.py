"""Each leg's figures reach the grid as that leg's: no side is guessed from an empty text or a row's place.

And a row that tells of the past undoes nothing: an order's end is final.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from actors.mail import Called
from actors.simulation.checks.closes import records_of
from actors.simulation.checks.truth import IDX, ZERO, Fills, Truth
from actors.simulation.checks.watching import Checker, Turn
from messages.events import StreamEvents, SymbolSnapshot
from messages.sides import Side
from state.order import ABSENT, REFUSED, Phase


class RowsAreOfTheirLeg(Checker):
    """A position row that a grid takes shows the size that this very leg had at the row's sequence, and each
    execution is of the leg that it changed."""

    messages = frozenset({StreamEvents, SymbolSnapshot, Called})

    def __init__(self, truth: Truth) -> None:
        self._fills = Fills(truth)
        self._sizes: dict[tuple[int, str, Side, int], Decimal] = {}
        self._legs: dict[str, Side] = {}

    def _note(self) -> None:
        for account, side, e in self._fills.new():
            self._legs[e.exec_id] = side
            self._sizes[account.number, e.leg.symbol, side, e.seq] = e.size_after

    def turned(self, turn: Turn) -> Iterable[str]:
        """Compare what a grid takes with the venue's records."""
        state = turn.after
        if state is None:
            return ()
        executions, rows = records_of(turn.message)
        if not executions and not rows:
            return ()
        self._note()
        found = [
            f"execution {e.exec_id} of {self._legs[e.exec_id]} was taken for {e.leg}"
            for e in executions
            if e.leg is not None and e.leg is not self._legs.get(e.exec_id, e.leg)
        ]
        for row in rows:
            side = row.leg
            if side is None or row.seq < 0:
                continue
            size = self._sizes.get((state.account, row.symbol, side, row.seq))
            if size != row.size:
                found.append(
                    f"a row of {row.symbol} with size {row.size} was taken for {side}, which had "
                    f"{'no such sequence' if size is None else size}"
                )
        return found


class EndsAreFinal(Checker):
    """An order whose end the grid has been told never lives again. Only that it was refused, or is absent,
    may turn out to be wrong: that is concluded, not told."""

    messages = frozenset({StreamEvents, SymbolSnapshot, Called})

    def turned(self, turn: Turn) -> Iterable[str]:
        """Look for orders that have come back to life."""
        before, after = turn.before, turn.after
        if before is None or after is None or after is before:
            return ()
        found = []
        for link_id, order in after.orders.items():
            if order.phase is Phase.ENDED:
                continue
            was = before.ended.get(link_id) or before.orders.get(link_id)
            if was is not None and was.phase is Phase.ENDED and was.status not in (REFUSED, ABSENT):
                found.append(f"{link_id} had ended as {was.status}, and is {order.phase} again")
        return found


class LegsAgreeInTheEnd(Checker):
    """In the end the grid's cycle and its levels add up to the leg's size at the venue, on each side."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def at_the_end(self) -> Iterable[str]:
        """Compare each leg."""
        plant, found = self._truth.plant, []
        for account in self._truth.accounts.values():
            for symbol in plant.symbols[account.number]:
                state, holding = plant.grid(account.number, symbol), account.records.holdings.get(symbol)
                if state is None or holding is None:
                    continue
                for side in (state.long, state.short):
                    book, leg = side.book, side.leg
                    size = holding.legs[IDX[side.side]].size
                    known = book.entry_qty - book.exit_qty + book.foreign_qty
                    above = sum((c.signed_qty for c in leg.changes if c.seq > leg.row.seq), ZERO)
                    if not size == known == max(leg.row.size + above, ZERO):
                        found.append(
                            f"{account.name} {symbol} {side.side}: {known} in the cycle's book, "
                            f"{leg.row.size + above} by rows, {size} at the venue"
                        )
        return found
