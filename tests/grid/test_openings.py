"""Openings that can't go on now: rate limits, refusals, a stop, winding down; levels that end short."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from messages.commands import Stop, Withdraw
from messages.market import Instrument
from messages.orders import PlaceOrder
from messages.settings import ReopenSize
from messages.sides import SIDES, Side
from tests.grid.test_reopening import fallen
from tests.grid.world import World, grid_settings
from tests.grid.worlds import Watched, at_rest, opened, sent

Fate = tuple[int, str] | str


def every_opening(world: World, fate: Fate) -> None:
    """Let every opening meet a fate from now on."""
    world.line.scripted = lambda c: fate if isinstance(c, PlaceOrder) and c.order_link_id[4] == "O" else None


@pytest.mark.parametrize("fate", [(10006, "Too many visits!"), "lost request"])
def test_an_opening_that_the_exchange_did_not_take_is_no_refused_one(fate: Fate) -> None:
    world = opened()
    every_opening(world, fate)
    world.trade(world.symbol, "150.90")
    for _ in range(120):
        world.trade(world.symbol, "150.90", qty="0")
        world.run(1_000)
    assert len(sent(world, PlaceOrder, "O", Side.LONG)) >= 5
    assert not world.side(Side.LONG).paused
    world.line.scripted = lambda command: None
    for _ in range(70):
        world.trade(world.symbol, "150.90", qty="0")
        world.run(1_000)
    assert world.leg(Side.LONG) == Decimal("0.3")


class SmallMarketOrders(World):
    """Openings are split above 0.2."""

    def instrument(self, symbol: str) -> Instrument:
        return replace(super().instrument(symbol), max_market_qty=Decimal("0.2"))


def test_a_split_opening_is_given_up_after_as_many_refusals_as_a_whole_one() -> None:
    world = SmallMarketOrders(grid_settings())
    every_opening(world, (110007, "available balance is insufficient"))
    world.run(60_000)
    assert len(sent(world, PlaceOrder, "O", Side.LONG)) == 4
    assert world.side(Side.LONG).paused == "its opening failed 4 times"


def test_winding_down_drops_an_opening_that_an_earlier_process_had_recorded() -> None:
    world = opened()
    every_opening(world, (10006, "Too many visits!"))
    world.trade(world.symbol, "150.90")
    world.run(600)
    assert world.side(Side.LONG).opening
    world.line.scripted = lambda command: None
    world.settings = {world.symbol: grid_settings(wind_down=True)}
    world.checks.crashed = True
    world.restart()
    at_rest(world, 10_000)
    assert world.leg(Side.LONG) == 0
    assert world.side(Side.LONG).opening is None


def test_an_opening_that_waits_for_balance_goes_by_the_settings_with_which_the_bot_starts_anew() -> None:
    world = Watched(grid_settings(), balance="5")
    world.run(10_000)
    assert all(side.opening is not None and side.opening.waiting for side in world.grid.sides)
    settings = grid_settings(initial_margin="1", leverage="20")
    world.settings = {world.symbol: settings}
    world.checks.crashed = True
    world.restart()
    at_rest(world, 20_000)
    assert [world.leg(side) for side in SIDES] == [Decimal("0.1")] * 2
    assert {world.side(side).settings for side in SIDES} == {settings}


def test_an_opening_that_a_stop_withholds_keeps_its_depth_for_resume() -> None:
    world = fallen(4, reopen_size=ReopenSize.MINUS_TWO)
    cycle = world.side(Side.SHORT).cycle
    price = str(Decimal(world.resting("T", Side.SHORT)[0]["price"]) - Decimal("0.05"))

    def stopped(command: PlaceOrder) -> bool:
        """A stop reaches the grid when its opening has just left, and then what the stop withholds."""
        if command.check is not None:
            world.line.later(0, lambda: world.give(world.symbol, Stop(reason="by hand")))
        return command.check is None

    world.line.fits = stopped
    openings = len(sent(world, PlaceOrder, "O"))
    world.trade(world.symbol, price)
    world.run(1_000)
    assert len(sent(world, PlaceOrder, "O")) == openings + 1
    depth = world.side(Side.LONG).deepest - 2
    opening = world.side(Side.SHORT).opening
    assert opening is not None
    assert opening.depth == depth >= 2
    assert not world.noted("stepped_down")
    world.line.fits = lambda command: True
    world.resume()
    world.run(1_000)
    assert world.side(Side.SHORT).cycle == cycle + 1
    assert world.side(Side.SHORT).deepest == depth


@pytest.mark.parametrize("first", ["333", "353"])
def test_a_level_filled_but_for_a_rest_under_the_minimum_is_the_base_of_the_next(first: str) -> None:
    settings = grid_settings("DOGEUSDT", take_profit_percent="3")
    world = World(settings, prices={"DOGEUSDT": "0.21000"})
    world.run(6_000)
    world.trade("DOGEUSDT", "0.20789", qty=first, taker="Sell")
    world.run(2_000)
    world.give("DOGEUSDT", Withdraw())  # the rest, if any, is taken away
    world.run(2_000)
    world.trade("DOGEUSDT", "0.20850")
    world.restart()
    world.run(8_000)
    side = world.side(Side.LONG)
    assert (side.deepest, side.base) == (1, Decimal("0.20790"))
    (entry,) = world.resting("E", Side.LONG)
    assert (entry["orderLinkId"][5:7], entry["price"]) == ("02", "0.20582")
