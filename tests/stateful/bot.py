"""The bot's side: the real ``step``, its state, its timers, and a line to the tiny exchange."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import orjson

from messages.commands import SettingAnswered, StreamUp
from messages.events import BalanceMayFit, Note, TradeBooked, Wake
from messages.ids import parse_order_link_id
from messages.market import Price
from messages.orders import AmendOrder, CancelOrder, PlaceOrder
from messages.requests import LookUpOrder, ReadLegs, SetLeverage
from messages.settings import GridSettings
from messages.sides import Role
from state.grid.effects import Effect, WakeAt
from state.grid.model import GridState
from state.grid.start import begin
from state.grid.step import Event
from state.store.codec import decode, encode
from tests.stateful.exchange import Exchange
from tests.stateful.line import Asked, Line, Sent
from tests.stateful.records import FEES, INSTRUMENT

Step = Callable[[GridState, Event, int], tuple[GridState, list[Effect]]]
_SYNC_MS, _FIRST_SYNC_MS, _FAILED_MS = 60_000, 3_100, 2_000
_PRICE_MS = 1_000


def through_the_file(state: GridState) -> GridState:
    """The state as the next process reads it."""
    return decode(GridState, orjson.loads(orjson.dumps(encode(state))))


class Bot:
    """One symbol's grid. What it asks for waits on the line until somebody lets it go on."""

    def __init__(self, settings: GridSettings, step: Step) -> None:
        self.settings = settings
        self.step = step
        self.exchange = Exchange()
        self.broken = False
        """Something has raised: nothing that follows would tell more."""
        self.may_rebuild = False
        """A state that is never lost is never contradicted either, unless it was wrong."""
        self.booked: Counter[str] = Counter()
        self._begin(None)

    def _begin(self, saved: GridState | None) -> None:
        now_ms = self.exchange.now_ms
        self.state = begin(self.settings, INSTRUMENT, FEES, 1, saved, now_ms)
        self.line = Line(self.exchange, self.give)
        self.leverage_asked: list[SetLeverage] = []
        self.wakes: set[int] = set()
        self.sync_due_ms = now_ms + _FIRST_SYNC_MS
        self.line.sync()
        self.tell_price()

    def restart(self) -> None:
        """The process is killed: what it has sent may still arrive, nothing comes back to it."""
        under_way = [sent.unheard() for sent in self.line.in_flight]
        self.line.cut()
        self.line.lose_frames()
        self._begin(through_the_file(self.state))
        self.line.sent = under_way

    # --- events and effects -----------------------------------------------------------------------------

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Remember that something has raised."""
        self.broken = True
        yield
        self.broken = False

    def give(self, event: Event) -> None:
        """Let the grid take one event, and hand on what it asks for."""
        with self.watched():
            self.state, effects = self.step(self.state, event, self.exchange.now_ms)
            for effect in effects:
                self._do(effect)

    def _do(self, effect: Effect) -> None:
        match effect:
            case PlaceOrder() | AmendOrder() | CancelOrder():
                self.line.send(effect)
            case LookUpOrder() | ReadLegs():
                self.line.ask(effect)
            case SetLeverage():
                self.leverage_asked.append(effect)
            case WakeAt(due_ms=due_ms):
                self.wakes.add(due_ms)
            case TradeBooked(execution=execution):
                self.booked[execution.exec_id] += 1
                once = self.booked[execution.exec_id] == 1 or self.may_rebuild
                assert once, f"{execution.exec_id} is booked twice"
            case Note(kind="rebuild", side=side):
                assert self.may_rebuild, f"{side} is rebuilt: what was known of it was wrong"

    def tell_price(self) -> None:
        """The public feed tells the newest price."""
        price = self.exchange.price
        self.give(Price(symbol=INSTRUMENT.symbol, last=price, mark=price, at_ms=self.exchange.now_ms))

    def carry_out(self, sent: Sent, tenths: int = 10) -> None:
        """A command reaches the exchange; a reopening finds no entry from before the close (failure 1)."""
        with self.watched():
            self.line.carry_out(sent, tenths)
            name = parse_order_link_id(sent.command.order_link_id)
            if name is None or name.role is not Role.OPENING or sent.code != 0:
                return
            closed_ms = self.exchange.closed_ms[name.side]
            old = [str(o.name) for o in self.exchange.open_orders(Role.ENTRY) if o.created_ms < closed_ms]
            assert not old, f"{old} are open when {name} arrives"

    # --- the stream -------------------------------------------------------------------------------------

    def cut(self) -> None:
        """The private stream is gone, and the bot hears of it."""
        self.line.cut()
        self.give(StreamUp(up=False))

    def reconnect(self) -> None:
        """The private stream stands again: a sync follows at once."""
        self.line.lose_frames()
        self.line.connected = True
        self.line.sync()

    def fail(self, asked: Asked) -> None:
        """A read breaks off; a sync is asked again soon."""
        if isinstance(asked.request, int):
            self.sync_due_ms = self.exchange.now_ms + _FAILED_MS
        self.line.fail(asked)

    # --- time -------------------------------------------------------------------------------------------

    def wait(self, ms: int) -> None:
        """Let time pass: timers come when they are due, what is too old is given up."""
        until_ms = self.exchange.now_ms + ms
        while (due_ms := min((*self.wakes, until_ms))) < until_ms or due_ms in self.wakes:
            self.wakes.discard(due_ms)
            self.exchange.now_ms = max(self.exchange.now_ms, due_ms)
            self.line.grow_old()
            self.give(Wake(due_ms=due_ms))
        self.exchange.now_ms = max(self.exchange.now_ms, until_ms)
        self.line.grow_old()
        if self.exchange.now_ms >= self.sync_due_ms:
            self.sync_due_ms = self.exchange.now_ms + _SYNC_MS
            self.line.sync()
        self.tell_price()

    def flush(self) -> None:
        """Whatever is under way arrives, with all that this sets off."""
        line = self.line
        for _ in range(200):
            for sent in line.in_flight:
                self.carry_out(sent)
            line.lose_frames()
            for topic in line.frames:
                line.deliver(topic, 99)
            for sent in line.unanswered:
                if not sent.in_flight:
                    line.answer(sent)
            line.grow_old()
            for request in self.leverage_asked:
                self.give(SettingAnswered(request=request, failure=""))
            self.leverage_asked = []
            for asked in list(line.reads):
                line.read_on(asked)
            if not (line.in_flight or line.frames or line.unanswered or self.leverage_asked or line.reads):
                return
        raise AssertionError("what is under way never ends")

    def calm(self, ms: int) -> None:
        """A good network for a while."""
        until_ms = self.exchange.now_ms + ms
        self.flush()
        while self.exchange.now_ms < until_ms:
            pause_ms = min((*self.wakes, self.exchange.now_ms + _PRICE_MS)) - self.exchange.now_ms
            self.wait(max(pause_ms, 1))
            self.flush()

    def hear_of_balance(self) -> None:
        """A wallet push."""
        self.give(BalanceMayFit(at_ms=self.exchange.now_ms))
