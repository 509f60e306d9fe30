"""The order actor of an account: every order passes here, and nothing else spends its money or its budget.

Balance (state/balance.py) and traffic (state/traffic.py) are pure; this shell moves messages between
them, the grids and the wire. Every command is answered exactly once: by the exchange, by the balance
check, or as UNKNOWN when its connection or its time is gone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from decimal import Decimal

from actors.directory import account_address, grid_address
from actors.logs.tracing import log_answer, log_reopening, log_sent
from actors.mail import (
    WRONG_CLOCK,
    Call,
    Called,
    Check,
    ClockDoubted,
    Decided,
    DropEntries,
    Origin,
    Overdue,
    PriceTaken,
    Report,
    SocketGone,
    SocketReady,
)
from actors.purse import Purse
from actors.shell import Shell, World
from exchange.clock import steady_ms
from exchange.ports import TradingSocket
from messages.account import Wallet
from messages.commands import FreezeAveraging, Resume, Stop, StreamUp
from messages.events import BalanceMayFit, StreamEvents
from messages.guard import AccountFigures, ReadForGuard
from messages.market import Price
from messages.orders import (
    Action,
    AmendOrder,
    CancelOrder,
    OrderCommand,
    OrdersAnswered,
    Outcome,
    PlaceOrder,
    Priority,
    RequestAnswered,
    SendOrders,
)
from messages.reports import BalanceRead, CloseLatency, OrdersCounted
from messages.requests import ReadWallet
from messages.sides import Side
from state.grid.effects import ProvenAbsent
from state.traffic import TrafficQueue

#: The regular look at the balance and the figures; queue and answers have timers of their own.
_CHECK_MS, _IDLE_CHECK_MS = 1_000, 5_000
#: How long after the end of its receive window a request is overdue, and how often it is then looked at.
_OVERDUE_MS, _STILL_OVERDUE_MS = 1_050, 250
#: The figures are told when something has changed, and now and then without that.
_REPORT_MS, _QUIET_REPORT_MS = 500, 10_000
_GUARD_MS = 500
_ACTIONS = {PlaceOrder: Action.PLACE, AmendOrder: Action.AMEND, CancelOrder: Action.CANCEL}


class OrdersActor(Shell):
    """Queue, balance, wire, answers."""

    def __init__(
        self,
        world: World,
        account: int,
        symbols: Iterable[str],
        purse: Purse,
        traffic: TrafficQueue,
    ) -> None:
        super().__init__(account_address(account, "orders"), world)
        self._account = account
        self._grids = {symbol: grid_address(account, symbol) for symbol in symbols}
        self._purse, self._traffic = purse, traffic
        self._socket: TradingSocket | None = None
        self._numbers = itertools.count(1)
        self._under_way: dict[str, tuple[SendOrders, int]] = {}
        self._origins: dict[str, Origin] = {}
        self._stopped = ""
        self._stream_up = False
        self._withheld: set[str] = set()
        self._reported_ms = 0
        self._changed = False
        self._wallet_asked = False
        self._pump_due_ms = 0
        self._guard_told_ms = 0
        self._guard_knows: AccountFigures | None = None

    def on_start(self) -> None:
        """Begin to look at the queue and at what is overdue."""
        self.later(_CHECK_MS, Check())

    def receive(self, message: object) -> None:
        """Take one message."""
        now_ms = self.world.clock.now_ms()
        if isinstance(message, Check):
            self._check(now_ms)
            return
        self._changed = True
        match message:
            case Decided():
                self._origins.update(message.origins)
                for command in message.commands:
                    self._queue(command, now_ms)
                self._pump(now_ms)
            case DropEntries():
                self._drop(message, now_ms)
            case OrdersAnswered():
                self._answered(message, now_ms)
            case StreamEvents():
                self._purse.hear(message)
            case Wallet():
                self._wallet(message, now_ms)
            case ProvenAbsent():
                self._purse.absent(message.order_link_id)
            case Price():
                self._purse.ledger.priced(message.symbol, message.mark, message.at_ms)
                self._tell_guard(now_ms)
                self.send("feed/public", PriceTaken(symbol=message.symbol, reader=self.address))
            case Called():
                self._called(message, now_ms)
            case SocketReady():
                self._socket = message.socket
            case SocketGone():
                self._socket = None
            case Stop():
                self._stopped = message.reason
                for entry in self._traffic.drop(_is_entry):
                    self._withhold(entry, f"the account is stopped: {message.reason}", now_ms)
            case Resume():
                self._stopped = ""
            case ReadForGuard():
                self._read_wallet("guard")
            case FreezeAveraging():
                self._purse.ledger.averaging_frozen = message.on
            case StreamUp():
                self._stream_up = message.up
            case Overdue():
                self._overdue(message, now_ms)
            case Report():
                self._report(now_ms)
            case _:
                raise TypeError(f"no order message: {message!r}")

    def _check(self, now_ms: int) -> None:
        self._pump(now_ms)
        if not self._wallet_asked and self._purse.ledger.wallet_read_due(steady_ms(self.world.clock)):
            self._wallet_asked = True
            self._read_wallet("waiting")
        if now_ms - self._reported_ms >= (_REPORT_MS if self._changed else _QUIET_REPORT_MS):
            self._report(now_ms)
        self.later(_CHECK_MS if self._traffic.waiting else _IDLE_CHECK_MS, Check())

    def _read_wallet(self, source: str) -> None:
        call = Call(request=ReadWallet(source=source), reply_to=self.address)
        self.send(account_address(self._account, "rest/settings"), call)

    def _overdue(self, message: Overdue, now_ms: int) -> None:
        """An answer that doesn't come is UNKNOWN; the clock may have been read anew meanwhile."""
        if message.request_id in self._under_way and self._socket is not None:
            self._socket.expire(now_ms)
            self.later(_STILL_OVERDUE_MS, message)

    def _pump(self, now_ms: int) -> None:
        """Send what the budget lets go now; what has to wait stays in the queue, never in a sleep."""
        for group in self._traffic.ready(now_ms):
            fit = [command for command in group if self._may_leave(command, now_ms)]
            if fit:
                self._send_out(fit, now_ms)
        due = self._traffic.next_ms
        if due is not None and due < now_ms + _IDLE_CHECK_MS and due != self._pump_due_ms:
            self._pump_due_ms = due
            self.world.timers.at(due, self.address, Decided(commands=(), origins={}))

    def _queue(self, command: OrderCommand, now_ms: int) -> None:
        replaced = self._traffic.push(command, now_ms)
        if replaced is not None:
            self._withhold(replaced, "a newer wish has taken its place", now_ms)

    def _may_leave(self, command: OrderCommand, now_ms: int) -> bool:
        if not isinstance(command, PlaceOrder) or command.check is None:
            return True
        why = f"the account is stopped: {self._stopped}" if self._stopped else ""
        refusal = why or self._purse.refusal(command, steady_ms(self.world.clock))
        if not refusal:
            return True
        self._withhold(command, refusal, now_ms)
        return False

    def _withhold(self, command: OrderCommand, why: str, now_ms: int) -> None:
        """Answer a command that never leaves."""
        self._withheld.add(command.symbol)
        self._origins.pop(command.order_link_id, None)
        self._tell_grid(
            RequestAnswered(
                symbol=command.symbol,
                action=_ACTIONS[type(command)],
                order_link_id=command.order_link_id,
                outcome=Outcome.WITHHELD,
                code=0,
                text=why,
                request_ms=0,
                answered_ms=now_ms,
            ),
            None,
        )

    def _drop(self, told: DropEntries, now_ms: int) -> None:
        """Take waiting entries out of the queue; the grid need not wait for balance, it was not that."""
        unwanted = _is_entry if told.openings else _rests
        dropped = self._traffic.drop(lambda one: one.symbol == told.symbol and unwanted(one))
        for command in dropped:
            self._withhold(command, told.reason, now_ms)
        if dropped and told.symbol in self._grids:
            self.send(self._grids[told.symbol], BalanceMayFit(at_ms=now_ms))

    def _send_out(self, commands: list[OrderCommand], now_ms: int) -> None:
        orders = SendOrders(
            request_id=f"{self._account:03d}-{next(self._numbers)}",
            action=_ACTIONS[type(commands[0])],
            commands=tuple(commands),
            timestamp_ms=now_ms,
        )
        sent_ns = self.world.clock.monotonic_ns()
        self._under_way[orders.request_id] = (orders, sent_ns)
        if self._socket is not None:
            self._socket.send(orders)
            self.later(orders.recv_window_ms + _OVERDUE_MS, Overdue(request_id=orders.request_id))
        else:
            urgent = any(command.priority <= Priority.CANCEL_FOR_CLOSE for command in commands)
            caller = "rest/closes" if urgent else "rest/orders"
            self.send(account_address(self._account, caller), Call(request=orders, reply_to=self.address))
        log_sent(self._account, commands, now_ms)
        for command in commands:
            origin = self._origins.pop(command.order_link_id, None)
            if origin is not None and isinstance(command, PlaceOrder):
                took_ns = sent_ns - origin.received_ns
                log_reopening(self._account, command, origin, took_ns, now_ms)
                self._latency(command.symbol, command.leg, took_ns)

    def _latency(self, symbol: str, side: Side, took_ns: int) -> None:
        self.send(
            "watch",
            CloseLatency(
                account=self._account,
                symbol=symbol,
                side=side,
                exchange_to_acted_ms=None,
                frame_to_reopen_ms=Decimal(took_ns) / 1_000_000,
            ),
        )

    def _answered(self, answered: OrdersAnswered, now_ms: int) -> None:
        if answered.limit_left is not None:
            self._traffic.learn(
                answered.limit_left,
                answered.limit_reset_ms or 0,
                action=answered.answers[0].action if answered.answers else None,
                batch=len(answered.answers) > 1,
            )
        _, sent_ns = self._under_way.pop(answered.request_id, (None, None))
        took = self.world.clock.monotonic_ns() - sent_ns if sent_ns is not None else None
        if any(answer.code == WRONG_CLOCK for answer in answered.answers):
            self.send(account_address(self._account, "reconciler"), ClockDoubted())
        for answer in answered.answers:
            self._purse.answered(answer)
            self._tell_grid(answer, took)

    def _tell_grid(self, answer: RequestAnswered, took_ns: int | None) -> None:
        log_answer(self._account, answer, took_ns)
        grid = self._grids.get(answer.symbol)
        if grid is not None:
            self.send(grid, answer)
        self.send(
            "watch",
            OrdersCounted(
                account=self._account,
                symbol=answer.symbol,
                action=answer.action.value,
                outcome=answer.outcome.value,
                code=answer.code,
                round_trip_ns=took_ns,
            ),
        )

    def _wallet(self, wallet: Wallet, now_ms: int) -> None:
        self._purse.ledger.pushed(wallet, steady_ms(self.world.clock))
        for symbol in sorted(self._withheld & self._grids.keys()):
            self.send(self._grids[symbol], BalanceMayFit(at_ms=wallet.created_ms))
        self._withheld.clear()
        self._guard_told_ms = 0
        self._tell_guard(now_ms)
        self._report(now_ms)

    def _tell_guard(self, now_ms: int) -> None:
        """Prices move the account's figures; twice a second is enough to judge them."""
        if now_ms < self._guard_told_ms + _GUARD_MS:
            return
        known = self._purse.known()
        if known != self._guard_knows:
            self._guard_told_ms, self._guard_knows = now_ms, known
            self.send(account_address(self._account, "guard"), known)

    def _called(self, called: Called, now_ms: int) -> None:
        if isinstance(called.request, ReadWallet):
            self._wallet_asked = self._wallet_asked and called.request.source != "waiting"
            self.send("watch", BalanceRead(account=self._account, source=called.request.source))
            if isinstance(called.answer, Wallet):
                self._wallet(called.answer, now_ms)
        elif isinstance(called.answer, OrdersAnswered):
            self._answered(called.answer, now_ms)

    def _report(self, now_ms: int) -> None:
        self._reported_ms, self._changed = now_ms, False
        figures = self._purse.figures(
            stopped=self._stopped,
            streams_up=self._stream_up,
            queued=self._traffic.waiting,
            longest_wait_ms=self._traffic.longest_wait_ms(now_ms),
            budget_left=self._traffic.least_left(now_ms),
            now_ms=now_ms,
        )
        self.send("watch", figures)
        self.send(account_address(self._account, "keeper"), figures)


def _is_entry(command: OrderCommand) -> bool:
    return isinstance(command, PlaceOrder) and command.check is not None


def _rests(command: OrderCommand) -> bool:
    """An entry that would rest; an opening goes at market and is awaited instead."""
    return isinstance(command, PlaceOrder) and command.check is not None and command.price is not None
