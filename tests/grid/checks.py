"""What must hold at the venue and in the grid's state, after every event and at the end of a run.

The checks look at the venue's own records, not at what the bot believes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from exchange.venue.records import Account, Order
from messages.events import CycleClosed, TradeBooked
from messages.ids import OrderName, parse_order_link_id
from messages.sides import SIDES, Role, Side
from state.grid.effects import Effect
from state.grid.model import CycleBook, GridState, SideState
from state.grid.step import Event
from state.ladder import take_profit_price
from state.numbers import ZERO
from state.order import Phase
from tests.grid.line import ACCOUNT
from tests.grid.world import World

#: Attempts from here on are put in by tests: orders with ids of ours that the grid has never decided.
INJECTED = 10_000
_IDX = {Side.LONG: 1, Side.SHORT: 2}


class Checks:
    """Watches a world: ``always`` runs after every step, ``at_the_end`` once faults have stopped."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._seen = 0
        self._opened: set[tuple[str, Side]] = set()
        self.crashed = False
        """The process was killed: what it told may have been told twice or not at all."""
        self.touched = False
        """A person has traded in the account: prices and levels are not only ours."""
        self.lost = False
        """The state was lost: what was booked before is not in it."""
        self.closed_ms: dict[tuple[str, Side], int] = {}
        world.on_step.append(self._after_step)
        world.on_accept = self._accepted

    @property
    def account(self) -> Account:
        """The venue's records of the account."""
        return self._world.core.books[ACCOUNT]

    def open_orders(self) -> list[tuple[OrderName, Order]]:
        """Orders of ours that are open at the venue, also those on their way."""
        named = [(parse_order_link_id(o.link_id), o) for o in self.account.orders.values() if o.is_open]
        return [(name, order) for name, order in named if name is not None]

    def _after_step(self, symbol: str, state: GridState, event: Event, effects: Sequence[Effect]) -> None:
        findings = list(self.always())
        assert not findings, "\n".join([*findings, f"after {event}"])

    def always(self) -> Iterator[str]:
        """What may never be seen, whatever goes wrong meanwhile."""
        self._note_closes()
        slots: Counter[tuple[object, ...]] = Counter()
        for name, order in self.open_orders():
            if name.attempt >= INJECTED:
                continue
            slots[name.symbol, name.side, name.role, name.level] += 1
            if name.role is Role.TAKE_PROFIT and order.live and order.leaves > order.leg.size:
                yield f"{order.link_id} leaves {order.leaves} on a leg of {order.leg.size}"
        for slot, count in slots.items():
            if count > 1:
                yield f"{count} open orders for {slot}"

    def _note_closes(self) -> None:
        """When each leg was last closed that an order of ours had opened."""
        executions = self.account.executions
        for e in executions[self._seen :]:
            leg = e.listing.symbol, Side.LONG if e.leg.idx == 1 else Side.SHORT
            if e.order is not None and not e.closed_qty and parse_order_link_id(e.order.link_id):
                self._opened.add(leg)
            elif e.closed_qty and e.size_after == 0 and leg in self._opened:
                self._opened.discard(leg)
                self.closed_ms[leg] = e.time_ms
        self._seen = len(executions)

    def _accepted(self, order_link_id: str) -> None:
        """When a reopening reaches the venue, no entry from before the close is open any more (failure 1)."""
        name = parse_order_link_id(order_link_id)
        if name is None or name.role is not Role.OPENING:
            return
        self._note_closes()
        closed_ms = self.closed_ms.get((name.symbol, name.side))
        if closed_ms is None:
            return
        for other, order in self.open_orders():
            if other.attempt >= INJECTED or other.symbol != name.symbol:
                continue
            if other.role is Role.ENTRY and order.created_ms < closed_ms:
                raise AssertionError(f"{order.link_id} is open when {order_link_id} arrives")

    # --- the end ----------------------------------------------------------------------------------------

    def at_the_end(self) -> list[str]:
        """What is wrong after the faults have stopped and time has passed."""
        findings = [*self._world.core.audit(), *self.always()]
        known = {link: order for state in self._world.grids.values() for link, order in state.orders.items()}
        for _, order in self.open_orders():
            if order.link_id not in known:
                findings.append(f"{order.link_id} rests without an owner")
        for state in self._world.grids.values():
            findings += self._symbol(state)
        return findings if self.lost or self.touched else [*findings, *self._books()]

    def _symbol(self, state: GridState) -> Iterator[str]:
        if state.closing is not None or state.restart is not None:
            yield f"{state.symbol}: still closing {state.closing} {state.restart}"
        for order in state.orders.values():
            if order.phase is not Phase.LIVE or order.busy or order.looking:
                yield f"{order.order_link_id} is still {order.phase}, {order.amend}, {order.cancel}"
        at_venue = {o.link_id: o for _, o in self.open_orders()}
        for order in state.orders.values():
            theirs = at_venue.get(order.order_link_id)
            if theirs is None or (theirs.qty, theirs.price) != (order.qty, order.price):
                yield f"{order.order_link_id} is {order.qty} at {order.price} for us, {theirs} at the venue"
        holding = self.account.holdings[state.symbol]
        for side in state.sides:
            leg = holding.legs[_IDX[side.side]]
            if side.size != leg.size:
                yield f"{state.symbol} {side.side}: size {side.size} for us, {leg.size} at the venue"
            yield from self._take_profit(state, side, leg.size)
            yield from self._levels(state, side)
        if (
            not state.orders
            and all(s.size == 0 and s.opening is None for s in state.sides)
            and state.references
        ):
            yield f"{state.symbol}: flat, but references {state.references}"

    def _take_profit(self, state: GridState, side: SideState, size: Decimal) -> Iterator[str]:
        found = [
            o
            for name, o in self.open_orders()
            if (name.symbol, name.side, name.role) == (state.symbol, side.side, Role.TAKE_PROFIT)
        ]
        leaves = sum((o.leaves for o in found), ZERO)
        if leaves != (size if side.held else ZERO):
            yield f"{state.symbol} {side.side}: a take profit of {leaves} for a size of {size}"
        for order in found:
            price = self._price(state, side)
            if order.price != price and not self.touched:
                yield f"{order.link_id} stands at {order.price}, not at {price}"

    def _price(self, state: GridState, side: SideState) -> Decimal:
        """The right price, from the venue's executions since the leg was last flat."""
        value = qty = fees = ZERO
        for e in self.account.executions:
            if e.exec_type == "Funding" or (e.listing.symbol, e.leg.idx) != (state.symbol, _IDX[side.side]):
                continue
            if e.closed_qty == 0:
                value, qty, fees = value + e.value, qty + e.qty, fees + e.fee
            elif e.size_after == 0:
                value = qty = fees = ZERO
        return take_profit_price(
            side.side,
            average=value / qty,
            fee_per_unit=fees / qty,
            take_profit_percent=(side.settings or state.settings).take_profit_percent,
            maker=state.fees.maker,
            tick_size=state.instrument.tick_size,
        )

    def _levels(self, state: GridState, side: SideState) -> Iterator[str]:
        held = sum((level.qty for level in side.levels.values()), ZERO)
        bought = side.book.entry_qty
        if side.held and held != bought:
            yield f"{state.symbol} {side.side}: levels hold {held}, the cycle bought {bought}"
        if not side.held and (side.levels or (side.size and not self.touched)):
            yield f"{state.symbol} {side.side}: not held, but {side.size} in {side.levels}"

    def _books(self) -> Iterator[str]:
        """Every execution booked, and the grid's sums are the venue's to the last digit."""
        there = self.account.executions
        booked = Counter(e.execution.exec_id for e in self._world.told(TradeBooked))
        missing = [e.exec_id for e in there if e.exec_id not in booked]
        if missing:
            yield f"executions never booked {missing}"
        if not self.crashed and any(n > 1 for n in booked.values()):
            yield f"executions booked twice {[key for key, n in booked.items() if n > 1]}"
        fees = funding = net = ZERO
        for side in (side for state in self._world.grids.values() for side in state.sides):
            fees, funding, net = fees + side.fees, funding + side.funding, net + side.realised
            for book in _open_books(side):
                paid = book.entry_fees + book.exit_fees
                fees += paid
                net += side.side.sign * (book.exit_value - book.entry_value) - paid
        trades = [e for e in there if e.exec_type != "Funding"]
        theirs = sum((e.value if e.side == "Sell" else -e.value for e in trades), ZERO)
        for what, our, their in (
            ("fees", fees, self.account.fees),
            ("funding", -funding, self.account.funding),
            ("cash", net, theirs - self.account.fees + self.account.funding),
        ):
            if our != their:
                yield f"{what}: {our} for us, {their} at the venue"
        yield from self._cycles()

    def _cycles(self) -> Iterator[str]:
        """What was told of the cycles is what the sides have summed up."""
        if self.crashed:
            return
        told: list[CycleClosed] = self._world.told(CycleClosed)
        sides = [side for state in self._world.grids.values() for side in state.sides]
        if sum(side.cycles_closed for side in sides) != len(told):
            yield f"{len(told)} cycles told, {[side.cycles_closed for side in sides]} counted"
        if sum((e.fees for e in told), ZERO) != sum((side.fees for side in sides), ZERO):
            yield "the fees told of the cycles are not the sides'"
        net = sum((side.realised + side.funding for side in sides), ZERO)
        if sum((e.profit - e.fees for e in told), ZERO) != net:
            yield "the profit told of the cycles is not the sides'"


def _open_books(side: SideState) -> list[CycleBook]:
    """Cycles that have not been reported yet."""
    return [side.book, *(book for book in side.old_books if book.open_qty > 0)]


__all__ = ["SIDES", "Checks"]
