"""A flatten closes both sides and proves it; frozen averaging takes entries away and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from messages.commands import FlattenSymbol, FreezeAveraging, Panic, Stop
from messages.guard import CloseFailed, CloseSucceeded
from messages.orders import PlaceOrder
from messages.sides import SIDES, Side
from state.grid.figures import figures
from state.grid.model import GridState
from state.grid.procedures import FlattenStep
from tests.grid.world import World
from tests.grid.worlds import SLOW, Watched, at_rest, opened, person_closes, sent

FLATTEN = FlattenSymbol(reason="a test")


def is_flat(world: World) -> bool:
    """Whether the grid says that it is proven flat; then the venue must agree."""
    flatten = world.grid.flatten
    proven = flatten is not None and flatten.step is FlattenStep.FLAT
    if proven:
        assert [world.leg(side) for side in SIDES] == [0, 0]
        assert not world.resting("E")
        assert not world.resting("T")
    return proven


def test_a_flatten_closes_both_sides_and_says_so_once_a_read_shows_it() -> None:
    world = opened()
    world.give(world.symbol, FLATTEN)
    assert not is_flat(world)
    world.run(10_000)
    assert is_flat(world)
    assert figures(world.grid).flat_ms > 0
    assert {side.paused for side in world.grid.sides} == {"a test"}


def test_a_flattened_symbol_stays_flat_through_prices_and_syncs_until_resume() -> None:
    world = opened()
    world.give(world.symbol, FLATTEN)
    world.run(10_000)
    for price in ("151", "140", "160"):
        world.trade(world.symbol, price)
        world.run(40_000)
    assert is_flat(world)
    world.resume()
    at_rest(world, 10_000)
    assert [world.leg(side) > 0 for side in SIDES] == [True, True]


def test_a_take_profit_that_fills_during_a_flatten_reopens_nothing() -> None:
    world = opened()
    world.line.faults = SLOW
    world.give(world.symbol, FLATTEN)
    world.trade(world.symbol, "160")  # LONG's take profit is filled before its cancel arrives
    world.run(20_000)
    assert is_flat(world)


def test_a_person_who_closes_during_a_flatten_does_not_hinder_it() -> None:
    world = opened()
    world.line.faults = SLOW
    world.give(world.symbol, FLATTEN)
    person_closes(world, Side.SHORT)
    world.run(20_000)
    assert is_flat(world)


@pytest.mark.parametrize("lost", ["lost request", "lost answer"])
def test_a_flatten_goes_on_where_requests_and_replies_are_lost(lost: str) -> None:
    world = opened()
    left = [2]

    def script(_: object) -> str | None:
        left[0] -= 1
        return lost if left[0] >= 0 else None

    world.line.scripted = script
    world.give(world.symbol, FLATTEN)
    world.run(60_000)
    assert is_flat(world)


def test_a_flatten_that_is_asked_for_again_proves_itself_again() -> None:
    world = opened()
    world.give(world.symbol, FLATTEN)
    world.run(10_000)
    first_ms = figures(world.grid).flat_ms
    world.run(10_000)
    world.give(world.symbol, FLATTEN)
    world.run(10_000)
    assert is_flat(world)
    assert figures(world.grid).flat_ms > first_ms


def test_frozen_averaging_withdraws_entries_keeps_take_profits_and_lets_sides_reopen() -> None:
    world = opened()
    world.give(world.symbol, FreezeAveraging(on=True))
    world.run(2_000)
    assert not world.resting("E")
    assert len(world.resting("T")) == 2
    world.trade(world.symbol, "150.90")
    world.run(5_000)
    assert world.side(Side.LONG).held
    assert world.side(Side.LONG).cycle == 2
    assert not world.resting("E")
    world.give(world.symbol, FreezeAveraging(on=False))
    at_rest(world, 5_000)
    assert world.resting("E")


def test_a_take_profit_that_panic_has_pulled_comes_back_with_resume_alone() -> None:
    world = opened()
    world.trade(world.symbol, "148.50")
    world.run(3_000)
    world.give(world.symbol, Panic(pull_take_profit=True, balance_smaller_side=False))
    world.run(130_000)  # syncs put nothing back
    assert [len(world.resting("T", side)) for side in SIDES] == [0, 1]
    world.trade(world.symbol, "148.50")
    world.resume()
    at_rest(world, 5_000)
    assert [len(world.resting("T", side)) for side in SIDES] == [1, 1]


def test_panic_fills_the_smaller_side_up_at_market() -> None:
    world = opened()
    world.trade(world.symbol, "148.50")
    world.run(3_000)
    assert world.leg(Side.LONG) > world.leg(Side.SHORT)
    world.give(world.symbol, Panic(pull_take_profit=False, balance_smaller_side=True))
    at_rest(world, 5_000)
    assert world.leg(Side.LONG) == world.leg(Side.SHORT)


def test_a_side_without_its_take_profit_is_told_after_ten_seconds_and_every_ten_after() -> None:
    world = opened()
    world.line.scripted = lambda c: (110013, "a test") if c.order_link_id[4] == "T" else None
    for row in world.resting("T", Side.LONG):
        world.request("order.cancel", symbol=world.symbol, orderId=row["orderId"])
    world.run(9_000)
    assert not world.told(CloseFailed)
    world.run(2_500)
    assert len(world.told(CloseFailed)) == 1
    world.run(10_000)
    assert len(world.told(CloseFailed)) == 2


def test_a_take_profit_close_is_told_as_a_success() -> None:
    world = opened()
    world.trade(world.symbol, "150.90")
    world.run(3_000)
    assert [told.symbol for told in world.told(CloseSucceeded)] == [world.symbol]


def test_figures_count_what_rests_and_the_costliest_level_to_come() -> None:
    world = opened()
    told = figures(world.grid)
    assert (told.long_qty, told.short_qty) == (Decimal("0.3"), Decimal("0.3"))
    resting = world.resting("E")
    margin = sum((Decimal(row["qty"]) * Decimal(row["price"]) / 10 for row in resting), Decimal(0))
    assert margin < told.resting_cost < margin * Decimal("1.02")
    last = Decimal(5) * Decimal("1.5") ** 6
    assert last < told.costliest_level < last * Decimal("1.02")


def test_a_stopped_symbol_that_flattens_stays_flat_after_its_stop() -> None:
    world: Watched = opened()
    world.give(world.symbol, Stop(reason="a test"))
    world.give(world.symbol, FLATTEN)
    world.run(10_000)
    assert is_flat(world)


def flattened_resumed_and_opened(ms: int = 200) -> tuple[Watched, dict[str, GridState]]:
    """A symbol that has opened again after its flatten, and the state from before the resumption."""
    world = opened()
    world.give(world.symbol, FLATTEN)
    world.run(10_000)
    assert is_flat(world)
    before = {world.symbol: world.grid.copy()}
    world.resume()
    world.run(ms)
    assert [world.leg(side) > 0 for side in SIDES] == [True, True]
    return world, before


def test_what_a_lost_resumption_has_opened_is_closed_again_and_never_left_without_take_profit() -> None:
    world, before = flattened_resumed_and_opened()
    world.restart(before)
    world.run(20_000)
    assert is_flat(world)


def test_a_resumption_that_is_said_again_at_the_start_flattens_nothing() -> None:
    world, before = flattened_resumed_and_opened()
    sizes = [world.leg(side) for side in SIDES]
    world.restart(before)
    world.resume()
    world.run(10_000)
    assert [world.leg(side) for side in SIDES] == sizes
    assert [len(world.resting("T", side)) for side in SIDES] == [1, 1]
    assert not sent(world, PlaceOrder, "C")[2:]  # those of the flatten itself
