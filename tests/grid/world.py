"""One account in virtual time: the real ``step`` against the real venue core, and no actors between.

What the actors do with threads is done here by one queue of moments: commands travel to the venue (line.py),
answers and frames travel back, reads take their time. One seed gives one run, to the byte.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import orjson

from exchange.bybit.decode_private import decode_private
from exchange.venue.contract import PrivatePush, Trade
from exchange.venue.instruments import MAKER_FEE, TAKER_FEE, default_instruments
from exchange.venue.quirks import Quirks
from messages.account import Execution, OrderRow, PositionRow, Wallet
from messages.commands import Freeze, Resume, SettingAnswered, Stop, StreamUp
from messages.events import BalanceMayFit, LookUpFailed, StreamEvents, SymbolSnapshot, Wake
from messages.market import FeeRates, Price
from messages.orders import AmendOrder, CancelOrder, PlaceOrder
from messages.requests import LookUpOrder, ReadLegs, SetLeverage, SetTradingStop, Snapshot
from messages.settings import GridSettings
from messages.sides import Side
from state.grid.effects import Effect, FreezeAccount, StopAccount, WakeAt
from state.grid.model import GridState
from state.grid.start import begin, known_until_ms
from state.grid.step import Event, step
from state.store.codec import decode, encode
from tests.grid.line import NO_FAULTS, Back, Faults, Line, SyncFailed
from tests.grid.scene import Scene
from tests.grid.syncs import EVERY_MS, Syncs

WEEK_MS = 7 * 24 * 3600 * 1000


def grid_settings(symbol: str = "SOLUSDT", **changes: Any) -> GridSettings:
    """Settings with 5 USDT of margin at leverage 10; numbers may be given as texts."""
    values: dict[str, Any] = {
        name: Decimal(value) if type(value) is str else value  # enumerations are texts too
        for name, value in changes.items()
    }
    return replace(GridSettings(symbol=symbol, initial_margin=Decimal(5)), **values)


def _through_the_file(state: GridState) -> GridState:
    return decode(GridState, orjson.loads(orjson.dumps(encode(state))))


class World(Scene):
    """Account "a" at the venue, number 1 for the bot, with a grid per symbol."""

    def __init__(
        self,
        *settings: GridSettings,
        seed: int = 1,
        prices: Mapping[str, str] | None = None,
        quirks: Quirks | None = None,
        faults: Faults = NO_FAULTS,
        balance: str = "10000",
    ) -> None:
        super().__init__(settings or (grid_settings(),), seed, quirks, balance)
        self.chance = Random(f"world/{seed}")
        self.on_step: list[Callable[[str, GridState, Event, Sequence[Effect]], None]] = []
        self.on_accept: Callable[[str], None] = lambda order_link_id: None
        self._topic_due: dict[str, int] = {}
        self._held: dict[str, list[PrivatePush]] = {}
        self._connection = 0
        self.connected = False
        self.line = self._new_line(faults)
        for symbol, price in (prices or {"SOLUSDT": "150.00"}).items():
            self.trade(symbol, price)
        self.start()

    # --- time -----------------------------------------------------------------------------------------

    def run(self, ms: int) -> None:
        """Let virtual time pass; whatever is due happens at its own time."""
        until = self.now_ms + ms
        while True:
            due = min(t for t in (self.core.due_ms(), self.moments.due_ms(), until + 1) if t is not None)
            self.moments.now_ms = min(max(self.now_ms, due), until)
            self._take_frames()
            self.moments.do_due()
            if due > until:
                return

    def run_until(self, done: Callable[[], object], within_ms: int = 10_000) -> None:
        """Let time pass until something holds; that it never does is a failure."""
        end = self.now_ms + within_ms
        while not done():
            assert self.now_ms < end, f"not within {within_ms} ms"
            self.run(1)

    # --- the market -----------------------------------------------------------------------------------

    def trade(self, symbol: str, price: str | Decimal, qty: str = "100000", taker: str = "Buy") -> None:
        """One print of the market; the grid hears of the price a moment later."""
        last = self.last[symbol] = Decimal(price)
        print_ = Trade(symbol=symbol, price=last, qty=Decimal(qty), taker=taker, market_ms=self.now_ms)
        self.core.trade(print_, self.now_ms)
        seen = Price(symbol=symbol, last=last, mark=last, at_ms=self.now_ms)
        self.line.later(self.line.delay(), lambda: self.give(symbol, seen))

    def move(self, price: str, *, steps: int = 1, ms: int = 200, qty: str = "100000") -> None:
        """Let the first symbol's market go to a price in even steps, each with time for what it sets off."""
        symbol = self.symbol
        start, end = self.last[symbol], Decimal(price)
        tick = next(i.tick for i in default_instruments() if i.symbol == symbol)
        for n in range(1, steps + 1):
            at = ((start + (end - start) * n / steps) / tick).to_integral_value() * tick
            self.trade(symbol, at, qty=qty, taker="Buy" if end >= start else "Sell")
            self.run(ms)

    # --- the process ----------------------------------------------------------------------------------

    def start(self) -> None:
        """A process begins: grids new or revived, the stream, and the syncs."""
        self.process_began_ms = self.now_ms
        for symbol, settings in self.settings.items():
            fees = FeeRates(symbol=symbol, maker=MAKER_FEE, taker=TAKER_FEE)
            saved = self.grids.get(symbol)
            self.grids[symbol] = begin(settings, self.instrument(symbol), fees, 1, saved, self.now_ms)
        known_ms = min(known_until_ms(state) for state in self.grids.values())
        since_ms = known_ms - EVERY_MS if known_ms else self.now_ms - WEEK_MS
        self.syncs = Syncs(self.line, since_ms, lambda: self.connected, self._spread)
        self.connect()
        for symbol in self.grids:
            last = self.last[symbol]
            self.give(symbol, Price(symbol=symbol, last=last, mark=last, at_ms=self.now_ms))

    def kill(self) -> None:
        """The process is gone at once: what it has sent arrives, nothing comes back to it."""
        self.line.cut()
        self.connected = False
        self.line = self._new_line(self.line.faults)

    def restart(self, saved: Mapping[str, GridState] | None = None, *, after_ms: int = 0) -> None:
        """Kill the process and start another with the states given (the newest ones if None)."""
        self.kill()
        states = self.grids if saved is None else saved
        self.grids = {symbol: _through_the_file(state) for symbol, state in states.items()}
        self.run(after_ms)
        self.start()

    def _new_line(self, faults: Faults) -> Line:
        line = Line(self.core, self.moments, self.chance, self._answered, lambda link: self.on_accept(link))
        line.faults = faults
        return line

    def connect(self) -> None:
        """The private stream is up; the grids hear of it with the sync that follows at once."""
        self.connected = True
        self._connection += 1
        self.sync()

    def disconnect(self) -> None:
        """The private stream is gone: what is pushed meanwhile is lost."""
        self.connected = False
        for symbol in self.grids:
            self.give(symbol, StreamUp(up=False))

    def resume(self, side: Side | None = None) -> None:
        """A person resumes the account, or one side."""
        for symbol in self.grids:
            self.give(symbol, Resume(side=side))

    def sync(self) -> None:
        """Read the whole account, now or after the read that is under way."""
        self.syncs.ask()

    def give(self, symbol: str, event: Event) -> None:
        """Let a grid take one event, and do what it asks for."""
        state, effects = step(self.grids[symbol], event, self.now_ms)
        self.grids[symbol] = state
        self.effects += effects
        for effect in effects:
            self._do(symbol, effect)
        for look in self.on_step:
            look(symbol, state, event, effects)

    def _do(self, symbol: str, effect: Effect) -> None:
        match effect:
            case PlaceOrder() | AmendOrder() | CancelOrder():
                self.sent.append((self.now_ms, effect))
                self.line.send(effect)
            case LookUpOrder() | ReadLegs():
                self.line.read(effect)
            case SetLeverage() | SetTradingStop():
                self.line.set(effect)
            case WakeAt(due_ms=due_ms):
                self.line.later(due_ms - self.now_ms, lambda: self.give(symbol, Wake(due_ms=due_ms)))
            case StopAccount(reason=reason):
                for each in self.grids:
                    self.line.later(0, partial(self.give, each, Stop(reason=reason)))
            case FreezeAccount(until_ms=until_ms):
                for each in self.grids:
                    self.line.later(0, partial(self.give, each, Freeze(until_ms=until_ms)))
            case _:
                pass

    # --- what comes back --------------------------------------------------------------------------------

    def _answered(self, answer: Back) -> None:
        match answer:
            case Snapshot() | SyncFailed():
                self.syncs.answered(answer)
            case LookUpFailed():
                self.give(answer.order_link_id.split("-")[1], answer)
            case SettingAnswered():
                self.give(answer.request.symbol, answer)
            case _:
                self.give(answer.symbol, answer)

    def _spread(self, answer: Snapshot, up: bool) -> None:
        for symbol in self.grids:
            share = SymbolSnapshot(
                symbol=symbol,
                positions=tuple(r for r in answer.positions if r.symbol == symbol),
                orders=tuple(r for r in answer.orders if r.symbol == symbol),
                executions=tuple(e for e in answer.executions if e.symbol == symbol),
                server_ms=answer.server_ms,
                received_ms=self.now_ms,
                first=not self.grids[symbol].synced,
            )
            self.give(symbol, share)
            self.give(symbol, StreamUp(up=up))

    def _take_frames(self) -> None:
        for push in self.core.advance(self.now_ms):
            if not isinstance(push, PrivatePush) or not self.connected:
                continue
            if push.topic in self._held:
                self._held[push.topic].append(push)
                continue
            late = self.now_ms + self.chance.randint(0, self.line.faults.max_frame_ms)
            due = self._topic_due[push.topic] = max(late, self._topic_due.get(push.topic, 0))
            self._deliver(push, due)
            if self.chance.random() < self.line.faults.duplicated:
                self._deliver(push, due + self.line.delay())

    def hold(self, *topics: str) -> None:
        """Keep the frames of these topics back until ``release``."""
        for topic in topics:
            self._held.setdefault(topic, [])

    def release(self) -> None:
        """Deliver what was kept back, topic by topic."""
        held, self._held = self._held, {}
        for push in (push for pushes in held.values() for push in pushes):
            self._deliver(push, self.now_ms)

    def _deliver(self, push: PrivatePush, due_ms: int) -> None:
        connection = self._connection
        if due_ms <= self.now_ms:
            self._frame(push, connection)
        else:
            self.line.later(due_ms - self.now_ms, lambda: self._frame(push, connection))

    def _frame(self, push: PrivatePush, connection: int) -> None:
        if not self.connected or connection != self._connection:
            return
        decoded = decode_private({"topic": push.topic, "creationTime": push.at_ms, "data": list(push.data)})
        assert not decoded.problems, decoded.problems
        by_symbol: dict[str, list[OrderRow | Execution | PositionRow]] = {}
        for event in decoded.events:
            if isinstance(event, Wallet):
                for symbol in self.grids:
                    self.give(symbol, BalanceMayFit(at_ms=self.now_ms))
            else:
                by_symbol.setdefault(event.symbol, []).append(event)
        for symbol, events in by_symbol.items():
            if symbol in self.grids:
                self.give(symbol, StreamEvents(symbol=symbol, events=tuple(events), received_ns=0))
