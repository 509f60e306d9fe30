"""How deep a side opens again, which side does, and what holds it back (strategy, sections 7, 8, 11, 12)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from messages.commands import Stop, Withdraw
from messages.events import BalanceMayFit, CycleClosed
from messages.orders import PlaceOrder
from messages.requests import SetTradingStop
from messages.settings import OnStop, ReopenSide, ReopenSize, WhenLocked
from messages.sides import SIDES, Side
from state.grid.effects import StopAccount
from tests.grid.world import grid_settings
from tests.grid.worlds import Watched, at_rest, opened, sent, shown


def fallen(levels: int, **changes: Any) -> Watched:
    """LONG holds levels 0 ... ``levels``, and no take profit of it is near; SHORT opens anew meanwhile."""
    world = opened(grid_step_percent="1", multiplier="2", take_profit_percent="0.5", **changes)
    for n in range(1, levels + 1):
        world.move(str((Decimal(150) * Decimal("0.99") ** n - Decimal("0.3")).quantize(Decimal("0.01"))))
    assert world.side(Side.LONG).deepest == levels
    return world


def test_initial_opens_level_0_alone_however_deep_the_other_side_is() -> None:
    world = fallen(4)
    assert world.side(Side.SHORT).deepest == 0


def test_minus_two_opens_two_levels_short_of_the_other_sides_deepest() -> None:
    world = fallen(4, reopen_size=ReopenSize.MINUS_TWO)
    short = world.side(Side.SHORT)
    before = world.side(Side.LONG).deepest
    assert before - 2 <= short.deepest <= before
    (opening,) = [c for c in sent(world, PlaceOrder, "O", Side.SHORT) if c.order_link_id.endswith("005001")]
    assert opening.order_link_id[5:7] == "02"
    at_rest(world)


def test_a_level_whose_rest_is_too_small_to_buy_counts_for_the_other_sides_depth() -> None:
    settings = grid_settings(
        "DOGEUSDT",
        multiplier="2",
        take_profit_percent="0.9",
        reopen_size=ReopenSize.MINUS_TWO,
    )
    world = Watched(settings, prices={"DOGEUSDT": "0.21000"})
    world.run(4_000)
    for price in ("0.20770", "0.20562", "0.20356"):
        world.move(price)
    assert (world.side(Side.LONG).deepest, world.side(Side.SHORT).deepest) == (3, 1)
    ((qty, price),) = shown(world, "E", Side.LONG)
    world.move(str(price - Decimal("0.00001")), qty=str(qty - 1))
    (entry,) = world.resting("E", Side.LONG)
    assert entry["leavesQty"] == "1"
    world.request("order.cancel", symbol=world.symbol, orderId=entry["orderId"])  # a person: it stays away
    world.run(1_000)
    assert world.side(Side.LONG).deepest == 3
    world.move(str(shown(world, "T", Side.SHORT)[0][1] - Decimal("0.00001")))
    assert world.side(Side.LONG).deepest == 4
    assert world.side(Side.SHORT).deepest == 2
    at_rest(world)


def test_margin_ratio_opens_what_half_the_other_sides_margin_pays_from_a_ratio_of_8() -> None:
    world = fallen(3, reopen_size=ReopenSize.MARGIN_RATIO)  # 1 + 2 + 4 + 8 = 15: half of it pays 1 + 2 + 4
    cycle = world.side(Side.SHORT).cycle
    world.move(str(Decimal(world.resting("T", Side.SHORT)[0]["price"]) - Decimal("0.05")))
    if world.side(Side.LONG).deepest == 3:
        assert world.side(Side.SHORT).cycle == cycle + 1
        assert sorted(world.side(Side.SHORT).levels) == [0, 1, 2]
    at_rest(world)


def test_an_opening_of_several_levels_is_one_order_whose_average_is_their_price() -> None:
    world = fallen(5, reopen_size=ReopenSize.MINUS_TWO)
    side = world.side(Side.SHORT)
    assert side.deepest >= 2
    prices = {level.price for level in side.levels.values() if level.by_opening}
    assert len(prices) == 1
    quantities = {n: level.qty for n, level in side.levels.items()}
    assert all(world.side(Side.LONG).levels[n].qty == qty for n, qty in quantities.items())


@pytest.mark.parametrize(("mode", "reopened"), [(ReopenSide.CLOSED, True), (ReopenSide.OPPOSITE, False)])
def test_the_closed_side_opens_again_unless_the_opposite_is_to(mode: ReopenSide, reopened: bool) -> None:
    world = opened(reopen_side=mode)
    world.move("150.90")
    at_rest(world)
    assert (world.leg(Side.LONG) > 0) is reopened
    assert world.resting("E", Side.SHORT)
    if not reopened:
        world.move("149.00", steps=3)
        world.move("148.00", steps=5)
        at_rest(world)
        assert world.told(CycleClosed)[-1].side is Side.SHORT
        assert world.leg(Side.LONG) > 0  # the other's close has opened it
        assert world.leg(Side.SHORT) == 0


@pytest.mark.parametrize("mode", [ReopenSide.CLOSED, ReopenSide.BOTH])
def test_a_side_that_waits_for_the_others_close_opens_once_settings_say_otherwise(mode: ReopenSide) -> None:
    world = opened(reopen_side=ReopenSide.OPPOSITE)
    world.checks.crashed = True
    world.move("150.90")
    at_rest(world)
    assert world.leg(Side.LONG) == 0
    world.settings = {world.symbol: grid_settings(reopen_side=mode)}
    world.restart()
    at_rest(world, 20_000)
    assert all(world.leg(side) > 0 for side in SIDES)


def test_both_opens_every_flat_side() -> None:
    world = opened(reopen_side=ReopenSide.BOTH, max_levels=1)
    world.move("150.90")
    world.move("149.00")
    at_rest(world)
    assert all(world.leg(side) > 0 for side in SIDES)


def test_winding_down_closes_by_take_profit_and_stays_flat() -> None:
    world = opened()
    world.settings = {world.symbol: grid_settings(wind_down=True)}
    world.restart()
    world.checks.crashed = True
    world.run(5_000)
    world.move("150.90")
    world.move("149.00")
    at_rest(world)
    assert all(world.leg(side) == 0 for side in SIDES)
    assert not world.resting()
    assert not world.grid.references


def test_an_opening_steps_down_to_what_the_balance_pays_and_says_so() -> None:
    world = fallen(4, reopen_size=ReopenSize.MINUS_TWO)
    world.line.fits = lambda order: order.check is None or order.check.cost < 20
    world.move(str(Decimal(world.resting("T", Side.SHORT)[0]["price"]) - Decimal("0.05")))
    (note,) = world.noted("stepped_down")
    assert note.side is Side.SHORT
    short = world.side(Side.SHORT)
    assert sorted(short.levels) == list(range(world.side(Side.LONG).deepest - 2))
    at_rest(world)


def test_level_0_waits_for_balance_without_spending_an_id() -> None:
    world = Watched(grid_settings(), balance="5")
    world.run(10_000)
    assert [side.opening is not None and side.opening.waiting for side in world.grid.sides] == [True, True]
    assert not world.grid.orders
    assert not world.grid.attempts or set(world.grid.attempts.values()) == {0}
    assert len(world.noted("waits_for_balance")) == 2


def test_what_was_withheld_is_tried_again_with_the_same_id_when_the_wallet_moves() -> None:
    world = Watched(grid_settings(), balance="5")
    world.run(4_000)
    world.checks.account.wallet += 100  # a deposit
    world.checks.account.started_with += 100
    world.give(world.symbol, BalanceMayFit(at_ms=world.now_ms))
    world.run(500)
    assert [world.leg(side) for side in SIDES] == [Decimal("0.3")] * 2
    assert {c.order_link_id[-6:] for c in sent(world, PlaceOrder, "O")} == {"001001"}


def test_both_sides_full_hold_goes_on_with_take_profits() -> None:
    world = opened(max_levels=1, when_locked=WhenLocked.HOLD)
    assert world.grid.locked
    assert not world.resting("E")
    world.move("150.90")
    assert world.side(Side.LONG).cycle == 2
    assert world.counted("restart") == 0


def locked() -> Watched:
    """Both sides full at two levels, and the settings ask for a restart."""
    world = Watched(grid_settings(max_levels=2, take_profit_percent="3", when_locked=WhenLocked.RESTART))
    world.run(4_000)
    world.move("148.40")
    world.move("151.60", steps=4)
    return world


def test_a_locked_symbol_restarts_with_both_sides_at_level_0_and_fresh_references() -> None:
    world = locked()
    at_rest(world)
    assert world.counted("restart") == 1
    assert {e.cause for e in world.told(CycleClosed)} == {"restart"}
    assert [sorted(side.levels) for side in world.grid.sides] == [[0], [0]]
    assert [side.paused for side in world.grid.sides] == ["", ""]
    assert set(world.grid.references) == {0, 1}
    closes = sent(world, PlaceOrder, "R")
    assert len(closes) == 2
    assert all(c.qty == 0 and c.reduce_only and c.close_on_trigger for c in closes)


def test_a_stop_holds_positions_withdraws_every_entry_and_opens_nothing() -> None:
    world = opened(multiplier="3")
    world.move("148.40")  # LONG 1.3 against SHORT 0.3
    world.give(world.symbol, Stop(reason="by hand"))
    world.run(500)
    assert not world.resting("E")
    world.move("149.90", steps=2)
    assert world.leg(Side.LONG) == 0  # its take profit was followed
    world.run(70_000)
    assert [world.leg(side) for side in SIDES] == [0, Decimal("0.3")]


def test_in_a_stop_a_take_profit_is_withdrawn_whose_close_would_tear_the_hedge() -> None:
    world = opened(multiplier="3")
    world.move("148.40")  # LONG 0.3 + 1.0 against SHORT 0.3
    world.give(world.symbol, Stop(reason="by hand"))
    world.run(130_000)
    assert not world.resting("T", Side.SHORT)
    assert len(world.resting("T", Side.LONG)) == 1
    world.resume()
    world.run(500)
    assert len(world.resting("T", Side.SHORT)) == 1


def test_resume_lets_everything_go_on() -> None:
    world = opened()
    world.give(world.symbol, Stop(reason="by hand"))
    world.move("150.90")
    world.resume()
    at_rest(world)
    assert world.leg(Side.LONG) == Decimal("0.3")
    assert len(world.resting("E")) == 2


@pytest.mark.parametrize(("on_stop", "left"), [(OnStop.KEEP, 2), (OnStop.CANCEL_ENTRIES, 0)])
def test_an_orderly_stop_takes_the_entries_away_unless_they_are_kept(on_stop: OnStop, left: int) -> None:
    world = opened(on_stop=on_stop)
    world.give(world.symbol, Withdraw())
    world.run(500)
    assert len(world.resting("E")) == left
    assert len(world.resting("T")) == 2


def test_a_protective_stop_follows_the_average_and_its_execution_pauses_the_side() -> None:
    world = opened(protective_stop_percent="5", max_levels=2)
    (stop,) = [e for e in world.told(SetTradingStop) if e.leg is Side.LONG]
    assert stop.stop_loss == Decimal("142.50")
    world.move("148.40")
    latest = [e for e in world.told(SetTradingStop) if e.leg is Side.LONG][-1]
    average = world.side(Side.LONG).book.average_entry
    assert latest.stop_loss == (average * Decimal("0.95")).quantize(Decimal("0.01"), "ROUND_FLOOR")
    world.move("141.00", steps=8)
    world.run(10_000)
    assert world.leg(Side.LONG) == 0
    assert world.side(Side.LONG).paused == "closed by our stop"
    assert [e.cause for e in world.told(CycleClosed) if e.side is Side.LONG] == ["ours"]


def test_a_safety_take_profit_covers_the_side_one_step_beyond_its_take_profit() -> None:
    world = opened(safety_take_profit=True)
    (safety,) = [e for e in world.told(SetTradingStop) if e.leg is Side.LONG]
    assert safety.take_profit is not None
    assert safety.take_profit > shown(world, "T", Side.LONG)[0][1] * Decimal("1.0099")


def test_a_liquidation_stops_the_account_and_leaves_its_sides_flat() -> None:
    world = opened(balance="40", leverage="10", initial_margin="5", max_levels=3, grid_step_percent="0.5")
    world.move("149.00", steps=4)
    world.move("130.00", steps=3)
    world.move("90.00", steps=3)
    world.run(20_000)
    assert all(world.leg(side) == 0 for side in SIDES)
    assert world.told(StopAccount)
    assert world.grid.stopped
    assert "exchange" in {e.cause for e in world.told(CycleClosed)}
    assert not world.resting()


def test_what_a_take_profit_freed_piece_by_piece_counts_once() -> None:
    """The wallet has told of all but the last piece long ago: they are not free a second time."""
    world = opened()
    price = Decimal(world.resting("T", Side.LONG)[0]["price"]) + Decimal("0.01")
    world.trade("SOLUSDT", price, qty="0.2")
    world.run(5_000)
    assert world.leg(Side.LONG) == Decimal("0.1")
    world.trade("SOLUSDT", price, qty="100")
    world.run(2_000)
    reopening = sent(world, PlaceOrder, "O", Side.LONG)[-1]
    assert reopening.order_link_id.endswith("002001")
    assert reopening.check is not None
    one_piece = Decimal("0.1") * 150 / 10
    assert abs(reopening.check.released - one_piece) < Decimal("0.01") * one_piece
