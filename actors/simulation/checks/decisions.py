"""No second order for one decision, and none again before the first is proven absent (issue: safety)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from actors.simulation.checks.truth import ZERO, AccountTruth, Arrival, Truth, slot_of
from actors.simulation.checks.watching import Checker, Served
from exchange.venue.records import Execution
from messages.ids import OrderName
from messages.sides import Role

Bucket = tuple[int, str, str, str, int, int]


class OneOrderADecision(Checker):
    """Each id reaches the venue once, one order is open for a slot, and attempts arrive in their order.

    After a kill an id may be chosen again that the file did not know yet: that is the venue's to refuse. And
    what a dead process had on its way may arrive beside what the next one has sent.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._lives: dict[str, int] = {}
        self._newest: dict[tuple[object, ...], tuple[int, int]] = {}

    def served(self, served: Served) -> Iterable[str]:
        """Judge new orders."""
        if not self._truth.arrivals:
            return ()
        return [finding for arrival in self._truth.arrivals for finding in self._judge(arrival)]

    def _judge(self, arrival: Arrival) -> Iterator[str]:
        name, link_id = arrival.name, arrival.link_id
        if name is None or name.account != arrival.account.number:
            yield f"the bot sent an order with the id {link_id!r}, which is not its own"
            return
        if self._lives.get(link_id) == arrival.life:
            yield f"{link_id} reached the venue a second time"
        self._lives[link_id] = arrival.life
        key = (*slot_of(name), name.level, name.account, name.cycle)
        life, attempt = self._newest.get(key, (-1, 0))
        if life == arrival.life and name.attempt < attempt:
            yield f"{link_id} arrived after attempt {attempt} of the same decision had been sent"
        if life != arrival.life or name.attempt > attempt:
            self._newest[key] = arrival.life, name.attempt
        if arrival.ours is not None and not arrival.ours.late:
            for other in arrival.account.open.values():
                same = other is not arrival.ours and slot_of(other.name) == slot_of(name)
                if same and not other.late:
                    yield f"{link_id} was accepted while {other.name} is open for the same decision"


class NeverTwiceFilled(Checker):
    """All attempts of a level, or of an opening, together never fill more than the largest of them asked.

    An opening that was decided anew, deeper than the one that nobody remembers, completes what that one has
    filled: its order comes on top.
    """

    def __init__(self, truth: Truth) -> None:
        self._truth = truth
        self._largest: dict[Bucket, Decimal] = {}
        self._filled: dict[Bucket, Decimal] = {}
        self._deepest: dict[Bucket, int] = {}

    def served(self, served: Served) -> Iterable[str]:
        """Note what is asked for."""
        truth = self._truth
        for arrival in truth.arrivals:
            if arrival.ours is not None and arrival.ours.name.role.opens:
                self._note(arrival, arrival.ours.name)
        return self._fills() if truth.executions else ()

    def _note(self, arrival: Arrival, name: OrderName) -> None:
        bucket = _bucket(name)
        asked = _asked(arrival)
        if name.level > self._deepest.get(bucket, name.level):
            asked += self._filled.get(bucket, ZERO)
        self._deepest[bucket] = max(self._deepest.get(bucket, -1), name.level)
        self._largest[bucket] = max(self._largest.get(bucket, ZERO), asked)

    def moved(self, at_ms: int) -> Iterable[str]:
        """Add fills up."""
        return self._fills() if self._truth.executions else ()

    def _fills(self) -> list[str]:
        return [f for account, e in self._truth.executions for f in self._add(account, e)]

    def _add(self, account: AccountTruth, e: Execution) -> Iterator[str]:
        ours = account.sent.get(e.order_id)
        if ours is None or not ours.name.role.opens or e.exec_type == "Funding":
            return
        bucket = _bucket(ours.name)
        filled = self._filled[bucket] = self._filled.get(bucket, ZERO) + e.qty
        if filled > self._largest[bucket]:
            yield f"{ours.name}: {filled} filled for a decision of at most {self._largest[bucket]}"


def _bucket(name: OrderName) -> Bucket:
    level = name.level if name.role is Role.ENTRY else -1
    return name.account, name.symbol, name.side.value, name.role.value, name.cycle, level


def _asked(arrival: Arrival) -> Decimal:
    """The quantity; an opening at the limit of a market order is one part of a larger one."""
    assert arrival.ours is not None
    order = arrival.ours.order
    if order.order_type == "Market" and order.qty >= order.holding.listing.instrument.max_market_qty:
        return Decimal("Infinity")
    return arrival.ours.ordered
