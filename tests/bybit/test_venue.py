"""The ports against the local venue as a process of its own: orders, streams, reads, faults."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from actors.start import exchange_ahead_ms
from exchange.bybit.connect import BybitExchange, bybit_exchange
from exchange.bybit.endpoints import simulated
from exchange.bybit.rest import BybitRest
from exchange.clock import ExchangeClock, SystemClock
from exchange.errors import Fatal, Refused, Retryable
from messages.account import AccountInfo, Execution, OrderRow, OrderStatus, PositionRow, Wallet
from messages.orders import Action, OrderCommand, Outcome, SendOrders
from messages.requests import (
    Done,
    Executions,
    Fees,
    Instruments,
    LegsRead,
    LookUpOrder,
    OrderLookUp,
    Prices,
    ReadAccount,
    ReadExecutions,
    ReadFees,
    ReadInstruments,
    ReadLegs,
    ReadPrices,
    ReadServerTime,
    ReadSnapshot,
    ReadWallet,
    ServerTime,
    SetLeverage,
    SetTradingStop,
    Snapshot,
    SwitchToHedge,
)
from messages.sides import Role, Side
from tests.bybit.conftest import Owner
from tests.bybit.orders import amend, cancel, link, place, request
from tests.venue_process import VenueProcess, venue_process, wait_for

PRICE = "150.00"
CLOCK = SystemClock()


@pytest.fixture
def venue() -> Iterator[VenueProcess]:
    with venue_process(scenario="manual", limit_factor=50) as running:
        running.control("price", symbol="SOLUSDT", price=PRICE)
        yield running


@pytest.fixture
def account(venue: VenueProcess, owner: Owner) -> BybitExchange:
    """Account 001, in hedge mode for SOLUSDT."""
    exchange = bybit_exchange(
        simulated(venue.url), "simulated-key-001", "simulated-secret-001", on_problem=owner.problems.append
    )
    rest = exchange.rest()
    assert rest.call(SwitchToHedge(symbol="SOLUSDT")) == Done()
    assert rest.call(SwitchToHedge(symbol="SOLUSDT")) == Done()
    assert rest.call(SetLeverage(symbol="SOLUSDT", leverage=Decimal("12.50"))) == Done()
    assert rest.call(SetLeverage(symbol="SOLUSDT", leverage=Decimal("12.5"))) == Done()
    return exchange


@pytest.fixture
def rest(account: BybitExchange) -> BybitRest:
    return account.rest()


def stamped(action: Action, *commands: OrderCommand, request_id: str = "r-1") -> SendOrders:
    return request(action, *commands, request_id=request_id, at_ms=CLOCK.now_ms())


def outcomes(rest: BybitRest, action: Action, *commands: OrderCommand) -> list[Outcome]:
    return [answer.outcome for answer in rest.send(stamped(action, *commands)).answers]


def look_up(rest: BybitRest, order_link_id: str) -> OrderLookUp:
    found = rest.call(LookUpOrder(symbol="SOLUSDT", order_link_id=order_link_id))
    assert isinstance(found, OrderLookUp)
    return found


def wait_status(rest: BybitRest, order_link_id: str, status: OrderStatus) -> OrderLookUp:
    def looked() -> OrderLookUp | None:
        found = look_up(rest, order_link_id)
        return found if found.order and found.order.status is status else None

    found = wait_for(looked, f"{order_link_id} to be {status}")
    assert found is not None
    return found


def test_everything_that_a_start_reads_is_there(rest: BybitRest) -> None:
    now = rest.call(ReadServerTime())
    assert isinstance(now, ServerTime)
    assert now.server_ms > 0
    instruments = rest.call(ReadInstruments(symbols=("NOPEUSDT", "SOLUSDT", "DOGEUSDT")))
    assert isinstance(instruments, Instruments)
    assert [one.symbol for one in instruments.instruments] == ["SOLUSDT", "DOGEUSDT"]
    assert all(one.trading and one.tiers for one in instruments.instruments)
    prices = rest.call(ReadPrices(symbols=("SOLUSDT",)))
    assert isinstance(prices, Prices)
    assert [price.last for price in prices.prices] == [Decimal(PRICE)]
    fees = rest.call(ReadFees(symbols=("SOLUSDT", "DOGEUSDT")))
    assert isinstance(fees, Fees)
    assert {fee.symbol for fee in fees.fees} == {"SOLUSDT", "DOGEUSDT"}
    assert rest.call(ReadAccount()) == AccountInfo(unified=True, margin_mode="REGULAR_MARGIN")
    wallet = rest.call(ReadWallet(source="start"))
    assert isinstance(wallet, Wallet)
    assert wallet.available == Decimal(10_000)


def test_an_order_lives_from_creation_to_cancel_by_rest(rest: BybitRest) -> None:
    assert outcomes(rest, Action.PLACE, place(1, price="140.00")) == [Outcome.ACCEPTED]
    found = wait_status(rest, link(1), OrderStatus.NEW)
    assert found.order is not None
    assert (found.order.price, found.order.leg) == (Decimal("140.00"), Side.LONG)
    assert {leg.leg for leg in found.positions} == {Side.LONG, Side.SHORT}
    assert outcomes(rest, Action.AMEND, amend(1, qty="2.5")) == [Outcome.ACCEPTED]
    wait_for(lambda: (row := look_up(rest, link(1)).order) and row.qty == Decimal("2.5"), "the new quantity")
    assert outcomes(rest, Action.CANCEL, cancel(1)) == [Outcome.ACCEPTED]
    wait_status(rest, link(1), OrderStatus.CANCELLED)
    assert outcomes(rest, Action.CANCEL, cancel(1)) == [Outcome.REFUSED]


def test_a_batch_fails_item_by_item(rest: BybitRest) -> None:
    orders = [place(1, price="140.00"), place(2, price="140.00", qty="0.00"), place(3, price="139.00")]
    assert outcomes(rest, Action.PLACE, *orders) == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]
    wait_status(rest, link(3), OrderStatus.NEW)
    assert look_up(rest, link(2)).order is None


def test_a_fill_is_seen_by_look_up_legs_and_snapshot_alike(venue: VenueProcess, rest: BybitRest) -> None:
    since_ms = CLOCK.now_ms() - 60_000
    rest.send(stamped(Action.PLACE, place(0, price=None, side=Side.SHORT)))
    found = wait_status(rest, link(0, Side.SHORT), OrderStatus.FILLED)
    (done,) = found.executions
    assert (done.leg, done.qty) == (Side.SHORT, Decimal("1.0"))
    legs = rest.call(ReadLegs(symbol="SOLUSDT", since_ms=since_ms))
    snapshot = rest.call(ReadSnapshot(since_ms=since_ms))
    window = rest.call(ReadExecutions(symbol="SOLUSDT", start_ms=since_ms, end_ms=CLOCK.now_ms() + 1000))
    assert isinstance(legs, LegsRead)
    assert isinstance(snapshot, Snapshot)
    assert isinstance(window, Executions)
    assert legs.executions == snapshot.executions == window.executions == (done,)
    assert [leg.leg for leg in snapshot.positions] == [Side.SHORT]
    assert snapshot.positions[0].size == Decimal("1.0")
    assert found.server_ms <= legs.server_ms <= snapshot.server_ms


def test_many_open_orders_are_read_over_all_pages(rest: BybitRest) -> None:
    entries = [place(level, price=f"{100 + level % 40}.00", qty="0.1") for level in range(80)]
    for start in range(0, 80, 20):
        rest.send(stamped(Action.PLACE, *entries[start : start + 20]))

    def all_orders() -> bool:
        snapshot = rest.call(ReadSnapshot(since_ms=CLOCK.now_ms()))
        assert isinstance(snapshot, Snapshot)
        return {order.order_link_id for order in snapshot.orders} == {link(level) for level in range(80)}

    wait_for(all_orders, "80 orders in one snapshot")


def test_a_trading_stop_is_set_and_set_again(rest: BybitRest) -> None:
    rest.send(stamped(Action.PLACE, place(0, price=None)))
    wait_status(rest, link(0), OrderStatus.FILLED)
    stop = SetTradingStop(
        symbol="SOLUSDT", leg=Side.LONG, take_profit=Decimal("160.00"), stop_loss=Decimal("120.00")
    )
    assert rest.call(stop) == Done()
    assert rest.call(stop) == Done()
    legs = rest.call(ReadLegs(symbol="SOLUSDT", since_ms=CLOCK.now_ms()))
    assert isinstance(legs, LegsRead)
    (long,) = [leg for leg in legs.positions if leg.leg is Side.LONG]
    assert (long.take_profit, long.stop_loss) == (Decimal("160.00"), Decimal("120.00"))


def test_a_wrong_key_is_fatal_for_reads_orders_and_sockets(venue: VenueProcess, owner: Owner) -> None:
    stranger = bybit_exchange(simulated(venue.url), "wrong-key", "wrong-secret")
    with pytest.raises(Fatal, match="10003"):
        stranger.rest().call(ReadWallet(source="start"))
    assert outcomes(stranger.rest(), Action.PLACE, place(1)) == [Outcome.FATAL]
    with pytest.raises(Refused, match="check the API key"):
        stranger.private_stream().open(owner.on_events, owner.on_lost)
    socket = stranger.trading_socket()
    assert socket is not None
    with pytest.raises(Fatal, match="10003"):
        socket.open(owner.on_answer, owner.on_lost)


class MachineSetBack(SystemClock):
    """Somebody has set the machine's clock back by an hour."""

    def now_ms(self) -> int:
        return super().now_ms() - 3_600_000


