"""What lies between the bot and the tiny exchange: commands, answers, frames and reads, each on its own way.

Nothing moves by itself: a test says which of them goes on, is lost, or comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from messages.account import Execution
from messages.commands import StreamUp
from messages.events import LookUpFailed, StreamEvents, SymbolSnapshot
from messages.orders import (
    Action,
    AmendOrder,
    CancelOrder,
    OrderCommand,
    Outcome,
    PlaceOrder,
    RequestAnswered,
)
from messages.requests import LegsRead, LookUpOrder, OrderLookUp, ReadLegs
from state.grid.step import Event
from tests.stateful.exchange import Exchange
from tests.stateful.records import INSTRUMENT, RECV_WINDOW_MS, TOPICS, Record

Answer = OrderLookUp | LegsRead | SymbolSnapshot
#: A read in pieces: each ``yield`` is a time on the network, the end is the answer.
Reading = Generator[None, None, Answer]

_ACTIONS = {PlaceOrder: Action.PLACE, AmendOrder: Action.AMEND, CancelOrder: Action.CANCEL}
_OUTCOMES = {0: Outcome.ACCEPTED, 10002: Outcome.RETRYABLE, 10006: Outcome.RETRYABLE, 110072: Outcome.UNKNOWN}
#: A caller gives up on an answer after this time.
_GIVE_UP_MS = 3_000
_OVERLAP_MS = 60_000
_REMEMBERED = 24


@dataclass(eq=False)
class Sent:
    """A command on its way. ``code`` is the exchange's reply, None while there is none."""

    command: OrderCommand
    sent_ms: int
    in_flight: bool = True
    answered: bool = False
    code: int | None = None

    def unheard(self) -> Sent:
        """The same, but nobody waits for the answer any more."""
        self.answered = True
        return self


@dataclass(eq=False)
class Asked:
    """A read on its way; ``answer`` once all its pieces are read."""

    request: LookUpOrder | ReadLegs | int
    reading: Reading
    covers_gap: bool = False
    answer: Answer | None = None


