"""The grid under every order of events: Hypothesis says what goes on, what is lost, and what comes twice.

Arguments are plain numbers, ``nth`` counts modulo what there is: a shrunk run can be pasted as a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from messages.commands import Freeze, Resume, Stop
from messages.orders import PlaceOrder
from messages.settings import GridSettings, ReopenSide, ReopenSize, WhenLocked
from messages.sides import SIDES, Role, Side
from state.grid.step import step
from tests.stateful import truth
from tests.stateful.bot import Bot
from tests.stateful.exchange import INSTRUMENT, Resting
from tests.stateful.line import Sent

T = TypeVar("T")
_NTH = st.integers(0, 7)
_TICK = INSTRUMENT.tick_size
#: Codes of each kind: refused for good, the rate limit, too little balance, outside the band.
CODES = (10001, 10006, 110007, 110003)
_SETTLED_MS = 200_000


def pick(nth: int, things: Sequence[T]) -> T:
    """One of several, whatever number was drawn."""
    return things[nth % len(things)]


class GridMachine(RuleBasedStateMachine):
    """One symbol's grid against the tiny exchange; safe after every rule, right at the end."""

    step = staticmethod(step)

    @initialize(
        levels=st.integers(1, 4),
        depth=st.integers(1, 2),
        reopen_size=st.sampled_from(ReopenSize),
        reopen_side=st.sampled_from(ReopenSide),
        restarts=st.booleans(),
        opened=st.booleans(),
    )
    def begins(
        self,
        levels: int = 3,
        depth: int = 1,
        reopen_size: ReopenSize = ReopenSize.INITIAL,
        reopen_side: ReopenSide = ReopenSide.CLOSED,
        restarts: bool = False,
        opened: bool = True,
    ) -> None:
        settings = GridSettings(
            symbol=INSTRUMENT.symbol,
            initial_margin=Decimal(5),
            multiplier=Decimal(2),
            max_levels=levels,
            pending_depth=depth,
            reopen_size=reopen_size,
            reopen_side=reopen_side,
            when_locked=WhenLocked.RESTART if restarts and levels > 1 else WhenLocked.HOLD,
        )
        self.bot = Bot(settings, self.step)
        if opened:
            self.bot.calm(4_000)

    # --- the market -------------------------------------------------------------------------------------

    @rule(steps=st.integers(-12, 12), together=st.booleans())
    def price_moves(self, steps: int, together: bool = False) -> None:
        """By quarters of a percent; whatever it crosses fills."""
        exchange = self.bot.exchange
        price = (exchange.price * (400 + steps) / 400 / _TICK).to_integral_value() * _TICK
        self._move(price, together)

    @precondition(lambda self: self._resting)
    @rule(nth=_NTH, together=st.booleans())
    def an_order_is_touched(self, nth: int, together: bool = False) -> None:
        """The market goes to a resting order and fills half of it."""
        order = pick(nth, self._resting)
        assert order.price is not None
        self._move(order.price, together, order)

    def _move(self, price: Decimal, together: bool, partly: Resting | None = None) -> None:
        self.bot.exchange.move(price, together=together, partly=partly)
        self.bot.tell_price()

    @property
    def _resting(self) -> list[Resting]:
        return [o for o in self.bot.exchange.open_orders() if o.price is not None]

    # --- commands ---------------------------------------------------------------------------------------

    @precondition(lambda self: self.bot.line.in_flight)
    @rule(nth=_NTH, tenths=st.sampled_from((10, 10, 10, 5, 0)))
    def a_command_arrives(self, nth: int, tenths: int = 10) -> None:
        """A market order fills by so many tenths, the rest of it is cancelled."""
        self.bot.carry_out(pick(nth, self.bot.line.in_flight), tenths)

    @precondition(lambda self: self.bot.line.in_flight)
    @rule(nth=_NTH)
    def a_command_is_lost(self, nth: int) -> None:
        pick(nth, self.bot.line.in_flight).in_flight = False

    @precondition(lambda self: self._fresh)
    @rule(nth=_NTH, code=st.sampled_from(CODES))
    def a_command_is_refused(self, nth: int, code: int) -> None:
        self.bot.line.refuse(pick(nth, self._fresh), code)

    @precondition(lambda self: self._fresh_entries)
    @rule(nth=_NTH)
    def an_entry_is_withheld(self, nth: int) -> None:
        self.bot.line.withhold(pick(nth, self._fresh_entries))

    @precondition(lambda self: self.bot.line.unanswered)
    @rule(nth=_NTH, known=st.booleans())
    def a_reply_comes(self, nth: int, known: bool = True) -> None:
        """Its reply, or only that the outcome is unknown: it may still arrive within its window."""
        self.bot.line.answer(pick(nth, self.bot.line.unanswered), known=known)

    @property
    def _fresh(self) -> list[Sent]:
        return [sent for sent in self.bot.line.in_flight if not sent.answered]

    @property
    def _fresh_entries(self) -> list[Sent]:
        return [s for s in self._fresh if isinstance(s.command, PlaceOrder) and s.command.check is not None]

    # --- the stream -------------------------------------------------------------------------------------

    @precondition(lambda self: self.bot.line.frames)
    @rule(nth=_NTH, count=st.integers(1, 4))
    def a_frame_comes(self, nth: int, count: int = 1) -> None:
        """Topics overtake each other; the records of one never do."""
        self.bot.line.deliver(pick(nth, list(self.bot.line.frames)), count)

    @precondition(lambda self: self.bot.line.delivered)
    @rule(nth=st.integers(0, 23))
    def a_record_comes_again(self, nth: int) -> None:
        self.bot.line.again(pick(nth, self.bot.line.delivered))

    @precondition(lambda self: self.bot.line.connected)
    @rule()
    def the_stream_is_cut(self) -> None:
        self.bot.cut()

    @precondition(lambda self: not self.bot.line.connected)
    @rule()
    def the_stream_returns(self) -> None:
        self.bot.reconnect()

    # --- reads ------------------------------------------------------------------------------------------

    @rule()
    def a_sync_begins(self) -> None:
        self.bot.line.sync()

    @precondition(lambda self: self.bot.line.reads)
    @rule(nth=_NTH, pieces=st.sampled_from((1, 1, 2, 9)))
    def a_read_goes_on(self, nth: int, pieces: int = 9) -> None:
        asked = pick(nth, self.bot.line.reads)
        for _ in range(pieces):
            if asked in self.bot.line.reads:
                self.bot.line.read_on(asked)

    @precondition(lambda self: self.bot.line.reads)
    @rule(nth=_NTH)
    def a_read_fails(self, nth: int) -> None:
        self.bot.line.fail(pick(nth, self.bot.line.reads))

    # --- time, people, the process -----------------------------------------------------------------------

    @rule(ms=st.sampled_from((5, 300, 1_000, 3_100, 12_000)))
    def time_passes(self, ms: int) -> None:
        self.bot.wait(ms)

    @rule(ms=st.sampled_from((1, 200, 2_000)))
    def the_network_is_good(self, ms: int = 1) -> None:
        self.bot.calm(ms)

    @rule(side=st.sampled_from(SIDES), cancels=st.booleans(), wholly=st.booleans())
    def a_person_closes(self, side: Side, cancels: bool = True, wholly: bool = True) -> None:
        """All of a side at market or a part, having cancelled its take profit or not."""
        exchange = self.bot.exchange
        size = exchange.legs[side].size
        if not size:
            return
        if cancels:
            for order in exchange.open_orders(Role.TAKE_PROFIT, side=side):
                exchange.cancel(order, "CancelByUser")
        exchange.person_reduces(side, size if wholly else INSTRUMENT.qty_step)

    @precondition(lambda self: self._resting)
    @rule(nth=_NTH, cancel_type=st.sampled_from(("CancelByUser", "CancelByAdmin")))
    def somebody_else_cancels(self, nth: int, cancel_type: str) -> None:
        self.bot.exchange.cancel(pick(nth, self._resting), cancel_type)

    @rule()
    def the_guard_stops(self) -> None:
        self.bot.give(Stop(reason="a test"))

    @rule()
    def the_guard_freezes(self) -> None:
        self.bot.give(Freeze(until_ms=self.bot.exchange.now_ms + 3_000))

    @rule(side=st.sampled_from((None, *SIDES)))
    def a_person_resumes(self, side: Side | None = None) -> None:
        self.bot.give(Resume(side=side))

    @rule()
    def the_balance_may_fit(self) -> None:
        self.bot.hear_of_balance()

    @rule()
    def the_process_is_killed(self) -> None:
        self.bot.restart()

    # --- what must hold ---------------------------------------------------------------------------------

    @invariant()
    def it_is_safe(self) -> None:
        if hasattr(self, "bot"):
            self._demand(truth.always(self.bot))

    def teardown(self) -> None:
        """Faults stop and people let everything go on: within a bounded time all is right, and stays so."""
        bot = getattr(self, "bot", None)
        if bot is None or bot.broken:
            return
        if not bot.line.connected:
            bot.reconnect()
        bot.calm(15_000)
        bot.give(Resume())
        end_ms = bot.exchange.now_ms + _SETTLED_MS
        bot.calm(5_000)
        while any(truth.at_the_end(bot)) and bot.exchange.now_ms < end_ms:
            bot.hear_of_balance()
            bot.calm(5_000)
        self._demand(truth.at_the_end(bot))

    def _demand(self, findings: Iterator[str]) -> None:
        with self.bot.watched():
            found = list(findings)
            assert not found, "\n".join(found)
