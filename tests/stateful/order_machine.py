"""One order's life as it comes to the bot: shuffled, doubled, dropped and looked up; the truth is kept apart.

The facts go in where the grid takes them in (state/grid/answers.py, fills.py) and come out as state/order.py
has them; no planner runs. What is told is a prefix of each topic in its order, what is read is the truth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
)

from messages.account import Execution, OrderRow, OrderStatus
from messages.orders import Action, AmendOrder, Outcome, PlaceOrder, Priority, RequestAnswered
from messages.requests import OrderLookUp
from messages.settings import GridSettings
from messages.sides import Role, Side
from state.grid.answers import absorb_answer, absorb_look_up
from state.grid.draft import Draft
from state.grid.fills import absorb_execution, absorb_order_row
from state.grid.lookups import due_ms
from state.grid.model import GridState
from state.leg import Source
from state.order import ABSENT, REFUSED, Order, Phase, Wish
from tests.stateful.exchange import Exchange
from tests.stateful.records import FEES, INSTRUMENT, RECV_WINDOW_MS, ZERO, Resting

PRICE, FAR = Decimal(100), Decimal(90)
_PROOF_MS = RECV_WINDOW_MS + 1_000
_NTH = st.integers(0, 9)


class OrderMachine(RuleBasedStateMachine):
    """One LONG entry at a time; the next attempt follows its proven end."""

    absorb_execution = staticmethod(absorb_execution)
    absorb_order_row = staticmethod(absorb_order_row)
    absorb_answer = staticmethod(absorb_answer)

    def __init__(self) -> None:
        super().__init__()
        self.exchange = Exchange()
        self.state = GridState(
            account=1,
            settings=GridSettings(symbol=INSTRUMENT.symbol, initial_margin=Decimal(5)),
            instrument=INSTRUMENT,
            fees=FEES,
            synced=True,
            ever_saved=True,
        )
        self.sound = True
        self.seen: dict[str, Order] = {}
        """Every order as it stood after the last rule."""
        self._decides()

    def _decides(self) -> None:
        self.answered = self.arrived = self.lost = False
        self.code = 0
        self.request_ms = self.exchange.now_ms
        self.command: PlaceOrder | None = None
        self._draft(lambda d: d.place(d.state.long, Role.ENTRY, 1, Decimal(2), FAR, Priority.PENDING))

    def _draft(self, change: Callable[[Draft], object]) -> None:
        """Let the grid take one fact, without planning."""
        d = Draft(self.state, self.exchange.now_ms)
        change(d)
        self.state = d.state
        placed = [effect for effect in d.effects if isinstance(effect, PlaceOrder)]
        if placed:
            (self.command,) = placed
            self.link_id = self.command.order_link_id

    # --- what is true -----------------------------------------------------------------------------------

    @property
    def ours(self) -> Order:
        """The order as the bot has it."""
        return self.state.orders.get(self.link_id) or self.state.ended[self.link_id]

    @property
    def theirs(self) -> Resting | None:
        """The order as it is."""
        return self.exchange.orders.get(self.link_id)

    @property
    def _open(self) -> bool:
        return self.theirs is not None and self.theirs.open

    @precondition(lambda self: not self.arrived and not self.lost)
    @rule()
    def it_arrives(self) -> None:
        assert self.command is not None
        self.arrived = True
        self.code = self.exchange.carry_out(self.command, self.request_ms)

    @precondition(lambda self: not self.arrived)
    @rule()
    def it_is_lost_on_its_way(self) -> None:
        self.lost = True

    @precondition(lambda self: not self.arrived and not self.lost and not self.answered)
    @rule(code=st.sampled_from((10001, 110003, 110007)))
    def it_is_refused(self, code: int) -> None:
        self.arrived, self.code = True, code

    @precondition(lambda self: self._open)
    @rule(steps=st.integers(1, 12))
    def it_fills(self, steps: int) -> None:
        assert self.theirs is not None
        self.exchange.now_ms += 1
        self.exchange.seq += 1
        self.exchange.fill(self.theirs, min(steps * INSTRUMENT.qty_step, self.theirs.leaves), FAR, maker=True)

    @precondition(lambda self: self._open)
    @rule(more=st.integers(1, 20), price=st.sampled_from((FAR, FAR - 1)))
    def it_is_amended(self, more: int, price: Decimal) -> None:
        """The bot asks for another total, if no request runs; the exchange does it at once."""
        order = self.ours
        if order.ended or order.busy or self.theirs is None:
            return
        wish = Wish(qty=self.theirs.filled + more * INSTRUMENT.qty_step, price=price)
        self._draft(lambda d: d.amend(order, wish, Priority.CLOSE))
        command = AmendOrder(
            symbol=INSTRUMENT.symbol,
            order_link_id=self.link_id,
            qty=wish.qty,
            price=wish.price,
            priority=Priority.CLOSE,
        )
        self.exchange.legs[
            Side.LONG
        ].size += 10  # an amendment is held against the leg only for closing orders
        self.exchange.carry_out(command, self.exchange.now_ms)
        self.exchange.legs[Side.LONG].size -= 10

    @precondition(lambda self: self._open)
    @rule(cancel_type=st.sampled_from(("CancelByUser", "CancelByAdmin")))
    def it_is_cancelled(self, cancel_type: str) -> None:
        assert self.theirs is not None
        self.exchange.cancel(self.theirs, cancel_type)

    @rule(ms=st.sampled_from((1, 900, 2_500)))
    def time_passes(self, ms: int) -> None:
        self.exchange.now_ms += ms
        self.lost = self.lost or (
            not self.arrived and self.exchange.now_ms > self.request_ms + RECV_WINDOW_MS
        )

    # --- what the bot hears -----------------------------------------------------------------------------

    @precondition(lambda self: not self.answered)
    @rule(known=st.booleans())
    def it_is_answered(self, known: bool) -> None:
        self.answered = True
        outcome = Outcome.UNKNOWN
        if self.arrived and known:
            outcome = Outcome.ACCEPTED if self.code == 0 else Outcome.REFUSED
        answer = RequestAnswered(
            symbol=INSTRUMENT.symbol,
            action=Action.PLACE,
            order_link_id=self.link_id,
            outcome=outcome,
            code=self.code if known else 0,
            text="",
            request_ms=self.request_ms,
            answered_ms=self.exchange.now_ms,
        )
        self._draft(lambda d: self.absorb_answer(d, answer))

    @precondition(lambda self: self._rows)
    @rule(nth=_NTH)
    def a_row_is_told(self, nth: int) -> None:
        """Any of its rows, once more or for the first time, in any order."""
        row = self._rows[nth % len(self._rows)]
        self._draft(lambda d: self.absorb_order_row(d, row, streamed=True))

    @precondition(lambda self: self._executions)
    @rule(nth=_NTH)
    def an_execution_is_told(self, nth: int) -> None:
        execution = self._executions[nth % len(self._executions)]
        self._draft(lambda d: self.absorb_execution(d, execution, Source.STREAM))

    @precondition(lambda self: due_ms(self.ours) <= self.exchange.now_ms)
    @rule()
    def it_is_looked_up(self) -> None:
        """When the bot would look it up, and not before."""
        theirs, executions = self.theirs, self._executions
        found = OrderLookUp(
            symbol=INSTRUMENT.symbol,
            order_link_id=self.link_id,
            order=None if theirs is None else theirs.row(),
            positions=(),
            executions=tuple(executions),
            server_ms=self.exchange.now_ms,
        )
        looking = replace(self.ours, looking=True, looked_ms=self.exchange.now_ms)
        self._draft(lambda d: d.put(looking))
        self._draft(lambda d: absorb_look_up(d, found))

    @property
    def _rows(self) -> list[OrderRow]:
        rows = [row for row in self.exchange.told["order"] if isinstance(row, OrderRow)]
        return [row for row in rows if row.order_link_id == self.link_id]

    @property
    def _executions(self) -> list[Execution]:
        return [e for e in self.exchange.executions if e.order_link_id == self.link_id]

    @precondition(lambda self: self.ours.settled and not self._open and (self.arrived or self.lost))
    @rule()
    def the_next_attempt_is_decided(self) -> None:
        self._agrees()
        before = self.link_id
        self._decides()
        assert self.link_id != before, "an id is given out twice"

    # --- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def it_is_as_far_as_it_is_told(self) -> None:
        self.sound = False
        self.no_fill_counts_less_or_more_than_it_is()
        self.what_is_known_never_goes_back()
        self.nothing_is_held_for_ended_that_lives_or_may_still_arrive()
        self.sound = True

    def no_fill_counts_less_or_more_than_it_is(self) -> None:
        known = [e for e in self._executions if e.exec_id in self.state.exec_ids]
        told = sum((e.qty for e in known), ZERO)
        filled = ZERO if self.theirs is None else self.theirs.filled
        assert self.ours.exec_filled == told, f"{told} was told, {self.ours.exec_filled} is counted"
        assert self.ours.exec_value == sum((e.qty * e.price for e in known), ZERO)
        assert self.ours.row_filled <= filled

    def what_is_known_never_goes_back(self) -> None:
        for link_id, order in {**self.state.ended, **self.state.orders}.items():
            before = self.seen.get(link_id)
            if before is not None:
                assert order.row_filled >= before.row_filled
                assert order.exec_filled >= before.exec_filled
                assert order.ended or not before.ended, f"{link_id} had ended as {before.status}"
                assert order.status == before.status or not before.ended
                proven = before.phase in (Phase.LIVE, Phase.ENDED)
                assert order.phase in (Phase.LIVE, Phase.ENDED) or not proven
            self.seen[link_id] = order

    def nothing_is_held_for_ended_that_lives_or_may_still_arrive(self) -> None:
        order = self.ours
        if order.ended:
            assert not self._open, f"{order.status}, but it rests"
            assert self.arrived or self.lost, f"{order.status}, but it is on its way"
        if order.status == ABSENT:
            assert self.theirs is None
            assert self.exchange.now_ms > self.request_ms + _PROOF_MS
        if order.phase is Phase.LIVE:
            assert self.theirs is not None

    def teardown(self) -> None:
        """Once all is told, or read after its window, the bot's order is the exchange's."""
        if not self.sound:
            return
        if not self.answered:
            self.it_is_answered(known=True)
        self.exchange.now_ms += _PROOF_MS + 1
        self.lost = self.lost or not self.arrived
        for nth in range(len(self._executions) if self._open else 0):
            self.an_execution_is_told(nth)
        for nth in range(len(self._rows)):
            self.a_row_is_told(nth)
        for _ in range(5):  # an acknowledged order is given up after three absences
            if due_ms(self.ours) <= self.exchange.now_ms:
                self.it_is_looked_up()
            self.exchange.now_ms += 2_000
        self.it_is_as_far_as_it_is_told()
        self._agrees()

    def _agrees(self) -> None:
        """The truth in every field that a row tells."""
        order, theirs = self.ours, self.theirs
        assert order.phase in (Phase.LIVE, Phase.ENDED), f"still {order.phase}"
        if theirs is None:
            assert order.status in (REFUSED, ABSENT)
            assert order.settled
            return
        assert order.ended != theirs.open
        assert order.exec_filled == theirs.filled
        if theirs.open:
            assert (order.qty, order.price) == (theirs.qty, theirs.price)
            assert order.status == theirs.status.value
        else:
            assert order.settled
            assert order.status in (theirs.status.value, OrderStatus.FILLED.value)
