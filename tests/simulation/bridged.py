"""The grid tests' world, watched by the simulation's checkers: a plant without actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from actors.mail import Call, Called, Decided, StreamOpened, Unreadable
from actors.purse import Purse
from actors.simulation.checks.board import Checks
from actors.simulation.checks.watching import Served, Turn, Written
from exchange.bybit.decode_private import decode_private
from exchange.bybit.fields import Fields
from exchange.bybit.rows import wallet
from exchange.errors import Retryable
from exchange.venue.contract import PrivatePush, Reply
from exchange.venue.core import VenueCore
from exchange.venue.records import Account
from messages.account import Wallet
from messages.events import Counted, StreamEvents, TradeBooked
from messages.orders import PlaceOrder, RequestAnswered
from messages.requests import LegsRead, OrderLookUp, ReadSnapshot, ReadWallet, Snapshot
from state.balance import BalanceLedger
from state.grid.effects import Effect, ProvenAbsent
from state.grid.model import GridState
from state.grid.step import Event
from tests.grid.line import ACCOUNT, Back, Faults, Line, SyncFailed
from tests.grid.world import World

NAME = "001"


class Core:
    """The venue under the name that the checkers look for: account "a" is called "001"."""

    def __init__(self, core: VenueCore) -> None:
        self._core = core

    @property
    def books(self) -> Mapping[str, Account]:
        """The one account."""
        return {NAME: self._core.books[ACCOUNT]}

    @property
    def revision(self) -> tuple[int, int]:
        """The venue's."""
        return self._core.revision

    def audit(self) -> Sequence[str]:
        """The venue's."""
        return self._core.audit()


class _Asked:
    """The venue's core for the bot: each request is shown to the checkers."""

    def __init__(self, world: BridgedWorld) -> None:
        self._world = world

    def request(self, account: str, op: str, params: Mapping[str, Any], now_ms: int) -> Reply:
        """Serve it, and show it."""
        reply = self._world.core.request(account, op, params, now_ms)
        if account and op != "account.wallet-balance":  # the line's own look, in the stead of a ledger
            self._world.checks.served(Served(now_ms, NAME, op, params, reply, True))
        return reply


class _Plant:
    """What the checkers see of the world."""

    def __init__(self, world: BridgedWorld) -> None:
        self._world = world
        self.core: Any = Core(world.core)
        self.symbols = {1: tuple(world.settings)}

    def now_ms(self) -> int:
        return self._world.now_ms

    def grid(self, account: int, symbol: str) -> GridState | None:
        return self._world.grids.get(symbol) if self._world.alive else None

    def refusal(self, account: int) -> str:
        return ""

    def gap(self, account: int) -> bool:
        return self._world.gap


