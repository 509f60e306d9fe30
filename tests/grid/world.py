"""One account in virtual time: the real ``step`` against the real venue core, and nothing in between.

What the actors do with threads is done here by one queue of moments: commands travel to the venue, answers
and frames travel back, reads take their time. One seed gives one run, to the byte.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

from exchange.bybit.codes import error as bybit_error
from exchange.bybit.decode_orders import all_unknown, decode_answer
from exchange.bybit.decode_private import decode_private
from exchange.bybit.decode_rest import instrument as decode_instrument
from exchange.bybit.encode import POSITION_IDX, operation, plain, request_params
from exchange.bybit.fields import Fields
from exchange.venue.contract import PrivatePush, Reply, Trade
from exchange.venue.core import VenueCore
from exchange.venue.instruments import MAKER_FEE, TAKER_FEE, default_instruments
from exchange.venue.quirks import Quirks
from exchange.venue.records import AccountSpec
from messages.account import Execution, OrderRow, PositionRow, Wallet
from messages.commands import SettingAnswered, StreamUp
from messages.events import (
    BalanceMayFit,
    Counted,
    CycleClosed,
    Note,
    StreamEvents,
    SymbolSnapshot,
    TradeBooked,
    Wake,
)
from messages.market import FeeRates, Instrument, Price
from messages.orders import (
    Action,
    AmendOrder,
    CancelOrder,
    OrderCommand,
    Outcome,
    PlaceOrder,
    RequestAnswered,
    SendOrders,
)
from messages.requests import (
    LegsRead,
    LookUpOrder,
    OrderLookUp,
    ReadLegs,
    SetLeverage,
    SetTradingStop,
    Snapshot,
)
from messages.settings import GridSettings
from messages.sides import SIDES, Side
from state.grid.effects import CloseActed, Effect, Save, StopAccount, WakeAt
from state.grid.model import GridState, SideState
from state.grid.start import begin
from state.grid.step import Event, step
from tests.grid.reads import CoreReads, Reading

START_MS = 1_760_000_000_000
SYNC_MS = 60_000
ACCOUNT = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What goes wrong between bot and venue; chances are shares of 1. The defaults are a good network."""

    min_delay_ms: int = 1
    max_delay_ms: int = 5
    max_frame_ms: int = 0
    """A frame of a topic is this late at most; frames of one topic never overtake each other."""
    lost_answer: float = 0
    """The request is carried out, its answer never comes: UNKNOWN after ``unknown_ms``."""
    lost_request: float = 0
    """The request never arrives, and nobody can tell: UNKNOWN too."""
    refused: float = 0
    """The venue says 10006 instead of carrying the request out."""
    late_request: float = 0
    """A lost request that arrives all the same, within its recv_window."""
    duplicated: float = 0
    """A frame comes twice."""
    outages_ms: int = 0
    """About how often the private stream drops for some seconds; 0 is never."""
    unknown_ms: int = 3_000


NO_FAULTS = Faults()


def grid_settings(symbol: str, **changes: Any) -> GridSettings:
    """Small defaults for tests: 5 USDT of margin at leverage 10."""
    values = {
        name: Decimal(v) if isinstance(v, str) and name not in _WORDS else v for name, v in changes.items()
    }
    return replace(GridSettings(symbol=symbol, initial_margin=Decimal(5)), **values)


_WORDS = frozenset({"reopen_size", "reopen_side", "when_locked", "on_stop"})


