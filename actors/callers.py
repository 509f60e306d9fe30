"""One blocking HTTP session behind a mailbox: a hung request stalls nobody but its own queue."""

from __future__ import annotations

from dataclasses import dataclass, replace

from actors.directory import account_address, account_of
from actors.mail import WRONG_CLOCK, Call, Called, ClockDoubted
from actors.shell import Shell, World
from exchange.clock import steady_ms
from exchange.errors import ExchangeError
from exchange.ports import Rest
from messages.orders import OrdersAnswered, SendOrders
from messages.requests import Answer, LookUpOrder

#: A lost state makes look-ups by the hundred, each of several requests: so many may leave at once, then one
#: in so many milliseconds. Else a quick line would have them all refused, and the address with them.
_LOOKS_AT_ONCE, _LOOK_MS = 10, 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A call to itself whose turn has come."""

    call: Call


class CallerActor(Shell):
    """Carries out calls one after another; order requests get their timestamp when they leave."""

    def __init__(self, address: str, world: World, rest: Rest) -> None:
        super().__init__(address, world)
        self._rest = rest
        self._reconciler = account_address(account_of(address), "reconciler")
        self._paced_ms = 0

    def receive(self, message: object) -> None:
        """Carry out a Call; a look-up perhaps a little later."""
        if isinstance(message, Due):
            self._carry_out(message.call)
        elif isinstance(message, Call):
            wait_ms = self._wait_ms() if isinstance(message.request, LookUpOrder) else 0
            if wait_ms:
                self.later(wait_ms, Due(call=message))
            else:
                self._carry_out(message)

    def _wait_ms(self) -> int:
        """When the next look-up may leave; each takes its place in the row by asking."""
        now_ms = steady_ms(self.world.clock)
        self._paced_ms = max(self._paced_ms, now_ms - _LOOKS_AT_ONCE * _LOOK_MS) + _LOOK_MS
        return max(self._paced_ms - now_ms, 0)

    def _carry_out(self, message: Call) -> None:
        began = self.world.clock.monotonic_ns()
        answer: Answer | OrdersAnswered | None = None
        error: ExchangeError | None = None
        try:
            if isinstance(message.request, SendOrders):
                stamped = replace(message.request, timestamp_ms=self.world.clock.now_ms())
                answer = self._rest.send(stamped)
            else:
                answer = self._rest.call(message.request)
        except ExchangeError as failure:
            error = failure
        ended = self.world.clock.monotonic_ns()
        called = Called(
            request=message.request, answer=answer, error=error, took_ns=ended - began, ended_ns=ended
        )
        self.send(message.reply_to, called)
        if error is not None and error.code == WRONG_CLOCK and message.reply_to != self._reconciler:
            self.send(self._reconciler, ClockDoubted())

    def on_stop(self) -> None:
        """Release the session."""
        self._rest.close()
