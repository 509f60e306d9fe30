"""A dry account over a venue that plays the real exchange, and orders for it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from actors.exchanges import DryFile
from exchange.bybit.endpoints import simulated
from exchange.clock import SystemClock
from exchange.dry.connect import DryExchange, dry_exchange
from exchange.errors import ProtocolError
from messages import requests as ask
from messages.account import PositionRow, StreamEvent, Wallet
from messages.orders import Action, OrdersAnswered, PlaceOrder, SendOrders
from messages.sides import Role, Side
from state.store.disk import RealDisk
from tests.bybit.orders import place
from tests.venue_process import VenueProcess, wait_for

#: What the real exchange may be asked by a dry run: public reads, and the account's set-up and equity.
READS = {
    "market.time",
    "market.instruments-info",
    "market.risk-limit",
    "market.tickers",
    "account.info",
    "account.fee-rate",
    "account.wallet-balance",
}


class DryDesk:
    """Ports of account 001's dry run, open, and all that they have told."""

    def __init__(self, venue: VenueProcess, folder: Path, *, symbols: tuple[str, ...] = ("SOLUSDT",)) -> None:
        self.venue = venue
        self.events: list[StreamEvent] = []
        self.answers: list[OrdersAnswered] = []
        self.told: list[StreamEvent | OrdersAnswered] = []
        self.lost: list[str] = []
        self.problems: list[ProtocolError] = []
        self.exchange: DryExchange = dry_exchange(
            simulated(venue.url),
            "simulated-key-001",
            "simulated-secret-001",
            symbols=symbols,
            storage=DryFile(RealDisk(), folder / "001_dry_venue.json"),
            lock=threading.Lock(),
            on_problem=self.problems.append,
        )
        self.rest = self.exchange.rest()
        self.stream = self.exchange.private_stream()
        self.socket = self.exchange.trading_socket()
        self._sent = 0

    def __enter__(self) -> DryDesk:
        self.stream.open(self._heard, self.lost.append)
        self.socket.open(self._answered, self.lost.append)
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()
        self.socket.close()
        self.rest.close()
        assert self.exchange.account.audit() == []
        assert not self.problems

    def send(self, *orders: Any, action: Action = Action.PLACE) -> OrdersAnswered:
        """Send by the socket; the answer, which is there at once."""
        self._sent += 1
        before = len(self.answers)
        self.socket.send(
            SendOrders(
                request_id=f"r{self._sent}",
                action=action,
                commands=orders,
                timestamp_ms=SystemClock().now_ms(),
            )
        )
        wait_for(lambda: len(self.answers) > before, "the answer")
        assert len(self.answers) == before + 1
        return self.answers[-1]

    def price(self, price: str, symbol: str = "SOLUSDT") -> None:
        """Let the real market trade at a price."""
        self.venue.control("price", symbol=symbol, price=price)

    def size(self, side: Side) -> Decimal:
        """A leg's size as the last row says it."""
        rows = [e for e in self.events if isinstance(e, PositionRow) and e.leg is side]
        return rows[-1].size if rows else Decimal(0)

    def of(self, kind: type[Any]) -> Sequence[Any]:
        """The events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def wallet(self) -> Wallet:
        """The wallet by REST."""
        answer = self.rest.call(ask.ReadWallet(source="test"))
        assert isinstance(answer, Wallet)
        return answer

    def snapshot(self) -> ask.Snapshot:
        """Everything by REST."""
        answer = self.rest.call(ask.ReadSnapshot(since_ms=SystemClock().now_ms() - 3_600_000))
        assert isinstance(answer, ask.Snapshot)
        return answer

    def requests(self) -> set[str]:
        """What the real exchange was asked in the account's name."""
        return {record["op"] for record in self.venue.journal("request", account="001")}

    def _heard(self, events: tuple[StreamEvent, ...], received_ns: int) -> None:
        assert received_ns > 0
        self.events += events
        self.told += events

    def _answered(self, answered: OrdersAnswered) -> None:
        self.answers.append(answered)
        self.told.append(answered)


def market(level: int, side: Side, qty: str, attempt: int = 1) -> PlaceOrder:
    """An opening at market."""
    return place(level, None, side, qty, Role.OPENING, attempt)