class Line:
    """Everything that is under way."""

    def __init__(self, exchange: Exchange, give: Callable[[Event], None]) -> None:
        self.exchange = exchange
        self._give = give
        self.sent: list[Sent] = []
        self.reads: list[Asked] = []
        self.delivered: list[Record] = []
        self.connected = True
        self.since_ms = 0
        self.sync_again = False

    # --- commands ---------------------------------------------------------------------------------------

    @property
    def in_flight(self) -> list[Sent]:
        """Commands that may still reach the exchange."""
        return [s for s in self.sent if s.in_flight]

    @property
    def unanswered(self) -> list[Sent]:
        return [s for s in self.sent if not s.answered]

    def send(self, command: OrderCommand) -> None:
        """A command leaves the bot."""
        self.sent.append(Sent(command, self.exchange.now_ms))

    def carry_out(self, sent: Sent, tenths: int = 10) -> None:
        """The command reaches the exchange."""
        sent.in_flight = False
        sent.code = self.exchange.carry_out(sent.command, sent.sent_ms, tenths)

    def refuse(self, sent: Sent, code: int) -> None:
        """The exchange refuses the command, whatever it is."""
        sent.in_flight, sent.code = False, code

    def withhold(self, sent: Sent) -> None:
        """The command never leaves: the balance forbids it."""
        sent.in_flight = False
        self._answer(sent, Outcome.WITHHELD, 0)

    def answer(self, sent: Sent, *, known: bool = True) -> None:
        """The bot hears of the reply; without one, or if it isn't ``known``, that the outcome is unknown."""
        if sent.code is None or not known:
            self._answer(sent, Outcome.UNKNOWN, 0)
        else:
            self._answer(sent, _OUTCOMES.get(sent.code, Outcome.REFUSED), sent.code)

    def _answer(self, sent: Sent, outcome: Outcome, code: int) -> None:
        sent.answered = True
        self._give(
            RequestAnswered(
                symbol=INSTRUMENT.symbol,
                action=_ACTIONS[type(sent.command)],
                order_link_id=sent.command.order_link_id,
                outcome=outcome,
                code=code,
                text="",
                request_ms=0 if outcome is Outcome.WITHHELD else sent.sent_ms,
                answered_ms=self.exchange.now_ms,
            )
        )

    def grow_old(self) -> None:
        """Commands that are past their window are lost, and callers give up on answers."""
        for sent in list(self.sent):
            age_ms = self.exchange.now_ms - sent.sent_ms
            if age_ms > RECV_WINDOW_MS:
                sent.in_flight = False
            if age_ms > _GIVE_UP_MS and not sent.answered:
                self.answer(sent)
        self.sent = [s for s in self.sent if s.in_flight or not s.answered]

    # --- the private stream -----------------------------------------------------------------------------

    @property
    def frames(self) -> dict[str, list[Record]]:
        """What the stream still holds, by topic in its order."""
        return {topic: records for topic in TOPICS if (records := self.exchange.told[topic])}

    def deliver(self, topic: str, count: int = 1) -> None:
        """One frame with the next records of a topic."""
        records = self.exchange.told[topic]
        frame, self.exchange.told[topic] = records[:count], records[count:]
        if self.connected and frame:
            self.delivered = [*self.delivered, *frame][-_REMEMBERED:]
            self._frame(frame)

    def again(self, record: Record) -> None:
        """A record that has come before comes once more."""
        self._frame([record])

    def _frame(self, records: list[Record]) -> None:
        self._give(StreamEvents(symbol=INSTRUMENT.symbol, events=tuple(records), received_ns=0))

    def cut(self) -> None:
        """The stream is gone, with what was on its way."""
        self.connected = False
        for read in self.reads:
            read.covers_gap = False

    def lose_frames(self) -> None:
        """What is pushed while nobody listens is lost."""
        if not self.connected:
            self.exchange.told = {topic: [] for topic in TOPICS}

    # --- reads ------------------------------------------------------------------------------------------

    def ask(self, request: LookUpOrder | ReadLegs) -> None:
        """A read leaves the bot."""
        reading = self._look_up(request) if isinstance(request, LookUpOrder) else self._legs(request)
        self.reads.append(Asked(request, reading))

    def sync(self) -> None:
        """Read the account, now or after the read that is under way."""
        self.sync_again = any(isinstance(read.request, int) for read in self.reads)
        if not self.sync_again:
            self.reads.append(Asked(self.since_ms, self._snapshot(self.since_ms), self.connected))

    def read_on(self, asked: Asked) -> None:
        """Read the next piece; the last one is followed by the delivery of the answer."""
        self.exchange.now_ms += 1
        if asked.answer is None:
            try:
                next(asked.reading)
            except StopIteration as end:
                asked.answer = end.value
            return
        self.reads.remove(asked)
        self._give(asked.answer)
        if isinstance(asked.answer, SymbolSnapshot):
            newest = max((e.exec_ms for e in asked.answer.executions), default=asked.answer.server_ms)
            self.since_ms = newest - _OVERLAP_MS
            self._give(StreamUp(up=self.connected and asked.covers_gap))
        self._sync_once_more()

    def fail(self, asked: Asked) -> None:
        """A read breaks off; only a look-up's asker is told."""
        self.reads.remove(asked)
        if isinstance(asked.request, LookUpOrder):
            self._give(LookUpFailed(order_link_id=asked.request.order_link_id))
        self._sync_once_more()

    def _sync_once_more(self) -> None:
        if self.sync_again:
            self.sync()

    def _look_up(self, request: LookUpOrder) -> Reading:
        exchange, link_id = self.exchange, request.order_link_id
        server_ms = exchange.now_ms
        yield
        order = exchange.orders.get(link_id)
        row = None if order is None else order.row()
        yield
        positions = tuple(leg.row(exchange.price) for leg in exchange.legs.values())
        yield
        return OrderLookUp(
            symbol=INSTRUMENT.symbol,
            order_link_id=link_id,
            order=row,
            positions=positions,
            executions=tuple(e for e in exchange.executions if e.order_link_id == link_id),
            server_ms=server_ms,
        )

    def _legs(self, request: ReadLegs) -> Reading:
        exchange = self.exchange
        server_ms = exchange.now_ms
        yield
        positions = tuple(leg.row(exchange.price) for leg in exchange.legs.values())
        yield
        executions = self._executions(request.since_ms)
        return LegsRead(
            symbol=INSTRUMENT.symbol, positions=positions, executions=executions, server_ms=server_ms
        )

    def _snapshot(self, since_ms: int) -> Reading:
        exchange = self.exchange
        server_ms = exchange.now_ms
        yield
        positions = tuple(leg.row(exchange.price) for leg in exchange.legs.values() if leg.size > 0)
        yield
        orders = tuple(order.row() for order in exchange.open_orders())
        yield
        return SymbolSnapshot(
            symbol=INSTRUMENT.symbol,
            positions=positions,
            orders=orders,
            executions=self._executions(since_ms),
            server_ms=server_ms,
            received_ms=exchange.now_ms,
            first=False,
        )

    def _executions(self, since_ms: int) -> tuple[Execution, ...]:
        return tuple(e for e in self.exchange.executions if e.exec_ms >= since_ms)