class BridgedWorld(World):
    """A world that shows its checkers what it does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._checks: Checks | None = None
        self.alive = False
        self.gap = False
        self._before: dict[str, GridState] = {}
        super().__init__(*args, **kwargs)
        self.on_step.append(self._stepped)

    @property
    def checks(self) -> Checks:
        """The checkers, from the first moment."""
        if self._checks is None:
            self._checks = Checks(_Plant(self))
        return self._checks

    def _new_line(self, faults: Faults) -> Line:
        asked: Any = _Asked(self)
        line = Line(asked, self.moments, self.chance, self._answered, lambda link: self.on_accept(link))
        line.faults = faults
        line.fits = lambda order: not self._purse.refusal(order, self.now_ms)
        return line

    def ask_for_the_wallet(self, source: str = "waiting") -> Reply:
        """The order actor asks for a read of the wallet, and gets it."""
        self._turn("rest/settings", Call(request=ReadWallet(source=source), reply_to=f"{NAME}/orders"))
        return self.read_wallet_again()

    def read_wallet_again(self) -> Reply:
        """A read of the wallet by the bot, whoever has asked for it."""
        reply = self.core.request(ACCOUNT, "account.wallet-balance", {"accountType": "UNIFIED"}, self.now_ms)
        self.checks.served(Served(self.now_ms, NAME, "account.wallet-balance", {}, reply, True))
        return reply

    def _read_wallet(self) -> None:
        reply = self.core.request(ACCOUNT, "account.info", {}, self.now_ms)
        self.checks.served(Served(self.now_ms, NAME, "account.info", {}, reply, True))
        reply = self.read_wallet_again()
        read = wallet(Fields(reply.result["list"][0], "wallet"), self.now_ms)
        ledger = BalanceLedger()
        ledger.pushed(read, self.now_ms)
        self._purse = Purse(ledger, read, account=1, name="", dry_run=False)

    def _answered(self, answer: Back) -> None:
        if isinstance(answer, SyncFailed):
            error = Retryable("a test")
            self._turn(
                "reconciler",
                Called(
                    request=ReadSnapshot(since_ms=0),
                    answer=None,
                    error=error,
                    took_ns=0,
                    ended_ns=self.now_ms * 1_000_000,
                ),
            )
        elif isinstance(answer, RequestAnswered):
            self._purse.answered(answer)
        elif isinstance(answer, OrderLookUp | LegsRead):
            self._hear(getattr(answer, "order", None), *answer.executions, *answer.positions)
        super()._answered(answer)

    def _hear(self, *events: Any) -> None:
        told = tuple(event for event in events if event is not None)
        self._purse.hear(StreamEvents(symbol="", events=told, received_ns=0))

    def _turn(self, address: str, message: object) -> None:
        self.checks.turned(Turn(self.now_ms, f"{NAME}/{address}", message, None, None))

    def _stepped(self, symbol: str, state: GridState, event: Event, effects: Sequence[Effect]) -> None:
        before, self._before[symbol] = self._before.get(symbol, state), state
        self.checks.turned(Turn(self.now_ms, f"{NAME}/grid/{symbol}", event, before, state))
        for effect in effects:
            if isinstance(effect, ProvenAbsent):
                self._purse.absent(effect.order_link_id)
            if isinstance(effect, PlaceOrder):
                self._turn("orders", Decided(commands=(effect,), origins={}))
            if isinstance(effect, TradeBooked):
                self._turn("keeper", effect)
            if isinstance(effect, Counted):
                self.checks.turned(Turn(self.now_ms, "watch", effect, None, None))

    def start(self) -> None:
        """A process begins."""
        self.alive = True
        self._read_wallet()
        super().start()

    def kill(self) -> None:
        """The process is gone."""
        self.alive = False
        self.gap = True
        self._before.clear()
        self.checks.killed(self.now_ms)
        super().kill()

    def restart(self, saved: Mapping[str, GridState] | None = None, *, after_ms: int = 0) -> None:
        """Another process; without states it begins from nothing."""
        if saved == {}:
            self.alive = False
            self.checks.written(Written(self.now_ms, Path(f"{NAME}_bot_state.json"), b""))
        super().restart(saved, after_ms=after_ms)

    def connect(self) -> None:
        """The private stream opens."""
        self._turn("reconciler", StreamOpened())
        super().connect()

    def sync(self) -> None:
        """Somebody wants to know how things stand."""
        self._turn("reconciler", Unreadable(text="a test"))
        super().sync()

    def disconnect(self) -> None:
        """The private stream is lost."""
        self.gap = True
        super().disconnect()

    def request(self, op: str, **params: Any) -> Reply:
        """A person's request."""
        reply = super().request(op, **params)
        self.checks.served(Served(self.now_ms, NAME, op, params, reply, False))
        return reply

    def trade(self, *args: Any, **kwargs: Any) -> None:
        """The market prints."""
        super().trade(*args, **kwargs)
        self.checks.moved(self.now_ms)

    def _spread(self, answer: Snapshot, up: bool) -> None:
        self._hear(*answer.orders, *answer.executions, *answer.positions)
        super()._spread(answer, up)
        self.gap = False

    def _take_frames(self) -> None:
        super()._take_frames()
        self.checks.moved(self.now_ms)

    def _frame(self, push: PrivatePush, connection: int) -> None:
        if self.connected and connection == self._connection:
            self.checks.delivered(push)
            envelope = {"topic": push.topic, "creationTime": push.at_ms, "data": list(push.data)}
            for event in decode_private(envelope).events:
                if isinstance(event, Wallet):
                    self._purse.ledger.pushed(event, self.now_ms)
                    self._turn("orders", event)
                else:
                    self._hear(event)
        super()._frame(push, connection)
