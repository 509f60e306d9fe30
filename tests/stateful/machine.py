"""The grid under every order of events: Hypothesis says what goes on, what is lost, and what comes twice.

Arguments are plain numbers, ``nth`` counts modulo what there is: a shrunk run can be pasted as a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import Enum
from typing import ClassVar, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from messages.commands import Freeze, Resume, Stop
from messages.orders import PlaceOrder
from messages.settings import GridSettings, ReopenSide, ReopenSize, WhenLocked
from messages.sides import SIDES, Role, Side
from state.grid.step import step
from tests.stateful import truth
from tests.stateful.bot import Bot, Step
from tests.stateful.line import Sent
from tests.stateful.records import INSTRUMENT, TOPICS, Resting

T = TypeVar("T")
_NTH = st.integers(0, 7)
_TICK = INSTRUMENT.tick_size
_SETTLED_MS = 200_000


class Fate(Enum):
    """What becomes of a command. LATE: unknown, and still on its way; UNHEARD: no answer yet."""

    FINE = "fine"
    UNHEARD = "unheard"
    UNKNOWN = "unknown"
    LATE = "late"
    LOST = "lost"
    HALF = "half"
    NOTHING = "nothing"
    WRONG = "wrong"
    TOO_MANY = "too many"
    TOO_POOR = "too poor"
    WITHHELD = "withheld"


class Word(Enum):
    """What may be said to the grid from outside."""

    STOP = "stop"
    FREEZE = "freeze"
    RESUME = "resume"
    RESUME_LONG = "resume long"
    BALANCE = "balance"


REFUSALS = {Fate.WRONG: 10001, Fate.TOO_MANY: 10006, Fate.TOO_POOR: 110007}


def pick(nth: int, things: Sequence[T]) -> T:
    """One of several, whatever number was drawn."""
    return things[nth % len(things)]


class GridMachine(RuleBasedStateMachine):
    """One symbol's grid against the tiny exchange; safe after every rule, right at the end."""

    how: ClassVar[list[Step]] = [step]
    """The one way in which the grid takes its steps; canaries have another."""

    @initialize(
        levels=st.integers(1, 4),
        depth=st.integers(1, 2),
        reopen_size=st.sampled_from(ReopenSize),
        reopen_side=st.sampled_from(ReopenSide),
        restarts=st.booleans(),
        tells_each_part=st.booleans(),
        opened=st.booleans(),
    )
    def begins(
        self,
        levels: int = 3,
        depth: int = 1,
        reopen_size: ReopenSize = ReopenSize.INITIAL,
        reopen_side: ReopenSide = ReopenSide.CLOSED,
        restarts: bool = False,
        tells_each_part: bool = False,
        opened: bool = True,
    ) -> None:
        """``tells_each_part``: a leg's row comes after each execution of a fill."""
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
        self.bot = Bot(settings, self.how[0])
        self.bot.exchange.tells_each_part = tells_each_part
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
    @rule(fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=3))
    def commands_meet(self, fates: list[Fate]) -> None:
        """All that is in flight goes its way; what that sets off stays in flight."""
        for number, sent in enumerate(self.bot.line.in_flight):
            self._meets(sent, pick(number, fates))

    @precondition(lambda self: self.bot.line.in_flight)
    @rule(nth=_NTH, fate=st.sampled_from(Fate))
    def a_command_meets(self, nth: int, fate: Fate) -> None:
        self._meets(pick(nth, self.bot.line.in_flight), fate)

    def _meets(self, sent: Sent, fate: Fate) -> None:
        line, heard = self.bot.line, sent.answered
        if (
            fate is Fate.WITHHELD
            and not heard
            and isinstance(sent.command, PlaceOrder)
            and sent.command.check
        ):
            line.withhold(sent)
            return
        if fate in REFUSALS and not heard:
            line.refuse(sent, REFUSALS[fate])
        elif fate is Fate.LOST:
            sent.in_flight = False
        elif fate is not Fate.LATE:
            self.bot.carry_out(sent, 5 if fate is Fate.HALF else 0 if fate is Fate.NOTHING else 10)
        if not heard and fate is not Fate.UNHEARD:
            line.answer(sent, known=fate is not Fate.UNKNOWN)

    @precondition(lambda self: self.bot.line.unanswered)
    @rule(nth=_NTH, known=st.booleans())
    def a_reply_comes(self, nth: int, known: bool = True) -> None:
        """Its reply, or only that the outcome is unknown: it may still arrive within its window."""
        self.bot.line.answer(pick(nth, self.bot.line.unanswered), known=known)

    # --- the stream -------------------------------------------------------------------------------------

    @precondition(lambda self: self.bot.line.frames)
    @rule(nth=_NTH, count=st.integers(1, 4))
    def a_frame_comes(self, nth: int, count: int = 1) -> None:
        """Topics overtake each other; the records of one never do."""
        self.bot.line.deliver(pick(nth, list(self.bot.line.frames)), count)

    @precondition(lambda self: self.bot.line.frames)
    @rule(topics=st.permutations(TOPICS))
    def all_frames_come(self, topics: list[str]) -> None:
        """One topic after the other, in any order of topics."""
        for topic in topics:
            self.bot.line.deliver(topic, 99)

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
        self.bot.fail(pick(nth, self.bot.line.reads))

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
        if cancels:
            for order in exchange.open_orders(Role.TAKE_PROFIT, side=side):
                exchange.cancel(order, "CancelByUser")
        size = exchange.legs[side].size
        if size:
            exchange.person_reduces(side, size if wholly else INSTRUMENT.qty_step)

    @precondition(lambda self: self._resting)
    @rule(nth=_NTH, cancel_type=st.sampled_from(("CancelByUser", "CancelByAdmin")))
    def somebody_else_cancels(self, nth: int, cancel_type: str) -> None:
        self.bot.exchange.cancel(pick(nth, self._resting), cancel_type)

    @rule(word=st.sampled_from(Word))
    def somebody_says(self, word: Word) -> None:
        """The guard, a person, or the wallet."""
        bot = self.bot
        match word:
            case Word.STOP:
                bot.give(Stop(reason="a test"))
            case Word.FREEZE:
                bot.give(Freeze(until_ms=bot.exchange.now_ms + 3_000))
            case Word.RESUME:
                bot.give(Resume())
            case Word.RESUME_LONG:
                bot.give(Resume(side=Side.LONG))
            case Word.BALANCE:
                bot.hear_of_balance()

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
        bot.calm(10_000)
        end_ms = bot.exchange.now_ms + _SETTLED_MS
        for wait_ms in (5_000, 1_000):
            bot.give(Resume())
            bot.calm(wait_ms)
            while any(truth.at_the_end(bot)) and bot.exchange.now_ms < end_ms:
                bot.give(Resume())
                bot.hear_of_balance()
                bot.calm(wait_ms)
        self._demand(truth.at_the_end(bot))

    def _demand(self, findings: Iterator[str]) -> None:
        with self.bot.watched():
            found = list(findings)
            assert not found, "\n".join(found)
