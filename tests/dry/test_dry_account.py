"""A dry run beside a real exchange: it trades on its prices, and sends it nothing but reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from actors.exchanges import DryFile
from actors.start import exchange_ahead_ms
from exchange.bybit.connect import bybit_exchange
from exchange.bybit.endpoints import simulated
from exchange.clock import ExchangeClock, SystemClock
from exchange.dry.connect import dry_exchange
from exchange.errors import Fatal, Retryable
from messages import requests as ask
from messages.account import Execution, OrderRow, OrderStatus, PositionRow, Wallet
from messages.orders import Action, OrdersAnswered, Outcome, SendOrders
from messages.sides import Role, Side
from state.store.disk import RealDisk
from tests.bybit.orders import amend, cancel, link, place
from tests.dry.desk import READS, DryDesk, market
from tests.venue_process import VenueProcess, venue_process, wait_for

ZERO = Decimal(0)


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[VenueProcess]:
    with venue_process(scenario="manual", journal=tmp_path / "venue.jsonl") as process:
        process.control("price", symbol="SOLUSDT", price="150.00")
        yield process


@pytest.fixture
def desk(venue: VenueProcess, tmp_path: Path) -> Iterator[DryDesk]:
    with DryDesk(venue, tmp_path) as opened:
        yield opened


def test_an_opening_fills_at_the_real_price_and_its_tp_closes_on_a_real_move(desk: DryDesk) -> None:
    answer = desk.send(market(0, Side.LONG, "3.0"))
    assert [a.outcome for a in answer.answers] == [Outcome.ACCEPTED]
    assert desk.size(Side.LONG) == 3
    desk.send(place(0, "151.00", Side.LONG, "3.0", Role.TAKE_PROFIT))
    desk.price("150.90")
    desk.price("151.50")
    wait_for(lambda: desk.size(Side.LONG) == 0, "the TP")
    fills = desk.of(Execution)
    assert [(f.price, f.is_maker) for f in fills[-1:]] == [(Decimal("151.00"), True)]
    profit = 3 * (Decimal("151.00") - fills[0].price) - sum(f.fee_usdt for f in fills)
    assert desk.wallet().equity == 10_000 + profit
    assert desk.requests() <= READS


def test_a_pending_entry_rests_until_the_real_price_comes_to_it(desk: DryDesk) -> None:
    desk.send(place(1, "148.50"), place(2, "147.00"))
    assert len(desk.snapshot().orders) == 2
    desk.price("148.51")
    desk.price("148.40")
    wait_for(lambda: desk.size(Side.LONG) == 1, "the entry")
    assert [o.order_link_id for o in desk.snapshot().orders] == [link(2)]
    found = desk.rest.call(ask.LookUpOrder(symbol="SOLUSDT", order_link_id=link(1)))
    assert isinstance(found, ask.OrderLookUp)
    assert found.order is not None
    assert found.order.status is OrderStatus.FILLED
    assert [e.order_link_id for e in found.executions] == [link(1)]
    assert desk.requests() <= READS


def test_an_answer_comes_before_what_it_leads_to(desk: DryDesk) -> None:
    desk.send(place(1, "148.00"))
    kinds = [type(told) for told in desk.told]
    assert kinds.index(OrdersAnswered) < kinds.index(OrderRow)
    assert {OrderRow, PositionRow} <= set(kinds)


def test_orders_are_amended_cancelled_and_refused_as_the_exchange_would(desk: DryDesk) -> None:
    desk.send(place(1, "148.00"))
    desk.send(amend(1, qty="2.0"), action=Action.AMEND)
    assert [o.qty for o in desk.snapshot().orders] == [Decimal("2.0")]
    desk.send(cancel(1), action=Action.CANCEL)
    assert not desk.snapshot().orders
    again = desk.send(place(1, "148.00")).answers[0]
    assert (again.outcome, again.code) == (Outcome.UNKNOWN, 110072)
    dear = desk.send(place(2, "148.00", qty="9000.0")).answers[0]
    assert (dear.outcome, dear.code) == (Outcome.REFUSED, 110007)
    tp = desk.send(place(0, "151.00", Side.LONG, "1.0", Role.TAKE_PROFIT)).answers[0]
    assert (tp.outcome, tp.code) == (Outcome.REFUSED, 110017)


def test_settings_are_made_in_the_simulated_account_alone(desk: DryDesk) -> None:
    for request in (
        ask.SwitchToHedge(symbol="SOLUSDT"),
        ask.SetLeverage(symbol="SOLUSDT", leverage=Decimal(25)),
    ):
        assert desk.rest.call(request) == ask.Done()
    desk.send(market(0, Side.SHORT, "1.0"))
    stop = ask.SetTradingStop(symbol="SOLUSDT", leg=Side.SHORT, take_profit=None, stop_loss=Decimal("160.00"))
    assert desk.rest.call(stop) == ask.Done()
    legs = desk.rest.call(ask.ReadLegs(symbol="SOLUSDT", since_ms=SystemClock().now_ms() - 60_000))
    assert isinstance(legs, ask.LegsRead)
    short = next(row for row in legs.positions if row.leg is Side.SHORT)
    assert [short.size, short.leverage, short.stop_loss] == [1, 25, 160]
    desk.price("161.00")
    wait_for(lambda: desk.size(Side.SHORT) == 0, "the stop")
    assert desk.of(Execution)[-1].create_type == "CreateByStopLoss"
    assert desk.requests() <= READS


def test_rules_and_fees_are_the_real_ones(desk: DryDesk) -> None:
    real = bybit_exchange(simulated(desk.venue.url), "simulated-key-001", "simulated-secret-001").rest()
    for request in (
        ask.ReadInstruments(symbols=("SOLUSDT",)),
        ask.ReadFees(symbols=("SOLUSDT",)),
        ask.ReadPrices(symbols=("SOLUSDT",)),
        ask.ReadAccount(),
    ):
        mine, theirs = desk.rest.call(request), real.call(request)
        assert mine == theirs or isinstance(mine, ask.Prices)
    real.close()


class HourAhead(SystemClock):
    """A machine whose clock is an hour ahead."""

    def now_ms(self) -> int:
        return super().now_ms() + 3_600_000


def test_a_dry_run_tells_the_real_time_before_anything_is_stamped(
    venue: VenueProcess, tmp_path: Path
) -> None:
    clock = ExchangeClock(HourAhead())
    rest = dry_exchange(
        simulated(venue.url),
        "simulated-key-001",
        "simulated-secret-001",
        symbols=("SOLUSDT",),
        storage=DryFile(RealDisk(), tmp_path / "001_dry_venue.json"),
        lock=threading.Lock(),
        clock=clock,
    ).rest()
    with pytest.raises(Retryable, match="10002"):
        rest.call(ask.ReadWallet(source="test"))
    clock.ahead_ms = exchange_ahead_ms(rest, clock)
    assert -3_610_000 < clock.offset_ms < -3_590_000
    assert isinstance(rest.call(ask.ReadWallet(source="test")), Wallet)
    now = rest.call(ask.ReadServerTime())
    assert isinstance(now, ask.ServerTime)
    assert abs(now.server_ms - SystemClock().now_ms()) < 10_000
    rest.close()


def test_a_restarted_dry_run_goes_on_where_it_was(venue: VenueProcess, tmp_path: Path) -> None:
    with DryDesk(venue, tmp_path) as first:
        first.send(market(0, Side.LONG, "3.0"))
        first.send(place(0, "151.00", Side.LONG, "3.0", Role.TAKE_PROFIT), place(1, "148.00"))
        seen = {e.exec_id for e in first.of(Execution)}
    with DryDesk(venue, tmp_path) as second:
        shown = second.snapshot()
        assert {row.leg: row.size for row in shown.positions} == {Side.LONG: Decimal(3)}
        assert {o.order_link_id for o in shown.orders} == {link(0, role=Role.TAKE_PROFIT), link(1)}
        assert {e.exec_id for e in shown.executions} == seen
        assert second.send(market(0, Side.LONG, "3.0")).answers[0].code == 110072
        second.price("151.50")
        wait_for(lambda: second.size(Side.LONG) == 0 and second.of(PositionRow), "the TP")
        assert not seen & {e.exec_id for e in second.of(Execution)}
        assert second.requests() <= READS


def test_what_the_market_passed_while_nobody_looked_is_filled_at_the_start(
    venue: VenueProcess, tmp_path: Path
) -> None:
    with DryDesk(venue, tmp_path) as first:
        first.send(place(1, "148.00"))
    venue.control("price", symbol="SOLUSDT", price="147.00")
    with DryDesk(venue, tmp_path) as second:
        assert {row.leg: row.size for row in second.snapshot().positions} == {Side.LONG: Decimal(1)}


def test_the_real_accounts_orders_and_positions_are_ignored(venue: VenueProcess, tmp_path: Path) -> None:
    real = bybit_exchange(simulated(venue.url), "simulated-key-001", "simulated-secret-001").rest()
    assert real.call(ask.SwitchToHedge(symbol="SOLUSDT")) == ask.Done()
    for order in (market(0, Side.SHORT, "2.0"), place(4, "140.00")):
        request = SendOrders(
            request_id="p", action=Action.PLACE, commands=(order,), timestamp_ms=SystemClock().now_ms()
        )
        assert real.send(request).answers[0].outcome is Outcome.ACCEPTED
    wait_for(lambda: venue.control("state")["positions"]["001"], "the real position")
    mine = real.call(ask.ReadWallet(source="test"))
    assert isinstance(mine, Wallet)
    real.close()
    with DryDesk(venue, tmp_path) as desk:
        assert not desk.snapshot().positions
        assert not desk.snapshot().orders
        assert abs(desk.wallet().equity - mine.equity) < 1
        desk.price("139.00")
        wait_for(lambda: len(venue.control("state")["positions"]["001"]) == 2, "the real entry's fill")
        assert not desk.snapshot().executions
        assert not desk.events


def test_reads_alone_write_no_file(venue: VenueProcess, tmp_path: Path) -> None:
    with DryDesk(venue, tmp_path) as desk:
        desk.send(place(1, "148.00"))
    path = tmp_path / "001_dry_venue.json"
    before = path.read_bytes()
    looker = DryDesk(venue, tmp_path)
    venue.control("price", symbol="SOLUSDT", price="147.00")
    assert looker.snapshot().positions
    assert path.read_bytes() == before


def test_losing_the_prices_is_losing_the_stream(desk: DryDesk) -> None:
    desk.venue.control("fault", fault="cut", sockets=["public"])
    wait_for(lambda: desk.lost, "on_lost")
    assert len(desk.lost) == 1
    assert desk.lost[0].startswith("DRY: no prices")
    before = len(desk.events)
    desk.send(place(1, "148.00"))
    assert len(desk.events) == before
    desk.stream = desk.exchange.private_stream()
    desk.stream.open(desk._heard, desk.lost.append)
    desk.price("147.00")
    wait_for(lambda: desk.size(Side.LONG) == 1, "the fill after the new connection")


def test_a_socket_that_is_not_open_sends_nothing(venue: VenueProcess, tmp_path: Path) -> None:
    desk = DryDesk(venue, tmp_path)
    desk.socket._on_answer = desk.answers.append
    answer = desk.send(place(1, "148.00")).answers[0]
    assert (answer.outcome, answer.request_ms) == (Outcome.RETRYABLE, 0)
    assert not desk.snapshot().orders


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"environment":"simulated","venue":{"format":"sol-trader-venue","version":1}}',
        '{"environment":"mainnet","venue":{"format":"sol-trader-venue","version":1}}',
    ],
)
def test_a_kept_account_that_cant_be_read_is_named_and_left_alone(
    venue: VenueProcess, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "001_dry_venue.json"
    path.write_text(text)
    desk = DryDesk(venue, tmp_path)
    with pytest.raises(Fatal, match=r"001_dry_venue\.json.*move it"):
        desk.rest.call(ask.ReadAccount())
    assert path.read_text() == text
