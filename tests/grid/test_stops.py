"""Stops, freezes and what belongs to them: liquidations, closes at market, trading-stops that are refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from exchange.bybit.fields import Fields
from exchange.bybit.rows import order_row
from messages.account import Execution, OrderRow, OrderStatus
from messages.commands import SettingAnswered
from messages.events import StreamEvents
from messages.orders import OrderCommand, PlaceOrder
from messages.requests import SetTradingStop
from messages.settings import WhenLocked
from messages.sides import SIDES, Side
from state.grid.effects import FreezeAccount, StopAccount
from state.grid.model import Cause
from state.numbers import ZERO
from tests.grid.world import grid_settings
from tests.grid.worlds import Watched, at_rest, opened, sent

BEFORE_LIQUIDATION = [
    "CancelByPrepareLiq",
    "CancelAllBeforeLiq",
    "CancelByPrepareAdl",
    "CancelAllBeforeAdl",
    "CancelBySettle",
    "CancelByDCP",
]


def cancel_by_exchange(world: Watched, cancel_type: str, symbol: str) -> None:
    """Let one resting entry be told as cancelled by the exchange; at the venue it goes, too."""
    row = next(row for row in world.resting("E", symbol=symbol))
    told = replace(
        order_row(Fields(row, "a test")),
        status=OrderStatus.CANCELLED,
        cancel_type=cancel_type,
        updated_ms=world.now_ms,
    )
    world.give(symbol, StreamEvents(symbol=symbol, events=(told,), received_ns=0))
    world.request("order.cancel", symbol=symbol, orderId=row["orderId"])


@pytest.mark.parametrize("cancel_type", BEFORE_LIQUIDATION)
def test_a_cancel_before_a_liquidation_freezes_the_whole_account_for_ten_minutes(cancel_type: str) -> None:
    prices = {"SOLUSDT": "150.00", "DOGEUSDT": "0.21000"}
    world = Watched(grid_settings("SOLUSDT"), grid_settings("DOGEUSDT"), prices=prices)
    world.run(6_000)
    cancel_by_exchange(world, cancel_type, "SOLUSDT")
    world.run(1_000)
    assert len(world.told(FreezeAccount)) == 1
    assert not world.resting("E", symbol="SOLUSDT")
    assert not world.resting("E", symbol="DOGEUSDT")
    assert len(world.resting("T", symbol="DOGEUSDT")) == 2
    world.run(597_000)
    assert not world.resting("E", symbol="DOGEUSDT")
    world.trade("SOLUSDT", "150.00")
    world.trade("DOGEUSDT", "0.21000")
    at_rest(world)
    assert [len(world.resting("E", symbol=symbol)) for symbol in prices] == [2, 2]


def test_a_cancel_before_a_liquidation_freezes_even_where_our_own_cancel_was_under_way() -> None:
    world = opened(pending_depth=2)
    world.line.scripted = lambda c: "lost request" if c.order_link_id[4] == "E" else None
    world.trade(world.symbol, "150.90")
    world.run(3)
    assert any(order.cancel_reason for order in world.grid.orders.values())
    cancel_by_exchange(world, "CancelAllBeforeLiq", world.symbol)
    assert world.told(FreezeAccount)


def locked(**changes: Any) -> Watched:
    """Both sides full at two levels, about to restart."""
    settings = {"max_levels": 2, "take_profit_percent": "3", "when_locked": WhenLocked.RESTART, **changes}
    world = Watched(grid_settings(**settings))
    world.run(4_000)
    world.move("148.40")
    world.trade(world.symbol, "151.60")
    world.run_until(lambda: world.grid.restart is not None)
    return world


def ends_unfilled(world: Watched, order: OrderCommand) -> None:
    """Let the exchange tell that a market order has ended without a fill: nobody was there to take it."""
    assert isinstance(order, PlaceOrder)
    told = OrderRow(
        symbol=order.symbol,
        order_id=order.order_link_id,
        order_link_id=order.order_link_id,
        leg=order.leg,
        order_side=order.order_side,
        status=OrderStatus.CANCELLED,
        price=ZERO,
        qty=world.side(order.leg).size,
        cum_exec_qty=ZERO,
        reduce_only=True,
        cancel_type="UNKNOWN",
        reject_reason="EC_NoImmediateQtyToFill",
        create_type="CreateByClosing",
        stop_order_type="",
        created_ms=world.now_ms,
        updated_ms=world.now_ms,
    )
    world.line.later(5, lambda: world.give(order.symbol, told))


@pytest.mark.parametrize("refused", [True, False])
def test_a_market_close_that_comes_to_nothing_waits_before_the_next(refused: bool) -> None:
    world = locked()

    def scripted(order: OrderCommand) -> tuple[int, str] | str | None:
        if order.order_link_id[4] != "R":
            return None
        if refused:
            return 110007, "no"
        ends_unfilled(world, order)
        return "lost request"

    world.line.scripted = scripted
    world.run(20_000)
    assert 4 <= len(sent(world, PlaceOrder, "R", Side.LONG)) <= 6
    world.line.scripted = lambda command: None
    world.trade(world.symbol, "151.60")
    at_rest(world, 20_000)
    assert [sorted(side.levels) for side in world.grid.sides] == [[0], [0]]


def test_a_trading_stop_that_is_refused_delays_no_close_of_a_restart() -> None:
    world = opened(
        max_levels=2, take_profit_percent="3", when_locked=WhenLocked.RESTART, protective_stop_percent="20"
    )
    for asked in world.told(SetTradingStop) * 5:
        world.give(world.symbol, SettingAnswered(request=asked, failure="110061: refused"))
    world.move("148.40")
    world.trade(world.symbol, "151.60")
    world.run_until(lambda: world.grid.restart is not None)
    for side in SIDES:
        assert world.side(side).stop_backoff.until_ms > world.now_ms + 1_000
    world.run(1_000)
    assert len(sent(world, PlaceOrder, "R")) == 2
    at_rest(world, 90_000)


def as_liquidation(world: Watched, side: Side) -> None:
    """Let the executions that close a side be told as the exchange's liquidation."""
    give = world.give

    def told(symbol: str, event: Any) -> None:
        if isinstance(event, StreamEvents):
            event = replace(event, events=tuple(map(changed, event.events)))
        give(symbol, event)

    def changed(record: Any) -> Any:
        ours = isinstance(record, Execution) and record.order_link_id.startswith(f"001{side.value[0]}R")
        return replace(record, create_type="CreateByLiq") if ours else record

    world.give = told  # type: ignore[method-assign]  # a test listens in on one world


