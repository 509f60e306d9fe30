"""A leg rebuilt from its executions while a close of it still waits for what they tell."""

from __future__ import annotations

from decimal import Decimal

from messages.requests import LegsRead
from messages.sides import SIDES, Role, Side
from state.grid.draft import Draft
from state.grid.rebuild import begin_rebuild
from state.grid.step import step
from tests.grid.line import NO_FAULTS
from tests.grid.world import grid_settings
from tests.grid.worlds import SLOW, Watched, at_rest, opened, person_closes, shown, with_a_hidden_entry
from tests.state.account_rows import leg


def closed_by_a_row(late: bool) -> Watched:
    """A person has closed LONG: its row has told so, its executions have not come; one fill may be late."""
    world = opened(take_profit_percent="5")
    world.run(10_000)  # no sync is near
    world.line.faults = SLOW
    world.hold("execution")
    world.checks.crashed = world.checks.lost = True  # a rebuild books nothing of older cycles
    person_closes(world, Side.LONG)
    for _ in range(100):
        if world.grid.closing is not None:
            break
        world.run(1)
    if late:
        world.trade(world.symbol, "148.40")
        world.run(10)
        assert world.leg(Side.LONG) > 0
    assert world.side(Side.LONG).old_books[-1].size != 0
    return world


def test_a_rebuild_of_a_side_that_has_filled_again_goes_on_with_its_close() -> None:
    world = closed_by_a_row(late=True)
    d = Draft(world.grid, world.now_ms)
    begin_rebuild(d, d.state.long)
    world.grids[world.symbol] = d.state
    world.run(2_000)
    assert world.noted("rebuilt")
    assert world.grid.closing is None
    assert world.side(Side.LONG).paused == "closed by a person"
    world.release()
    world.resume()
    at_rest(world, 10_000)


def test_a_rebuild_that_shows_nothing_leaves_a_close_waiting_for_its_cause() -> None:
    world = closed_by_a_row(late=False)
    d = Draft(world.grid, world.now_ms)
    begin_rebuild(d, d.state.long)
    later_ms = world.now_ms + 100_000  # all that is known lies too far back to be expected
    nothing = LegsRead(symbol=world.symbol, positions=(), executions=(), server_ms=later_ms)
    state, _ = step(d.state, nothing, world.now_ms)
    assert not state.long.rebuild_from_ms
    assert state.closing is not None
    world.grids[world.symbol] = state
    world.run(30_000)
    assert world.grid.closing is None
    assert world.side(Side.LONG).paused


def test_an_answer_older_than_what_the_stream_has_told_undoes_nothing() -> None:
    world = opened()
    world.run(10_000)
    level_1 = next(order for order in world.grid.orders.values() if order.role is Role.ENTRY)
    nothing = LegsRead(symbol=world.symbol, positions=(), executions=(), server_ms=world.now_ms)
    world.trade(world.symbol, str(level_1.price))
    world.run(1_000)
    d = Draft(world.grid, world.now_ms)
    begin_rebuild(d, d.state.of(level_1.side))
    size = world.leg(level_1.side)
    state, _ = step(d.state, nothing, world.now_ms)
    assert state.of(level_1.side).rebuild_from_ms
    assert (state.of(level_1.side).leg.size, state.of(level_1.side).held) == (size, True)
    world.grids[world.symbol] = state
    world.checks.crashed = world.checks.lost = True  # a rebuild books what was booked once more
    at_rest(world, 70_000)
    assert not world.side(level_1.side).rebuild_from_ms


def test_a_row_older_than_the_one_that_told_a_close_opens_nothing_again() -> None:
    world = opened(take_profit_percent="5")
    world.run(10_000)
    world.checks.crashed = world.checks.lost = True
    long = world.side(Side.LONG)
    before = leg(Side.LONG, "0.3", "150", seq=long.leg.row.seq)
    fills = (*long.fills, *world.side(Side.SHORT).fills)
    held = LegsRead(symbol=world.symbol, positions=(before,), executions=fills, server_ms=world.now_ms - 100)
    d = Draft(world.grid, world.now_ms)
    begin_rebuild(d, d.state.long)
    world.grids[world.symbol] = d.state
    world.line.faults = SLOW
    world.hold("execution")
    person_closes(world, Side.LONG)
    world.run_until(lambda: world.grid.closing is not None)
    state, _ = step(world.grid, held, world.now_ms)
    assert (state.long.held, state.long.size, state.long.cycle) == (False, 0, 2)
    assert state.long.rebuild_from_ms
    assert state.closing is not None
    world.release()
    world.run(5_000)
    assert world.side(Side.LONG).paused == "closed by a person"
    assert not world.side(Side.LONG).rebuild_from_ms


def test_a_lost_side_goes_on_with_the_leverage_that_its_position_has_not_with_a_newer_one() -> None:
    world = opened()
    level_1 = shown(world, "E", Side.LONG)
    world.settings = {world.symbol: grid_settings(leverage="20")}
    world.checks.crashed = world.checks.lost = True
    world.restart({})
    world.run(10_000)
    assert {world.side(side).settings for side in SIDES} == {grid_settings(leverage="10")}
    assert world.grid.leverage_set == Decimal(10)
    assert shown(world, "E", Side.LONG) == level_1
    at_rest(world)


def test_what_a_wrong_close_had_booked_is_not_booked_twice_by_the_rebuild() -> None:
    world, _ = with_a_hidden_entry()
    size = world.leg(Side.LONG)
    # The next process is shown the exit, but not the entry before it: the leg seems to have closed.
    world.grid.interrupted_ms = world.now_ms
    world.line.faults = NO_FAULTS
    world.checks.crashed = True  # the trades file knows what it has
    world.restart()
    at_rest(world)
    assert world.noted("close_taken_back")
    long = world.side(Side.LONG)
    assert (long.size, long.book.size, long.cycles_closed) == (size, size, 0)
