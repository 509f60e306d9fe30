"""The real exchange's ports with moments before and after what passes them, and a count of REST calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from actors.account import Exchange, MakeExchange
from actors.torture.trigger import Trigger
from config import Account
from exchange.clock import Clock
from exchange.errors import ProtocolError
from exchange.ports import PrivateStream, PublicStream, Rest, TradingSocket
from messages.account import Execution, OrderRow, OrderStatus, PositionRow, StreamEvent
from messages.ids import parse_order_link_id
from messages.orders import Action, OrdersAnswered, PlaceOrder, Priority, SendOrders
from messages.requests import Answer, Request
from messages.sides import Role

_ROLES = {
    Role.ENTRY: "an entry",
    Role.TAKE_PROFIT: "a take profit",
    Role.RESTART: "a restart's close",
    Role.CLOSE: "a close",
}


def subject_of(orders: SendOrders) -> str:
    """What a request is about: a step of a close, or which kind of order."""
    first = orders.commands[0]
    if orders.action is Action.AMEND:
        return "an amendment"
    if not isinstance(first, PlaceOrder):
        return "the cancels of a close" if first.priority is Priority.CANCEL_FOR_CLOSE else "a cancel"
    name = parse_order_link_id(first.order_link_id)
    if name is None:
        return "a foreign order"
    if name.role is Role.OPENING:
        return "a reopening" if name.cycle > 1 else "an opening"
    return _ROLES[name.role]


def subjects_of(events: tuple[StreamEvent, ...]) -> set[str]:
    """What a frame tells."""
    found: set[str] = set()
    for event in events:
        if isinstance(event, Execution) and event.exec_type.changes_size:
            found.add("a fill")
        elif isinstance(event, PositionRow) and event.size == 0:
            found.add("a close")
        elif isinstance(event, OrderRow) and event.status is OrderStatus.CANCELLED:
            found.add("a cancel's end")
    return found


def instrumented(make: MakeExchange, trigger: Trigger, calls: Counter[str], *, by_rest: bool) -> MakeExchange:
    """``make`` with instrumented ports; ``calls`` counts REST requests, ``by_rest`` takes the socket away."""

    def make_instrumented(
        account: Account, clock: Clock, on_problem: Callable[[ProtocolError], None]
    ) -> Exchange:
        return _Exchange(make(account, clock, on_problem), trigger, calls, by_rest=by_rest)

    return make_instrumented


class _Exchange:
    def __init__(self, real: Exchange, trigger: Trigger, calls: Counter[str], *, by_rest: bool) -> None:
        self._real, self._trigger, self._calls, self._by_rest = real, trigger, calls, by_rest

    def rest(self) -> Rest:
        return _Rest(self._real.rest(), self._trigger, self._calls)

    def private_stream(self) -> PrivateStream:
        return _PrivateStream(self._real.private_stream(), self._trigger)

    def public_stream(self) -> PublicStream:
        return self._real.public_stream()

    def trading_socket(self) -> TradingSocket | None:
        real = None if self._by_rest else self._real.trading_socket()
        return None if real is None else _TradingSocket(real, self._trigger)


class _Rest:
    def __init__(self, real: Rest, trigger: Trigger, calls: Counter[str]) -> None:
        self._real, self._trigger, self._calls = real, trigger, calls

    def call(self, request: Request) -> Answer:
        self._calls[type(request).__name__] += 1
        self._trigger.passes("before a read of the start")
        answer = self._real.call(request)
        self._trigger.passes("after a read of the start")
        return answer

    def send(self, orders: SendOrders) -> OrdersAnswered:
        subject = subject_of(orders)
        self._trigger.passes("before a send by REST", f"before {subject}")
        answered = self._real.send(orders)
        self._trigger.passes("after a send by REST", f"after {subject}")
        return answered

    def close(self) -> None:
        self._real.close()


class _TradingSocket:
    def __init__(self, real: TradingSocket, trigger: Trigger) -> None:
        self._real, self._trigger = real, trigger

    def open(self, on_answer: Callable[[OrdersAnswered], None], on_lost: Callable[[str], None]) -> None:
        self._real.open(on_answer, on_lost)

    def send(self, orders: SendOrders) -> None:
        subject = subject_of(orders)
        self._trigger.passes("before a send", f"before {subject}")
        self._real.send(orders)
        self._trigger.passes("after a send", f"after {subject}")

    def expire(self, now_ms: int) -> None:
        self._real.expire(now_ms)

    def check(self, now_ms: int) -> None:
        self._real.check(now_ms)

    @property
    def heard_ms(self) -> int:
        return self._real.heard_ms

    def close(self) -> None:
        self._real.close()


class _PrivateStream:
    def __init__(self, real: PrivateStream, trigger: Trigger) -> None:
        self._real, self._trigger = real, trigger

    def open(
        self, on_events: Callable[[tuple[StreamEvent, ...], int], None], on_lost: Callable[[str], None]
    ) -> None:
        def take(events: tuple[StreamEvent, ...], received_ns: int) -> None:
            subjects = subjects_of(events)
            self._trigger.passes(*(f"before {subject} is taken" for subject in subjects))
            on_events(events, received_ns)
            self._trigger.passes(*(f"after {subject} is handed on" for subject in subjects))

        self._real.open(take, on_lost)

    def check(self, now_ms: int) -> None:
        self._real.check(now_ms)

    @property
    def heard_ms(self) -> int:
        return self._real.heard_ms

    def close(self) -> None:
        self._real.close()
