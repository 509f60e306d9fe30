"""A process that ends at any moment, a state file that is old or lost, and what is not ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from messages.events import CycleClosed
from messages.orders import PlaceOrder
from messages.settings import ReopenSide, WhenLocked
from messages.sides import SIDES, Role, Side
from state.grid.model import GridState
from state.order import Asked, Phase
from tests.grid.test_reopening import locked
from tests.grid.world import World, grid_settings
from tests.grid.worlds import SLOW, Watched, at_rest, opened, sent


def waits_for(role: Role, what: Callable[[GridState, Role], bool]) -> Callable[[GridState], bool]:
    """A moment in the life of an order."""
    return lambda state: what(state, role)


def has_phase(phase: Phase) -> Callable[[GridState, Role], bool]:
    """An order of a role stands in this phase."""
    return lambda state, role: any(o.phase is phase and o.role is role for o in state.orders.values())


MOMENTS: dict[str, Callable[[GridState], bool]] = {
    **{
        f"{role.name}-{phase.name}": waits_for(role, has_phase(phase))
        for role in (Role.OPENING, Role.ENTRY, Role.TAKE_PROFIT)
        for phase in (Phase.SENT, Phase.ACCEPTED)
    },
    "amendment": lambda state: any(o.amend is not Asked.NO for o in state.orders.values()),
    "cancel": lambda state: any(o.cancel is not Asked.NO for o in state.orders.values()),
    "closing": lambda state: state.closing is not None,
    "opening": lambda state: state.long.opening is not None and state.long.ever_opened,
    "restart": lambda state: state.restart is not None,
    "restart-close": lambda state: any(o.role is Role.RESTART for o in state.orders.values()),
}


def run_to(moment: Callable[[GridState], bool]) -> Watched:
    """A world that opens, averages, closes and restarts, up to the moment."""
    settings = grid_settings(max_levels=2, when_locked=WhenLocked.RESTART)
    world = Watched(settings, faults=replace(SLOW, max_frame_ms=150))
    prices = iter(["150.00"] * 90 + ["148.40"] * 9 + ["151.60"] * 9 + ["149.90"] * 90 + ["146.00"] * 90 * 9)
    for price in prices:
        if moment(world.grid):
            return world
        world.trade(world.symbol, price)
        for _ in range(10):
            world.run(5)
            if moment(world.grid):
                return world
    raise AssertionError("the moment never came")


@pytest.mark.parametrize("after_ms", [0, 70, 5_000])
@pytest.mark.parametrize("moment", [name for name in MOMENTS if not name.startswith("restart")])
def test_a_process_killed_at_any_moment_is_revived_where_it_stood(moment: str, after_ms: int) -> None:
    world = run_to(MOMENTS[moment])
    world.checks.crashed = True
    world.restart(after_ms=after_ms)
    at_rest(world, 15_000)
    assert all(world.leg(side) > 0 for side in SIDES)
    assert world.counted("orphan") == 0


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("moment", ["restart", "restart-close"])
def test_a_restart_of_a_locked_symbol_is_gone_on_with_after_a_kill(moment: str, lost: bool) -> None:
    world = Watched(grid_settings(max_levels=2, take_profit_percent="3", when_locked=WhenLocked.RESTART))
    world.run(4_000)
    world.move("148.40")
    world.line.faults = SLOW
    world.trade(world.symbol, "151.60")
    world.run_until(lambda: MOMENTS[moment](world.grid))
    world.checks.crashed, world.checks.lost = True, lost
    world.restart({} if lost else None, after_ms=200)
    at_rest(world, 15_000)
    assert [sorted(side.levels) for side in world.grid.sides] == [[0], [0]]


@pytest.mark.parametrize("moment", ["restart", "restart-close"])
def test_a_restart_that_is_over_is_not_gone_on_with_from_an_older_file(moment: str) -> None:
    world = Watched(grid_settings(max_levels=2, take_profit_percent="3", when_locked=WhenLocked.RESTART))
    world.run(4_000)
    world.move("148.40")
    world.line.faults = SLOW
    world.trade(world.symbol, "151.60")
    world.run_until(lambda: MOMENTS[moment](world.grid))
    before = dict(world.grids)
    world.run_until(lambda: world.grid.restart is None and len(world.resting("T")) == 2)
    closes = len(sent(world, PlaceOrder, "R"))
    cycles = [side.cycle for side in world.grid.sides]
    world.checks.crashed = True
    world.restart(before, after_ms=50)
    at_rest(world, 15_000)
    assert len(sent(world, PlaceOrder, "R")) == closes
    assert [side.cycle for side in world.grid.sides] == cycles
    assert [sorted(side.levels) for side in world.grid.sides] == [[0], [0]]


def test_an_entry_that_an_older_file_does_not_know_is_whole_once_the_exchange_shows_it_filled() -> None:
    world = opened()
    (entry,) = [o for o in world.grid.orders_of(Side.LONG, Role.ENTRY) if o.level == 1]
    older = world.grid.copy()
    del older.orders[entry.order_link_id]
    older.references[1] += Decimal("0.2")  # of before the close that let it go
    world.kill()
    world.move("148.40")
    world.checks.crashed = True
    world.restart({world.symbol: older}, after_ms=50)
    at_rest(world, 10_000)
    level = world.side(Side.LONG).levels[1]
    assert (level.qty, level.wanted, level.complete) == (entry.qty, entry.qty, True)
    assert world.leg(Side.LONG) == Decimal("0.3") + entry.qty


def test_a_leverage_that_was_asked_for_before_a_kill_is_asked_for_again_at_once() -> None:
    world = World(grid_settings())
    world.run_until(lambda: world.grid.leverage_asked_ms > 0)
    world.restart()
    world.run(3_500)
    assert world.grid.leverage_set == 10


def test_orders_that_a_stale_file_does_not_know_are_not_bought_twice() -> None:
    world = Watched()
    world.run(2_000)
    before = dict(world.grids)
    world.run(1_300)  # the openings, take profits and entries leave
    assert len(sent(world, PlaceOrder, "O")) == 2
    world.checks.crashed = True
    world.restart(before, after_ms=50)
    at_rest(world, 10_000)
    assert [world.leg(side) for side in SIDES] == [Decimal("0.3")] * 2
    assert len(world.resting("E")) == len(world.resting("T")) == 2


def test_a_lost_state_is_rebuilt_from_what_the_exchange_shows() -> None:
    world = opened()
    world.move("148.40")
    before = world.grid
    world.checks.crashed = world.checks.lost = True
    world.restart({})
    at_rest(world, 10_000)
    for side in SIDES:
        was, now = before.of(side), world.side(side)
        assert (now.cycle, now.size, now.book.entry_value) == (was.cycle, was.size, was.book.entry_value)
        assert {n: level.qty for n, level in now.levels.items()} == {n: x.qty for n, x in was.levels.items()}
    assert len(world.resting("T")) == 2
    assert world.counted("orphan") == 0


def test_a_close_while_nobody_was_there_is_reopened_after_a_loss_of_the_state() -> None:
    world = opened()
    world.kill()
    world.move("150.90")
    world.checks.crashed = world.checks.lost = True
    world.restart({})
    at_rest(world, 10_000)
    assert world.side(Side.LONG).cycle == 2
    assert world.leg(Side.LONG) == Decimal("0.3")


def test_new_settings_reach_each_side_with_its_next_cycle() -> None:
    world = opened()
    world.settings = {world.symbol: grid_settings(take_profit_percent="2")}
    world.checks.crashed = True
    world.restart()
    world.run(5_000)
    assert Decimal(world.resting("T", Side.LONG)[0]["price"]) < Decimal("151.00")
    world.move("150.90")
    at_rest(world)
    assert Decimal(world.resting("T", Side.LONG)[0]["price"]) > Decimal("153.00")
    assert Decimal(world.resting("T", Side.SHORT)[0]["price"]) > Decimal("149.00")


def test_a_leverage_that_was_changed_while_nobody_was_there_is_set_again_before_the_first_entry() -> None:
    world = World(grid_settings())
    world.run(2_000)
    assert world.grid.leverage_set == 10
    world.kill()
    world.request("position.set-leverage", symbol=world.symbol, buyLeverage="3", sellLeverage="3")
    world.restart()
    world.run(5_000)
    rows = world.request("position.list", symbol=world.symbol).result["list"]
    assert [row["leverage"] for row in rows] == ["10", "10"]
    assert world.leg(Side.LONG) == Decimal("0.3")


def test_a_funding_row_books_its_fee_and_changes_no_size() -> None:
    world = opened()
    world.core.fund(world.symbol, world.now_ms)
    at_rest(world)
    assert [world.side(side).size for side in SIDES] == [Decimal("0.3")] * 2
    assert world.side(Side.LONG).funding == -world.side(Side.SHORT).funding != 0
    world.move("150.90")
    (closed,) = world.told(CycleClosed)
    assert closed.funding == world.side(Side.LONG).funding


def test_both_sides_flat_with_reopen_opposite_come_back_after_a_kill() -> None:
    world = opened(reopen_side=ReopenSide.OPPOSITE)
    world.move("150.90")
    assert world.leg(Side.LONG) == 0
    world.checks.crashed = True
    world.restart(after_ms=100)
    at_rest(world, 10_000)
    assert world.leg(Side.LONG) == 0
    assert world.leg(Side.SHORT) == Decimal("0.3")


def test_a_locked_symbol_that_restarts_books_what_the_venue_booked() -> None:
    at_rest(locked(), 10_000)
