"""After a close no entry from before it is left when the reopening is accepted (failure 1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from actors.simulation.checks.truth import Arrival, Truth
from actors.simulation.checks.watching import GRID_MESSAGES, Checker, Served, Turn
from messages.orders import Outcome, RequestAnswered
from messages.sides import Role


class NoOldEntryAtAReopening(Checker):
    """When a reopening is accepted, no entry from before the close is open on either side, or comes later."""

    messages = GRID_MESSAGES

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._condemned: dict[tuple[int, str], set[str]] = {}
        self._on_their_way: set[str] = set()
        self._reopened: dict[tuple[int, str], str] = {}

    def turned(self, turn: Turn) -> Iterable[str]:
        """Note which entries a close must take away: all that are decided when it is acted on.

        An opening that had left before was the answer to an earlier close.
        """
        before, after, message = turn.before, turn.after, turn.message
        if isinstance(message, RequestAnswered) and message.outcome is Outcome.WITHHELD and after is not None:
            # It never left, and its id is free again.
            self._condemned.get((after.account, after.symbol), set()).discard(message.order_link_id)
        if before is None or after is None or after.closing is before.closing or after.closing is None:
            return ()
        if before.closing is not None and before.closing.sides == after.closing.sides:
            return ()
        key = after.account, after.symbol
        self._condemned[key] = {k for k, o in before.orders.items() if o.name.role is Role.ENTRY}
        self._on_their_way |= {k for k, o in before.orders.items() if o.name.role is Role.OPENING}
        self._reopened.pop(key, None)
        return ()

    def killed(self, at_ms: int, account: int) -> Iterable[str]:
        """The next actors decide anew, and may come to the same ids; what was on its way is late."""
        code = f"{account:03d}"
        self._condemned = {key: ids for key, ids in self._condemned.items() if key[0] != account}
        self._on_their_way = {link_id for link_id in self._on_their_way if not link_id.startswith(code)}
        self._reopened = {key: link_id for key, link_id in self._reopened.items() if key[0] != account}
        return ()

    def served(self, served: Served) -> Iterable[str]:
        """Judge reopenings, and entries that come after them."""
        return [f for arrival in self._truth.arrivals for f in self._judge(arrival)]

    def _judge(self, arrival: Arrival) -> Iterator[str]:
        ours = arrival.ours
        if ours is None or ours.late:
            return
        name, key = ours.name, (arrival.account.number, ours.name.symbol)
        if name.role is Role.OPENING:
            if arrival.link_id not in self._on_their_way:
                self._reopened[key] = arrival.link_id
            yield from self._left_over(arrival)
        elif arrival.link_id in self._condemned.get(key, ()) and key in self._reopened:
            yield f"{arrival.link_id} from before a close arrives after {self._reopened[key]}"

    def _left_over(self, arrival: Arrival) -> Iterator[str]:
        assert arrival.name is not None
        opening, account = arrival.name, arrival.account
        closed_ms = account.leg(opening.symbol, opening.side).closed_ms
        condemned = self._condemned.get((account.number, opening.symbol), set())
        if arrival.link_id in self._on_their_way:
            condemned = set()
        for other in account.open.values():
            name = other.name
            if name.symbol != opening.symbol or name.role is not Role.ENTRY or other.late:
                continue
            older = name.side is opening.side and name.cycle < opening.cycle
            before = closed_ms is not None and other.order.created_ms < closed_ms
            if older or before or str(name) in condemned:
                yield f"{name} is open when {arrival.link_id} reopens the side"
