"""One blocking HTTP session behind a mailbox: a hung request stalls nobody but its own queue."""

from __future__ import annotations

from dataclasses import replace

from actors.mail import Call, Called
from actors.shell import Shell, World
from exchange.errors import ExchangeError
from exchange.ports import Rest
from messages.orders import OrdersAnswered, SendOrders
from messages.requests import Answer


class CallerActor(Shell):
    """Carries out calls one after another; order requests get their timestamp when they leave."""

    def __init__(self, address: str, world: World, rest: Rest) -> None:
        super().__init__(address, world)
        self._rest = rest

    def receive(self, message: object) -> None:
        """Carry out a Call."""
        if not isinstance(message, Call):
            return
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
        took = self.world.clock.monotonic_ns() - began
        ended_ms = self.world.clock.now_ms()
        called = Called(request=message.request, answer=answer, error=error, took_ns=took, ended_ms=ended_ms)
        self.send(message.reply_to, called)

    def on_stop(self) -> None:
        """Release the session."""
        self._rest.close()