def test_everything_is_stamped_by_the_exchanges_time_whatever_the_machine_shows(
    venue: VenueProcess, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pybit._helpers.generate_timestamp", MachineSetBack().now_ms)
    clock = ExchangeClock(MachineSetBack())
    keys = "simulated-key-001", "simulated-secret-001"
    exchange = bybit_exchange(simulated(venue.url), *keys, clock, owner.problems.append)
    with pytest.raises(Retryable, match="10002"):
        exchange.rest().call(ReadWallet(source="start"))
    with pytest.raises(Refused, match="authentication refused"):
        exchange.private_stream().open(owner.on_events, owner.on_lost)
    with pytest.raises(Refused, match="10002"):
        exchange.trading_socket().open(owner.on_answer, owner.on_lost)
    clock.ahead_ms = exchange_ahead_ms(exchange.rest(), clock)
    assert 3_590_000 < clock.offset_ms < 3_610_000
    assert isinstance(exchange.rest().call(ReadWallet(source="start")), Wallet)
    stream, socket = exchange.private_stream(), exchange.trading_socket()
    stream.open(owner.on_events, owner.on_lost)
    socket.open(owner.on_answer, owner.on_lost)
    stream.close()
    socket.close()
    assert not owner.problems


def test_an_order_over_the_trading_socket_comes_back_on_the_stream(
    venue: VenueProcess, account: BybitExchange, owner: Owner
) -> None:
    stream, socket = account.private_stream(), account.trading_socket()
    assert socket is not None
    stream.open(owner.on_events, owner.on_lost)
    socket.open(owner.on_answer, owner.on_lost)
    socket.send(stamped(Action.PLACE, place(0, price=None), request_id="open"))
    wait_for(lambda: [e for e in owner.events if isinstance(e, Execution)], "the fill")
    socket.send(stamped(Action.PLACE, place(0, price="151.00", role=Role.TAKE_PROFIT), request_id="tp"))
    wait_for(lambda: len(owner.answers) == 2, "both answers")
    venue.control("price", symbol="SOLUSDT", price="151.00")
    venue.control("price", symbol="SOLUSDT", price="152.00")
    closed = wait_for(
        lambda: [
            e for e in owner.events if isinstance(e, PositionRow) and e.leg is Side.LONG and e.size == 0
        ],
        "the flat leg",
    )
    assert closed[-1].seq > 0
    wait_for(
        lambda: [
            e
            for e in owner.events
            if isinstance(e, OrderRow)
            and e.order_link_id == link(0, role=Role.TAKE_PROFIT)
            and e.status is OrderStatus.FILLED
        ],
        "the take profit's end",
    )
    wait_for(lambda: [e for e in owner.events if isinstance(e, Wallet)], "a wallet")
    assert [answered.answers[0].outcome for answered in owner.answers] == [Outcome.ACCEPTED] * 2
    assert (owner.problems, stream.dropped, socket.late) == ([], 0, 0)
    stream.close()
    socket.close()


def test_an_accepted_order_without_reply_is_unknown_and_found_by_its_id(
    venue: VenueProcess, account: BybitExchange, owner: Owner, rest: BybitRest
) -> None:
    socket = account.trading_socket()
    assert socket is not None
    socket.open(owner.on_answer, owner.on_lost)
    venue.control("fault", fault="drop_replies", transport="trade", count=1)
    socket.send(stamped(Action.PLACE, place(1, price="140.00")))
    wait_status(rest, link(1), OrderStatus.NEW)
    socket.expire(CLOCK.now_ms() + 3001)
    assert [answer.outcome for answer in owner.answers[0].answers] == [Outcome.UNKNOWN]
    assert outcomes(rest, Action.PLACE, place(1, price="140.00")) == [Outcome.UNKNOWN]  # the id is in use
    socket.close()


def test_prices_flow_and_a_cut_is_told_to_every_owner(
    venue: VenueProcess, account: BybitExchange, owner: Owner
) -> None:
    public = account.public_stream()
    public.open(("SOLUSDT",), owner.on_price, owner.on_lost)
    venue.control("price", symbol="SOLUSDT", price="149.50")
    wait_for(lambda: owner.prices and owner.prices[-1].last == Decimal("149.50"), "the new price")
    venue.control("fault", fault="cut", sockets=["public"])
    owner.wait_lost()
    again = account.public_stream()
    again.open(("SOLUSDT",), owner.on_price, owner.on_lost)
    again.close()


def test_a_rate_limit_is_an_answer_at_once_and_not_a_pause(
    account: BybitExchange, venue: VenueProcess
) -> None:
    rest = account.rest()
    venue.control("fault", fault="answer", op="order.create", retCode=10006, retMsg="Too many visits!")
    assert outcomes(rest, Action.PLACE, place(1, price="140.00")) == [Outcome.RETRYABLE]
    assert outcomes(rest, Action.PLACE, place(1, price="140.00")) == [Outcome.ACCEPTED]
