"""The stub, and what a stream's owner hears."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exchange.bybit.connect import BybitExchange, bybit_exchange
from exchange.bybit.endpoints import simulated
from exchange.clock import SystemClock
from exchange.errors import ProtocolError
from messages.account import StreamEvent
from messages.market import Price
from messages.orders import OrdersAnswered
from tests.bybit.stub import Stub, stub_server
from tests.venue_process import wait_for


class Owner:
    """Hears everything that the ports tell, in order."""

    def __init__(self) -> None:
        self.events: list[StreamEvent] = []
        self.prices: list[Price] = []
        self.answers: list[OrdersAnswered] = []
        self.lost: list[str] = []
        self.problems: list[ProtocolError] = []
        self.order: list[str] = []

    def on_events(self, events: tuple[StreamEvent, ...], received_ns: int) -> None:
        """A frame's records."""
        assert 0 < received_ns <= SystemClock().monotonic_ns()
        self.events += events
        self.order.append("events")

    def on_price(self, price: Price) -> None:
        """A price."""
        self.prices.append(price)

    def on_answer(self, answered: OrdersAnswered) -> None:
        """An answer."""
        self.answers.append(answered)
        self.order.append("answer")

    def on_lost(self, reason: str) -> None:
        """The end."""
        self.lost.append(reason)
        self.order.append("lost")

    def wait_lost(self) -> str:
        """The reason of the end, once it came."""
        wait_for(lambda: self.lost, "on_lost")
        assert len(self.lost) == 1
        return self.lost[0]


@pytest.fixture
def owner() -> Owner:
    """Who listens."""
    return Owner()


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A server that does what the test says."""
    with stub_server() as server:
        yield server


@pytest.fixture
def client(stub: Stub, owner: Owner) -> BybitExchange:
    """The client's ports, to the stub."""
    return bybit_exchange(simulated(stub.url), "the-key", "the-secret", on_problem=owner.problems.append)
