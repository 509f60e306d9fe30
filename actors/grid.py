"""A symbol's grid: ``step`` in a mailbox. Everything it decides leaves as messages, nothing is awaited."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from actors.directory import account_address, grid_address
from actors.logs.tracing import GridTrace
from actors.mail import (
    Call,
    Called,
    Decided,
    DropEntries,
    Finished,
    Origin,
    PriceTaken,
    Report,
    SaveGrid,
)
from actors.reopenings import Reopenings
from actors.shell import Shell, World
from messages.account import Execution, OrderRow, PositionRow
from messages.commands import SettingAnswered, Withdraw
from messages.events import (
    Counted,
    CycleClosed,
    LookUpFailed,
    Note,
    StreamEvents,
    SymbolSnapshot,
    TradeBooked,
    Wake,
)
from messages.guard import CloseFailed, CloseSucceeded, Mismatched, SymbolFigures
from messages.market import Price
from messages.orders import AmendOrder, CancelOrder, OrderCommand, PlaceOrder
from messages.reports import CloseLatency
from messages.requests import LegsRead, LookUpOrder, OrderLookUp, ReadLegs, SetLeverage, SetTradingStop
from messages.settings import OnStop
from messages.sides import Role, Side
from state.grid.differences import differences
from state.grid.effects import CloseActed, Effect, FreezeAccount, ProvenAbsent, Save, StopAccount, WakeAt
from state.grid.figures import figures
from state.grid.model import GridState
from state.grid.report import report
from state.grid.step import Event, step

_REPORT_MS = 250


class GridActor(Shell):
    """Owns one ``GridState``; ``origins`` remember which frame's arrival a reopening answers."""

    def __init__(self, world: World, state: GridState) -> None:
        super().__init__(grid_address(state.account, state.symbol), world)
        self._state = state
        self._orders = account_address(state.account, "orders")
        self._keeper = account_address(state.account, "keeper")
        self._guard = account_address(state.account, "guard")
        self._figures: SymbolFigures | None = None
        self._reopenings = Reopenings()
        self._reported_ms = 0
        self._report_due = False
        self._booked: list[TradeBooked] = []
        self._finished = False
        self._trace = GridTrace(state.account, state.symbol, world.clock)

    @property
    def state(self) -> GridState:
        """The newest state, for whoever checks it from the same thread: a simulation."""
        return self._state

    def receive(self, message: object) -> None:
        """Let the grid take an event."""
        if isinstance(message, Called):
            event = _answer_of(message)
            if event is None:
                return
            if isinstance(event, OrderLookUp | LegsRead):
                self._tell_ledger(event)
            self._step(event, 0)
        elif isinstance(message, Report):
            self._report()
        elif isinstance(message, Price):
            self._step(message, 0)
            self.send("feed/public", PriceTaken(symbol=message.symbol, reader=self.address))
        else:
            if isinstance(message, Withdraw):
                self._drop_entries("the bot stops", openings=True)
            if isinstance(message, SymbolSnapshot) and self.world.viewed:
                self._count_differences(message)
            received_ns = message.received_ns if isinstance(message, StreamEvents) else 0
            self._step(message, received_ns)  # type: ignore[arg-type]  # step ignores what it doesn't know

    def _count_differences(self, snapshot: SymbolSnapshot) -> None:
        """What the stream has kept back is counted; the step sets it right."""
        account, symbol = self._state.account, self._state.symbol
        for what, count in differences(self._state, snapshot).items():
            counted = Counted(
                account=account, symbol=symbol, name="sync_difference", reason=what, amount=Decimal(count)
            )
            self.world.show(counted)

    def _step(self, event: Event, received_ns: int) -> None:
        now_ms = self.world.clock.now_ms()
        before = self._state
        self._state, effects = step(before, event, now_ms)
        self._trace.stepped(before, event, self._state, effects, received_ns, now_ms)
        commands: list[OrderCommand] = []
        for effect in effects:
            if isinstance(effect, PlaceOrder | AmendOrder | CancelOrder):
                commands.append(effect)
            else:
                self._carry_out(effect, received_ns, now_ms)
        self._reopenings.stepped(before, self._state)
        if commands:
            origins = self._origins_of(commands)
            self.send(self._orders, Decided(commands=tuple(commands), origins=origins))
        self._report_soon(now_ms)
        if self._state.stopping and not self._finished and not self._entries_rest():
            self._finished = True
            self.send("supervisor", Finished(address=self.address))

    def _entries_rest(self) -> bool:
        """Whether an orderly stop still waits for entries to end."""
        if self._state.settings.on_stop is OnStop.KEEP:
            return False
        return any(order.role.opens for order in self._state.orders.values())

    def _tell_ledger(self, found: OrderLookUp | LegsRead) -> None:
        """The order actor's ledger must hear what only a read has brought, too."""
        rows: list[OrderRow | Execution | PositionRow] = [*found.executions, *found.positions]
        if isinstance(found, OrderLookUp) and found.order is not None:
            rows.insert(0, found.order)
        if rows:
            frame = StreamEvents(symbol=self._state.symbol, events=tuple(rows), received_ns=0)
            self.send(self._orders, frame)

    def _carry_out(self, effect: Effect, received_ns: int, now_ms: int) -> None:
        account = self._state.account
        match effect:
            case Save():
                self.send(self._keeper, SaveGrid(symbol=self._state.symbol, state=self._state))
            case WakeAt():
                self.world.timers.at(effect.due_ms, self.address, Wake(due_ms=effect.due_ms))
            case LookUpOrder() | ReadLegs():
                self.send(account_address(account, "rest/looks"), Call(request=effect, reply_to=self.address))
            case SetLeverage() | SetTradingStop():
                self.send(
                    account_address(account, "rest/settings"), Call(request=effect, reply_to=self.address)
                )
            case CloseActed():
                self._close_acted(effect, received_ns, now_ms)
            case ProvenAbsent():
                self.send(self._orders, effect)
            case StopAccount() | FreezeAccount() | CloseFailed() | CloseSucceeded() | Mismatched():
                self.send(self._guard, effect)
            case TradeBooked():
                self.send(self._keeper, effect)
                self._booked.append(effect)
            case CycleClosed():
                self.send(self._keeper, effect)
                self.send("watch", effect)
            case Note():
                cycle = self._state.of(effect.side).cycle if effect.side is not None else None
                self.send("watch", replace(effect, cycle=cycle))
            case Counted():
                self.send("watch", effect)
            case _:
                raise TypeError(f"no way to carry out {effect!r}")

    def _close_acted(self, acted: CloseActed, received_ns: int, now_ms: int) -> None:
        self._drop_entries("a side has closed", openings=False)
        # A close that a read has told is as old as the arrival of its answer: now.
        arrived_ns = received_ns or self.world.clock.monotonic_ns()
        self._reopenings.closed(acted.side, self._state, arrived_ns)
        if acted.exec_ms:
            figure = Decimal(max(now_ms - acted.exec_ms, 0))
            self._latency(acted.side, exchange_to_acted_ms=figure)

    def _drop_entries(self, reason: str, *, openings: bool) -> None:
        """What waits in the order actor's queue would only leave to be cancelled, and use up the budget."""
        told = DropEntries(symbol=self._state.symbol, reason=reason, openings=openings)
        self.send(self._orders, told)

    def _latency(self, side: Side, *, exchange_to_acted_ms: Decimal) -> None:
        self.send(
            "watch",
            CloseLatency(
                account=self._state.account,
                symbol=self._state.symbol,
                side=side,
                exchange_to_acted_ms=exchange_to_acted_ms,
                frame_to_reopen_ms=None,
            ),
        )

    def _origins_of(self, commands: list[OrderCommand]) -> dict[str, Origin]:
        """The closes that the reopening orders among the commands answer."""
        origins: dict[str, Origin] = {}
        for command in commands:
            if isinstance(command, PlaceOrder) and not command.reduce_only and command.price is None:
                order = self._state.orders.get(command.order_link_id)
                opens = order is not None and order.role is Role.OPENING
                origin = self._reopenings.take(command.leg) if opens else None
                if origin is not None:
                    origins[command.order_link_id] = origin
        return origins

    def _report_soon(self, now_ms: int) -> None:
        """At most one report in 250 ms, and the last word is always told."""
        if now_ms - self._reported_ms >= _REPORT_MS:
            self._report()
        elif not self._report_due:
            self._report_due = True
            self.later(_REPORT_MS, Report())

    def _report(self) -> None:
        self._report_due = False
        self._reported_ms = self.world.clock.now_ms()
        told = replace(report(self._state, self._reported_ms), fills=tuple(self._booked))
        self._booked.clear()
        self.send("watch", told)
        self.send(self._keeper, told)
        known = figures(self._state)
        if known != self._figures:
            self._figures = known
            self.send(self._guard, known)


def _answer_of(called: Called) -> Event | None:
    """What a call's end means for the grid; a read that failed is asked again by its own timer."""
    request, failure = called.request, str(called.error) if called.error is not None else ""
    if isinstance(request, SetLeverage | SetTradingStop):
        return SettingAnswered(request=request, failure=failure)
    if isinstance(called.answer, OrderLookUp | LegsRead):
        return called.answer
    if isinstance(request, LookUpOrder):
        return LookUpFailed(order_link_id=request.order_link_id)
    return None