def test_a_liquidation_in_the_midst_of_a_restart_stays_the_cause_and_stops_the_account() -> None:
    world = locked()
    world.hold("position")
    as_liquidation(world, Side.LONG)
    world.run(1_000)
    world.release()
    world.run(4_000)
    assert world.side(Side.LONG).old_books[-1].cause is Cause.EXCHANGE
    assert world.side(Side.SHORT).old_books[-1].cause is Cause.RESTART
    assert len(world.told(StopAccount)) == 1
    assert world.grid.stopped
    world.run(70_000)
    assert [world.leg(side) for side in SIDES] == [0, 0]


def test_what_the_guard_stops_stays_flat_until_resume() -> None:
    world = locked()
    as_liquidation(world, Side.LONG)
    world.run(5_000)
    world.resume()
    world.trade(world.symbol, "150.00")
    world.run(2_000)
    assert all(world.leg(side) > 0 for side in SIDES)


def test_a_side_that_wound_down_opens_again_once_winding_down_is_off() -> None:
    world = opened(take_profit_percent="0.5")
    world.checks.crashed = True
    settings = world.settings[world.symbol]
    world.settings[world.symbol] = replace(settings, wind_down=True)
    world.restart(after_ms=500)
    world.run(5_000)
    world.move("151.10", steps=3)
    assert world.leg(Side.LONG) == ZERO
    world.settings[world.symbol] = settings
    world.restart()
    at_rest(world, 20_000)
    assert world.leg(Side.LONG) > ZERO


def test_a_level_is_bought_as_large_as_it_was_decided_whatever_the_other_side_takes() -> None:
    world = opened()
    state = world.grids[world.symbol]
    state.references[1] *= 3  # as the other side would, by newer settings
    decided = Decimal(world.resting("E", Side.LONG)[0]["qty"])
    world.move("148.40")
    world.run(2_000)
    level = world.grids[world.symbol].long.levels[1]
    assert (level.qty, level.wanted, level.complete) == (decided, decided, True)
