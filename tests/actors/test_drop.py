"""The order actor: entries that wait when a side closes never leave, and a refused stamp is doubted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actors.mail import ClockDoubted, Decided, DropEntries, SocketReady
from actors.orders import OrdersActor
from actors.purse import Purse
from messages.account import Wallet
from messages.events import BalanceMayFit
from messages.orders import (
    Action,
    BalanceCheck,
    BalanceContext,
    OrdersAnswered,
    Outcome,
    PlaceOrder,
    Priority,
    RequestAnswered,
    SendOrders,
)
from messages.sides import OrderSide, Side
from state.balance import BalanceLedger
from state.traffic import TrafficQueue
from tests.actors.stage import StageWorld

GRID = "001/grid/SOLUSDT"


class Wire:
    """A trading socket that keeps what it is given."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, orders: SendOrders) -> None:
        self.sent += [command.order_link_id for command in orders.commands]


def order(name: str, priority: Priority, *, price: str | None, symbol: str = "SOLUSDT") -> PlaceOrder:
    check = BalanceCheck(context=BalanceContext.AVERAGING, cost=Decimal(1), buffer_percent=Decimal(15))
    return PlaceOrder(
        symbol=symbol,
        order_link_id=name,
        leg=Side.LONG,
        order_side=OrderSide.BUY,
        qty=Decimal(1),
        price=None if price is None else Decimal(price),
        reduce_only=priority is Priority.CLOSE,
        close_on_trigger=False,
        priority=priority,
        check=None if priority is Priority.CLOSE else check,
    )


@pytest.fixture
def world() -> StageWorld:
    return StageWorld()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def orders(world: StageWorld, wire: Wire) -> OrdersActor:
    """An order actor with money for everything and a budget of ten a second in each bucket."""
    wallet = Wallet(
        equity=Decimal(10_000),
        wallet_balance=Decimal(10_000),
        available=Decimal(10_000),
        unrealised=Decimal(0),
        initial_margin=Decimal(0),
        maintenance_margin=Decimal(0),
        maintenance_rate=Decimal(0),
        created_ms=world.hands.ms,
    )
    ledger = BalanceLedger()
    ledger.pushed(wallet, world.hands.ms)
    symbols = ["SOLUSDT", "DOGEUSDT"]
    purse = Purse(ledger, wallet, account=1, name="main", dry_run=False)
    actor = OrdersActor(world, 1, symbols, purse, TrafficQueue())
    actor.receive(SocketReady(socket=wire))  # type: ignore[arg-type]  # only send is used
    return actor


def decide(orders: OrdersActor, *commands: PlaceOrder) -> None:
    orders.receive(Decided(commands=commands, origins={}))


def test_waiting_entries_of_a_symbol_that_closes_never_leave_and_are_answered_as_withheld(
    world: StageWorld, wire: Wire, orders: OrdersActor
) -> None:
    entries = [order(f"E{n}", Priority.PENDING, price="100") for n in range(20)]
    decide(orders, *entries)
    left = list(wire.sent)
    assert 0 < len(left) < 20
    orders.receive(DropEntries(symbol="SOLUSDT", reason="a side has closed", openings=False))
    world.hands.ms += 60_000
    decide(orders)
    assert wire.sent == left
    answers = [one for one in world.stage.to(GRID) if isinstance(one, RequestAnswered)]
    assert [one.order_link_id for one in answers] == [f"E{n}" for n in range(len(left), 20)]
    assert {one.outcome for one in answers} == {Outcome.WITHHELD}


def test_the_grid_may_place_dropped_entries_again_without_waiting_for_balance(
    world: StageWorld, orders: OrdersActor
) -> None:
    decide(orders, *[order(f"E{n}", Priority.PENDING, price="100") for n in range(20)])
    orders.receive(DropEntries(symbol="SOLUSDT", reason="a side has closed", openings=False))
    assert isinstance(world.stage.to(GRID)[-1], BalanceMayFit)


def test_openings_closes_and_other_symbols_still_leave(
    world: StageWorld, wire: Wire, orders: OrdersActor
) -> None:
    decide(orders, *[order(f"E{n}", Priority.PENDING, price="100") for n in range(20)])
    decide(orders, *[order(f"T{n}", Priority.CLOSE, price="101") for n in range(20)])
    decide(orders, order("O", Priority.REOPEN, price=None))
    decide(orders, order("D", Priority.PENDING, price="1", symbol="DOGEUSDT"))
    orders.receive(DropEntries(symbol="SOLUSDT", reason="a side has closed", openings=False))
    for _ in range(5):
        world.hands.ms += 1_100
        decide(orders)
    assert {"O", "D", *(f"T{n}" for n in range(20))} < set(wire.sent)


def test_a_stop_drops_openings_too(world: StageWorld, wire: Wire, orders: OrdersActor) -> None:
    decide(orders, *[order(f"E{n}", Priority.PENDING, price="100") for n in range(20)])
    decide(orders, order("O", Priority.REOPEN, price=None))
    orders.receive(DropEntries(symbol="SOLUSDT", reason="the bot stops", openings=True))
    world.hands.ms += 60_000
    decide(orders)
    assert "O" not in wire.sent


def test_an_order_that_is_refused_for_its_stamp_has_the_exchanges_clock_read(
    world: StageWorld, orders: OrdersActor
) -> None:
    def answer(code: int, outcome: Outcome) -> OrdersAnswered:
        told = RequestAnswered(
            symbol="SOLUSDT",
            action=Action.PLACE,
            order_link_id="E",
            outcome=outcome,
            code=code,
            text="",
            request_ms=world.hands.ms,
            answered_ms=world.hands.ms,
        )
        return OrdersAnswered(request_id="001-1", answers=(told,))

    orders.receive(answer(10006, Outcome.RETRYABLE))
    assert world.stage.to("001/reconciler") == []
    orders.receive(answer(10002, Outcome.RETRYABLE))
    assert world.stage.to("001/reconciler") == [ClockDoubted()]