class World:
    """An account "a" at the venue, number 1, with a grid per symbol."""

    def __init__(
        self,
        *,
        seed: int = 1,
        prices: Mapping[str, str] | None = None,
        settings: Sequence[GridSettings] = (),
        quirks: Quirks | None = None,
        faults: Faults = NO_FAULTS,
        balance: str = "10000",
        started: bool = True,
    ) -> None:
        prices = prices or {"SOLUSDT": "150.00"}
        self.now_ms = START_MS
        self.chance = Random(f"world/{seed}")
        self.faults = faults
        self.core = VenueCore(
            seed=seed,
            now_ms=START_MS,
            instruments=default_instruments(),
            accounts=[AccountSpec(name=ACCOUNT, hedge=True, balance_usdt=Decimal(balance))],
            quirks=Quirks() if quirks is None else quirks,
        )
        self.reads = CoreReads(self.core, ACCOUNT, lambda: self.now_ms)
        self._moments: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0
        self._topic_due: dict[str, int] = {}
        self.settings = {s.symbol: s for s in settings} or {s: grid_settings(s) for s in prices}
        self.grids: dict[str, GridState] = {}
        self.effects: list[Effect] = []
        self.sent: list[tuple[int, OrderCommand]] = []
        self.frames: list[PrivatePush] = []
        self.last = {symbol: Decimal(price) for symbol, price in prices.items()}
        self.available = Decimal(balance)
        self.connected = False
        self.newest_exec_ms = START_MS
        self.on_accept: Callable[[str], None] = lambda order_link_id: None
        self.on_step: list[Callable[[str, GridState, Event, Sequence[Effect]], None]] = []
        self.answer_with: Callable[[OrderCommand], tuple[int, str] | str | None] = lambda command: None
        for symbol in prices:
            self.trade(symbol, prices[symbol])
        if started:
            self.start()

    # --- time -----------------------------------------------------------------------------------------

    def at(self, due_ms: int, moment: Callable[[], None]) -> None:
        """Do something at a time to come."""
        self._count += 1
        heapq.heappush(self._moments, (max(due_ms, self.now_ms), self._count, moment))

    def delay(self) -> int:
        """A time on the network, in ms."""
        return self.chance.randint(self.faults.min_delay_ms, self.faults.max_delay_ms)

    def run(self, ms: int) -> None:
        """Let virtual time pass; whatever is due happens at its own time."""
        until = self.now_ms + ms
        while True:
            venue = self.core.due_ms()
            ours = self._moments[0][0] if self._moments else None
            due = min((t for t in (venue, ours) if t is not None), default=until + 1)
            if due > until:
                break
            self.now_ms = max(self.now_ms, due)
            self._take_frames()
            while self._moments and self._moments[0][0] <= self.now_ms:
                heapq.heappop(self._moments)[2]()
        self.now_ms = until
        self._take_frames()

    def run_until(self, done: Callable[[], bool], within_ms: int = 10_000) -> None:
        """Let time pass until something holds."""
        end = self.now_ms + within_ms
        while not done():
            assert self.now_ms < end, f"not within {within_ms} ms"
            self.run(1)

    # --- the venue ------------------------------------------------------------------------------------

    def trade(self, symbol: str, price: str | Decimal, qty: str = "100000", taker: str = "Buy") -> None:
        """One print of the market; the grid hears of the price a moment later."""
        self.last[symbol] = Decimal(price)
        self.core.trade(
            Trade(symbol=symbol, price=Decimal(price), qty=Decimal(qty), taker=taker, market_ms=self.now_ms),
            self.now_ms,
        )
        seen = Price(symbol=symbol, last=Decimal(price), mark=Decimal(price), at_ms=self.now_ms)
        self.at(self.now_ms + self.delay(), lambda: self.give(symbol, seen))

    def move(self, price: str | Decimal, *, symbol: str = "", steps: int = 1, ms: int = 200) -> None:
        """Let the market go to a price in even steps, each with time for what it sets off."""
        symbol = symbol or next(iter(self.last))
        start, end = self.last[symbol], Decimal(price)
        tick = next(i.tick for i in default_instruments() if i.symbol == symbol)
        for n in range(1, steps + 1):
            at = ((start + (end - start) * n / steps) / tick).to_integral_value() * tick
            self.trade(symbol, at, taker="Buy" if end >= start else "Sell")
            self.run(ms)

    def ask(self, op: str, **params: Any) -> Reply:
        """A request that somebody else sends: a person at the exchange's page."""
        return self.core.request(ACCOUNT, op, {"category": "linear", **params}, self.now_ms)

    def _take_frames(self) -> None:
        for push in self.core.advance(self.now_ms):
            if isinstance(push, PrivatePush) and push.account == ACCOUNT:
                self.frames.append(push)
                if self.connected:
                    late = self.now_ms + self.chance.randint(0, self.faults.max_frame_ms)
                    due = self._topic_due[push.topic] = max(late, self._topic_due.get(push.topic, 0))
                    self._deliver(push, due)
                    if self.chance.random() < self.faults.duplicated:
                        self._deliver(push, due + self.delay())

    def _deliver(self, push: PrivatePush, due_ms: int) -> None:
        if due_ms <= self.now_ms:
            self._frame(push)
        else:
            self.at(due_ms, lambda: self._frame(push))

    def _frame(self, push: PrivatePush) -> None:
        if not self.connected:
            return
        decoded = decode_private({"topic": push.topic, "creationTime": push.at_ms, "data": list(push.data)})
        assert not decoded.problems, decoded.problems
        by_symbol: dict[str, list[OrderRow | Execution | PositionRow]] = {}
        for event in decoded.events:
            if isinstance(event, Wallet):
                self.available = event.available
                for symbol in self.grids:
                    self.give(symbol, BalanceMayFit(at_ms=self.now_ms))
            else:
                by_symbol.setdefault(event.symbol, []).append(event)
        for symbol, events in by_symbol.items():
            if symbol in self.grids:
                self.give(symbol, StreamEvents(symbol=symbol, events=tuple(events), received_ns=0))

    # --- the bot --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin every grid as at the start of a process: stream, a sync, a second one after the proof."""
        for symbol, settings in self.settings.items():
            fees = FeeRates(symbol=symbol, maker=MAKER_FEE, taker=TAKER_FEE)
            saved = self.grids.get(symbol)
            self.grids[symbol] = begin(
                settings, self.instrument(symbol), fees, account=1, saved=saved, now_ms=self.now_ms
            )
        self.connect()
        for symbol, last in self.last.items():
            self.give(symbol, Price(symbol=symbol, last=last, mark=last, at_ms=self.now_ms))
        self.at(self.now_ms + 3_001, self.sync)
        self.at(self.now_ms + SYNC_MS, self._sync_again)

    def instrument(self, symbol: str) -> Instrument:
        """The rules as the bot reads them."""
        rows = self.core.request("", "market.instruments-info", {"category": "linear"}, self.now_ms).result
        return next(
            decode_instrument(Fields(row, "instruments-info"))
            for row in rows["list"]
            if row["symbol"] == symbol
        )

    def connect(self) -> None:
        """The private stream is up again; a sync follows at once."""
        self.connected = True
        for symbol in self.grids:
            self.give(symbol, StreamUp(up=True))
        self.sync()

    def disconnect(self) -> None:
        """The private stream is gone: what is pushed meanwhile is lost."""
        self.connected = False
        for symbol in self.grids:
            self.give(symbol, StreamUp(up=False))

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
                self._command(effect)
            case LookUpOrder():
                self._read(self.reads.look_up(effect))
            case ReadLegs():
                self._read(self.reads.legs(effect))
            case WakeAt(due_ms=due_ms):
                self.at(due_ms, lambda: self.give(symbol, Wake(due_ms=due_ms)))
            case SetLeverage() | SetTradingStop():
                self.at(self.now_ms + self.delay(), lambda: self._set(effect))
            case Save() | CloseActed() | StopAccount() | Note() | Counted() | CycleClosed() | TradeBooked():
                pass

    def _read(self, reading: Reading) -> None:
        def go_on() -> None:
            try:
                next(reading)
            except StopIteration as end:
                answer = end.value
                self.at(self.now_ms + self.delay(), lambda: self._answered(answer))
            else:
                self.at(self.now_ms + self.delay(), go_on)

        self.at(self.now_ms + self.delay(), go_on)

    def _answered(self, answer: OrderLookUp | LegsRead | Snapshot) -> None:
        if not isinstance(answer, Snapshot):
            self.give(answer.symbol, answer)
            return
        self.newest_exec_ms = max((e.exec_ms for e in answer.executions), default=self.newest_exec_ms)
        for symbol in self.grids:
            self.give(
                symbol,
                SymbolSnapshot(
                    symbol=symbol,
                    positions=tuple(r for r in answer.positions if r.symbol == symbol),
                    orders=tuple(r for r in answer.orders if r.symbol == symbol),
                    executions=tuple(e for e in answer.executions if e.symbol == symbol),
                    server_ms=answer.server_ms,
                    received_ms=self.now_ms,
                    first=not self.grids[symbol].synced,
                ),
            )

    def sync(self) -> None:
        """Read the whole account once."""
        self._read(self.reads.snapshot(self.newest_exec_ms - SYNC_MS))

    def _sync_again(self) -> None:
        self.sync()
        self.at(self.now_ms + SYNC_MS, self._sync_again)

    def _set(self, request: SetLeverage | SetTradingStop) -> None:
        if isinstance(request, SetLeverage):
            leverage = plain(request.leverage)
            reply = self.ask(
                "position.set-leverage", symbol=request.symbol, buyLeverage=leverage, sellLeverage=leverage
            )
        else:
            levels = {"takeProfit": request.take_profit, "stopLoss": request.stop_loss}
            reply = self.ask(
                "position.trading-stop",
                symbol=request.symbol,
                positionIdx=POSITION_IDX[request.leg],
                tpslMode="Full",
                tpTriggerBy="LastPrice",
                slTriggerBy="MarkPrice",
                **{name: plain(level) for name, level in levels.items() if level is not None},
            )
        failure = bybit_error(reply.ret_code, reply.ret_msg, changes=True)
        answer = SettingAnswered(request=request, failure="" if failure is None else str(failure))
        self.at(self.now_ms + self.delay(), lambda: self.give(request.symbol, answer))

    # --- commands -------------------------------------------------------------------------------------

    def _command(self, command: OrderCommand) -> None:
        action = _ACTIONS[type(command)]
        if isinstance(command, PlaceOrder) and not self._fits(command):
            answer = RequestAnswered(
                symbol=command.symbol,
                action=action,
                order_link_id=command.order_link_id,
                outcome=Outcome.WITHHELD,
                code=0,
                text="too little balance",
                request_ms=0,
                answered_ms=self.now_ms,
            )
            self.at(self.now_ms, lambda: self.give(command.symbol, answer))
            return
        orders = SendOrders(request_id="r", action=action, commands=(command,), timestamp_ms=self.now_ms)
        faults, chance = self.faults, self.chance.random()
        scripted = self.answer_with(command)
        if isinstance(scripted, tuple):
            self._reply(orders, Reply(ret_code=scripted[0], ret_msg=scripted[1]))
        elif scripted == "lost request" or chance < faults.lost_request:
            if self.chance.random() < faults.late_request:
                self.at(self.now_ms + self.chance.randint(200, 1_999), lambda: self._carry_out(orders))
            self._unknown(orders)
        elif scripted == "lost answer" or chance < faults.lost_request + faults.lost_answer:
            self.at(self.now_ms + self.delay(), lambda: self._carry_out(orders))
            self._unknown(orders)
        elif chance < faults.lost_request + faults.lost_answer + faults.refused:
            self._reply(orders, Reply(ret_code=10006, ret_msg="Too many visits!"))
        else:
            self.at(self.now_ms + self.delay(), lambda: self._reply(orders, self._carry_out(orders)))

    def _fits(self, order: PlaceOrder) -> bool:
        """A plain balance check: what the venue has free, the buffer left."""
        if order.check is None:
            return True
        check = order.check
        wallet = self.ask("account.wallet-balance", accountType="UNIFIED").result["list"][0]
        free = Decimal(wallet["totalAvailableBalance"])
        return check.cost * (1 + check.buffer_percent / 100) + check.also_fits <= free

    def _carry_out(self, orders: SendOrders) -> Reply:
        reply = self.core.request(ACCOUNT, operation(orders), request_params(orders), self.now_ms)
        if orders.action is Action.PLACE and reply.ret_code == 0:
            self.on_accept(orders.commands[0].order_link_id)
        return reply

    def _reply(self, orders: SendOrders, reply: Reply) -> None:
        envelope = {"retCode": reply.ret_code, "retMsg": reply.ret_msg, "result": reply.result}
        due_ms = self.now_ms + self.delay()
        answers = decode_answer(orders, envelope, {}, due_ms).answers
        self.at(due_ms, lambda: self.give(answers[0].symbol, answers[0]))

    def _unknown(self, orders: SendOrders) -> None:
        due_ms = self.now_ms + self.faults.unknown_ms
        answers = all_unknown(orders, "no reply", due_ms).answers
        self.at(due_ms, lambda: self.give(answers[0].symbol, answers[0]))

    # --- what tests look at ---------------------------------------------------------------------------

    def grid(self, symbol: str = "") -> GridState:
        """A symbol's state; the first one's by default."""
        return self.grids[symbol or next(iter(self.grids))]

    def side(self, side: Side, symbol: str = "") -> SideState:
        """A side's state."""
        return self.grid(symbol).of(side)

    def resting(self, role: str = "", side: Side | None = None, symbol: str = "") -> list[dict[str, Any]]:
        """Open orders at the venue, by the role and side in their ids."""
        rows = self.ask("order.realtime", settleCoin="USDT", limit=50).result["list"]
        found = [dict(row) for row in rows if not symbol or row["symbol"] == symbol]
        letter = "" if side is None else side.value[0]
        return [
            row
            for row in found
            if (not role or row["orderLinkId"][4:5] == role)
            and (not letter or row["orderLinkId"][3:4] == letter)
        ]

    def leg(self, side: Side, symbol: str = "") -> Decimal:
        """A leg's size at the venue."""
        rows = self.ask("position.list", symbol=symbol or next(iter(self.grids))).result["list"]
        return next(Decimal(r["size"]) for r in rows if r["positionIdx"] == POSITION_IDX[side])

    def told(self, kind: type[Any]) -> list[Any]:
        """The effects of one kind, in order."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def counted(self, name: str) -> int:
        """How often something was counted."""
        return sum(1 for e in self.effects if isinstance(e, Counted) and e.name == name)

    def noted(self, kind: str) -> list[Note]:
        """The notes of one kind."""
        return [e for e in self.effects if isinstance(e, Note) and e.kind == kind]


_ACTIONS = {PlaceOrder: Action.PLACE, AmendOrder: Action.AMEND, CancelOrder: Action.CANCEL}
__all__ = ["SIDES", "Faults", "World", "grid_settings"]
